//! Which paths are safe, and which are not.
#![allow(clippy::disallowed_methods, reason = "folders of the test's own")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};

use super::*;

/// Somebody else.
const STRANGER: u32 = 65_534;

fn uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// A folder of the test's own, 0700, below a sticky one.
fn root() -> (tempfile::TempDir, PathBuf) {
    let root = private_folder().unwrap();
    let path = root.path().canonicalize().unwrap();
    (root, path)
}

fn folder(path: PathBuf, mode: u32) -> PathBuf {
    fs::create_dir(&path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    path
}

/// What [`check`] says, in a word; and [`look_as_written`] says the same.
fn say(path: &Path) -> &'static str {
    let checked = check(path, uid());
    let mut room = path.as_os_str().as_bytes().to_vec();
    room.push(b'x');
    let quick = look_as_written(&mut room, path.as_os_str().len(), path.as_os_str().len(), uid());
    assert_eq!(&room[..room.len() - 1], path.as_os_str().as_bytes(), "it is the same afterwards");
    let is_own = checked.as_ref().is_ok_and(|safe| safe.exists() && safe.owner() == uid());
    match quick {
        AsWritten::Own => assert!(is_own, "{}", path.display()),
        AsWritten::Unfit { at } => {
            assert!(!is_own && at <= path.as_os_str().len(), "{}", path.display());
        }
        AsWritten::Unusual => {}
    }
    match checked {
        Ok(safe) if safe.exists() => "there",
        Ok(_) => "missing",
        Err(error) => match error.cause {
            Cause::Relative => "relative",
            Cause::Io(_) => "io",
            Cause::NotAFolder => "no folder",
            Cause::Owner { .. } => "owner",
            Cause::Mode { .. } => "mode",
            Cause::NotPrivate { .. } => "not private",
            Cause::Link { .. } => "link",
            Cause::Shared => "shared",
        },
    }
}

#[test]
fn modes() {
    let (_guard, root) = root();
    for (mode, word) in [
        (0o700, "there"),
        (0o755, "there"),
        (0o2750, "there"),
        (0o770, "mode"),
        (0o775, "mode"),
        (0o702, "mode"),
        (0o777, "mode"),
    ] {
        let outer = folder(root.join(format!("{mode:o}")), mode);
        assert_eq!(say(&outer), word, "{mode:o}");
        let inner = folder(outer.join("inner"), 0o700);
        assert_eq!(say(&inner), word, "below {mode:o}");
        let missing = outer.join("missing/deep");
        assert_eq!(say(&missing), if word == "there" { "missing" } else { word }, "below {mode:o}");
    }
    fs::write(root.join("file"), "").unwrap();
    assert_eq!(say(&root.join("file")), "no folder");
    assert_eq!(say(&root.join("file/below")), "no folder");
    assert_eq!(say(Path::new("relative")), "relative");
    assert_eq!(say(Path::new("")), "relative");
}

/// As with a mode mask of 002 where each user has a group of the same name.
#[test]
#[cfg(target_os = "linux")]
fn private_groups() {
    /// Debian's user and group for web servers, in which nobody else is.
    const USER: u32 = 33;
    let (_guard, root) = root();
    if uid() != ROOT
        || !fs::read_to_string("/etc/group").unwrap().lines().any(|line| line == "www-data:x:33:")
    {
        return;
    }
    chown(&root, Some(USER), None).unwrap();
    let home = folder(root.join("home"), 0o775);
    let check = || check(&home, USER).is_ok();
    chown(&home, Some(USER), Some(USER)).unwrap();
    assert!(check());
    for (owner, group, mode) in
        [(USER, 0, 0o775), (USER, 100, 0o775), (USER, USER, 0o777), (USER, USER, 0o772), (0, USER, 0o775)]
    {
        chown(&home, Some(owner), Some(group)).unwrap();
        fs::set_permissions(&home, Permissions::from_mode(mode)).unwrap();
        assert!(!check(), "{owner} {group} {mode:o}");
    }
    chown(&home, Some(USER), Some(USER)).unwrap();
    fs::set_permissions(&home, Permissions::from_mode(0o775)).unwrap();
    assert!(check());
    // A list that lets somebody else write: version 2, then a tag, permissions and a number for each entry. Source: linux/posix_acl_xattr.h.
    let entries = [
        (0x01_u16, 7_u16, u32::MAX),
        (0x02, 7, STRANGER),
        (0x04, 5, u32::MAX),
        (0x10, 7, u32::MAX),
        (0x20, 5, u32::MAX),
    ];
    let mut list = 2_u32.to_le_bytes().to_vec();
    for (tag, permissions, number) in entries {
        list.extend(tag.to_le_bytes());
        list.extend(permissions.to_le_bytes());
        list.extend(number.to_le_bytes());
    }
    match rustix::fs::setxattr(&home, "system.posix_acl_access", &list, rustix::fs::XattrFlags::empty()) {
        Ok(()) => assert!(!check(), "somebody else may write"),
        Err(error) => assert_eq!(error, Errno::NOTSUP, "this file system has no lists"),
    }
}

#[test]
fn sticky_folders() {
    let (_guard, root) = root();
    // Everybody's, and root's only if this is root.
    let sticky = folder(root.join("sticky"), 0o1777);
    let is_root = uid() == ROOT;
    assert_eq!(say(&sticky), if is_root { "shared" } else { "mode" });
    assert_eq!(say(Path::new("/tmp")), "shared");
    assert_eq!(say(Path::new("/tmp/no such name/below")), "missing");
    if !is_root {
        return;
    }
    for (mode, word) in [(0o700, "there"), (0o755, "not private"), (0o770, "not private")] {
        let own = folder(sticky.join(format!("{mode:o}")), mode);
        assert_eq!(say(&own), word);
        assert_eq!(say(&folder(own.join("below"), 0o755)), word);
    }
    symlink(&root, sticky.join("link")).unwrap();
    assert_eq!(say(&sticky.join("link")), "link", "where everybody can make one");
    let safe = check(&sticky.join("700/below"), uid()).unwrap();
    assert_eq!(safe.anchors(), [root.clone(), sticky.join("700")]);
    chown(&sticky, Some(STRANGER), None).unwrap();
    assert_eq!(say(&sticky.join("700")), "owner", "its owner may rename what is in it");
}

#[test]
fn owners() {
    let (_guard, root) = root();
    assert_eq!(check(&root, uid().wrapping_add(1)).unwrap_err().path, root);
    if uid() != ROOT {
        return;
    }
    let theirs = folder(root.join("theirs"), 0o700);
    chown(&theirs, Some(STRANGER), None).unwrap();
    assert_eq!(say(&theirs), "owner");
    assert_eq!(say(&folder(theirs.join("ours"), 0o700)), "owner");
    assert!(check(&root, STRANGER).is_err(), "root's in a sticky folder is not his");
    // What is root's elsewhere is as good as his own.
    assert_eq!(check(Path::new("/usr/bin"), STRANGER).unwrap().owner(), ROOT);
}

#[test]
fn links() {
    let (_guard, root) = root();
    let target = folder(root.join("target"), 0o755);
    let open = folder(root.join("open"), 0o777);
    folder(open.join("own"), 0o700);
    for (name, to, word) in [
        ("absolute", target.clone(), "there"),
        ("relative", PathBuf::from("target"), "there"),
        ("around", PathBuf::from("../nowhere/../target"), "io"),
        ("up", root.join("target/../target/."), "there"),
        ("nowhere", root.join("nothing"), "missing"),
        ("itself", PathBuf::from("itself"), "io"),
        ("astray", open.join("own"), "mode"),
        ("file", PathBuf::from("/etc/passwd"), "no folder"),
    ] {
        symlink(&to, root.join(name)).unwrap();
        assert_eq!(say(&root.join(name)), word, "{name}");
        let below = if word == "there" { "missing" } else { word };
        assert_eq!(say(&root.join(name).join("below")), below, "below {name}");
    }
    let safe = check(&root.join("up/below"), uid()).unwrap();
    assert_eq!((safe.path(), safe.found()), (&*target.join("below"), &*target));
    symlink(&target, open.join("link")).unwrap();
    assert_eq!(say(&open.join("link")), "mode", "others can exchange it");
    if uid() == ROOT {
        std::os::unix::fs::lchown(root.join("absolute"), Some(STRANGER), None).unwrap();
        assert_eq!(say(&root.join("absolute")), "link", "somebody else's");
    }
}

#[test]
fn folders_are_made_for_this_user_alone() {
    let (_guard, root) = root();
    let made = make(&root.join("one/two/../three"), uid()).unwrap_err();
    assert!(matches!(made.cause, Cause::Io(_)), "a step back from what is not there leads nowhere");
    let made = make(&root.join("one/two/three"), uid()).unwrap();
    assert!(made.exists());
    for name in ["one", "one/two", "one/two/three"] {
        assert_eq!(fs::metadata(root.join(name)).unwrap().permissions().mode() & 0o777, 0o700, "{name}");
    }
    assert_eq!(make(made.path(), uid()).unwrap(), made, "twice is as well as once");
    let open = folder(root.join("open"), 0o777);
    let error = make(&open.join("cache"), uid()).unwrap_err();
    assert_eq!(error.path, open);
    assert!(!open.join("cache").exists());
    assert!(error.in_full().ends_with(&format!("chmod go-w {}", open.display())), "{}", error.in_full());
}
