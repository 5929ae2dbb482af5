//! Which folder it is, and which it is not.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::*;

const BINARY: &str = "/home/me/.local/bin/ziron-prompt";

fn uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

fn private_folder(mode: u32) -> tempfile::TempDir {
    let folder = safe_path::private_folder().unwrap();
    std::fs::set_permissions(folder.path(), Permissions::from_mode(mode)).unwrap();
    folder
}

fn folder_of(world: &Surroundings) -> PathBuf {
    Address::of_canonical(Path::new(BINARY), world).unwrap().folder().to_owned()
}

fn world(runtime_dir: &Path) -> Surroundings {
    Surroundings::with_runtime_dir(runtime_dir)
}

/// A user without a session, so that there is no folder of the system's for him.
const SOMEBODY: u32 = 12_007;

#[test]
fn the_runtime_folder_is_used_if_it_is_the_users_alone() {
    let runtime = private_folder(0o700);
    // FNV-1a of the path, worked out with another program.
    assert_eq!(folder_of(&world(runtime.path())), runtime.path().join("ziron").join(ID));
    let below = |mode: u32| {
        let folder = runtime.path().join(format!("{mode:o}"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::set_permissions(&folder, Permissions::from_mode(mode)).unwrap();
        folder
    };
    let state = private_folder(0o700);
    let host = format!("run-{:08x}", host_hash());
    let elsewhere = state.path().join(host).join(ID);
    for unfit in [
        PathBuf::from("run"),
        PathBuf::new(),
        PathBuf::from("/does/not/exist"),
        PathBuf::from("/etc/passwd"),
        PathBuf::from("/tmp"),
        below(0o770),
        below(0o702),
        below(0o1777),
        below(0o777).join("of one's own"),
        private_folder(0o755).path().to_owned(),
    ] {
        let world = Surroundings { state: Some(state.path().to_owned()), ..world(&unfit) };
        if !Path::new(RUN_USER).join(uid().to_string()).exists() {
            assert_eq!(folder_of(&world), elsewhere, "{}", unfit.display());
        }
        let world = Surroundings { uid: SOMEBODY, state: None, ..world };
        let error = Address::of_canonical(Path::new(BINARY), &world).unwrap_err();
        assert!(matches!(error, AddressError::NoFolder { .. }), "{error}");
    }
    assert!(folder_of(&world(&below(0o755))).starts_with(runtime.path()), "others may only look");
}

#[test]
fn the_state_folder_is_used_if_it_is_the_users_alone_and_local() {
    let home = private_folder(0o700);
    let state = home.path().join(".local/state/ziron");
    let world =
        |state: &Path, uid| Surroundings { state: Some(state.to_owned()), uid, ..Surroundings::default() };
    if !Path::new(RUN_USER).join(uid().to_string()).exists() {
        let address = Address::of_canonical(Path::new(BINARY), &world(&state, uid())).unwrap();
        assert!(!state.exists(), "an address makes nothing");
        address.prepare().unwrap();
        assert!(address.folder().starts_with(&state) && address.folder().is_dir());
    }
    for state in [Path::new("/proc/self/state"), Path::new("/nowhere/state"), &state] {
        let error = Address::of_canonical(Path::new(BINARY), &world(state, SOMEBODY)).unwrap_err();
        assert!(error.to_string().contains("no folder"), "{error}");
        assert!(error.remedy().contains("XDG_RUNTIME_DIR"), "{}", error.remedy());
    }
}

#[test]
fn the_folder_that_a_script_means_is_used_if_it_is_one_of_this_binary() {
    let [meant, other] = [private_folder(0o700), private_folder(0o700)];
    let folder = |id: &str| meant.path().join("ziron").join(id);
    let world = |meant: PathBuf| Surroundings { meant: Some(meant), ..world(other.path()) };
    assert_eq!(folder_of(&world(folder(ID))), folder(ID));
    let fallback = other.path().join("ziron").join(ID);
    assert_eq!(folder_of(&world(folder("0123456789abcdef"))), fallback);
    assert_eq!(folder_of(&world(PathBuf::from(ID))), fallback);
    std::fs::set_permissions(meant.path(), Permissions::from_mode(0o777)).unwrap();
    assert_eq!(folder_of(&world(folder(ID))), fallback);
}

const ID: &str = "15db09fe01d885d2";

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
    let runtime = private_folder(0o700);
    let longest = SOCKET_PATH_BYTES - 1 - SOCKET_NAME_BYTES;
    let taken = runtime.path().as_os_str().len() + "//ziron/0123456789abcdef".len();
    let name = "l".repeat(longest - taken);
    let address = |name: &str| {
        let folder = runtime.path().join(name);
        std::fs::create_dir(&folder).unwrap();
        Address::of_canonical(Path::new(BINARY), &world(&folder))
    };
    assert!(address(&name).is_ok());
    let error = address(&(name + "m"));
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
