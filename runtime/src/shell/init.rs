//! The scripts that connect a shell to the generated binary.
//!
//! The scripts are data (`templates/shells/`); this file only fills in their placeholders.

use super::Shell;

/// How a shell writes a string that stands for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quoting {
    /// `'…'`, with `'\''` for a quote: zsh and bash.
    Posix,
    /// `'…'`, with `\'` and `\\`: fish.
    Fish,
}

impl Quoting {
    /// Quotes a text as one word.
    pub fn quote(self, text: &str) -> String {
        match self {
            Quoting::Posix => format!("'{}'", text.replace('\'', "'\\''")),
            Quoting::Fish => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        }
    }
}

/// What a script is told about the prompt.
#[derive(Clone, Copy, Debug)]
pub struct Script<'s> {
    /// The absolute path of the program to run.
    pub binary: &'s str,
    /// The continuation prompt, drawn for this shell.
    pub continuation: &'s str,
    /// Whether the prompt is replaced once a command runs.
    pub transient: bool,
    /// Whether the beginning of a command's output is marked (OSC 133;C).
    pub marks: bool,
    /// Whether the prompt names the window, so that the shell must not.
    pub title: bool,
    /// Which build it is.
    pub build: &'s str,
}

/// The script that `init` prints, or `None` for a shell that has none yet.
pub fn script(shell: Shell, what: &Script<'_>) -> Option<String> {
    let Script { binary, continuation, transient, marks, title, build } = *what;
    let flag = |is_on| if is_on { "1" } else { "0" };
    let (template, quoting) = match shell {
        Shell::Zsh => (include_str!("../../../templates/shells/ziron.zsh"), Quoting::Posix),
        Shell::Bash => (include_str!("../../../templates/shells/ziron.bash"), Quoting::Posix),
        Shell::Fish => (include_str!("../../../templates/shells/ziron.fish"), Quoting::Fish),
        _ => return None,
    };
    Some(
        template
            .replace("@ZIRON@", &quoting.quote(binary))
            .replace("@CONTINUATION@", &quoting.quote(continuation))
            .replace("@TRANSIENT@", flag(transient))
            .replace("@MARKS@", flag(marks))
            .replace("@TITLE@", flag(title))
            .replace("@BUILD@", build),
    )
}

#[cfg(test)]
mod tests {
    use super::Quoting;

    #[test]
    fn quotes_survive() {
        assert_eq!(Quoting::Posix.quote("it's"), r"'it'\''s'");
        assert_eq!(Quoting::Fish.quote(r"a\'b"), r"'a\\\'b'");
    }
}
