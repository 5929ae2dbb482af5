//! How long the last command ran.
//!
//! Shows: the time, from its first unit that is not zero down to seconds or milliseconds.
//! Hidden when: it is below `min_time`, or there was no command.
//! Costs: nothing.

use ziron_macros::{Options, Vars};
use ziron_runtime::pen::HumanDuration;
use ziron_runtime::request::Request;
use ziron_runtime::segment::Segment;
use ziron_runtime::spec::{Format, StyleText};

/// Shows how long the last command ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(name = "cmd_duration", position = 91, facts(request))]
pub struct CmdDuration {
    /// The format of the module.
    #[option(default = "took [$duration]($style) ")]
    pub format: Format,
    /// The style of the module.
    #[option(default = "yellow bold")]
    pub style: StyleText,
    /// Shorter commands are not shown.
    #[option(default = 2000, unit = "ms")]
    pub min_time: u64,
    /// Shows milliseconds as well.
    #[option(default = false)]
    pub show_milliseconds: bool,
    /// Lets the shell's script notify the desktop of the end of a long command.
    #[option(default = false)]
    pub show_notifications: bool,
    /// The desktop is not notified of shorter commands.
    #[option(default = 45_000, unit = "ms")]
    pub min_time_to_notify: u64,
    /// How long a notification stays; unset for as long as the desktop thinks right.
    #[option(default = None, unit = "ms")]
    pub notification_timeout: Option<u64>,
    /// Leaves the module out.
    #[option(default = false)]
    pub disabled: bool,
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Vars)]
pub struct CmdDurationVars {
    /// How long the last command ran.
    pub duration: HumanDuration,
}

impl Segment for CmdDuration {
    type Facts<'a> = &'a Request;
    type Vars<'a> = CmdDurationVars;

    fn vars<'a>(&'a self, request: &'a Request) -> Option<CmdDurationVars> {
        let duration = request.duration?;
        (duration.as_millis() >= self.min_time.into()).then_some(CmdDurationVars {
            duration: HumanDuration { duration, milliseconds: self.show_milliseconds },
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn short_commands_are_hidden() {
        let shown = |module: CmdDuration, duration| {
            module
                .vars(&Request { duration, ..Request::default() })
                .map(|vars| vars.duration.duration.as_millis())
        };
        let always = CmdDuration { min_time: 0, ..CmdDuration::DEFAULT };
        for (millis, by_default) in [(1999, None), (2000, Some(2000)), (2001, Some(2001))] {
            let duration = Some(Duration::from_millis(millis));
            assert_eq!(shown(CmdDuration::DEFAULT, duration), by_default);
            assert_eq!(shown(always, duration), Some(u128::from(millis)));
        }
        assert_eq!(shown(always, None), None, "there was no command");
    }
}
