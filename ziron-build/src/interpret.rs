//! The interpreter: draws a plan from canned facts without compiling it.
//!
//! It walks the same nodes from which the emitter writes code, so that a preview shows what the compiled prompt will. A
//! test holds the two together.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use ziron_compiler::plan::{Access, Arm, FactUse, Look, Module, Node, Plan, Test};
use ziron_compiler::syntax::style;
use ziron_modules::Interpreted;
use ziron_runtime::pen::{Color, DrawMark, Literal, Pen, Profile, Style, escape};
use ziron_runtime::scenario::FactSet;
use ziron_runtime::segment::{Choice, VarValue, Vars};
use ziron_runtime::shell::Shell;
use ziron_runtime::source::Health;

/// One part of a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The left prompt, with the empty line before it if there is one.
    Left,
    /// The right prompt.
    Right,
    /// The prompt of a continued line.
    Continuation,
    /// What stays of the left prompt.
    TransientLeft,
    /// What stays of the right prompt.
    TransientRight,
}

/// A plan that is ready to be drawn.
pub struct Interpreter<'p> {
    plan: &'p Plan,
    /// The modules that this program has, with their options, by identifier.
    modules: HashMap<&'p str, (&'p Module, Box<dyn Interpreted>)>,
}

impl std::fmt::Debug for Interpreter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interpreter").field("plan", self.plan).finish_non_exhaustive()
    }
}

impl<'p> Interpreter<'p> {
    /// Prepares a plan. Modules that this program was built without are not drawn.
    pub fn new(plan: &'p Plan) -> Interpreter<'p> {
        let registry = ziron_modules::registry();
        let modules = plan.modules.iter().filter_map(|module| {
            let registered = registry.iter().find(|registered| registered.spec.name == module.spec.name)?;
            let mut made = (registered.make)();
            for (name, value) in &module.options {
                made.set(name, value);
            }
            Some((module.ident.as_str(), (module, made)))
        });
        Interpreter { plan, modules: modules.collect() }
    }

    /// Draws a part with these facts, for the shell and the width that their request names.
    pub fn draw(&self, part: Part, facts: &FactSet, colors: bool) -> Vec<u8> {
        self.draw_in(Profile::Unicode, part, facts, colors)
    }

    /// Draws a part for a terminal that may have ASCII only, or for a screen reader.
    pub fn draw_in(&self, profile: Profile, part: Part, facts: &FactSet, colors: bool) -> Vec<u8> {
        let mut out = Vec::new();
        let request = &facts.request;
        let pen = Pen::new(&mut out, request.shell, request.terminal_columns);
        let mut pen = pen.colored(colors).in_profile(profile);
        if matches!(part, Part::Right | Part::TransientRight) {
            pen = pen.on_one_line();
        }
        let parts = &self.plan.parts;
        let nodes = match part {
            Part::Left => &parts.left,
            Part::Right => &parts.right,
            Part::Continuation => &parts.continuation,
            Part::TransientLeft => &parts.transient_left,
            Part::TransientRight => &parts.transient_right,
        };
        if part == Part::Left && self.plan.settings.add_newline {
            pen.newline();
        }
        Drawing { interpreter: self, facts, scopes: Vec::new() }.nodes(nodes, &mut pen);
        pen.finish();
        out
    }
}

/// The variables of a scope.
#[derive(Clone, Copy)]
enum Scope<'v> {
    Fields(&'v dyn Vars),
    Arm(&'v dyn Choice),
}

/// One drawing: the scopes are those that the walk is in.
struct Drawing<'i, 'v> {
    interpreter: &'i Interpreter<'i>,
    facts: &'i FactSet,
    scopes: Vec<Scope<'v>>,
}

impl<'i, 'v> Drawing<'i, 'v> {
    fn nodes(&mut self, nodes: &[Node], pen: &mut Pen<'_>) {
        for node in nodes {
            self.node(node, pen);
        }
    }

    fn node(&mut self, node: &Node, pen: &mut Pen<'_>) {
        match node {
            Node::Text { text, look } => {
                self.look(look, pen);
                literal(text, pen);
            }
            Node::Newline => pen.newline(),
            Node::Datum { access, look } => {
                self.look(look, pen);
                if let Some(VarValue::Datum(datum)) = self.value(access) {
                    pen.put(datum);
                }
            }
            Node::Choice { access, arms, .. } => {
                if let Some(VarValue::Choice(Some(choice))) = self.value(access) {
                    let Some(Arm { body, .. }) = arms.get(choice.arm()) else { return };
                    self.scoped(Scope::Arm(choice), |this| this.nodes(body, pen));
                }
            }
            Node::Item { access, body } => {
                if let Some(VarValue::Item(Some(item))) = self.value(access) {
                    self.scoped(Scope::Fields(item), |this| this.nodes(body, pen));
                }
            }
            Node::Each { access, separator, body } => {
                let Some(VarValue::Each(each)) = self.value(access) else { return };
                for (index, item) in (0..each.count()).filter_map(|index| each.nth(index)).enumerate() {
                    if index > 0 {
                        self.nodes(separator, pen);
                    }
                    self.scoped(Scope::Fields(item), |this| this.nodes(body, pen));
                }
            }
            Node::Spoken { word, body } => {
                pen.begin_spoken(intern(word));
                self.nodes(body, pen);
                pen.end_spoken();
            }
            Node::If { test, body } => {
                if self.test(test) {
                    self.nodes(body, pen);
                }
            }
            Node::Module { ident, base } => {
                pen.set_base_style(base.map_or(Style::PLAIN, runtime_style));
                self.module(ident, pen);
                pen.set_base_style(Style::PLAIN);
            }
            Node::Fill { symbol, look } => {
                self.look(look, pen);
                pen.fill(intern(symbol));
            }
            Node::WhenDrawn { body } => {
                let mark = pen.mark();
                self.nodes(body, pen);
                pen.keep_if_drawn(mark);
            }
        }
    }

    fn module(&self, ident: &str, pen: &mut Pen<'_>) {
        let Some((module, made)) = self.interpreter.modules.get(ident) else { return };
        let sources = &self.interpreter.plan.sources;
        let name = |fact: &FactUse| match fact {
            FactUse::Source(index) => sources[*index].ident.as_str(),
            FactUse::Request | FactUse::Unused => "",
        };
        let names: Vec<&str> = module.facts.iter().map(name).collect();
        let (interpreter, facts) = (self.interpreter, self.facts);
        let health = names.iter().map(|name| facts.health(name)).fold(Health::GOOD, Health::and);
        let failed = &self.interpreter.plan.parts.failed;
        let draw_failed = |pen: &mut Pen<'_>| {
            Drawing { interpreter, facts, scopes: Vec::new() }.nodes(failed, pen);
        };
        let mark = (!failed.is_empty()).then_some(&draw_failed as DrawMark<'_>);
        made.with_vars(facts, &names, &mut |vars| {
            let Some(nodes) = &module.draw else { return };
            let Some(vars) = vars else { return pen.omit_module(health, &module.name, mark) };
            pen.begin_module(health);
            Drawing { interpreter, facts, scopes: vec![Scope::Fields(vars)] }.nodes(nodes, pen);
            pen.end_module_marked(&module.name, mark);
        });
    }

    fn scoped(&mut self, scope: Scope<'v>, draw: impl FnOnce(&mut Self)) {
        self.scopes.push(scope);
        draw(self);
        self.scopes.pop();
    }

    fn value(&self, access: &Access) -> Option<VarValue<'v>> {
        match *self.scopes.get(access.depth)? {
            Scope::Fields(vars) => vars.get(&access.name),
            Scope::Arm(choice) => choice.get(&access.name),
        }
    }

    fn look(&self, look: &Look, pen: &mut Pen<'_>) {
        match look {
            Look::Absent => pen.reset_style(),
            Look::Fixed(style) => pen.set_style(runtime_style(*style)),
            Look::Choice { access, arms, .. } => {
                if let Some(VarValue::Choice(Some(choice))) = self.value(access)
                    && let Some((_, look)) = arms.get(choice.arm())
                {
                    self.look(look, pen);
                }
            }
        }
    }

    fn test(&mut self, test: &Test) -> bool {
        match test {
            Test::Always => true,
            Test::Any(tests) => tests.iter().any(|test| self.test(test)),
            Test::Datum(access) => {
                matches!(self.value(access), Some(VarValue::Datum(datum)) if !datum.is_empty())
            }
            Test::Each(access) => {
                matches!(self.value(access), Some(VarValue::Each(each)) if each.count() > 0)
            }
            Test::Item(access, inner) => match self.value(access) {
                Some(VarValue::Item(Some(item))) => self.passes(Scope::Fields(item), inner),
                _ => false,
            },
            Test::Choice { access, arms, .. } => match self.value(access) {
                Some(VarValue::Choice(Some(choice))) => {
                    arms.get(choice.arm()).is_some_and(|(_, _, test)| self.passes(Scope::Arm(choice), test))
                }
                _ => false,
            },
        }
    }

    fn passes(&mut self, scope: Scope<'v>, test: &Test) -> bool {
        self.scopes.push(scope);
        let passes = self.test(test);
        self.scopes.pop();
        passes
    }
}

/// Draws a literal as compiled code does: in the form of each shell, if one sees something special in it.
fn literal(text: &str, pen: &mut Pen<'_>) {
    let [zsh, bash, tcsh] = [Shell::Zsh, Shell::Bash, Shell::Tcsh].map(|shell| intern(&escape(shell, text)));
    pen.escaped(&Literal { plain: intern(text), zsh, bash, tcsh });
}

/// Keeps a text for the rest of the process, once: what a pen calls a literal lives for ever in compiled code.
fn intern(text: &str) -> &'static str {
    static TEXTS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
    let texts = texts.get_or_insert_default();
    if let Some(text) = texts.get(text) {
        return text;
    }
    let text: &'static str = String::leak(text.to_owned());
    texts.insert(text);
    text
}

/// A style of the compiler's as the pen's.
fn runtime_style(style: style::Style) -> Style {
    let color = |color| match color {
        style::Color::Ansi(n) => Color::Ansi(n),
        style::Color::Fixed(n) => Color::Fixed(n),
        style::Color::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
        style::Color::PrevFg => Color::PrevFg,
        style::Color::PrevBg => Color::PrevBg,
    };
    let mut runtime = Style::new().with_attributes(style.attributes.bits());
    if let Some(fg) = style.fg {
        runtime = runtime.fg(color(fg));
    }
    if let Some(bg) = style.bg {
        runtime = runtime.bg(color(bg));
    }
    runtime
}
