//! The pen: the only way from a prompt to a terminal.
//!
//! It has two ways in. [`Pen::text`] and [`Pen::escaped`] take literals of the configuration, which the compiler has
//! already escaped for every shell; [`Pen::put`] takes data from the world, which is stripped of what could
//! steer a terminal and escaped for the shell at hand.

mod command;
mod data;
mod fill;
mod health;
mod limit;
mod plain;
mod style;
mod terminal;
mod width;

pub(crate) use command::COMMAND_END;
use command::zero_width;
pub use data::{Datum, Digits, HumanDuration, Lines, Linked, Repeat};
use data::{Verdict, judge};
use fill::{FILLS_PER_LINE, Fill};
pub use health::DrawMark;
pub(crate) use limit::ADDRESS_BYTES;
pub use limit::{CELL_MARKS, DATUM_COLUMNS, PART_BYTES};
use limit::{ESCAPE_BYTES, Marks, RESERVE_BYTES};
pub use style::{Color, Style};
pub use terminal::{Notification, Profile, Terminal};
pub use width::columns;

use crate::shell::Shell;
use crate::source::Health;

/// A literal that at least one shell treats specially, in the form that each shell shows as `plain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The text as it is shown.
    pub plain: &'static str,
    /// For a zsh prompt string with `prompt_percent`.
    pub zsh: &'static str,
    /// For a bash prompt string with `promptvars`.
    pub bash: &'static str,
    /// For a tcsh prompt string.
    pub tcsh: &'static str,
}

/// Draws styled text for one shell into a buffer.
#[derive(Debug)]
pub struct Pen<'b> {
    out: &'b mut Vec<u8>,
    shell: Shell,
    colors: bool,
    profile: Profile,
    /// Whether operating system commands may be written: marks and links.
    commands: bool,
    one_line: bool,
    terminal_columns: usize,
    /// The style of text that has none of its own.
    base: Style,
    /// The style chosen by `begin`, if any.
    chosen: Option<Style>,
    /// What the terminal is set to.
    shown: Style,
    /// The style of what was drawn before on this line.
    previous: Option<Style>,
    /// How far what is drawn now can be relied on.
    health: Health,
    in_module: bool,
    /// Where the module at hand begins (bytes of `out`).
    module_start: usize,
    /// Where the last mark of something that could not be read ends (bytes of `out`).
    mark_end: usize,
    /// Where the line begins (bytes of `out`).
    line_start: usize,
    /// What a screen reader is given in place of symbols; empty once it was given.
    spoken: Option<&'static str>,
    /// Where the last such word ends (bytes of `out`).
    word_end: usize,
    /// Whether a module has drawn any text since the last mark.
    drawn: bool,
    line_columns: usize,
    fills: [Fill; FILLS_PER_LINE],
    fill_count: usize,
    /// Where the part has to end (bytes of `out`).
    end: usize,
    /// Behind this nothing is begun; 0 if something was cut already.
    limit: usize,
}

/// A point to which a pen can return; see [`Pen::mark`].
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    length: usize,
    shown: Style,
    previous: Option<Style>,
    drawn: bool,
    line_columns: usize,
    fill_count: usize,
    limit: usize,
}

impl<'b> Pen<'b> {
    /// Starts to draw at the end of `out`, for a terminal of `terminal_columns` columns.
    pub fn new(out: &'b mut Vec<u8>, shell: Shell, terminal_columns: u16) -> Pen<'b> {
        let start = out.len();
        let end = start + PART_BYTES;
        Pen {
            out,
            shell,
            colors: true,
            profile: Profile::Unicode,
            commands: false,
            one_line: false,
            terminal_columns: usize::from(terminal_columns),
            base: Style::PLAIN,
            chosen: None,
            shown: Style::PLAIN,
            previous: None,
            health: Health::GOOD,
            in_module: false,
            module_start: start,
            mark_end: usize::MAX,
            line_start: start,
            spoken: None,
            word_end: usize::MAX,
            drawn: false,
            line_columns: 0,
            fills: [Fill { at: 0, symbol: "" }; FILLS_PER_LINE],
            fill_count: 0,
            end,
            limit: end - RESERVE_BYTES,
        }
    }

    /// Draws styles or leaves them out, as `NO_COLOR` and `TERM=dumb` ask.
    #[must_use]
    pub fn colored(self, colors: bool) -> Pen<'b> {
        Pen { colors, ..self }
    }

    /// Draws for a terminal of which something is known.
    #[must_use]
    pub fn on(self, terminal: &Terminal) -> Pen<'b> {
        let (colors, profile) = (terminal.colors, terminal.profile);
        let commands = terminal.sequences && zero_width(self.shell).is_some();
        Pen { colors, profile, commands, ..self }
    }

    /// Restricts what text may consist of.
    #[must_use]
    pub fn in_profile(self, profile: Profile) -> Pen<'b> {
        Pen { profile, ..self }
    }

    /// Leaves out all line breaks: a right prompt has one line.
    #[must_use]
    pub fn on_one_line(self) -> Pen<'b> {
        Pen { one_line: true, ..self }
    }

    /// Sets the style of text that has no style of its own: of modules inside a group of the prompt's format.
    pub fn set_base_style(&mut self, style: Style) {
        self.base = style;
    }

    /// Chooses the style of what follows, until another is set or [`Pen::reset_style`].
    pub fn set_style(&mut self, style: Style) {
        self.chosen = Some(style);
    }

    /// Returns to the base style.
    pub fn reset_style(&mut self) {
        self.chosen = None;
    }

    /// Draws a literal in which no shell sees anything special and which holds no line break.
    pub fn text(&mut self, literal: &'static str) {
        if self.profile != Profile::Unicode {
            return self.put_literal_plainly(literal);
        }
        if !self.has_room(literal.len()) {
            return self.overflow(literal);
        }
        self.prepare(literal.is_empty());
        self.out.extend_from_slice(literal.as_bytes());
        self.line_columns += columns(literal);
    }

    /// Draws a literal in the form made for the shell at hand.
    pub fn escaped(&mut self, literal: &Literal) {
        if self.profile != Profile::Unicode {
            return self.put_literal_plainly(literal.plain);
        }
        let form = match self.shell {
            Shell::Zsh => literal.zsh,
            Shell::Bash => literal.bash,
            Shell::Tcsh => literal.tcsh,
            _ => literal.plain,
        };
        if !self.has_room(form.len()) {
            return self.overflow(literal.plain);
        }
        self.prepare(literal.plain.is_empty());
        self.out.extend_from_slice(form.as_bytes());
        self.line_columns += columns(literal.plain);
    }

    /// Draws data from the world.
    pub fn put<D: Datum + ?Sized>(&mut self, value: &D) {
        value.draw(self);
    }

    /// Draws one piece of text from the world on one line, cut if it is too long: the end of every [`Datum`].
    pub fn put_str(&mut self, text: &str) {
        // No character takes more columns than it has bytes.
        if self.profile != Profile::Unicode || text.len() > DATUM_COLUMNS {
            return self.put_str_within(text, DATUM_COLUMNS);
        }
        self.put_fitting(text);
    }

    /// Draws text that is short enough.
    fn put_fitting(&mut self, text: &str) {
        if !self.has_room(text.len() * ESCAPE_BYTES) {
            return self.overflow(text);
        }
        self.prepare(text.is_empty());
        if text
            .bytes()
            .all(|byte| byte == b' ' || byte.is_ascii_alphanumeric() || b"-_./~:+@,=#".contains(&byte))
        {
            self.out.extend_from_slice(text.as_bytes());
            self.line_columns += text.len();
            return;
        }
        let (mut marks, can_be_many) = (Marks::default(), Marks::can_be_many(text.len()));
        for c in text.chars() {
            match judge(c) {
                Verdict::Keep if can_be_many && !marks.allow(c) => {}
                Verdict::Keep => self.put_char(c),
                Verdict::Space => self.out.push(b' '),
                Verdict::Drop => {}
            }
        }
        self.line_columns += columns_of_data(text);
    }

    #[allow(clippy::inline_always, reason = "a call for each character was 1 % of a drawing")]
    #[inline(always)]
    fn put_char(&mut self, c: char) {
        let escape = escape_of(self.shell, c);
        if escape.is_empty() {
            let mut utf8 = [0; 4];
            self.out.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
        } else {
            self.out.extend_from_slice(escape.as_bytes());
        }
    }

    /// Ends the line. What comes next has no previous colours.
    pub fn newline(&mut self) {
        self.drawn |= self.in_module;
        if self.one_line {
            self.previous = None;
            return;
        }
        if !self.has_room(ESCAPE_BYTES) {
            return self.overflow("");
        }
        self.change_to(Style::PLAIN);
        self.resolve_fills();
        match self.shell {
            // tcsh drops a line break at the end of a prompt; a space before it keeps it.
            Shell::Tcsh => self.out.extend_from_slice(b" \\n"),
            _ => self.out.push(b'\n'),
        }
        self.previous = None;
        self.line_columns = 0;
        self.line_start = self.out.len();
    }

    /// Remembers this point, to return to it if no module draws anything from here on.
    pub fn mark(&mut self) -> Mark {
        let mark = Mark {
            length: self.out.len(),
            shown: self.shown,
            previous: self.previous,
            drawn: self.drawn,
            line_columns: self.line_columns,
            fill_count: self.fill_count,
            limit: self.limit,
        };
        self.drawn = false;
        mark
    }

    /// Takes back all that was drawn since `mark` unless a module drew some of it: a conditional around modules.
    pub fn keep_if_drawn(&mut self, mark: Mark) {
        if self.drawn {
            return;
        }
        self.out.truncate(mark.length);
        self.shown = mark.shown;
        self.previous = mark.previous;
        self.drawn = mark.drawn;
        self.line_columns = mark.line_columns;
        self.fill_count = mark.fill_count;
        self.limit = mark.limit;
    }

    /// Whether a module has drawn any text since the last mark or the start.
    pub fn has_drawn(&self) -> bool {
        self.drawn
    }

    /// Ends the drawing: the terminal is left in its default look.
    pub fn finish(mut self) {
        self.change_to(Style::PLAIN);
        self.resolve_fills();
    }

    /// Makes the terminal ready for a piece of text in the current style.
    fn prepare(&mut self, empty: bool) {
        let mut style = self.chosen.unwrap_or(self.base).resolve(self.previous);
        self.previous = Some(style);
        if empty {
            return;
        }
        if self.health.has(Health::STALE) {
            style = style.dimmed();
        }
        self.drawn |= self.in_module;
        self.change_to(style);
    }

    fn change_to(&mut self, style: Style) {
        if !self.colors || style == self.shown {
            return;
        }
        let (open, close): (&[u8], &[u8]) = match self.shell {
            Shell::Zsh | Shell::Tcsh => (b"%{", b"%}"),
            Shell::Bash => (b"\\[", b"\\]"),
            _ => (b"", b""),
        };
        self.out.extend_from_slice(open);
        style::write_change(self.out, self.shown, style);
        self.out.extend_from_slice(close);
        self.shown = style;
    }
}

/// A text in the form that a shell shows as the text itself: what [`Literal`]s are made of when a program is built.
pub fn escape(shell: Shell, text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match escape_of(shell, c) {
            "" => escaped.push(c),
            escape => escaped.push_str(escape),
        }
    }
    escaped
}

/// How a shell has to be given a character that it would otherwise act on; empty if it takes it as it is.
///
/// bash decodes a prompt twice: backslash escapes first, then expansions as in double quotes; hence the doubling.
/// Sources: zshmisc(1) "EXPANSION OF PROMPT SEQUENCES", bash(1) "PROMPTING", tcsh(1) "prompt".
fn escape_of(shell: Shell, c: char) -> &'static str {
    match (shell, c) {
        (Shell::Zsh | Shell::Tcsh, '%') => "%%",
        (Shell::Bash, '\\') => "\\\\\\\\",
        (Shell::Bash, '$') => "\\\\$",
        (Shell::Bash, '`') => "\\\\`",
        (Shell::Tcsh, '!') => "\\!",
        (Shell::Tcsh, '\\') => "\\\\",
        _ => "",
    }
}

/// The columns of data after it has been sanitised.
fn columns_of_data(text: &str) -> usize {
    let mut start = 0;
    let mut total = 0;
    for (at, c) in text.char_indices() {
        let verdict = judge(c);
        if verdict != Verdict::Keep {
            total += columns(&text[start..at]) + usize::from(verdict == Verdict::Space);
            start = at + c.len_utf8();
        }
    }
    total + columns(&text[start..])
}

#[cfg(test)]
mod tests;
