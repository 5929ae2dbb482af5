//! Paths as texts.

use std::path::Path;

use unicode_segmentation::UnicodeSegmentation;

/// Writes a path with a symbol for the home directory.
pub(super) fn from_home(path: &Path, home: Option<&Path>, symbol: &str) -> String {
    let text = path.to_string_lossy();
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(below) if below.as_os_str().is_empty() => symbol.to_owned(),
        Some(below) => format!("{symbol}/{}", below.to_string_lossy()),
        None => text.into_owned(),
    }
}

/// Writes a path from the name of a folder above it on; `None` if that has no name, or is not above.
pub(super) fn from_root(path: &Path, root: &Path) -> Option<String> {
    let name = root.file_name()?.to_string_lossy();
    let below = path.strip_prefix(root).ok()?;
    Some(if below.as_os_str().is_empty() {
        name.into_owned()
    } else {
        format!("{name}/{}", below.to_string_lossy())
    })
}

/// The last folders of a path; `None` if it has no more than that. 0 is no limit.
pub(super) fn last_folders(path: &str, count: usize) -> Option<&str> {
    let below_slash = path.strip_prefix('/').unwrap_or(path);
    let (at, _) = below_slash.rmatch_indices('/').nth(count.checked_sub(1)?)?;
    Some(&below_slash[at + 1..])
}

/// Shortens every folder of a path to its first letters, of which a leading dot is none.
pub(super) fn abbreviate(path: &str, letters: usize) -> String {
    let short = |folder: &str| -> String {
        let letters = letters + usize::from(folder.starts_with('.'));
        folder.graphemes(true).take(letters).collect()
    };
    path.split('/').map(short).collect::<Vec<_>>().join("/")
}
