//! The stub of a daemon; see `ziron_tests::stub_daemon`.

#![allow(clippy::disallowed_methods, reason = "a program of the tests")]

use std::io;
use std::path::Path;

use ziron_tests::{stub, stub_daemon};

fn main() -> io::Result<()> {
    let folder = std::env::var_os(stub_daemon::FOLDER).ok_or_else(|| io::Error::other("no folder"))?;
    let log = std::env::var_os(stub::LOG);
    let data = std::env::var(stub::DATA).unwrap_or_default();
    stub_daemon::main(Path::new(&folder), log.as_deref().map(Path::new), &data)
}
