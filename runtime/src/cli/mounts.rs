//! Which file systems may not answer: those behind a network, and those that another program serves.
//!
//! The list of mounts is the kernel's own; reading it waits for no file system. Source: `proc_pid_mountinfo(5)`.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use crate::io::open;

/// Where Linux says what is mounted.
pub(super) const MOUNTS: &str = "/proc/self/mountinfo";

/// Room for the list of a usual machine (bytes).
const USUAL_BYTES: usize = 16 << 10;

/// Types whose files come from another machine, from the host of a virtual one, or from a program; `autofs` mounts such a one at the first look.
const REMOTE: [&[u8]; 23] = [
    b"9p",
    b"acfs",
    b"afs",
    b"autofs",
    b"beegfs",
    b"ceph",
    b"cifs",
    b"coda",
    b"fuse",
    b"fuseblk",
    b"gpfs",
    b"lustre",
    b"ncpfs",
    b"nfs",
    b"nfs4",
    b"orangefs",
    b"panfs",
    b"prl_fs",
    b"pvfs2",
    b"smb3",
    b"smbfs",
    b"vboxsf",
    b"virtiofs",
];

/// Whether a path is on a file system of this machine's own, symbolic links included. Nothing that may not answer is touched.
#[cfg(all(feature = "background", any(target_os = "linux", target_os = "android")))]
pub(crate) fn is_local(path: &Path) -> bool {
    let list = read(Path::new(MOUNTS));
    !list.is_empty() && !Mounts::new(&list).lead_away(path)
}

/// Reads the list; empty where there is none.
pub(super) fn read(list: &Path) -> Vec<u8> {
    let mut mounts = Vec::with_capacity(USUAL_BYTES);
    let Ok(file) = open::file(list) else { return mounts };
    loop {
        if mounts.capacity() == mounts.len() {
            mounts.reserve(mounts.len());
        }
        match rustix::io::read(&file, rustix::buffer::spare_capacity(&mut mounts)) {
            Ok(0) => return mounts,
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            // What was read so far is better than nothing.
            Err(_) => return mounts,
        }
    }
}

/// Symbolic links are followed no further than this, as the kernel does. Source: `path_resolution(7)`.
const LINKS: usize = 40;

/// What is mounted.
pub(super) struct Mounts<'a>(Vec<Mount<'a>>);

impl<'a> Mounts<'a> {
    /// Takes apart a list. Where nothing in it may hang, nothing is kept: no path leads there.
    pub(super) fn new(list: &'a [u8]) -> Mounts<'a> {
        let mounts = || list.split(|byte| *byte == b'\n').filter_map(Mount::read);
        Mounts(if mounts().any(|mount| mount.is_remote()) { mounts().collect() } else { Vec::new() })
    }

    /// Whether no file system may hang.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a path, as it is written, is on a file system that may not answer.
    fn is_remote(&self, path: &Path) -> bool {
        let path = path.as_os_str().as_bytes();
        // Of several at the same place, the last one hides the others.
        let mut best: Option<(usize, bool)> = None;
        for mount in &self.0 {
            if let Some(length) = mount.holds(path)
                && best.is_none_or(|(longest, _)| length >= longest)
            {
                best = Some((length, mount.is_remote()));
            }
        }
        best.is_some_and(|(_, is_remote)| is_remote)
    }

    /// Whether an absolute path leads over a file system that may not answer, symbolic links included. What is beyond the first such is not looked
    /// at, nor is the path of a relative link's target on it.
    pub(super) fn lead_away(&self, path: &Path) -> bool {
        if self.is_empty() {
            return false;
        }
        let mut ahead: Vec<OsString> = steps(path);
        let mut at = PathBuf::from("/");
        let mut links = 0;
        while let Some(step) = ahead.pop() {
            if step == ".." {
                at.pop();
                continue;
            }
            at.push(&step);
            if self.is_remote(&at) {
                return true;
            }
            let target = rustix::fs::readlink(&at, Vec::new());
            let Ok(target) = target else { continue };
            links += 1;
            if links > LINKS {
                return false;
            }
            let target = Path::new(std::ffi::OsStr::from_bytes(target.as_bytes())).to_owned();
            if target.is_absolute() {
                at = PathBuf::from("/");
            } else {
                at.pop();
            }
            ahead.extend(steps(&target));
        }
        self.is_remote(&at)
    }
}

/// The steps of a path, the last one first.
fn steps(path: &Path) -> Vec<OsString> {
    let step = |part: Component<'_>| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some(OsString::from("..")),
        _ => None,
    };
    path.components().rev().filter_map(step).collect()
}

/// One line of the list.
struct Mount<'a> {
    point: &'a [u8],
    kind: &'a [u8],
}

impl Mount<'_> {
    /// Reads `ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [FIELDS…] - TYPE SOURCE OPTIONS`.
    fn read(line: &[u8]) -> Option<Mount<'_>> {
        let mut words = line.split(|byte| *byte == b' ');
        let point = words.nth(4)?;
        words.find(|word| *word == b"-")?;
        Some(Mount { point, kind: words.next()? })
    }

    /// How long its path is, if another path is below it.
    fn holds(&self, path: &[u8]) -> Option<usize> {
        let mut rest = path;
        let mut point = self.point;
        if point == b"/" {
            return Some(0);
        }
        let mut length = 0;
        while let Some((&byte, after)) = point.split_first() {
            let (byte, after) = match after {
                // Blanks, tabs, line ends and backslashes are written as three octal digits.
                [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..] if byte == b'\\' => {
                    ((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'), after)
                }
                _ => (byte, after),
            };
            rest = rest.strip_prefix(&[byte])?;
            (point, length) = (after, length + 1);
        }
        (rest.is_empty() || rest.starts_with(b"/")).then_some(length)
    }

    fn is_remote(&self) -> bool {
        self.kind.starts_with(b"fuse.") || REMOTE.contains(&self.kind)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIST: &str = "\
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
40 27 0:40 / /mnt/far rw,relatime shared:1 master:2 - nfs4 server:/far rw,hard
41 40 0:41 / /mnt/far/near rw,relatime - tmpfs tmpfs rw
42 27 0:42 / /mnt/two\\040words\\134 rw - fuse.sshfs me@there: rw
43 27 0:43 / /mnt/twice rw - cifs //server/share rw
44 43 0:44 / /mnt/twice rw - ext4 /dev/vdb rw
45 27 0:45 / /mnt/rev rw - ext4 /dev/vdc rw
46 45 0:46 / /mnt/rev rw - fuse stand-in rw
";

    #[test]
    fn the_longest_mount_counts_and_of_equals_the_last() {
        for (path, expected) in [
            ("/", false),
            ("/home/me", false),
            ("/mnt/far", true),
            ("/mnt/far/a/b", true),
            ("/mnt/farther", false),
            ("/mnt/far/near", false),
            ("/mnt/far/near/by", false),
            ("/mnt/two words\\", true),
            ("/mnt/two words\\/x", true),
            ("/mnt/two words", false),
            ("/mnt/twice/x", false),
            ("/mnt/rev/x", true),
        ] {
            assert_eq!(Mounts::new(LIST.as_bytes()).is_remote(Path::new(path)), expected, "{path}");
        }
        assert!(
            !Mounts::new(b"").lead_away(Path::new("/mnt/far")),
            "where there is no list, nothing is known"
        );
        let local = "27 1 254:0 / / rw - ext4 /dev/vda rw\n";
        assert!(Mounts::new(local.as_bytes()).is_empty(), "nothing there may hang");
    }

    #[test]
    fn links_are_followed_up_to_what_may_hang() {
        let folder = crate::safe_path::private_folder().unwrap();
        let here = folder.path().canonicalize().unwrap();
        let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, here.join(name)).unwrap();
        let local = "27 1 254:0 / / rw - ext4 /dev/vda rw\n";
        let list = format!("{local}40 27 0:40 / {}/far rw - nfs4 server:/far rw\n", here.display());
        let mounts = Mounts::new(list.as_bytes());
        link("far/home", "relative");
        link(here.join("far").to_str().unwrap(), "absolute");
        link("relative", "twice");
        link("loop", "loop");
        link("near/../far", "up");
        for (path, expected) in [
            ("far", true),
            ("far/..", true),
            ("relative", true),
            ("relative/x", true),
            ("absolute/x", true),
            ("twice", true),
            ("up", true),
            ("loop", false),
            ("near", false),
            ("near/../farther", false),
        ] {
            assert_eq!(mounts.lead_away(&here.join(path)), expected, "{path}");
        }
    }

    #[test]
    fn this_machine_has_a_list() {
        let mounts = read(Path::new(MOUNTS));
        assert_eq!(mounts.is_empty(), !cfg!(target_os = "linux"));
        assert!(!Mounts::new(&mounts).lead_away(Path::new("/proc")));
    }

    proptest! {
        #[test]
        fn no_list_is_too_strange(list: Vec<u8>, path in "(/[a-z]{1,2}){0,4}") {
            Mounts::new(&list).lead_away(Path::new(&path));
        }

        #[test]
        fn lines_that_are_no_mounts_change_nothing(junk in "[a-z0-9 /]{0,40}", path in "/mnt/(far|near|twice)(/x)?") {
            let list = format!("{LIST}{}\n", junk.replace('-', ""));
            let is_remote = |list: &str| Mounts::new(list.as_bytes()).is_remote(Path::new(&path));
            prop_assert_eq!(is_remote(&list), is_remote(LIST));
        }
    }
}
