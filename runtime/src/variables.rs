//! Names of variables of the environment, as manifests, options and scripts have them.

/// What a manifest says in place of names where a script of the user's is given all that the shell exports.
pub const EVERYTHING: &str = "*";

/// What stands before the numbers in the names of a family: a manifest names `GIT_CONFIG_KEY_0`, `GIT_CONFIG_KEY_1` and
/// so on, as far as they are set, by `GIT_CONFIG_KEY_#`. `None` for the name of one variable.
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

/// The variables that a script names: `$NAME` and `${NAME…}`. Those that a program which it runs may want are not
/// known.
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
    fn a_mark_is_not_part_of_a_name() {
        assert_eq!((detected("!SSH_TTY"), detected("SSH_TTY")), ("SSH_TTY", "SSH_TTY"));
    }
}
