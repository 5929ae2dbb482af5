//! The jobs in the background.
//!
//! Shows: a symbol, and how many jobs there are.
//! Hidden when: there is none.
//! Costs: nothing.

use ziron_macros::{Choice, Options, Vars};
use ziron_runtime::request::Request;
use ziron_runtime::segment::Segment;
use ziron_runtime::spec::{Format, StyleText};

/// Shows how many jobs the shell has in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(name = "jobs", position = 93, facts(request))]
pub struct Jobs {
    /// The format of the module.
    #[option(default = "[$symbol$number]($style) ")]
    pub format: Format,
    /// The style of the module.
    #[option(default = "bold blue")]
    pub style: StyleText,
    /// The symbol of jobs.
    #[option(default = "✦")]
    pub symbol: Format,
    /// The symbol is shown from this many jobs on; 0 shows it always.
    #[option(default = 1, unit = "jobs")]
    pub symbol_threshold: u64,
    /// The number is shown from this many jobs on; 0 shows it always.
    #[option(default = 2, unit = "jobs")]
    pub number_threshold: u64,
    /// The number is shown above this many jobs, the symbol from one on, and both always if it is 0.
    /// Deprecated: with any value but 1 the other two thresholds say nothing.
    #[option(default = 1, unit = "jobs")]
    pub threshold: u64,
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
}

/// The symbol, where there are enough jobs for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Choice)]
pub enum Symbol {
    /// There are.
    #[choice("symbol")]
    Shown,
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Vars)]
pub struct JobsVars {
    /// The symbol, from `symbol_threshold` jobs on.
    #[var(choice)]
    pub symbol: Option<Symbol>,
    /// How many jobs there are, from `number_threshold` jobs on.
    pub number: Option<u64>,
}

impl Segment for Jobs {
    type Facts<'a> = &'a Request;
    type Vars<'a> = JobsVars;

    fn vars<'a>(&'a self, request: &'a Request) -> Option<JobsVars> {
        let jobs = request.jobs;
        if jobs == 0 && self.threshold > 0 && self.number_threshold > 0 && self.symbol_threshold > 0 {
            return None;
        }
        let (symbol, number) = if self.threshold == Jobs::DEFAULT.threshold {
            (jobs >= self.symbol_threshold, jobs >= self.number_threshold)
        } else {
            let above = jobs > self.threshold || self.threshold == 0;
            (jobs > 0 || above, above)
        };
        Some(JobsVars { symbol: symbol.then_some(Symbol::Shown), number: number.then_some(jobs) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is shown of so many jobs: a star for the symbol, and the number.
    fn shown(module: Jobs, jobs: u64) -> Option<String> {
        let request = Request { jobs, ..Request::default() };
        let JobsVars { symbol, number } = module.vars(&request)?;
        Some(
            symbol.map_or("", |_| "*").to_owned()
                + &number.map_or(String::new(), |number| number.to_string()),
        )
    }

    #[test]
    fn thresholds() {
        let default = Jobs::DEFAULT;
        let always = Jobs { symbol_threshold: 0, ..default };
        let legacy = Jobs { threshold: 4, ..default };
        let legacy_always = Jobs { threshold: 0, ..default };
        for (module, expected) in [
            (default, [None, Some("*"), Some("*2"), Some("*5")]),
            (always, [Some("*"), Some("*"), Some("*2"), Some("*5")]),
            (legacy, [None, Some("*"), Some("*"), Some("*5")]),
            (legacy_always, [Some("*0"), Some("*1"), Some("*2"), Some("*5")]),
        ] {
            let found = [0, 1, 2, 5].map(|jobs| shown(module, jobs));
            assert_eq!(found, expected.map(|text| text.map(ToOwned::to_owned)), "{module:?}");
        }
    }
}
