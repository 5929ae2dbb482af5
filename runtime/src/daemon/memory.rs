//! Memory that the daemon gives back.
//!
//! The C library keeps an arena for each thread that has ever allocated, and what was freed in it: after one status of
//! a large repository, megabytes that are never used again. A daemon that mostly sleeps needs one arena, and gives back
//! what is free when a burst of work is over. Sources: `mallopt(3)`, `malloc_trim(3)`.
#![allow(unsafe_code, reason = "the C library's own switches have no safe face")]

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod switches {
    use std::ffi::c_int;

    unsafe extern "C" {
        fn mallopt(parameter: c_int, value: c_int) -> c_int;
        fn malloc_trim(pad: usize) -> c_int;
    }

    /// Source: glibc's `malloc.h`.
    const M_ARENA_MAX: c_int = -8;

    pub(in crate::daemon) fn use_one_arena() {
        // SAFETY: it sets a number of the allocator; it fails for parameters that it does not know.
        unsafe { mallopt(M_ARENA_MAX, 1) };
    }

    pub(in crate::daemon) fn give_back() {
        // SAFETY: it returns free pages to the system, under the allocator's own locks.
        unsafe { malloc_trim(0) };
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod switches {
    pub(in crate::daemon) fn use_one_arena() {}

    pub(in crate::daemon) fn give_back() {}
}

pub(super) use switches::{give_back, use_one_arena};
