//! The request: what a shell says about the prompt it wants.

use std::path::PathBuf;
use std::time::Duration;

use crate::shell::Shell;

/// What a shell says about the prompt it wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The shell that will show the prompt.
    pub shell: Shell,
    /// The exit status of the last command, as the shell wrote it; `None` if it said nothing.
    pub status: Option<String>,
    /// The exit statuses of the last pipeline, in order.
    pub pipe_status: Vec<String>,
    /// How long the last command ran; `None` if none did.
    pub duration: Option<Duration>,
    /// How many jobs the shell has in the background.
    pub jobs: u64,
    /// How deeply shells are nested; `None` if the shell said nothing.
    pub shlvl: Option<i64>,
    /// The name of the active key map, in the shell's own words.
    pub keymap: String,
    /// The width of the terminal (columns).
    pub terminal_columns: u16,
    /// The directory to draw for, if it is not the process's own.
    pub path: Option<PathBuf>,
    /// The same as the shell calls it, with symbolic links.
    pub logical_path: Option<PathBuf>,
}

impl Default for Request {
    fn default() -> Request {
        Request {
            shell: Shell::Plain,
            status: None,
            pipe_status: Vec::new(),
            duration: None,
            jobs: 0,
            shlvl: None,
            keymap: String::from("viins"),
            terminal_columns: 80,
            path: None,
            logical_path: None,
        }
    }
}
