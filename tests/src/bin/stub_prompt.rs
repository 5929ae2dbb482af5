//! The stub of a prompt program; see `ziron_tests::stub`.

#![allow(clippy::disallowed_methods, reason = "a program of the tests")]

use std::io;
use std::path::Path;

use ziron_tests::stub;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let variable = |name| std::env::var(name).unwrap_or_default();
    let is_transient = variable(stub::TRANSIENT) == "1";
    stub::main(
        &arguments,
        Path::new(&variable(stub::LOG)),
        &variable(stub::DATA),
        is_transient,
        &mut io::stdout().lock(),
    )
}
