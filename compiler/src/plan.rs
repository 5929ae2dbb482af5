//! The plan: a configuration, resolved.
//!
//! Formats are taken apart into [`Node`]s whose variables and styles are looked up; options are checked; every module
//! and source that the prompt needs is listed, and no other. The [`emitter`](crate::emit) writes a plan as Rust; the
//! interpreter draws it as it is.

mod background;
mod cache;
mod extras;
mod layout;
mod look;
mod lower;
mod module;
mod options;
mod settings;
mod variables;

use ziron_runtime::prelude::Extras;
use ziron_runtime::prompt::Settings;
use ziron_runtime::spec::{ManifestSpec, ModuleSpec, Value};

pub use ziron_runtime::gather::Parts as PartSet;

pub use background::BackgroundMode;
pub use cache::{Backend, Cache, CacheLimits, Policy};
pub use variables::variables;

use crate::diagnostic::Diagnostics;
use crate::syntax::style::Style;
use crate::syntax::toml;

/// A configuration, resolved.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is said about the prompt as a whole.
    pub settings: Settings,
    /// What the terminal is sent besides the prompt.
    pub extras: Extras,
    /// Whether the program writes traces and metrics for OpenTelemetry.
    pub opentelemetry: bool,
    /// What the configuration says about the background mode.
    pub background: BackgroundMode,
    /// What it says about remembering facts.
    pub cache: Cache,
    /// The modules, in the order in which they are drawn first.
    pub modules: Vec<Module>,
    /// The sources, in the order in which they are begun: the most expensive first would need their manifests, so as
    /// they are needed.
    pub sources: Vec<Source>,
    /// What the parts of the prompt draw.
    pub parts: Parts,
}

/// What the parts of a prompt draw.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// The left prompt.
    pub left: Vec<Node>,
    /// The right prompt.
    pub right: Vec<Node>,
    /// The prompt of a continued line.
    pub continuation: Vec<Node>,
    /// What stays of the left prompt.
    pub transient_left: Vec<Node>,
    /// What stays of the right prompt.
    pub transient_right: Vec<Node>,
    /// What the window is called.
    pub title: Vec<Node>,
    /// What is said about a finished command.
    pub footer: Vec<Node>,
    /// What stands for something that could not be read: texts only.
    pub failed: Vec<Node>,
    /// What says that the configuration has changed since the prompt was built: texts only.
    pub outdated: Vec<Node>,
}

/// One module of a plan: a table of the configuration, or a module without one.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its name: `rust`, `env_var.EDITOR`.
    pub name: String,
    /// The same as an identifier: `rust`, `env_var_editor`.
    pub ident: String,
    /// What it tells about itself.
    pub spec: &'static ModuleSpec,
    /// The options that are not the defaults.
    pub options: Vec<(String, Value)>,
    /// The facts it draws, in the order its segment takes them.
    pub facts: Vec<FactUse>,
    /// What it draws; `None` if it only lends its source to another module.
    pub draw: Option<Vec<Node>>,
    /// The format it is drawn with, for people.
    pub format: String,
    /// The line of its table in the configuration, from 1.
    pub line: Option<usize>,
    /// The parts that show it; drawn alone, it is one of [`PartSet::MODULES`].
    pub parts: PartSet,
}

/// One fact of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactUse {
    /// What the shell said.
    Request,
    /// What a source of the plan finds: its index.
    Source(usize),
    /// Nothing that is drawn needs it.
    Unused,
}

/// One source of a plan.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name of its field among the facts.
    pub ident: String,
    /// What it is.
    pub kind: SourceKind,
    /// What it reads, where its options are the defaults.
    pub manifest: Option<&'static ManifestSpec>,
    /// The parts that need it.
    pub parts: PartSet,
    /// What the configuration says about remembering its facts.
    pub keeping: CacheLimits,
}

/// What a source is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// The options of a module: its index.
    Module(usize),
    /// A type without options: its path below the modules' crate.
    Unit(String),
}

/// One step of a drawing.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Draws a literal on one line; it may be empty.
    Text {
        /// The literal.
        text: String,
        /// Its style.
        look: Look,
    },
    /// Ends the line.
    Newline,
    /// Draws a variable.
    Datum {
        /// Where its value is.
        access: Access,
        /// Its style.
        look: Look,
    },
    /// Draws what a variable chooses.
    Choice {
        /// Where its value is.
        access: Access,
        /// The path of the enum below the modules' crate.
        path: String,
        /// Whether there may be none.
        optional: bool,
        /// What can be chosen.
        arms: Vec<Arm>,
    },
    /// Draws a variable that has variables of its own, if it is there.
    Item {
        /// Where its value is.
        access: Access,
        /// What is drawn.
        body: Vec<Node>,
    },
    /// Draws each of several things.
    Each {
        /// Where they are.
        access: Access,
        /// What is drawn between.
        separator: Vec<Node>,
        /// What is drawn of each.
        body: Vec<Node>,
    },
    /// Draws the body, whose texts are symbols; a screen reader is given a word in their place.
    Spoken {
        /// The word.
        word: String,
        /// What is drawn.
        body: Vec<Node>,
    },
    /// Draws the body if the test says so.
    If {
        /// The test.
        test: Test,
        /// What is drawn.
        body: Vec<Node>,
    },
    /// Draws a module of the plan. Only in parts.
    Module {
        /// Its identifier.
        ident: String,
        /// The style of what has none of its own.
        base: Option<Style>,
    },
    /// Fills the free room of the line. Only in parts.
    Fill {
        /// With what.
        symbol: String,
        /// Its style.
        look: Look,
    },
    /// Draws the body if a module in it draws anything. Only in parts.
    WhenDrawn {
        /// What is drawn.
        body: Vec<Node>,
    },
}

/// One variant of a choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// The variant.
    pub variant: String,
    /// The variables in it that are drawn or tested.
    pub fields: Vec<String>,
    /// What is drawn.
    pub body: Vec<Node>,
}

/// Where the value of a variable is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// How many scopes to go in from the module's own variables: each item, each of several and each arm is one.
    pub depth: usize,
    /// The name of the variable.
    pub name: String,
}

/// The style of a piece.
#[derive(Clone, Debug, PartialEq)]
pub enum Look {
    /// None of its own: that of the group around the module.
    Absent,
    /// A style.
    Fixed(Style),
    /// The style that a variable chooses.
    Choice {
        /// Where its value is.
        access: Access,
        /// The path of the enum below the modules' crate.
        path: String,
        /// The variants and their styles.
        arms: Vec<(String, Look)>,
    },
}

/// Whether something would be drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Yes.
    Always,
    /// If any of these.
    Any(Vec<Test>),
    /// If a variable is not empty.
    Datum(Access),
    /// If an item is there and passes.
    Item(Access, Box<Test>),
    /// If there is one of several.
    Each(Access),
    /// If a choice was made, and what it chose passes.
    Choice {
        /// Where its value is.
        access: Access,
        /// The path of the enum below the modules' crate.
        path: String,
        /// Whether there may be none.
        optional: bool,
        /// The variants, the variables in them that are tested, and their tests.
        arms: Vec<(String, Vec<String>, Test)>,
    },
}

impl Test {
    /// A test that never passes.
    pub const NEVER: Test = Test::Any(Vec::new());

    /// Passes if any does; simplified.
    fn any(tests: impl IntoIterator<Item = Test>) -> Test {
        let mut all = Vec::new();
        for test in tests {
            match test {
                Test::Always => return Test::Always,
                Test::Any(tests) => all.extend(tests),
                test if all.contains(&test) => {}
                test => all.push(test),
            }
        }
        if all.len() == 1 { all.remove(0) } else { Test::Any(all) }
    }
}

/// Resolves a configuration that has been read. The plan is complete even if there are errors, but then it is not to be
/// built.
pub fn plan(file: &str, root: &toml::Table, diagnostics: &mut Diagnostics) -> Plan {
    layout::plan(file, root, diagnostics)
}

/// Shows all texts of these nodes to `with`, in the order of the drawing.
pub fn each_text<'n>(nodes: &'n [Node], with: &mut impl FnMut(&'n str)) {
    for node in nodes {
        match node {
            Node::Text { text, .. } => with(text),
            Node::Choice { arms, .. } => arms.iter().for_each(|arm| each_text(&arm.body, with)),
            Node::Each { separator, body, .. } => {
                each_text(separator, with);
                each_text(body, with);
            }
            Node::Item { body, .. }
            | Node::Spoken { body, .. }
            | Node::If { body, .. }
            | Node::WhenDrawn { body } => each_text(body, with),
            Node::Newline | Node::Datum { .. } | Node::Module { .. } | Node::Fill { .. } => {}
        }
    }
}
