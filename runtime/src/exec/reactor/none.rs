//! Where there is no epoll, there is no reactor of our own.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::task::{Poll, Waker};
use std::time::Instant;

/// Never made: async-io does the work.
#[derive(Debug)]
pub(in crate::exec) struct Reactor(Infallible);

impl Reactor {
    pub(in crate::exec) fn new() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in crate::exec) fn block_on<T>(&self, _future: impl Future<Output = T>) -> T {
        match self.0 {}
    }

    pub(in crate::exec) fn poll_timer(
        &self,
        _at: Instant,
        _id: &mut Option<u64>,
        _waker: &Waker,
    ) -> Poll<()> {
        match self.0 {}
    }

    pub(in crate::exec) fn forget_timer(&self, _at: Instant, _id: u64) {
        match self.0 {}
    }

    #[cfg(unix)]
    pub(super) fn add(&self, _source: &impl std::os::fd::AsFd) -> io::Result<Readiness> {
        match self.0 {}
    }

    #[cfg(unix)]
    pub(super) fn remove(&self, _source: &impl std::os::fd::AsFd, _readiness: &Readiness) {
        match self.0 {}
    }

    #[cfg(unix)]
    pub(super) fn await_room(
        &self,
        _source: &impl std::os::fd::AsFd,
        _readiness: &Readiness,
    ) -> io::Result<()> {
        match self.0 {}
    }
}

#[cfg(unix)]
#[derive(Debug)]
pub(super) struct Readiness(Infallible);

#[cfg(unix)]
impl Readiness {
    pub(super) fn clear(&self, _direction: Direction) {
        match self.0 {}
    }

    pub(super) fn poll(&self, _direction: Direction, _waker: &Waker) -> Poll<()> {
        match self.0 {}
    }
}

#[cfg(unix)]
#[derive(Clone, Copy, Debug)]
pub(super) enum Direction {
    Read,
    Write,
}
