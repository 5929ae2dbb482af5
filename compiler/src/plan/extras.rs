//! What a configuration wants sent to the terminal besides the prompt: a part of the `[ziron]` table. The title and the
//! footer are [`Parts`](super::Parts).

use ziron_runtime::pen::{Notification, Profile};
use ziron_runtime::prelude::{Extras, Notify};

use super::settings::Reader;

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
    let (after, with) =
        (reader.milliseconds("notify_after"), reader.word("notify_with", &NOTIFICATIONS).flatten());
    Extras {
        profile: reader.word("profile", &Profile::ALL),
        report_directory: reader.flag("report_directory").unwrap_or(false),
        marks: reader.flag("marks").unwrap_or(false),
        notify: after.map(|after| Notify { after, with }),
    }
}
