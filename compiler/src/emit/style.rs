//! Styles as named constants.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::syntax::style::{Attributes, Color, Style, builtin_names};

/// The styles that a program uses, by their names.
#[derive(Debug, Default)]
pub(super) struct Styles(BTreeMap<String, Style>);

impl Styles {
    /// The name of a style, which becomes a constant.
    pub(super) fn name(&mut self, style: Style) -> TokenStream {
        if style == Style::default() {
            return quote!(Style::PLAIN);
        }
        let name = name(style);
        let ident = format_ident!("{name}");
        self.0.insert(name, style);
        quote!(style::#ident)
    }

    pub(super) fn constants(&self) -> TokenStream {
        let constants = self.0.iter().map(|(name, style)| {
            let (name, value) = (format_ident!("{name}"), expression(*style));
            quote!(pub const #name: Style = #value;)
        });
        if self.0.is_empty() {
            return TokenStream::new();
        }
        let has_colors = self.0.values().any(|style| style.fg.is_some() || style.bg.is_some());
        let color = has_colors.then(|| quote!(Color,));
        quote! {
            /// The styles that this prompt uses.
            mod style {
                use ::ziron::{#color Style};

                #(#constants)*
            }
        }
    }
}

/// A name that says what the style is: `BOLD_RED_ON_BLUE`.
fn name(style: Style) -> String {
    let mut words: Vec<String> = attributes(style).map(str::to_ascii_uppercase).collect();
    words.extend(style.fg.map(color_name));
    if let Some(bg) = style.bg {
        words.push(String::from("ON"));
        words.push(color_name(bg));
    }
    words.join("_")
}

fn attributes(style: Style) -> impl Iterator<Item = &'static str> {
    Attributes::WORDS
        .into_iter()
        .filter(move |(_, attribute)| style.attributes.contains(*attribute))
        .map(|(word, _)| word)
}

fn color_name(color: Color) -> String {
    match color {
        Color::Ansi(n) => {
            let name = builtin_names().nth(usize::from(n)).unwrap_or("color");
            name.replace('-', "_").to_ascii_uppercase()
        }
        Color::Fixed(n) => format!("COLOR_{n}"),
        Color::Rgb(red, green, blue) => format!("RGB_{red:02X}{green:02X}{blue:02X}"),
        Color::PrevFg => String::from("PREV_FG"),
        Color::PrevBg => String::from("PREV_BG"),
    }
}

fn expression(style: Style) -> TokenStream {
    let mut tokens = quote!(Style::new());
    for word in attributes(style) {
        let method = method(word);
        tokens = quote!(#tokens.#method());
    }
    if let Some(fg) = style.fg {
        let color = color(fg);
        tokens = quote!(#tokens.fg(#color));
    }
    if let Some(bg) = style.bg {
        let color = color(bg);
        tokens = quote!(#tokens.bg(#color));
    }
    tokens
}

fn method(word: &str) -> Ident {
    format_ident!("{word}")
}

fn color(color: Color) -> TokenStream {
    let byte = Literal::u8_unsuffixed;
    match color {
        Color::Ansi(n) => {
            let n = byte(n);
            quote!(Color::Ansi(#n))
        }
        Color::Fixed(n) => {
            let n = byte(n);
            quote!(Color::Fixed(#n))
        }
        Color::Rgb(red, green, blue) => {
            let [red, green, blue] = [red, green, blue].map(byte);
            quote!(Color::Rgb(#red, #green, #blue))
        }
        Color::PrevFg => quote!(Color::PrevFg),
        Color::PrevBg => quote!(Color::PrevBg),
    }
}
