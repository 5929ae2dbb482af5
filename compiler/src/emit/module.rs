//! One module: its options and the function that draws it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::body::Body;
use super::style::Styles;
use super::{Build, screaming, unused, value};
use crate::plan::{FactUse, Module, Plan};

pub(super) fn items(module: &Module, plan: &Plan, build: Build<'_>, styles: &mut Styles) -> TokenStream {
    let options = options(module, build);
    let draw = module.draw.as_ref().map(|nodes| {
        let body = Body::for_module(&module.ident, module.spec, styles).nodes(nodes);
        let (name, local) = (format_ident!("draw_{}", module.ident), unused(&body, &module.ident));
        let constant = screaming(&module.ident);
        let facts = facts(module, plan);
        let stale = stale(module, plan);
        let doc = format!(" {}", comment(&format!("`{}`", module.format)));
        let facts_name = unused(&quote!(#facts #stale), "facts");
        quote! {
            #[doc = #doc]
            fn #name(#facts_name: &Facts, pen: &mut Pen<'_>) {
                let Some(#local) = #constant.vars(#facts) else { return };
                pen.enter(#stale);
                #body
                pen.leave();
            }
        }
    });
    quote!(#options #draw)
}

fn options(module: &Module, build: Build<'_>) -> TokenStream {
    let (name, ty) = (screaming(&module.ident), path(&module.spec.path));
    let default = module.spec.row.as_ref().map_or_else(|| quote!(#ty::DEFAULT), |row| path(row));
    let instance = module.spec.many.then(|| {
        let name = &module.name;
        quote!(instance: #name,)
    });
    let set = module.options.iter().filter(|(option, _)| option != "disabled");
    let set: Vec<TokenStream> = set
        .filter_map(|(option, value)| {
            let kind = crate::specs::option(module.spec, option)?.kind;
            let (field, value) = (format_ident!("{option}"), value::tokens(kind, value));
            Some(quote!(#field: #value,))
        })
        .collect();
    let doc = match module.line {
        Some(line) => format!(" {}:{line} `[{}]`", build.config, module.name),
        None => format!(" `[{}]`, with its defaults.", module.name),
    };
    let value = if set.is_empty() && instance.is_none() {
        default
    } else {
        quote!(#ty { #instance #(#set)* ..#default })
    };
    quote! {
        #[doc = #doc]
        static #name: #ty = #value;
    }
}

/// The facts as the module's segment takes them.
fn facts(module: &Module, plan: &Plan) -> TokenStream {
    let facts: Vec<TokenStream> = module
        .facts
        .iter()
        .map(|fact| match fact {
            FactUse::Request => quote!(&facts.request),
            FactUse::Source(index) => {
                let field = format_ident!("{}", plan.sources[*index].ident);
                quote!(facts.#field.get())
            }
            FactUse::Unused => quote!(None),
        })
        .collect();
    match facts.as_slice() {
        [one] => one.clone(),
        several => quote!((#(#several),*)),
    }
}

/// Whether any of the module's facts is old.
fn stale(module: &Module, plan: &Plan) -> TokenStream {
    let fields = module.facts.iter().filter_map(|fact| match fact {
        FactUse::Source(index) => {
            let field = format_ident!("{}", plan.sources[*index].ident);
            Some(quote!(facts.#field.is_stale()))
        }
        _ => None,
    });
    let fields: Vec<TokenStream> = fields.collect();
    if fields.is_empty() { quote!(false) } else { quote!(#(#fields)||*) }
}

/// The path of something in the modules' crate.
pub(super) fn path(path: &str) -> TokenStream {
    let parts = path.split("::").map(|part| format_ident!("{part}"));
    quote!(modules #(::#parts)*)
}

/// A text on one line, for a comment.
fn comment(text: &str) -> String {
    text.replace('\n', "\\n").chars().filter(|c| !c.is_control()).collect()
}
