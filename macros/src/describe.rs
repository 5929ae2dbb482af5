//! `derive(Describe)`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DeriveInput, Expr, Ident, Meta};

use crate::attribute::{parameters, unknown};

/// What an attribute says about a source, besides its name.
#[derive(Default)]
pub(crate) struct Description {
    cost: Option<Expr>,
    policy: Option<Expr>,
    /// The calls that add to the manifest, in their order.
    additions: Vec<TokenStream>,
}

/// Expands `derive(Describe)`.
pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let described = of_attribute(input)?;
    described
        .ok_or_else(|| syn::Error::new(input.ident.span(), "needs #[source(name = …, cost = …, policy = …)]"))
}

/// Implements `Describe` by `#[source(…)]`; `None` if there is none.
pub(crate) fn of_attribute(input: &DeriveInput) -> syn::Result<Option<TokenStream>> {
    let Some(metas) = parameters(&input.attrs, "source")? else { return Ok(None) };
    let (mut name, mut source) = (None, Description::default());
    for meta in &metas {
        match meta {
            Meta::NameValue(pair) if pair.path.is_ident("name") => name = Some(&pair.value),
            other if source.take(other)? => {}
            other => {
                return Err(unknown(
                    other,
                    "`name`, `cost`, `policy`, `env`, `files`, `programs` or `events`",
                ));
            }
        }
    }
    let name = name.ok_or_else(|| syn::Error::new(input.ident.span(), "needs a name"))?;
    source.expand(&input.ident, &quote!(#name)).map(Some)
}

impl Description {
    /// Whether nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.cost.is_none() && self.policy.is_none() && self.additions.is_empty()
    }

    /// Takes a parameter; false if it is none of a source's.
    pub(crate) fn take(&mut self, meta: &Meta) -> syn::Result<bool> {
        let Some(parameter) = meta.path().get_ident().map(Ident::to_string) else { return Ok(false) };
        match parameter.as_str() {
            "cost" => self.cost = Some(meta.require_name_value()?.value.clone()),
            "policy" => self.policy = Some(meta.require_name_value()?.value.clone()),
            "env" | "events" => {
                let (method, list) = (meta.path(), &meta.require_name_value()?.value);
                self.additions.push(quote!(.#method(&#list)));
            }
            "files" | "programs" => {
                let (method, list) = (meta.path(), &meta.require_name_value()?.value);
                self.additions.push(quote!(.#method(#list)));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Implements `Describe` for a type.
    pub(crate) fn expand(&self, ident: &Ident, name: &TokenStream) -> syn::Result<TokenStream> {
        let missing = |what: &str| syn::Error::new(ident.span(), format!("the source needs a {what}"));
        let cost = self.cost.as_ref().ok_or_else(|| missing("cost"))?;
        let policy = self.policy.as_ref().ok_or_else(|| missing("policy"))?;
        let (cost, policy) = (variant(cost, &quote!(Cost)), variant(policy, &quote!(Policy)));
        let additions = &self.additions;
        let base_manifest = (!additions.is_empty()).then(|| {
            quote! {
                fn base_manifest(&self) -> ::ziron_runtime::source::Manifest {
                    ::ziron_runtime::source::Manifest::new(
                        ::ziron_runtime::source::Describe::cost(self),
                        ::ziron_runtime::source::Describe::policy(self),
                    )
                    #(#additions)*
                }
            }
        });
        Ok(quote! {
            impl ::ziron_runtime::source::Describe for #ident {
                fn name(&self) -> &'static str {
                    #name
                }

                fn cost(&self) -> ::ziron_runtime::source::Cost {
                    #cost
                }

                fn policy(&self) -> ::ziron_runtime::source::Policy {
                    #policy
                }

                #base_manifest
            }
        })
    }
}

/// A word is a variant of the enum; anything else is an expression.
fn variant(value: &Expr, of: &TokenStream) -> TokenStream {
    match value {
        Expr::Path(path) if path.path.get_ident().is_some() => quote!(::ziron_runtime::source::#of::#path),
        expression => quote!(#expression),
    }
}
