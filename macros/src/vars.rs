//! `derive(Vars)`, and the description of variables that it shares with `derive(Choice)`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Expr, Field, Fields, Ident, Lifetime, Meta, Type, parse_quote};

use crate::attribute::{parameters, required_doc, text, unknown};

/// How a variable is drawn.
enum Kind {
    Datum,
    Choice { drawn: bool },
    Style,
    Item { option: String },
    Each { option: String, separator: String },
}

/// One variable.
pub(crate) struct Variable {
    ident: Ident,
    ty: Type,
    doc: String,
    kind: Kind,
    fact: Option<Expr>,
}

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new(input.ident.span(), "variables are a struct"));
    };
    let variables = variables(&data.fields)?;
    let name = &input.ident;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    let specs = variables.iter().map(Variable::spec);
    let arms = variables.iter().map(|variable| {
        let ident = &variable.ident;
        variable.value(&quote!(&self.#ident))
    });
    Ok(quote! {
        impl #generics ::ziron_runtime::segment::Vars for #name #arguments #bounds {
            fn specs() -> ::std::vec::Vec<::ziron_runtime::spec::VarSpec> {
                ::std::vec![#(#specs),*]
            }

            fn get(&self, name: &str) -> ::core::option::Option<::ziron_runtime::segment::VarValue<'_>> {
                match name {
                    #(#arms)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    })
}

/// The variables that named fields are.
pub(crate) fn variables(fields: &Fields) -> syn::Result<Vec<Variable>> {
    match fields {
        Fields::Named(fields) => fields.named.iter().map(variable).collect(),
        Fields::Unit => Ok(Vec::new()),
        Fields::Unnamed(fields) => Err(syn::Error::new(fields.span(), "variables have names")),
    }
}

fn variable(field: &Field) -> syn::Result<Variable> {
    let ident = field.ident.clone().ok_or_else(|| syn::Error::new(field.span(), "variables have names"))?;
    let (mut kind, mut fact, mut separator) = (Kind::Datum, None, None);
    for meta in &parameters(&field.attrs, "var")?.unwrap_or_default() {
        match meta {
            Meta::Path(path) if path.is_ident("choice") => kind = Kind::Choice { drawn: false },
            Meta::Path(path) if path.is_ident("drawn") => kind = Kind::Choice { drawn: true },
            Meta::Path(path) if path.is_ident("style") => kind = Kind::Style,
            Meta::NameValue(pair) if pair.path.is_ident("item") => kind = Kind::Item { option: text(meta)? },
            Meta::NameValue(pair) if pair.path.is_ident("each") => {
                kind = Kind::Each { option: text(meta)?, separator: String::new() };
            }
            Meta::NameValue(pair) if pair.path.is_ident("separator") => separator = Some(text(meta)?),
            Meta::NameValue(pair) if pair.path.is_ident("fact") => fact = Some(pair.value.clone()),
            other => {
                return Err(unknown(
                    other,
                    "`choice`, `drawn`, `style`, `item`, `each`, `separator` or `fact`",
                ));
            }
        }
    }
    if let (Kind::Each { separator: place, .. }, Some(separator)) = (&mut kind, separator) {
        *place = separator;
    }
    let doc = required_doc(&field.attrs, &ident)?;
    Ok(Variable { ident, ty: field.ty.clone(), doc, kind, fact })
}

impl Variable {
    pub(crate) fn ident(&self) -> &Ident {
        &self.ident
    }

    /// The tokens of its `VarSpec`.
    pub(crate) fn spec(&self) -> TokenStream {
        let (name, doc) = (self.ident.to_string(), &self.doc);
        let (inner, optional) = inner_type(&self.ty);
        let inner = without_lifetimes(inner);
        let spec = quote!(::ziron_runtime::spec::VarKind);
        let kind = match &self.kind {
            Kind::Datum => quote!(#spec::Datum),
            Kind::Choice { drawn } => quote! {
                #spec::Choice { path: <#inner>::path(), optional: #optional, drawn: #drawn, arms: <#inner>::arms() }
            },
            Kind::Style => quote!(#spec::Style { path: <#inner>::path(), arms: <#inner>::arms() }),
            Kind::Item { option } => quote! {
                #spec::Item {
                    option: ::std::string::String::from(#option),
                    vars: <#inner as ::ziron_runtime::segment::Vars>::specs(),
                }
            },
            Kind::Each { option, separator } => {
                let item = list_item(&inner);
                quote! {
                    #spec::Each {
                        option: ::std::string::String::from(#option),
                        separator: ::std::string::String::from(#separator),
                        vars: <#item as ::ziron_runtime::segment::Vars>::specs(),
                    }
                }
            }
        };
        let fact = match &self.fact {
            Some(index) => quote!(::core::option::Option::Some(#index)),
            None => quote!(::core::option::Option::None),
        };
        quote! {
            ::ziron_runtime::spec::VarSpec {
                name: ::std::string::String::from(#name),
                doc: ::std::string::String::from(#doc),
                kind: #kind,
                fact: #fact,
            }
        }
    }

    /// The match arm that looks it up, given tokens of a reference to the field.
    pub(crate) fn value(&self, reference: &TokenStream) -> TokenStream {
        let name = self.ident.to_string();
        let value = quote!(::ziron_runtime::segment::VarValue);
        let (_, optional) = inner_type(&self.ty);
        let value = match &self.kind {
            Kind::Datum => quote!(#value::Datum(#reference)),
            Kind::Choice { .. } if optional => {
                quote!(#value::Choice((#reference).as_ref().map(|choice| choice as _)))
            }
            Kind::Choice { .. } | Kind::Style => {
                quote!(#value::Choice(::core::option::Option::Some(#reference)))
            }
            Kind::Item { .. } => quote!(#value::Item((#reference).as_ref().map(|item| item as _))),
            Kind::Each { .. } => quote!(#value::Each(#reference)),
        };
        quote!(#name => ::core::option::Option::Some(#value),)
    }
}

/// The type inside an `Option`, and whether there was one.
fn inner_type(ty: &Type) -> (&Type, bool) {
    if let Type::Path(path) = ty
        && let Some(last) = path.path.segments.last()
        && last.ident == "Option"
        && let syn::PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(syn::GenericArgument::Type(inner)) = arguments.args.first()
    {
        return (inner, true);
    }
    (ty, false)
}

/// The type of the items of a list.
fn list_item(ty: &Type) -> Type {
    parse_quote!(<#ty as ::ziron_runtime::segment::Items>::Item)
}

/// Replaces every lifetime by `'static`, so that the type can be named outside the struct.
fn without_lifetimes(ty: &Type) -> Type {
    struct Static;
    impl syn::visit_mut::VisitMut for Static {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            *lifetime = Lifetime::new("'static", lifetime.span());
        }
    }
    let mut ty = ty.clone();
    syn::visit_mut::VisitMut::visit_type_mut(&mut Static, &mut ty);
    ty
}
