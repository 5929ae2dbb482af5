//! `prompt!`.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::LitStr;
use ziron_compiler::diagnostic::Paint;
use ziron_compiler::emit::{self, Build};

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
    let hash = ziron_compiler::hash(&text);
    let build = Build { config: &path.value(), config_hash: &hash, build_hash: &hash };
    let items = emit::items(&plan, build);
    let file = LitStr::new(&file.to_string_lossy(), Span::call_site());
    Ok(quote! {
        // Makes cargo build again when the file changes.
        const _: &[u8] = ::core::include_bytes!(#file);
        #items
    })
}
