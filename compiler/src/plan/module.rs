//! Tables of modules: which there are, and whether what they say fits.

use std::collections::HashMap;

use ziron_runtime::spec::{ModuleSpec, OptionKind, Value};

use super::{options, settings};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, nearest};
use crate::specs::{self, Specs};
use crate::syntax::format;
use crate::syntax::style::{self, Palette};
use crate::syntax::toml::{self, Key, Table};

/// A table of the configuration that belongs to a module.
#[derive(Debug)]
pub(super) struct Configured<'c> {
    pub(super) table: &'c Table,
    /// Where its name is written (bytes of the file).
    pub(super) at: usize,
    /// The options that fit and are not the defaults.
    pub(super) options: Vec<(String, Value)>,
}

/// All tables of modules, by the modules' names: `rust`, `custom.todo`.
pub(super) type Tables<'c> = HashMap<String, Configured<'c>>;

/// Checks every table of the configuration.
pub(super) fn tables<'c>(
    root: &'c Table,
    specs: &'static Specs,
    palette: &Palette,
    diagnostics: &mut Diagnostics,
) -> (Tables<'c>, Vec<String>) {
    let mut tables = Tables::new();
    // `env_var` and what is below it and `custom`: the table itself first, then in the order of the file.
    let mut many = Vec::new();
    for (key, value) in root {
        if settings::is_root_option(&key.name) {
            continue;
        }
        let Some(spec) = specs.get(&key.name) else {
            diagnostics.push(unknown_key(key, specs));
            continue;
        };
        let Some(table) = value.as_table() else {
            diagnostics.push(value.wrong_type(&key.name, "a table"));
            continue;
        };
        let options = check(spec, table, palette, diagnostics);
        let says_something = !spec.many || table.iter().any(|(_, value)| value.as_table().is_none());
        if says_something {
            tables.insert(spec.name.clone(), Configured { table, at: key.span.start, options });
        }
        if spec.many {
            if says_something {
                many.push(spec.name.clone());
            }
            for (inner, value) in table {
                if let Some(below) = value.as_table().filter(|_| !is_option(spec, inner, value)) {
                    let name = format!("{}.{}", spec.name, inner.name);
                    let options = check(spec, below, palette, diagnostics);
                    tables.insert(name.clone(), Configured { table: below, at: inner.span.start, options });
                    many.push(name);
                }
            }
        }
    }
    (tables, many)
}

/// Whether a key is an option's: `[custom.files]` is a module named `files`, though there is an option of that name.
fn is_option(spec: &ModuleSpec, key: &Key, value: &toml::Value) -> bool {
    let takes_tables = |kind| matches!(kind, OptionKind::TextTable | OptionKind::Substitutions);
    let is_table = spec.many && value.as_table().is_some();
    specs::option(spec, &key.name).is_some_and(|option| !is_table || takes_tables(option.kind))
}

fn unknown_key(key: &Key, specs: &Specs) -> Diagnostic {
    if specs::is_not_yet(&key.name) {
        return Diagnostic::new(
            Code::NotYet,
            key.span.clone(),
            format!("the module `{}` is not built yet", key.name),
        )
        .label("this table is ignored");
    }
    let names = specs.iter().map(|spec| spec.name.as_str()).chain(settings::ROOT.iter().copied());
    Diagnostic::new(Code::UnknownOption, key.span.clone(), format!("unknown option or module `{}`", key.name))
        .label("neither an option of the prompt nor a module")
        .maybe_help(nearest(&key.name, names).map(|name| format!("write `{name}`")))
}

/// Checks the options of one module and returns those that are not the defaults.
fn check(
    spec: &ModuleSpec,
    table: &Table,
    palette: &Palette,
    diagnostics: &mut Diagnostics,
) -> Vec<(String, Value)> {
    let mut set: Vec<(String, Value)> = Vec::new();
    for (key, given) in table {
        let Some(option) = specs::option(spec, &key.name).filter(|_| is_option(spec, key, given)) else {
            if !(spec.many && given.as_table().is_some()) {
                diagnostics.push(unknown_option(key, spec));
            }
            continue;
        };
        if option.name != key.name && table.get(&option.name).is_some() {
            let message = format!("`{}` and `{}` are the same option", key.name, option.name);
            diagnostics.push(
                Diagnostic::new(Code::ConflictingOptions, key.span.clone(), message)
                    .label(format!("remove it, or `{}`", option.name)),
            );
            continue;
        }
        if let Some(text) = given.as_text() {
            match option.kind {
                OptionKind::Format => {
                    format::parse_text(text, diagnostics);
                }
                OptionKind::Style | OptionKind::OptionalStyle => {
                    style::parse_text(text, palette, diagnostics);
                }
                _ => {}
            }
        }
        let Some(value) = options::check(option, given, diagnostics) else { continue };
        if Some(&value) != default(option).as_ref() {
            set.push((option.name.clone(), value));
        }
    }
    set.sort_by_key(|(name, _)| spec.options.iter().position(|option| option.name == *name));
    set
}

/// The default of an option as a value.
pub(super) fn default(option: &ziron_runtime::spec::OptionSpec) -> Option<Value> {
    let mut unheard = Diagnostics::new();
    let table = toml::parse(&format!("x = {}", option.default.as_deref()?), &mut unheard);
    options::check(option, table.get("x")?, &mut unheard)
}

fn unknown_option(key: &Key, spec: &ModuleSpec) -> Diagnostic {
    let names: Vec<&str> = spec.options.iter().map(|option| option.name.as_str()).collect();
    Diagnostic::new(Code::UnknownOption, key.span.clone(), format!("unknown option `{}`", key.name))
        .label(format!("`{}` has: {}", spec.name, names.join(", ")))
        .maybe_help(nearest(&key.name, names).map(|name| format!("write `{name}`")))
}
