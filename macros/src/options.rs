//! `derive(Options)`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Expr, Field, Fields, Ident, Meta, Path, Type};

use crate::attribute::{optional, parameters, required_doc, text, unknown};
use crate::describe::Description;

#[allow(clippy::large_enum_variant, reason = "there are a few of them, for a moment")]
/// One field: an option, or something that is fixed for the module.
enum Member {
    Option {
        ident: Ident,
        ty: Type,
        default: Expr,
        fallback: Option<String>,
        doc: String,
        unit: Option<String>,
        aliases: Vec<String>,
        var: bool,
        names: Option<Ident>,
    },
    Fixed {
        ident: Ident,
        value: Expr,
    },
}

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new(input.ident.span(), "options are a struct"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(syn::Error::new(input.ident.span(), "options have names"));
    };
    let members: Vec<Member> = fields.named.iter().map(member).collect::<syn::Result<_>>()?;
    let name = &input.ident;
    let is_row_type = members.iter().any(|member| matches!(member, Member::Fixed { .. }));
    let default = default_constant(name, &members, is_row_type);
    let options = members.iter().filter_map(option_spec);
    let setters = members.iter().filter_map(setter);
    let metas = parameters(&input.attrs, "module")?;
    let facts = match &metas {
        None => vec![syn::parse_quote!(self)],
        Some(metas) => facts(metas)?,
    };
    let visit_sources = visit_sources(&facts);
    let is_one_of_many = members.iter().any(is_instance);
    let module = metas.map(|metas| module(input, &metas, &facts, is_one_of_many)).transpose()?;
    let describe = crate::describe::of_attribute(input)?;
    Ok(quote! {
        #default

        impl ::ziron_runtime::spec::Options for #name {
            fn options(&self) -> ::std::vec::Vec<::ziron_runtime::spec::OptionSpec> {
                ::std::vec![#(#options),*]
            }

            fn set(&mut self, name: &str, value: &::ziron_runtime::spec::Value) -> bool {
                match name {
                    #(#setters)*
                    _ => false,
                }
            }

            #visit_sources
        }

        #module

        #describe
    })
}

fn member(field: &Field) -> syn::Result<Member> {
    let ident = field.ident.clone().ok_or_else(|| syn::Error::new(field.span(), "options have names"))?;
    if let Some(attribute) = field.attrs.iter().find(|attribute| attribute.path().is_ident("fixed")) {
        return Ok(Member::Fixed { ident, value: attribute.parse_args()? });
    }
    let Some(metas) = parameters(&field.attrs, "option")? else {
        return Err(syn::Error::new(
            ident.span(),
            "needs #[option(default = …)], or #[fixed(…)] if it is not an option",
        ));
    };
    let (mut default, mut fallback, mut unit, mut aliases, mut var) = (None, None, None, Vec::new(), false);
    let mut names = None;
    for meta in &metas {
        match meta {
            Meta::NameValue(pair) if pair.path.is_ident("default") => default = Some(pair.value.clone()),
            Meta::NameValue(pair) if pair.path.is_ident("fallback") => fallback = Some(text(meta)?),
            Meta::NameValue(pair) if pair.path.is_ident("unit") => unit = Some(text(meta)?),
            Meta::NameValue(pair) if pair.path.is_ident("alias") => aliases.push(text(meta)?),
            Meta::Path(path) if path.is_ident("var") => var = true,
            Meta::NameValue(pair) if pair.path.is_ident("names") => names = Some(naming(meta)?),
            other => return Err(unknown(other, "`default`, `fallback`, `unit`, `alias`, `var` or `names`")),
        }
    }
    let default = default.ok_or_else(|| syn::Error::new(ident.span(), "needs a default"))?;
    let ty = field.ty.clone();
    let doc = required_doc(&field.attrs, &ident)?;
    Ok(Member::Option { default: wrap(&ty, default), ident, ty, fallback, doc, unit, aliases, var, names })
}

/// How an option names variables of the environment.
fn naming(meta: &Meta) -> syn::Result<Ident> {
    match text(meta)?.as_str() {
        "variables" => Ok(format_ident!("Variables")),
        "script" => Ok(format_ident!("Script")),
        _ => Err(syn::Error::new(meta.span(), "expected \"variables\" or \"script\"")),
    }
}

/// Writes the newtype around a default of type `Format`, `StyleText` or `Words`, so that modules need not.
fn wrap(ty: &Type, default: Expr) -> Expr {
    let Type::Path(path) = ty else { return default };
    match path.path.segments.last() {
        Some(last) if ["Format", "StyleText", "Words"].iter().any(|name| last.ident == name) => {
            syn::parse_quote!(#path(#default))
        }
        _ => default,
    }
}

/// Whether a field tells which of several the module is.
fn is_instance(member: &Member) -> bool {
    matches!(member, Member::Fixed { ident, .. } if ident == "instance")
}

fn default_constant(name: &Ident, members: &[Member], is_row_type: bool) -> TokenStream {
    let fields = members.iter().map(|member| match member {
        Member::Option { ident, default, .. } => quote!(#ident: #default),
        Member::Fixed { ident, value } => quote!(#ident: #value),
    });
    let doc = if is_row_type { "What rows of a table begin with." } else { "The defaults." };
    quote! {
        impl #name {
            #[doc = #doc]
            pub const DEFAULT: #name = #name { #(#fields),* };
        }
    }
}

fn option_spec(member: &Member) -> Option<TokenStream> {
    let Member::Option { ident, ty, fallback, doc, unit, aliases, var, names, .. } = member else {
        return None;
    };
    let name = ident.to_string();
    let default = match fallback {
        Some(_) => quote!(::core::option::Option::None),
        None => quote!(::ziron_runtime::spec::OptionValue::to_toml(&self.#ident)),
    };
    let (fallback, unit) = (optional(fallback.as_ref()), optional(unit.as_ref()));
    let names = match names {
        Some(naming) => quote!(::core::option::Option::Some(::ziron_runtime::spec::Naming::#naming)),
        None => quote!(::core::option::Option::None),
    };
    Some(quote! {
        ::ziron_runtime::spec::OptionSpec {
            name: ::std::string::String::from(#name),
            kind: <#ty as ::ziron_runtime::spec::OptionValue>::KIND,
            default: #default,
            fallback: #fallback,
            doc: ::std::string::String::from(#doc),
            unit: #unit,
            aliases: ::std::vec![#(::std::string::String::from(#aliases)),*],
            var: #var,
            names: #names,
        }
    })
}

fn setter(member: &Member) -> Option<TokenStream> {
    let ident = match member {
        Member::Option { ident, .. } => ident,
        // Which of several a module is, the interpreter says as it says the options.
        Member::Fixed { ident, .. } if is_instance(member) => ident,
        Member::Fixed { .. } => return None,
    };
    let name = ident.to_string();
    Some(quote! {
        #name => match ::ziron_runtime::spec::OptionValue::from_value(value) {
            ::core::option::Option::Some(value) => {
                self.#ident = value;
                true
            }
            ::core::option::Option::None => false,
        },
    })
}

/// `Options::visit_sources`. A row of a table has its own source only.
fn visit_sources(facts: &[Path]) -> TokenStream {
    let visits = facts.iter().enumerate().filter_map(|(place, path)| {
        let source = match Named::new(path) {
            Named::Own => quote!(self),
            Named::Unit => quote!(&crate::#path),
            Named::Request | Named::Module => return None,
        };
        Some(quote!(visitor.visit(#place, #source);))
    });
    quote! {
        #[allow(unused_variables, reason = "some modules name no source")]
        fn visit_sources(&'static self, visitor: &mut impl ::ziron_runtime::spec::SourceVisitor) {
            #(#visits)*
        }
    }
}

/// The paths in `facts(…)`.
fn facts(metas: &[Meta]) -> syn::Result<Vec<Path>> {
    let mut facts = Vec::new();
    for meta in metas {
        if let Meta::List(list) = meta
            && list.path.is_ident("facts")
        {
            let paths =
                list.parse_args_with(syn::punctuated::Punctuated::<Path, syn::Token![,]>::parse_terminated)?;
            facts.extend(paths);
        }
    }
    Ok(facts)
}

/// What a path in `facts(…)` names.
enum Named {
    /// `request`: what the shell said.
    Request,
    /// `self`: what the module's own source finds.
    Own,
    /// A module's name, in lower case: what its source finds.
    Module,
    /// The path of a type: a source without options.
    Unit,
}

impl Named {
    fn new(path: &Path) -> Named {
        if path.is_ident("request") {
            Named::Request
        } else if path.is_ident("self") {
            Named::Own
        } else if path
            .segments
            .last()
            .is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase))
        {
            Named::Unit
        } else {
            Named::Module
        }
    }
}

/// What `#[module(…)]` says: an associated function `spec` that puts the specification together, and the description of
/// the module's own source.
fn module(
    input: &DeriveInput,
    metas: &[Meta],
    facts: &[Path],
    is_one_of_many: bool,
) -> syn::Result<TokenStream> {
    let name = &input.ident;
    let doc = required_doc(&input.attrs, name)?;
    let (mut module_name, mut position, mut feature, mut root, mut many) = (None, None, None, None, false);
    let has_own = facts.iter().any(|path| matches!(Named::new(path), Named::Own));
    let facts = facts.iter().map(fact);
    let mut aliases = Vec::new();
    let mut source = Description::default();
    for meta in metas {
        match meta {
            Meta::NameValue(pair) if pair.path.is_ident("name") => module_name = Some(text(meta)?),
            Meta::NameValue(pair) if pair.path.is_ident("position") => position = Some(pair.value.clone()),
            Meta::NameValue(pair) if pair.path.is_ident("feature") => feature = Some(text(meta)?),
            Meta::NameValue(pair) if pair.path.is_ident("root") => root = Some(text(meta)?),
            Meta::Path(path) if path.is_ident("many") => many = true,
            Meta::List(list) if list.path.is_ident("facts") => {}
            Meta::List(list) if list.path.is_ident("alias") => {
                let pairs = list
                    .parse_args_with(syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated)?;
                for pair in &pairs {
                    let (alias, format) = (pair.path().require_ident()?.to_string(), text(pair)?);
                    aliases.push(quote! {
                        ::ziron_runtime::spec::AliasSpec {
                            name: ::std::string::String::from(#alias),
                            format: ::std::string::String::from(#format),
                        }
                    });
                }
            }
            other if source.take(other)? => {}
            other => {
                let expected = "`name`, `position`, `facts`, `feature`, `root`, `alias`, `many`, `cost`, `policy`, `env`, `files`, `programs` or \
                    `events`";
                return Err(unknown(other, expected));
            }
        }
    }
    let module_name = module_name.unwrap_or_default();
    let source_name = if is_one_of_many { quote!(self.instance) } else { quote!(#module_name) };
    let describe = match (source.is_empty(), has_own) {
        (true, _) => TokenStream::new(),
        (false, true) => source.expand(name, &source_name)?,
        (false, false) => {
            return Err(syn::Error::new(
                name.span(),
                "describes a source, but has no `self` among its facts",
            ));
        }
    };
    let position = position
        .map_or_else(|| quote!(::core::option::Option::None), |n| quote!(::core::option::Option::Some(#n)));
    let (feature, root) = (optional(feature.as_ref()), optional(root.as_ref()));
    let path_tail = format_ident!("{name}").to_string();
    Ok(quote! {
        impl #name {
            /// Describes the module with this value's contents as the defaults.
            pub fn spec(&self) -> ::ziron_runtime::spec::ModuleSpec {
                ::ziron_runtime::spec::ModuleSpec {
                    name: ::std::string::String::from(#module_name),
                    doc: ::std::string::String::from(#doc),
                    position: #position,
                    path: ::std::format!("{}::{}", ::core::module_path!(), #path_tail),
                    row: ::core::option::Option::None,
                    feature: #feature,
                    many: #many,
                    facts: ::std::vec![#(#facts),*],
                    root: #root,
                    options: ::ziron_runtime::spec::Options::options(self),
                    vars: <<Self as ::ziron_runtime::segment::Segment>::Vars<'static> as ::ziron_runtime::segment::Vars>::specs(),
                    aliases: ::std::vec![#(#aliases),*],
                }
            }
        }

        #describe
    })
}

/// The specification of a fact.
fn fact(path: &Path) -> TokenStream {
    let spec = quote!(::ziron_runtime::spec::FactSpec);
    let words: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let joined = words.join("::");
    match Named::new(path) {
        Named::Request => quote!(#spec::Request),
        Named::Own => quote!(#spec::Own(::ziron_runtime::spec::ManifestSpec::of(self))),
        Named::Unit => quote! {
            #spec::Unit {
                path: ::std::string::String::from(#joined),
                manifest: ::ziron_runtime::spec::ManifestSpec::of(&crate::#path),
            }
        },
        Named::Module => quote!(#spec::Module(::std::string::String::from(#joined))),
    }
}
