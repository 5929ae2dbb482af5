//! Did you mean.

/// Finds the candidate that `name` was probably meant to be, if one is close enough.
///
/// Case does not count. Close enough means: at most one slip (a letter added, left out, replaced, or two swapped) for every
/// three letters of the name, or the same beginning and nearly the same letters.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let allowed = (wanted.chars().count() / 3).max(1);
    let mut best: Option<(usize, f64, &str)> = None;
    for candidate in candidates {
        let lower = candidate.to_lowercase();
        let slips = strsim::damerau_levenshtein(&wanted, &lower);
        let likeness = strsim::jaro_winkler(&wanted, &lower);
        // A name of one or two letters is one slip away from every other such name.
        let close = slips <= allowed && (slips == 0 || wanted.chars().count() > 2);
        if !close && likeness < 0.9 {
            continue;
        }
        let better =
            best.is_none_or(|(fewest, most, _)| slips < fewest || (slips == fewest && likeness > most));
        if better {
            best = Some((slips, likeness, candidate));
        }
    }
    best.map(|(_, _, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        let modules =
            ["git_branch", "git_status", "git_state", "directory", "character", "cmd_duration", "c"];
        for (name, expected) in [
            ("git_brnach", Some("git_branch")),
            ("git_stat", Some("git_state")),
            ("git_statu", Some("git_status")),
            ("Directory", Some("directory")),
            ("dir", None),
            ("charcter", Some("character")),
            ("cmdduration", Some("cmd_duration")),
            ("C", Some("c")),
            ("d", None),
            ("kubernetes", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, modules), expected, "{name}");
        }
    }
}
