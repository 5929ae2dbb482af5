//! Waiting for the first of several futures.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// The output of one of two futures.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::combine::Either;
///
/// let either: Either<u8, &str> = Either::Left(1);
/// assert_eq!(either, Either::Left(1));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Either<A, B> {
    /// The first one's.
    Left(A),
    /// The second one's.
    Right(B),
}

/// Waits for the first of two futures with the same output; the other is dropped. If both are there, `a` wins.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::{Single, combine::race};
///
/// assert_eq!(Single::new().run(race(std::future::pending(), async { 2 })), 2);
/// assert_eq!(Single::new().run(race(async { 1 }, async { 2 })), 1);
/// ```
pub async fn race<T>(a: impl Future<Output = T>, b: impl Future<Output = T>) -> T {
    match select(a, b).await {
        Either::Left(output) | Either::Right(output) => output,
    }
}

/// Waits for the first of several futures; the others are dropped. If more than one is there, the first of them wins.
///
/// Without any it waits for ever.
///
/// # Examples
/// ```
/// use std::time::Duration;
/// use ziron_runtime::exec::{combine::race_all, simulate::simulate};
///
/// let winner = simulate(1, |world| async move {
///     race_all([3, 1, 2].map(|seconds| {
///         let sleep = world.clock().sleep(Duration::from_secs(seconds));
///         async move {
///             sleep.await;
///             seconds
///         }
///     }))
///     .await
/// });
/// assert_eq!(winner, 1);
/// ```
pub async fn race_all<F: Future>(futures: impl IntoIterator<Item = F>) -> F::Output {
    let mut futures: Vec<_> = futures.into_iter().map(Box::pin).collect();
    poll_fn(|context| {
        let first = futures.iter_mut().find_map(|future| match future.as_mut().poll(context) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        });
        first.map_or(Poll::Pending, Poll::Ready)
    })
    .await
}

/// Waits for the first of two futures; the other is dropped. If both are there, `a` wins: [`Fair`] lets them take
/// turns.
///
/// # Examples
/// ```
/// use ziron_runtime::exec::{Single, combine::{Either, select}};
///
/// let output = Single::new().run(select(async { 1 }, std::future::pending::<()>()));
/// assert_eq!(output, Either::Left(1));
/// ```
pub async fn select<A: Future, B: Future>(a: A, b: B) -> Either<A::Output, B::Output> {
    let (mut a, mut b) = (pin!(a), pin!(b));
    poll_fn(|context| match a.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Either::Left(output)),
        Poll::Pending => b.as_mut().poll(context).map(Either::Right),
    })
    .await
}

/// Selects between two futures again and again so that neither wins twice while the other is there too. It uses no
/// randomness, so that simulations can be repeated.
///
/// # Examples
/// Two channels that always have something:
/// ```
/// use ziron_runtime::exec::Single;
/// use ziron_runtime::exec::combine::{Either, Fair};
///
/// Single::new().run(async {
///     let mut fair = Fair::new();
///     let mut won = Vec::new();
///     for _ in 0..4 {
///         won.push(fair.select(async { 1 }, async { 2 }).await);
///     }
///     assert_eq!(won, [Either::Left(1), Either::Right(2), Either::Left(1), Either::Right(2)]);
/// });
/// ```
#[derive(Debug, Default)]
pub struct Fair {
    won: Option<Side>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Side {
    Left,
    Right,
}

impl Fair {
    /// The first wins the first time.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{Single, combine::{Either, Fair}};
    /// let first = Single::new().run(async { Fair::new().select(async {}, async {}).await });
    /// assert_eq!(first, Either::Left(()));
    /// ```
    pub const fn new() -> Self {
        Fair { won: None }
    }

    /// Waits for the first of two futures; the other is dropped. If both are there, the one that did not win the last
    /// time wins.
    ///
    /// # Examples
    /// ```
    /// # use ziron_runtime::exec::{Single, combine::{Either, Fair}};
    /// let mut fair = Fair::new();
    /// let output = Single::new().run(fair.select(std::future::pending::<()>(), async { 2 }));
    /// assert_eq!(output, Either::Right(2));
    /// ```
    pub async fn select<A: Future, B: Future>(&mut self, a: A, b: B) -> Either<A::Output, B::Output> {
        let output = if self.won == Some(Side::Left) {
            match select(b, a).await {
                Either::Left(output) => Either::Right(output),
                Either::Right(output) => Either::Left(output),
            }
        } else {
            select(a, b).await
        };
        self.won = Some(match output {
            Either::Left(_) => Side::Left,
            Either::Right(_) => Side::Right,
        });
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::channel::bounded;
    use crate::exec::simulate::for_seeds;

    #[test]
    fn what_loses_loses_no_message() {
        for_seeds(0..100, |world| async move {
            let ((left, lefts), (right, rights)) = (bounded(50), bounded(50));
            for n in 0..50 {
                left.try_send(n).unwrap();
                right.try_send(n).unwrap();
            }
            let (mut fair, mut seen) = (Fair::new(), [Vec::new(), Vec::new()]);
            for _ in 0..100 {
                match fair.select(lefts.recv(), rights.recv()).await {
                    Either::Left(n) => seen[0].extend(n),
                    Either::Right(n) => seen[1].extend(n),
                }
                assert!(seen[0].len().abs_diff(seen[1].len()) <= 1);
            }
            assert_eq!(seen, [(0..50).collect::<Vec<_>>(), (0..50).collect()]);
            drop(world);
        });
    }
}
