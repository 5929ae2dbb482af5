//! A prompt that shows six facts of different policies, so that a client can tell whether each was true.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::machine::Machine;
use crate::gather::{FactCache, Gather, Parts};
use crate::io::{Command, Io};
use crate::pen::Pen;
use crate::place::Place;
use crate::prompt::{Background, Build, Module, Prompt, Settings};
use crate::source::{Cost, Known, Manifest, Policy, ReadError, Source};
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

impl Source for Thing {
    /// What it is, and what identifies its contents where something does.
    type Key = (PathBuf, u64);
    type Fact = String;

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

    fn manifest(&self) -> Manifest {
        Manifest::of(self).env(&["PROFILE", "TOKEN"])
    }

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

/// What the daemon remembers of each thing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caches([&'static SourceCache<Lru>; 6]);

impl Caches {
    /// Caches that live for ever: there is one set for each thread and size.
    fn new(keeping: CacheLimits) -> Caches {
        Caches(THINGS.map(|thing| &*Box::leak(Box::new(SourceCache::new(thing.name, keeping)))))
    }

    /// Whether all are as small as they may be.
    pub(super) fn entries(&self) -> usize {
        self.0.iter().map(|cache| cache.statistics().entries).sum()
    }
}

thread_local! {
    static CURRENT: std::cell::Cell<Option<Caches>> = const { std::cell::Cell::new(None) };
    static SIZES: [Caches; 3] = [
        Caches::new(CacheLimits::DEFAULT),
        Caches::new(CacheLimits { entries: 2, ..CacheLimits::DEFAULT }),
        Caches::new(CacheLimits { entries: 0, ..CacheLimits::DEFAULT }),
    ];
}

/// Clears the caches of this thread, and says how large they are from now on: as usual, tiny, or nothing at all.
pub(super) fn use_shelves(size: usize) -> Caches {
    let caches = SIZES.with(|sizes| sizes[size % sizes.len()]);
    caches.0.iter().for_each(|cache| _ = cache.clear());
    CURRENT.set(Some(caches));
    caches
}

/// Caches that nobody has used, as a daemon has that begins.
pub(super) fn forget() {
    CURRENT.set(Some(Caches::new(CacheLimits::DEFAULT)));
}

/// The prompt.
pub(super) struct Six;

impl Prompt for Six {
    type Facts = [Known<String>; 6];

    const BUILD: Build = Build { version: "1", config: "", config_hash: "c", build_hash: "b1" };
    const SETTINGS: Settings = Settings {
        add_newline: false,
        budget: Duration::ZERO,
        command_timeout: COMMAND_TIMEOUT,
        scan_timeout: Duration::MAX,
        follow_symlinks: true,
        transient: true,
    };
    const BACKGROUND: Option<Background> =
        Some(Background { patience: PATIENCE, idle_exit: Duration::from_secs(3600) });
    const VARIABLES: &'static [&'static str] = &[
        "HOME",
        "LANG",
        "LC_ALL",
        "LC_CTYPE",
        "NO_COLOR",
        "PATH",
        "PROFILE",
        "TERM",
        "TOKEN",
        "ZIRON_PROFILE",
    ];
    const MODULES: &'static [Module<Self::Facts>] =
        &[Module { name: "status", doc: "", sources: &[], draw: |facts, pen| show(&facts[0], pen) }];

    fn gather<G: Gather>(gather: &G) -> Self::Facts {
        let caches = CURRENT.get().expect("a simulation runs on this thread").0;
        let mut begun = Vec::new();
        for (at, thing) in THINGS.into_iter().enumerate() {
            let parts = if at == 0 { Parts::ALL.and(Parts::MODULES) } else { Parts::ALL };
            let memory: &'static dyn FactCache = caches[at];
            begun.push(gather.begin(parts, thing, memory));
        }
        let mut begun = begun.into_iter();
        std::array::from_fn(|_| begun.next().map_or(Known::Absent, |pending| gather.finish(pending)))
    }

    fn left(facts: &Self::Facts, pen: &mut Pen<'_>) {
        for (fact, thing) in facts.iter().zip(THINGS) {
            pen.put(thing.name);
            pen.put(" ");
            show(fact, pen);
            pen.put(",");
        }
    }

    fn right(facts: &Self::Facts, pen: &mut Pen<'_>) {
        show(&facts[5], pen);
    }

    fn continuation(_: &mut Pen<'_>) {}

    fn transient_left(_: &Self::Facts, pen: &mut Pen<'_>) {
        pen.put("then");
    }

    fn transient_right(_: &Self::Facts, _: &mut Pen<'_>) {}

    fn sources() -> Vec<(&'static str, Manifest)> {
        THINGS.map(|thing| (thing.name, thing.manifest())).into()
    }
}

/// A fact, a star behind it if it is old, or a dash.
fn show(fact: &Known<String>, pen: &mut Pen<'_>) {
    match fact {
        Known::Absent | Known::Awaited | Known::Failed(None) => pen.put("-"),
        Known::Fresh(fact) | Known::Failed(Some(fact)) => pen.put(fact),
        Known::Stale(fact) => {
            pen.put(fact);
            pen.put("*");
        }
    }
}

/// What a picture shows of one thing.
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
    assert_eq!(Six::VARIABLES, crate::variables::of_manifests::<Six>());
}
