//! `ziron-build`: compiles a prompt configuration into a prompt, and installs it.
//!
//! The command line is in `cli.rs`, one file per subcommand under `commands/`. A build goes
//! `config` → `compile` → `toolchain` → `build_dir` → `cargo` → `install` (staged) → `smoke` → `install` (committed);
//! whatever fails before the last step leaves the old prompt in place.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

mod build_dir;
mod cargo;
mod cli;
mod commands;
mod compile;
mod config;
mod env;
mod error;
mod failure;
mod hash;
mod init_files;
mod install;
pub mod interpret;
mod interpreted;
mod interrupt;
pub mod preview;
mod process;
mod progress;
mod prune;
pub mod scenario;
mod shells;
mod smoke;
mod sources;
mod toolchain;
mod ui;
mod watches;

pub use env::Env;
pub use error::{CommandError, Kind};
pub use interpreted::prompt_of_this_program;

/// The hash of the sources that prompts are built from: what was built from others is not what this program would
/// build.
pub const SOURCES: &str = sources::HASH;

/// Runs the program with these arguments, its own name first, and this environment.
pub fn run(arguments: impl IntoIterator<Item = OsString>, env: &Env) -> ExitCode {
    ziron_compiler::specs::provide(ziron_modules::specs);
    let cli = match cli::Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // A closed pipe is no reason to fail; the code is clap's: 2 for a mistake, 0 for help.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match commands::run(cli, env) {
        Ok(()) => ExitCode::SUCCESS,
        Err((ui, error)) => {
            ui.error(&error);
            ExitCode::from(error.kind.exit_code())
        }
    }
}
