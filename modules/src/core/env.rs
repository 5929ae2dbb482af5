//! `detect_env_vars`: variables whose presence shows or hides a module.

use ziron_runtime::io::Io;

/// Whether the variables of a `detect_env_vars` option speak for a module; `None` if the option is empty.
///
/// A name with a leading `!` hides the module when it is set; of the others one has to be set. A list of nothing but `!` names shows it.
pub(crate) fn found<I: Io>(io: &I, names: &[&str]) -> Option<bool> {
    if names.is_empty() {
        return None;
    }
    let mut wanted = names.iter().filter(|name| !name.starts_with('!')).peekable();
    let vetoed = names.iter().filter_map(|name| name.strip_prefix('!')).any(|name| io.has_env(name));
    Some(!vetoed && (wanted.peek().is_none() || wanted.any(|name| io.has_env(name))))
}
