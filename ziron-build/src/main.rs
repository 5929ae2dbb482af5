//! The `ziron-build` program; see the library. A copy of it with a configuration beside it is a prompt.

use std::process::ExitCode;

fn main() -> ExitCode {
    match ziron_build::prompt_of_this_program() {
        Some(prompt) => ziron_runtime::cli::main(prompt),
        None => ziron_build::run(std::env::args_os(), &ziron_build::Env::real()),
    }
}
