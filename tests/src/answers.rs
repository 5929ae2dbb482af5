//! What a terminal answers when it is asked.

use std::io::Write;

use vt100::{Callbacks, Screen};

/// A terminal's answers to queries, in order, until they are sent.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    pending: Vec<u8>,
    /// The operating system commands so far: their parts with semicolons between.
    commands: Vec<String>,
}

impl Answers {
    /// Takes the answers that have not been sent yet.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.pending)
    }

    /// The operating system commands that the terminal was given, in order.
    pub(crate) fn commands(&self) -> &[String] {
        &self.commands
    }

    fn say(&mut self, answer: std::fmt::Arguments<'_>) {
        self.pending.write_fmt(answer).expect("a vector grows");
    }
}

/// Source: `ECMA-48`, and xterm's `ctlseqs` for DA1.
impl Callbacks for Answers {
    fn set_window_title(&mut self, _: &mut Screen, title: &[u8]) {
        self.commands.push(format!("0;{}", String::from_utf8_lossy(title)));
    }

    fn unhandled_osc(&mut self, _: &mut Screen, parts: &[&[u8]]) {
        let parts: Vec<_> = parts.iter().map(|part| String::from_utf8_lossy(part)).collect();
        self.commands.push(parts.join(";"));
    }

    fn unhandled_csi(
        &mut self,
        screen: &mut Screen,
        i1: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        last: char,
    ) {
        let first = params.first().and_then(|param| param.first()).copied().unwrap_or(0);
        match (i1, last, first) {
            // Who are you? A VT220 with colors.
            (None, 'c', 0) => self.say(format_args!("\x1b[?62;22c")),
            // Are you well?
            (None, 'n', 5) => self.say(format_args!("\x1b[0n")),
            // Where is the cursor?
            (None, 'n', 6) => {
                let (row, column) = screen.cursor_position();
                self.say(format_args!("\x1b[{};{}R", row + 1, column + 1));
            }
            _ => {}
        }
    }
}
