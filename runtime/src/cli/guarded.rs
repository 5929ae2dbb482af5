//! Drawing where a file system may not answer: on a thread of its own, so that a shell gets a prompt within the budget whatever becomes of that thread.
//!
//! Elsewhere there is no such thread, and no cost but a look at the list of mounts.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use super::draw::BUFFER_BYTES;
use super::{mounts, world};
use crate::gather::{AtHand, Parts};
use crate::io::Real;
use crate::prompt::{self, Prompt};
use crate::request::Request;

/// Whether the place of a request is on a file system that may not answer. Nothing there is touched.
pub(super) fn may_hang(request: &Request) -> bool {
    mounts::is_remote(&place_of(request), &mounts::read(Path::new(mounts::MOUNTS)))
}

/// Where a request is to be drawn, as far as that is known without looking there: the kernel knows where this process is.
fn place_of(request: &Request) -> PathBuf {
    let own = || std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
    match &request.path {
        Some(path) if path.is_absolute() => path.clone(),
        Some(path) => own().join(path),
        None => own(),
    }
}

/// Does work on a thread of its own, and waits for it for so long. A thread that hangs goes with the process.
pub(super) fn within<T: Send + 'static>(
    budget: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (send, receive) = mpsc::channel();
    let begun = std::thread::Builder::new().name(String::from("drawing")).spawn(move || {
        // Nobody waits for what comes too late.
        let _ = send.send(work());
    });
    begun.ok().and_then(|_| receive.recv_timeout(budget).ok())
}

/// Draws what is known without looking anywhere, marked as old.
pub(super) fn at_hand<P: Prompt>(request: &Request, parts: Parts) -> Vec<u8> {
    let place = world::place_unseen::<P>(request, place_of(request));
    let facts = P::gather(&AtHand::new(Real::default(), place, request));
    let mut out = Vec::with_capacity(BUFFER_BYTES);
    prompt::draw::<P>(&facts, request, parts, &world::terminal::<P>(), &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hangs_is_left() {
        let (_never, hung) = mpsc::channel::<()>();
        assert_eq!(within(Duration::from_millis(5), move || hung.recv()), None);
        assert_eq!(within(Duration::from_secs(60), || 7), Some(7));
    }

    #[test]
    fn a_place_is_where_the_request_says() {
        let at = |path: Option<&str>| place_of(&Request { path: path.map(Into::into), ..Request::default() });
        let own = std::env::current_dir().unwrap();
        assert_eq!(at(Some("/mnt/far")), Path::new("/mnt/far"));
        assert_eq!(at(Some("below")), own.join("below"));
        assert_eq!(at(None), own);
    }
}
