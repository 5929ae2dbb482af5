//! The emitter: a plan as Rust.
//!
//! The code is what a careful person would write: a static for each module's options, a function that draws it,
//! constants for styles, and one table. It cannot fail; what could be wrong was found by the plan's checks. Everything
//! is in one module with imports of its own, so that it compiles anywhere.

mod body;
mod extras;
mod module;
mod source_cache;
mod style;
mod text;
mod value;

use std::collections::BTreeSet;
use std::time::Duration;

use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::{format_ident, quote};
use ziron_runtime::prompt::{Background, Settings};
use ziron_runtime::spec::Value;

use crate::plan::{Backend, FactUse, Node, PartSet, Plan, Source, SourceKind};
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

/// Writes a plan as items: a module `prompt` and the static `PROMPT` in it, a `ziron::Prompt`. It has a
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
    let places = places(plan);
    let table = table(plan, build, background, &mut styles);
    let constants = styles.constants();
    quote! {
        /// A prompt, compiled.
        mod prompt {
            use ::ziron::generated::*;

            #(#modules)*
            #failed
            #(#units)*
            #caches
            #places
            #table
            #constants
        }
        pub use self::prompt::PROMPT;
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

        ::ziron::start!(PROMPT);
    };
    text(&tokens)
}

/// What a plan becomes as a program, without what identifies the build and where the configuration says it: two
/// configurations for which this is the same make the same program.
pub fn essence(plan: &Plan) -> String {
    let mut plan = plan.clone();
    plan.modules.iter_mut().for_each(|module| module.line = None);
    let nothing = Build { config: "", config_hash: "", build_hash: "" };
    prompt(&plan, nothing, program_has_background(&plan)).to_string()
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
    if plan.opentelemetry {
        features.insert("otlp");
    }
    match plan.cache.backend {
        Backend::Files => {}
        Backend::Sqlite => _ = features.insert("sqlite"),
        Backend::Redis(_) => _ = features.insert("redis"),
    }
    features
}

/// The places of the sources in the table.
fn places(plan: &Plan) -> TokenStream {
    if plan.sources.is_empty() {
        return TokenStream::new();
    }
    let places = plan.sources.iter().enumerate().map(|(place, source)| {
        let (name, place) = (screaming(&source.ident), Literal::usize_unsuffixed(place));
        quote!(pub const #name: usize = #place;)
    });
    quote! {
        /// The places of the sources in the table.
        mod source {
            #(#places)*
        }
    }
}

/// The table.
fn table(plan: &Plan, build: Build<'_>, background: bool, styles: &mut Styles) -> TokenStream {
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
    let cache = source_cache::settings(plan);
    let background_settings = background.then(|| {
        let Background { patience, idle_exit } = plan.background.background;
        let [patience, idle_exit] = [patience, idle_exit].map(duration);
        let names = crate::plan::variables(plan);
        quote! {
            background: Some(Background {
                patience: #patience,
                idle_exit: #idle_exit,
            }),
            variables: &[#(#names),*],
        }
    });
    let extras = extras::field(plan);
    let sources: Vec<TokenStream> =
        plan.sources.iter().map(|source| planned_source(source, background)).collect();
    let sources = (!sources.is_empty()).then(|| quote!(sources: &[#(#sources),*],));
    let modules: Vec<TokenStream> = plan
        .modules
        .iter()
        .filter(|module| module.draw.is_some())
        .map(|module| {
            let (name, draw) = (&module.name, format_ident!("draw_{}", module.ident));
            let doc = module.spec.doc.lines().next().unwrap_or_default();
            let sources = module.facts.iter().filter_map(|fact| match fact {
                FactUse::Source(index) => {
                    let source = screaming(&plan.sources[*index].ident);
                    Some(quote!(source::#source))
                }
                _ => None,
            });
            quote!(Module { name: #name, doc: #doc, sources: &[#(#sources),*], draw: &#draw })
        })
        .collect();
    let modules = (!modules.is_empty()).then(|| quote!(modules: &[#(#modules),*],));
    let parts = parts_drawn(plan, background);
    let fields = parts.iter().map(|Part { name, .. }| {
        let name = format_ident!("{name}");
        quote!(#name: Some(&#name),)
    });
    let functions = parts.iter().map(|drawn| part(drawn, styles));
    quote! {
        #(#functions)*

        /// The prompt.
        pub static PROMPT: Prompt = Prompt {
            #background_settings
            #cache
            #extras
            #sources
            #modules
            #(#fields)*
            ..Prompt::new(#build, #settings)
        };
    }
}

/// A source with what the configuration says about it.
fn planned_source(source: &Source, background: bool) -> TokenStream {
    let (name, parts) = (screaming(&source.ident), parts(source.parts));
    let cache = source_cache::is_needed(source, background).then(|| {
        let cache = source_cache::name(source);
        quote!(cache: &#cache,)
    });
    let events = &source.keeping.events;
    let events = (background && !events.is_empty()).then(|| quote!(events: &[#(#events),*],));
    let refresh = source.keeping.refresh.filter(|_| background).map(|period| {
        let period = duration(period);
        quote!(refresh: Some(#period),)
    });
    let new = quote!(PlannedSource::new(&#name, #parts));
    if cache.is_none() && events.is_none() && refresh.is_none() {
        return new;
    }
    quote!(PlannedSource { #cache #events #refresh ..#new })
}

/// A part that draws something.
struct Part<'p> {
    name: &'static str,
    nodes: &'p [Node],
    has_facts: bool,
}

fn parts_drawn(plan: &Plan, background: bool) -> Vec<Part<'_>> {
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
    drawn.map(|(name, nodes, has_facts)| Part { name, nodes, has_facts }).collect()
}

fn part(&Part { name, nodes, has_facts }: &Part<'_>, styles: &mut Styles) -> TokenStream {
    // A part draws no data of its own, and so matches no enum.
    let (_, body) = Body::for_part(styles).function(nodes);
    let name = format_ident!("{name}");
    let (facts, pen) = (unused(&body, "facts"), unused(&body, "pen"));
    let facts = has_facts.then(|| quote!(#facts: &Facts<'_>,));
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
    let Settings { add_newline, budget, command_timeout, scan_timeout, follow_symlinks, transient } =
        plan.settings;
    let [budget, command_timeout, scan_timeout] = [budget, command_timeout, scan_timeout].map(duration);
    quote! {
        Settings {
            add_newline: #add_newline,
            budget: #budget,
            command_timeout: #command_timeout,
            scan_timeout: #scan_timeout,
            follow_symlinks: #follow_symlinks,
            transient: #transient,
        }
    }
}

/// A time span. A configuration says it in milliseconds.
fn duration(span: Duration) -> TokenStream {
    let milliseconds = Literal::u64_unsuffixed(u64::try_from(span.as_millis()).unwrap_or(u64::MAX));
    quote!(::core::time::Duration::from_millis(#milliseconds))
}

/// The parts that need a source.
fn parts(set: PartSet) -> TokenStream {
    let names = [
        (PartSet::LEFT, "LEFT"),
        (PartSet::RIGHT, "RIGHT"),
        (PartSet::TRANSIENT, "TRANSIENT"),
        (PartSet::PRELUDE, "PRELUDE"),
    ];
    let mut tokens = quote!(Parts::MODULES);
    for (part, name) in names {
        if part.meets(set) {
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
