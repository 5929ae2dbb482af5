//! Substitutions by regular expression.

/// Replaces the first match; `to` may hold `$1` or `$name`. A pattern that makes no sense matches nothing.
pub(super) fn replace_first(text: String, pattern: &str, to: &str) -> String {
    match regex_lite::Regex::new(pattern) {
        Ok(pattern) => pattern.replace(&text, to).into_owned(),
        Err(_) => text,
    }
}
