//! Events: what happened.

use std::fmt;

use crate::exec::Priority;

/// Something that happened.
///
/// What watches files, repositories and the network adds its own variants here when it comes, between those of shells and those of the daemon.
/// A source names the events that make it old by [`Event::name`], so that such a variant needs a name and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A shell runs a command.
    CommandStart,
    /// The command has ended.
    CommandEnd,
    /// A shell is in another directory.
    Directory,
    /// The configuration that the program was built from has changed.
    Configuration,
    /// A time that the configuration asks for is over.
    Timer {
        /// The source that is to be read again.
        source: &'static str,
    },
    /// Something of the user's own.
    Custom {
        /// Its name.
        name: String,
        /// What belongs to it.
        data: Vec<u8>,
    },
    /// A fact was read.
    Updated {
        /// Its source.
        source: &'static str,
    },
    /// A fact could not be read.
    Failed {
        /// Its source.
        source: &'static str,
    },
    /// A source has failed so often that it rests.
    Rests {
        /// The source.
        source: &'static str,
    },
    /// A shell has connected.
    SessionBegan,
    /// A shell has left.
    SessionEnded,
}

/// The names by which shells tell of what only they can know.
const OF_SHELLS: [Event; 3] = [Event::CommandStart, Event::CommandEnd, Event::Directory];

impl Event {
    /// What a client tells: an event of shells, or one of the user's own.
    ///
    /// # Examples
    /// ```
    /// use ziron_runtime::bus::Event;
    /// assert_eq!(Event::told("command-end", b""), Event::CommandEnd);
    /// assert_eq!(Event::told("deploy", b"staging").to_string(), "deploy staging");
    /// ```
    pub fn told(name: &str, data: &[u8]) -> Event {
        let known = OF_SHELLS.into_iter().find(|event| event.name() == name);
        known.unwrap_or_else(|| Event::Custom { name: name.to_owned(), data: data.to_owned() })
    }

    /// The name that sources subscribe to.
    pub fn name(&self) -> &str {
        match self {
            Event::CommandStart => "command-start",
            Event::CommandEnd => "command-end",
            Event::Directory => "directory",
            Event::Configuration => "configuration",
            Event::Timer { .. } => "timer",
            Event::Custom { name, .. } => name,
            Event::Updated { .. } => "updated",
            Event::Failed { .. } => "failed",
            Event::Rests { .. } => "rests",
            Event::SessionBegan => "session-began",
            Event::SessionEnded => "session-ended",
        }
    }

    /// How urgent it is: what can make a fact old comes before what only tells.
    pub const fn priority(&self) -> Priority {
        match self {
            Event::CommandStart | Event::CommandEnd | Event::Directory | Event::Configuration => {
                Priority::High
            }
            Event::Timer { .. } | Event::Custom { .. } => Priority::Normal,
            Event::Updated { .. }
            | Event::Failed { .. }
            | Event::Rests { .. }
            | Event::SessionBegan
            | Event::SessionEnded => Priority::Low,
        }
    }

    /// Whether it only tells. Nothing subscribes to such: a source that is read again because another was could make that one old in turn.
    pub const fn only_tells(&self) -> bool {
        matches!(self.priority(), Priority::Low)
    }
}

impl fmt::Display for Event {
    /// One line of printable characters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name().escape_debug())?;
        match self {
            Event::Custom { data, .. } if !data.is_empty() => write!(f, " {}", data.escape_ascii()),
            Event::Timer { source }
            | Event::Updated { source }
            | Event::Failed { source }
            | Event::Rests { source } => write!(f, " {source}"),
            _ => Ok(()),
        }
    }
}
