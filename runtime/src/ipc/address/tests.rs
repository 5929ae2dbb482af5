//! Which folder it is, and which it is not.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::*;

const BINARY: &str = "/home/me/.local/bin/ziron-prompt";

fn uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

fn private_folder(mode: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), Permissions::from_mode(mode)).unwrap();
    folder
}

fn world(runtime_dir: &Path) -> World {
    World { runtime_dir: Some(runtime_dir.to_owned()), temporary: None, uid: uid() }
}

fn folder_of(world: &World) -> PathBuf {
    Address::of_canonical(Path::new(BINARY), world).unwrap().folder().to_owned()
}

#[test]
fn the_runtime_folder_is_used_if_it_is_the_users_alone() {
    let runtime = private_folder(0o700);
    // FNV-1a of the path, worked out with another program.
    assert_eq!(folder_of(&world(runtime.path())), runtime.path().join("ziron").join(ID));
    let elsewhere = PathBuf::from(format!("/tmp/ziron-{}/{ID}", uid()));
    for unfit in [Path::new("run"), Path::new(""), Path::new("/does/not/exist"), Path::new("/etc/passwd")] {
        assert_eq!(folder_of(&world(unfit)), elsewhere, "{}", unfit.display());
    }
    let strangers = World { uid: uid() + 1, ..world(runtime.path()) };
    assert_eq!(folder_of(&strangers), PathBuf::from(format!("/tmp/ziron-{}/{ID}", uid() + 1)));
    assert_eq!(folder_of(&world(private_folder(0o770).path())), elsewhere, "the group may write to it");
    assert_eq!(folder_of(&world(private_folder(0o702).path())), elsewhere, "everybody may write to it");
    let readable = private_folder(0o755);
    assert!(folder_of(&world(readable.path())).starts_with(readable.path()), "others may only look");
}

const ID: &str = "15db09fe01d885d2";

#[test]
fn temporary_files_may_be_elsewhere() {
    let world = World { runtime_dir: None, temporary: Some(PathBuf::from("/var/folders/x/T")), uid: 501 };
    assert!(folder_of(&world).starts_with("/var/folders/x/T/ziron-501"));
    let relative = World { temporary: Some(PathBuf::from("T")), ..world };
    assert!(folder_of(&relative).starts_with("/tmp/ziron-501"));
}

#[test]
fn links_to_a_binary_have_its_address_and_other_binaries_another() {
    let folder = private_folder(0o700);
    let (binary, link) = (folder.path().join("binary"), folder.path().join("link"));
    #[allow(clippy::disallowed_methods, reason = "a binary of the test's own")]
    std::fs::write(&binary, b"").unwrap();
    std::os::unix::fs::symlink(&binary, &link).unwrap();
    let world = world(folder.path());
    let address = Address::of(&binary, &world).unwrap();
    assert_eq!(Address::of(&link, &world).unwrap(), address);
    let replaced = PathBuf::from(format!("{} (deleted)", std::fs::canonicalize(&binary).unwrap().display()));
    assert_eq!(Address::of(&replaced, &world).unwrap(), address, "a new build is at the same address");
    assert_ne!(Address::of(Path::new(BINARY), &world).unwrap(), address);
}

#[test]
fn a_path_that_no_socket_can_have_is_an_error() {
    let longest = SOCKET_PATH_BYTES - 1 - SOCKET_NAME_BYTES;
    let long = PathBuf::from(format!("/{}", "l".repeat(longest - "//ziron-1000/0123456789abcdef".len())));
    let world = World { runtime_dir: None, temporary: Some(long.clone()), uid: 1000 };
    let error =
        Address::of_canonical(Path::new(BINARY), &World { temporary: Some(long.join("m")), ..world.clone() });
    assert!(Address::of_canonical(Path::new(BINARY), &world).is_ok());
    let Err(AddressError::TooLong { folder, longest: told }) = error.clone() else {
        panic!("{error:?}");
    };
    assert_eq!((folder.as_os_str().len() > longest, told), (true, longest));
    let error = error.unwrap_err();
    assert!(error.to_string().contains("bytes long") && error.remedy().contains("XDG_RUNTIME_DIR"));
}

#[test]
fn preparing_makes_what_opening_finds() {
    let runtime = private_folder(0o700);
    let address = Address::of_canonical(Path::new(BINARY), &world(runtime.path())).unwrap();
    assert!(address.open().is_err(), "there is nothing yet");
    assert_eq!(address.prepare().unwrap().path(), address.folder());
    assert_eq!(address.open().unwrap().path(), address.folder());
    assert_eq!(address.prepare().unwrap().path(), address.folder(), "twice is as well as once");
    #[allow(clippy::disallowed_methods, reason = "a look from outside")]
    let mode = |path: &Path| std::fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!((mode(address.folder()), mode(address.folder().parent().unwrap())), (0o700, 0o700));
}
