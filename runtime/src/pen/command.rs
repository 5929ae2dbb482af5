//! Operating system commands (OSC) inside a prompt: links and marks, which take no room.

use super::{ADDRESS_BYTES, ESCAPE_BYTES, Pen, Style};
use crate::shell::Shell;

/// What ends an operating system command. Unlike `ESC \` it means nothing to a shell that reads a prompt.
pub(crate) const COMMAND_END: u8 = b'\x07';

impl<'b> Pen<'b> {
    /// Begins a link, which [`Pen::unlink`] ends (OSC 8), and says whether there is one. Source: "Hyperlinks in terminal emulators", Egmont
    /// Koblinger.
    pub fn link(&mut self, url: &str) -> bool {
        let fits = url.len() <= ADDRESS_BYTES && self.out.len() + url.len() * ESCAPE_BYTES < self.limit;
        let is_linked = self.commands && !url.is_empty() && fits;
        if is_linked {
            self.command_with("8;;", url);
        }
        is_linked
    }

    /// Ends a link.
    pub fn unlink(&mut self) {
        if self.commands {
            self.command_with("8;;", "");
        }
    }

    /// Draws between two operating system commands, which are left out if nothing is drawn.
    pub(crate) fn between(&mut self, before: &str, after: &str, draw: impl FnOnce(&mut Pen<'b>)) {
        let start = self.out.len();
        self.command(before);
        let begin = self.out.len();
        self.line_start = begin;
        draw(self);
        if self.out.len() == begin && self.fill_count == 0 {
            self.out.truncate(start);
        } else {
            self.command(after);
        }
    }

    /// Writes an operating system command that takes no room, if the terminal and the shell take one.
    fn command(&mut self, name: &str) {
        if self.commands {
            self.change_to(Style::PLAIN);
            self.command_with(name, "");
        }
    }

    /// Writes an operating system command whose text is data: printable ASCII, in the form that the shell shows as it is.
    fn command_with(&mut self, name: &str, data: &str) {
        let Some((open, close)) = zero_width(self.shell) else { return };
        self.out.extend_from_slice(open);
        self.out.extend_from_slice(b"\x1b]");
        self.out.extend_from_slice(name.as_bytes());
        data.chars().filter(char::is_ascii_graphic).for_each(|c| self.put_char(c));
        self.out.push(COMMAND_END);
        self.out.extend_from_slice(close);
    }
}

/// What a shell wants around something that takes no room; `None` where that is not known, or the shell writes such commands itself.
///
/// Sources: the manuals, as for what is escaped; fish leaves the sequences that it knows out when it measures a prompt, and OSC is one of them
/// (`screen.cpp`); what `PowerShell` is given it writes as it is.
pub(super) fn zero_width(shell: Shell) -> Option<(&'static [u8], &'static [u8])> {
    match shell {
        Shell::Zsh | Shell::Tcsh => Some((b"%{", b"%}")),
        Shell::Bash => Some((b"\\[", b"\\]")),
        Shell::Fish | Shell::Pwsh | Shell::PowerShell | Shell::Plain => Some((b"", b"")),
        _ => None,
    }
}
