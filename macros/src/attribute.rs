//! What several derives read: doc comments and named parameters.

use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Lit, Meta, Token};

/// The doc comment of an item: its lines, joined.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The doc comment of something that users see: it must have one.
pub(crate) fn required_doc(attributes: &[Attribute], of: &impl Spanned) -> syn::Result<String> {
    let doc = doc(attributes);
    if doc.is_empty() {
        Err(syn::Error::new(of.span(), "needs a doc comment, which is its users' documentation"))
    } else {
        Ok(doc)
    }
}

/// The parameters of an attribute, `#[name(a, b = 1, c(…))]`; none if it is not there.
pub(crate) fn parameters(attributes: &[Attribute], name: &str) -> syn::Result<Option<Vec<Meta>>> {
    let Some(attribute) = attributes.iter().find(|attribute| attribute.path().is_ident(name)) else {
        return Ok(None);
    };
    if matches!(attribute.meta, Meta::Path(_)) {
        return Ok(Some(Vec::new()));
    }
    let list = attribute.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)?;
    Ok(Some(list.into_iter().collect()))
}

/// The text of a parameter `name = "…"`.
pub(crate) fn text(meta: &Meta) -> syn::Result<String> {
    if let Expr::Lit(literal) = &meta.require_name_value()?.value
        && let Lit::Str(text) = &literal.lit
    {
        return Ok(text.value());
    }
    Err(syn::Error::new(meta.span(), "expected a text in quotes"))
}

/// Refuses a parameter that is none of those expected.
pub(crate) fn unknown(meta: &Meta, expected: &str) -> syn::Error {
    syn::Error::new(meta.path().span(), format!("unknown parameter; expected {expected}"))
}

/// Turns an optional text into tokens of an `Option<String>`.
pub(crate) fn optional(text: Option<&String>) -> proc_macro2::TokenStream {
    let some =
        text.map(|text| quote::quote!(::core::option::Option::Some(::std::string::String::from(#text))));
    some.unwrap_or_else(|| quote::quote!(::core::option::Option::None))
}
