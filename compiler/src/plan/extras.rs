//! What a configuration wants sent to the terminal besides the prompt: a part of the `[ziron]` table.

use ziron_runtime::pen::{Notification, Profile};

use super::settings::Reader;

/// What a configuration wants sent to the terminal besides the prompt. The title and the footer are [`Parts`](super::Parts).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extras {
    /// The profile; `None` for what suits the terminal.
    pub profile: Option<Profile>,
    /// Whether the terminal is told the directory.
    pub report_directory: bool,
    /// Whether prompts, commands and their output are marked.
    pub marks: bool,
    /// The shortest command (ms) at whose end the user is notified; `None` for never.
    pub notify_after_ms: Option<u64>,
    /// How; `None` for what suits the terminal.
    pub notify_with: Option<Notification>,
}

/// The ways to notify by their names.
const NOTIFICATIONS: [(&str, Option<Notification>); 5] = [
    ("auto", None),
    ("osc9", Some(Notification::Osc9)),
    ("osc777", Some(Notification::Osc777)),
    ("osc99", Some(Notification::Osc99)),
    ("bell", Some(Notification::Bell)),
];

/// Reads the options of the `[ziron]` table that are about this.
pub(super) fn read(reader: &mut Reader<'_, '_>) -> Extras {
    Extras {
        profile: reader.word("profile", &Profile::ALL),
        report_directory: reader.flag("report_directory").unwrap_or(false),
        marks: reader.flag("marks").unwrap_or(false),
        notify_after_ms: reader.milliseconds("notify_after"),
        notify_with: reader.word("notify_with", &NOTIFICATIONS).flatten(),
    }
}
