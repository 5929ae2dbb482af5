//! Specifications: what a module tells the compiler and the documentation about itself.
//!
//! They are derived from the modules' types, written to `compiler/specs.toml` and checked by a test. Nothing of this is
//! in a generated binary: nobody calls it there.

mod file;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::source::{Manifest, Source};

pub use file::{SpecsFile, TableSpec};

/// What a module tells about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModuleSpec {
    /// Its name in a configuration.
    pub name: String,
    /// What it shows, for its users.
    pub doc: String,
    /// Its place in `$all`, if it is part of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// The path of its type below the modules' crate: `core::character::Character`.
    pub path: String,
    /// The constant that holds its defaults, if it is not `TYPE::DEFAULT`: a row of the tool table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    /// The cargo feature it needs, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// Whether it stands for every table below its own: `env_var` and `custom`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub many: bool,
    /// The facts it draws, in the order its segment takes them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactSpec>,
    /// The format with which drawing begins; `$format` if nothing else is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
    /// Its options.
    pub options: Vec<OptionSpec>,
    /// Its variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vars: Vec<VarSpec>,
    /// Variables that stand for a piece of format.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<AliasSpec>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde wants a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// One fact that a segment draws.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactSpec {
    /// What the shell said.
    Request,
    /// What the module's own source finds.
    Own(ManifestSpec),
    /// What another module's source finds.
    Module(String),
    /// What a source without options finds.
    Unit {
        /// The path of its type below the modules' crate.
        path: String,
        /// What it reads.
        manifest: ManifestSpec,
    },
}

/// What a source reads and costs, where its options are the defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestSpec {
    /// The name of the source.
    pub name: String,
    /// How expensive it is.
    pub cost: String,
    /// How long a fact holds.
    pub policy: String,
    /// The variables of the environment that it reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// The files that it looks for or reads.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
    /// The programs that it may run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<String>,
    /// The names of the events that make its facts old.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
}

impl ManifestSpec {
    /// Describes a source.
    pub fn of<S: Source>(source: &S) -> ManifestSpec {
        let Manifest { env, files, programs, events, cost, policy } = source.manifest();
        let env = env.into_iter().map(ToOwned::to_owned).collect();
        let events = events.into_iter().map(|trigger| trigger.name().to_owned()).collect();
        let (name, cost, policy) = (source.name().to_owned(), cost.to_string(), policy.to_string());
        ManifestSpec { name, cost, policy, env, files, programs, events }
    }
}

/// One option of a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionSpec {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: OptionKind,
    /// Its default, written in TOML; `None` if it is unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The option whose format or style it has where it is unset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// What it does, for users.
    pub doc: String,
    /// Its unit: "ms", "columns".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Other names that are accepted for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Whether format strings can use it as a variable.
    #[serde(default, skip_serializing_if = "is_false")]
    pub var: bool,
    /// How it names variables of the environment that the module's source reads, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Naming>,
}

/// How an option names variables of the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// It is the name of one, or a list of such; a leading `!` is not part of a name.
    Variables,
    /// It is a script that uses them.
    Script,
}

/// What an option holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptionKind {
    /// `true` or `false`.
    Bool,
    /// A whole number, not negative.
    Unsigned,
    /// `true`, `false`, or nothing.
    OptionalBool,
    /// A whole number that is not negative, or nothing.
    OptionalUnsigned,
    /// A whole number.
    Integer,
    /// Text.
    Text,
    /// Text, or nothing.
    OptionalText,
    /// A format string.
    Format,
    /// A style string.
    Style,
    /// A style string, or nothing.
    OptionalStyle,
    /// A list of texts.
    Texts,
    /// A list of command lines, each a list of words.
    Commands,
    /// A command line: a list of words, or one word.
    Command,
    /// A table from text to text.
    TextTable,
    /// The directory module's substitutions.
    Substitutions,
    /// `true`, `false` or a command: a custom module's `when`.
    Condition,
}

/// One variable of a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VarSpec {
    /// Its name.
    pub name: String,
    /// What it shows, for users.
    pub doc: String,
    /// How it is drawn.
    pub kind: VarKind,
    /// The fact it needs besides the first one: an index into the module's facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<usize>,
}

/// How a variable is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VarKind {
    /// As data.
    Datum,
    /// With the format that the value chooses.
    Choice {
        /// The path of the enum below the modules' crate.
        path: String,
        /// Whether there may be none.
        optional: bool,
        /// Whether any text of its counts as something in a conditional. Otherwise only its variables do: starship's
        /// rule for most symbols.
        #[serde(default, skip_serializing_if = "is_false")]
        drawn: bool,
        /// What can be chosen.
        arms: Vec<ArmSpec>,
    },
    /// With the format of one option.
    Item {
        /// The option.
        option: String,
        /// Variables of that format, besides those around it.
        vars: Vec<VarSpec>,
    },
    /// Each with the format of one option, joined by the text of another.
    Each {
        /// The option that holds the format.
        option: String,
        /// The option that holds the text between.
        separator: String,
        /// Variables of that format, besides those around it.
        vars: Vec<VarSpec>,
    },
    /// Not drawn: a style that the value chooses.
    Style {
        /// The path of the enum below the modules' crate.
        path: String,
        /// What can be chosen.
        arms: Vec<ArmSpec>,
    },
}

impl VarKind {
    /// Rewrites the paths of the types in it.
    pub fn map_paths(&mut self, rewrite: &impl Fn(&str) -> String) {
        let inside = |vars: &mut Vec<VarSpec>| vars.iter_mut().for_each(|var| var.kind.map_paths(rewrite));
        match self {
            VarKind::Datum => {}
            VarKind::Choice { path, arms, .. } | VarKind::Style { path, arms } => {
                *path = rewrite(path);
                for arm in arms {
                    inside(&mut arm.vars);
                }
            }
            VarKind::Item { vars, .. } | VarKind::Each { vars, .. } => inside(vars),
        }
    }
}

/// One variant of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArmSpec {
    /// The variant.
    pub variant: String,
    /// The option that holds its format or style.
    pub option: String,
    /// Variables that the variant holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vars: Vec<VarSpec>,
}

/// A variable that stands for a piece of format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasSpec {
    /// Its name.
    pub name: String,
    /// The format it stands for.
    pub format: String,
}

/// A module's options: a struct whose defaults are known at compile time. Derived.
pub trait Options: Sized {
    /// Describes the options with this value's contents as the defaults.
    fn options(&self) -> Vec<OptionSpec>;

    /// Sets an option from a checked value; false if there is no such option or the value does not fit.
    fn set(&mut self, name: &str, value: &Value) -> bool;

    /// Shows a visitor the sources that the module names by their types, its own among them: neither the request nor
    /// what another module's source finds.
    fn visit_sources(&'static self, visitor: &mut impl SourceVisitor);
}

/// Does something with each source of a module.
pub trait SourceVisitor {
    /// Visits the source of the fact at this place among those that the module draws.
    fn visit<S: Source>(&mut self, fact: usize, source: &'static S);
}

/// A checked value of an option, for the interpreter.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// A table, in the order of the file.
    Table(Vec<(String, Value)>),
}

/// A type that an option can have.
pub trait OptionValue: Sized {
    /// What it holds.
    const KIND: OptionKind;

    /// Writes it in TOML; `None` if it is unset.
    fn to_toml(&self) -> Option<String>;

    /// Reads it from a checked value. Text is leaked: the interpreter lives as long as its configuration.
    fn from_value(value: &Value) -> Option<Self>;
}

/// A format string; generated code holds its drawing instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format(pub &'static str);

/// A style string; generated code holds the style instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StyleText(pub &'static str);

fn leak(text: &str) -> &'static str {
    String::leak(text.to_owned())
}

/// Writes a text as a basic string of TOML.
pub fn toml_string(text: &str) -> String {
    struct Basic<'a>(&'a str);
    impl fmt::Display for Basic<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("\"")?;
            for c in self.0.chars() {
                match c {
                    '"' => f.write_str("\\\"")?,
                    '\\' => f.write_str("\\\\")?,
                    '\n' => f.write_str("\\n")?,
                    c if c.is_control() => write!(f, "\\u{:04X}", u32::from(c))?,
                    c => write!(f, "{c}")?,
                }
            }
            f.write_str("\"")
        }
    }
    Basic(text).to_string()
}

fn toml_list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(", "))
}

macro_rules! text_values {
    ($($type:ty, $kind:ident, $get:expr, $make:expr;)*) => {$(
        impl OptionValue for $type {
            const KIND: OptionKind = OptionKind::$kind;

            fn to_toml(&self) -> Option<String> {
                #[allow(clippy::redundant_closure_call, reason = "one macro for newtypes and plain text")]
                let text: Option<&'static str> = ($get)(self);
                text.map(toml_string)
            }

            fn from_value(value: &Value) -> Option<Self> {
                let Value::Text(text) = value else { return None };
                #[allow(clippy::redundant_closure_call, reason = "one macro for newtypes and plain text")]
                Some(($make)(leak(text)))
            }
        }
    )*};
}
text_values! {
    &'static str, Text, |text: &&'static str| Some(*text), |text| text;
    Option<&'static str>, OptionalText, Clone::clone, Some;
    Format, Format, |format: &Format| Some(format.0), Format;
    StyleText, Style, |style: &StyleText| Some(style.0), StyleText;
    Option<StyleText>, OptionalStyle, |style: &Option<StyleText>| style.map(|style| style.0), |text| Some(StyleText(text));
}

impl OptionValue for bool {
    const KIND: OptionKind = OptionKind::Bool;

    fn to_toml(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn from_value(value: &Value) -> Option<bool> {
        if let Value::Bool(flag) = value { Some(*flag) } else { None }
    }
}

macro_rules! number_values {
    ($($number:ty, $kind:ident;)*) => {$(
        impl OptionValue for $number {
            const KIND: OptionKind = OptionKind::$kind;

            fn to_toml(&self) -> Option<String> {
                Some(self.to_string())
            }

            fn from_value(value: &Value) -> Option<$number> {
                if let Value::Integer(number) = value { (*number).try_into().ok() } else { None }
            }
        }
    )*};
}
number_values! { u64, Unsigned; usize, Unsigned; i64, Integer; }

macro_rules! optional_values {
    ($($inner:ty, $kind:ident;)*) => {$(
        impl OptionValue for Option<$inner> {
            const KIND: OptionKind = OptionKind::$kind;

            fn to_toml(&self) -> Option<String> {
                self.as_ref().and_then(OptionValue::to_toml)
            }

            fn from_value(value: &Value) -> Option<Self> {
                <$inner>::from_value(value).map(Some)
            }
        }
    )*};
}
optional_values! { bool, OptionalBool; u64, OptionalUnsigned; }

fn texts(value: &Value) -> Option<&'static [&'static str]> {
    match value {
        Value::List(items) => {
            let item = |value: &Value| if let Value::Text(text) = value { Some(leak(text)) } else { None };
            Some(Vec::leak(items.iter().map(item).collect::<Option<_>>()?))
        }
        Value::Text(text) => Some(Vec::leak(text.split_whitespace().map(leak).collect())),
        _ => None,
    }
}

impl OptionValue for &'static [&'static str] {
    const KIND: OptionKind = OptionKind::Texts;

    fn to_toml(&self) -> Option<String> {
        Some(toml_list(self.iter().map(|text| toml_string(text))))
    }

    fn from_value(value: &Value) -> Option<Self> {
        texts(value)
    }
}

impl OptionValue for &'static [&'static [&'static str]] {
    const KIND: OptionKind = OptionKind::Commands;

    fn to_toml(&self) -> Option<String> {
        Some(toml_list(self.iter().map(|words| toml_list(words.iter().map(|word| toml_string(word))))))
    }

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::List(items) => Some(Vec::leak(items.iter().map(texts).collect::<Option<_>>()?)),
            Value::Text(_) => Some(Vec::leak(vec![texts(value)?])),
            _ => None,
        }
    }
}

impl OptionValue for &'static [(&'static str, &'static str)] {
    const KIND: OptionKind = OptionKind::TextTable;

    fn to_toml(&self) -> Option<String> {
        let pairs: Vec<String> = self
            .iter()
            .map(|(name, text)| format!("{} = {}", toml_string(name), toml_string(text)))
            .collect();
        Some(if pairs.is_empty() { String::from("{}") } else { format!("{{ {} }}", pairs.join(", ")) })
    }

    fn from_value(value: &Value) -> Option<Self> {
        let Value::Table(pairs) = value else { return None };
        let pair = |(name, value): &(String, Value)| {
            if let Value::Text(text) = value { Some((leak(name), leak(text))) } else { None }
        };
        Some(Vec::leak(pairs.iter().map(pair).collect::<Option<_>>()?))
    }
}

/// One replacement in a shown path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Substitution {
    /// What is replaced.
    pub from: &'static str,
    /// By what.
    pub to: &'static str,
    /// Whether `from` is a regular expression, of which only the first match is replaced.
    pub regex: bool,
}

impl OptionValue for &'static [Substitution] {
    const KIND: OptionKind = OptionKind::Substitutions;

    fn to_toml(&self) -> Option<String> {
        let one = |s: &Substitution| {
            format!("{{ from = {}, to = {}, regex = {} }}", toml_string(s.from), toml_string(s.to), s.regex)
        };
        Some(toml_list(self.iter().map(one)))
    }

    fn from_value(value: &Value) -> Option<Self> {
        let all: Option<Vec<Substitution>> = match value {
            Value::Table(pairs) => pairs
                .iter()
                .map(|(from, to)| {
                    let Value::Text(to) = to else { return None };
                    Some(Substitution { from: leak(from), to: leak(to), regex: false })
                })
                .collect(),
            Value::List(items) => items.iter().map(substitution).collect(),
            _ => None,
        };
        Some(Vec::leak(all?))
    }
}

fn substitution(value: &Value) -> Option<Substitution> {
    let Value::Table(pairs) = value else { return None };
    let find = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    let text = |name: &str| if let Some(Value::Text(text)) = find(name) { Some(leak(text)) } else { None };
    Some(Substitution {
        from: text("from")?,
        to: text("to")?,
        regex: matches!(find("regex"), Some(Value::Bool(true))),
    })
}

/// Whether a custom module is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Always or never, besides what its `detect_…` options find.
    Constant(bool),
    /// When this command succeeds.
    Command(&'static str),
}

impl OptionValue for Condition {
    const KIND: OptionKind = OptionKind::Condition;

    fn to_toml(&self) -> Option<String> {
        Some(match self {
            Condition::Constant(flag) => flag.to_string(),
            Condition::Command(command) => toml_string(command),
        })
    }

    fn from_value(value: &Value) -> Option<Condition> {
        match value {
            Value::Bool(flag) => Some(Condition::Constant(*flag)),
            Value::Text(command) => Some(Condition::Command(leak(command))),
            _ => None,
        }
    }
}

/// A command line: a list of words, written as such or as one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(pub &'static [&'static str]);

impl OptionValue for Words {
    const KIND: OptionKind = OptionKind::Command;

    fn to_toml(&self) -> Option<String> {
        self.0.to_toml()
    }

    fn from_value(value: &Value) -> Option<Words> {
        match value {
            Value::Text(word) if word.is_empty() => Some(Words(&[])),
            Value::Text(word) => Some(Words(Vec::leak(vec![leak(word)]))),
            _ => texts(value).map(Words),
        }
    }
}
