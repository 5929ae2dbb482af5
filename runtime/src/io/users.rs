//! Users by name, for programs that have the C library in them.
//!
//! gitoxide asks for the home folder of a user in `~user/…` of git's configuration. glibc answers with its name-service
//! plug-ins, which a static program cannot load, but for whose sake it contains a resolver of host names: a tenth of a
//! prompt. This one reads `/etc/passwd`, which is all that glibc's own could be sure of there.
#![allow(unsafe_code, reason = "it takes the place of a function of the C library")]

use std::ffi::{CStr, CString, c_char};
use std::ptr;
use std::sync::{Mutex, PoisonError};

use super::passwd::PATH;

/// A user. Source: `struct passwd` in glibc's pwd.h.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Passwd {
    name: *const c_char,
    password: *const c_char,
    uid: u32,
    gid: u32,
    information: *const c_char,
    folder: *const c_char,
    shell: *const c_char,
}

/// What was found once: whoever was given it may look at it for ever. There are no more than users.
static FOUND: Mutex<Vec<&'static User>> = Mutex::new(Vec::new());

/// A user's entry, and the line that it points into, cut into its fields.
struct User {
    line: String,
    entry: Passwd,
}

// SAFETY: its pointers lead to texts that nobody changes, and that are there for ever.
unsafe impl Send for User {}
// SAFETY: the same.
unsafe impl Sync for User {}

/// Looks up a user by name. Source: getpwnam(3).
///
/// # Safety
/// `name` points to a string that ends with a zero byte.
pub(crate) unsafe fn by_name(name: *const c_char) -> *const Passwd {
    // SAFETY: the caller promises it.
    let name = unsafe { CStr::from_ptr(name) };
    let text = super::open::read_text(PATH).unwrap_or_default();
    let line = name.to_str().ok().and_then(|name| line_of(&text, name));
    line.and_then(found).map_or(ptr::null(), |user| &raw const user.entry)
}

/// The line of a user.
fn line_of<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find(|line| line.split(':').next() == Some(name) && line.split(':').count() == 7)
}

/// The entry of a line; the same for the same line.
fn found(line: &str) -> Option<&'static User> {
    let mut all = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(user) = all.iter().find(|user| user.line == line) {
        return Some(user);
    }
    let user: &'static User = Box::leak(Box::new(user(line)?));
    all.push(user);
    Some(user)
}

fn user(line: &str) -> Option<User> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, password, uid, gid, information, folder, shell] = fields[..] else { return None };
    let text = |text: &str| Some(CString::new(text).ok()?.into_raw().cast_const());
    let entry = Passwd {
        name: text(name)?,
        password: text(password)?,
        uid: uid.parse().ok()?,
        gid: gid.parse().ok()?,
        information: text(information)?,
        folder: text(folder)?,
        shell: text(shell)?,
    };
    Some(User { line: line.to_owned(), entry })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "root:x:0:0:root:/root:/bin/bash\nbroken:x:1\nbob:x:1001:100::/home/bob:\n";

    #[test]
    fn a_line_is_found_by_its_name() {
        assert_eq!(line_of(LINES, "bob"), Some("bob:x:1001:100::/home/bob:"));
        for name in ["", "x", "broken", "bo", "bob:x", "nobody"] {
            assert_eq!(line_of(LINES, name), None, "{name:?}");
        }
    }

    #[test]
    fn an_entry_has_the_fields_of_its_line() {
        let user = found("bob:x:1001:100::/home/bob:/bin/zsh").unwrap();
        assert_eq!((user.entry.uid, user.entry.gid), (1001, 100));
        for (field, text) in [
            (user.entry.name, c"bob"),
            (user.entry.password, c"x"),
            (user.entry.information, c""),
            (user.entry.folder, c"/home/bob"),
            (user.entry.shell, c"/bin/zsh"),
        ] {
            // SAFETY: it was made from a text above.
            assert_eq!(unsafe { CStr::from_ptr(field) }, text);
        }
        assert!(ptr::eq(user, found("bob:x:1001:100::/home/bob:/bin/zsh").unwrap()), "it is made once");
        assert!(found("bob:x:none:100::/home/bob:").is_none());
    }

    #[test]
    fn the_system_knows_root() {
        // SAFETY: these are strings, and what is found is there for ever.
        let folder = |name: &CStr| unsafe { by_name(name.as_ptr()).as_ref() }.map(|user| user.folder);
        #[allow(clippy::disallowed_methods, reason = "a look from outside")]
        let expected = std::fs::read_to_string(PATH).unwrap_or_default().contains("root:");
        assert_eq!(folder(c"root").is_some(), expected);
        assert_eq!(folder(c"no such user"), None);
    }
}
