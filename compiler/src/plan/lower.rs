//! Formats of modules: from pieces to [`Node`]s, with variables looked up.

use std::collections::BTreeSet;
use std::ops::Range;

use ziron_runtime::spec::{ArmSpec, ModuleSpec, OptionKind, VarKind, VarSpec};

use super::{Access, Arm, Look, Node, Test};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Severity, nearest};
use crate::specs;
use crate::syntax::format::{self, Piece};
use crate::syntax::style::{Color, Palette};
use crate::syntax::toml::{self, Table, Text};

/// A text of an option, and where it is written if it is in the configuration.
#[derive(Clone, Debug)]
pub(super) struct Written<'c> {
    pub(super) value: String,
    pub(super) text: Option<&'c Text>,
}

impl<'c> Written<'c> {
    pub(super) fn default(value: &str) -> Self {
        Written { value: value.to_owned(), text: None }
    }

    pub(super) fn from(text: &'c Text) -> Self {
        Written { value: text.as_str().to_owned(), text: Some(text) }
    }

    /// Reads it as a format.
    pub(super) fn pieces(&self, diagnostics: &mut Diagnostics) -> Vec<Piece> {
        match self.text {
            Some(text) => format::parse_text(text, diagnostics),
            None => format::parse(&self.value).pieces,
        }
    }
}

/// Lowers the formats of one module.
pub(super) struct Lowering<'c> {
    pub(super) spec: &'static ModuleSpec,
    pub(super) table: Option<&'c Table>,
    pub(super) palette: &'c Palette,
    pub(super) diagnostics: &'c mut Diagnostics,
    /// The variables in scope, from the module's own inwards.
    scopes: Vec<&'static [VarSpec]>,
    /// The options and aliases whose formats are being lowered.
    inside: Vec<String>,
    /// What a style that is absent stands for: of a variable that is drawn before it is put in its place, the look of that place.
    pub(super) absent: Look,
    /// The facts that the variables used so far need, besides the first.
    pub(super) facts: BTreeSet<usize>,
}

/// What a variable of a format stands for.
enum Resolved<'c> {
    Var(&'static VarSpec, Access),
    /// A format that stands in its place.
    Inline(Written<'c>),
    Literal(String),
}

impl<'c> Lowering<'c> {
    pub(super) fn new(
        spec: &'static ModuleSpec,
        table: Option<&'c Table>,
        palette: &'c Palette,
        diagnostics: &'c mut Diagnostics,
    ) -> Self {
        let scopes = vec![spec.vars.as_slice()];
        Lowering {
            spec,
            table,
            palette,
            diagnostics,
            scopes,
            inside: Vec::new(),
            absent: Look::Absent,
            facts: BTreeSet::new(),
        }
    }

    /// Lowers the whole module.
    pub(super) fn module(&mut self) -> Vec<Node> {
        match &self.spec.root {
            Some(root) => {
                let root = Written::default(root);
                let pieces = root.pieces(self.diagnostics);
                self.pieces(&pieces, &root, &Look::Absent)
            }
            None => self.option("format", &Look::Absent),
        }
    }

    /// The text of an option: as configured, or that of the option it falls back to, or the default.
    pub(super) fn option_text(&self, name: &str) -> Written<'c> {
        self.try_option_text(name).unwrap_or_else(|| Written::default(""))
    }

    /// The same; `None` if it is not set.
    pub(super) fn try_option_text(&self, name: &str) -> Option<Written<'c>> {
        let option = specs::option(self.spec, name)?;
        let names = std::iter::once(&option.name).chain(&option.aliases);
        let given = names.filter_map(|name| self.table?.get(name)).find_map(toml::Value::as_text);
        if let Some(text) = given {
            return Some(Written::from(text));
        }
        if let Some(fallback) = &option.fallback {
            return self.try_option_text(fallback);
        }
        let table = toml::parse(&format!("x = {}", option.default.as_deref()?), &mut Diagnostics::new());
        Some(Written::default(table.get("x")?.as_text()?.as_str()))
    }

    /// Lowers the format that an option holds.
    fn option(&mut self, name: &str, look: &Look) -> Vec<Node> {
        let written = self.option_text(name);
        self.inside.push(name.to_owned());
        let pieces = written.pieces(self.diagnostics);
        let nodes = self.pieces(&pieces, &written, look);
        self.inside.pop();
        nodes
    }

    fn pieces(&mut self, pieces: &[Piece], origin: &Written<'c>, look: &Look) -> Vec<Node> {
        let mut nodes = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text { text, .. } => add(&mut nodes, lines(text, look)),
                Piece::Variable { name, span } => {
                    add(&mut nodes, self.lower_variable(name, span, origin, look));
                }
                Piece::Group { pieces, style, .. } => {
                    let look = self.look(style, origin);
                    if pieces.is_empty() {
                        nodes.push(Node::Text { text: String::new(), look });
                    } else {
                        add(&mut nodes, self.pieces(pieces, origin, &look));
                    }
                }
                Piece::Conditional { pieces, .. } => {
                    let body = self.pieces(pieces, origin, look);
                    match self.test(pieces) {
                        Test::Always => add(&mut nodes, body),
                        Test::Any(tests) if tests.is_empty() => {}
                        test => nodes.push(Node::If { test, body }),
                    }
                }
            }
        }
        nodes
    }

    fn lower_variable(
        &mut self,
        name: &str,
        span: &Range<usize>,
        origin: &Written<'c>,
        look: &Look,
    ) -> Vec<Node> {
        let resolved = self.resolve(name);
        let (var, access) = match resolved {
            Some(Resolved::Var(var, access)) => (var, access),
            Some(Resolved::Literal(text)) => return lines(&text, look).collect(),
            Some(Resolved::Inline(written)) => {
                if self.is_inside(name) {
                    self.cycle(name, span, origin);
                    return Vec::new();
                }
                self.inside.push(name.to_owned());
                let pieces = written.pieces(self.diagnostics);
                let nodes = self.pieces(&pieces, &written, look);
                self.inside.pop();
                return nodes;
            }
            None => {
                self.unknown(name, span.clone(), origin);
                return Vec::new();
            }
        };
        self.uses(var);
        if self.leads_back(&var.kind) {
            self.cycle(name, span, origin);
            return Vec::new();
        }
        match &var.kind {
            VarKind::Datum => vec![Node::Datum { access, look: look.clone() }],
            VarKind::Style { .. } => {
                self.unknown(name, span.clone(), origin);
                Vec::new()
            }
            VarKind::Choice { path, optional, drawn, arms } => {
                let absent = if *drawn { look.clone() } else { self.absent.clone() };
                let arms =
                    self.with_absent(absent, |this| arms.iter().map(|arm| this.arm(arm, look)).collect());
                vec![Node::Choice { access, path: path.clone(), optional: *optional, arms }]
            }
            VarKind::Item { option, vars } => {
                let body = self
                    .with_absent(look.clone(), |this| this.scoped(vars, |this| this.option(option, look)));
                vec![Node::Item { access, body: spoken(option, body) }]
            }
            VarKind::Each { option, separator, vars } => self.with_absent(look.clone(), |this| {
                let separator = this.option(separator, look);
                let body = this.scoped(vars, |this| this.option(option, look));
                vec![Node::Each { access, separator, body }]
            }),
        }
    }

    fn arm(&mut self, arm: &'static ArmSpec, look: &Look) -> Arm {
        let body = self.scoped(&arm.vars, |this| this.option(&arm.option, look));
        let depth = self.scopes.len();
        let mut fields = BTreeSet::new();
        fields_in(&body, depth, &mut fields);
        let fields = fields.into_iter().collect();
        Arm { variant: arm.variant.clone(), fields, body: spoken(&arm.option, body) }
    }

    fn scoped<T>(&mut self, vars: &'static [VarSpec], inner: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(vars);
        let result = inner(self);
        self.scopes.pop();
        result
    }

    /// Lowers something inside which an absent style stands for another look.
    fn with_absent<T>(&mut self, absent: Look, inner: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.absent, absent);
        let result = inner(self);
        self.absent = outer;
        result
    }

    /// Looks a variable up, from the innermost scope outwards.
    pub(super) fn variable(&self, name: &str) -> Option<(&'static VarSpec, usize)> {
        let scopes = self.scopes.iter().enumerate().rev();
        scopes.into_iter().find_map(|(depth, vars)| Some((vars.iter().find(|var| var.name == name)?, depth)))
    }

    /// Notes that a variable is used.
    pub(super) fn uses(&mut self, var: &VarSpec) {
        self.facts.extend(var.fact);
    }

    fn resolve(&mut self, name: &str) -> Option<Resolved<'c>> {
        if let Some((var, depth)) = self.variable(name) {
            return Some(Resolved::Var(var, Access { depth, name: name.to_owned() }));
        }
        if let Some(alias) = self.spec.aliases.iter().find(|alias| alias.name == name) {
            return Some(Resolved::Inline(Written::default(&alias.format)));
        }
        let option = self.spec.options.iter().find(|option| option.var && option.name == name)?;
        let written = self.option_text(name);
        Some(if option.kind == OptionKind::Format {
            Resolved::Inline(written)
        } else {
            Resolved::Literal(written.value)
        })
    }

    /// Whether this option or inlined variable is being lowered.
    fn is_inside(&self, name: &str) -> bool {
        self.inside.iter().any(|outer| outer == name)
    }

    /// Whether a variable is drawn with the format of an option that is being lowered.
    fn leads_back(&self, kind: &VarKind) -> bool {
        match kind {
            VarKind::Datum | VarKind::Style { .. } => false,
            VarKind::Choice { arms, .. } => arms.iter().any(|arm| self.is_inside(&arm.option)),
            VarKind::Item { option, .. } => self.is_inside(option),
            VarKind::Each { option, separator, .. } => self.is_inside(option) || self.is_inside(separator),
        }
    }

    fn cycle(&mut self, name: &str, span: &Range<usize>, origin: &Written<'c>) {
        if let Some(text) = origin.text {
            let message = format!("the format of `{name}` contains itself");
            self.diagnostics.push(
                Diagnostic::new(Code::Cycle, text.source_span(span.clone()), message)
                    .label("leads back to where it is used"),
            );
        }
    }

    fn unknown(&mut self, name: &str, span: Range<usize>, origin: &Written<'c>) {
        let Some(text) = origin.text else { return };
        let mut names: Vec<&str> = Vec::new();
        let visible =
            |var: &&'static VarSpec| !matches!(var.kind, VarKind::Style { .. }) && var.name != "layout";
        for scope in self.scopes.iter().rev() {
            names.extend(scope.iter().filter(visible).map(|var| var.name.as_str()));
        }
        names.extend(self.spec.aliases.iter().map(|alias| alias.name.as_str()));
        names.extend(self.spec.options.iter().filter(|option| option.var).map(|option| option.name.as_str()));
        let label = format!("`{}` has: {}", self.spec.name, names.join(", "));
        let mut unknown = Diagnostic::new(
            Code::UnknownVariable,
            text.source_span(span),
            format!("unknown variable `{name}`"),
        )
        .label(label)
        .maybe_help(nearest(name, names).map(|name| format!("write `${name}`")));
        if specs::FORGIVEN.contains(&(&self.spec.name, name)) {
            unknown = unknown
                .severity(Severity::Warning)
                .note("a preset of starship's has it; nothing is shown for it");
        }
        self.diagnostics.push(unknown);
    }

    /// Whether a conditional of these pieces is shown: if any variable in them is not empty.
    fn test(&mut self, pieces: &[Piece]) -> Test {
        let mut tests = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text { .. } => {}
                Piece::Variable { name, .. } => tests.push(self.test_variable(name, false)),
                Piece::Group { pieces, .. } | Piece::Conditional { pieces, .. } => {
                    tests.push(self.test(pieces));
                }
            }
        }
        Test::any(tests)
    }

    /// Whether these pieces draw any text at all.
    fn draws(&mut self, pieces: &[Piece]) -> Test {
        let mut tests = Vec::new();
        for piece in pieces {
            tests.push(match piece {
                Piece::Text { text, .. } if text.is_empty() => continue,
                Piece::Text { .. } => Test::Always,
                Piece::Variable { name, .. } => self.test_variable(name, true),
                Piece::Group { pieces, .. } => self.draws(pieces),
                Piece::Conditional { pieces, .. } => self.test(pieces),
            });
        }
        Test::any(tests)
    }

    /// Whether a variable is something. `text_counts`: any text that is drawn for it counts, not only the variables in it.
    fn test_variable(&mut self, name: &str, text_counts: bool) -> Test {
        match self.resolve(name) {
            None => Test::NEVER,
            Some(Resolved::Literal(text)) if text.is_empty() => Test::NEVER,
            Some(Resolved::Literal(_)) => Test::Always,
            Some(Resolved::Inline(written)) => {
                if self.is_inside(name) {
                    return Test::NEVER;
                }
                self.inside.push(name.to_owned());
                let pieces = written.pieces(self.diagnostics);
                let test = if text_counts { self.draws(&pieces) } else { self.test(&pieces) };
                self.inside.pop();
                test
            }
            Some(Resolved::Var(var, _)) if self.leads_back(&var.kind) => Test::NEVER,
            Some(Resolved::Var(var, access)) => match &var.kind {
                VarKind::Datum => Test::Datum(access),
                VarKind::Style { .. } => Test::NEVER,
                VarKind::Each { .. } => Test::Each(access),
                VarKind::Item { option, vars } => {
                    match self.scoped(vars, |this| this.test_option(option, true)) {
                        test if test == Test::NEVER => test,
                        test => Test::Item(access, Box::new(test)),
                    }
                }
                VarKind::Choice { path, optional, drawn, arms } => {
                    let depth = self.scopes.len();
                    let arms: Vec<_> = arms
                        .iter()
                        .map(|arm| {
                            let test = self.scoped(&arm.vars, |this| {
                                this.test_option(&arm.option, *drawn || text_counts)
                            });
                            let mut fields = BTreeSet::new();
                            fields_of(&test, depth, &mut fields);
                            (arm.variant.clone(), fields.into_iter().collect::<Vec<_>>(), test)
                        })
                        .collect();
                    if arms.iter().all(|(_, _, test)| *test == Test::NEVER) {
                        return Test::NEVER;
                    }
                    if !optional && arms.iter().all(|(_, _, test)| *test == Test::Always) {
                        return Test::Always;
                    }
                    Test::Choice { access, path: path.clone(), optional: *optional, arms }
                }
            },
        }
    }

    fn test_option(&mut self, name: &str, text_counts: bool) -> Test {
        let written = self.option_text(name);
        self.inside.push(name.to_owned());
        let pieces = written.pieces(self.diagnostics);
        let test = if text_counts { self.draws(&pieces) } else { self.test(&pieces) };
        self.inside.pop();
        test
    }
}

/// The lines of a literal. An empty one is drawn only where its colours may be asked for: at the end, by `prev_fg` and `prev_bg`.
pub(super) fn lines<'t>(text: &'t str, look: &'t Look) -> impl Iterator<Item = Node> + 't {
    let last = text.matches('\n').count();
    let has_colors = match look {
        Look::Absent => false,
        Look::Fixed(style) => style.fg.is_some() || style.bg.is_some(),
        Look::Choice { .. } => true,
    };
    text.split('\n').enumerate().flat_map(move |(index, line)| {
        let newline = (index > 0).then_some(Node::Newline);
        let is_drawn = !line.is_empty() || index > 0 && index == last && has_colors;
        let text = is_drawn.then(|| Node::Text { text: line.to_owned(), look: look.clone() });
        newline.into_iter().chain(text)
    })
}

/// Adds steps to a drawing; literals beside one another become one if they look the same, whatever was drawn before.
pub(super) fn add(nodes: &mut Vec<Node>, more: impl IntoIterator<Item = Node>) {
    for node in more {
        if let Node::Text { text: next, look: next_look } = &node
            && let Some(Node::Text { text, look }) = nodes.last_mut()
            && look == next_look
            && !text.is_empty()
            && !next.is_empty()
            && matches!(look, Look::Absent | Look::Fixed(_))
            && !is_relative(look)
        {
            text.push_str(next);
        } else {
            nodes.push(node);
        }
    }
}

/// Whether a look depends on what was drawn before.
fn is_relative(look: &Look) -> bool {
    let is_previous = |color: Option<Color>| matches!(color, Some(Color::PrevFg | Color::PrevBg));
    matches!(look, Look::Fixed(style) if is_previous(style.fg) || is_previous(style.bg))
}

/// Gives a drawing a word where a screen reader could not say what it means: if its texts are symbols, and the name of its option tells.
fn spoken(option: &str, body: Vec<Node>) -> Vec<Node> {
    let mut texts = String::new();
    texts_in(&body, &mut texts);
    let is_symbol = !texts.trim().is_empty() && !texts.contains(char::is_alphanumeric);
    match word(option).filter(|_| is_symbol) {
        Some(word) => vec![Node::Spoken { word, body }],
        None => body,
    }
}

/// The word for what an option draws; `None` where its name says nothing about the world.
fn word(option: &str) -> Option<String> {
    match option {
        "symbol" | "success_symbol" => None,
        "vimcmd_symbol" => Some(String::from("command mode")),
        "vimcmd_visual_symbol" => Some(String::from("visual mode")),
        "vimcmd_replace_symbol" | "vimcmd_replace_one_symbol" => Some(String::from("replace mode")),
        _ if option.contains("format") || option.contains("separator") => None,
        _ => Some(option.strip_suffix("_symbol").unwrap_or(option).replace('_', " ")),
    }
}

/// The texts of a drawing.
fn texts_in(nodes: &[Node], texts: &mut String) {
    for node in nodes {
        match node {
            Node::Text { text, .. } => texts.push_str(text),
            Node::Item { body, .. }
            | Node::If { body, .. }
            | Node::Spoken { body, .. }
            | Node::WhenDrawn { body }
            | Node::Each { body, .. } => texts_in(body, texts),
            Node::Choice { arms, .. } => arms.iter().for_each(|arm| texts_in(&arm.body, texts)),
            Node::Newline | Node::Datum { .. } | Node::Module { .. } | Node::Fill { .. } => {}
        }
    }
}

/// The variables of one depth that a drawing uses.
fn fields_in(nodes: &[Node], depth: usize, fields: &mut BTreeSet<String>) {
    for node in nodes {
        match node {
            Node::Text { look, .. } | Node::Fill { look, .. } => fields_of_look(look, depth, fields),
            Node::Newline | Node::Module { .. } => {}
            Node::Datum { access, look } => {
                fields_of_look(look, depth, fields);
                field(access, depth, fields);
            }
            Node::Choice { access, arms, .. } => {
                field(access, depth, fields);
                for arm in arms {
                    fields_in(&arm.body, depth, fields);
                }
            }
            Node::Item { access, body } => {
                field(access, depth, fields);
                fields_in(body, depth, fields);
            }
            Node::Each { access, separator, body } => {
                field(access, depth, fields);
                fields_in(separator, depth, fields);
                fields_in(body, depth, fields);
            }
            Node::If { test, body } => {
                fields_of(test, depth, fields);
                fields_in(body, depth, fields);
            }
            Node::WhenDrawn { body } | Node::Spoken { body, .. } => fields_in(body, depth, fields),
        }
    }
}

fn fields_of(test: &Test, depth: usize, fields: &mut BTreeSet<String>) {
    match test {
        Test::Always => {}
        Test::Any(tests) => tests.iter().for_each(|test| fields_of(test, depth, fields)),
        Test::Datum(access) | Test::Each(access) => field(access, depth, fields),
        Test::Item(access, test) => {
            field(access, depth, fields);
            fields_of(test, depth, fields);
        }
        Test::Choice { access, arms, .. } => {
            field(access, depth, fields);
            for (_, _, test) in arms {
                fields_of(test, depth, fields);
            }
        }
    }
}

fn fields_of_look(look: &Look, depth: usize, fields: &mut BTreeSet<String>) {
    if let Look::Choice { access, arms, .. } = look {
        field(access, depth, fields);
        for (_, look) in arms {
            fields_of_look(look, depth, fields);
        }
    }
}

fn field(access: &Access, depth: usize, fields: &mut BTreeSet<String>) {
    if access.depth == depth {
        fields.insert(access.name.clone());
    }
}

#[cfg(test)]
mod tests {
    use crate::emit::Build;
    use crate::{Input, compile};

    /// The program, and what is wrong with the configuration.
    fn compiled(text: &str) -> (Option<String>, Vec<String>) {
        let output =
            compile(Input { text, build: Build { config: "ziron.toml", config_hash: "-", build_hash: "-" } });
        let messages = output.diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect();
        (output.program.map(|program| program.source), messages)
    }

    #[test]
    fn a_choice_that_leads_back_to_itself_is_a_cycle() {
        for (options, name) in [
            ("[jobs]\nsymbol = '$symbol'", "symbol"),
            ("[jobs]\nsymbol = '($symbol)'", "symbol"),
            ("[directory]\nformat = '$layout'", "layout"),
            ("[status]\ndisabled = false\npipestatus_segment_format = '$layout'", "layout"),
        ] {
            let (program, messages) = compiled(&format!("format = '$jobs$directory$status'\n{options}"));
            assert!(
                messages.contains(&format!("the format of `{name}` contains itself")),
                "{options}: {messages:?}"
            );
            assert!(program.is_none(), "{options}");
        }
    }

    #[test]
    fn an_option_that_is_unset_falls_back() {
        let (program, messages) =
            compiled("format = '$shell'\n[shell]\ndisabled = false\npowershell_indicator = 'five'");
        assert!(messages.is_empty(), "{messages:?}");
        assert_eq!(program.unwrap().matches("text(\"five\")").count(), 2, "both shells show it");
    }
}
