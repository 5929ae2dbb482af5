//! A back end that this program was built without.

use std::io;
use std::path::Path;

use super::backend::{Back, BackendChoice, OptionalBack};
use super::limits::Limits;

/// Cannot be made.
#[derive(Clone, Debug)]
pub(super) enum Absent {}

impl OptionalBack for Absent {
    fn open(_choice: BackendChoice, _folder: &Path) -> Option<Absent> {
        None
    }
}

impl Back for Absent {
    fn read(&self, _name: &str) -> Option<Vec<u8>> {
        match *self {}
    }

    fn write(&self, _name: &str, _bytes: &[u8]) -> io::Result<()> {
        match *self {}
    }

    fn has(&self, _name: &str) -> bool {
        match *self {}
    }

    fn remove(&self, _name: &str) -> bool {
        match *self {}
    }

    fn each(&self, _visit: &mut dyn FnMut(&str, &[u8])) {
        match *self {}
    }

    fn make_room(&self, _limits: Limits) -> usize {
        match *self {}
    }

    fn probe(&self) -> io::Result<()> {
        match *self {}
    }
}
