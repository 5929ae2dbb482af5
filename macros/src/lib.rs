//! The derives of Ziron's modules, and `prompt!`.
//!
//! Entry points only: each converts tokens and hands them on. The derives write what a module's struct says about
//! itself, so that it is written once; they hide no code.

mod attribute;
mod choice;
mod describe;
mod options;
#[cfg(feature = "prompt")]
mod prompt;
mod vars;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Derives `Options` and the constant `DEFAULT` for a module's struct of options, and its specification.
///
/// On the struct, `#[module(…)]`:
/// - `name = "…"`: its name in a configuration;
/// - `position = N`: its place in `$all`;
/// - `facts(request, self, other_module, git::GitHead)`: what its segment draws, in the order of its tuple: the request, what its own
///   source finds, what another module's finds, what a source without options finds;
/// - `feature = "…"`: the cargo feature it needs;
/// - `root = "…"`: the format with which drawing begins, if not the option `format`;
/// - `alias(all_status = "…")`: a variable that stands for a piece of format;
/// - `many`: it stands for every table below its own;
/// - `cost = …`, `policy = …` and what else [`Describe`](macro@Describe) takes, but the name: they describe the module's own source.
///
/// A struct of rows has `#[source(…)]` in its place, as for [`Describe`](macro@Describe).
///
/// On a field, `#[option(default = …)]`, and optionally `unit = "ms"`, `alias = "…"`, `var`, or `fallback = "…"`: the
/// option whose format or style it has where it is unset (its own default is never drawn then). A field without
/// `#[option]` is not an option; it takes `#[fixed(…)]`, the constant it holds. Doc comments are the users' documentation.
#[proc_macro_derive(Options, attributes(module, source, option, fixed))]
pub fn derive_options(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    options::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Derives `Describe` for a source without options.
///
/// On the struct, `#[source(…)]`:
/// - `name = "…"`: the name under which its facts are stored and shown;
/// - `cost = File`, `policy = Never`: variants of `Cost` and `Policy`, or expressions, in which `self` is the source;
/// - `env = ["…"]`, `files = ["…"]`, `programs = ["…"]`, `events = […]`: what it reads whatever its options say. Each may be an expression, such as a
///   constant, and be there more than once.
#[proc_macro_derive(Describe, attributes(source))]
pub fn derive_describe(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    describe::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Derives `Vars` for the variables of a segment: the fields are the variables, their doc comments the users'
/// documentation.
///
/// On a field, `#[var(…)]`:
/// - `choice`: its type derives `Choice` over options that hold formats;
/// - `drawn`: the same, and any text of the format counts as something in a conditional, not only its variables;
/// - `style`: its type derives `Choice` over options that hold styles;
/// - `item = "option"`: an `Option` of a struct that derives `Vars`, drawn with that option's format;
/// - `each = "option", separator = "option"`: a `Few` of such;
/// - `fact = N`: it needs the fact N of the module besides the first.
#[proc_macro_derive(Vars, attributes(var))]
pub fn derive_vars(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    vars::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Derives `Choice` for an enum each of whose variants names, in `#[choice("…")]`, the option that it stands for.
///
/// The fields of a variant are variables in that option's format.
#[proc_macro_derive(Choice, attributes(choice, var))]
pub fn derive_choice(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    choice::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Compiles a configuration file into a static `PROMPT`, a `ziron::Prompt`.
///
/// The path is relative to the crate's `Cargo.toml`. A mistake in the file is a compile error that shows the place.
#[cfg(feature = "prompt")]
#[proc_macro]
pub fn prompt(input: TokenStream) -> TokenStream {
    prompt::expand(input.into()).into()
}
