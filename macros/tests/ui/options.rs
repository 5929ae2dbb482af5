use ziron_macros::Options;
use ziron_runtime::spec::{Format, StyleText};

/// Has an option without documentation.
#[derive(Options)]
#[module(name = "one", facts(request))]
struct NoDoc {
    /// The format.
    #[option(default = "$x")]
    format: Format,
    #[option(default = "red")]
    style: StyleText,
}

/// Has an option without a default.
#[derive(Options)]
#[module(name = "two", facts(request))]
struct NoDefault {
    /// The format.
    #[option(unit = "ms")]
    format: Format,
}

/// Has parameters that there are not.
#[derive(Options)]
#[module(name = "three", facts(request))]
struct UnknownParameter {
    /// The format.
    #[option(default = "", units = "ms")]
    format: Format,
}

/// Has a parameter that there is not.
#[derive(Options)]
#[module(nam = "four")]
struct UnknownOfModule {}

/// Has options without names.
#[derive(Options)]
#[module(name = "five")]
struct Tuple(Format);

/// Has a field that is neither.
#[derive(Options)]
#[module(name = "six")]
struct Neither {
    /// What is this?
    format: Format,
}

fn main() {}
