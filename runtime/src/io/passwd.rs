//! This user's line in `/etc/passwd`.
//!
//! The C library's look-up would need its name-service plug-ins, which a static program does not have. The line is
//! asked for at every prompt, so that a process that draws more than once reads the file anew only when it is another.
#![allow(clippy::disallowed_methods, reason = "a part of the real operating system")]

use std::fs::Metadata;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::sync::{Mutex, PoisonError};

/// Where the users are. Source: passwd(5).
pub(super) const PATH: &str = "/etc/passwd";

/// The line that was read last; `None` in it if the user has none.
static LAST: Mutex<Option<(Version, Option<String>)>> = Mutex::new(None);

/// What is another when a file is written or replaced: device, inode, size, and the time of the last change in seconds
/// and nanoseconds.
type Version = (u64, u64, u64, i64, i64);

/// A field of the line: 0 is the name, 5 the home folder, 6 the login shell. `None` if there is no such file, user or
/// field.
pub fn field(field: usize) -> Option<String> {
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    let is_same = match &*last {
        Some((known, _)) => std::fs::metadata(PATH).is_ok_and(|now| version(&now) == *known),
        None => false,
    };
    if !is_same {
        *last = read().ok();
    }
    let (_, line) = last.as_ref()?;
    line.as_ref()?.split(':').nth(field).map(ToOwned::to_owned)
}

fn read() -> io::Result<(Version, Option<String>)> {
    let mut file = super::open::file(PATH)?;
    // Should it be written to while it is read, it is another the next time.
    let version = version(&file.metadata()?);
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let uid = rustix::process::geteuid().as_raw();
    let of_user = |line: &&str| line.split(':').nth(2).and_then(|id| id.parse().ok()) == Some(uid);
    Ok((version, text.lines().find(of_user).map(ToOwned::to_owned)))
}

fn version(file: &Metadata) -> Version {
    (file.dev(), file.ino(), file.size(), file.ctime(), file.ctime_nsec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_that_of_this_user_however_often_it_is_asked_for() {
        let uid = rustix::process::geteuid().as_raw().to_string();
        for _ in 0..3 {
            assert_eq!(field(2).unwrap_or_else(|| uid.clone()), uid);
            assert!(field(0).is_none_or(|name| !name.is_empty()));
        }
        assert_eq!(field(7), None, "there are seven fields");
    }
}
