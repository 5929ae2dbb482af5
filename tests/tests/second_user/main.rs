//! Another user of the same machine, who plants folders, links, sockets, pipes and files on the way to each of ours.
//!
//! The tests run as root, become a victim and an attacker who have numbers and no accounts, and do nothing elsewhere.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests make files, start programs, and fail where they stand"
)]

mod attack;
mod binary;
mod shells;
mod town;

use std::path::Path;
use std::thread;

use rustix::process::{Gid, Uid};
use rustix::thread::{set_thread_gid, set_thread_groups, set_thread_uid};

/// Whose prompt it is.
const VICTIM: u32 = 12_001;
/// Who would like to draw it.
const ATTACKER: u32 = 12_002;

/// Does something as another user: Linux has the users of each thread apart.
fn by<T: Send>(user: u32, act: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let acting = scope.spawn(move || {
            become_user(user);
            act()
        });
        acting.join().unwrap()
    })
}

/// Makes this thread another user's, for good.
fn become_user(user: u32) {
    set_thread_groups(&[]).unwrap();
    set_thread_gid(Gid::from_raw(user)).unwrap();
    set_thread_uid(Uid::from_raw(user)).unwrap();
}

/// Makes a folder with a mode.
fn folder(path: &Path, mode: u32) {
    std::fs::create_dir(path).unwrap();
    set_mode(path, mode);
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}
