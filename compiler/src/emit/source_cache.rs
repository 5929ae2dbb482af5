//! Caches: what the daemon remembers of each source, with the policy and the limits of the configuration.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::duration;
use crate::plan::{Backend, Cache, CacheLimits, Plan, Policy, Source};

/// Whether a source has a cache: a prompt that draws once remembers nothing, but may be told how long a fact holds.
pub(super) fn is_needed(source: &Source, background: bool) -> bool {
    background || source.keeping.ttl.is_some()
}

/// The name of a source's cache. Names of sources begin with those of modules, so that none begins like this:
/// `[custom.a_cache]` is not the cache of `[custom.a]`.
pub(super) fn name(source: &Source) -> Ident {
    format_ident!("CACHE_{}", source.ident.to_ascii_uppercase())
}

/// The cache of a source.
pub(super) fn item(source: &Source) -> TokenStream {
    let (name, title) = (name(source), &source.ident);
    let CacheLimits { policy, entries, bytes, ttl, .. } = &source.keeping;
    let policy = match policy {
        Policy::Lru => quote!(Lru),
        Policy::Lfu => quote!(Lfu),
        Policy::Fifo => quote!(Fifo),
        // The plan has seen that it is one.
        Policy::Own(path, _) => path.parse().unwrap_or_default(),
    };
    let limit = |name: &str, value: Option<u64>| {
        let (name, value) = (format_ident!("{name}"), Literal::u64_unsuffixed(value?));
        Some(quote!(#name: #value,))
    };
    let (entries, bytes) = (limit("entries", *entries), limit("bytes", *bytes));
    let ttl = ttl.map(|ttl| {
        let ttl = duration(ttl);
        quote!(ttl: Some(#ttl),)
    });
    let keeping = if entries.is_none() && bytes.is_none() && ttl.is_none() {
        quote!(CacheLimits::DEFAULT)
    } else {
        quote!(CacheLimits { #entries #bytes #ttl ..CacheLimits::DEFAULT })
    };
    let doc = format!(" What is remembered of `{title}`.");
    quote! {
        #[doc = #doc]
        static #name: SourceCache<#policy> = SourceCache::new(#title, #keeping);
    }
}

/// What is said about all facts together; nothing where it is the default.
pub(super) fn settings(plan: &Plan) -> Option<TokenStream> {
    if plan.cache == Cache::default() {
        return None;
    }
    let backend = match &plan.cache.backend {
        Backend::Files => quote!(::ziron::BackendChoice::Files),
        Backend::Sqlite => quote!(::ziron::BackendChoice::Sqlite),
        Backend::Redis(url) => quote! {
            ::ziron::BackendChoice::Redis(::ziron::RedisChoice { url: #url, ..::ziron::RedisChoice::DEFAULT })
        },
    };
    let bytes = plan.cache.bytes.map(|bytes| {
        let bytes = Literal::u64_unsuffixed(bytes);
        quote!(bytes: #bytes,)
    });
    Some(quote! {
        cache: ::ziron::CacheSettings { backend: #backend, #bytes ..::ziron::CacheSettings::DEFAULT },
    })
}
