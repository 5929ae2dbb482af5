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
    /// `'…'`, with `''` for a quote: elvish.
    Doubled,
    /// `"…"`, with backslashes: Python, nushell and Lua.
    Escaped,
}

impl Quoting {
    /// Quotes a text as one word.
    pub fn quote(self, text: &str) -> String {
        match self {
            Quoting::Posix => format!("'{}'", text.replace('\'', "'\\''")),
            Quoting::Fish => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
            Quoting::Doubled => format!("'{}'", text.replace('\'', "''")),
            Quoting::Escaped => {
                let text = text.replace('\\', "\\\\").replace('"', "\\\"");
                format!("\"{}\"", text.replace('\n', "\\n").replace('\r', "\\r"))
            }
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

/// The script of a shell with its placeholders, and how the shell quotes what they stand for.
fn template(shell: Shell) -> Option<(&'static str, Quoting)> {
    let found = match shell {
        Shell::Zsh => (include_str!("../../../templates/shells/ziron.zsh"), Quoting::Posix),
        Shell::Bash => (include_str!("../../../templates/shells/ziron.bash"), Quoting::Posix),
        Shell::Fish => (include_str!("../../../templates/shells/ziron.fish"), Quoting::Fish),
        Shell::Tcsh => (include_str!("../../../templates/shells/ziron.tcsh"), Quoting::Posix),
        Shell::Elvish => (include_str!("../../../templates/shells/ziron.elv"), Quoting::Doubled),
        Shell::Xonsh => (include_str!("../../../templates/shells/ziron.xsh"), Quoting::Escaped),
        Shell::Nu => (include_str!("../../../templates/shells/ziron.nu"), Quoting::Escaped),
        _ => return None,
    };
    Some(found)
}

/// The names of the shells that have a script, for people.
///
/// ```
/// assert!(ziron_runtime::shell::names_with_script().starts_with("bash, zsh, fish"));
/// ```
pub fn names_with_script() -> String {
    let names: Vec<_> =
        Shell::ALL.iter().filter(|shell| template(**shell).is_some()).map(|shell| shell.name()).collect();
    names.join(", ")
}

/// The script that `init` prints, or `None` for a shell that has none yet.
pub fn script(shell: Shell, what: &Script<'_>) -> Option<String> {
    let Script { binary, continuation, transient, marks, title, build } = *what;
    let flag = |is_on| if is_on { "1" } else { "0" };
    let (template, quoting) = template(shell)?;
    // tcsh reads a script as one line, of which a comment would hide the rest.
    let uncommented: String;
    let template = if shell == Shell::Tcsh {
        uncommented = template
            .lines()
            .filter(|line| !line.starts_with('#'))
            .fold(String::new(), |all, line| all + line + "\n");
        &uncommented
    } else {
        template
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
        assert_eq!(Quoting::Doubled.quote("it's"), "'it''s'");
        assert_eq!(Quoting::Escaped.quote("a\"b\\c\n"), r#""a\"b\\c\n""#);
    }
}
