//! What an attacker can do in a folder of his own that stands where the victim's daemon would be.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, symlink};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode, OFlags, RenameFlags, mknodat, renameat_with};

use crate::town::Town;
use crate::{ATTACKER, become_user, by, folder, set_mode};

/// What he would draw: the shell that shows it has been told it by him.
const DRAWN: &str = "PWNED> ";

/// How the folder's files are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// Files and pipes of the attacker's, to be written by the victim.
    Open,
    /// Links to a file of the victim's.
    Links,
}

/// An attack that goes on until it is looked at.
pub(crate) struct Attack {
    /// Where he looks for what was written.
    folders: Vec<PathBuf>,
    heard: Arc<Mutex<Vec<u8>>>,
    end: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Attack {
    /// Makes a run-time folder where the victim's would be, with a daemon's folder for these shells in it. `socket` in it is now a link to a socket of
    /// the victim's, and now one at which the attacker listens.
    pub(crate) fn plant(town: &Town, run: &Path, shells: &[u32], layout: Layout) -> Attack {
        let level = run.join("ziron");
        Attack::plant_levels(town, &[run.to_owned(), level], shells, layout)
    }

    /// The same with the folders above the daemon's by name.
    pub(crate) fn plant_levels(town: &Town, levels: &[PathBuf], shells: &[u32], layout: Layout) -> Attack {
        let own = levels.last().unwrap().join(town.id());
        let (private, other) = (town.path("home/private"), town.path("home/other"));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let end = Arc::new(AtomicBool::new(false));
        let listener = by(ATTACKER, || {
            for level in levels.iter().chain([&own]) {
                folder(level, 0o777);
            }
            for pid in shells {
                let file = |name: &str| own.join(format!("s.{pid}.{name}"));
                match layout {
                    Layout::Links => {
                        for name in ["ask", "reply", "request", "token"] {
                            symlink(&private, file(name)).unwrap();
                        }
                    }
                    Layout::Open => {
                        fs::write(file("ask"), "").unwrap();
                        set_mode(&file("ask"), 0o666);
                        fs::write(file("reply"), drawn("0")).unwrap();
                        for name in ["request", "token"] {
                            mknodat(CWD, file(name), FileType::Fifo, Mode::from_raw_mode(0o666), 0).unwrap();
                            set_mode(&file(name), 0o666);
                        }
                    }
                }
            }
            let listener = UnixListener::bind(own.join("trap")).unwrap();
            set_mode(&own.join("trap"), 0o777);
            symlink(&other, own.join("socket")).unwrap();
            listener
        });
        let mut attack = Attack { folders: vec![own.clone()], heard, end, threads: Vec::new() };
        let heard = attack.heard.clone();
        attack.go_on(move || take(&listener, &heard));
        attack.exchange(&own.join("socket"), &own.join("trap"));
        if layout == Layout::Open {
            let open = |pid: &u32| open_pipe(&own.join(format!("s.{pid}.request")));
            let (mut pipes, heard): (Vec<_>, _) = (shells.iter().map(open).collect(), attack.heard.clone());
            attack.go_on(move || {
                for pipe in &mut pipes {
                    drain(pipe, &heard);
                }
                thread::sleep(Duration::from_millis(1));
            });
        }
        attack
    }

    /// Exchanges his run-time folder and another name again and again.
    pub(crate) fn exchange_folder(&mut self, town: &Town, run: &Path, other: &Path) {
        self.folders.extend([run, other].map(|run| run.join("ziron").join(town.id())));
        self.exchange(run, other);
    }

    /// Exchanges two names again and again, as the attacker.
    fn exchange(&mut self, one: &Path, other: &Path) {
        let (one, other) = (one.to_owned(), other.to_owned());
        self.go_on(move || {
            // Where he may not, nothing is exchanged.
            let _ = renameat_with(CWD, &one, CWD, &other, RenameFlags::EXCHANGE);
            thread::sleep(Duration::from_micros(50));
        });
    }

    fn go_on(&mut self, mut act: impl FnMut() + Send + 'static) {
        let end = self.end.clone();
        self.threads.push(thread::spawn(move || {
            become_user(ATTACKER);
            while !end.load(Ordering::Relaxed) {
                act();
            }
        }));
    }

    /// Ends it, and checks that the attacker has learned nothing.
    pub(crate) fn has_failed(mut self) {
        self.stop();
        let heard = std::mem::take(&mut *self.heard.lock().unwrap());
        assert!(heard.is_empty(), "he was told: {}", String::from_utf8_lossy(&heard));
        for entry in self.folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten() {
            let is_file = entry.file_type().unwrap().is_file();
            if is_file && entry.file_name().to_string_lossy().ends_with(".ask") {
                assert_eq!(fs::read_to_string(entry.path()).unwrap(), "", "he can read what was asked");
            }
        }
    }

    fn stop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().unwrap();
        }
    }
}

impl Drop for Attack {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
    }
}

/// Whether a screen shows what the attacker would draw.
pub(crate) fn is_drawn(text: &str) -> bool {
    text.contains("PWNED")
}

fn drawn(seq: &str) -> String {
    format!("drawn\x1f{seq}\x1ffresh\x1f\x1b]0;PWNED\x07{DRAWN}\x1f\x1f\x1f\x1f\x1b]52;c;UFdORUQ=\x07\x1e")
}

/// Takes whoever connects, notes what is said, and answers it.
fn take(listener: &UnixListener, heard: &Mutex<Vec<u8>>) {
    listener.set_nonblocking(true).unwrap();
    match listener.accept() {
        Ok((stream, _)) => {
            heard.lock().unwrap().extend_from_slice(b"connected: ");
            answer(stream, heard);
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(1)),
        Err(error) => panic!("{error}"),
    }
}

fn answer(mut stream: UnixStream, heard: &Mutex<Vec<u8>>) {
    let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
    let mut bytes = [0; 8192];
    let count = stream.read(&mut bytes).unwrap_or(0);
    let said = String::from_utf8_lossy(&bytes[..count]).into_owned();
    heard.lock().unwrap().extend_from_slice(said.as_bytes());
    let seq = said.split("seq=").nth(1).and_then(|rest| rest.split('\x1f').next()).unwrap_or("1");
    let _ = stream.write_all(format!("hello\x1fv=1\x1fstate=ok\x1e{}", drawn(seq)).as_bytes());
}

fn open_pipe(path: &Path) -> File {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    File::options().read(true).write(true).custom_flags(flags).open(path).unwrap()
}

fn drain(pipe: &mut File, heard: &Mutex<Vec<u8>>) {
    let mut bytes = [0; 8192];
    // An error says that nothing is in it.
    if let Ok(count) = pipe.read(&mut bytes) {
        heard.lock().unwrap().extend_from_slice(&bytes[..count]);
    }
}
