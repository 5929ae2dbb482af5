//! A shell's process: when it ends, its files go; and it can be told of news.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux;
#[cfg(any(test, not(any(target_os = "linux", target_os = "android"))))]
mod portable;

use std::io;

use rustix::process::Pid;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) use linux::Process;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) use portable::Process;

/// What the system calls a process that a shell calls by this number.
fn number(pid: u32) -> io::Result<Pid> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.ok_or_else(|| io::ErrorKind::InvalidInput.into())
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "there has to be a process")]
mod tests {
    macro_rules! processes {
        ($($module:ident)*) => {$(mod $module {
            use std::process::{Child, Command, Stdio};

            use futures_lite::future::poll_once;

            use crate::daemon::process::$module::Process;
            use crate::exec::Single;

            /// A process that ends when its input does.
            fn child() -> Child {
                Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
            }

            #[test]
            fn its_end_is_noticed() {
                let model = Single::driven().unwrap();
                let mut child = child();
                let process = Process::find(child.id(), model.handle()).unwrap();
                process.nudge();
                model.run(async {
                    assert_eq!(poll_once(process.ended()).await, None, "the signal does nothing to it");
                });
                drop(child.stdin.take());
                assert!(child.wait().unwrap().success());
                model.run(process.ended());
                assert!(Process::find(child.id(), model.handle()).is_err());
            }

            #[test]
            fn what_is_no_process_is_not_found() {
                let model = Single::driven().unwrap();
                for pid in [0, u32::MAX, i32::MAX.cast_unsigned()] {
                    assert!(Process::find(pid, model.handle()).is_err(), "{pid}");
                }
            }
        })*};
    }
    processes! { linux portable }
}
