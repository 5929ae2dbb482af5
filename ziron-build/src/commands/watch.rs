//! `ziron-build watch`: builds again whenever the configuration changes.

use std::thread;
use std::time::{Duration, Instant};

use crate::cli::BuildArgs;
use crate::config;
use crate::env::Env;
use crate::error::CommandError;
use crate::interrupt::Interrupt;
use crate::ui::Ui;

/// The configuration is looked at this often: a file of some lines, so that no watch has to be kept on folders that links lead to.
const PAUSE: Duration = Duration::from_millis(200);

/// It is built from when it has been the same for so long: an editor may write it in pieces, and a formatter after it.
const SETTLE: Duration = Duration::from_millis(300);

/// Builds, and builds again when the configuration has changed, until Ctrl-C.
pub(super) fn run(args: &BuildArgs, env: &Env, ui: Ui) -> Result<(), CommandError> {
    let interrupt = Interrupt::install()?;
    let mut changes = Changes::default();
    loop {
        let text = config::load(args.config.config.as_deref(), env).ok().map(|config| config.text);
        if changes.is_new(text, now()) {
            match super::build::once(args, env, ui, &interrupt) {
                Ok(()) => {}
                Err(_) if interrupt.signal().is_some() => return Ok(()),
                // The next version may be right.
                Err(error) => ui.error(&error),
            }
            ui.note("Watching the configuration. Ctrl-C ends it.");
        }
        if interrupt.signal().is_some() {
            return Ok(());
        }
        thread::sleep(PAUSE);
    }
}

#[allow(clippy::disallowed_methods, reason = "it waits for a person")]
fn now() -> Instant {
    Instant::now()
}

/// Tells when a text has changed and then been left alone.
#[derive(Debug, Default)]
struct Changes {
    /// What was built last, once something was.
    built: Option<String>,
    has_begun: bool,
    /// What was seen last, and since when.
    seen: Option<(String, Instant)>,
}

impl Changes {
    /// Whether this text is to be built from now. A file that is not there for a moment is waited for.
    fn is_new(&mut self, text: Option<String>, now: Instant) -> bool {
        if !std::mem::replace(&mut self.has_begun, true) {
            self.built = text;
            return true;
        }
        let Some(text) = text else {
            self.seen = None;
            return false;
        };
        match &self.seen {
            Some((seen, since)) if *seen == text => {
                let is_new = self.built.as_ref() != Some(&text) && now.duration_since(*since) >= SETTLE;
                if is_new {
                    self.built = Some(text);
                }
                is_new
            }
            _ => {
                self.seen = Some((text, now));
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_built_once_when_it_has_settled() {
        let start = now();
        let mut changes = Changes::default();
        let mut at = |ms: u64, text: Option<&str>| {
            changes.is_new(text.map(str::to_owned), start + Duration::from_millis(ms))
        };
        assert!(at(0, Some("a")), "the first time in any case");
        assert!(!at(200, Some("a")) && !at(900, Some("a")));
        // It is gone for a moment, written in two pieces, and left alone.
        assert!(!at(1000, None) && !at(1200, Some("a b")) && !at(1400, Some("a b c")));
        assert!(!at(1600, Some("a b c")));
        assert!(at(1800, Some("a b c")));
        assert!(!at(2000, Some("a b c")) && !at(3000, Some("a b c")));
        assert!(!at(3100, None) && !at(3150, None) && !at(3600, None), "there is nothing to build from");
        // Changed and changed back: nothing is to be done.
        assert!(!at(4200, Some("x")) && !at(4400, Some("a b c")) && !at(5000, Some("a b c")));
    }
}
