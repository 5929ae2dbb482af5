//! What a process is given by whoever starts it, and what a daemon, which serves all shells of a user, must not have of
//! the one that happened to start it.
//!
//! What stays is in `docs/daemon.md`: what a process cannot change by itself, and what is the same for all that the
//! user does.
#![allow(
    unsafe_code,
    reason = "signals and the environment are changed by calls that are only safe while there is one thread"
)]

use std::ffi::{c_int, c_uint};

use rustix::fs::Mode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit, umask};

/// The variables that say where the user's folders are. The daemon has found its own by them, and the one that takes
/// its place has to find the same; no source sees them.
const KEPT: [&str; 7] =
    ["HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "ZIRON_CACHE", "ZIRON_STATE"];

/// There is no signal with a higher number. Source: `SIGRTMAX` of Linux; other systems have fewer.
const LAST_SIGNAL: c_int = 64;
/// What ends a process that writes to a pipe whose reader is gone. Source: signal(7).
const SIGPIPE: c_int = 13;
/// What ends a process that writes to a file which may grow no more. Source: signal(7).
const SIGXFSZ: c_int = 25;
/// Source: `SIG_DFL`, `SIG_IGN` and `SIG_SETMASK` in the C libraries' signal.h.
const DEFAULT: usize = 0;
const IGNORE: usize = 1;
const SET_MASK: c_int = if cfg!(any(target_os = "linux", target_os = "android")) { 2 } else { 3 };

/// As many descriptors as sessions, watches and readings can take (each session has two), and no more: programs that
/// are run may try all there could be.
const DESCRIPTORS: u64 = 4096;
/// The size of a stack (bytes) where nobody asks for another. Source: Linux's `_STK_LIM`.
const STACK_BYTES: u64 = 8 << 20;

/// A set of signals, in which none is: large enough for all systems, the largest being the C libraries' of Linux (128
/// bytes).
#[repr(C, align(16))]
struct NoSignals([u8; 128]);

unsafe extern "C" {
    fn signal(number: c_int, handler: usize) -> usize;
    fn sigprocmask(how: c_int, set: *const NoSignals, before: *mut NoSignals) -> c_int;
    fn alarm(seconds: c_uint) -> c_uint;
}

/// Drops what this process was given: variables, signals that are ignored, blocked or still to come, the mask for new
/// files, limits that can be changed. The working directory and descriptors are left elsewhere.
///
/// There must be no other thread yet.
pub(super) fn drop_all() {
    clear_environment();
    reset_signals();
    // Nothing that is made here is for others to read, unless whoever makes it says so.
    umask(Mode::RWXG | Mode::RWXO);
    reset_limits();
}

#[allow(clippy::disallowed_methods, reason = "it is about this process")]
fn clear_environment() {
    for (name, _) in std::env::vars_os() {
        if KEPT.iter().all(|kept| name != *kept) {
            // SAFETY: there is no other thread that could look at the environment meanwhile.
            unsafe { std::env::remove_var(name) };
        }
    }
}

fn reset_signals() {
    for number in 1..=LAST_SIGNAL {
        // SAFETY: no handler is put in place but the one that was there; numbers that are none of a signal's are
        // refused.
        unsafe {
            let before = signal(number, DEFAULT);
            if before != DEFAULT && before != IGNORE && before != usize::MAX {
                signal(number, before);
            }
        }
    }
    // SAFETY: as above; the set outlives the call, and nobody asks for the one before. A timer of whoever was this
    // process before it became this program is stopped.
    unsafe {
        signal(SIGPIPE, IGNORE);
        signal(SIGXFSZ, IGNORE);
        alarm(0);
        sigprocmask(SET_MASK, &raw const NO_SIGNALS, std::ptr::null_mut());
    }
}

static NO_SIGNALS: NoSignals = NoSignals([0; 128]);

/// Limits become what the system allows, where more does no harm, and what is usual elsewhere.
fn reset_limits() {
    let lowered = |most: u64| move |hard: Option<u64>| Some(hard.map_or(most, |hard| hard.min(most)));
    let set = |resource: Resource, wanted: &dyn Fn(Option<u64>) -> Option<u64>| {
        let Rlimit { maximum, .. } = getrlimit(resource);
        // What is refused stays as it is.
        let _ = setrlimit(resource, Rlimit { current: wanted(maximum), maximum });
    };
    for resource in
        [Resource::As, Resource::Cpu, Resource::Data, Resource::Fsize, Resource::Memlock, Resource::Nproc]
    {
        set(resource, &|hard| hard);
    }
    set(Resource::Nofile, &lowered(DESCRIPTORS));
    set(Resource::Stack, &lowered(STACK_BYTES));
    // A crash leaves no file behind.
    set(Resource::Core, &lowered(0));
}
