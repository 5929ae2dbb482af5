//! What happens when signals arrive that would end a prompt, or keep it from knowing how programs have ended.
#![allow(unsafe_code, reason = "`signal` may put a handler in place that is no function")]

use std::ffi::c_int;

/// What ends a process that writes to a pipe whose reader is gone. Source: signal(7).
const SIGPIPE: c_int = 13;
/// What ends a process that writes to a file which the limit `ulimit -f` lets grow no more: of the store, of a log.
/// Source: signal(7).
const SIGXFSZ: c_int = 25;
/// What a process is told by when one that it has started ends. Source: signal(7).
const SIGCHLD: c_int = if cfg!(any(target_os = "linux", target_os = "android")) { 17 } else { 20 };
/// Lets the system do what is usual. Source: `SIG_DFL` in the C libraries' signal.h.
const DEFAULT: usize = 0;
/// Ignores a signal. Source: `SIG_IGN` in the C libraries' signal.h.
const IGNORE: usize = 1;

unsafe extern "C" {
    fn signal(number: c_int, handler: usize) -> usize;
}

/// Keeps the process alive where it writes to a pipe that nobody reads, or to a file that may not grow: writing fails,
/// and what would be stored is not. The standard library gives programs that it starts the first signal back.
pub(crate) fn ignore_what_would_end_it() {
    // SAFETY: no handler is put in place.
    unsafe {
        signal(SIGPIPE, IGNORE);
        signal(SIGXFSZ, IGNORE);
    }
}

/// Makes sure that the system remembers how programs have ended that this process starts. In one that was started while
/// `SIGCHLD` was ignored, as below a shell with `trap '' CHLD`, it would forget them at once.
pub(crate) fn remember_children() {
    // SAFETY: no handler is put in place, and none of this program's is taken away.
    unsafe { signal(SIGCHLD, DEFAULT) };
}
