//! A pool of connections, for a program that asks often and from several places.
//!
//! There are never more than the limit, in use or idle. One that was idle for too long, or that is not usable any more,
//! is dropped when somebody comes for one; nothing wakes up for it.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use event_listener::{Event, Listener, listener};

use super::asynchronous::AsyncClient;
use super::client::Client;

/// What a pool can hold.
pub trait Connection {
    /// Whether it can serve another exchange.
    fn is_usable(&self) -> bool;
}

impl Connection for Client {
    fn is_usable(&self) -> bool {
        Client::is_usable(self)
    }
}

impl Connection for AsyncClient {
    fn is_usable(&self) -> bool {
        AsyncClient::is_usable(self)
    }
}

/// A pool of connections.
///
/// ```no_run
/// # use std::time::{Duration, Instant};
/// use ziron_runtime::client::Client;
/// use ziron_runtime::client::{Hello, Tool, ToolKind};
/// use ziron_runtime::client::Pool;
/// let pool = Pool::new(4, Duration::from_secs(60));
/// let deadline = Instant::now() + Duration::from_secs(1);
/// if let Some(mut lease) = pool.wait(deadline) {
///     let client = lease.get_or_connect(|| {
///         let mut client = Client::connect("/run/user/1000/ziron/0123456789abcdef/socket".as_ref(), deadline)?;
///         client.greet(&Hello::default(), deadline)?;
///         Ok::<_, ziron_runtime::client::ClientError>(client)
///     })?;
///     client.ask(&Tool::new(ToolKind::Status), deadline, |text| drop(text))?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Pool<C: Connection> {
    state: Mutex<Connections<C>>,
    /// Told when a lease ends.
    ended: Event,
    limit: usize,
    patience: Duration,
    clock: Box<dyn Fn() -> Instant + Send + Sync>,
}

struct Connections<C> {
    /// Those that nobody uses, with the time since when; the one that was used last is at the end.
    idle: Vec<(C, Instant)>,
    /// How many leases there are.
    leased: usize,
}

impl<C: Connection> Pool<C> {
    /// A pool of at most `limit` connections, which are kept idle for `patience`.
    pub fn new(limit: usize, patience: Duration) -> Pool<C> {
        #[allow(
            clippy::disallowed_methods,
            reason = "how long a connection is idle is a matter of the real clock"
        )]
        Pool::with_clock(limit, patience, Instant::now)
    }

    /// The same with another clock.
    pub fn with_clock(
        limit: usize,
        patience: Duration,
        clock: impl Fn() -> Instant + Send + Sync + 'static,
    ) -> Pool<C> {
        let state = Mutex::new(Connections { idle: Vec::new(), leased: 0 });
        Pool { state, ended: Event::new(), limit, patience, clock: Box::new(clock) }
    }

    /// Takes a lease, if the limit allows one more.
    pub fn take(&self) -> Option<Lease<'_, C>> {
        let mut state = self.state();
        if state.leased >= self.limit {
            return None;
        }
        state.leased += 1;
        self.drop_expired(&mut state);
        let connection = loop {
            match state.idle.pop() {
                Some((connection, _)) if connection.is_usable() => break Some(connection),
                Some(_) => {}
                None => break None,
            }
        };
        Some(Lease { pool: self, connection })
    }

    /// Takes a lease; where there are too many, waits for one to end.
    pub async fn acquire(&self) -> Lease<'_, C> {
        loop {
            listener!(self.ended => ended);
            if let Some(lease) = self.take() {
                return lease;
            }
            ended.await;
        }
    }

    /// The same on this thread, at most until a deadline.
    pub fn wait(&self, deadline: Instant) -> Option<Lease<'_, C>> {
        loop {
            listener!(self.ended => ended);
            if let Some(lease) = self.take() {
                return Some(lease);
            }
            ended.wait_deadline(deadline)?;
        }
    }

    /// Drops what was idle for too long.
    pub fn expire(&self) {
        self.drop_expired(&mut self.state());
    }

    /// How many connections are idle.
    pub fn idle(&self) -> usize {
        self.state().idle.len()
    }

    fn drop_expired(&self, state: &mut Connections<C>) {
        let now = (self.clock)();
        state.idle.retain(|(_, since)| now.saturating_duration_since(*since) < self.patience);
    }

    fn state(&self) -> MutexGuard<'_, Connections<C>> {
        // Nothing here can leave it half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Connection> fmt::Debug for Pool<C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        out.debug_struct("Pool")
            .field("limit", &self.limit)
            .field("leased", &state.leased)
            .field("idle", &state.idle.len())
            .finish_non_exhaustive()
    }
}

/// The right to one connection. When it ends, the connection goes back if it is usable.
#[derive(Debug)]
pub struct Lease<'p, C: Connection> {
    pool: &'p Pool<C>,
    connection: Option<C>,
}

impl<C: Connection> Lease<'_, C> {
    /// The connection, if there was an idle one.
    pub fn get(&mut self) -> Option<&mut C> {
        self.connection.as_mut()
    }

    /// Holds a connection that was made because there was none.
    pub fn fill(&mut self, connection: C) -> &mut C {
        self.connection.insert(connection)
    }

    /// The connection; it is made if there was no idle one.
    pub fn get_or_connect<E>(&mut self, connect: impl FnOnce() -> Result<C, E>) -> Result<&mut C, E> {
        Ok(match &mut self.connection {
            Some(connection) => connection,
            empty => empty.insert(connect()?),
        })
    }
}

impl<C: Connection> Drop for Lease<'_, C> {
    fn drop(&mut self) {
        let connection = self.connection.take().filter(Connection::is_usable);
        let now = (self.pool.clock)();
        let mut state = self.pool.state();
        state.leased -= 1;
        state.idle.extend(connection.map(|connection| (connection, now)));
        drop(state);
        self.pool.ended.notify(1);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

    use futures_lite::future::{block_on, poll_once};

    use super::*;
    use crate::ipc::stub::{far, now};

    /// A connection with a number that can be broken from outside.
    #[derive(Debug)]
    struct Fake(u32, Arc<AtomicBool>);

    impl Connection for Fake {
        fn is_usable(&self) -> bool {
            !self.1.load(Ordering::Relaxed)
        }
    }

    fn fake(number: u32) -> Fake {
        Fake(number, Arc::default())
    }

    fn number(lease: &mut Lease<'_, Fake>) -> Option<u32> {
        lease.get().map(|fake| fake.0)
    }

    #[test]
    fn connections_are_used_again_the_last_one_first() {
        let pool = Pool::new(3, Duration::from_secs(60));
        let (mut one, mut two) = (pool.take().unwrap(), pool.take().unwrap());
        assert!(number(&mut one).is_none());
        one.fill(fake(1));
        two.fill(fake(2));
        drop(one);
        drop(two);
        assert_eq!(pool.idle(), 2);
        assert_eq!(number(&mut pool.take().unwrap()), Some(2));
        let failed: Result<_, &str> =
            pool.take().unwrap().get_or_connect(|| Err("not asked")).map(|fake| fake.0);
        assert_eq!(failed, Ok(2));
    }

    #[test]
    fn broken_ones_are_dropped_when_they_come_back_and_when_they_are_asked_for() {
        let pool = Pool::new(3, Duration::from_secs(60));
        let (one, two) = (fake(1), fake(2));
        let (break_one, break_two) = (Arc::clone(&one.1), Arc::clone(&two.1));
        let (mut first, mut second) = (pool.take().unwrap(), pool.take().unwrap());
        first.fill(one);
        second.fill(two);
        break_two.store(true, Ordering::Relaxed);
        drop((first, second));
        assert_eq!(pool.idle(), 1);
        break_one.store(true, Ordering::Relaxed);
        assert!(number(&mut pool.take().unwrap()).is_none());
        assert_eq!(pool.idle(), 0);
    }

    #[test]
    fn idle_ones_expire() {
        let start = now();
        let seconds = Arc::new(AtomicU64::new(0));
        let clock = Arc::clone(&seconds);
        let clock = move || start + Duration::from_secs(clock.load(Ordering::Relaxed));
        let pool = Pool::with_clock(3, Duration::from_secs(60), clock);
        pool.take().unwrap().fill(fake(1));
        seconds.store(59, Ordering::Relaxed);
        pool.expire();
        assert_eq!(pool.idle(), 1);
        let lease = pool.take().unwrap();
        seconds.store(200, Ordering::Relaxed);
        drop(lease);
        assert_eq!(pool.idle(), 1, "it was in use meanwhile");
        seconds.store(260, Ordering::Relaxed);
        assert!(number(&mut pool.take().unwrap()).is_none());
    }

    #[test]
    fn there_are_never_more_than_the_limit() {
        let pool = Pool::new(1, Duration::from_secs(60));
        let mut lease = pool.take().unwrap();
        lease.fill(fake(1));
        assert!(pool.take().is_none() && pool.wait(now()).is_none());
        block_on(async {
            let mut waiting = Box::pin(pool.acquire());
            assert!(poll_once(&mut waiting).await.is_none());
            drop(lease);
            assert_eq!(number(&mut waiting.await), Some(1));
        });
    }

    #[test]
    fn one_who_gives_up_waiting_passes_the_turn_on() {
        let pool: Pool<Fake> = Pool::new(1, Duration::from_secs(60));
        let lease = pool.take().unwrap();
        block_on(async {
            let mut first = Box::pin(pool.acquire());
            let mut second = Box::pin(pool.acquire());
            assert!(poll_once(&mut first).await.is_none() && poll_once(&mut second).await.is_none());
            drop(lease);
            drop(first);
            drop(second.await);
        });
    }

    #[test]
    fn many_threads_share_few_connections() {
        let pool: Pool<Fake> = Pool::new(2, Duration::from_secs(60));
        let made = AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let mut lease = pool.wait(far()).unwrap();
                        let connect = || Ok::<_, ()>(fake(made.fetch_add(1, Ordering::Relaxed) as u32));
                        lease.get_or_connect(connect).unwrap();
                    }
                });
            }
        });
        assert!(made.load(Ordering::Relaxed) <= 2);
        assert!(pool.idle() <= 2);
    }
}
