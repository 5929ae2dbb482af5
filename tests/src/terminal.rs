//! A pseudo-terminal with a program in it.

use std::io::{self, Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{Parser, Screen};

use crate::answers::Answers;
use crate::dump;

/// How long anything may take on a busy machine. Only a test that fails waits this long.
const DEADLINE: Duration = Duration::from_secs(30);

/// The size of a terminal, in cells.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Lines.
    pub rows: u16,
    /// Cells in a line.
    pub columns: u16,
}

/// A terminal in which one program runs.
pub struct Terminal {
    shared: Arc<Shared>,
    keys: Arc<Mutex<Box<dyn Write + Send>>>,
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Terminal").field("child", &self.child).finish_non_exhaustive()
    }
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    parser: Parser<Answers>,
    /// Whether the program has ended, or at least closed the terminal.
    closed: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics with the lock")
    }
}

impl Terminal {
    /// Starts a program in a new terminal.
    ///
    /// # Errors
    /// When the system gives no terminal, or the program does not start.
    pub fn start(command: CommandBuilder, size: Size) -> io::Result<Terminal> {
        let pty_size = PtySize { rows: size.rows, cols: size.columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(pty_size).map_err(io::Error::other)?;
        let child = pair.slave.spawn_command(command).map_err(io::Error::other)?;
        drop(pair.slave);
        let reader = pair.master.try_clone_reader().map_err(io::Error::other)?;
        let keys = Arc::new(Mutex::new(pair.master.take_writer().map_err(io::Error::other)?));
        let parser =
            Parser::new_with_callbacks(cells(size.rows), cells(size.columns), 1000, Answers::default());
        let shared =
            Arc::new(Shared { state: Mutex::new(State { parser, closed: false }), changed: Condvar::new() });
        thread::spawn({
            let (shared, keys) = (Arc::clone(&shared), Arc::clone(&keys));
            move || follow(reader, &shared, &keys)
        });
        Ok(Terminal { shared, keys, child, master: pair.master })
    }

    /// Types.
    ///
    /// # Panics
    /// When the terminal is closed.
    pub fn send(&self, keys: &str) {
        let mut writer = self.keys.lock().expect("no thread panics with the lock");
        writer.write_all(keys.as_bytes()).and_then(|()| writer.flush()).expect("the terminal is open");
    }

    /// The operating system commands that the program has given so far: titles, marks, notifications.
    pub fn commands(&self) -> Vec<String> {
        self.shared.state().parser.callbacks().commands().to_vec()
    }

    /// Changes the size of the terminal; the program gets `SIGWINCH`.
    ///
    /// # Panics
    /// When the terminal is closed.
    pub fn resize(&self, size: Size) {
        self.shared.state().parser.set_size(cells(size.rows), cells(size.columns));
        let size = PtySize { rows: size.rows, cols: size.columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("the terminal is open");
    }

    /// Waits until the screen satisfies `condition`, and returns what that found.
    ///
    /// # Panics
    /// When it does not by the deadline, or the program ends before; with what the screen shows instead of `what`.
    pub fn wait<T>(&self, what: &str, mut condition: impl FnMut(&Screen) -> Option<T>) -> T {
        let start = Instant::now();
        let mut state = self.shared.state();
        loop {
            if let Some(found) = condition(state.parser.screen()) {
                return found;
            }
            let left = DEADLINE.saturating_sub(start.elapsed());
            if left.is_zero() || state.closed {
                let screen = dump::styled(state.parser.screen());
                drop(state);
                panic!("no {what}; the screen:\n{screen}");
            }
            state = self.shared.changed.wait_timeout(state, left).expect("no thread panics with the lock").0;
        }
    }

    /// Waits until the screen satisfies `condition`, for a limited time only; says whether it does.
    ///
    /// # Panics
    /// Only if a thread of the terminal's has.
    pub fn wait_for(&self, limit: Duration, mut condition: impl FnMut(&Screen) -> bool) -> bool {
        let state = self.shared.state();
        let wait =
            self.shared.changed.wait_timeout_while(state, limit, |state| !condition(state.parser.screen()));
        !wait.expect("no thread panics with the lock").1.timed_out()
    }

    /// Waits until the program has ended, and returns its exit code.
    ///
    /// # Panics
    /// When it has not by the deadline.
    pub fn wait_exit(&mut self) -> u32 {
        let shared = Arc::clone(&self.shared);
        let state = shared.state();
        let (state, late) = shared
            .changed
            .wait_timeout_while(state, DEADLINE, |state| !state.closed)
            .expect("no thread panics");
        let screen = dump::styled(state.parser.screen());
        drop(state);
        assert!(!late.timed_out(), "the program goes on; the screen:\n{screen}");
        self.child.wait().expect("it is our child").exit_code()
    }

    /// What the screen shows now.
    pub fn screen(&self) -> Screen {
        self.shared.state().parser.screen().clone()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // A program that has ended cannot be killed, and that is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).expect("a terminal has cells")
}

/// Shows what the program writes, and answers what it asks, until the terminal is closed.
fn follow(mut reader: Box<dyn Read + Send>, shared: &Shared, keys: &Mutex<Box<dyn Write + Send>>) {
    let mut buffer = [0; 4096];
    loop {
        let count = reader.read(&mut buffer).unwrap_or(0);
        let mut state = shared.state();
        state.parser.process(&buffer[..count]);
        state.closed = count == 0;
        let answers = state.parser.callbacks_mut().take();
        drop(state);
        shared.changed.notify_all();
        if count == 0 {
            return;
        }
        if !answers.is_empty() {
            let mut keys = keys.lock().expect("no thread panics with the lock");
            // Whoever asked may be gone.
            let _ = keys.write_all(&answers).and_then(|()| keys.flush());
        }
    }
}
