//! Formats of the prompt's parts: which modules are drawn, where.

use std::collections::HashSet;
use std::ops::Range;

use ziron_runtime::spec::{FactSpec, ManifestSpec, ModuleSpec, Value};

use super::lower::{Lowering, Written, add, lines};
use super::module::{Tables, default, tables};
use super::settings::{self, DEFAULT_FORMATS, FAILED, OUTDATED, Whole};
use super::{CacheLimits, FactUse, Look, Module, Node, PartSet, Parts, Plan, Source, SourceKind};
use super::{background, cache};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::specs::{self, Specs, specs};
use crate::syntax::format::{self, Piece, StylePart};
use crate::syntax::style::{self, Palette, Style};
use crate::syntax::toml::{Table, Text};

pub(super) fn plan(file: &str, root: &Table, diagnostics: &mut Diagnostics) -> Plan {
    let specs = specs();
    let palette = style::select_palette(root, diagnostics);
    let Whole { settings, extras, opentelemetry, formats } = settings::read(root, diagnostics);
    let background = background::read(root, diagnostics);
    let (tables, many) = tables(root, specs, &palette, diagnostics);
    let [left, right, continuation, transient_left, transient_right] = [
        (formats.left, DEFAULT_FORMATS[0]),
        (formats.right, DEFAULT_FORMATS[1]),
        (formats.continuation, DEFAULT_FORMATS[2]),
        (formats.transient_left, DEFAULT_FORMATS[3]),
        (formats.transient_right, DEFAULT_FORMATS[4]),
    ]
    .map(|(text, default)| text.map_or_else(|| Written::default(default), Written::from));
    let mut named = HashSet::new();
    for format in [&left, &right] {
        format::for_each_variable(&format::parse(&format.value).pieces, &mut |name, _| {
            named.insert(name.to_owned());
        });
    }
    let mut layout = Layout {
        file,
        specs,
        palette: &palette,
        tables,
        many,
        named,
        modules: Vec::new(),
        sources: Vec::new(),
        part: PartSet::LEFT,
        has_facts: true,
        diagnostics,
    };
    let mut parts = Parts {
        left: layout.part(&left, PartSet::LEFT),
        right: layout.part(&right, PartSet::RIGHT),
        ..Parts::default()
    };
    on_one_line(&mut parts.right);
    if settings.transient {
        parts.transient_left = layout.part(&transient_left, PartSet::TRANSIENT);
        parts.transient_right = layout.part(&transient_right, PartSet::TRANSIENT);
        on_one_line(&mut parts.transient_right);
    }
    if let Some(title) = formats.title {
        parts.title = layout.part(&Written::from(title), PartSet::PRELUDE);
        on_one_line(&mut parts.title);
    }
    if let Some(footer) = formats.footer {
        parts.footer = layout.part(&Written::from(footer), PartSet::PRELUDE);
    }
    layout.has_facts = false;
    parts.continuation = layout.part(&continuation, PartSet::LEFT);
    parts.failed = layout.mark(formats.failed, FAILED);
    parts.outdated = layout.mark(formats.outdated, OUTDATED);
    if parts.left.is_empty() && parts.right.is_empty() && !layout.diagnostics.has_errors() {
        let span = formats.left.map_or(0..0, Text::span);
        layout.diagnostics.push(Diagnostic::new(Code::EmptyPrompt, span, "the prompt is empty"));
    }
    let Layout { mut modules, mut sources, .. } = layout;
    share_parts(&mut modules, &mut sources);
    let cache = cache::read(root, &mut sources, diagnostics);
    Plan { settings, extras, opentelemetry, background, cache, modules, sources, parts }
}

/// Tells each source which parts need it.
fn share_parts(modules: &mut [Module], sources: &mut [Source]) {
    for module in modules {
        for fact in &module.facts {
            if let FactUse::Source(index) = fact {
                sources[*index].parts = sources[*index].parts.and(module.parts);
            }
        }
    }
}

struct Layout<'c, 'd> {
    file: &'c str,
    specs: &'static Specs,
    palette: &'c Palette,
    tables: Tables<'c>,
    /// The modules below `env_var` and `custom`, in the order of the file.
    many: Vec<String>,
    /// The modules that the formats name themselves, which `$all` leaves out.
    named: HashSet<String>,
    modules: Vec<Module>,
    sources: Vec<Source>,
    part: PartSet,
    /// Whether the part at hand can show facts: a continuation prompt cannot.
    has_facts: bool,
    diagnostics: &'d mut Diagnostics,
}

impl<'c> Layout<'c, '_> {
    fn part(&mut self, format: &Written<'c>, part: PartSet) -> Vec<Node> {
        self.part = part;
        let pieces = format.pieces(self.diagnostics);
        self.pieces(&pieces, format, None)
    }

    /// The format of a mark, which has texts only.
    fn mark(&mut self, text: Option<&'c Text>, default: &'c str) -> Vec<Node> {
        let format = text.map_or_else(|| Written::default(default), Written::from);
        let mut nodes = self.part(&format, PartSet::LEFT);
        nodes.retain(|node| matches!(node, Node::Text { text, .. } if !text.is_empty()));
        nodes
    }

    fn pieces(&mut self, pieces: &[Piece], origin: &Written<'c>, base: Option<Style>) -> Vec<Node> {
        let look = base.map_or(Look::Absent, Look::Fixed);
        let mut nodes = Vec::new();
        for piece in pieces {
            match piece {
                Piece::Text { text, .. } => add(&mut nodes, lines(text, &look)),
                Piece::Variable { name, span } => self.variable(name, span, origin, base, &mut nodes),
                Piece::Group { pieces, style, .. } => {
                    let base = self.style(style, origin);
                    if pieces.is_empty() {
                        let look = base.map_or(Look::Absent, Look::Fixed);
                        nodes.push(Node::Text { text: String::new(), look });
                    } else {
                        add(&mut nodes, self.pieces(pieces, origin, base));
                    }
                }
                Piece::Conditional { pieces, .. } => {
                    let body = self.pieces(pieces, origin, base);
                    if self.always_draws(pieces) {
                        add(&mut nodes, body);
                    } else if body.iter().any(can_draw) {
                        nodes.push(Node::WhenDrawn { body });
                    }
                }
            }
        }
        nodes
    }

    /// Whether one of the variables is a line break or a fill, which are there in any case.
    fn always_draws(&self, pieces: &[Piece]) -> bool {
        let mut always = false;
        format::for_each_variable(pieces, &mut |name, _| {
            let is_in_all = |name: &str| name == "all" && !self.named.contains("line_break");
            let name = if is_in_all(name) { "line_break" } else { name };
            always |= matches!(name, "fill" | "line_break")
                && self.specs.get(name).is_some_and(|spec| !self.is_disabled(name, spec));
        });
        always
    }

    fn style(&mut self, expression: &[StylePart], origin: &Written<'c>) -> Option<Style> {
        let expression = expression.to_vec();
        for part in &expression {
            if let (StylePart::Variable { name, span }, Some(text)) = (part, origin.text) {
                let message = format!("unknown variable `{name}` in a style");
                self.diagnostics.push(
                    Diagnostic::new(Code::UnknownVariable, text.source_span(span.clone()), message)
                        .label("styles of the prompt's own formats have no variables"),
                );
            }
        }
        let expanded = style::expand(&expression, |_, _| "");
        let parsed = style::parse(expanded.as_str(), self.palette);
        if let Some(text) = origin.text {
            parsed
                .check(self.palette, self.diagnostics, |span| Some(text.source_span(expanded.place(span)?)));
        }
        parsed.style()
    }

    fn variable(
        &mut self,
        name: &str,
        span: &Range<usize>,
        origin: &Written<'c>,
        base: Option<Style>,
        nodes: &mut Vec<Node>,
    ) {
        if name != "all" {
            let place = origin.text.map(|text| text.source_span(span.clone()));
            self.named_module(name, place, base, nodes);
            return;
        }
        for spec in self.specs.all() {
            if !self.named.contains(&spec.name) {
                self.named_module(&spec.name, None, base, nodes);
            }
        }
    }

    /// Draws a module by its name; `place` is where a person wrote it.
    fn named_module(
        &mut self,
        name: &str,
        place: Option<Range<usize>>,
        base: Option<Style>,
        nodes: &mut Vec<Node>,
    ) {
        let family = name.split('.').next().unwrap_or(name);
        let Some(spec) = self.specs.get(family).filter(|spec| spec.many || family == name) else {
            if let Some(place) = place {
                self.diagnostics.push(self.unknown(name, place));
            }
            return;
        };
        if spec.many && family == name {
            let all = self
                .many
                .iter()
                .filter(|many| many.split('.').next() == Some(name) && !self.named_apart(many));
            for many in all.cloned().collect::<Vec<_>>() {
                self.module_node(&many, spec, base, nodes);
            }
            return;
        }
        if spec.many && !self.tables.contains_key(name) {
            if let Some(place) = place {
                self.diagnostics.push(self.unknown(name, place));
            }
            return;
        }
        if self.is_disabled(name, spec) {
            if let Some(place) = place {
                let message = format!("the module `{name}` is used but disabled");
                self.diagnostics.push(
                    Diagnostic::new(Code::DisabledModule, place, message)
                        .label("never shown")
                        .help(format!("write `disabled = false` in `[{name}]`")),
                );
            }
            return;
        }
        if !self.has_facts && !matches!(name, "fill" | "line_break") {
            if let Some(place) = place {
                let message = format!("`{name}` cannot be shown here");
                self.diagnostics.push(
                    Diagnostic::new(Code::NoFacts, place, message)
                        .label("the continuation prompt and marks are drawn without facts"),
                );
            }
            return;
        }
        self.module_node(name, spec, base, nodes);
    }

    /// Whether a format names this one of several apart from the others.
    fn named_apart(&self, name: &str) -> bool {
        name.contains('.') && self.named.contains(name)
    }

    fn module_node(
        &mut self,
        name: &str,
        spec: &'static ModuleSpec,
        base: Option<Style>,
        nodes: &mut Vec<Node>,
    ) {
        if self.is_disabled(name, spec) {
            return;
        }
        match name {
            "line_break" => nodes.push(Node::Newline),
            "fill" => {
                let table = self.tables.get(name).map(|configured| configured.table);
                let lowering = Lowering::new(spec, table, self.palette, self.diagnostics);
                let (symbol, style) =
                    (lowering.option_text("symbol").value, lowering.option_text("style").value);
                let look =
                    style::parse(&style, self.palette).style().or(base).map_or(Look::Absent, Look::Fixed);
                nodes.push(Node::Fill { symbol, look });
            }
            _ => {
                let index = self.drawn_module(name, spec);
                nodes.push(Node::Module { ident: self.modules[index].ident.clone(), base });
            }
        }
    }

    /// The index of a module that is drawn, with what it draws.
    fn drawn_module(&mut self, name: &str, spec: &'static ModuleSpec) -> usize {
        let index = self.module(name, spec);
        self.modules[index].parts = self.modules[index].parts.and(self.part);
        if self.modules[index].draw.is_some() {
            return index;
        }
        let table = self.tables.get(name).map(|configured| configured.table);
        let mut lowering = Lowering::new(spec, table, self.palette, self.diagnostics);
        let draw = lowering.module();
        let format = lowering.option_text("format").value;
        let used = lowering.facts;
        let facts = spec
            .facts
            .iter()
            .enumerate()
            .map(|(at, fact)| match fact {
                FactSpec::Request => FactUse::Request,
                _ if at > 0 && !used.contains(&at) => FactUse::Unused,
                fact => FactUse::Source(self.source(index, fact)),
            })
            .collect();
        let module = &mut self.modules[index];
        (module.draw, module.format, module.facts) = (Some(draw), format, facts);
        index
    }

    /// The index of a module, drawn or not.
    fn module(&mut self, name: &str, spec: &'static ModuleSpec) -> usize {
        if let Some(index) = self.modules.iter().position(|module| module.name == name) {
            return index;
        }
        let configured = self.tables.get(name);
        let ident = self.fresh(snake_case(name));
        self.modules.push(Module {
            name: name.to_owned(),
            ident,
            spec,
            options: configured.map(|configured| configured.options.clone()).unwrap_or_default(),
            facts: Vec::new(),
            draw: None,
            format: String::new(),
            line: configured.map(|configured| self.line(configured.at)),
            parts: PartSet::MODULES,
        });
        self.modules.len() - 1
    }

    /// The name, with a number after it if something has it already.
    fn fresh(&self, name: String) -> String {
        let is_taken = |name: &String| {
            let modules = self.modules.iter().map(|module| &module.ident);
            modules.chain(self.sources.iter().map(|source| &source.ident)).any(|taken| taken == name)
        };
        let numbered = (2..).map(|number| format!("{name}_{number}"));
        std::iter::once(name.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(name)
    }

    /// The line of a byte of the file, from 1.
    fn line(&self, at: usize) -> usize {
        self.file.get(..at).unwrap_or(self.file).matches('\n').count() + 1
    }

    /// The index of a source that a module needs.
    fn source(&mut self, of: usize, fact: &'static FactSpec) -> usize {
        let (kind, ident) = match fact {
            FactSpec::Unit { path, manifest } => (SourceKind::Unit(path.clone()), manifest.name.clone()),
            FactSpec::Module(name) => {
                let index = match self.specs.get(name) {
                    Some(spec) => self.module(name, spec),
                    None => of,
                };
                (SourceKind::Module(index), self.modules[index].ident.clone())
            }
            FactSpec::Own(_) | FactSpec::Request => (SourceKind::Module(of), self.modules[of].ident.clone()),
        };
        if let Some(index) = self.sources.iter().position(|source| source.kind == kind) {
            return index;
        }
        let ident = if matches!(kind, SourceKind::Unit(_)) { self.fresh(ident) } else { ident };
        let manifest = self.manifest(fact);
        self.sources.push(Source {
            ident,
            kind,
            manifest,
            parts: PartSet::MODULES,
            keeping: CacheLimits::default(),
        });
        self.sources.len() - 1
    }

    /// What a source reads, where its options are the defaults.
    fn manifest(&self, fact: &'static FactSpec) -> Option<&'static ManifestSpec> {
        match fact {
            FactSpec::Own(manifest) | FactSpec::Unit { manifest, .. } => Some(manifest),
            FactSpec::Module(name) => self.specs.get(name)?.facts.iter().find_map(|fact| match fact {
                FactSpec::Own(manifest) => Some(manifest),
                _ => None,
            }),
            FactSpec::Request => None,
        }
    }

    fn is_disabled(&self, name: &str, spec: &ModuleSpec) -> bool {
        let configured = self.tables.get(name).and_then(|configured| {
            configured.options.iter().find(|(option, _)| option == "disabled").map(|(_, value)| value.clone())
        });
        let value = configured.or_else(|| specs::option(spec, "disabled").and_then(default));
        value == Some(Value::Bool(true))
    }

    fn unknown(&self, name: &str, place: Range<usize>) -> Diagnostic {
        let family = name.split('.').next().unwrap_or(name);
        if specs::is_not_yet(family) {
            return Diagnostic::new(Code::NotYet, place, format!("the module `{name}` is not built yet"))
                .label("nothing is shown for it");
        }
        let names =
            self.specs.iter().map(|spec| spec.name.as_str()).chain(self.tables.keys().map(String::as_str));
        Diagnostic::new(Code::UnknownModule, place, format!("unknown module `{name}`"))
            .label(if name.contains('.') { "there is no such table" } else { "no module has this name" })
            .maybe_help(nearest(name, names).map(|name| {
                if name.contains('.') { format!("write `${{{name}}}`") } else { format!("write `${name}`") }
            }))
    }
}

/// Takes the line breaks out of a part that is one line.
fn on_one_line(nodes: &mut Vec<Node>) {
    nodes.retain(|node| *node != Node::Newline);
    for node in nodes {
        if let Node::WhenDrawn { body } = node {
            on_one_line(body);
        }
    }
}

/// Whether a step can draw text of a module.
fn can_draw(node: &Node) -> bool {
    match node {
        Node::Module { .. } => true,
        Node::WhenDrawn { body } => body.iter().any(can_draw),
        _ => false,
    }
}

/// A name of a module or type as an identifier: `env_var.PAGER-2` and `GitHead` are `env_var_pager_2` and `git_head`.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut was_lower = false;
    for c in name.chars() {
        let begins_word = !c.is_ascii_alphanumeric() || c.is_ascii_uppercase() && was_lower;
        if begins_word && !snake.ends_with('_') {
            snake.push('_');
        }
        if c.is_ascii_alphanumeric() {
            snake.push(c.to_ascii_lowercase());
        }
        was_lower = c.is_ascii_lowercase();
    }
    snake.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::snake_case;

    #[test]
    fn names_become_identifiers() {
        for (name, ident) in [
            ("rust", "rust"),
            ("GitHead", "git_head"),
            ("env_var.PAGER-2", "env_var_pager_2"),
            ("custom.a--b", "custom_a_b"),
            ("custom.日本", "custom"),
            ("custom.x→", "custom_x"),
        ] {
            assert_eq!(snake_case(name), ident);
        }
    }
}
