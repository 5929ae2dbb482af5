//! A prompt that shows six facts of different policies, so that a client can tell whether each was true.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::machine::{Eyes, Machine};
use crate::build::Build;
use crate::gather::PlannedSource;
use crate::gather::{Facts, Parts};
use crate::io::{Command, Io};
use crate::pen::Pen;
use crate::place::Place;
use crate::prompt::{Background, Module, Prompt, Settings};
use crate::source::{Cost, Describe, Health, Manifest, Policy, ReadError, Source};
use crate::store::CacheLimits;
use crate::store::eviction::Lru;
use crate::store::source_cache::{AnyCache, SourceCache};

/// How long a prompt that cannot be drawn again waits.
pub(super) const PATIENCE: Duration = Duration::from_millis(30);

/// How long a fact of the source with a lifetime holds.
pub(super) const LIFETIME: Duration = Duration::from_millis(400);

/// How long a program may run.
pub(super) const COMMAND_TIMEOUT: Duration = Duration::from_millis(500);

/// How a thing is read.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// At once.
    File,
    /// Off the thread.
    Tree,
    /// By a program.
    Program,
    /// From the environment.
    Environment,
}

/// One source: a thing of the place, or of the environment.
#[derive(Debug)]
pub(super) struct Thing {
    pub(super) name: &'static str,
    way: Way,
    pub(super) policy: Policy,
}

pub(super) static STATUS: Thing = Thing { name: "status", way: Way::Tree, policy: Policy::Last };
pub(super) static TOOL: Thing = Thing { name: "tool", way: Way::Program, policy: Policy::Keyed };
pub(super) static PROFILE: Thing =
    Thing { name: "profile", way: Way::Program, policy: Policy::Ttl(LIFETIME) };
pub(super) static CUSTOM: Thing = Thing { name: "custom", way: Way::Program, policy: Policy::Never };
pub(super) static NOTE: Thing = Thing { name: "note", way: Way::File, policy: Policy::Never };
pub(super) static TOKEN: Thing = Thing { name: "token", way: Way::Environment, policy: Policy::Never };

/// All of them, in the order in which they are drawn.
pub(super) static THINGS: [&Thing; 6] = [&STATUS, &TOOL, &PROFILE, &CUSTOM, &NOTE, &TOKEN];

impl Thing {
    /// The thing itself, as the machine calls it.
    pub(super) fn at(&self, place: &Path, profile: &str) -> PathBuf {
        match self.name {
            "profile" => Path::new("/profiles").join(profile),
            name => place.join(name),
        }
    }
}

impl Describe for Thing {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cost(&self) -> Cost {
        match self.way {
            Way::Environment => Cost::Free,
            Way::File => Cost::File,
            Way::Tree => Cost::Tree,
            Way::Program => Cost::Process,
        }
    }

    fn policy(&self) -> Policy {
        self.policy
    }

    fn base_manifest(&self) -> Manifest {
        Manifest::new(self.cost(), self.policy()).env(&["PROFILE", "TOKEN"])
    }
}

impl Source for Thing {
    /// What it is, and what identifies its contents where something does.
    type Key = (PathBuf, u64);
    type Fact = String;

    async fn key<I: Io>(&self, place: &Place, io: &I) -> Option<(PathBuf, u64)> {
        let path = self.at(&place.physical, &io.env_text("PROFILE").unwrap_or_default());
        let identity = match self.policy {
            Policy::Keyed => io.identity(&path).await.ok()?.inode.0,
            _ => 0,
        };
        Some((path, identity))
    }

    async fn read<I: Io>(&self, key: &(PathBuf, u64), place: &Place, io: &I) -> Result<String, ReadError> {
        match self.way {
            Way::Environment => Ok(io.env_text("TOKEN").unwrap_or_default()),
            Way::File => io.read_text(&key.0).await.map_err(ReadError::io("read")),
            Way::Tree => {
                let path = key.0.clone();
                Ok(io.unblock(move || Machine::current().value(&path.to_string_lossy()).to_string()).await)
            }
            Way::Program => {
                let command = Command::new(&key.0, "/", place.command_timeout);
                let output = io.run(command).await.map_err(ReadError::io("run"))?;
                Ok(String::from_utf8_lossy(&output.stdout).into_owned())
            }
        }
    }

    fn without_reading(&self, _key: &(PathBuf, u64)) -> Option<String> {
        matches!(self.policy, Policy::Keyed).then(|| String::from("?"))
    }
}

/// The prompt, with caches of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Six {
    pub(super) prompt: &'static Prompt<Eyes>,
    caches: [&'static SourceCache<Lru>; 6],
}

const VARIABLES: &[&str] =
    &["HOME", "LANG", "LC_ALL", "LC_CTYPE", "NO_COLOR", "PATH", "PROFILE", "TERM", "TOKEN", "ZIRON_PROFILE"];

impl Six {
    /// A prompt and caches that live for ever.
    fn new(limits: CacheLimits) -> Six {
        let caches = THINGS.map(|thing| &*Box::leak(Box::new(SourceCache::<Lru>::new(thing.name, limits))));
        let sources: [PlannedSource<Eyes>; 6] = std::array::from_fn(|at| {
            let parts = if at == 0 { Parts::ALL.and(Parts::MODULES) } else { Parts::ALL };
            PlannedSource { cache: caches[at], ..PlannedSource::new(THINGS[at], parts) }
        });
        let build = Build { version: "1", config: "", config_hash: "c", build_hash: "b1" };
        let settings = Settings {
            add_newline: false,
            budget: Duration::ZERO,
            command_timeout: COMMAND_TIMEOUT,
            scan_timeout: Duration::MAX,
            follow_symlinks: true,
            transient: true,
        };
        let idle_exit = Duration::from_secs(3600);
        let prompt = Prompt {
            background: Some(Background { patience: PATIENCE, idle_exit }),
            variables: VARIABLES,
            sources: Box::leak(Box::new(sources)),
            modules: &[Module {
                name: "status",
                doc: "",
                sources: &[],
                draw: &|facts, pen| show(facts, 0, pen),
            }],
            left: Some(&|facts, pen| {
                for (at, thing) in THINGS.into_iter().enumerate() {
                    pen.put(thing.name);
                    pen.put(" ");
                    show(facts, at, pen);
                    pen.put(",");
                }
            }),
            right: Some(&|facts, pen| show(facts, 5, pen)),
            transient_left: Some(&|_, pen| pen.put("then")),
            ..Prompt::new(build, settings)
        };
        Six { prompt: Box::leak(Box::new(prompt)), caches }
    }

    /// A prompt for a world on this thread, with empty caches. How large they may be: as usual, tiny, or nothing at
    /// all.
    pub(super) fn of_size(size: usize) -> Six {
        thread_local! {
            static SIZES: [Six; 3] = [
                Six::new(CacheLimits::DEFAULT),
                Six::new(CacheLimits { entries: 2, ..CacheLimits::DEFAULT }),
                Six::new(CacheLimits { entries: 0, ..CacheLimits::DEFAULT }),
            ];
        }
        let six = SIZES.with(|sizes| sizes[size % sizes.len()]);
        six.caches.iter().for_each(|cache| _ = cache.clear());
        six
    }

    /// A prompt whose caches nobody has used, as a daemon has that begins.
    pub(super) fn fresh() -> Six {
        Six::new(CacheLimits::DEFAULT)
    }

    /// Number of facts in all caches.
    pub(super) fn entries(&self) -> usize {
        self.caches.iter().map(|cache| cache.statistics().entries).sum()
    }
}

/// A fact, a star behind it if it is stale, or a dash.
fn show(facts: &Facts<'_>, at: usize, pen: &mut Pen<'_>) {
    let Some(fact) = facts.get::<String>(at) else { return pen.put("-") };
    pen.put(fact);
    if facts.health(at).has(Health::STALE) {
        pen.put("*");
    }
}

/// What a prompt shows of one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown<'p> {
    Nothing,
    Fresh(&'p str),
    Stale(&'p str),
}

/// Reads a left prompt.
pub(super) fn shown(left: &str) -> impl Iterator<Item = (&str, Shown<'_>)> {
    left.split_terminator(',').map(move |part| {
        let (name, value) = part.split_once(' ').unwrap_or_else(|| panic!("no prompt: {left:?}"));
        let shown = match (value, value.strip_suffix('*')) {
            ("-", _) => Shown::Nothing,
            (_, Some(value)) => Shown::Stale(value),
            (value, None) => Shown::Fresh(value),
        };
        (name, shown)
    })
}

/// The variables of a request.
pub(super) fn variables<'v>(profile: &'v str, token: &'v str) -> [(&'static OsStr, &'v OsStr); 2] {
    [("PROFILE", profile), ("TOKEN", token)].map(|(name, value)| (OsStr::new(name), OsStr::new(value)))
}

#[test]
fn the_variables_of_the_prompt_are_those_that_its_sources_read() {
    assert_eq!(VARIABLES, Six::fresh().prompt.variables_of_manifests());
}
