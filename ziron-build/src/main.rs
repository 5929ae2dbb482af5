//! The `ziron-build` program; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ziron_build::run(std::env::args_os(), &ziron_build::Env::real())
}
