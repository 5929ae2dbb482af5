//! Mixed load over some shells and one daemon; see `ziron_tests::soak`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of the tests")]

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1).map(|word| word.parse().ok());
    let Some(Some(minutes)) = words.next() else {
        eprintln!("Usage: tests/soak MINUTES [SEED]");
        return ExitCode::from(2);
    };
    let seed = words.next().flatten().unwrap_or(1);
    let found = ziron_tests::soak::run(minutes, seed, &mut std::io::stdout());
    println!("{} checks, {} wrong, {} marked as old", found.checks, found.wrong.len(), found.marked);
    found.wrong.iter().for_each(|wrong| println!("\n{wrong}"));
    if found.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
