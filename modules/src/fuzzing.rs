//! Ways to parsers that are private otherwise, for the fuzz targets in `tests/fuzz`. No other build has them.

/// Reads a text as the manifest of a package. `kind` picks a kind of manifest, modulo how many there are.
pub fn manifest(kind: usize, text: &str) {
    crate::package::read_any(kind, text);
}
