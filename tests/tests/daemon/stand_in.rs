//! A file system that answers only as long as a test wants it to: a stand-in for one behind a network.
//!
//! It is served through `/dev/fuse` by a thread of the test, without a library: an empty folder needs nine kinds of requests.
//! Source: linux/fuse.h, version 7.31 of the protocol.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

/// The kernel gives requests to nobody with less room (bytes).
const REQUEST_BYTES: usize = 1 << 17;
const HEADER_BYTES: usize = 40;

const GETATTR: u32 = 3;
const STATFS: u32 = 17;
const INIT: u32 = 26;
const OPENDIR: u32 = 27;
const READDIR: u32 = 28;
const RELEASEDIR: u32 = 29;
const LOOKUP: u32 = 1;
/// Those that are not answered: `FORGET`, `INTERRUPT`, `BATCH_FORGET`.
const UNANSWERED: [u32; 3] = [2, 36, 42];

const NO_ENTRY: i32 = -2;
const NOT_THERE: i32 = -38;

/// A file system with an empty folder.
pub(crate) struct StandIn {
    point: PathBuf,
    served: Arc<Served>,
}

struct Served {
    device: File,
    /// What nobody has answered yet, while it hangs.
    held: Mutex<Option<Vec<(u32, u64)>>>,
}

impl StandIn {
    /// Mounts it; `None` where that is not possible.
    pub(crate) fn mount(point: &Path) -> Option<StandIn> {
        let device = File::options().read(true).write(true).open("/dev/fuse").ok()?;
        let served = Arc::new(Served { device, held: Mutex::default() });
        let stdin: Stdio = served.device.try_clone().ok()?.into();
        let server = served.clone();
        std::thread::spawn(move || server.serve());
        let status = Command::new("mount")
            .args(["-i", "-t", "fuse", "-o", "fd=0,rootmode=40000,user_id=0,group_id=0", "stand-in"])
            .arg(point)
            .stdin(stdin)
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success()).then(|| StandIn { point: point.to_owned(), served })
    }

    /// Answers nobody from now on.
    pub(crate) fn hang(&self) {
        self.served.held.lock().unwrap().get_or_insert_default();
    }

    /// Answers again, also what was asked meanwhile.
    pub(crate) fn go_on(&self) {
        for (kind, unique) in self.served.held.lock().unwrap().take().unwrap_or_default() {
            self.served.answer(kind, unique);
        }
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // By force: whoever waits for an answer gets an error.
        let _ = Command::new("umount").arg("-fl").arg(&self.point).stderr(Stdio::null()).status();
    }
}

impl Served {
    fn serve(&self) {
        let mut request = vec![0; REQUEST_BYTES];
        loop {
            match (&self.device).read(&mut request) {
                Ok(length) if length >= HEADER_BYTES => {
                    let kind = u32::from_ne_bytes(request[4..8].try_into().unwrap());
                    let unique = u64::from_ne_bytes(request[8..16].try_into().unwrap());
                    let mut held = self.held.lock().unwrap();
                    match &mut *held {
                        Some(held) if !UNANSWERED.contains(&kind) => held.push((kind, unique)),
                        _ => self.answer(kind, unique),
                    }
                }
                // It is not mounted yet.
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                    std::thread::yield_now();
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) if error.raw_os_error() == Some(2) => {}
                // It is not mounted any more.
                _ => return,
            }
        }
    }

    fn answer(&self, kind: u32, unique: u64) {
        let (error, body) = match kind {
            _ if UNANSWERED.contains(&kind) => return,
            INIT => {
                let mut body = vec![0; 64];
                body[0..4].copy_from_slice(&7_u32.to_ne_bytes());
                body[4..8].copy_from_slice(&31_u32.to_ne_bytes());
                body[20..24].copy_from_slice(&4096_u32.to_ne_bytes());
                (0, body)
            }
            GETATTR => {
                // How long it holds: not at all. Then number, size, times, mode, links.
                let mut body = vec![0; 104];
                body[16..24].copy_from_slice(&1_u64.to_ne_bytes());
                body[76..80].copy_from_slice(&0o40_755_u32.to_ne_bytes());
                body[80..84].copy_from_slice(&2_u32.to_ne_bytes());
                (0, body)
            }
            OPENDIR => (0, vec![0; 16]),
            STATFS => (0, vec![0; 80]),
            READDIR | RELEASEDIR => (0, Vec::new()),
            LOOKUP => (NO_ENTRY, Vec::new()),
            _ => (NOT_THERE, Vec::new()),
        };
        let length = 16 + body.len() as u32;
        let head = [&length.to_ne_bytes()[..], &error.to_ne_bytes(), &unique.to_ne_bytes()].concat();
        // Whoever has asked may be gone.
        let _ = (&self.device).write(&[head, body].concat());
    }
}
