//! What `doctor` says about the daemon: whether it has a place, runs, and may watch.

use std::time::Instant;

use super::{TOOL_PATIENCE, connect, is_on};
use crate::cli::doctor::Finding;
use crate::daemon;
use crate::ipc::client::ClientError;
use crate::prompt::Prompt;
use crate::request::Request;

/// Fewer watches than this are soon used up by editors and file managers. Source: the kernel's default on small
/// machines, inotify(7).
#[cfg(target_os = "linux")]
const FEW_WATCHES: u64 = 8192;

/// Looks at the daemon of this program.
pub(in crate::cli) fn findings(prompt: &'static Prompt) -> Vec<Finding> {
    if prompt.background.is_none() {
        return vec![Finding::good("there is no background mode: the configuration says so")];
    }
    if !is_on(prompt) {
        return vec![Finding::good(format!("there is no background mode: {} says so", super::SWITCH))];
    }
    let address = match daemon::address() {
        Ok(address) => address,
        Err(error) => {
            return vec![Finding::look(format!("there is no place for the daemon: {error}"), error.remedy())];
        }
    };
    if let Err(error) = address.open()
        && !error.is_missing()
    {
        return vec![Finding::look(format!("the daemon's folder is not used: {error}"), error.remedy())];
    }
    let mut found = match connect(prompt, &Request::default(), Instant::now() + TOOL_PATIENCE) {
        Ok(_) => vec![Finding::good(format!("the daemon answers in {}", address.folder().display()))],
        Err(ClientError::Absent) => vec![match address.open() {
            Ok(_) => Finding::good("the daemon does not run; the next prompt starts it"),
            Err(_) => Finding::good("the daemon was never started; the next prompt starts it"),
        }],
        Err(error) => vec![Finding::look(
            format!("the daemon does not answer: {error}"),
            String::from("`daemon restart`; `daemon logs` may say why"),
        )],
    };
    found.extend(watches());
    found
}

/// Whether the daemon may watch files.
#[cfg(target_os = "linux")]
#[allow(clippy::disallowed_methods, reason = "files that the system makes up")]
fn watches() -> Option<Finding> {
    use rustix::fs::inotify;

    let limit = |name: &str| -> Option<u64> {
        crate::io::open::read_text(format!("/proc/sys/fs/inotify/{name}")).ok()?.trim().parse().ok()
    };
    let raise = |name: &str, value: u64| {
        format!("`sysctl fs.inotify.{name}={value}` as root; a file in /etc/sysctl.d keeps it")
    };
    if let Err(error) = inotify::init(inotify::CreateFlags::CLOEXEC) {
        let instances = limit("max_user_instances")?;
        let what =
            format!("the system lets this user watch no files ({error}); it allows {instances} watchers");
        return Some(Finding::look(what, raise("max_user_instances", instances.max(128) * 4)));
    }
    let watches = limit("max_user_watches")?;
    Some(if watches < FEW_WATCHES {
        let what = format!("the system allows this user {watches} watches of files, which editors share");
        Finding::look(what, raise("max_user_watches", 65_536))
    } else {
        Finding::good(format!("the system allows {watches} watches of files"))
    })
}

#[cfg(not(target_os = "linux"))]
fn watches() -> Option<Finding> {
    None
}
