//! A watch on the configuration: when it changes, a rebuild is due.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux;
#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
mod portable;

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[cfg(any(target_os = "linux", target_os = "android"))]
use linux::Names;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
use portable::Names;

use super::host::Host;
use super::serve::ShutdownReason;
use super::state::DaemonState;
use crate::bus::Event;
use crate::rebuild;

/// An editor may write a file several times, and puts another in its place: it is looked at when it has been left alone
/// for so long.
const SETTLE: Duration = Duration::from_millis(200);

/// Watches the configuration for ever.
pub(super) async fn watch<W: Host>(daemon: Arc<DaemonState<W>>) -> io::Result<Infallible> {
    let build = daemon.prompt.build;
    let Some(path) = rebuild::configuration(build) else { return pending().await };
    let exec = daemon.exec.clone();
    let names = daemon.exec.unblock(move || Names::of(&path, &exec)).await;
    // After the watch has begun, so that no change is missed; and where there is none, so that it is known once.
    look(&daemon).await;
    let mut names = names?;
    loop {
        names.touched().await?;
        // What is done to it meanwhile is the same change.
        while let Ok(touched) = daemon.exec.clock().timeout(SETTLE, names.touched()).await {
            touched?;
        }
        look(&daemon).await;
    }
}

/// Looks whether a rebuild is due, and tells those who want to know. An interpreted prompt reads its configuration when
/// the process begins: another daemon takes over.
async fn look<W: Host>(daemon: &DaemonState<W>) {
    let build = daemon.prompt.build;
    let is_due = daemon.exec.unblock(move || rebuild::is_due(build)).await;
    let was_due = daemon.rebuild.swap(is_due, Ordering::Relaxed);
    if is_due || was_due {
        daemon.bus.happen(Event::Configuration, None);
    }
    if is_due && daemon.prompt.is_interpreted {
        daemon.end(ShutdownReason::Replaced);
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "somebody has to change the file")]
mod tests {
    use std::fs;
    use std::path::Path;

    use futures_lite::future::poll_once;

    use crate::exec::Single;

    /// A configuration behind a link, as people keep it in their repositories.
    fn linked() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("dotfiles")).unwrap();
        fs::write(folder.path().join("dotfiles/real.toml"), "").unwrap();
        std::os::unix::fs::symlink("dotfiles/real.toml", folder.path().join("ziron.toml")).unwrap();
        folder
    }

    macro_rules! systems {
        ($($module:ident)*) => {$(mod $module {
            use super::*;
            use crate::daemon::configuration::$module::Names;

            #[test]
            fn every_way_of_writing_it_is_noticed() {
                let folder = linked();
                let at = |name: &str| folder.path().join(name);
                let model = Single::driven().unwrap();
                let mut names = Names::of(&at("ziron.toml"), model.handle()).unwrap();
                let mut is_noticed = || model.run(names.touched()).is_ok();
                fs::write(at("ziron.toml"), "format = ''").unwrap();
                assert!(is_noticed(), "through the link");
                fs::write(at("other.toml"), "").unwrap();
                fs::rename(at("other.toml"), at("ziron.toml")).unwrap();
                assert!(is_noticed(), "in place of the link");
                fs::write(at("ziron.toml"), "format = 'a'").unwrap();
                assert!(is_noticed(), "what took its place");
            }

            #[test]
            fn other_files_are_not_it() {
                let folder = linked();
                let model = Single::driven().unwrap();
                let mut names = Names::of(&folder.path().join("ziron.toml"), model.handle()).unwrap();
                fs::write(folder.path().join("other.toml"), "").unwrap();
                let touched = model.run(poll_once(names.touched()));
                assert!(touched.is_none());
            }
        })*};
    }
    systems! { linux portable }

    #[test]
    fn a_file_that_is_not_there_yet_is_noticed_too() {
        let folder = tempfile::tempdir().unwrap();
        let path: &Path = &folder.path().join("ziron.toml");
        let model = Single::driven().unwrap();
        let mut names = super::portable::Names::of(path, model.handle()).unwrap();
        fs::write(path, "").unwrap();
        model.run(names.touched()).unwrap();
    }
}
