//! Groups that are a user's alone. Many systems give each user one and a mode mask of 002, so that folders in the home are writable for the group.
//!
//! Source: `USERGROUPS_ENAB` in login.defs(5), and `pam_umask(8)`.

use std::path::Path;

use rustix::fs::Stat;

use super::{OTHERS_WRITE, ROOT, mode_of};
use crate::io::open;

/// What the group may do with a folder: write.
const GROUP_WRITES: u32 = 0o020;

/// The extended attribute that holds a list of further users and groups. Source: acl(5).
#[cfg(target_os = "linux")]
const ACCESS_LIST: &str = "system.posix_acl_access";

/// Whether those who may write to a folder besides its owner are nobody: only its group may, which is the private group of that owner, this user.
///
/// # Cost
/// Nothing for a folder that no group can write to; else an extended attribute and two files.
pub(super) fn is_private(path: &Path, stat: &Stat, uid: u32) -> bool {
    let is_of_group_only = mode_of(stat) & OTHERS_WRITE == GROUP_WRITES;
    is_of_group_only && stat.st_uid == uid && uid != ROOT && !has_access_list(path) && {
        let text = |path: &str| open::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let files = text("/etc/passwd").and_then(|users| Ok((users, text("/etc/group")?)));
        files.is_ok_and(|(users, groups)| is_private_group(&users, &groups, uid, stat.st_gid))
    }
}

/// Whether a folder has a list of further users and groups. What cannot be found out is taken for a yes.
#[cfg(target_os = "linux")]
fn has_access_list(path: &Path) -> bool {
    use rustix::io::Errno;

    let mut none = [0_u8; 0];
    !matches!(rustix::fs::lgetxattr(path, ACCESS_LIST, &mut none[..]), Err(Errno::NODATA | Errno::NOTSUP))
}

#[cfg(not(target_os = "linux"))]
fn has_access_list(_: &Path) -> bool {
    true
}

/// Whether a group is a user's alone by the text of `/etc/passwd` and `/etc/group`: it has the user's name, is the first group of that user and of
/// nobody else, and has no further members. Source: passwd(5), group(5).
fn is_private_group(users: &str, groups: &str, uid: u32, gid: u32) -> bool {
    let is = |field: Option<&&str>, number: u32| field.is_some_and(|field| field.parse() == Ok(number));
    let mut of_group =
        users.lines().map(|line| line.split(':').collect::<Vec<_>>()).filter(|user| is(user.get(3), gid));
    let (Some(user), None) = (of_group.next(), of_group.next()) else { return false };
    let mut named =
        groups.lines().map(|line| line.split(':').collect::<Vec<_>>()).filter(|group| is(group.get(2), gid));
    let (Some(group), None) = (named.next(), named.next()) else { return false };
    let mut members =
        group.get(3).map_or("", |members| members.trim()).split(',').filter(|member| !member.is_empty());
    is(user.get(2), uid) && user[0] == group[0] && members.all(|member| member == user[0])
}

#[cfg(test)]
mod tests {
    use super::is_private_group;

    #[test]
    fn a_group_is_private_where_nobody_else_is_in_it() {
        let users = "root:x:0:0:root:/root:/bin/sh\nme:x:1000:1000::/home/me:/bin/zsh\nyou:x:1001:1001::/home/you:/bin/sh\nit:x:1002:100::/:/bin/sh\n";
        let is_private = |groups: &str| is_private_group(users, groups, 1000, 1000);
        assert!(is_private("root:x:0:\nme:x:1000:\nusers:x:100:me\n"));
        assert!(is_private("me:x:1000:me\n"));
        for groups in [
            "",
            "me:x:1000:you\n",
            "me:x:1000:me,you\n",
            "team:x:1000:\n",
            "me:x:1000:\nalso:x:1000:you\n",
            "damaged\n",
        ] {
            assert!(!is_private(groups), "{groups}");
        }
        assert!(!is_private_group(users, "users:x:100:\nit:x:100:\n", 1000, 100));
        let shared = format!("{users}new:x:1003:1000::/:/bin/sh\n");
        assert!(!is_private_group(&shared, "me:x:1000:\n", 1000, 1000), "somebody else's first group too");
        assert!(!is_private_group(users, "me:x:1000:\n", 1001, 1000));
    }
}
