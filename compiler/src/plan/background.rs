//! What a configuration says about the background mode: the `[daemon]` table.

use super::settings::{Reader, unknown_options};
use crate::diagnostic::Diagnostics;
use crate::syntax::toml::Table;

/// What a configuration says about the background mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Background {
    /// Whether it is wanted; `None` if the configuration does not say: a program of its own has it, a prompt inside somebody's crate has not.
    pub enabled: Option<bool>,
    /// How long a prompt that cannot be drawn again waits for what is being verified (ms).
    pub patience_ms: u64,
    /// How long the daemon stays when no shell is connected (ms).
    pub idle_exit_ms: u64,
}

const OPTIONS: &[&str] = &["enabled", "patience", "idle_exit"];

impl Default for Background {
    /// Two frames of a screen are not noticed; ten minutes bridge the time between two terminals.
    fn default() -> Background {
        Background { enabled: None, patience_ms: 30, idle_exit_ms: 600_000 }
    }
}

/// Reads the `[daemon]` table.
pub(super) fn read(root: &Table, diagnostics: &mut Diagnostics) -> Background {
    let mut background = Background::default();
    let Some(value) = root.get("daemon") else { return background };
    let Some(table) = value.as_table() else {
        diagnostics.push(value.wrong_type("daemon", "a table"));
        return background;
    };
    let mut reader = Reader { table, diagnostics };
    background.enabled = reader.flag("enabled");
    background.patience_ms = reader.milliseconds("patience").unwrap_or(background.patience_ms);
    background.idle_exit_ms = reader.milliseconds("idle_exit").unwrap_or(background.idle_exit_ms);
    unknown_options("daemon", table, OPTIONS, diagnostics);
    background
}
