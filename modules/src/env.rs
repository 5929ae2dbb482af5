//! `detect_env_vars`: variables whose presence shows or hides a module.

use ziron_runtime::io::Io;

/// Whether the variables of a `detect_env_vars` option speak for a module; `None` if the option is empty.
///
/// A name with a leading `!` hides the module when it is set; of the others one has to be set. A list of nothing but
/// `!` names shows it.
pub(crate) fn found<I: Io>(io: &I, names: &[&str]) -> Option<bool> {
    if names.is_empty() {
        return None;
    }
    let only_vetoes = names.iter().all(|name| name.starts_with('!'));
    Some(!vetoed(io, names) && (only_vetoes || wanted(io, names)))
}

/// Whether a name with a leading `!` is set.
pub(crate) fn vetoed<I: Io>(io: &I, names: &[&str]) -> bool {
    names.iter().filter_map(|name| name.strip_prefix('!')).any(|name| io.has_env(name))
}

/// Whether a name without a leading `!` is set.
pub(crate) fn wanted<I: Io>(io: &I, names: &[&str]) -> bool {
    names.iter().filter(|name| !name.starts_with('!')).any(|name| io.has_env(name))
}
