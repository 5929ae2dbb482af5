//! Bodies: the steps of a drawing as calls on the pen.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use ziron_runtime::pen::escape;
use ziron_runtime::shell::Shell;

use super::mentions;
use super::module::path;
use super::style::{Styles, is_relative};
use crate::plan::{Access, Arm, Look, Node, Test};

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
    scopes: Vec<Scope>,
    /// The look that the pen has; `None` if it depends on which way was taken.
    look: Option<Look>,
}

impl<'s> Body<'s> {
    pub(super) fn for_part(styles: &'s mut Styles) -> Self {
        Body { styles, scopes: Vec::new(), look: Some(Look::Absent) }
    }

    pub(super) fn for_module(ident: &str, styles: &'s mut Styles) -> Self {
        Body { styles, scopes: vec![Scope::Fields(format_ident!("{ident}"))], look: Some(Look::Absent) }
    }

    pub(super) fn nodes(&mut self, nodes: &[Node]) -> TokenStream {
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
            Node::Choice { access, path: ty, optional, arms } => self.choice(access, ty, *optional, arms),
            Node::Item { access, body } => {
                let (place, value) = (self.place(access), self.reference(access));
                let name = format_ident!("{}", access.name);
                let body = self.branch(Scope::Fields(name.clone()), body);
                if body.is_empty() {
                    body
                } else if mentions(&body, &access.name) {
                    quote!(if let Some(#name) = #value { #body })
                } else {
                    quote!(if #place.is_some() { #body })
                }
            }
            Node::Each { access, separator, body } => {
                let value = self.place(access);
                let one = singular(&access.name);
                let name = format_ident!("{one}");
                self.look = None;
                let separator = self.nodes(separator);
                self.look = None;
                self.scopes.push(Scope::Fields(name.clone()));
                let body = self.nodes(body);
                self.scopes.pop();
                self.look = None;
                let name = if mentions(&body, &one) { name } else { format_ident!("_{one}") };
                quote! {
                    for (index, #name) in #value.iter().enumerate() {
                        if index > 0 { #separator }
                        #body
                    }
                }
            }
            Node::If { test, body } => {
                let test = self.test(test);
                let before = self.look.clone();
                let body = self.nodes(body);
                self.join(before);
                quote!(if #test { #body })
            }
            Node::Module { .. } | Node::Fill { .. } | Node::WhenDrawn { .. } => self.part_node(node),
        }
    }

    fn part_node(&mut self, node: &Node) -> TokenStream {
        match node {
            Node::Module { ident, base } => {
                let draw = format_ident!("draw_{ident}");
                self.look = Some(Look::Absent);
                match base {
                    None => quote!(#draw(facts, pen);),
                    Some(base) => {
                        let base = self.styles.name(*base);
                        quote! {
                            pen.base(#base);
                            #draw(facts, pen);
                            pen.base(Style::PLAIN);
                        }
                    }
                }
            }
            Node::Fill { symbol, look } => {
                let look = self.look(look);
                quote!(#look pen.fill(#symbol);)
            }
            Node::WhenDrawn { body } => {
                let before = self.look.clone();
                let body = self.nodes(body);
                self.join(before);
                quote! {
                    {
                        let mark = pen.mark();
                        #body
                        pen.keep_if_drawn(mark);
                    }
                }
            }
            _ => TokenStream::new(),
        }
    }

    /// Writes a branch that may or may not be taken.
    fn branch(&mut self, scope: Scope, nodes: &[Node]) -> TokenStream {
        let before = self.look.clone();
        self.scopes.push(scope);
        let body = self.nodes(nodes);
        self.scopes.pop();
        self.join(before);
        body
    }

    /// After a branch the look is known only if it is the same either way.
    fn join(&mut self, other: Option<Look>) {
        if self.look != other {
            self.look = None;
        }
    }

    fn choice(&mut self, access: &Access, ty: &str, optional: bool, arms: &[Arm]) -> TokenStream {
        let (value, ty) = (self.reference(access), path(ty));
        let before = self.look.clone();
        let mut after = if optional { Some(before.clone()) } else { None };
        let arms: Vec<TokenStream> = arms
            .iter()
            .map(|arm| {
                self.look.clone_from(&before);
                self.scopes.push(Scope::Bound);
                let body = self.nodes(&arm.body);
                self.scopes.pop();
                after = Some(match after.take() {
                    None => self.look.clone(),
                    Some(other) if other == self.look => other,
                    Some(_) => None,
                });
                let pattern = pattern(&ty, &arm.variant, &arm.fields, optional);
                quote!(#pattern => { #body })
            })
            .collect();
        self.look = after.flatten();
        let none = optional.then(|| quote!(None => {}));
        quote! {
            match #value {
                #(#arms)*
                #none
            }
        }
    }

    /// Changes the look of the pen, if it is another.
    fn look(&mut self, look: &Look) -> TokenStream {
        if self.look.as_ref() == Some(look) && !depends_on_previous(look) {
            return TokenStream::new();
        }
        self.look = Some(look.clone());
        self.set_look(look)
    }

    fn set_look(&mut self, look: &Look) -> TokenStream {
        match look {
            Look::Absent => quote!(pen.end();),
            Look::Fixed(style) => {
                let style = self.styles.name(*style);
                quote!(pen.begin(#style);)
            }
            Look::Choice { access, path: ty, arms } => {
                let (value, ty) = (self.reference(access), path(ty));
                let arms = arms.iter().map(|(variant, look)| {
                    let set = self.set_look(look);
                    let pattern = pattern(&ty, variant, &[], false);
                    quote!(#pattern => { #set })
                });
                let arms: Vec<TokenStream> = arms.collect();
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
                quote!(#place.as_ref().is_some_and(|#name| #inner))
            }
            Test::Choice { access, path: ty, optional, arms } => {
                let (value, ty) = (self.reference(access), path(ty));
                self.scopes.push(Scope::Bound);
                let arms: Vec<TokenStream> = arms
                    .iter()
                    .map(|(variant, fields, test)| {
                        let test = self.test(test);
                        let pattern = pattern(&ty, variant, fields, *optional);
                        quote!(#pattern => #test,)
                    })
                    .collect();
                self.scopes.pop();
                let none = optional.then(|| quote!(None => false,));
                quote!(match #value { #(#arms)* #none })
            }
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

/// Whether a look has to be set again for every piece.
fn depends_on_previous(look: &Look) -> bool {
    match look {
        Look::Absent => false,
        Look::Fixed(style) => is_relative(*style),
        Look::Choice { arms, .. } => arms.iter().any(|(_, look)| depends_on_previous(look)),
    }
}

fn pattern(ty: &TokenStream, variant: &str, fields: &[String], optional: bool) -> TokenStream {
    let variant = format_ident!("{variant}");
    let fields = fields.iter().map(|field| format_ident!("{field}"));
    let pattern = quote!(#ty::#variant { #(#fields,)* .. });
    if optional { quote!(Some(#pattern)) } else { pattern }
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

/// The name of one of several.
fn singular(name: &str) -> String {
    format!("one_{name}")
}
