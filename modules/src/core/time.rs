//! The time of day.
//!
//! Shows: the time, in the zone and the form of one's choice.
//! Hidden when: the local time is outside `time_range`.
//! Costs: one or two small files of the time zone database.
//!
//! Sources: tzset(3) for `TZ`, RFC 9636 for zone files, strftime(3) for `time_format`.

use std::path::Path;
use std::time::{Duration, SystemTime};

use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};
use ziron_macros::{Options, Vars};
use ziron_runtime::io::Io;
use ziron_runtime::place::Place;
use ziron_runtime::segment::Segment;
use ziron_runtime::source::{ReadError, Source};
use ziron_runtime::spec::{Format, StyleText};

/// Shows the time of day.
#[allow(clippy::struct_field_names, reason = "users know the options by these names")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Options)]
#[module(
    name = "time", position = 95, feature = "time", facts(self),
    cost = File, policy = Never,
    env = ["TZ", "TZDIR"],
    files = [LOCAL_ZONE, ZONES, "$TZ", "$TZDIR"]
)]
pub struct Time {
    /// The format of the module.
    #[option(default = "at [$time]($style) ")]
    pub format: Format,
    /// The style of the module.
    #[option(default = "bold yellow")]
    pub style: StyleText,
    /// Shows twelve hours twice a day, if `time_format` does not say otherwise.
    #[option(default = false)]
    pub use_12hr: bool,
    /// How the time is written, as in strftime(3); `%T`, or `%r` with `use_12hr`, if nothing is said.
    #[option(default = None)]
    pub time_format: Option<&'static str>,
    /// The zone: `local`, the hours that it is ahead of UTC (`5.5`, `-3`), or its name (`Europe/Paris`).
    #[option(default = "local")]
    pub utc_time_offset: &'static str,
    /// From when until when the module is shown, in local time: `10:00:00-14:00:00`. Either end may be missing, and midnight may be between.
    #[option(default = "-")]
    pub time_range: &'static str,
    /// Leaves the module out.
    #[option(default = true)]
    pub disabled: bool,
}

/// The time of day as it is written; `None` outside the range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written(Option<String>);

/// Where the system keeps its own zone.
const LOCAL_ZONE: &str = "/etc/localtime";
/// Where the system keeps all zones, unless `TZDIR` says otherwise.
const ZONES: &str = "/usr/share/zoneinfo";

/// A moment, and what says which time it is called.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// Since 1970.
    now: Duration,
    /// `TZ`.
    zone: Option<String>,
    /// `TZDIR`.
    zones: Option<String>,
}

impl Source for Time {
    type Key = Moment;
    type Fact = Written;

    async fn key<I: Io>(&self, _place: &Place, io: &I) -> Option<Moment> {
        Some(Moment {
            now: io.now().duration_since(SystemTime::UNIX_EPOCH).ok()?,
            zone: io.env_text("TZ"),
            zones: io.env_text("TZDIR"),
        })
    }

    async fn read<I: Io>(
        &self,
        Moment { now, .. }: &Moment,
        _place: &Place,
        io: &I,
    ) -> Result<Written, ReadError> {
        let (seconds, nanoseconds) = (now.as_secs().cast_signed(), now.subsec_nanos().cast_signed());
        let now = Timestamp::new(seconds, nanoseconds)
            .map_err(|_| ReadError::unexpected("the clock is out of range"))?;
        let local = now.to_zoned(local_zone(io).await);
        if !in_range(self.time_range, &local) {
            return Ok(Written(None));
        }
        let shown = match zone(self.utc_time_offset, io).await {
            Some(zone) => local.with_time_zone(zone),
            None => local,
        };
        let format = self.time_format.unwrap_or(if self.use_12hr { "%r" } else { "%T" });
        let mut text = String::new();
        // A mistake in the format is shown as it stands, so that it is seen.
        let config = strtime::Config::new().lenient(true);
        strtime::BrokenDownTime::from(&shown)
            .format_with_config(&config, format, &mut text)
            .map_err(|_| ReadError::unexpected("`time_format` cannot be written"))?;
        Ok(Written(Some(text)))
    }
}

/// The zone that `utc_time_offset` chooses; `None` for the local one.
async fn zone<I: Io>(text: &str, io: &I) -> Option<TimeZone> {
    if text == "local" {
        return None;
    }
    if let Ok(hours) = text.parse::<f32>() {
        let is_possible = hours.abs() < 24.0;
        return is_possible
            .then(|| Offset::from_seconds((hours * 3600.0) as i32).ok().map(TimeZone::fixed))?;
    }
    named_zone(text, io).await
}

/// The zone that `TZ` names, else the system's, else UTC.
async fn local_zone<I: Io>(io: &I) -> TimeZone {
    let Some(name) = io.env_text("TZ") else {
        return zone_file(Path::new(LOCAL_ZONE), "Local", io).await.unwrap_or(TimeZone::UTC);
    };
    let name = name.strip_prefix(':').unwrap_or(&name);
    if name.starts_with('/') {
        return zone_file(Path::new(name), "Local", io).await.unwrap_or(TimeZone::UTC);
    }
    match named_zone(name, io).await {
        Some(zone) => zone,
        None => TimeZone::posix(name).unwrap_or(TimeZone::UTC),
    }
}

/// A zone of the system's database.
async fn named_zone<I: Io>(name: &str, io: &I) -> Option<TimeZone> {
    if name.is_empty() || name.starts_with('/') || name.split('/').any(|part| part == "..") {
        return None;
    }
    let folder = io.env_text("TZDIR").unwrap_or_else(|| ZONES.to_owned());
    zone_file(&Path::new(&folder).join(name), name, io).await
}

async fn zone_file<I: Io>(path: &Path, name: &str, io: &I) -> Option<TimeZone> {
    TimeZone::tzif(name, &io.read(path).await.ok()?).ok()
}

/// Whether a time is within a range such as `10:00:00-14:00:00`; an end that makes no sense is no end.
fn in_range(range: &str, now: &Zoned) -> bool {
    let (start, end) = range.split_once('-').unwrap_or((range, ""));
    let now = u32::from(now.hour().unsigned_abs()) * 3600
        + u32::from(now.minute().unsigned_abs()) * 60
        + u32::from(now.second().unsigned_abs());
    match (time_of_day(start), time_of_day(end)) {
        (None, None) => true,
        (Some(start), None) => now > start,
        (None, Some(end)) => now < end,
        (Some(start), Some(end)) if start < end => now > start && now < end,
        (Some(start), Some(end)) => now > start || now < end,
    }
}

/// Reads `HH:MM:SS` as seconds since midnight.
fn time_of_day(text: &str) -> Option<u32> {
    let mut parts = text.trim().split(':').map(|part| part.parse::<u32>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    (parts.next().is_none() && hour < 24 && minute < 60 && second < 60)
        .then_some(hour * 3600 + minute * 60 + second)
}

/// The variables of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Vars)]
pub struct TimeVars<'a> {
    /// The time.
    pub time: &'a str,
}

impl Segment for Time {
    type Facts<'a> = Option<&'a Written>;
    type Vars<'a> = TimeVars<'a>;

    fn vars<'a>(&'a self, written: Option<&'a Written>) -> Option<TimeVars<'a>> {
        Some(TimeVars { time: written?.0.as_deref()? })
    }
}

#[cfg(test)]
mod tests {
    use ziron_runtime::io::Simulated;

    use super::*;
    use crate::testing::read;

    /// 2026-11-21, 03:12:58 UTC.
    const NOW: u64 = 1_795_230_778;
    const PLAIN: Time = Time { time_format: Some("%T %z"), ..Time::DEFAULT };

    fn shown(module: Time, io: &Simulated) -> Option<String> {
        let written = read(&module, io);
        module.vars(written.as_ref()).map(|vars| vars.time.to_owned())
    }

    #[test]
    fn zones() {
        for (tz, offset, expected) in [
            ("UTC0", "local", "03:12:58 +0000"),
            ("UTC0", "-5", "22:12:58 -0500"),
            ("UTC0", "5.5", "08:42:58 +0530"),
            ("UTC0", "24", "03:12:58 +0000"),
            ("UTC0", "Nowhere/At_All", "03:12:58 +0000"),
            ("UTC0", "../passwd", "03:12:58 +0000"),
            ("EST5EDT,M3.2.0,M11.1.0", "local", "22:12:58 -0500"),
            (":EST5EDT,M3.2.0,M11.1.0", "local", "22:12:58 -0500"),
            ("nonsense", "local", "03:12:58 +0000"),
            ("", "local", "03:12:58 +0000"),
        ] {
            let io = Simulated::new().at(NOW).env_var("TZ", tz);
            let module = Time { utc_time_offset: offset, ..PLAIN };
            assert_eq!(shown(module, &io).as_deref(), Some(expected), "{tz} {offset}");
        }
    }

    #[test]
    fn zone_files() {
        let io = Simulated::new()
            .at(NOW)
            .file(LOCAL_ZONE, tzif("PLT-5"))
            .file("/usr/share/zoneinfo/Asia/Two", tzif("TWO-2"));
        assert_eq!(shown(PLAIN, &io).unwrap(), "08:12:58 +0500");
        assert_eq!(shown(Time { utc_time_offset: "Asia/Two", ..PLAIN }, &io).unwrap(), "05:12:58 +0200");
        assert_eq!(shown(PLAIN, &io.env_var("TZ", "Asia/Two")).unwrap(), "05:12:58 +0200");
    }

    /// A zone file of version 2 that holds nothing but a rule.
    fn tzif(rule: &str) -> Vec<u8> {
        let mut block = b"TZif2".to_vec();
        block.extend([0; 15]);
        for count in [0_u32, 0, 0, 0, 1, 4] {
            block.extend(count.to_be_bytes());
        }
        // One type, of UTC, named by four bytes.
        block.extend([0; 6]);
        block.extend(b"UTC\0");
        let mut file = [block.clone(), block].concat();
        file.extend(format!("\n{rule}\n").bytes());
        file
    }

    #[test]
    fn forms() {
        let io = Simulated::new().at(NOW);
        for (module, expected) in [
            (Time::DEFAULT, "03:12:58"),
            (Time { use_12hr: true, ..Time::DEFAULT }, "3:12:58 AM"),
            (Time { time_format: Some("%Y-%m-%d %A"), ..Time::DEFAULT }, "2026-11-21 Saturday"),
            (Time { time_format: Some("%H %!"), ..Time::DEFAULT }, "03 %!"),
        ] {
            assert_eq!(shown(module, &io).as_deref(), Some(expected), "{module:?}");
        }
    }

    #[test]
    fn ranges() {
        let io = Simulated::new().at(NOW);
        for (time_range, expected) in [
            ("-", true),
            ("", true),
            ("x-y", true),
            ("1:00-2:00", true),
            ("00:00:00-", true),
            ("-00:00:01", false),
            ("0:0:0 - 23:59:59", true),
            ("23:59:59-0:0", false),
            ("22:00:00-04:00:00", true),
            ("22:00:00-02:00:00", false),
        ] {
            assert_eq!(shown(Time { time_range, ..Time::DEFAULT }, &io).is_some(), expected, "{time_range}");
        }
    }
}
