//! The start of a generated binary: from the system to its command line, without what a prompt has no use for.
//!
//! The standard library's own start reads `/proc/self/maps`, sets up a guard for stack overflow and ignores `SIGPIPE`: a tenth of the time that a whole
//! prompt takes. Its stack is shallow, and `SIGPIPE` is ignored here.
//!
//! Having the whole program mapped at once (`MADV_POPULATE_READ`) was tried: 18 page faults fewer, but 0.67 ms in place of 0.54.
#![allow(unsafe_code, reason = "the arguments of `main` are pointers")]

use std::ffi::{CStr, OsStr, OsString, c_char, c_int};
use std::os::unix::ffi::OsStrExt;

use crate::prompt::Prompt;

/// Begins a program that is a prompt: `ziron::start!(Prompt);` in a crate with `#![no_main]`.
#[macro_export]
macro_rules! start {
    ($prompt:ty) => {
        /// Where the system begins.
        #[unsafe(no_mangle)]
        extern "C" fn main(
            count: ::core::ffi::c_int,
            arguments: *const *const ::core::ffi::c_char,
        ) -> ::core::ffi::c_int {
            // SAFETY: these are the arguments that the system has given to `main`.
            unsafe { $crate::start::from_main::<$prompt>(count, arguments) }
        }
    };
}

/// What ends a process that writes to a pipe whose reader is gone. Source: signal(7).
const SIGPIPE: c_int = 13;
/// Ignores a signal. Source: `SIG_IGN` in the C libraries' signal.h.
const IGNORE: usize = 1;

unsafe extern "C" {
    fn signal(number: c_int, handler: usize) -> usize;
}

/// Runs a generated binary: what [`start!`] calls.
///
/// # Safety
/// `arguments` points to `count` pointers to strings that end with a zero byte: the arguments of `main`.
pub unsafe fn from_main<P: Prompt>(count: c_int, arguments: *const *const c_char) -> c_int {
    // A program that does not read what it is given ends neither a prompt nor a daemon. The standard library gives programs that it starts the
    // signal back.
    // SAFETY: there is no other thread yet, and no handler is put in place.
    unsafe { signal(SIGPIPE, IGNORE) };
    let count = usize::try_from(count).unwrap_or_default();
    let argument = |index: usize| -> OsString {
        // SAFETY: `index` is below `count`, and each of so many pointers is to a string.
        let text = unsafe { CStr::from_ptr(*arguments.add(index)) };
        OsStr::from_bytes(text.to_bytes()).to_owned()
    };
    let arguments: Vec<OsString> = (1..count).map(argument).collect();
    c_int::from(crate::cli::run_with::<P>(lexopt::Parser::from_args(arguments)))
}
