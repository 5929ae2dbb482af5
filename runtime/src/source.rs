//! Sources: where facts come from.

use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::io;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::io::Io;
use crate::place::Place;
use crate::variables::detected;

/// All that a fact depends on: equal keys, equal facts.
pub trait Key: Clone + fmt::Debug + Eq + Hash + Serialize + DeserializeOwned + Send + Sync + 'static {}
impl<K: Clone + fmt::Debug + Eq + Hash + Serialize + DeserializeOwned + Send + Sync + 'static> Key for K {}

/// What a source found; remembered, and stored where the policy says so.
pub trait Fact:
    Clone + fmt::Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
}
impl<F: Clone + fmt::Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static> Fact for F {}

/// Describes a source: its name, its cost, its policy, and what it reads whatever its options say. Derived, from
/// `#[source(…)]` or `#[module(…)]`.
pub trait Describe {
    /// The name under which facts are stored and shown.
    fn name(&self) -> &'static str;

    /// How expensive it is. Asked for at each drawing, unlike the manifest.
    fn cost(&self) -> Cost;

    /// How long its facts hold. Asked for at each drawing, unlike the manifest.
    fn policy(&self) -> Policy;

    /// The part of the manifest that does not depend on options.
    fn base_manifest(&self) -> Manifest {
        Manifest::new(self.cost(), self.policy())
    }
}

/// Gathers one kind of fact about a place.
pub trait Source: Describe + Sync + Sized + 'static {
    /// All that the fact depends on.
    type Key: Key;
    /// What is found.
    type Fact: Fact;

    /// What the source reads: the only such list. A source whose options name more adds it to the
    /// [base](Describe::base_manifest).
    fn manifest(&self) -> Manifest {
        self.base_manifest()
    }

    /// Says what the fact depends on here; `None` if there is nothing to read, which is no error.
    ///
    /// Asynchronous because the identity of a file has to be asked of the file system.
    fn key<I: Io>(&self, place: &Place, io: &I) -> impl Future<Output = Option<Self::Key>> + Send;

    /// Reads the fact.
    ///
    /// # Cancel safety
    /// Dropping the future abandons the reading; nothing is stored.
    fn read<I: Io>(
        &self,
        key: &Self::Key,
        place: &Place,
        io: &I,
    ) -> impl Future<Output = Result<Self::Fact, ReadError>> + Send;

    /// What can be said without asking the system anything, drawn (as stale) where a file system does not answer: a
    /// path, but not its repository.
    fn at_hand(&self, place: &Place) -> Option<Self::Fact> {
        let _ = place;
        None
    }

    /// What the key alone tells, drawn where a reading failed or came too late: a tool's symbol without its version.
    fn without_reading(&self, key: &Self::Key) -> Option<Self::Fact> {
        let _ = key;
        None
    }
}

/// What a source reads, what it costs and how long its facts hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The variables of the environment that it reads.
    pub env: Vec<&'static str>,
    /// The files, folders and extensions (`*.rs`) that it looks for in the place, and other files that it reads.
    pub files: Vec<String>,
    /// The programs that it may run.
    pub programs: Vec<String>,
    /// The events that invalidate its facts.
    pub events: Vec<Trigger>,
    /// How expensive it is.
    pub cost: Cost,
    /// How long a fact holds.
    pub policy: Policy,
}

/// An event that invalidates facts, by its name. What watches files, repositories and the network adds its own here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trigger {
    /// A shell runs a command.
    CommandStart,
    /// A command has ended in a shell that shows the fact.
    CommandEnd,
    /// A shell is in another directory.
    Directory,
    /// The configuration has changed.
    Configuration,
    /// An event of the user's own.
    Custom(&'static str),
}

impl Trigger {
    /// The name of the event.
    pub const fn name(self) -> &'static str {
        match self {
            Trigger::CommandStart => "command-start",
            Trigger::CommandEnd => "command-end",
            Trigger::Directory => "directory",
            Trigger::Configuration => "configuration",
            Trigger::Custom(name) => name,
        }
    }
}

impl Manifest {
    /// The manifest of a source that reads nothing and costs nothing.
    pub const fn new(cost: Cost, policy: Policy) -> Manifest {
        Manifest {
            env: Vec::new(),
            files: Vec::new(),
            programs: Vec::new(),
            events: Vec::new(),
            cost,
            policy,
        }
    }

    /// Adds variables of the environment. One that must not be there may be written with a leading `!`, as in an option
    /// `detect_env_vars`.
    #[must_use]
    pub fn env(mut self, names: &[&'static str]) -> Manifest {
        self.env.extend(names.iter().copied().map(detected));
        self
    }

    /// Adds files.
    #[must_use]
    pub fn files<F: Into<String>>(mut self, names: impl IntoIterator<Item = F>) -> Manifest {
        self.files.extend(names.into_iter().map(Into::into));
        self
    }

    /// Adds programs.
    #[must_use]
    pub fn programs<P: Into<String>>(mut self, names: impl IntoIterator<Item = P>) -> Manifest {
        self.programs.extend(names.into_iter().map(Into::into));
        self
    }

    /// Adds events.
    #[must_use]
    pub fn events(mut self, triggers: &[Trigger]) -> Manifest {
        self.events.extend_from_slice(triggers);
        self
    }

    /// Adds what another manifest names.
    #[must_use]
    pub fn and(mut self, other: Manifest) -> Manifest {
        self.env.extend(other.env);
        self.files.extend(other.files);
        self.programs.extend(other.programs);
        self.events.extend(other.events);
        self
    }
}

/// How expensive a source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cost {
    /// Memory only: the environment, the request, the clock.
    Free,
    /// A handful of system calls on files.
    File,
    /// A walk through a tree of files.
    Tree,
    /// A program is run.
    Process,
    /// Something beyond this machine is asked.
    Network,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cost::Free => "free",
            Cost::File => "file",
            Cost::Tree => "tree",
            Cost::Process => "process",
            Cost::Network => "network",
        })
    }
}

/// How long a fact holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// It is read for every prompt and never stored.
    Never,
    /// It holds as long as the key is the same.
    Keyed,
    /// It holds as long as the key is the same, but not longer than this.
    Ttl(Duration),
    /// It is read for every prompt; the last value is drawn as stale where a reading comes too late.
    Last,
}

impl Policy {
    /// What holds where the configuration says how long a fact does.
    #[must_use]
    pub fn under(self, lifetime: Option<Duration>) -> Policy {
        lifetime.map_or(self, Policy::Ttl)
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Policy::Never => f.write_str("read for every prompt"),
            Policy::Keyed => f.write_str("stored while its key is the same"),
            Policy::Ttl(age) => write!(f, "stored for {} ms", age.as_millis()),
            Policy::Last => f.write_str("read for every prompt, last value kept for late ones"),
        }
    }
}

/// Why a fact could not be read.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReadError {
    /// A file or a program could not be used.
    Io {
        /// What was tried, in words: "run node".
        action: String,
        /// What the system said.
        source: io::Error,
    },
    /// A program ended without success.
    Failed {
        /// The program.
        program: String,
        /// Its exit status, if it was not killed.
        status: Option<i32>,
    },
    /// What was read makes no sense.
    Unexpected {
        /// What was expected of whom, in words.
        what: String,
    },
    /// Everything could be read, and there is nothing to show: no such program, no version in a file that need not have
    /// one. This is no failure.
    Nothing {
        /// What there is not, in words.
        what: String,
    },
}

impl ReadError {
    /// An error of the system, with what was tried.
    pub fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> ReadError {
        move |source| ReadError::Io { action: action.into(), source }
    }

    /// What was read makes no sense.
    pub fn unexpected(what: impl Into<String>) -> ReadError {
        ReadError::Unexpected { what: what.into() }
    }

    /// There is nothing to show, which is no failure.
    pub fn nothing(what: impl Into<String>) -> ReadError {
        ReadError::Nothing { what: what.into() }
    }

    /// Whether something could not be read, so that what is shown is marked: there may be something that is not seen.
    pub const fn is_failure(&self) -> bool {
        !matches!(self, ReadError::Nothing { .. })
    }

    /// The error with all that caused it, on one line.
    pub fn describe(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Io { action, .. } => write!(f, "could not {action}"),
            ReadError::Failed { program, status: Some(status) } => {
                write!(f, "{program} ended with status {status}")
            }
            ReadError::Failed { program, status: None } => write!(f, "{program} was killed"),
            ReadError::Unexpected { what } | ReadError::Nothing { what } => f.write_str(what),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ReadError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// A fact as a prompt knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known<F> {
    /// There is nothing to know here.
    Absent,
    /// It was read for this prompt, or holds by its policy.
    Fresh(F),
    /// It is the last value; a new one did not arrive within the budget.
    Stale(F),
    /// It could not be read. What its key alone tells may be there.
    Failed(Option<F>),
    /// It did not arrive within the budget, and there is no last value.
    Awaited,
}

impl<F> Known<F> {
    /// The fact, however old.
    pub const fn get(&self) -> Option<&F> {
        match self {
            Known::Absent | Known::Awaited | Known::Failed(None) => None,
            Known::Fresh(fact) | Known::Stale(fact) | Known::Failed(Some(fact)) => Some(fact),
        }
    }

    /// The same about another form of the fact.
    pub fn map<T>(self, change: impl FnOnce(F) -> T) -> Known<T> {
        match self {
            Known::Absent => Known::Absent,
            Known::Fresh(fact) => Known::Fresh(change(fact)),
            Known::Stale(fact) => Known::Stale(change(fact)),
            Known::Failed(fact) => Known::Failed(fact.map(change)),
            Known::Awaited => Known::Awaited,
        }
    }

    /// Whether the fact is stale.
    pub const fn is_stale(&self) -> bool {
        matches!(self, Known::Stale(_))
    }

    /// How far what is shown of it can be relied on.
    pub const fn health(&self) -> Health {
        match self {
            Known::Absent | Known::Fresh(_) => Health::GOOD,
            Known::Stale(_) => Health::STALE,
            Known::Failed(_) => Health::FAILED,
            Known::Awaited => Health::AWAITED,
        }
    }
}

/// How far what a module shows can be relied on: what is true of any of its facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health(u8);

impl Health {
    /// All was read, or there is nothing to read.
    pub const GOOD: Health = Health(0);
    /// A fact is stale.
    pub const STALE: Health = Health(1);
    /// A fact could not be read.
    pub const FAILED: Health = Health(2);
    /// A fact has not arrived yet.
    pub const AWAITED: Health = Health(4);

    /// That of two facts together.
    #[must_use]
    pub const fn and(self, other: Health) -> Health {
        Health(self.0 | other.0)
    }

    /// Whether this is true of a fact.
    pub const fn has(self, other: Health) -> bool {
        self.0 & other.0 != 0
    }
}
