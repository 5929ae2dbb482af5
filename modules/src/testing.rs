//! What the modules' tests share.

mod watched;

use std::path::PathBuf;
use std::time::Duration;

use futures_lite::future::block_on;
use ziron_runtime::io::{Io, Simulated};
use ziron_runtime::place::Place;
use ziron_runtime::source::{ReadError, Source};

pub(crate) use watched::{Seen, Watched};

/// The directory that tests are in.
pub(crate) const HERE: &str = "/home/me/here";

/// Describes a directory on a simulated machine.
pub(crate) fn place(io: &Simulated, path: &str) -> Place {
    let path = PathBuf::from(path);
    let home = io.env("HOME").map(PathBuf::from);
    Place::new(path.clone(), path, home, Duration::from_millis(500))
}

/// Reads a source in [`HERE`]; `None` if it has no key there.
pub(crate) fn try_read<S: Source>(source: &S, io: &Simulated) -> Option<Result<S::Fact, ReadError>> {
    let place = place(io, HERE);
    block_on(async {
        let key = source.key(&place, io).await?;
        Some(source.read(&key, &place, io).await)
    })
}

/// Reads a source in [`HERE`] where nothing can go wrong.
pub(crate) fn read<S: Source>(source: &S, io: &Simulated) -> Option<S::Fact> {
    try_read(source, io).map(|fact| fact.expect("the reading succeeds"))
}
