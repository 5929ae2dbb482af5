//! Numbers with their nouns.

/// A number with its noun: `1 fact`, `2 facts`.
pub(crate) fn counted(count: u64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}
