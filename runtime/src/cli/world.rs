//! The world that a generated binary finds itself in: directories, terminal, store.
#![allow(clippy::disallowed_methods, reason = "before there is a place, somebody has to look at the process")]

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use crate::gather::ReadContext;
use crate::io::{Real, Sent};
use crate::pen::Terminal;
use crate::place::{Place, Scan};
use crate::prelude;
use crate::prompt::{Prompt, Settings};
use crate::request::Request;
use crate::safe_path::{self, SafePath, UnsafePath};
use crate::store::Store;

/// The environment variable that names another folder for stored facts.
pub(super) const CACHE_VARIABLE: &str = "ZIRON_CACHE";
/// The variables that decide where facts and rendered prompts are stored.
pub(super) const CACHE_VARIABLES: [&str; 3] = [CACHE_VARIABLE, "XDG_CACHE_HOME", "HOME"];

/// Completes a request with what the process itself can see.
pub(super) fn complete(request: &Request) -> Request {
    let mut request = request.clone();
    if request.terminal_columns == 0 {
        request.terminal_columns = terminal_columns().unwrap_or(80);
    }
    request
}

/// The operating system as whoever has started this process sees it, with the environment that was given to it: the one
/// request that it draws for.
pub(super) fn system() -> Real {
    static GIVEN: OnceLock<Sent> = OnceLock::new();
    Real::with(GIVEN.get_or_init(Sent::of_process).clone())
}

/// What the readings of a request are done with in this process.
pub(super) fn read_context(prompt: &'static Prompt, request: &Request) -> ReadContext<Real> {
    ReadContext::new(system(), place(prompt, request), store(prompt).map(Arc::new))
}

/// Finds the place of a request.
pub(super) fn place(prompt: &'static Prompt, request: &Request) -> Place {
    let Settings { command_timeout, scan_timeout, follow_symlinks, .. } = prompt.settings;
    let pwd = || std::env::var_os("PWD").map(PathBuf::from).filter(|path| path.is_absolute());
    let physical = match &request.path {
        Some(path) => std::fs::canonicalize(path).unwrap_or_else(|_| path.clone()),
        // A directory that was deleted has no name any more, but the shell still knows it.
        None => std::env::current_dir().ok().or_else(pwd).unwrap_or_else(|| PathBuf::from("/")),
    };
    let logical = request.logical_path.clone().or_else(|| if request.path.is_none() { pwd() } else { None });
    let logical = logical.unwrap_or_else(|| physical.clone());
    Place::new(logical, physical, home(), command_timeout)
        .scanned(Scan { follow_symlinks, timeout: scan_timeout })
}

/// The same without a look at the directory, for when that does not answer.
pub(super) fn place_unseen(prompt: &'static Prompt, request: &Request, physical: PathBuf) -> Place {
    let logical = request.logical_path.clone().unwrap_or_else(|| physical.clone());
    Place::new(logical, physical, home(), prompt.settings.command_timeout)
}

/// The user's home folder. The standard library's look-up would bring the C library's name service into a static
/// program.
pub(super) fn home() -> Option<PathBuf> {
    // A relative one would be whatever folder the shell is in.
    let set = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    set.or_else(|| Some(PathBuf::from(crate::io::password_field(5)?)))
}

/// The store, where the user has a folder for caches on a safe path.
pub(super) fn store(prompt: &'static Prompt) -> Option<Store> {
    Some(Store::open(prompt.cache.backend, cache("facts")?.ok()?.path()))
}

/// A folder of the user's cache, there or not; `None` if no variable names one.
pub(super) fn cache(name: &str) -> Option<Result<SafePath, UnsafePath>> {
    let [own, caches, _] = CACHE_VARIABLES;
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = absolute(own)
        .or_else(|| Some(absolute(caches).or_else(|| Some(home()?.join(".cache")))?.join("ziron")))?;
    Some(safe_path::check(&folder.join(name), rustix::process::geteuid().as_raw()))
}

/// The terminal, as far as the environment tells.
pub(super) fn terminal(prompt: &'static Prompt) -> Terminal {
    prelude::terminal(prompt.extras, &system())
}

/// The width of the terminal, if one of the standard streams is one.
pub(super) fn terminal_columns() -> Option<u16> {
    let from = |stream: std::os::fd::BorrowedFd<'_>| {
        rustix::termios::tcgetwinsize(stream).ok().map(|size| size.ws_col).filter(|columns| *columns > 0)
    };
    let [output, error, input] = [rustix::stdio::stdout(), rustix::stdio::stderr(), rustix::stdio::stdin()];
    from(output).or_else(|| from(error)).or_else(|| from(input))
}
