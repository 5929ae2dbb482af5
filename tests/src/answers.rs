//! What a terminal answers when it is asked.

use std::io::Write;

use vt100::{Callbacks, Screen};

/// A terminal's answers to queries, in order, until they are sent.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    pending: Vec<u8>,
}

impl Answers {
    /// Takes the answers that have not been sent yet.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.pending)
    }

    fn say(&mut self, answer: std::fmt::Arguments<'_>) {
        self.pending.write_fmt(answer).expect("a vector grows");
    }
}

/// Source: `ECMA-48`, and xterm's `ctlseqs` for DA1.
impl Callbacks for Answers {
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
