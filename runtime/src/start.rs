//! The start of a generated binary: from the system to its command line, without what a prompt has no use for.
//!
//! The standard library's own start reads `/proc/self/maps`, sets up a guard for stack overflow and ignores `SIGPIPE`:
//! a tenth of the time that a whole prompt takes. Its stack is shallow, and `SIGPIPE` is ignored here.
//!
//! Having the whole program mapped at once (`MADV_POPULATE_READ`) was tried: 18 page faults fewer, but 0.67 ms in place
//! of 0.54.
#![allow(unsafe_code, reason = "the arguments of `main` are pointers")]

use std::ffi::{CStr, OsStr, OsString, c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;

use crate::cli::quick::{self, Outcome};
use crate::prompt::Prompt;
use crate::signals;

/// Begins a program that is a prompt: `ziron::start!(PROMPT);` in a crate with `#![no_main]`.
#[macro_export]
macro_rules! start {
    ($prompt:expr) => {
        /// Where the system begins.
        #[unsafe(no_mangle)]
        extern "C" fn main(
            count: ::core::ffi::c_int,
            arguments: *const *const ::core::ffi::c_char,
            environment: *const *const ::core::ffi::c_char,
        ) -> ::core::ffi::c_int {
            // SAFETY: these are the arguments that the system has given to `main`.
            unsafe { $crate::start::from_main(&$prompt, count, arguments, environment) }
        }

        /// Looks up a user by name: of the C library's own, a static program would contain a resolver of host names.
        #[cfg(all(target_os = "linux", target_env = "gnu", target_feature = "crt-static"))]
        #[unsafe(no_mangle)]
        extern "C" fn getpwnam(name: *const ::core::ffi::c_char) -> *const ::core::ffi::c_void {
            // SAFETY: who calls it gives it a string.
            unsafe { $crate::start::user_by_name(name) }
        }

        /// Does not say where the stack of a thread is: `ENOSYS`. Only the standard library's guard for stack overflow
        /// wants to know, which this start leaves out; the C library's own has a scanner in it.
        #[cfg(all(target_os = "linux", target_env = "gnu", target_feature = "crt-static"))]
        #[unsafe(no_mangle)]
        extern "C" fn pthread_getattr_np(_: usize, _: *mut ::core::ffi::c_void) -> ::core::ffi::c_int {
            38
        }
    };
}

/// More arguments than any script passes.
const ARGUMENTS: usize = 32;

unsafe extern "C" {
    fn _exit(status: c_int) -> !;
}

/// Runs a generated binary: what [`start!`] calls.
///
/// # Safety
/// `arguments` points to `count` pointers to strings that end with a zero byte, `environment` to such pointers and a
/// null pointer: what `main` is given.
pub unsafe fn from_main(
    prompt: &'static Prompt,
    count: c_int,
    arguments: *const *const c_char,
    environment: *const *const c_char,
) -> c_int {
    signals::ignore_what_would_end_it();
    let count = usize::try_from(count).unwrap_or_default();
    // SAFETY: `index` is below `count`, and each of so many pointers is to a string.
    let argument = |index: usize| unsafe { CStr::from_ptr(*arguments.add(index)) }.to_bytes();
    // SAFETY: it is what `main` was given, and nothing has changed the environment yet.
    let variable = |name: &[u8]| unsafe { variable(environment, name) };
    let asked = if (2..=ARGUMENTS).contains(&count) {
        let mut words: [&[u8]; ARGUMENTS] = [&[]; ARGUMENTS];
        for (index, word) in words.iter_mut().enumerate().take(count).skip(1) {
            *word = argument(index);
        }
        quick::draw(prompt, &words[1..count], &variable)
    } else {
        Outcome::NotMine
    };
    if asked == Outcome::Drawn {
        // SAFETY: nothing has been begun that would have to be ended.
        unsafe { _exit(0) };
    }
    let arguments: Vec<OsString> =
        (1..count).map(|index| OsStr::from_bytes(argument(index)).to_owned()).collect();
    c_int::from(crate::cli::run_with(prompt, lexopt::Parser::from_args(arguments), asked))
}

/// Looks up a user by name in `/etc/passwd`: what takes the place of the C library's `getpwnam` in a static program.
/// The result is a `struct passwd` that is there for ever, or null.
///
/// # Safety
/// `name` points to a string that ends with a zero byte.
pub unsafe fn user_by_name(name: *const c_char) -> *const c_void {
    // SAFETY: the caller promises it.
    unsafe { crate::io::user_by_name(name) }.cast()
}

/// Looks up a variable.
///
/// # Safety
/// `environment` points to pointers to strings that end with a zero byte, the last of which is a null pointer. They
/// stay as they are.
unsafe fn variable<'e>(environment: *const *const c_char, name: &[u8]) -> Option<&'e [u8]> {
    let mut entry = environment;
    loop {
        // SAFETY: the pointers before this one were not the last.
        let text = unsafe { *entry };
        if text.is_null() {
            return None;
        }
        let mut length = 0;
        // SAFETY: it is a string up to its zero byte, which no name contains, so that nothing behind it is looked at.
        while length < name.len() && unsafe { *text.add(length) }.cast_unsigned() == name[length] {
            length += 1;
        }
        // SAFETY: as many bytes of it are not zero.
        if length == name.len() && unsafe { *text.add(length) }.cast_unsigned() == b'=' {
            // SAFETY: it ends with a zero byte.
            return Some(unsafe { CStr::from_ptr(text.add(length + 1)) }.to_bytes());
        }
        // SAFETY: this was not the last.
        entry = unsafe { entry.add(1) };
    }
}
