//! `prompt!`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::LitStr;
use ziron_compiler::diagnostic::{Diagnostic, Paint, Severity};
use ziron_compiler::emit::{self, Build};

/// The features of the facade, and whether this user of it has turned them on. A test compares them with its manifest.
const FEATURES: &[(&str, bool)] = &[
    ("background", cfg!(feature = "background")),
    ("git", cfg!(feature = "git")),
    ("golang", cfg!(feature = "golang")),
    ("json", cfg!(feature = "json")),
    ("managers", cfg!(feature = "managers")),
    ("nodejs", cfg!(feature = "nodejs")),
    ("otlp", cfg!(feature = "otlp")),
    ("package", cfg!(feature = "package")),
    ("redis", cfg!(feature = "redis")),
    ("regex", cfg!(feature = "regex")),
    ("sqlite", cfg!(feature = "sqlite")),
    ("time", cfg!(feature = "time")),
    ("version-req", cfg!(feature = "version-req")),
];

/// Expands to the prompt; after a mistake to the error and an empty prompt, so that nothing else is an error because of it.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    compile(input).unwrap_or_else(|error| {
        let (error, nothing) = (error.into_compile_error(), ziron_compiler::plan_of("format = ''").0);
        let items = emit::items(&nothing, Build { config: "", config_hash: "", build_hash: "" });
        quote!(#error #items)
    })
}

#[allow(clippy::disallowed_methods, reason = "a macro reads what it is told to")]
fn compile(input: TokenStream) -> syn::Result<TokenStream> {
    let path: LitStr = syn::parse2(input)?;
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let file = std::path::Path::new(&folder).join(path.value());
    let fail = |message: String| syn::Error::new(path.span(), message);
    let text = std::fs::read_to_string(&file)
        .map_err(|error| fail(format!("could not read {}: {error}", file.display())))?;
    let (plan, diagnostics) = ziron_compiler::plan_of(&text);
    if diagnostics.has_errors() {
        return Err(fail(format!(
            "the configuration has mistakes\n\n{}",
            diagnostics.render(&path.value(), &text, Paint::Plain)
        )));
    }
    let needed = emit::features_of_items(&plan);
    let missing: Vec<&str> = FEATURES
        .iter()
        .filter(|(name, is_on)| !is_on && needed.contains(name))
        .map(|(name, _)| *name)
        .collect();
    if !missing.is_empty() {
        return Err(fail(missing_features(&path.value(), &missing)));
    }
    let warnings =
        diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Warning).map(|diagnostic| {
            warning(diagnostic, &diagnostic.render(&path.value(), &text, Paint::Plain), path.span())
        });
    let hash = ziron_compiler::hash(&text);
    let build = Build { config: &path.value(), config_hash: &hash, build_hash: &hash };
    let items = emit::items(&plan, build);
    let file = LitStr::new(&file.to_string_lossy(), Span::call_site());
    Ok(quote! {
        // Makes cargo build again when the file changes.
        const _: &[u8] = ::core::include_bytes!(#file);
        #(#warnings)*
        #items
    })
}

/// What is wrong where the configuration needs more of the facade than its user has turned on.
fn missing_features(config: &str, missing: &[&str]) -> String {
    let (noun, verb) = if missing.len() == 1 { ("feature", "is") } else { ("features", "are") };
    let named: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    let list: Vec<String> = missing.iter().map(|name| format!("\"{name}\"")).collect();
    format!(
        "{config} needs the {noun} {} of the crate `ziron`, which {verb} not turned on\n\n\
         in Cargo.toml, add to what `ziron` has: features = [{}]",
        named.join(", "),
        list.join(", ")
    )
}

/// Code that rustc warns about with this text. A macro of stable Rust has no other way to warn than the use of something that is deprecated.
fn warning(diagnostic: &Diagnostic, rendered: &str, span: Span) -> TokenStream {
    let name = format_ident!("{}", diagnostic.code.to_string(), span = span);
    let note = format!("\n\n{rendered}\n");
    quote_spanned! {span=>
        const _: () = {
            #[deprecated(note = #note)]
            const #name: () = ();
            #name
        };
    }
}

#[cfg(test)]
mod tests {
    use super::FEATURES;

    #[test]
    fn the_features_are_those_of_the_facade() {
        let manifest = include_str!("../../ziron/Cargo.toml");
        let section = manifest.split("[features]").nth(1).and_then(|rest| rest.split("\n[").next());
        let names = section.unwrap_or_default().lines().filter_map(|line| line.split_once(" = ["));
        let mut names: Vec<&str> =
            names.map(|(name, _)| name).filter(|name| !["default", "prompt"].contains(name)).collect();
        names.sort_unstable();
        assert_eq!(FEATURES.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
        for name in names {
            assert!(manifest.contains(&format!("\"ziron-macros/{name}\"")), "{name} is not handed on");
        }
    }
}
