//! `ziron-build watch`: builds again whenever the configuration changes.

use crate::cli::BuildArgs;
use crate::config;
use crate::env::Env;
use crate::error::CommandError;
use crate::interrupt::Interrupt;
use crate::ui::Ui;
use crate::watches::{Happened, Watches, settled, watched};

/// Builds, and builds again when the configuration has changed, until Ctrl-C.
pub(super) fn run(args: &BuildArgs, env: &Env, ui: Ui) -> Result<(), CommandError> {
    let interrupt = Interrupt::install()?;
    let (mut watches, happened, waker) = Watches::new(ui);
    Interrupt::on_signal(move || _ = waker.send(Happened))?;
    let given = args.config.config.as_deref();
    let mut built: Option<Option<String>> = None;
    loop {
        // First the watches, then a look: what happens in between is reported.
        watches.follow(config::candidates(given, env).iter().flat_map(|path| watched(path)).collect());
        let text = config::load(given, env).ok().map(|config| config.text);
        // A file that is not there for a moment is waited for; the first time, its absence is said.
        if built.is_none() || text.is_some() && built.as_ref() != Some(&text) {
            built = Some(text);
            match super::build::once(args, env, ui, &interrupt) {
                Ok(()) => {}
                Err(_) if interrupt.signal().is_some() => return Ok(()),
                // The next version may be right.
                Err(error) => ui.error(&error),
            }
            ui.note("Watching the configuration. Ctrl-C ends it.");
        }
        if interrupt.signal().is_some() || !settled(&happened, || interrupt.signal().is_some()) {
            return Ok(());
        }
    }
}
