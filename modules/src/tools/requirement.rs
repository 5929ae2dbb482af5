//! Requirements on a version, as `package.json` and `go.mod` state them.

use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

/// A requirement: alternatives of which one has to be met, or none if nobody can read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Requirement {
    alternatives: Vec<VersionReq>,
}

impl Requirement {
    /// Reads a requirement as cargo does, or else as npm does, which writes `||` between alternatives and blanks between bounds.
    ///
    /// Source: <https://docs.npmjs.com/cli/v10/configuring-npm/package-json#engines>; node-semver's grammar of ranges.
    pub(crate) fn parse(text: &str) -> Requirement {
        let alternatives = match VersionReq::parse(text) {
            Ok(only) => vec![only],
            Err(_) => text.split("||").map(bounds).collect::<Option<_>>().unwrap_or_default(),
        };
        Requirement { alternatives }
    }

    /// Whether a version meets the requirement. It does if either makes no sense: that is nobody's mistake to show.
    pub(crate) fn allows(&self, version: &str) -> bool {
        let Some(version) = numbers(version) else { return true };
        self.alternatives.is_empty()
            || self.alternatives.iter().any(|alternative| alternative.matches(&version))
    }
}

/// Reads bounds that all have to be met: `>=18 <21`, `>= 18`, `14 - 16`.
fn bounds(text: &str) -> Option<VersionReq> {
    let mut written = String::with_capacity(text.len() + 4);
    let mut words = text.split_whitespace().peekable();
    while let Some(word) = words.next() {
        if let Some(lowest) = words.next_if_eq(&"-").and(Some(word)) {
            written.extend([">=", lowest, ",<="]);
            continue;
        }
        written.push_str(word);
        if word.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '*') && words.peek().is_some() {
            written.push(',');
        }
    }
    VersionReq::parse(&written).ok()
}

/// The first three numbers with dots between, as a version: what stands behind them is not compared.
fn numbers(text: &str) -> Option<Version> {
    let candidates = text.split(|c: char| !c.is_ascii_digit() && c != '.');
    candidates.into_iter().find_map(|run| {
        let mut numbers = run.split('.').map(str::parse);
        let mut number = || numbers.next()?.ok();
        Some(Version::new(number()?, number()?, number()?))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn requirements_are_met_or_not() {
        let cases = [
            // As starship has them.
            (">=20", "18.19.0", false),
            ("18", "18.19.0", true),
            ("20.x", "18.19.0", false),
            (">=16.0.0, <18", "18.19.0", false),
            ("*", "18.19.0", true),
            ("", "18.19.0", true),
            ("foo", "18.19.0", true),
            (">=21", "21.0.0-nightly2023", true),
            ("1.22", "1.21.3", false),
            ("1.22", "1.22rc1", true),
            // As npm has them; starship reads none of these.
            (">=18 <20", "18.19.0", true),
            (">=18 <20", "21.0.0", false),
            (">= 18 < 20", "21.0.0", false),
            ("^18 || ^20", "20.1.0", true),
            ("^18 || ^20", "19.1.0", false),
            ("14 - 16", "16.3.0", true),
            ("14 - 16", "17.0.0", false),
        ];
        for (requirement, version, met) in cases {
            assert_eq!(Requirement::parse(requirement).allows(version), met, "{requirement} and {version}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_too_much(text in "([<>=^~|,. x*-]|[0-9]){0,24}", version in "[0-9v.-]{0,12}") {
            Requirement::parse(&text).allows(&version);
        }
    }
}
