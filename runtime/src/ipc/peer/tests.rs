//! A socket that only its user can connect to, and that takes its place at once.

use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::*;
use crate::ipc::address::Surroundings;

struct Here {
    _runtime: tempfile::TempDir,
    address: Address,
    folder: Folder,
}

fn here() -> Here {
    let runtime = crate::safe_path::private_folder().unwrap();
    let world = Surroundings::with_runtime_dir(runtime.path());
    let address = Address::of_canonical(Path::new("/bin/ziron-prompt"), &world).unwrap();
    let folder = address.prepare().unwrap();
    Here { _runtime: runtime, address, folder }
}

#[test]
fn the_socket_is_the_users_alone() {
    let here = here();
    let (listener, _) = listen(&here.address, &here.folder).unwrap();
    #[allow(clippy::disallowed_methods, reason = "a look from outside")]
    let meta = std::fs::metadata(here.address.socket()).unwrap();
    assert!(meta.file_type().is_socket());
    assert_eq!(meta.mode() & 0o777, 0o600);
    #[allow(clippy::disallowed_methods, reason = "a look from outside")]
    let count = std::fs::read_dir(here.address.folder()).unwrap().count();
    assert_eq!(count, 1, "it has one name");
    let would_block = listener.accept().unwrap_err();
    assert_eq!(would_block.kind(), io::ErrorKind::WouldBlock, "the listener does not block");
    let client = UnixStream::connect(here.address.socket()).unwrap();
    let (served, _) = listener.accept().unwrap();
    check(&served).unwrap();
    check(&client).unwrap();
}

#[test]
fn a_new_daemon_takes_the_place_of_an_old_one() {
    let here = here();
    let (old, _) = listen(&here.address, &here.folder).unwrap();
    let _waiting = UnixStream::connect(here.address.socket()).unwrap();
    let (new, _) = listen(&here.address, &here.folder).unwrap();
    let _late = UnixStream::connect(here.address.socket()).unwrap();
    assert!(old.accept().is_ok(), "who came before is still with the old one");
    assert!(old.accept().is_err() && new.accept().is_ok());
}

#[test]
fn what_is_no_socket_is_left_alone() {
    let here = here();
    let socket = here.address.socket();
    here.folder.replace("socket", b"precious").unwrap();
    assert_eq!(listen(&here.address, &here.folder).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    std::fs::remove_file(&socket).unwrap();

    let other = here.address.folder().join("other");
    let _other = UnixListener::bind(&other).unwrap();
    std::os::unix::fs::symlink(&other, &socket).unwrap();
    assert!(listen(&here.address, &here.folder).is_err(), "not even a link to one");
    assert!(std::fs::read_link(&socket).is_ok());
    std::fs::remove_file(&socket).unwrap();

    let temporary = here.address.folder().join(format!("n.{}", std::process::id()));
    drop(UnixListener::bind(&temporary).unwrap());
    listen(&here.address, &here.folder).unwrap();
    assert!(!temporary.exists(), "what a crash left is used up");
}

#[test]
fn the_system_says_who_is_at_the_other_end() {
    let (one, _other) = UnixStream::pair().unwrap();
    assert_eq!(uid(&one).unwrap(), rustix::process::geteuid().as_raw());
    assert!(pid(&one).unwrap().is_none_or(|pid| pid == std::process::id()));
}
