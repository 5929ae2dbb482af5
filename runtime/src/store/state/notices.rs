//! Notices: that a state was put aside, for `doctor` to tell.

use std::fmt;
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::io::open::{self, Begin};

/// One line for each notice: milliseconds since 1970, the reason as a word, the version, the name.
const FILE: &str = "notices";

/// More than this is not kept (bytes); a machine on which more goes wrong has other troubles.
const SIZE_LIMIT: u64 = 16 << 10;

/// That a state could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whose state it was.
    pub name: String,
    /// When that was noticed.
    pub at: SystemTime,
    /// Why.
    pub reason: Reason,
}

/// Why a state could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It is not what was written.
    Damaged,
    /// It was written by another version, and nothing says how to go on with that.
    OtherVersion {
        /// The version that has written it.
        version: u32,
    },
    /// It is no plain file of the user's own, or cannot be opened.
    Unreadable,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match self.reason {
            Reason::Damaged => write!(f, "the state of `{name}` was damaged"),
            Reason::OtherVersion { version } => {
                write!(
                    f,
                    "the state of `{name}` was written by version {version}, which this one does not know"
                )
            }
            Reason::Unreadable => write!(f, "the state of `{name}` could not be read"),
        }
    }
}

/// The notices of a folder of states, oldest first.
///
/// # Examples
/// ```
/// use ziron_runtime::store::state::{State, notices};
///
/// # let folder = tempfile::Builder::new().permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700)).tempdir().unwrap();
/// State::<u32>::new(folder.path(), "count", 7).save(&1)?;
/// // An older build does not know version 7, begins anew and says so.
/// State::<u32>::new(folder.path(), "count", 6).save(&1)?;
/// assert_eq!(
///     notices(folder.path())[0].to_string(),
///     "the state of `count` was written by version 7, which this one does not know",
/// );
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn notices(folder: &Path) -> Vec<Notice> {
    let mut bytes = Vec::new();
    if let Ok(file) = open::unlinked(folder.join(FILE)) {
        // What can be read of it is shown.
        let _ = file.take(2 * SIZE_LIMIT).read_to_end(&mut bytes);
    }
    String::from_utf8_lossy(&bytes).lines().filter_map(parse).collect()
}

/// Adds a notice; one short line appended is atomic.
pub(super) fn add(folder: &Path, notice: &Notice) {
    let file = folder.join(FILE);
    if std::fs::symlink_metadata(&file).is_ok_and(|meta| meta.len() > SIZE_LIMIT) {
        // What was not looked at for so long is not missed.
        let _ = std::fs::remove_file(&file);
    }
    let (word, version) = match notice.reason {
        Reason::Damaged => ("damaged", 0),
        Reason::OtherVersion { version } => ("version", version),
        Reason::Unreadable => ("unreadable", 0),
    };
    let millis = notice.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis();
    if let Ok(mut open) = open::for_writing(&file, Begin::AtEnd) {
        // The caller has the notice, too.
        let _ = open.write_all(format!("{millis} {word} {version} {}\n", notice.name).as_bytes());
    }
}

fn parse(line: &str) -> Option<Notice> {
    let mut words = line.splitn(4, ' ');
    let at = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(words.next()?.parse().ok()?))?;
    let (word, version) = (words.next()?, words.next()?.parse().ok()?);
    let reason = match word {
        "damaged" => Reason::Damaged,
        "version" => Reason::OtherVersion { version },
        "unreadable" => Reason::Unreadable,
        _ => return None,
    };
    // Control characters in a file that somebody has changed would reach the terminal.
    let name = words.next()?.chars().filter(|c| !c.is_control()).collect();
    Some(Notice { name, at, reason })
}
