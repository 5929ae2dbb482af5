use ziron_macros::{Describe, Options};
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

/// Has a source whose policy is not said.
#[derive(Options)]
#[module(name = "seven", facts(self), cost = Free)]
struct NoPolicy {}

/// Describes a source that it does not have.
#[derive(Options)]
#[module(name = "eight", facts(request), cost = Free, policy = Never)]
struct NoSource {}

/// Has a cost that there is not.
#[derive(Describe)]
#[source(name = "nine", cost = Cheap, policy = Never)]
struct NoSuchCost;

/// Has a parameter of modules.
#[derive(Describe)]
#[source(name = "ten", cost = Free, policy = Never, position = 1)]
struct NoModule;

fn main() {}
