//! The list of all modules: the only one.

use ziron_runtime::gather::{self, Facts};
use ziron_runtime::segment::{FactsFrom, Segment, Vars};
use ziron_runtime::source::Source;
use ziron_runtime::spec::{FactSpec, ManifestSpec, ModuleSpec, Options, Value};

#[cfg(feature = "git")]
use crate::git;
use crate::{core, package, tools};

/// A module that can be drawn without being compiled.
pub trait Interpreted: Send + Sync {
    /// Sets an option; false if the value does not fit.
    fn set(&mut self, name: &str, value: &Value) -> bool;

    /// The source of the fact at this place among those that the module draws, if the module names it by its type.
    fn source(&'static self, fact: usize) -> Option<&'static dyn gather::AnySource>;

    /// Turns facts into variables and shows them to `with`; `None` if the module is hidden. `sources` are the places of the facts' sources in the
    /// prompt's table, in order.
    fn with_vars(&self, facts: &Facts<'_>, sources: &[usize], with: &mut dyn FnMut(Option<&dyn Vars>));
}

impl<S: Segment + Options + Send + Sync> Interpreted for S {
    fn set(&mut self, name: &str, value: &Value) -> bool {
        Options::set(self, name, value)
    }

    fn source(&'static self, fact: usize) -> Option<&'static dyn gather::AnySource> {
        Options::source(self, fact)
    }

    fn with_vars(&self, facts: &Facts<'_>, sources: &[usize], with: &mut dyn FnMut(Option<&dyn Vars>)) {
        let vars = self.vars(S::Facts::take(facts, sources));
        with(vars.as_ref().map(|vars| vars as &dyn Vars));
    }
}

/// A module in the list.
pub struct Registered {
    /// What it tells about itself.
    pub spec: ModuleSpec,
    /// Makes one with its defaults.
    pub make: Box<dyn Fn() -> Box<dyn Interpreted>>,
}

impl std::fmt::Debug for Registered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registered").field("spec", &self.spec).finish_non_exhaustive()
    }
}

/// Adds modules to the list; those of a cargo feature are there if it is on.
macro_rules! modules {
    ($all:ident: $($(#[$feature:meta])* $module:path),* $(,)?) => {
        $(
            $(#[$feature])*
            $all.push(Registered { spec: <$module>::DEFAULT.spec(), make: Box::new(|| Box::new(<$module>::DEFAULT)) });
        )*
    };
}

/// All modules, sorted by name.
#[allow(clippy::vec_init_then_push, reason = "some of them depend on features")]
pub fn registry() -> Vec<Registered> {
    let mut all = Vec::new();
    modules![
        all:
        core::character::Character,
        core::cmd_duration::CmdDuration,
        core::custom::Custom,
        core::directory::Directory,
        core::env_var::EnvVar,
        core::fill::Fill,
        core::hostname::Hostname,
        core::jobs::Jobs,
        core::line_break::LineBreak,
        core::shell::Shell,
        core::shlvl::Shlvl,
        core::status::Status,
        #[cfg(feature = "time")]
        core::time::Time,
        core::username::Username,
    ];
    #[cfg(feature = "git")]
    modules![
        all:
        git::branch::GitBranch,
        git::commit::GitCommit,
        git::metrics::GitMetrics,
        git::state::GitState,
        git::status::GitStatus,
    ];
    modules![
        all:
        package::Package,
        tools::elixir::Elixir,
        tools::golang::Golang,
        tools::haskell::Haskell,
        tools::java::Java,
        tools::kotlin::Kotlin,
        tools::lua::Lua,
        tools::nodejs::Nodejs,
        tools::python::Python,
        tools::ruby::Ruby,
        tools::rust::Rust,
        tools::terraform::Terraform,
    ];
    rows(&mut all, "tools::Tool", Some("managers"), tools::table::ROWS, |tool| tool.name);
    rows(&mut all, "tools::Compiler", Some("managers"), tools::compiler::ROWS, |compiler| compiler.name);
    rows(&mut all, "tools::Wrapper", None, tools::wrapper::ROWS, |wrapper| wrapper.name);
    all.sort_by(|a, b| a.spec.name.cmp(&b.spec.name));
    all
}

/// The specifications of all modules, as the compiler is given them: `compiler/specs.toml`.
pub fn specs() -> Vec<ModuleSpec> {
    let relative = |path: &str| path.trim_start_matches("ziron_modules::").to_owned();
    registry()
        .into_iter()
        .map(|Registered { mut spec, .. }| {
            spec.path = relative(&spec.path);
            for var in &mut spec.vars {
                var.kind.map_paths(&relative);
            }
            spec
        })
        .collect()
}

/// A row of a table of modules: the name of its constant, its documentation, its place in `$all`, and the row itself.
pub(crate) type Row<T> = (&'static str, &'static str, u32, T);

/// Adds the rows of a table, whose type is at `path` below the crate, to the list.
fn rows<T: Segment + Options + Source + Copy + Send>(
    all: &mut Vec<Registered>,
    path: &str,
    feature: Option<&str>,
    rows: &'static [Row<T>],
    name: fn(&T) -> &'static str,
) {
    all.extend(rows.iter().map(|(constant, doc, position, module)| Registered {
        spec: ModuleSpec {
            name: name(module).to_owned(),
            doc: doc.trim().to_owned(),
            position: Some(*position),
            path: path.to_owned(),
            row: Some(format!("tools::{constant}")),
            feature: feature.map(ToOwned::to_owned),
            many: false,
            facts: vec![FactSpec::Own(ManifestSpec::of(module))],
            root: None,
            options: module.options(),
            vars: T::Vars::<'static>::specs(),
            aliases: Vec::new(),
        },
        make: Box::new(|| Box::new(*module)),
    }));
}

#[cfg(all(test, feature = "git", feature = "time"))]
#[macro_use]
mod keys;

#[cfg(all(test, feature = "git", feature = "time"))]
mod isolation;

#[cfg(test)]
mod tests {
    use super::*;

    /// The file that the compiler knows modules by. `ZIRON_BLESS=1` writes it anew.
    const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../compiler/specs.toml");

    #[derive(serde::Serialize)]
    struct File {
        module: Vec<ModuleSpec>,
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "it compares a file of the repository")]
    fn the_compiler_knows_these_modules() {
        let header = "# Written from the modules' derives by `ZIRON_BLESS=1 cargo test -p ziron-modules --all-features`.\n\n";
        let text = header.to_owned() + &toml::to_string_pretty(&File { module: specs() }).unwrap();
        if std::env::var_os("ZIRON_BLESS").is_some() {
            std::fs::write(SPECS, &text).unwrap();
        }
        let committed = std::fs::read_to_string(SPECS).unwrap_or_default();
        assert!(committed == text, "compiler/specs.toml is not what the modules say: run with ZIRON_BLESS=1");
    }

    #[test]
    fn names_and_positions_are_unique() {
        let specs = specs();
        for (index, spec) in specs.iter().enumerate() {
            assert!(!spec.doc.is_empty(), "{} has no documentation", spec.name);
            for other in &specs[index + 1..] {
                assert_ne!(spec.name, other.name);
                assert!(
                    spec.position.is_none() || spec.position != other.position,
                    "{} and {}",
                    spec.name,
                    other.name
                );
            }
        }
    }
}
