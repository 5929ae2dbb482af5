//! Runs a new binary once before it may replace the old one.

use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::error::{CommandError, Kind};
use crate::interrupt::Interrupt;
use crate::process::{self, Ended, Line};

/// Many times what a prompt may take; a prompt that hangs must not be installed.
const LIMIT: Duration = Duration::from_secs(10);

/// Linux refuses to run a file that any process, even one about to exec, still has open for writing.
const TRIES_WHILE_BUSY: u32 = 20;

/// Asks the binary for its version and for a prompt in `/`; both must succeed.
pub(crate) fn run(binary: &Path, interrupt: &Interrupt) -> Result<(), CommandError> {
    for arguments in [&["--version"][..], &["prompt"]] {
        let mut errors = String::new();
        let ended = start(binary, arguments, interrupt, |line| {
            if let Line::Err(line) = line {
                errors.push_str(&line);
                errors.push('\n');
            }
        });
        let what = arguments.join(" ");
        let cause = match ended {
            Ok(Ended::Exited(status)) if status.success() => continue,
            Ok(Ended::Interrupted(signal)) => return Err(CommandError::interrupted(signal)),
            Ok(Ended::Exited(status)) => format!("{status}\n{errors}"),
            Ok(Ended::TimedOut) => format!("it was still running after {} s", LIMIT.as_secs()),
            Err(error) => error.to_string(),
        };
        let error =
            CommandError::new(Kind::Internal, format!("the new prompt was built, but `{what}` fails"));
        let error = error.because(cause.trim().to_owned());
        return Err(error.hint("Please report it, with your configuration."));
    }
    Ok(())
}

fn start(
    binary: &Path,
    arguments: &[&str],
    interrupt: &Interrupt,
    mut each: impl FnMut(Line),
) -> io::Result<Ended> {
    let mut command = Command::new(binary);
    command.args(arguments).current_dir("/").env("PWD", "/");
    // A program that is not installed yet leaves no daemon behind.
    command.env("ZIRON_DAEMON", "off");
    let mut tries = 0;
    loop {
        match process::run(&mut command, interrupt, Some(LIMIT), &mut each) {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy && tries < TRIES_WHILE_BUSY => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(10));
            }
            result => return result,
        }
    }
}
