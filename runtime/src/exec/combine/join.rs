//! Waiting for all of several futures.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Waits for both.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::{Single, combine::join};
///
/// assert_eq!(Single::new().run(join(async { 1 }, async { "two" })), (1, "two"));
/// ```
pub async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) {
    futures_lite::future::zip(a, b).await
}

/// Waits for all, and brings their outputs in the order of the futures.
///
/// # Cost
/// One allocation for each; each wake-up polls all that are not done. For more than some tens take a
/// [`Group`](crate::exec::cancel::Group).
///
/// # Examples
/// ```
/// use ziron_runtime::exec::combine::join_all;
/// use ziron_runtime::exec::Priority;
/// use ziron_runtime::exec::simulate::simulate;
///
/// let squares = simulate(1, |world| async move {
///     join_all((1..=3).map(|n| world.handle().spawn(Priority::Normal, async move { n * n }))).await
/// });
/// assert_eq!(squares, [1, 4, 9]);
/// ```
pub async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut items: Vec<_> = futures.into_iter().map(Item::new).collect();
    poll_fn(|context| {
        let pending: usize = items.iter_mut().map(|item| usize::from(item.poll(context).is_pending())).sum();
        if pending > 0 {
            return Poll::Pending;
        }
        Poll::Ready(items.iter_mut().filter_map(Item::take).collect())
    })
    .await
}

/// Waits for all to succeed. With the first error the others are dropped, which cancels them.
///
/// # Errors
/// The first error.
///
/// # Cost
/// As for [`join_all`].
///
/// # Examples
/// ```
/// use std::future::Future;
/// use std::pin::Pin;
/// use ziron_runtime::exec::{Single, combine::all};
///
/// type Work = Pin<Box<dyn Future<Output = Result<u8, &'static str>>>>;
/// let fine: Vec<Work> = vec![Box::pin(async { Ok(1) }), Box::pin(async { Ok(2) })];
/// assert_eq!(Single::new().run(all(fine)), Ok(vec![1, 2]));
/// let broken: Vec<Work> = vec![Box::pin(std::future::pending()), Box::pin(async { Err("no disk") })];
/// assert_eq!(Single::new().run(all(broken)), Err("no disk"));
/// ```
pub async fn all<T, E, F>(futures: impl IntoIterator<Item = F>) -> Result<Vec<T>, E>
where
    F: Future<Output = Result<T, E>>,
{
    let mut items: Vec<_> = futures.into_iter().map(Item::new).collect();
    poll_fn(|context| {
        let mut is_pending = false;
        for item in &mut items {
            if item.poll(context).is_pending() {
                is_pending = true;
            } else if let Some(Err(_)) = item.output()
                && let Some(Err(error)) = item.take()
            {
                return Poll::Ready(Err(error));
            }
        }
        if is_pending {
            return Poll::Pending;
        }
        Poll::Ready(items.iter_mut().filter_map(Item::take).collect())
    })
    .await
}

/// A future, then its output until that is taken.
enum Item<F: Future> {
    Future(Pin<Box<F>>),
    Output(Option<F::Output>),
}

impl<F: Future> Item<F> {
    fn new(future: F) -> Self {
        Item::Future(Box::pin(future))
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if let Item::Future(future) = self {
            match future.as_mut().poll(context) {
                Poll::Ready(output) => *self = Item::Output(Some(output)),
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(())
    }

    fn output(&self) -> Option<&F::Output> {
        match self {
            Item::Future(_) => None,
            Item::Output(output) => output.as_ref(),
        }
    }

    fn take(&mut self) -> Option<F::Output> {
        match self {
            Item::Future(_) => None,
            Item::Output(output) => output.take(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::exec::Priority;
    use crate::exec::simulate::for_seeds;

    #[test]
    fn outputs_come_in_the_order_of_the_futures_however_they_end() {
        for_seeds(0..100, |world| async move {
            let sleeps = (0..10).map(|n| {
                let (clock, span) = (world.clock().clone(), world.random().up_to(Duration::from_secs(1)));
                async move {
                    clock.sleep(span).await;
                    n
                }
            });
            assert_eq!(join_all(sleeps).await, (0..10).collect::<Vec<_>>());
        });
    }

    #[test]
    fn the_first_error_cancels_the_others() {
        for_seeds(0..100, |world| async move {
            let tasks = (1..=4_u64).map(|n| {
                let clock = world.clock().clone();
                world.handle().spawn(Priority::Normal, async move {
                    clock.sleep(Duration::from_secs(n)).await;
                    if n < 3 { Ok(n) } else { Err(n) }
                })
            });
            let result = all(tasks).await;
            assert_eq!((result, world.time().elapsed()), (Err(3), Duration::from_secs(3)));
            world.clock().sleep(Duration::from_secs(10)).await;
            assert!(world.handle().tasks().is_empty());
        });
    }
}
