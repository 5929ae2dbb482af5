//! Generated code as text, for people to read.

use proc_macro2::TokenStream;
use syn::{File, Item, parse_quote};

/// What stands in the printed code where there is to be an empty line: `prettyplease` keeps none.
const EMPTY_LINE: &str = "__empty_line!();";

/// Writes code for people to read: formatted, with an empty line between items.
pub fn text(tokens: &TokenStream) -> String {
    // Tokens that are no file are a mistake of ours; the compiler that reads them says where.
    let Ok(mut file) = syn::parse2::<File>(tokens.clone()) else { return tokens.to_string() };
    file.items = spaced(file.items);
    if !file.attrs.is_empty() {
        file.items.insert(0, parse_quote!(__empty_line!();));
    }
    let printed = prettyplease::unparse(&file);
    let lines = printed.lines().map(|line| if line.trim() == EMPTY_LINE { "" } else { line });
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Puts an empty line between items; imports stand together, and so do constants.
fn spaced(items: Vec<Item>) -> Vec<Item> {
    let belong = |one: &Item, next: &Item| {
        matches!((one, next), (Item::Use(_), Item::Use(_)) | (Item::Const(_), Item::Const(_)))
    };
    let mut spaced: Vec<Item> = Vec::with_capacity(2 * items.len());
    for mut item in items {
        if let Item::Mod(module) = &mut item
            && let Some((_, items)) = &mut module.content
        {
            *items = self::spaced(std::mem::take(items));
        }
        if spaced.last().is_some_and(|last| !belong(last, &item)) {
            spaced.push(parse_quote!(__empty_line!();));
        }
        spaced.push(item);
    }
    spaced
}
