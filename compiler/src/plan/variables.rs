//! The variables of the environment that a plan depends on.

use ziron_runtime::prelude;
use ziron_runtime::spec::{FactSpec, Naming, OptionSpec, Value};
use ziron_runtime::variables::{detected, of_script};

use super::module::default;
use super::{Module, Plan, Source, SourceKind};

/// The variables that a shell sends, sorted: what
/// [`Prompt::variables_of_manifests`](ziron_runtime::prompt::Prompt::variables_of_manifests) says of the compiled one.
pub fn variables(plan: &Plan) -> Vec<String> {
    let of_sources: Vec<String> = plan.sources.iter().flat_map(|source| of_source(plan, source)).collect();
    prelude::variables(of_sources.iter().map(String::as_str), plan.extras.notify)
        .into_iter()
        .map(ToOwned::to_owned)
        .collect()
}

fn of_source(plan: &Plan, source: &Source) -> Vec<String> {
    match source.kind {
        SourceKind::Unit(_) => source.manifest.map(|manifest| manifest.env.clone()).unwrap_or_default(),
        SourceKind::Module(index) => of_module(&plan.modules[index]),
    }
}

/// What a module's own source reads: what its manifest says where the options are the defaults, without what those
/// name, and with what the configured ones name.
fn of_module(module: &Module) -> Vec<String> {
    let own = module.spec.facts.iter().find_map(|fact| match fact {
        FactSpec::Own(manifest) => Some(manifest.env.clone()),
        _ => None,
    });
    let mut names = own.unwrap_or_default();
    for (option, naming) in module.spec.options.iter().filter_map(|option| Some((option, option.names?))) {
        let configured = module.options.iter().find(|(name, _)| *name == option.name).map(|(_, value)| value);
        if let Some(value) = configured {
            let usual = named(naming, default(option).as_ref());
            names.retain(|name| !usual.contains(name));
            names.extend(named(naming, Some(value)));
        } else if is_of_table(module, option) {
            // `[env_var.EDITOR]` need not say that it shows `EDITOR`.
            names.extend(module.name.split_once('.').map(|(_, table)| table.to_owned()));
        }
    }
    names
}

/// Whether an option that is not set stands for the table's own name.
fn is_of_table(module: &Module, option: &OptionSpec) -> bool {
    module.spec.many && option.names == Some(Naming::Variables) && option.default.is_none()
}

/// The variables that an option's value names.
fn named(naming: Naming, value: Option<&Value>) -> Vec<String> {
    match (naming, value) {
        (_, Some(Value::List(items))) => items.iter().flat_map(|item| named(naming, Some(item))).collect(),
        (Naming::Variables, Some(Value::Text(name))) => vec![detected(name).to_owned()],
        (Naming::Script, Some(Value::Text(script))) => of_script(script).map(ToOwned::to_owned).collect(),
        _ => Vec::new(),
    }
}
