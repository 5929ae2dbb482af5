//! Drawing a plan's nodes: the same steps that the emitter writes as calls on the pen.

use ziron_compiler::plan::{Access, Arm, FactUse, Look, Node, Test};
use ziron_compiler::syntax::style;
use ziron_runtime::gather::Facts;
use ziron_runtime::pen::{Color, DrawMark, Pen, Style};
use ziron_runtime::segment::{Choice, VarValue, Vars};
use ziron_runtime::source::Health;

use super::Interpreter;

/// Draws a part.
pub(super) fn nodes(
    interpreter: &'static Interpreter,
    nodes: &'static [Node],
    facts: &Facts<'_>,
    pen: &mut Pen<'_>,
) {
    Drawing { interpreter, facts: Some(facts), scopes: Vec::new() }.nodes(nodes, pen);
}

/// Draws a part that needs no facts.
pub(super) fn fixed(interpreter: &'static Interpreter, nodes: &'static [Node], pen: &mut Pen<'_>) {
    Drawing { interpreter, facts: None, scopes: Vec::new() }.nodes(nodes, pen);
}

/// Draws a module.
pub(super) fn module(interpreter: &'static Interpreter, module: usize, facts: &Facts<'_>, pen: &mut Pen<'_>) {
    Drawing { interpreter, facts: Some(facts), scopes: Vec::new() }.module(module, pen);
}

/// The variables of a scope.
#[derive(Clone, Copy)]
enum Scope<'v> {
    Fields(&'v dyn Vars),
    Arm(&'v dyn Choice),
}

/// One drawing: the scopes are those that the walk is in.
struct Drawing<'f, 'v> {
    interpreter: &'static Interpreter,
    /// `None` for parts that need none.
    facts: Option<&'f Facts<'f>>,
    scopes: Vec<Scope<'v>>,
}

impl<'v> Drawing<'_, 'v> {
    fn nodes(&mut self, nodes: &'static [Node], pen: &mut Pen<'_>) {
        for node in nodes {
            self.node(node, pen);
        }
    }

    fn node(&mut self, node: &'static Node, pen: &mut Pen<'_>) {
        match node {
            Node::Text { text, look } => {
                self.look(look, pen);
                if let Some(literal) = self.interpreter.literals.get(text.as_str()) {
                    pen.escaped(literal);
                }
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
                pen.begin_spoken(word);
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
                if let Some(module) = self.interpreter.idents.get(ident.as_str()) {
                    self.module(*module, pen);
                }
                pen.set_base_style(Style::PLAIN);
            }
            Node::Fill { symbol, look } => {
                self.look(look, pen);
                pen.fill(symbol);
            }
            Node::WhenDrawn { body } => {
                let mark = pen.mark();
                self.nodes(body, pen);
                pen.keep_if_drawn(mark);
            }
        }
    }

    fn module(&self, module: usize, pen: &mut Pen<'_>) {
        let (interpreter, Some(facts)) = (self.interpreter, self.facts) else { return };
        let (module, made) = (&interpreter.plan.modules[module], interpreter.modules[module]);
        let Some(nodes) = &module.draw else { return };
        let place = |fact: &FactUse| match fact {
            FactUse::Source(place) => *place,
            // Behind the last source there is no fact.
            FactUse::Request | FactUse::Unused => usize::MAX,
        };
        let places: Vec<usize> = module.facts.iter().map(place).collect();
        let health = places.iter().map(|place| facts.health(*place)).fold(Health::GOOD, Health::and);
        let failed = interpreter.plan.parts.failed.as_slice();
        let draw_failed = |pen: &mut Pen<'_>| fixed(interpreter, failed, pen);
        let mark = (!failed.is_empty()).then_some(&draw_failed as DrawMark<'_>);
        made.with_vars(facts, &places, &mut |vars| {
            let Some(vars) = vars else { return pen.omit_module(health, &module.name, mark) };
            pen.begin_module(health);
            Drawing { interpreter, facts: self.facts, scopes: vec![Scope::Fields(vars)] }.nodes(nodes, pen);
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
