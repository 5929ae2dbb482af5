//! Every source of every module, as tests read it: a module is added to the list and nowhere here.

use futures_lite::future::block_on;
use ziron_runtime::io::{Io, Real};
use ziron_runtime::place::Place;
use ziron_runtime::source::{Cost, Describe, Manifest, ReadError};
use ziron_runtime::spec::{Naming, OptionKind, OptionSpec};

use super::*;
use crate::testing::Watched;

/// A source without its types.
pub(super) trait TestSource {
    fn name(&self) -> &'static str;
    fn cost(&self) -> Cost;
    fn manifest(&self) -> Manifest;
    /// What it finds on a simulated machine.
    fn look(&self, place: &Place, io: &Watched) -> Option<Found>;
    /// What it finds on this machine.
    fn look_for_real(&self, place: &Place, io: &Real) -> Option<Found>;
}

/// A key and what is read for it, written down.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) key: String,
    pub(super) fact: Result<String, ReadError>,
}

impl<S: Source> TestSource for S {
    fn name(&self) -> &'static str {
        Describe::name(self)
    }

    fn cost(&self) -> Cost {
        Describe::cost(self)
    }

    fn manifest(&self) -> Manifest {
        Source::manifest(self)
    }

    fn look(&self, place: &Place, io: &Watched) -> Option<Found> {
        found(self, place, io)
    }

    fn look_for_real(&self, place: &Place, io: &Real) -> Option<Found> {
        found(self, place, io)
    }
}

fn found<S: Source, I: Io>(source: &S, place: &Place, io: &I) -> Option<Found> {
    block_on(async {
        let key = source.key(place, io).await?;
        let fact = source.read(&key, place, io).await;
        Some(Found { key: format!("{key:?}"), fact: fact.map(|fact| format!("{fact:?}")) })
    })
}

/// All sources, those of a module with each of its [samples](samples).
pub(super) fn sources() -> Vec<&'static dyn TestSource> {
    #[derive(Default)]
    struct All(Vec<&'static dyn TestSource>);
    impl Visitor for All {
        fn visit<M: Module>(&mut self, _: ModuleSpec, module: M) {
            for sample in samples(module) {
                Box::leak(Box::new(sample)).visit_sources(self);
            }
        }
    }
    impl SourceVisitor for All {
        fn visit<S: Source>(&mut self, _: usize, source: &'static S) {
            self.0.push(source);
        }
    }
    let mut all = All::default();
    visit_all(&mut all);
    all.0
}

/// A module with options by which it has something to read, and the same with each of its switches thrown.
fn samples<M: Options + Copy>(module: M) -> Vec<M> {
    let set = |mut module: M, option: &OptionSpec, value: Value| {
        assert!(module.set(&option.name, &value), "`{}` does not take {value:?}", option.name);
        module
    };
    let options = module.options();
    let base = options.iter().fold(module, |module, option| match telling(option) {
        Some(value) => set(module, option, value),
        None => module,
    });
    let switches =
        options.iter().filter(|option| option.kind == OptionKind::Bool && option.name != "disabled");
    let is_on = |option: &OptionSpec| option.default.as_deref() == Some("true");
    let thrown = switches.map(|option| set(base, option, Value::Bool(!is_on(option))));
    std::iter::once(base).chain(thrown).collect()
}

/// The value of an option without which a module may have nothing to read.
fn telling(option: &OptionSpec) -> Option<Value> {
    match (option.kind, option.names) {
        (OptionKind::Condition, _) => Some(Value::Bool(true)),
        (OptionKind::OptionalText, Some(Naming::Variables)) => Some(Value::Text("ANY".into())),
        (OptionKind::Text, Some(Naming::Script)) => Some(Value::Text("echo $GREETING".into())),
        _ => None,
    }
}

/// Fails unless the sources are those of the specifications.
#[test]
fn sources_are_those_of_the_specifications() {
    let mut read: Vec<&str> = sources().iter().map(|source| source.name()).collect();
    read.sort_unstable();
    read.dedup();
    let facts = registry().into_iter().flat_map(|module| module.spec.facts);
    let mut specified: Vec<String> = facts
        .filter_map(|fact| match fact {
            FactSpec::Own(manifest) | FactSpec::Unit { manifest, .. } => Some(manifest.name),
            FactSpec::Request | FactSpec::Module(_) => None,
        })
        .collect();
    specified.sort_unstable();
    specified.dedup();
    assert_eq!(read, specified);
}
