//! Values of options as expressions.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use ziron_runtime::spec::{OptionKind, Value};

/// An expression for a checked value.
pub(super) fn tokens(kind: OptionKind, value: &Value) -> TokenStream {
    match (kind, value) {
        (OptionKind::Format, Value::Text(text)) => quote!(Format(#text)),
        (OptionKind::Style, Value::Text(text)) => quote!(StyleText(#text)),
        (OptionKind::OptionalStyle, Value::Text(text)) => quote!(Some(StyleText(#text))),
        (OptionKind::OptionalText, Value::Text(text)) => quote!(Some(#text)),
        (OptionKind::OptionalBool | OptionKind::OptionalUnsigned, value) => {
            let value = plain(value);
            quote!(Some(#value))
        }
        (OptionKind::Condition, Value::Bool(flag)) => quote!(Condition::Constant(#flag)),
        (OptionKind::Condition, Value::Text(command)) => quote!(Condition::Command(#command)),
        (OptionKind::Command, Value::Text(word)) if word.is_empty() => quote!(Words(&[])),
        (OptionKind::Command, Value::Text(word)) => quote!(Words(&[#word])),
        (OptionKind::Command, value) => {
            let words = plain(value);
            quote!(Words(#words))
        }
        (OptionKind::Substitutions, value) => substitutions(value),
        (_, value) => plain(value),
    }
}

fn plain(value: &Value) -> TokenStream {
    match value {
        Value::Bool(flag) => quote!(#flag),
        Value::Integer(number) => {
            let literal = Literal::i64_unsuffixed(*number);
            quote!(#literal)
        }
        Value::Text(text) => quote!(#text),
        Value::List(items) => {
            let items = items.iter().map(plain);
            quote!(&[#(#items),*])
        }
        Value::Table(pairs) => {
            let pairs = pairs.iter().map(|(name, value)| {
                let value = plain(value);
                quote!((#name, #value))
            });
            quote!(&[#(#pairs),*])
        }
    }
}

fn substitutions(value: &Value) -> TokenStream {
    let one =
        |from: &str, to: &str, regex: bool| quote!(Substitution { from: #from, to: #to, regex: #regex });
    let text = |value: Option<&Value>| {
        if let Some(Value::Text(text)) = value { text.clone() } else { String::new() }
    };
    let all: Vec<TokenStream> = match value {
        Value::Table(pairs) => pairs.iter().map(|(from, to)| one(from, &text(Some(to)), false)).collect(),
        Value::List(items) => items
            .iter()
            .filter_map(|item| if let Value::Table(pairs) = item { Some(pairs) } else { None })
            .map(|pairs| {
                let find = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value);
                one(&text(find("from")), &text(find("to")), find("regex") == Some(&Value::Bool(true)))
            })
            .collect(),
        _ => Vec::new(),
    };
    quote!(&[#(#all),*])
}
