//! Which variables of the environment a prompt depends on: those that a shell sends to the daemon.
//!
//! The compiler finds them in a plan and writes them down as [`Prompt::variables`], since a process that only asks the daemon has no time to ask
//! every source. That both say the same is tested.

use crate::pen::Terminal;
use crate::prelude::Notify;
use crate::prompt::Prompt;

/// Variables that every prompt depends on, besides those of its sources and its terminal: where programs and the user's files are.
const ALWAYS: [&str; 2] = ["HOME", "PATH"];

/// Shells say it with every request.
const SAID: &str = "PWD";

/// What a manifest says in place of names where a script of the user's is given all that the shell exports.
pub const EVERYTHING: &str = "*";

/// The variables of a prompt whose sources read some: those, and what it learns about the terminal from. Sorted.
///
/// ```
/// use ziron_runtime::variables::all;
/// let names = all(["EDITOR", "PWD", "HOME"], None);
/// assert!(names.is_sorted() && names.contains(&"EDITOR") && !names.contains(&"PWD"));
/// assert_eq!(names.iter().filter(|name| **name == "HOME").count(), 1);
/// ```
pub fn all<'n>(of_sources: impl IntoIterator<Item = &'n str>, notify: Option<Notify>) -> Vec<&'n str> {
    // How it notifies only if it has to find that out.
    let asks = matches!(notify, Some(Notify { with: None, .. }));
    let more = if asks { Terminal::NOTIFICATION_VARIABLES } else { &[] };
    let mut names: Vec<&str> = of_sources.into_iter().collect();
    names.extend(Terminal::VARIABLES.iter().chain(more).chain(&ALWAYS));
    names.sort_unstable();
    names.dedup();
    names.retain(|name| *name != SAID);
    names
}

/// What [`Prompt::variables`] has to be, from the manifests.
pub fn of_manifests<I>(prompt: &Prompt<I>) -> Vec<&'static str> {
    let of_sources = prompt.sources.iter().flat_map(|planned| planned.source.manifest().env);
    all(of_sources, prompt.extras.notify)
}

/// What stands before the numbers in the names of a family: a manifest names `GIT_CONFIG_KEY_0`, `GIT_CONFIG_KEY_1` and so on, as far as they are
/// set, by `GIT_CONFIG_KEY_#`. `None` for the name of one variable.
///
/// ```
/// use ziron_runtime::variables::family;
/// assert_eq!((family("KEY_#"), family("KEY")), (Some("KEY_"), None));
/// ```
pub fn family(entry: &str) -> Option<&str> {
    entry.strip_suffix('#')
}

/// Whether an entry of a manifest names a variable, by itself or as one of a family.
///
/// ```
/// use ziron_runtime::variables::is_named;
/// assert!(is_named("HOME", "HOME") && is_named("KEY_#", "KEY_10"));
/// assert!(!is_named("KEY_#", "KEY_") && !is_named("KEY_#", "KEY_1x") && !is_named("KEY_#", "KEY_#"));
/// ```
pub fn is_named(entry: &str, name: &str) -> bool {
    match family(entry) {
        None => entry == name,
        Some(begin) => name
            .strip_prefix(begin)
            .is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())),
    }
}

/// The name in an entry of an option such as `detect_env_vars`: a leading `!` says that the variable must not be there.
pub fn detected(entry: &str) -> &str {
    entry.strip_prefix('!').unwrap_or(entry)
}

/// The variables that a script names: `$NAME` and `${NAME…}`. Those that a program which it runs may want are not known.
///
/// ```
/// use ziron_runtime::variables::of_script;
/// assert!(of_script("test -n \"$A\" && echo ${B_2:-$C} $1 $").eq(["A", "B_2", "C"]));
/// ```
pub fn of_script(script: &str) -> impl Iterator<Item = &str> {
    script.split('$').skip(1).filter_map(|after| {
        let name = after.strip_prefix('{').unwrap_or(after);
        let is_of_name = |c: char| c == '_' || c.is_ascii_alphanumeric();
        let name = &name[..name.find(|c| !is_of_name(c)).unwrap_or(name.len())];
        (!name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit())).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_there_once_and_sorted() {
        let names = all(["ZZ", "PATH", "AA", "ZZ", "PWD"], None);
        assert_eq!(names.iter().filter(|name| ["ZZ", "PATH"].contains(name)).count(), 2);
        assert!(names.is_sorted());
        assert!(!names.contains(&"PWD") && names.contains(&"HOME") && names.contains(&"TERM"));
    }

    #[test]
    fn a_mark_is_not_part_of_a_name() {
        assert_eq!((detected("!SSH_TTY"), detected("SSH_TTY")), ("SSH_TTY", "SSH_TTY"));
    }
}
