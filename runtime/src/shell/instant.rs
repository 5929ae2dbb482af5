//! The instant prompt: what zsh shows while it reads its start-up file.

use super::Shell;
use super::init::{Quoting, without_comments, words};

/// Where rendered prompts are saved.
#[derive(Clone, Copy, Debug, Default)]
pub struct SavedPrompts<'p> {
    /// The folder, there or not; empty if there is none that is the user's alone.
    pub folder: &'p str,
    /// Folders on its path that others could make if they went: the shell looks whether they are the user's.
    pub anchors: &'p [String],
    /// The variables that tell terminals apart: a rendered prompt is for the terminal that it was drawn for.
    pub terminal: &'p [&'static str],
}

/// The script of the instant prompt; `None` for a shell that has none.
///
/// ```
/// use ziron_runtime::shell::{SavedPrompts, Shell, instant};
/// let saved = SavedPrompts { folder: "/home/me/.cache/ziron/instant", anchors: &[], terminal: &["TERM"] };
/// let script = instant(Shell::Zsh, "/bin/prompt", "abc", saved).unwrap();
/// assert!(script.contains("_ziron_instant_program='/bin/prompt'"));
/// assert_eq!(instant(Shell::Bash, "/bin/prompt", "abc", saved), None);
/// ```
pub fn instant(shell: Shell, binary: &str, build: &str, saved: SavedPrompts<'_>) -> Option<String> {
    if shell != Shell::Zsh {
        return None;
    }
    let world: Vec<String> = saved.terminal.iter().map(|name| format!("|${{{name}-}}")).collect();
    let template = without_comments(include_str!("../../../templates/shells/instant.zsh"));
    let script = template.replace("@WORLD@", &world.concat()).replace("@BUILD@", build);
    Some(
        script
            .replace("@ANCHORS@", &words(saved.anchors, Quoting::Posix))
            .replace("@FOLDER@", &Quoting::Posix.quote(saved.folder))
            .replace("@ZIRON@", &Quoting::Posix.quote(binary)),
    )
}

#[cfg(test)]
mod tests {
    use super::{SavedPrompts, instant};
    use crate::shell::Shell;

    #[test]
    fn nothing_is_left_to_fill_in() {
        let saved = SavedPrompts { terminal: &["TERM", "NO_COLOR", "LANG"], ..SavedPrompts::default() };
        let script = instant(Shell::Zsh, "/b", "abc", saved).unwrap();
        assert!(script.contains("=\"abc|${TERM-}|${NO_COLOR-}|"), "{script}");
        for placeholder in ["@ANCHORS@", "@FOLDER@", "@ZIRON@", "@BUILD@", "@WORLD@"] {
            assert!(!script.contains(placeholder), "{placeholder}");
        }
    }

    #[test]
    fn the_quoted_text_holds_no_quote() {
        let script = instant(Shell::Zsh, "/b", "abc", SavedPrompts::default()).unwrap();
        let parts: Vec<&str> = script.split("no_xtrace -c '\n").skip(1).collect();
        assert_eq!(parts.len(), 2);
        for part in parts {
            let end = part.find('\'').unwrap();
            assert!(part[..end].ends_with('\n') && part[end..].starts_with("'\n"), "{part}");
        }
    }
}
