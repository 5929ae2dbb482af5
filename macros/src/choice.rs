//! `derive(Choice)`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, LitStr, Variant};

use crate::vars::{Variable, variables};

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(syn::Error::new(input.ident.span(), "a choice is an enum"));
    };
    let name = &input.ident;
    let text = name.to_string();
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    let variants: Vec<(&Variant, Vec<Variable>)> = data
        .variants
        .iter()
        .map(|variant| Ok((variant, variables(&variant.fields)?)))
        .collect::<syn::Result<_>>()?;
    let arms =
        variants.iter().map(|(variant, fields)| arm(variant, fields)).collect::<syn::Result<Vec<_>>>()?;
    let indices = variants.iter().enumerate().map(|(index, (variant, _))| {
        let ident = &variant.ident;
        quote!(#name::#ident { .. } => #index)
    });
    let lookups = variants
        .iter()
        .filter(|(_, fields)| !fields.is_empty())
        .map(|(variant, fields)| lookup(variant, fields));
    Ok(quote! {
        #[allow(clippy::use_self, reason = "generated")]
        impl #generics #name #arguments #bounds {
            /// The path of the type.
            pub(crate) fn path() -> ::std::string::String {
                ::std::format!("{}::{}", ::core::module_path!(), #text)
            }

            /// Describes the variants.
            pub(crate) fn arms() -> ::std::vec::Vec<::ziron_runtime::spec::ArmSpec> {
                ::std::vec![#(#arms),*]
            }
        }

        impl #generics ::ziron_runtime::segment::Choice for #name #arguments #bounds {
            fn arm(&self) -> usize {
                match self {
                    #(#indices,)*
                }
            }

            #[allow(unused_variables, clippy::match_single_binding, clippy::single_match_else, reason = "generated")]
            fn get(&self, name: &str) -> ::core::option::Option<::ziron_runtime::segment::VarValue<'_>> {
                match self {
                    #(#lookups)*
                    #[allow(unreachable_patterns, reason = "generated")]
                    _ => ::core::option::Option::None,
                }
            }
        }
    })
}

fn arm(variant: &Variant, fields: &[Variable]) -> syn::Result<TokenStream> {
    let Some(attribute) = variant.attrs.iter().find(|attribute| attribute.path().is_ident("choice")) else {
        return Err(syn::Error::new(
            variant.ident.span(),
            "needs #[choice(\"…\")], the option it stands for",
        ));
    };
    let option: LitStr = attribute.parse_args()?;
    let name = variant.ident.to_string();
    let vars = fields.iter().map(Variable::spec);
    Ok(quote! {
        ::ziron_runtime::spec::ArmSpec {
            variant: ::std::string::String::from(#name),
            option: ::std::string::String::from(#option),
            vars: ::std::vec![#(#vars),*],
        }
    })
}

fn lookup(variant: &Variant, fields: &[Variable]) -> TokenStream {
    let ident = &variant.ident;
    let names = fields.iter().map(Variable::ident);
    let values = fields.iter().map(|field| {
        let ident = field.ident();
        field.value(&quote!(#ident))
    });
    quote! {
        Self::#ident { #(#names),* } => match name {
            #(#values)*
            _ => ::core::option::Option::None,
        },
    }
}
