//! The interpreter: makes the table of a prompt from a plan while the program runs.
//!
//! It is the same [`Prompt`] that the compiler writes as a static, so that everything that is handed one draws, gathers
//! and serves alike. A test holds the two together.

mod drawing;

use std::collections::HashMap;
use std::fmt;

use ziron_compiler::plan::{self, Backend, FactUse, Node, Plan, Policy, SourceKind};
use ziron_modules::Interpreted;
use ziron_runtime::build::Build;
use ziron_runtime::gather::PlannedSource;
use ziron_runtime::gather::{AnySource, Facts};
use ziron_runtime::pen::{Literal, Pen, escape};
use ziron_runtime::prompt::{CacheSettings, Module, Prompt};
use ziron_runtime::segment::{Draw, DrawFixed};
use ziron_runtime::shell::Shell;
use ziron_runtime::spec::Value;
use ziron_runtime::store::eviction::{Fifo, Lfu, Lru};
use ziron_runtime::store::source_cache::{AnyCache, SourceCache};
use ziron_runtime::store::{BackendChoice, CacheLimits, RedisChoice};

/// Why a plan has to be compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NeedsCompiler {
    /// A cache has an eviction policy that is a type of the user's own crate.
    Policy(String),
    /// This program has no such module or source.
    Unknown(String),
}

impl fmt::Display for NeedsCompiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NeedsCompiler::Policy(path) => {
                write!(f, "its policy `{path}` is Rust code, which has to be compiled")
            }
            NeedsCompiler::Unknown(name) => write!(f, "this program was built without `{name}`"),
        }
    }
}

impl std::error::Error for NeedsCompiler {}

/// Makes the table of a prompt. It is there for the rest of the process.
///
/// # Errors
/// If the plan names something that only the compiler can make.
pub fn prompt(plan: Plan, build: Build) -> Result<&'static Prompt, NeedsCompiler> {
    let interpreter: &'static Interpreter = leak(Interpreter::new(plan)?);
    let Plan { settings, extras, background, cache, modules, sources, parts, .. } = &interpreter.plan;
    let mut planned = Vec::new();
    for (place, source) in sources.iter().enumerate() {
        let cache = source_cache(source)?;
        let events = source.keeping.events.iter().map(String::as_str).collect::<Vec<_>>();
        planned.push(PlannedSource {
            cache,
            events: Vec::leak(events),
            refresh: source.keeping.refresh,
            ..PlannedSource::new(interpreter.source(place)?, source.parts)
        });
    }
    let modules = modules.iter().enumerate().filter(|(_, module)| module.draw.is_some());
    let modules: Vec<Module> = modules.map(|(place, module)| interpreter.table_row(place, module)).collect();
    let draw = |nodes: &'static [Node]| (!nodes.is_empty()).then(|| interpreter.draw(nodes));
    let fixed = |nodes: &'static [Node]| (!nodes.is_empty()).then(|| interpreter.draw_fixed(nodes));
    let has_background = background.enabled != Some(false);
    let mut prompt = Prompt {
        cache: cache_settings(cache),
        background: has_background.then_some(background.background),
        extras: *extras,
        sources: Vec::leak(planned),
        modules: Vec::leak(modules),
        left: draw(&parts.left),
        right: draw(&parts.right),
        continuation: fixed(&parts.continuation),
        transient_left: draw(&parts.transient_left),
        transient_right: draw(&parts.transient_right),
        outdated: fixed(&parts.outdated).filter(|_| has_background),
        title: draw(&parts.title),
        footer: draw(&parts.footer),
        ..Prompt::new(build, *settings)
    };
    if has_background {
        let variables = plan::variables(&interpreter.plan).into_iter().map(|name| &*String::leak(name));
        prompt.variables = Vec::leak(variables.collect());
    }
    Ok(leak(prompt))
}

/// A plan that is ready to be drawn.
struct Interpreter {
    plan: Plan,
    /// The modules with their options, in the order of the plan.
    modules: Vec<&'static dyn Interpreted>,
    /// Their places by their identifiers.
    idents: HashMap<String, usize>,
    /// What the plan draws as it is, in the form of each shell.
    literals: HashMap<String, Literal>,
}

impl Interpreter {
    fn new(plan: Plan) -> Result<Interpreter, NeedsCompiler> {
        let registry = ziron_modules::registry();
        let mut modules = Vec::new();
        for module in &plan.modules {
            let known = registry.iter().find(|registered| registered.spec.name == module.spec.name);
            let mut made = (known.ok_or_else(|| NeedsCompiler::Unknown(module.name.clone()))?.make)();
            if module.spec.many {
                made.set("instance", &Value::Text(module.name.clone()));
            }
            for (name, value) in &module.options {
                made.set(name, value);
            }
            modules.push(&*Box::leak(made));
        }
        let idents =
            plan.modules.iter().enumerate().map(|(place, module)| (module.ident.clone(), place)).collect();
        let mut literals = HashMap::new();
        let parts = &plan.parts;
        let of_parts = [
            &parts.left,
            &parts.right,
            &parts.continuation,
            &parts.transient_left,
            &parts.transient_right,
            &parts.title,
            &parts.footer,
            &parts.failed,
            &parts.outdated,
        ];
        for nodes in of_parts.into_iter().chain(plan.modules.iter().filter_map(|module| module.draw.as_ref()))
        {
            plan::each_text(nodes, &mut |text| {
                literals.entry(text.to_owned()).or_insert_with(|| literal(text));
            });
        }
        Ok(Interpreter { plan, modules, idents, literals })
    }

    /// The source at this place of the plan.
    fn source(&self, place: usize) -> Result<&'static dyn AnySource, NeedsCompiler> {
        let source = &self.plan.sources[place];
        let modules = self.plan.modules.iter().zip(&self.modules).enumerate();
        let mut sources = modules.filter_map(|(index, (module, made))| {
            let fact = module.facts.iter().position(|fact| *fact == FactUse::Source(place))?;
            let is_here =
                matches!(source.kind, SourceKind::Unit(_)) || source.kind == SourceKind::Module(index);
            made.source(fact).filter(|_| is_here)
        });
        sources.next().ok_or_else(|| NeedsCompiler::Unknown(source.ident.clone()))
    }

    fn table_row(&'static self, place: usize, module: &'static plan::Module) -> Module {
        let sources = module.facts.iter().filter_map(|fact| match fact {
            FactUse::Source(place) => Some(*place),
            FactUse::Request | FactUse::Unused => None,
        });
        Module {
            name: &module.name,
            doc: module.spec.doc.lines().next().unwrap_or_default(),
            sources: Vec::leak(sources.collect()),
            draw: leak(move |facts: &Facts<'_>, pen: &mut Pen<'_>| drawing::module(self, place, facts, pen)),
        }
    }

    fn draw(&'static self, nodes: &'static [Node]) -> &'static Draw {
        leak(move |facts: &Facts<'_>, pen: &mut Pen<'_>| drawing::nodes(self, nodes, facts, pen))
    }

    fn draw_fixed(&'static self, nodes: &'static [Node]) -> &'static DrawFixed {
        leak(move |pen: &mut Pen<'_>| drawing::fixed(self, nodes, pen))
    }
}

/// Keeps a value for the rest of the process: what is a static in a compiled prompt.
fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn cache_settings(cache: &'static plan::Cache) -> CacheSettings {
    let backend = match &cache.backend {
        Backend::Files => BackendChoice::Files,
        Backend::Sqlite => BackendChoice::Sqlite,
        Backend::Redis(url) => BackendChoice::Redis(RedisChoice { url, ..RedisChoice::DEFAULT }),
    };
    CacheSettings { backend, bytes: cache.bytes.map_or(CacheSettings::DEFAULT.bytes, saturating) }
}

fn source_cache(source: &'static plan::Source) -> Result<&'static dyn AnyCache, NeedsCompiler> {
    let plan::CacheLimits { policy, entries, bytes, ttl, .. } = &source.keeping;
    let limits = CacheLimits {
        entries: entries.map_or(CacheLimits::DEFAULT.entries, saturating),
        bytes: bytes.map_or(CacheLimits::DEFAULT.bytes, saturating),
        ttl: *ttl,
    };
    Ok(match policy {
        Policy::Lru => leak(SourceCache::<Lru>::new(&source.ident, limits)),
        Policy::Lfu => leak(SourceCache::<Lfu>::new(&source.ident, limits)),
        Policy::Fifo => leak(SourceCache::<Fifo>::new(&source.ident, limits)),
        Policy::Own(path, _) => return Err(NeedsCompiler::Policy(path.clone())),
    })
}

fn saturating(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// A literal as compiled code has it. The unit separator ends the parts of a reply; nothing else may.
fn literal(text: &str) -> Literal {
    let text: String = text.chars().filter(|c| *c != '\x1f').collect();
    let [zsh, bash, tcsh] =
        [Shell::Zsh, Shell::Bash, Shell::Tcsh].map(|shell| &*String::leak(escape(shell, &text)));
    Literal { plain: String::leak(text), zsh, bash, tcsh }
}
