//! What the terminal is sent besides the prompt.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use ziron_runtime::prelude::{Extras, Notify};

use super::duration;
use crate::plan::Plan;

/// The field; nothing where the configuration asks for nothing.
pub(super) fn field(plan: &Plan) -> Option<TokenStream> {
    let Extras { profile, report_directory, marks, notify } = plan.extras;
    if plan.extras == Extras::NONE {
        return None;
    }
    let profile = profile.map(|profile| {
        let profile = format_ident!("{profile:?}");
        quote!(profile: Some(Profile::#profile),)
    });
    let is_all = report_directory && marks && profile.is_some() && notify.is_some();
    let rest = (!is_all).then(|| quote!(..Extras::NONE));
    let switches = [("report_directory", report_directory), ("marks", marks)];
    let switches = switches.into_iter().filter(|(_, is_on)| *is_on).map(|(name, _)| {
        let name = format_ident!("{name}");
        quote!(#name: true,)
    });
    let notify = notify.map(|Notify { after, with }| {
        let after = duration(after);
        let with = match with {
            None => quote!(None),
            Some(with) => {
                let with = format_ident!("{with:?}");
                quote!(Some(Notification::#with))
            }
        };
        quote!(notify: Some(Notify { after: #after, with: #with }),)
    });
    Some(quote! {
        extras: Extras { #profile #(#switches)* #notify #rest },
    })
}
