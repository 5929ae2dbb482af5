//! Beginning with one source: what costs nothing to know is known at once, without the heap.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::dyn_source::{DynSource, Later, Of, hash_of, typed};
use super::fact_cache::FactCache;
use super::learn::{Asking, Learned, Work};
use super::read_context::ReadContext;
use super::{Outcome, outcome_of};
use crate::io::Io;
use crate::source::{Cost, Fact, Policy, Source};

/// What a reading brings: the fact if there is one, and what came of it.
pub(crate) type Found<F> = (Option<F>, Outcome);

/// A source that has begun.
pub(crate) enum Begun<F> {
    /// All that there is to know is known.
    Ready(Found<F>),
    /// The rest has to be looked for; nothing is done before this is polled.
    Rest(Work),
}

/// Begins with a source: asks for its key, and answers at once what is cheap to read or in memory.
///
/// # Cancel safety
/// Dropping the rest abandons the reading; nothing is kept.
pub(crate) fn begin<S: Source, I: Io>(
    source: &'static S,
    memory: &'static dyn FactCache,
    with: &Arc<ReadContext<I>>,
) -> Begun<S::Fact> {
    let ReadContext { place, io, mind, .. } = &**with;
    let key = match at_once(source.key(place, io)) {
        Some(Some(key)) => key,
        Some(None) => return Begun::Ready((None, Outcome::Nothing)),
        None => {
            return Begun::Rest(Box::pin(from_the_start(keyed(source, with.clone()), memory, with.clone())));
        }
    };
    let is_read_each_time = source.policy() == Policy::Never && memory.lifetime().is_none();
    if is_read_each_time
        && source.cost() < Cost::Tree
        && let Some(result) = at_once(source.read(&key, place, io))
    {
        if mind.is_some() {
            with.note(source.name(), hash_of(&key));
        }
        return Begun::Ready(match result {
            Ok(fact) => (Some(fact), Outcome::Read),
            Err(error) => (source.without_reading(&key), outcome_of(error)),
        });
    }
    match begin_asking(Arc::new(Of { source, key }), memory, with.clone()) {
        Ok(learned) => Begun::Ready(found(learned)),
        Err(work) => Begun::Rest(work),
    }
}

/// A fact with its type again.
pub(crate) fn found<F: Fact>((fact, outcome): Learned) -> Found<F> {
    (fact.and_then(typed), outcome)
}

fn begin_asking<I: Io>(
    dyn_source: Arc<dyn DynSource<I>>,
    memory: &'static dyn FactCache,
    with: Arc<ReadContext<I>>,
) -> Result<Learned, Work> {
    let mut asking = Asking::new(dyn_source, memory, with);
    asking.at_once().ok_or_else(|| Box::pin(asking.learn()) as Work)
}

/// Waits for the key, and makes a subject of it.
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
    memory: &'static dyn FactCache,
    with: Arc<ReadContext<I>>,
) -> Learned {
    let Some(dyn_source) = keyed.await else { return (None, Outcome::Nothing) };
    match begin_asking(dyn_source, memory, with) {
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
