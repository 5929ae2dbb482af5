//! The Redis back end, where the feature `redis` is off: there is none.

use std::convert::Infallible;
use std::io;
use std::path::Path;

use super::backend::{Back, RedisChoice};
use super::limits::Limits;

/// Cannot be made.
#[derive(Clone, Debug)]
pub(super) struct Redis(Infallible);

impl Redis {
    pub(super) fn new(_choice: RedisChoice, _folder: &Path) -> Option<Redis> {
        None
    }

    pub(super) fn is_there(&self) -> bool {
        match self.0 {}
    }

    #[cfg(feature = "background")]
    pub(super) fn hurry(&self) {
        match self.0 {}
    }
}

impl Back for Redis {
    fn read(&self, _name: &str) -> Option<Vec<u8>> {
        match self.0 {}
    }

    fn write(&self, _name: &str, _bytes: &[u8]) -> io::Result<()> {
        match self.0 {}
    }

    fn has(&self, _name: &str) -> bool {
        match self.0 {}
    }

    fn remove(&self, _name: &str) -> bool {
        match self.0 {}
    }

    fn each(&self, _visit: &mut dyn FnMut(&str, &[u8])) {
        match self.0 {}
    }

    fn make_room(&self, _limits: Limits) -> usize {
        match self.0 {}
    }

    fn probe(&self) -> io::Result<()> {
        match self.0 {}
    }
}
