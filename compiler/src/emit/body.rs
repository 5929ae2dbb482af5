//! Bodies: the steps of a drawing as calls on the pen.

use std::collections::BTreeMap;

use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote};
use ziron_runtime::pen::escape;
use ziron_runtime::shell::Shell;
use ziron_runtime::spec::{ArmSpec, ModuleSpec, VarKind, VarSpec};

use super::mentions;
use super::module::path;
use super::style::Styles;
use crate::plan::{Access, Arm, Look, Node, Test};
use crate::syntax::style::Style;

/// How the variables of a scope are reached.
enum Scope {
    /// As fields of a local.
    Fields(proc_macro2::Ident),
    /// As references that a pattern bound.
    Bound,
}

/// Writes the steps of one function.
pub(super) struct Body<'s> {
    styles: &'s mut Styles,
    /// The module that is drawn; `None` for a part.
    spec: Option<&'static ModuleSpec>,
    scopes: Vec<Scope>,
    /// The items that are known to be there, and are bound by their names.
    there: Vec<Access>,
    /// How many conditionals around modules this is in.
    marks: usize,
    /// The look that the pen has; `None` if it depends on which way was taken.
    look: Option<Look>,
    /// The style of what has none of its own. Only parts change it.
    base: Style,
    /// The enums that are matched, by the last names of their paths: they are imported, and written without a path.
    imported: BTreeMap<String, String>,
}

impl<'s> Body<'s> {
    pub(super) fn for_part(styles: &'s mut Styles) -> Self {
        Body {
            styles,
            spec: None,
            scopes: Vec::new(),
            there: Vec::new(),
            marks: 0,
            look: Some(Look::Absent),
            base: Style::default(),
            imported: BTreeMap::new(),
        }
    }

    pub(super) fn for_module(ident: &str, spec: &'static ModuleSpec, styles: &'s mut Styles) -> Self {
        let scopes = vec![Scope::Fields(format_ident!("{ident}"))];
        Body { spec: Some(spec), scopes, ..Body::for_part(styles) }
    }

    /// The steps of a whole function, and the imports that stand at its head.
    pub(super) fn function(mut self, nodes: &[Node]) -> (TokenStream, TokenStream) {
        let body = self.nodes(nodes);
        let mut families: BTreeMap<&str, Vec<proc_macro2::Ident>> = BTreeMap::new();
        for (name, ty) in &self.imported {
            let (family, _) = ty.rsplit_once("::").unwrap_or_default();
            families.entry(family).or_default().push(format_ident!("{name}"));
        }
        let imports = families.into_iter().map(|(family, names)| {
            let family = path(family);
            match names.as_slice() {
                [name] => quote!(use #family::#name;),
                names => quote!(use #family::{#(#names),*};),
            }
        });
        (imports.collect(), body)
    }

    fn nodes(&mut self, nodes: &[Node]) -> TokenStream {
        nodes.iter().map(|node| self.node(node)).collect()
    }

    fn node(&mut self, node: &Node) -> TokenStream {
        match node {
            Node::Text { text, look } => {
                let (look, text) = (self.look(look), literal(text));
                quote!(#look #text)
            }
            Node::Newline => quote!(pen.newline();),
            Node::Datum { access, look } => {
                let (look, value) = (self.look(look), self.reference(access));
                quote!(#look pen.put(#value);)
            }
            Node::Choice { access, path: ty, optional, arms } => {
                self.choice(node, access, ty, *optional, arms)
            }
            Node::Item { access, body } => self.item(node, access, body),
            Node::Each { access, separator, body } => self.each(node, access, separator, body),
            Node::Spoken { word, body } => {
                let early = self.early_look(node);
                let body = self.nodes(body);
                quote!(#early pen.begin_spoken(#word); #body pen.end_spoken();)
            }
            Node::If { test, body } => self.if_shown(node, test, body),
            Node::Module { ident, base } => {
                let (base, draw) = (self.set_base(base.unwrap_or_default()), format_ident!("draw_{ident}"));
                self.look = Some(Look::Absent);
                quote!(#base #draw(facts, pen);)
            }
            Node::Fill { symbol, look } => {
                let look = self.look(look);
                quote!(#look pen.fill(#symbol);)
            }
            Node::WhenDrawn { body } => {
                let early = self.early_look(node);
                self.marks += 1;
                let body = self.nodes(body);
                self.marks -= 1;
                let kept = quote! {
                    let mark = pen.mark();
                    #body
                    pen.keep_if_drawn(mark);
                };
                // One inside another has a `mark` of its own.
                if self.marks == 0 { quote!(#early #kept) } else { quote!(#early { #kept }) }
            }
        }
    }

    fn if_shown(&mut self, node: &Node, test: &Test, body: &[Node]) -> TokenStream {
        let early = self.early_look(node);
        let before = self.look.clone();
        if let Test::Item(access, inner) = test
            && **inner == Test::Always
        {
            if self.there.contains(access) {
                return self.nodes(body);
            }
            self.there.push(access.clone());
            let body = self.nodes(body);
            self.there.pop();
            self.join(before.as_ref());
            let shown = self.if_there(access, &body);
            return quote!(#early #shown);
        }
        let test = self.test(test);
        let body = self.nodes(body);
        self.join(before.as_ref());
        if body.is_empty() { early } else { quote!(#early if #test { #body }) }
    }

    fn item(&mut self, node: &Node, access: &Access, body: &[Node]) -> TokenStream {
        let early = self.early_look(node);
        let before = self.look.clone();
        self.scopes.push(Scope::Fields(format_ident!("{}", access.name)));
        let body = self.nodes(body);
        self.scopes.pop();
        if self.there.contains(access) {
            return quote!(#early #body);
        }
        self.join(before.as_ref());
        let shown = self.if_there(access, &body);
        quote!(#early #shown)
    }

    /// Draws something that may need an item if the item is there.
    fn if_there(&self, access: &Access, body: &TokenStream) -> TokenStream {
        let (place, value, name) =
            (self.place(access), self.reference(access), format_ident!("{}", access.name));
        if body.is_empty() {
            TokenStream::new()
        } else if binds(body, &access.name) {
            quote!(if let Some(#name) = #value { #body })
        } else {
            quote!(if #place.is_some() { #body })
        }
    }

    fn each(&mut self, node: &Node, access: &Access, separator: &[Node], body: &[Node]) -> TokenStream {
        let value = self.place(access);
        let one = format!("one_{}", access.name);
        let early = self.early_look(node);
        let before = self.look.clone();
        let (mut separator_tokens, mut body_tokens) = self.round(&one, separator, body);
        if self.look != before {
            // A round begins with what another has left.
            self.look = None;
            (separator_tokens, body_tokens) = self.round(&one, separator, body);
            self.join(before.as_ref());
        }
        let name =
            if mentions(&body_tokens, &one) { format_ident!("{one}") } else { format_ident!("_{one}") };
        if separator_tokens.is_empty() {
            return quote!(#early for #name in #value.iter() { #body_tokens });
        }
        quote! {
            #early
            for (index, #name) in #value.iter().enumerate() {
                if index > 0 { #separator_tokens }
                #body_tokens
            }
        }
    }

    /// One round of a loop, which begins with the look at hand or with what the separator leaves.
    fn round(&mut self, one: &str, separator: &[Node], body: &[Node]) -> (TokenStream, TokenStream) {
        let before = self.look.clone();
        let separator = self.nodes(separator);
        self.join(before.as_ref());
        self.scopes.push(Scope::Fields(format_ident!("{one}")));
        let body = self.nodes(body);
        self.scopes.pop();
        (separator, body)
    }

    fn choice(
        &mut self,
        node: &Node,
        access: &Access,
        ty: &str,
        optional: bool,
        arms: &[Arm],
    ) -> TokenStream {
        let early = self.early_look(node);
        let value = self.reference(access);
        let before = self.look.clone();
        let mut after = optional.then(|| before.clone());
        let mut is_empty = true;
        let arms: Vec<TokenStream> = arms
            .iter()
            .map(|arm| {
                self.look.clone_from(&before);
                self.scopes.push(Scope::Bound);
                let body = self.nodes(&arm.body);
                self.scopes.pop();
                is_empty &= body.is_empty();
                after = Some(match after.take() {
                    None => self.look.clone(),
                    Some(other) if other == self.look => other,
                    Some(_) => None,
                });
                let fields: Vec<&String> = arm.fields.iter().filter(|field| mentions(&body, field)).collect();
                let pattern = self.pattern(ty, &arm.variant, &fields, optional);
                quote!(#pattern => { #body })
            })
            .collect();
        self.look = after.flatten();
        if is_empty {
            return early;
        }
        let none = optional.then(|| quote!(None => {}));
        quote! {
            #early
            match #value {
                #(#arms)*
                #none
            }
        }
    }

    /// Chooses the look of a step before it, if everything in it has the same: then not each way through it has to.
    fn early_look(&mut self, node: &Node) -> TokenStream {
        match Whole::of_one(node) {
            Whole::Look(look @ (Look::Absent | Look::Fixed(_))) => self.look(look),
            _ => TokenStream::new(),
        }
    }

    /// After a branch the look is known only if it is the same either way.
    fn join(&mut self, other: Option<&Look>) {
        if self.look.as_ref() != other {
            self.look = None;
        }
    }

    /// Changes the look of the pen, if it is another.
    fn look(&mut self, look: &Look) -> TokenStream {
        let is_part = self.spec.is_none();
        let base = if is_part && *look == Look::Absent {
            self.set_base(Style::default())
        } else {
            TokenStream::new()
        };
        if self.look.as_ref() == Some(look) {
            return base;
        }
        self.look = Some(look.clone());
        let look = self.set_look(look);
        quote!(#base #look)
    }

    fn set_base(&mut self, base: Style) -> TokenStream {
        if self.base == base {
            return TokenStream::new();
        }
        self.base = base;
        let base = self.styles.name(base);
        quote!(pen.set_base_style(#base);)
    }

    fn set_look(&mut self, look: &Look) -> TokenStream {
        match look {
            Look::Absent => quote!(pen.reset_style();),
            Look::Fixed(style) => {
                let style = self.styles.name(*style);
                quote!(pen.set_style(#style);)
            }
            Look::Choice { access, path: ty, arms } => {
                let value = self.reference(access);
                let arms: Vec<TokenStream> = arms
                    .iter()
                    .map(|(variant, look)| {
                        let set = self.set_look(look);
                        let pattern = self.pattern(ty, variant, &[], false);
                        quote!(#pattern => { #set })
                    })
                    .collect();
                quote!(match #value { #(#arms)* })
            }
        }
    }

    fn test(&mut self, test: &Test) -> TokenStream {
        match test {
            Test::Always => quote!(true),
            Test::Any(tests) if tests.is_empty() => quote!(false),
            Test::Any(tests) => {
                let tests: Vec<TokenStream> = tests.iter().map(|test| self.test(test)).collect();
                quote!(#(#tests)||*)
            }
            Test::Datum(access) | Test::Each(access) => {
                let place = self.place(access);
                quote!(!#place.is_empty())
            }
            Test::Item(access, inner) => {
                let place = self.place(access);
                if **inner == Test::Always {
                    return quote!(#place.is_some());
                }
                let name = format_ident!("{}", access.name);
                self.scopes.push(Scope::Fields(name.clone()));
                let inner = self.test(inner);
                self.scopes.pop();
                let name = if binds(&inner, &access.name) { name } else { format_ident!("_{name}") };
                quote!(#place.as_ref().is_some_and(|#name| #inner))
            }
            Test::Choice { access, path, optional, arms } => self.test_choice(access, path, *optional, arms),
        }
    }

    fn test_choice(
        &mut self,
        access: &Access,
        ty: &str,
        optional: bool,
        arms: &[(String, Vec<String>, Test)],
    ) -> TokenStream {
        let (place, value) = (self.place(access), self.reference(access));
        if arms.iter().all(|(_, _, test)| *test == Test::Always) {
            return quote!(#place.is_some());
        }
        if arms.iter().all(|(_, _, test)| *test == Test::Always || *test == Test::NEVER) {
            let shown = arms.iter().filter(|(_, _, test)| *test == Test::Always);
            let patterns: Vec<TokenStream> =
                shown.map(|(variant, _, _)| self.pattern(ty, variant, &[], optional)).collect();
            return quote!(matches!(#value, #(#patterns)|*));
        }
        self.scopes.push(Scope::Bound);
        let arms: Vec<TokenStream> = arms
            .iter()
            .map(|(variant, fields, test)| {
                let test = self.test(test);
                let pattern = self.pattern(ty, variant, &fields.iter().collect::<Vec<_>>(), optional);
                quote!(#pattern => #test,)
            })
            .collect();
        self.scopes.pop();
        let none = optional.then(|| quote!(None => false,));
        quote!(match #value { #(#arms)* #none })
    }

    fn pattern(&mut self, ty: &str, variant: &str, fields: &[&String], optional: bool) -> TokenStream {
        let all = self
            .spec
            .and_then(|spec| find_arm(&spec.vars, ty, variant))
            .map_or(usize::MAX, |arm| arm.vars.len());
        let (ty, variant) = (self.import(ty), format_ident!("{variant}"));
        let rest = (fields.len() < all).then(|| quote!(..));
        let names = fields.iter().map(|field| format_ident!("{field}"));
        let pattern =
            if all == 0 { quote!(#ty::#variant) } else { quote!(#ty::#variant { #(#names,)* #rest }) };
        if optional { quote!(Some(#pattern)) } else { pattern }
    }

    /// The short name of an enum, which it has from now on in this function; its path if another one has that name.
    fn import(&mut self, ty: &str) -> TokenStream {
        let name = ty.rsplit("::").next().unwrap_or(ty);
        let imported = self.imported.entry(String::from(name)).or_insert_with(|| String::from(ty));
        if imported == ty {
            let name = format_ident!("{name}");
            quote!(#name)
        } else {
            path(ty)
        }
    }

    /// The place of a variable: something that methods can be called on.
    fn place(&self, access: &Access) -> TokenStream {
        let name = format_ident!("{}", access.name);
        match &self.scopes[access.depth] {
            Scope::Fields(local) => quote!(#local.#name),
            Scope::Bound => quote!(#name),
        }
    }

    /// A reference to a variable.
    fn reference(&self, access: &Access) -> TokenStream {
        let place = self.place(access);
        match self.scopes[access.depth] {
            Scope::Fields(_) => quote!(&#place),
            Scope::Bound => place,
        }
    }
}

/// The look of a whole drawing.
#[derive(Clone, Copy)]
enum Whole<'n> {
    /// Nothing is drawn.
    Nothing,
    /// Everything has this one.
    Look(&'n Look),
    /// There are several, or it depends.
    Several,
}

impl<'n> Whole<'n> {
    fn of(nodes: &'n [Node]) -> Whole<'n> {
        nodes.iter().map(Whole::of_one).fold(Whole::Nothing, Whole::and)
    }

    fn of_one(node: &'n Node) -> Whole<'n> {
        match node {
            Node::Text { look, .. } | Node::Datum { look, .. } | Node::Fill { look, .. } => Whole::Look(look),
            Node::Newline => Whole::Nothing,
            Node::Module { .. } => Whole::Several,
            Node::Item { body, .. }
            | Node::If { body, .. }
            | Node::Spoken { body, .. }
            | Node::WhenDrawn { body } => Whole::of(body),
            Node::Each { separator, body, .. } => Whole::of(separator).and(Whole::of(body)),
            Node::Choice { arms, .. } => {
                arms.iter().map(|arm| Whole::of(&arm.body)).fold(Whole::Nothing, Whole::and)
            }
        }
    }

    fn and(self, other: Whole<'n>) -> Whole<'n> {
        match (self, other) {
            (Whole::Nothing, it) | (it, Whole::Nothing) => it,
            (Whole::Look(one), Whole::Look(other)) if one == other => self,
            _ => Whole::Several,
        }
    }
}

/// Finds what a variant holds.
fn find_arm<'v>(vars: &'v [VarSpec], ty: &str, variant: &str) -> Option<&'v ArmSpec> {
    vars.iter().find_map(|var| match &var.kind {
        VarKind::Choice { path, arms, .. } | VarKind::Style { path, arms } if path == ty => {
            arms.iter().find(|arm| arm.variant == variant)
        }
        VarKind::Choice { arms, .. } => arms.iter().find_map(|arm| find_arm(&arm.vars, ty, variant)),
        VarKind::Item { vars, .. } | VarKind::Each { vars, .. } => find_arm(vars, ty, variant),
        VarKind::Datum | VarKind::Style { .. } => None,
    })
}

/// Whether code uses a local of this name: the name, but not as a field of another.
fn binds(code: &TokenStream, name: &str) -> bool {
    let mut after_dot = false;
    code.clone().into_iter().any(|token| {
        let found = match &token {
            TokenTree::Ident(ident) => !after_dot && ident == name,
            TokenTree::Group(group) => binds(&group.stream(), name),
            _ => false,
        };
        after_dot = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '.');
        found
    })
}

/// Draws a literal: as it is, or in the form of each shell that would see something special in it.
fn literal(text: &str) -> TokenStream {
    // The unit separator ends the parts of a reply; nothing else may.
    let text: String = text.chars().filter(|c| *c != '\x1f').collect();
    let [zsh, bash, tcsh] = [Shell::Zsh, Shell::Bash, Shell::Tcsh].map(|shell| escape(shell, &text));
    if [&zsh, &bash, &tcsh].iter().all(|form| **form == text) {
        return quote!(pen.text(#text););
    }
    quote!(pen.escaped(&Literal { plain: #text, zsh: #zsh, bash: #bash, tcsh: #tcsh });)
}
