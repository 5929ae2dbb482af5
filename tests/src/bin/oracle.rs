//! Compares our prompts with those of a real starship; see `ziron_tests::oracle`.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program of the tests"
)]

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(starship) = std::env::var_os("STARSHIP") else {
        eprintln!("STARSHIP must be the path of a starship 1.27");
        return ExitCode::from(2);
    };
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (report, is_right) = ziron_tests::oracle::compare(Path::new(&starship), &words);
    print!("{report}");
    if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
