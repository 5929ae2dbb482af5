//! The list of all modules: the only one.

use ziron_runtime::gather::{self, Facts};
use ziron_runtime::segment::{FactsFrom, Segment, Vars};
use ziron_runtime::source::Source;
use ziron_runtime::spec::{
    FactSpec, ManifestSpec, ModuleSpec, Options, SourceVisitor, TableSpec, Value, VarSpec,
};

#[cfg(feature = "git")]
use crate::git;
use crate::tools::rows::Row;
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
        struct Find(usize, Option<&'static dyn gather::AnySource>);
        impl SourceVisitor for Find {
            fn visit<S: Source>(&mut self, fact: usize, source: &'static S) {
                if fact == self.0 {
                    self.1 = Some(source);
                }
            }
        }
        let mut find = Find(fact, None);
        self.visit_sources(&mut find);
        find.1
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

/// What a module's struct of options is.
trait Module: Segment + Options + Copy + Send + Sync + 'static {}
impl<M: Segment + Options + Copy + Send + Sync + 'static> Module for M {}

/// Does something with each module.
trait Visitor {
    /// Visits a module with its defaults.
    fn visit<M: Module>(&mut self, spec: ModuleSpec, module: M);

    /// Visits what the modules that follow have in common: they are rows of one table.
    fn visit_table(&mut self, _table: TableSpec) {}
}

/// Writes `visit_types`, which shows a visitor the modules of the list.
macro_rules! modules {
    ($($(#[$feature:meta])* $module:path,)*) => {
        fn visit_types(visitor: &mut impl Visitor) {
            $(
                $(#[$feature])*
                visitor.visit(<$module>::DEFAULT.spec(), <$module>::DEFAULT);
            )*
        }
    };
}

modules! {
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
    #[cfg(feature = "time")] core::time::Time,
    core::username::Username,
    #[cfg(feature = "git")] git::branch::GitBranch,
    #[cfg(feature = "git")] git::commit::GitCommit,
    #[cfg(feature = "git")] git::metrics::GitMetrics,
    #[cfg(feature = "git")] git::state::GitState,
    #[cfg(feature = "git")] git::status::GitStatus,
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
}

/// Shows a visitor all modules: those of the list, and the rows of the tables.
fn visit_all(visitor: &mut impl Visitor) {
    visit_types(visitor);
    visit_rows(visitor, "tools::Tool", Some("managers"), tools::Tool::DEFAULT, tools::table::ROWS);
    visit_rows(visitor, "tools::Compiler", Some("managers"), tools::Compiler::DEFAULT, tools::compiler::ROWS);
    visit_rows(visitor, "tools::Wrapper", None, tools::Wrapper::DEFAULT, tools::wrapper::ROWS);
}

/// All modules, sorted by name.
pub fn registry() -> Vec<Registered> {
    struct All(Vec<Registered>);
    impl Visitor for All {
        fn visit<M: Module>(&mut self, spec: ModuleSpec, module: M) {
            self.0.push(Registered { spec, make: Box::new(move || Box::new(module)) });
        }
    }
    let mut all = All(Vec::new());
    visit_all(&mut all);
    all.0.sort_by(|a, b| a.spec.name.cmp(&b.spec.name));
    all.0
}

/// The specifications of all modules, as the compiler is given them: `compiler/specs.toml`.
pub fn specs() -> Vec<ModuleSpec> {
    registry()
        .into_iter()
        .map(|Registered { mut spec, .. }| {
            spec.path = relative(&spec.path);
            make_relative(&mut spec.vars);
            spec
        })
        .collect()
}

fn make_relative(vars: &mut [VarSpec]) {
    for var in vars {
        var.kind.map_paths(&relative);
    }
}

/// A path of this crate as it is below the crate.
fn relative(path: &str) -> String {
    path.trim_start_matches("ziron_modules::").to_owned()
}

/// Shows a visitor the rows of a table, whose type is at `path` below the crate, and the value that they begin with.
fn visit_rows<T: Module + Source>(
    visitor: &mut impl Visitor,
    path: &str,
    feature: Option<&str>,
    begin: T,
    rows: &[Row<T>],
) {
    let table = TableSpec {
        path: path.to_owned(),
        feature: feature.map(ToOwned::to_owned),
        // Files and programs are the rows' own.
        own: ManifestSpec { files: Vec::new(), programs: Vec::new(), ..ManifestSpec::of(&begin) },
        options: begin.options(),
        vars: T::Vars::<'static>::specs(),
    };
    visitor.visit_table(table.clone());
    for &(constant, doc, position, module) in rows {
        let spec = ModuleSpec {
            name: module.name().to_owned(),
            doc: doc.trim().to_owned(),
            position: Some(position),
            path: table.path.clone(),
            row: Some(format!("tools::{constant}")),
            feature: table.feature.clone(),
            many: false,
            facts: vec![FactSpec::Own(ManifestSpec::of(&module))],
            root: None,
            options: module.options(),
            vars: table.vars.clone(),
            aliases: Vec::new(),
        };
        visitor.visit(spec, module);
    }
}

#[cfg(test)]
mod isolation;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod samples;

#[cfg(test)]
mod tests {
    use ziron_runtime::spec::SpecsFile;

    use super::*;

    /// The file that the compiler knows modules by. `ZIRON_BLESS=1` writes it anew.
    const SPECS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../compiler/specs.toml");

    /// What the rows of the tables have in common.
    fn tables() -> Vec<TableSpec> {
        struct Tables(Vec<TableSpec>);
        impl Visitor for Tables {
            fn visit<M: Module>(&mut self, _: ModuleSpec, _: M) {}

            fn visit_table(&mut self, mut table: TableSpec) {
                make_relative(&mut table.vars);
                self.0.push(table);
            }
        }
        let mut tables = Tables(Vec::new());
        visit_all(&mut tables);
        tables.0
    }

    #[test]
    #[allow(clippy::disallowed_methods, reason = "it compares a file of the repository")]
    fn the_compiler_knows_these_modules() {
        let header = "# Written from the modules' derives by `ZIRON_BLESS=1 cargo test -p ziron-modules --all-features`.\n\n";
        let file = SpecsFile::new(tables(), specs());
        assert_eq!(file.clone().into_modules(), specs());
        let text = header.to_owned() + &toml::to_string_pretty(&file).unwrap();
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
