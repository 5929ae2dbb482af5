//! What is refused, and that files are this user's alone.

use std::fs::Permissions;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use super::*;

fn uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

fn levels() -> [String; 2] {
    [String::from("ziron"), String::from("id")]
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[allow(clippy::disallowed_methods, reason = "a look from outside")]
fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().mode() & 0o777
}

#[allow(clippy::disallowed_methods, reason = "somebody has to make the files")]
fn write(path: &Path) {
    std::fs::write(path, "").unwrap();
}

#[allow(clippy::disallowed_methods, reason = "a look from outside")]
fn content(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

#[test]
fn links_and_files_are_no_levels() {
    let base = safe_path::private_folder().unwrap();
    let elsewhere = safe_path::private_folder().unwrap();
    set_mode(elsewhere.path(), 0o700);
    let first = base.path().join("ziron");
    symlink(elsewhere.path(), &first).unwrap();
    let error = Folder::make(base.path(), &levels(), uid()).unwrap_err();
    assert!(matches!(&error, FolderError::NotAFolder { path } if *path == first), "{error:?}");
    assert_eq!(std::fs::read_link(&first).unwrap(), elsewhere.path(), "it is left as it is");

    std::fs::remove_file(&first).unwrap();
    symlink(base.path().join("nowhere"), &first).unwrap();
    assert!(Folder::make(base.path(), &levels(), uid()).is_err(), "nor one that leads nowhere");
    std::fs::remove_file(&first).unwrap();
    write(&first);
    assert!(matches!(Folder::make(base.path(), &levels(), uid()), Err(FolderError::NotAFolder { .. })));

    std::fs::remove_file(&first).unwrap();
    Folder::make(base.path(), &levels()[..1], uid()).unwrap();
    symlink(elsewhere.path(), first.join("id")).unwrap();
    let error = Folder::make(base.path(), &levels(), uid()).unwrap_err();
    assert!(matches!(&error, FolderError::NotAFolder { path } if *path == first.join("id")), "{error:?}");
}

#[test]
fn what_others_own_or_may_use_is_refused() {
    let base = safe_path::private_folder().unwrap();
    let folder = Folder::make(base.path(), &levels(), uid()).unwrap();
    let error = Folder::open(base.path(), &levels(), uid() + 1).unwrap_err();
    assert!(
        matches!(&error, FolderError::Unsafe(_)) && error.to_string().contains("belongs to user"),
        "{error:?}"
    );

    for loose in [0o750, 0o701, 0o720, 0o777] {
        set_mode(folder.path(), loose);
        let error = Folder::make(base.path(), &levels(), uid()).unwrap_err();
        assert!(matches!(&error, FolderError::Mode { mode, .. } if *mode == loose), "{error:?}");
        assert_eq!(error.remedy(), format!("chmod 700 {}", folder.path().display()));
        assert_eq!(mode(folder.path()), loose, "it is not repaired: somebody may have been in there");
    }
}

#[test]
fn a_base_in_which_everybody_may_exchange_folders_is_refused() {
    let base = safe_path::private_folder().unwrap();
    for open in [0o777, 0o1777] {
        set_mode(base.path(), open);
        let error = Folder::make(base.path(), &levels(), uid()).unwrap_err();
        assert!(matches!(error, FolderError::Unsafe { .. }), "{error:?}");
        let below = base.path().join("below");
        let _ = std::fs::create_dir(&below);
        let error = Folder::make(&below, &levels(), uid()).unwrap_err();
        assert!(matches!(error, FolderError::Unsafe { .. }), "{error:?}");
    }
}

#[test]
fn an_error_names_path_cause_and_remedy() {
    let error = Folder::make(Path::new("/proc/nowhere"), &levels(), uid()).unwrap_err();
    assert_eq!(error.to_string(), "/proc/nowhere cannot be used");
    assert!(std::error::Error::source(&error).is_some());
    assert!(error.remedy().contains("XDG_RUNTIME_DIR"));
}

fn folder() -> (tempfile::TempDir, Folder) {
    let base = safe_path::private_folder().unwrap();
    let folder = Folder::make(base.path(), &levels(), uid()).unwrap();
    (base, folder)
}

#[test]
fn files_are_replaced_and_links_not_followed() {
    let (base, folder) = folder();
    folder.replace("reply", b"one").unwrap();
    folder.replace("reply", b"two").unwrap();
    let path = folder.path().join("reply");
    assert_eq!((content(&path), mode(&path)), (b"two".to_vec(), 0o600));

    let precious = base.path().join("precious");
    write(&precious);
    symlink(&precious, folder.path().join("link")).unwrap();
    assert!(folder.file("link", OFlags::RDONLY).is_err());
    assert!(folder.file("link", OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC).is_err());
    folder.replace("link", b"new").unwrap();
    assert!(content(&precious).is_empty(), "the link was replaced, not what it leads to");
    assert_eq!(content(&folder.path().join("link")), b"new");
    #[allow(clippy::disallowed_methods, reason = "a look from outside")]
    let count = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(count, 2, "nothing temporary is left");
}

#[test]
fn fifos_are_new_and_opening_one_does_not_wait() {
    let (_base, folder) = folder();
    folder.make_fifo("s.1.request").unwrap();
    let first = folder.fifo("s.1.request").unwrap();
    rustix::io::write(&first, b"left over").unwrap();
    folder.make_fifo("s.1.request").unwrap();
    assert_eq!(mode(&folder.path().join("s.1.request")), 0o600);
    let second = folder.fifo("s.1.request").unwrap();
    assert_eq!(rustix::io::read(&second, &mut [0; 16]), Err(Errno::AGAIN), "nothing is in it");

    folder.replace("s.1.token", b"").unwrap();
    assert!(folder.make_fifo("s.1.token").is_err(), "a file is not removed for it");
    assert!(folder.fifo("s.1.token").is_err());
    assert!(folder.file("s.1.request", OFlags::RDONLY).is_err(), "a FIFO is no file");
}

#[test]
fn one_process_has_the_lock() {
    let (_base, folder) = folder();
    let held = folder.lock("lock").unwrap().unwrap();
    assert!(folder.lock("lock").unwrap().is_none());
    drop(held);
    assert!(folder.lock("lock").unwrap().is_some());
}

#[test]
fn only_what_is_expected_is_removed() {
    let (_base, folder) = folder();
    folder.remove("nothing", FileType::Socket).unwrap();
    folder.replace("file", b"").unwrap();
    assert!(folder.remove("file", FileType::Socket).is_err());
    folder.remove("file", FileType::RegularFile).unwrap();
    assert!(!folder.path().join("file").exists());
}
