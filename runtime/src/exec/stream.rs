//! Streams: messages over time, on the `Stream` of futures-lite.
//!
//! `map`, `filter` and the like are [`StreamExt`](futures_lite::StreamExt)'s; here is what needs a clock. The stream
//! that is wrapped must be `Unpin`: `Box::pin` makes any so, such as the receiver of a channel.
//!
//! # Examples
//! ```
//! use std::time::Duration;
//! use futures_lite::StreamExt;
//! use ziron_runtime::exec::simulate::simulate;
//! use ziron_runtime::exec::stream::Timed;
//! use ziron_runtime::exec::time::Missed;
//!
//! simulate(1, |world| async move {
//!     let start = world.clock().now();
//!     let seconds = world
//!         .clock()
//!         .interval(Duration::from_secs(1), Missed::Burst)
//!         .map(move |tick| (tick - start).as_secs())
//!         .filter(|second| second % 2 == 0)
//!         .take(4)
//!         .batch(2, Duration::from_secs(60), world.clock());
//!     assert_eq!(seconds.collect::<Vec<_>>().await, [[2, 4], [6, 8]]);
//! });
//! ```

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_lite::Stream;

use super::time::{Clock, Sleep};

/// What a stream can do with a clock.
pub trait Timed: Stream + Sized + Unpin {
    /// Gathers items: `most` of them, at least one, or those that came within `span` of the first.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use futures_lite::StreamExt;
    /// use ziron_runtime::exec::{simulate::simulate, stream::Timed};
    ///
    /// simulate(1, |world| async move {
    ///     let items = futures_lite::stream::iter(1..=5);
    ///     let batches: Vec<_> = items.batch(2, Duration::from_secs(1), world.clock()).collect().await;
    ///     assert_eq!(batches, [vec![1, 2], vec![3, 4], vec![5]]);
    /// });
    /// ```
    fn batch(self, most: usize, span: Duration, clock: &Clock) -> Batch<Self> {
        let clock = clock.clone();
        Batch { stream: Some(self), most: most.max(1), span, clock, items: Vec::new(), end: None }
    }

    /// Lets an item through when no other has come for `span`: the last of each flurry. A stream that never pauses
    /// brings nothing.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use futures_lite::StreamExt;
    /// use ziron_runtime::exec::{simulate::simulate, stream::Timed};
    ///
    /// simulate(1, |world| async move {
    ///     let saves = futures_lite::stream::iter(["a", "ab", "abc"]);
    ///     let saved: Vec<_> = saves.debounce(Duration::from_millis(50), world.clock()).collect().await;
    ///     assert_eq!(saved, ["abc"]);
    /// });
    /// ```
    fn debounce(self, span: Duration, clock: &Clock) -> Debounce<Self> {
        Debounce { stream: Some(self), span, clock: clock.clone(), last: None }
    }

    /// Lets at most one item through in each `span`: the first at once, then the latest of those that came meanwhile.
    /// The last item always comes.
    ///
    /// # Examples
    /// ```
    /// use std::time::Duration;
    /// use futures_lite::StreamExt;
    /// use ziron_runtime::exec::{simulate::simulate, stream::Timed};
    ///
    /// simulate(1, |world| async move {
    ///     let progress = futures_lite::stream::iter(0..=100);
    ///     let shown: Vec<_> = progress.throttle(Duration::from_millis(16), world.clock()).collect().await;
    ///     assert_eq!(shown, [0, 100]);
    /// });
    /// ```
    fn throttle(self, span: Duration, clock: &Clock) -> Throttle<Self> {
        Throttle { stream: Some(self), span, clock: clock.clone(), last: None, pause: None }
    }
}

impl<S: Stream + Unpin> Timed for S {}

/// A stream that always has something lets others run after so many items.
const BURST: usize = 64;

/// Asks to be polled again, after others.
fn later<T>(context: &Context<'_>) -> Poll<T> {
    context.waker().wake_by_ref();
    Poll::Pending
}

/// Whether a timer, if there is one, has come to its end.
fn is_over(timer: Option<&mut Sleep>, context: &mut Context<'_>) -> bool {
    timer.is_some_and(|timer| Pin::new(timer).poll(context).is_ready())
}

/// Items in groups; made by [`Timed::batch`].
#[derive(Debug)]
pub struct Batch<S: Stream> {
    /// Gone when it has ended.
    stream: Option<S>,
    most: usize,
    span: Duration,
    clock: Clock,
    items: Vec<S::Item>,
    end: Option<Sleep>,
}

// What is kept is never pinned.
impl<S: Stream + Unpin> Unpin for Batch<S> {}

impl<S: Stream + Unpin> Stream for Batch<S> {
    type Item = Vec<S::Item>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Vec<S::Item>>> {
        let this = &mut *self;
        while let Some(stream) = &mut this.stream {
            match Pin::new(stream).poll_next(context) {
                Poll::Ready(Some(item)) => {
                    if this.items.is_empty() {
                        this.end = Some(this.clock.sleep(this.span));
                    }
                    this.items.push(item);
                    if this.items.len() >= this.most {
                        break;
                    }
                }
                Poll::Ready(None) => this.stream = None,
                Poll::Pending if is_over(this.end.as_mut(), context) => break,
                Poll::Pending => return Poll::Pending,
            }
        }
        this.end = None;
        let items = std::mem::take(&mut this.items);
        Poll::Ready((!items.is_empty()).then_some(items))
    }
}

/// The last item of each flurry; made by [`Timed::debounce`].
#[derive(Debug)]
pub struct Debounce<S: Stream> {
    stream: Option<S>,
    span: Duration,
    clock: Clock,
    last: Option<(S::Item, Sleep)>,
}

impl<S: Stream + Unpin> Unpin for Debounce<S> {}

impl<S: Stream + Unpin> Stream for Debounce<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let (this, mut polls) = (&mut *self, 0..BURST);
        while let Some(stream) = &mut this.stream {
            if polls.next().is_none() {
                return later(context);
            }
            match Pin::new(stream).poll_next(context) {
                Poll::Ready(Some(item)) => this.last = Some((item, this.clock.sleep(this.span))),
                Poll::Ready(None) => this.stream = None,
                Poll::Pending if is_over(this.last.as_mut().map(|(_, sleep)| sleep), context) => break,
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(this.last.take().map(|(item, _)| item))
    }
}

/// At most one item in each span; made by [`Timed::throttle`].
#[derive(Debug)]
pub struct Throttle<S: Stream> {
    stream: Option<S>,
    span: Duration,
    clock: Clock,
    last: Option<S::Item>,
    /// While it runs, nothing goes through.
    pause: Option<Sleep>,
}

impl<S: Stream + Unpin> Unpin for Throttle<S> {}

impl<S: Stream + Unpin> Stream for Throttle<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let (this, mut polls) = (&mut *self, 0..BURST);
        while let Some(stream) = &mut this.stream {
            if polls.next().is_none() {
                return later(context);
            }
            match Pin::new(stream).poll_next(context) {
                Poll::Ready(Some(item)) => {
                    this.last = Some(item);
                    if this.pause.is_none() {
                        break;
                    }
                }
                Poll::Ready(None) => this.stream = None,
                Poll::Pending => {
                    if is_over(this.pause.as_mut(), context) {
                        this.pause = None;
                    }
                    if this.pause.is_some() || this.last.is_none() {
                        return Poll::Pending;
                    }
                    break;
                }
            }
        }
        // After the end, the last item still waits for its time.
        if this.last.is_some()
            && let Some(pause) = &mut this.pause
        {
            ready!(Pin::new(pause).poll(context));
        }
        this.pause = this.last.is_some().then(|| this.clock.sleep(this.span));
        Poll::Ready(this.last.take())
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::StreamExt as _;

    use super::*;
    use crate::exec::Priority;
    use crate::exec::channel::{Receiver, bounded};
    use crate::exec::simulate::{World, simulate};

    /// Sends numbers after the given pauses (ms) and tells what comes out, and when (ms).
    fn when<S, T>(
        pauses: &[u64],
        through: impl FnOnce(Pin<Box<Receiver<usize>>>, World) -> S,
    ) -> Vec<(u128, T)>
    where
        S: Stream<Item = T>,
    {
        simulate(1, |world| {
            let (sender, receiver) = bounded(100);
            let (clock, pauses) = (world.clock().clone(), pauses.to_vec());
            let source = async move {
                for (number, pause) in pauses.into_iter().enumerate() {
                    clock.sleep(Duration::from_millis(pause)).await;
                    let _ = sender.send(number).await;
                }
            };
            world.handle().spawn(Priority::Normal, source).detach();
            let time = world.time().clone();
            through(Box::pin(receiver), world).map(move |item| (time.elapsed().as_millis(), item)).collect()
        })
    }

    const SPAN: Duration = Duration::from_millis(10);

    #[test]
    fn a_batch_ends_by_count_or_by_time() {
        let out = when(&[1, 1, 1, 1, 50, 1], |items, world| items.batch(3, SPAN, world.clock()));
        assert_eq!(out, [(3, vec![0, 1, 2]), (14, vec![3]), (55, vec![4, 5])]);
    }

    #[test]
    fn a_flurry_brings_its_last_item() {
        let out = when(&[1, 5, 9, 30, 5], |items, world| items.debounce(SPAN, world.clock()));
        assert_eq!(out, [(25, 2), (50, 4)]);
    }

    #[test]
    fn a_throttle_keeps_its_distance_and_the_latest() {
        let out = when(&[1, 2, 2, 2, 40, 1, 1], |items, world| items.throttle(SPAN, world.clock()));
        assert_eq!(out, [(1, 0), (11, 3), (47, 4), (57, 6)]);
    }
}
