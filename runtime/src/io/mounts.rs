//! Which file systems may not answer: those behind a network, and those that another program serves.
//!
//! The list of mounts is the kernel's own; reading it waits for no file system. Source: `proc_pid_mountinfo(5)`.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use super::open;

/// Where Linux says what is mounted.
pub(crate) const MOUNTS: &str = "/proc/self/mountinfo";

/// Room for the list of a usual machine (bytes).
const USUAL_BYTES: usize = 16 << 10;

/// Types whose files come from another machine, from the host of a virtual one, or from a program; `autofs` mounts such
/// a one at the first look.
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

/// Whether a path is on a file system of this machine's own, symbolic links included. Nothing that may not answer is
/// touched.
#[cfg(all(feature = "background", any(target_os = "linux", target_os = "android")))]
pub(crate) fn is_local(path: &Path) -> bool {
    let list = read(Path::new(MOUNTS));
    !list.is_empty() && !Mounts::new(&list).is_some_and(|mounts| mounts.lead_away(path))
}

/// Reads the list; empty where there is none.
pub(crate) fn read(list: &Path) -> Vec<u8> {
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
#[derive(Debug)]
pub(crate) struct Mounts(Vec<Mount>);

impl Mounts {
    /// Takes apart a list; `None` where nothing in it may hang.
    pub(crate) fn new(list: &[u8]) -> Option<Mounts> {
        let lines = || list.split(|byte| *byte == b'\n').filter_map(Line::read);
        lines().any(|line| line.is_remote()).then(|| Mounts(lines().map(|line| Mount::new(&line)).collect()))
    }

    /// Whether something is mounted at a path.
    pub(crate) fn is_mount(&self, path: &Path) -> bool {
        self.0.iter().any(|mount| mount.point == path)
    }

    /// The mount that a path, as it is written, is on, if that may not answer.
    fn remote(&self, path: &Path) -> Option<&Path> {
        // Of several at the same place, the last one hides the others.
        let holding = self.0.iter().filter(|mount| path.starts_with(&mount.point));
        let mount = holding.max_by_key(|mount| mount.point.as_os_str().len())?;
        mount.is_remote.then_some(&*mount.point)
    }

    /// Whether an absolute path leads over a file system that may not answer, symbolic links included.
    pub(crate) fn lead_away(&self, path: &Path) -> bool {
        self.leads_to(path).is_some()
    }

    /// The first mount that an absolute path leads over that may not answer, symbolic links included. What is beyond it
    /// is not looked at, nor is the path of a relative link's target on it.
    pub(crate) fn leads_to(&self, path: &Path) -> Option<PathBuf> {
        let mut ahead: Vec<OsString> = steps(path);
        let mut at = PathBuf::from("/");
        let mut links = 0;
        while let Some(step) = ahead.pop() {
            if step == ".." {
                at.pop();
                continue;
            }
            at.push(&step);
            if let Some(mount) = self.remote(&at) {
                return Some(mount.to_owned());
            }
            let target = rustix::fs::readlink(&at, Vec::new());
            let Ok(target) = target else { continue };
            links += 1;
            if links > LINKS {
                return None;
            }
            let target = Path::new(OsStr::from_bytes(target.as_bytes())).to_owned();
            if target.is_absolute() {
                at = PathBuf::from("/");
            } else {
                at.pop();
            }
            ahead.extend(steps(&target));
        }
        self.remote(&at).map(Path::to_owned)
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

/// A file system in its place.
#[derive(Debug)]
struct Mount {
    point: PathBuf,
    is_remote: bool,
}

impl Mount {
    fn new(line: &Line<'_>) -> Mount {
        let mut point = Vec::with_capacity(line.point.len());
        let mut rest = line.point;
        while let Some((&byte, after)) = rest.split_first() {
            let (byte, after) = match after {
                // Blanks, tabs, line ends and backslashes are written as three octal digits.
                [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..] if byte == b'\\' => {
                    ((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'), after)
                }
                _ => (byte, after),
            };
            point.push(byte);
            rest = after;
        }
        Mount { point: OsString::from_vec(point).into(), is_remote: line.is_remote() }
    }
}

/// One line of the list.
struct Line<'a> {
    point: &'a [u8],
    kind: &'a [u8],
}

impl Line<'_> {
    /// Reads `ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [FIELDS…] - TYPE SOURCE OPTIONS`.
    fn read(line: &[u8]) -> Option<Line<'_>> {
        let mut words = line.split(|byte| *byte == b' ');
        let point = words.nth(4)?;
        words.find(|word| *word == b"-")?;
        Some(Line { point, kind: words.next()? })
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
            let mounts = Mounts::new(LIST.as_bytes()).unwrap();
            assert_eq!(mounts.remote(Path::new(path)).is_some(), expected, "{path}");
        }
        assert!(Mounts::new(b"").is_none(), "where there is no list, nothing is known");
        let local = "27 1 254:0 / / rw - ext4 /dev/vda rw\n";
        assert!(Mounts::new(local.as_bytes()).is_none(), "nothing there may hang");
    }

    #[test]
    fn links_are_followed_up_to_what_may_hang() {
        let folder = crate::safe_path::private_folder().unwrap();
        let here = folder.path().canonicalize().unwrap();
        let link = |target: &str, name: &str| std::os::unix::fs::symlink(target, here.join(name)).unwrap();
        let local = "27 1 254:0 / / rw - ext4 /dev/vda rw\n";
        let list = format!("{local}40 27 0:40 / {}/far rw - nfs4 server:/far rw\n", here.display());
        let mounts = Mounts::new(list.as_bytes()).unwrap();
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
        assert!(Mounts::new(&mounts).is_none_or(|mounts| !mounts.lead_away(Path::new("/proc"))));
    }

    proptest! {
        #[test]
        fn no_list_is_too_strange(list: Vec<u8>, path in "(/[a-z]{1,2}){0,4}") {
            if let Some(mounts) = Mounts::new(&list) {
                mounts.lead_away(Path::new(&path));
            }
        }

        #[test]
        fn lines_that_are_no_mounts_change_nothing(junk in "[a-z0-9 /]{0,40}", path in "/mnt/(far|near|twice)(/x)?") {
            let list = format!("{LIST}{}\n", junk.replace('-', ""));
            let is_remote = |list: &str| Mounts::new(list.as_bytes()).is_some_and(|mounts| mounts.remote(Path::new(&path)).is_some());
            prop_assert_eq!(is_remote(&list), is_remote(LIST));
        }
    }
}
