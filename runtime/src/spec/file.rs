//! `compiler/specs.toml`: what the rows of a table have in common is written once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FactSpec, ManifestSpec, ModuleSpec, OptionSpec, VarSpec};

/// The contents of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecsFile {
    /// The tables.
    table: Vec<TableSpec>,
    /// The modules that are rows of them.
    row: Vec<RowSpec>,
    /// The other modules.
    module: Vec<ModuleSpec>,
}

/// What the modules of a table have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSpec {
    /// The path of the rows' type below the modules' crate.
    pub path: String,
    /// The cargo feature that they need, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// What their sources cost, and which variables they read whatever the row.
    pub own: ManifestSpec,
    /// Their options, with the defaults that a row begins with.
    pub options: Vec<OptionSpec>,
    /// Their variables.
    pub vars: Vec<VarSpec>,
}

/// What a module of a table has besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RowSpec {
    name: String,
    doc: String,
    position: Option<u32>,
    /// The path of its table.
    table: String,
    /// The constant that it is.
    row: String,
    /// What its source reads besides the variables of the table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    env: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    files: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    programs: Vec<String>,
    /// The defaults that are its own, by the names of the options.
    defaults: BTreeMap<String, String>,
}

impl SpecsFile {
    /// Takes what rows have in common out of the specifications of all modules.
    pub fn new(tables: Vec<TableSpec>, modules: Vec<ModuleSpec>) -> SpecsFile {
        let mut file = SpecsFile { table: tables, row: Vec::new(), module: Vec::new() };
        for spec in modules {
            match file.table.iter().find_map(|table| RowSpec::new(table, &spec)) {
                Some(row) => file.row.push(row),
                None => file.module.push(spec),
            }
        }
        file
    }

    /// The specifications of all modules, sorted by name.
    pub fn into_modules(self) -> Vec<ModuleSpec> {
        let SpecsFile { table, row, module: mut modules } = self;
        for row in row {
            if let Some(table) = table.iter().find(|table| table.path == row.table) {
                modules.push(row.into_module(table));
            }
        }
        modules.sort_by(|a, b| a.name.cmp(&b.name));
        modules
    }
}

impl RowSpec {
    /// What a module has besides what its table says; `None` if it is no row of that table.
    fn new(table: &TableSpec, spec: &ModuleSpec) -> Option<RowSpec> {
        let [FactSpec::Own(own)] = spec.facts.as_slice() else { return None };
        let differing = spec.options.iter().zip(&table.options).filter(|(own, common)| own != common);
        let row = RowSpec {
            name: spec.name.clone(),
            doc: spec.doc.clone(),
            position: spec.position,
            table: table.path.clone(),
            row: spec.row.clone()?,
            defaults: differing
                .filter_map(|(own, _)| Some((own.name.clone(), own.default.clone()?)))
                .collect(),
            env: own.env.strip_prefix(table.own.env.as_slice())?.to_owned(),
            files: own.files.clone(),
            programs: own.programs.clone(),
        };
        (row.clone().into_module(table) == *spec).then_some(row)
    }

    fn into_module(mut self, table: &TableSpec) -> ModuleSpec {
        let mut options = table.options.clone();
        for option in &mut options {
            if let Some(default) = self.defaults.remove(&option.name) {
                option.default = Some(default);
            }
        }
        let env = [table.own.env.as_slice(), &self.env].concat();
        let (name, files, programs) = (self.name.clone(), self.files, self.programs);
        let own = ManifestSpec { name, env, files, programs, ..table.own.clone() };
        ModuleSpec {
            name: self.name,
            doc: self.doc,
            position: self.position,
            path: self.table,
            row: Some(self.row),
            feature: table.feature.clone(),
            many: false,
            facts: vec![FactSpec::Own(own)],
            root: None,
            options,
            vars: table.vars.clone(),
            aliases: Vec::new(),
        }
    }
}
