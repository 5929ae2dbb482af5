//! How deeply shells are nested.
//!
//! Shows: a symbol, once or once for each level, and the level.
//! Hidden when: the level is below `threshold`.
//! Costs: a variable of the environment, if the shell does not say.

use serde::{Deserialize, Serialize};
use ziron_macros::{Options, Vars};
use ziron_runtime::io::Io;
use ziron_runtime::pen::Repeat;
use ziron_runtime::place::Place;
use ziron_runtime::request::Request;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{ReadError, Source};
use ziron_runtime::spec::{Format, StyleText};

/// Shows how deeply shells are nested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(name = "shlvl", position = 4, facts(request, self), cost = Free, policy = Never, env = ["SHLVL"])]
pub struct Shlvl {
    /// The format of the module.
    #[option(default = "[$symbol$shlvl]($style) ")]
    pub format: Format,
    /// The style of the module.
    #[option(default = "bold yellow")]
    pub style: StyleText,
    /// The symbol of a level.
    #[option(default = "↕️  ")]
    pub symbol: &'static str,
    /// Lower levels are not shown.
    #[option(default = 2, unit = "levels")]
    pub threshold: i64,
    /// Shows the symbol once for each level.
    #[option(default = false)]
    pub repeat: bool,
    /// The symbol is shown this many times less, and the module is hidden where nothing is left of it.
    #[option(default = 0, unit = "levels")]
    pub repeat_offset: u64,
    /// Leaves the module out.
    #[option(default = true)]
    pub disabled: bool,
}

/// The level, as the environment has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Level(i64);

impl Source for Shlvl {
    type Key = Level;
    type Fact = Level;

    async fn key<I: Io>(&self, _place: &Place, io: &I) -> Option<Level> {
        io.env_text("SHLVL")?.parse().ok().map(Level)
    }

    async fn read<I: Io>(&self, level: &Level, _place: &Place, _io: &I) -> Result<Level, ReadError> {
        Ok(*level)
    }
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Vars)]
pub struct ShlvlVars<'a> {
    /// The symbol, as often as it is asked for.
    pub symbol: Repeat<'a>,
    /// The level.
    pub shlvl: i64,
}

impl Segment for Shlvl {
    type Facts<'a> = (&'a Request, Option<&'a Level>);
    type Vars<'a> = ShlvlVars<'a>;

    fn vars<'a>(&'a self, (request, level): Self::Facts<'a>) -> Option<ShlvlVars<'a>> {
        let shlvl = request.shlvl.or(level.map(|level| level.0))?;
        if shlvl < self.threshold {
            return None;
        }
        let times = if self.repeat { u64::try_from(shlvl).unwrap_or(1) } else { 1 };
        let times = times.saturating_sub(self.repeat_offset);
        if times == 0 && self.repeat_offset > 0 {
            return None;
        }
        // An absurd level, which is just a variable, shall not fill the screen.
        let count = usize::try_from(times).unwrap_or(MOST_SYMBOLS).min(MOST_SYMBOLS);
        Some(ShlvlVars { symbol: Repeat { text: self.symbol, count }, shlvl })
    }
}

/// How often the symbol is shown at most.
const MOST_SYMBOLS: usize = 64;

#[cfg(test)]
mod tests {
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::read;

    #[test]
    fn the_symbol_repeats() {
        let shown = |module: Shlvl, shlvl| {
            let request = Request { shlvl: Some(shlvl), ..Request::default() };
            module.vars((&request, None)).map(|vars| vars.symbol.count)
        };
        let once = Shlvl::DEFAULT;
        let repeated = Shlvl { repeat: true, ..once };
        let offset = Shlvl { repeat_offset: 3, ..repeated };
        for (module, expected) in [
            (once, [None, Some(1), Some(1), Some(1)]),
            (repeated, [None, Some(2), Some(3), Some(5)]),
            (offset, [None, None, None, Some(2)]),
            (Shlvl { repeat_offset: 3, ..once }, [None, None, None, None]),
        ] {
            assert_eq!([1, 2, 3, 5].map(|level| shown(module, level)), expected, "{module:?}");
        }
        assert_eq!(shown(repeated, i64::MAX), Some(MOST_SYMBOLS));
    }

    #[test]
    fn the_shell_knows_better_than_the_environment() {
        let level = read(&Shlvl::DEFAULT, &Simulated::new().env_var("SHLVL", "7"));
        let request = Request { shlvl: Some(3), ..Request::default() };
        assert_eq!(Shlvl::DEFAULT.vars((&request, level.as_ref())).unwrap().shlvl, 3);
        assert_eq!(Shlvl::DEFAULT.vars((&Request::default(), level.as_ref())).unwrap().shlvl, 7);
        assert_eq!(read(&Shlvl::DEFAULT, &Simulated::new().env_var("SHLVL", "x")), None);
    }
}
