//! What a configuration says about the background mode: the `[daemon]` table.

use std::time::Duration;

use ziron_runtime::prompt::Background;

use super::settings::{Reader, unknown_options};
use crate::diagnostic::Diagnostics;
use crate::syntax::toml::Table;

/// What a configuration says about the background mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackgroundMode {
    /// Whether it is wanted; `None` if the configuration does not say: a program of its own has it, a prompt inside
    /// somebody's crate has not.
    pub enabled: Option<bool>,
    /// How it behaves where there is one.
    pub background: Background,
}

const OPTIONS: &[&str] = &["enabled", "patience", "idle_exit"];

impl Default for BackgroundMode {
    /// Two frames of a screen are not noticed; ten minutes bridge the time between two terminals.
    fn default() -> BackgroundMode {
        let (patience, idle_exit) = (Duration::from_millis(30), Duration::from_secs(600));
        BackgroundMode { enabled: None, background: Background { patience, idle_exit } }
    }
}

/// Reads the `[daemon]` table.
pub(super) fn read(root: &Table, diagnostics: &mut Diagnostics) -> BackgroundMode {
    let mut mode = BackgroundMode::default();
    let Some(value) = root.get("daemon") else { return mode };
    let Some(table) = value.as_table() else {
        diagnostics.push(value.wrong_type("daemon", "a table"));
        return mode;
    };
    let mut reader = Reader { table, diagnostics };
    let Background { patience, idle_exit } = &mut mode.background;
    mode.enabled = reader.flag("enabled");
    *patience = reader.milliseconds("patience").unwrap_or(*patience);
    *idle_exit = reader.milliseconds("idle_exit").unwrap_or(*idle_exit);
    unknown_options("daemon", table, OPTIONS, diagnostics);
    mode
}
