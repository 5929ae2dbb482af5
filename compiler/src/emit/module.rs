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
        let (imports, body) = Body::for_module(&module.ident, module.spec, styles).function(nodes);
        let (name, local) = (format_ident!("draw_{}", module.ident), unused(&body, &module.ident));
        let constant = screaming(&module.ident);
        let facts = facts(module, plan);
        let doc = format!(" {}", comment(&format!("`{}`", module.format)));
        let Some(health) = health(module, plan) else {
            let facts_name = unused(&facts, "facts");
            return quote! {
                #[doc = #doc]
                fn #name(#facts_name: &Facts<'_>, pen: &mut Pen<'_>) {
                    #imports
                    let Some(#local) = #constant.vars(#facts) else { return };
                    pen.begin_module(Health::GOOD);
                    #body
                    pen.end_module();
                }
            };
        };
        let mark = if plan.parts.failed.is_empty() { quote!(None) } else { quote!(Some(&draw_failed)) };
        let module_name = &module.name;
        quote! {
            #[doc = #doc]
            fn #name(facts: &Facts<'_>, pen: &mut Pen<'_>) {
                #imports
                let health = #health;
                let Some(#local) = #constant.vars(#facts) else {
                    return pen.omit_module(health, #module_name, #mark);
                };
                pen.begin_module(health);
                #body
                pen.end_module_marked(#module_name, #mark);
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
            FactUse::Request => quote!(facts.request()),
            FactUse::Source(index) => {
                let source = screaming(&plan.sources[*index].ident);
                quote!(facts.get(source::#source))
            }
            FactUse::Unused => quote!(None),
        })
        .collect();
    match facts.as_slice() {
        [one] => one.clone(),
        several => quote!((#(#several),*)),
    }
}

/// How far the module's facts can be relied on; `None` if all that it draws is what the shell said.
fn health(module: &Module, plan: &Plan) -> Option<TokenStream> {
    let fields = module.facts.iter().filter_map(|fact| match fact {
        FactUse::Source(index) => {
            let source = screaming(&plan.sources[*index].ident);
            Some(quote!(facts.health(source::#source)))
        }
        _ => None,
    });
    fields.reduce(|all, one| quote!(#all.and(#one)))
}

/// The function that draws the mark of what could not be read, if a module needs one.
pub(super) fn failed(plan: &Plan, styles: &mut Styles) -> Option<TokenStream> {
    let can_fail = plan.modules.iter().any(|module| module.draw.is_some() && health(module, plan).is_some());
    if plan.parts.failed.is_empty() || !can_fail {
        return None;
    }
    let (_, body) = Body::for_part(styles).function(&plan.parts.failed);
    Some(quote! {
        /// Stands for what could not be read.
        fn draw_failed(pen: &mut Pen<'_>) {
            #body
        }
    })
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
