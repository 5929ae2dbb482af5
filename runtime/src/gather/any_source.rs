//! Sources without their types: what the table of a prompt holds.
//!
//! There are as many types of sources as a prompt has modules. The code that knows them is there once for each, so it
//! is kept to this file and [`dyn_source`](super::dyn_source): everything behind it is compiled once.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::dyn_source::{DynSource, Later, Of, hash_of};
use super::learn::{Asking, Learned, Work};
use super::read_context::ReadContext;
use super::{Outcome, outcome_of};
use crate::io::{Io, Real};
#[cfg(feature = "otlp")]
use crate::otlp::Traced;
use crate::place::Place;
use crate::source::{Cost, Describe, Manifest, Policy, Source};
use crate::store::{AnyFact, FactCache};

/// A source without its types. Every [`Source`] is one.
pub trait AnySource<I: 'static = Real>: Sync + 'static {
    /// The name under which facts are stored and shown.
    fn name(&self) -> &'static str;

    /// How expensive it is.
    fn cost(&self) -> Cost;

    /// How long its facts hold.
    fn policy(&self) -> Policy;

    /// What it reads.
    fn manifest(&self) -> Manifest;

    /// What can be said without asking the system anything.
    fn at_hand(&self, place: &Place) -> Option<AnyFact>;

    /// Asks for the key, and answers at once what is cheap to read or in memory.
    ///
    /// # Cancel safety
    /// Dropping what is left to do abandons the reading; nothing is kept.
    fn begin(&'static self, cache: &'static dyn FactCache, with: &Arc<ReadContext<I>>) -> Begun;

    /// Looks up what the source would be asked for, for people.
    fn look_up(&self, cache: &dyn FactCache, with: &ReadContext<I>) -> Lookup;

    /// Reads a fact that is written as a value of TOML, in the shape of its Rust type.
    ///
    /// # Errors
    /// If it has another shape.
    #[cfg(feature = "scenario")]
    fn read_toml(&self, value: toml::Value) -> Result<AnyFact, toml::de::Error>;

    /// The same source, for an operating system that notes what it is asked.
    #[cfg(feature = "otlp")]
    fn traced(&'static self) -> &'static dyn AnySource<Traced<Real>>;
}

impl<I: 'static> fmt::Debug for dyn AnySource<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl<S: Source, I: Io> AnySource<I> for S {
    fn name(&self) -> &'static str {
        Describe::name(self)
    }

    fn cost(&self) -> Cost {
        Describe::cost(self)
    }

    fn policy(&self) -> Policy {
        Describe::policy(self)
    }

    fn manifest(&self) -> Manifest {
        Source::manifest(self)
    }

    fn at_hand(&self, place: &Place) -> Option<AnyFact> {
        Source::at_hand(self, place).map(any)
    }

    fn begin(&'static self, cache: &'static dyn FactCache, with: &Arc<ReadContext<I>>) -> Begun {
        let ReadContext { place, io, mind, .. } = &**with;
        let key = match at_once(self.key(place, io)) {
            Some(Some(key)) => key,
            Some(None) => return Begun::Ready((None, Outcome::Nothing)),
            None => {
                return Begun::Rest(Box::pin(from_the_start(keyed(self, with.clone()), cache, with.clone())));
            }
        };
        if is_read_each_time(Describe::policy(self), cache)
            && Describe::cost(self) < Cost::Tree
            && let Some(result) = at_once(self.read(&key, place, io))
        {
            if mind.is_some() {
                with.note(Describe::name(self), hash_of(&key));
            }
            return Begun::Ready(match result {
                Ok(fact) => (Some(any(fact)), Outcome::Read),
                Err(error) => (self.without_reading(&key).map(any), outcome_of(error)),
            });
        }
        match begin_asking(Arc::new(Of { source: self, key }), cache, with.clone()) {
            Ok(learned) => Begun::Ready(learned),
            Err(work) => Begun::Rest(work),
        }
    }

    fn look_up(&self, cache: &dyn FactCache, with: &ReadContext<I>) -> Lookup {
        let ReadContext { place, io, .. } = with;
        let key = match at_once(self.key(place, io)) {
            None => return Lookup::Waits,
            Some(None) => return Lookup::Nothing,
            Some(Some(key)) => key,
        };
        // What is cheap and kept nowhere is read, as a drawing does.
        let is_cheap = is_read_each_time(Describe::policy(self), cache) && Describe::cost(self) < Cost::Tree;
        let read = is_cheap.then(|| at_once(self.read(&key, place, io))).flatten();
        Lookup::Key {
            shown: format!("{key:?}"),
            bytes: postcard::to_stdvec(&key).unwrap_or_default(),
            read: read.map(|read| read.map(|fact| format!("{fact:?}")).map_err(|error| error.describe())),
        }
    }

    #[cfg(feature = "scenario")]
    fn read_toml(&self, value: toml::Value) -> Result<AnyFact, toml::de::Error> {
        value.try_into::<S::Fact>().map(any)
    }

    #[cfg(feature = "otlp")]
    fn traced(&'static self) -> &'static dyn AnySource<Traced<Real>> {
        self
    }
}

/// A source that has begun.
pub enum Begun {
    /// All that there is to know is known.
    Ready(Learned),
    /// The rest has to be looked for; nothing is done before this is polled.
    Rest(Work),
}

impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Begun::Ready(_) => "Ready",
            Begun::Rest(_) => "Rest",
        })
    }
}

/// What a source says about its key.
#[derive(Debug)]
pub enum Lookup {
    /// It has to be waited for.
    Waits,
    /// There is nothing to read.
    Nothing,
    /// There is a key.
    Key {
        /// For people.
        shown: String,
        /// As it is stored.
        bytes: Vec<u8>,
        /// What is read for every prompt and not cached: the fact for people, or why it cannot be read.
        read: Option<Result<String, String>>,
    },
}

fn any<F: Send + Sync + 'static>(fact: F) -> AnyFact {
    Arc::new(fact)
}

fn is_read_each_time(policy: Policy, cache: &dyn FactCache) -> bool {
    policy == Policy::Never && cache.lifetime().is_none()
}

fn begin_asking<I: Io>(
    dyn_source: Arc<dyn DynSource<I>>,
    cache: &'static dyn FactCache,
    with: Arc<ReadContext<I>>,
) -> Result<Learned, Work> {
    let mut asking = Asking::new(dyn_source, cache, with);
    asking.at_once().ok_or_else(|| Box::pin(asking.learn()) as Work)
}

/// Waits for the key, and keeps it with its source.
fn keyed<S: Source, I: Io>(
    source: &'static S,
    with: Arc<ReadContext<I>>,
) -> Later<'static, Option<Arc<dyn DynSource<I>>>> {
    Box::pin(async move {
        let key = source.key(&with.place, &with.io).await?;
        Some(Arc::new(Of { source, key }) as Arc<dyn DynSource<I>>)
    })
}

async fn from_the_start<I: Io>(
    keyed: Later<'static, Option<Arc<dyn DynSource<I>>>>,
    cache: &'static dyn FactCache,
    with: Arc<ReadContext<I>>,
) -> Learned {
    let Some(dyn_source) = keyed.await else { return (None, Outcome::Nothing) };
    match begin_asking(dyn_source, cache, with) {
        Ok(learned) => learned,
        Err(work) => work.await,
    }
}

/// What a future brings without waiting.
fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    }
}
