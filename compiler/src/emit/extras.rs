//! What the terminal is sent besides the prompt, as a constant.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

use crate::plan::{Extras, Plan};

/// The constant; nothing where the configuration asks for nothing.
pub(super) fn constant(plan: &Plan) -> Option<TokenStream> {
    let extras = plan.settings.extras;
    let Extras { profile, report_directory, marks, notify_after_ms, notify_with } = extras;
    let title = !plan.parts.title.is_empty();
    let footer = !plan.parts.footer.is_empty();
    // How to notify means nothing without when.
    let asked = Extras { notify_with: None, ..extras };
    if asked == Extras::default() && !title && !footer {
        return None;
    }
    let profile = profile.map(|profile| {
        let profile = format_ident!("{profile:?}");
        quote!(profile: Some(Profile::#profile),)
    });
    let is_all =
        title && footer && report_directory && marks && profile.is_some() && notify_after_ms.is_some();
    let rest = (!is_all).then(|| quote!(..Extras::NONE));
    let switches =
        [("title", title), ("report_directory", report_directory), ("marks", marks), ("footer", footer)];
    let switches = switches.into_iter().filter(|(_, is_on)| *is_on).map(|(name, _)| {
        let name = format_ident!("{name}");
        quote!(#name: true,)
    });
    let notify = notify_after_ms.map(|after_ms| {
        let after_ms = Literal::u64_unsuffixed(after_ms);
        let with = match notify_with {
            None => quote!(None),
            Some(with) => {
                let with = format_ident!("{with:?}");
                quote!(Some(Notification::#with))
            }
        };
        quote!(notify: Some(Notify { after: ::core::time::Duration::from_millis(#after_ms), with: #with }),)
    });
    Some(quote! {
        const EXTRAS: Extras = Extras { #profile #(#switches)* #notify #rest };
    })
}
