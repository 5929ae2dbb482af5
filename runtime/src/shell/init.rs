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

/// The script that `init` prints, or `None` for a shell that has none yet.
///
/// `binary` is the absolute path to run, `continuation` the continuation prompt drawn for this shell.
pub fn script(
    shell: Shell,
    binary: &str,
    continuation: &str,
    transient: bool,
    build: &str,
) -> Option<String> {
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
            .replace("@TRANSIENT@", if transient { "1" } else { "0" })
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
