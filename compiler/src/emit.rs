//! The emitter: a plan as Rust.
//!
//! The code is what a careful person would write: a struct of facts, a function for each module, constants for styles.
//! It cannot fail; what could be wrong was found by the plan's checks. Everything is in one module with imports of its
//! own, so that it compiles anywhere.

mod body;
mod extras;
mod module;
mod source_cache;
mod style;
mod text;
mod value;

use std::collections::BTreeSet;

use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::{format_ident, quote};
use ziron_runtime::spec::Value;

use crate::plan::{Backend, FactUse, LEFT, Node, PRELUDE, PartSet, Plan, RIGHT, SourceKind, TRANSIENT};
use body::Body;
use style::Styles;
pub use text::text;

/// What identifies a build.
#[allow(clippy::struct_field_names, reason = "`build_hash` is not that of the configuration")]
#[derive(Clone, Copy, Debug)]
pub struct Build<'b> {
    /// The configuration's file, for comments.
    pub config: &'b str,
    /// A hash of the configuration.
    pub config_hash: &'b str,
    /// A hash of all that the program is built from.
    pub build_hash: &'b str,
}

/// Writes a plan as items: a module `prompt` and the type `Prompt` in it, which implements `ziron::Prompt`. It has a
/// background mode if the configuration asks for one.
pub fn items(plan: &Plan, build: Build<'_>) -> TokenStream {
    prompt(plan, build, plan.background.enabled == Some(true))
}

/// Whether a program of its own has a background mode: unless the configuration forbids it.
fn program_has_background(plan: &Plan) -> bool {
    plan.background.enabled != Some(false)
}

fn prompt(plan: &Plan, build: Build<'_>, background: bool) -> TokenStream {
    let mut styles = Styles::default();
    let modules =
        plan.modules.iter().map(|module| module::items(module, plan, build, &mut styles)).collect::<Vec<_>>();
    let failed = module::failed(plan, &mut styles);
    let units = plan.sources.iter().filter_map(|source| match &source.kind {
        SourceKind::Unit(path) => {
            let (name, path) = (screaming(&source.ident), module::path(path));
            Some(quote! {
                /// A source that modules share.
                static #name: #path = #path;
            })
        }
        SourceKind::Module(_) => None,
    });
    let caches = plan
        .sources
        .iter()
        .filter(|source| source_cache::is_needed(source, background))
        .map(source_cache::item);
    let caches: TokenStream = caches.collect();
    let facts = facts(plan);
    let implementation = implementation(plan, build, background, &mut styles);
    let constants = styles.constants();
    quote! {
        /// A prompt, compiled.
        mod prompt {
            use ::ziron::generated::*;

            #(#modules)*
            #failed
            #(#units)*
            #caches
            #facts
            #implementation
            #constants
        }
        pub use self::prompt::Prompt;
    }
}

/// Writes a plan as the `main.rs` of a program.
pub fn program(plan: &Plan, build: Build<'_>) -> String {
    let items = prompt(plan, build, program_has_background(plan));
    let header =
        format!(" Made by ziron-build from {}. Changes are lost when it is made again.", build.config);
    let tokens = quote! {
        #![doc = #header]
        #![no_main]

        #items

        ::ziron::start!(Prompt);
    };
    text(&tokens)
}

/// The cargo features of the `ziron` crate that a plan needs as a program of its own.
pub fn features(plan: &Plan) -> BTreeSet<&'static str> {
    let mut features = features_of_items(plan);
    if program_has_background(plan) {
        features.insert("background");
    }
    features
}

/// The cargo features of the `ziron` crate that the [`items`] of a plan need.
pub fn features_of_items(plan: &Plan) -> BTreeSet<&'static str> {
    let mut features: BTreeSet<&'static str> =
        plan.modules.iter().filter_map(|module| module.spec.feature.as_deref()).collect();
    let is_regex = |value: &Value| match value {
        Value::Table(pairs) => {
            pairs.iter().any(|(name, value)| name == "regex" && *value == Value::Bool(true))
        }
        _ => false,
    };
    let has_regex = |value: &Value| matches!(value, Value::List(items) if items.iter().any(is_regex));
    if plan.modules.iter().any(|module| module.options.iter().any(|(_, value)| has_regex(value))) {
        features.insert("regex");
    }
    if plan.background.enabled == Some(true) {
        features.insert("background");
    }
    if plan.settings.opentelemetry {
        features.insert("otlp");
    }
    match plan.cache.backend {
        Backend::Files => {}
        Backend::Sqlite => _ = features.insert("sqlite"),
        Backend::Redis(_) => _ = features.insert("redis"),
    }
    features
}

fn facts(plan: &Plan) -> TokenStream {
    let fields = plan.sources.iter().map(|source| {
        let name = format_ident!("{}", source.ident);
        let path = match &source.kind {
            SourceKind::Unit(path) => module::path(path),
            SourceKind::Module(index) => module::path(&plan.modules[*index].spec.path),
        };
        quote!(#name: FactOf<#path>)
    });
    let request = uses_request(plan).then(|| quote!(request: Request,));
    quote! {
        /// All that this prompt knows.
        #[derive(Debug)]
        pub struct Facts {
            #request
            #(#fields),*
        }
    }
}

fn uses_request(plan: &Plan) -> bool {
    plan.modules.iter().any(|module| module.facts.contains(&FactUse::Request))
}

fn implementation(plan: &Plan, build: Build<'_>, background: bool, styles: &mut Styles) -> TokenStream {
    let build = {
        let Build { config, config_hash, build_hash } = build;
        quote! {
            Build {
                version: ::ziron::VERSION,
                config: #config,
                config_hash: #config_hash,
                build_hash: #build_hash,
            }
        }
    };
    let settings = settings(plan);
    let caches = background.then(|| source_cache::list(plan));
    let cache = source_cache::settings(plan);
    let background_settings = background.then(|| {
        let crate::plan::Background { patience_ms, idle_exit_ms, .. } = plan.background;
        let [patience_ms, idle_exit_ms] = [patience_ms, idle_exit_ms].map(Literal::u64_unsuffixed);
        quote! {
            const BACKGROUND: Option<Background> = Some(Background {
                patience: ::core::time::Duration::from_millis(#patience_ms),
                idle_exit: ::core::time::Duration::from_millis(#idle_exit_ms),
            });
        }
    });
    let variables = background.then(|| {
        let names = crate::plan::variables(plan);
        quote!(const VARIABLES: &'static [&'static str] = &[#(#names),*];)
    });
    let table = plan.modules.iter().filter(|module| module.draw.is_some()).map(|module| {
        let (name, draw) = (&module.name, format_ident!("draw_{}", module.ident));
        let doc = module.spec.doc.lines().next().unwrap_or_default();
        let sources = module.facts.iter().filter_map(|fact| match fact {
            FactUse::Source(index) => Some(Literal::usize_unsuffixed(*index)),
            _ => None,
        });
        quote!(Module { name: #name, doc: #doc, sources: &[#(#sources),*], draw: #draw })
    });
    let begins = plan.sources.iter().map(|source| {
        let (name, constant) = (format_ident!("{}", source.ident), screaming(&source.ident));
        let parts = parts(source.parts);
        let memory = if source_cache::is_needed(source, background) {
            let cache = source_cache::name(source);
            quote!(&#cache)
        } else {
            quote!(&NoCache)
        };
        quote!(let #name = gather.begin(#parts, &#constant, #memory);)
    });
    let finishes = plan.sources.iter().map(|source| {
        let name = format_ident!("{}", source.ident);
        quote!(#name: gather.finish(#name))
    });
    let request = uses_request(plan).then(|| quote!(request: gather.request().clone(),));
    let gather_name = if plan.sources.is_empty() && request.is_none() {
        format_ident!("_gather")
    } else {
        format_ident!("gather")
    };
    let sources = plan.sources.iter().map(|source| {
        let constant = screaming(&source.ident);
        quote!((#constant.name(), #constant.manifest()))
    });
    let parts = parts_drawn(plan, background, styles);
    let extras = extras::constant(plan);
    quote! {
        /// The prompt.
        #[derive(Clone, Copy, Debug)]
        pub struct Prompt;

        impl ::ziron::Prompt for Prompt {
            type Facts = Facts;

            const BUILD: Build = #build;
            const SETTINGS: Settings = #settings;
            #background_settings
            #variables
            #cache
            #extras
            const MODULES: &'static [Module<Facts>] = &[#(#table),*];

            fn gather<G: Gather>(#gather_name: &G) -> Facts {
                #(#begins)*
                Facts { #request #(#finishes),* }
            }

            #(#parts)*

            fn sources() -> ::std::vec::Vec<(&'static str, Manifest)> {
                ::std::vec::Vec::from([#(#sources),*])
            }

            #caches
        }
    }
}

/// A function for each part that draws something.
fn parts_drawn(plan: &Plan, background: bool, styles: &mut Styles) -> Vec<TokenStream> {
    let parts = &plan.parts;
    // Nobody but a daemon watches the configuration.
    let outdated: &[Node] = if background { &parts.outdated } else { &[] };
    let all: [(&str, &[Node], bool); 8] = [
        ("left", &parts.left, true),
        ("right", &parts.right, true),
        ("continuation", &parts.continuation, false),
        ("transient_left", &parts.transient_left, true),
        ("transient_right", &parts.transient_right, true),
        ("title", &parts.title, true),
        ("footer", &parts.footer, true),
        ("outdated", outdated, false),
    ];
    let drawn = all.into_iter().filter(|(_, nodes, _)| !nodes.is_empty());
    drawn.map(|(name, nodes, has_facts)| part(name, nodes, has_facts, styles)).collect()
}

fn part(name: &str, nodes: &[Node], has_facts: bool, styles: &mut Styles) -> TokenStream {
    // A part draws no data of its own, and so matches no enum.
    let (_, body) = Body::for_part(styles).function(nodes);
    let name = format_ident!("{name}");
    let (facts, pen) = (unused(&body, "facts"), unused(&body, "pen"));
    let facts = has_facts.then(|| quote!(#facts: &Facts,));
    quote! {
        fn #name(#facts #pen: &mut Pen<'_>) {
            #body
        }
    }
}

/// The name of a parameter, with a leading underscore if nothing uses it.
fn unused(body: &TokenStream, name: &str) -> proc_macro2::Ident {
    if mentions(body, name) { format_ident!("{name}") } else { format_ident!("_{name}") }
}

/// Whether an identifier stands anywhere in these tokens.
fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        _ => false,
    })
}

fn settings(plan: &Plan) -> TokenStream {
    let crate::plan::Settings {
        add_newline,
        budget_ms,
        command_timeout_ms,
        scan_timeout_ms,
        follow_symlinks,
        transient,
        opentelemetry: _,
        extras: _,
    } = plan.settings;
    let [budget_ms, command_timeout_ms, scan_timeout_ms] =
        [budget_ms, command_timeout_ms, scan_timeout_ms].map(Literal::u64_unsuffixed);
    quote! {
        Settings {
            add_newline: #add_newline,
            budget: ::core::time::Duration::from_millis(#budget_ms),
            command_timeout: ::core::time::Duration::from_millis(#command_timeout_ms),
            scan_timeout: ::core::time::Duration::from_millis(#scan_timeout_ms),
            follow_symlinks: #follow_symlinks,
            transient: #transient,
        }
    }
}

/// The parts that need a source; single modules always do.
fn parts(set: PartSet) -> TokenStream {
    let names = [(LEFT, "LEFT"), (RIGHT, "RIGHT"), (TRANSIENT, "TRANSIENT"), (PRELUDE, "PRELUDE")];
    let mut tokens = quote!(Parts::MODULES);
    for (bit, name) in names {
        if set & bit != 0 {
            let name = format_ident!("{name}");
            tokens = quote!(#tokens.and(Parts::#name));
        }
    }
    tokens
}

/// The name of a static or constant.
fn screaming(ident: &str) -> proc_macro2::Ident {
    format_ident!("{}", ident.to_ascii_uppercase())
}
