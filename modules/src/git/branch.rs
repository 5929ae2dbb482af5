//! The branch.
//!
//! Shows: the branch, and the one it follows where that has another name.
//! Hidden when: outside a repository; for ignored branches.
//! Costs: two small files, and the repository's configuration for the upstream.

use unicode_segmentation::UnicodeSegmentation;
use ziron_macros::{Options, Vars};
use ziron_runtime::pen::{DATUM_COLUMNS, Datum, Pen};
use ziron_runtime::segment::Segment;
use ziron_runtime::spec::{Format, StyleText};

use super::engine::Upstream;
use super::head::CheckedOut;

/// Names are as long as they are. Source of the number: starship's documentation.
const UNLIMITED: u64 = i64::MAX as u64;

/// Shows the branch that is checked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(
    name = "git_branch",
    position = 12,
    feature = "git",
    facts(git::head::GitHead, git::head::GitUpstream)
)]
pub struct GitBranch {
    /// The format of the module.
    #[option(default = "on [$symbol$branch(:$remote_branch)]($style) ")]
    pub format: Format,
    /// The symbol before the branch.
    #[option(default = "\u{e0a0} ", var)]
    pub symbol: Format,
    /// The style of the module.
    #[option(default = "bold purple")]
    pub style: StyleText,
    /// Longer names are cut.
    #[option(default = UNLIMITED, unit = "graphemes")]
    pub truncation_length: u64,
    /// What stands where a name was cut: one grapheme.
    #[option(default = "…")]
    pub truncation_symbol: &'static str,
    /// Hides the module when a commit is checked out rather than a branch.
    #[option(default = false)]
    pub only_attached: bool,
    /// Shows the branch that is followed even if it has the same name.
    #[option(default = false)]
    pub always_show_remote: bool,
    /// Branches that are not shown.
    #[option(default = &[])]
    pub ignore_branches: &'static [&'static str],
    /// Hides the module in repositories without a work tree.
    #[option(default = false)]
    pub ignore_bare_repo: bool,
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
}

/// A name, cut where it is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortened<'a> {
    name: &'a str,
    /// What follows if it was cut.
    symbol: &'a str,
    /// The most that it may take.
    columns: usize,
}

impl<'a> Shortened<'a> {
    fn new(name: &'a str, graphemes: u64, symbol: &'a str) -> Shortened<'a> {
        let limit = usize::try_from(graphemes).unwrap_or(usize::MAX);
        // Who says how long a name may be is believed; no grapheme is wider than two columns.
        let columns = if graphemes == UNLIMITED { 0 } else { limit.saturating_mul(2) }.max(DATUM_COLUMNS);
        // A name has at least as many bytes as graphemes.
        let end = if name.len() <= limit { None } else { name.grapheme_indices(true).nth(limit) };
        match end {
            Some((end, _)) => {
                let symbol = symbol.graphemes(true).next().unwrap_or_default();
                Shortened { name: &name[..end], symbol, columns }
            }
            None => Shortened { name, symbol: "", columns },
        }
    }
}

impl Datum for Shortened<'_> {
    fn is_empty(&self) -> bool {
        self.name.is_empty() && self.symbol.is_empty()
    }

    fn draw(&self, pen: &mut Pen<'_>) {
        pen.put_str_within(self.name, self.columns);
        if !self.symbol.is_empty() {
            pen.put_str(self.symbol);
        }
    }
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, Vars)]
pub struct GitBranchVars<'a> {
    /// The branch, or `HEAD` where a commit is checked out.
    pub branch: Shortened<'a>,
    /// The remote that is followed.
    #[var(fact = 1)]
    pub remote_name: Option<Shortened<'a>>,
    /// The branch that is followed, if it has another name.
    #[var(fact = 1)]
    pub remote_branch: Option<Shortened<'a>>,
}

impl Segment for GitBranch {
    type Facts<'a> = (Option<&'a CheckedOut>, Option<&'a Option<Upstream>>);
    type Vars<'a> = GitBranchVars<'a>;

    fn vars<'a>(&'a self, (head, upstream): Self::Facts<'a>) -> Option<GitBranchVars<'a>> {
        let head = head?;
        if (self.only_attached && head.is_detached)
            || (self.ignore_bare_repo && head.is_bare)
            || self.ignore_branches.contains(&head.branch.as_str())
        {
            return None;
        }
        let shorten = |name: &'a str| Shortened::new(name, self.truncation_length, self.truncation_symbol);
        let upstream = upstream.and_then(Option::as_ref);
        let shown = upstream.filter(|upstream| self.always_show_remote || upstream.branch != head.branch);
        Some(GitBranchVars {
            branch: shorten(&head.branch),
            remote_name: shown.map(|upstream| shorten(&upstream.remote)),
            remote_branch: shown.map(|upstream| shorten(&upstream.branch)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::engine::RefName;
    use super::*;

    fn head(branch: &str) -> CheckedOut {
        CheckedOut { branch: branch.into(), is_detached: branch == "HEAD", is_bare: false }
    }

    #[test]
    fn names_are_cut_by_graphemes() {
        let short = |name, length| Shortened::new(name, length, "…x");
        let columns = DATUM_COLUMNS;
        assert_eq!(short("main", 4), Shortened { name: "main", symbol: "", columns });
        assert_eq!(short("e\u{301}clair", 2), Shortened { name: "e\u{301}c", symbol: "…", columns });
    }

    #[test]
    fn who_asks_for_long_names_gets_them() {
        let columns = |length| Shortened::new("main", length, "").columns;
        assert_eq!(columns(1000), 2000);
        assert_eq!(columns(UNLIMITED), DATUM_COLUMNS);
    }

    #[test]
    fn the_upstream_is_shown_where_it_differs() {
        let upstream = |branch: &str| {
            Some(Upstream {
                remote: "origin".into(),
                branch: branch.into(),
                reference: RefName::new(format!("refs/remotes/origin/{branch}")),
                exists: true,
            })
        };
        let remote = |options: GitBranch, branch: &str| {
            let (head, upstream) = (head("topic"), upstream(branch));
            let vars = options.vars((Some(&head), Some(&upstream))).unwrap();
            vars.remote_branch.map(|branch| branch.name.to_owned())
        };
        assert_eq!(remote(GitBranch::DEFAULT, "topic"), None);
        assert_eq!(remote(GitBranch::DEFAULT, "main").as_deref(), Some("main"));
        assert_eq!(
            remote(GitBranch { always_show_remote: true, ..GitBranch::DEFAULT }, "topic").as_deref(),
            Some("topic")
        );
    }

    #[test]
    fn some_branches_are_not_shown() {
        let hidden = |options: GitBranch, branch| options.vars((Some(&head(branch)), None)).is_none();
        assert!(hidden(GitBranch { ignore_branches: &["main"], ..GitBranch::DEFAULT }, "main"));
        assert!(hidden(GitBranch { only_attached: true, ..GitBranch::DEFAULT }, "HEAD"));
        assert!(!hidden(GitBranch::DEFAULT, "HEAD"));
    }
}
