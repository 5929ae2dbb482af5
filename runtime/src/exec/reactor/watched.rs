//! A descriptor that tasks can wait for.

use std::future::poll_fn;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::sync::Arc;

use async_io::Async;

use super::Reactor;
use super::epoll::{Direction, Readiness};

/// A socket, pipe or the like that tasks wait for without blocking; made by
/// [`Handle::watch`](crate::exec::Handle::watch).
///
/// It is watched by the reactor of the model it was made with: its own where it has one, else that of async-io.
#[derive(Debug)]
pub struct Watched<T: AsFd>(Kind<T>);

#[derive(Debug)]
enum Kind<T: AsFd> {
    Driven(Driven<T>),
    Shared(Async<T>),
}

#[derive(Debug)]
struct Driven<T: AsFd> {
    io: T,
    reactor: Arc<Reactor>,
    readiness: Readiness,
}

impl<T: AsFd> Drop for Driven<T> {
    fn drop(&mut self) {
        self.reactor.remove(&self.io, &self.readiness);
    }
}

impl<T: AsFd> Watched<T> {
    pub(in crate::exec) fn new(io: T, reactor: Option<&Arc<Reactor>>) -> io::Result<Self> {
        let Some(reactor) = reactor else {
            return Async::new(io).map(|io| Watched(Kind::Shared(io)));
        };
        rustix::io::ioctl_fionbio(&io, true)?;
        let readiness = reactor.add(&io)?;
        Ok(Watched(Kind::Driven(Driven { io, reactor: reactor.clone(), readiness })))
    }

    /// What is watched.
    pub fn get_ref(&self) -> &T {
        match &self.0 {
            Kind::Driven(driven) => &driven.io,
            Kind::Shared(shared) => shared.get_ref(),
        }
    }

    /// Tries something that reads, again each time it could succeed, until it does or fails otherwise than by having
    /// nothing to read.
    ///
    /// # Cancel safety
    /// Nothing is read and lost: it is tried only in a poll that then ends.
    pub async fn read_with<R>(&self, operation: impl FnMut(&T) -> io::Result<R>) -> io::Result<R> {
        match &self.0 {
            Kind::Driven(driven) => driven.try_until(Direction::Read, operation).await,
            Kind::Shared(shared) => shared.read_with(operation).await,
        }
    }

    /// Tries something that writes, as [`read_with`](Watched::read_with) does.
    pub async fn write_with<R>(&self, operation: impl FnMut(&T) -> io::Result<R>) -> io::Result<R> {
        match &self.0 {
            Kind::Driven(driven) => driven.try_until(Direction::Write, operation).await,
            Kind::Shared(shared) => shared.write_with(operation).await,
        }
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// As the writer's; and when it takes no more.
    ///
    /// # Cancel safety
    /// A part of it may have been written.
    pub async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()>
    where
        for<'a> &'a T: Write,
    {
        while !bytes.is_empty() {
            match self.write_with(|mut io| io.write(bytes)).await? {
                0 => return Err(ErrorKind::WriteZero.into()),
                length => bytes = bytes.get(length..).unwrap_or_default(),
            }
        }
        Ok(())
    }
}

impl<T: AsFd> Driven<T> {
    async fn try_until<R>(
        &self,
        direction: Direction,
        mut operation: impl FnMut(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        loop {
            self.readiness.clear(direction);
            match operation(&self.io) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                result => return result,
            }
            if let Direction::Write = direction {
                self.reactor.await_room(&self.io, &self.readiness)?;
            }
            poll_fn(|context| self.readiness.poll(direction, context.waker())).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::net::UnixStream;
    use std::sync::{Arc, mpsc};
    use std::time::Duration;

    use crate::exec::{Priority, Single};

    /// Answers everything that comes with itself, until the other end is gone.
    fn echo(model: &Single, stream: UnixStream) -> crate::exec::Task<usize> {
        let stream = model.handle().watch(stream).unwrap();
        model.handle().spawn(Priority::Critical, async move {
            let (mut buffer, mut total) = (vec![0; 8192], 0);
            loop {
                let length = stream.read_with(|mut stream| stream.read(&mut buffer)).await.unwrap();
                if length == 0 {
                    return total;
                }
                stream.write_all(&buffer[..length]).await.unwrap();
                total += length;
            }
        })
    }

    #[test]
    fn many_talk_at_once_and_nothing_is_lost() {
        // More than a socket holds, so that writers have to wait for room on both sides.
        const BYTES: usize = 1 << 20;
        for model in [Single::driven().unwrap(), Single::new()] {
            let (clients, servers): (Vec<_>, Vec<_>) = (0..8)
                .map(|_| UnixStream::pair().unwrap())
                .map(|(here, there)| (here, echo(&model, there)))
                .unzip();
            std::thread::scope(|threads| {
                for client in clients {
                    let mut reader = client.try_clone().unwrap();
                    threads.spawn(move || {
                        let mut writer = client;
                        let data: Vec<u8> = (0..BYTES).map(|n| (n % 251) as u8).collect();
                        std::io::Write::write_all(&mut writer, &data).unwrap();
                        writer.shutdown(std::net::Shutdown::Write).unwrap();
                    });
                    threads.spawn(move || {
                        let mut data = Vec::new();
                        reader.read_to_end(&mut data).unwrap();
                        assert_eq!(data.len(), BYTES);
                        assert!(data.iter().enumerate().all(|(n, byte)| usize::from(*byte) == n % 251));
                    });
                }
                for server in servers {
                    assert_eq!(model.run(server), BYTES);
                }
            });
        }
    }

    #[test]
    fn another_thread_serves_while_the_first_hangs() {
        let model = Single::driven().unwrap();
        let (mut client, there) = UnixStream::pair().unwrap();
        let served = echo(&model, there);
        let (free, hangs) = mpsc::channel::<()>();
        let (begin, begun) = mpsc::channel();
        let stuck = model.handle().spawn(Priority::High, async move {
            begin.send(()).unwrap();
            hangs.recv()
        });
        std::thread::scope(|threads| {
            threads.spawn(|| model.run(stuck));
            begun.recv().unwrap();
            let second = threads.spawn(|| model.run(served));
            std::io::Write::write_all(&mut client, b"ping").unwrap();
            let mut answer = [0; 4];
            client.read_exact(&mut answer).unwrap();
            drop(client);
            assert_eq!(second.join().unwrap(), 4);
            drop(free);
        });
    }

    #[test]
    fn idle_runners_hand_the_turn_on() {
        // Who is left without it sleeps for ever, which depends on who is where when the others leave.
        for round in 0..100 {
            let model = Arc::new(Single::driven().unwrap());
            let (mut client, there) = UnixStream::pair().unwrap();
            client.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
            let other = model.handle().watch(UnixStream::pair().unwrap().0).unwrap();
            let super::Kind::Driven(super::Driven { reactor, .. }) = &other.0 else { unreachable!() };
            let served = echo(&model, there);
            let (stop, stopped) = async_channel::bounded::<()>(1);
            let mut runners = Vec::new();
            for _ in 0..2 {
                let (model, stopped) = (model.clone(), stopped.clone());
                runners.push(std::thread::spawn(move || model.run(stopped.recv()).is_err()));
            }
            let last = model.clone();
            runners.push(std::thread::spawn(move || last.run(served) == 84));
            let mut answer = [0; 4];
            for _ in 0..20 {
                std::io::Write::write_all(&mut client, b"ping").unwrap();
                client.read_exact(&mut answer).unwrap();
            }
            // Half of the time one waits and two sleep.
            while round % 2 == 0 && reactor.runners() != (1, 2) {
                std::thread::yield_now();
            }
            stop.close();
            // Whichever of them held the turn is gone: one more answer shows that it was handed on.
            std::io::Write::write_all(&mut client, b"last").unwrap();
            client.read_exact(&mut answer).unwrap();
            assert_eq!(&answer, b"last");
            drop(client);
            for runner in runners {
                assert!(runner.join().unwrap(), "it was stopped, or has served all that came");
            }
        }
    }

    #[test]
    fn timers_come_in_order_and_wake_a_waiting_runner() {
        let model = Single::driven().unwrap();
        let clock = model.handle().clock().clone();
        let order = model.run(async {
            let (sender, receiver) = async_channel::unbounded();
            let tasks: Vec<_> = [30, 10, 20]
                .map(|ms| (ms, clock.sleep(Duration::from_millis(ms)), sender.clone()))
                .map(|(ms, sleep, sender)| {
                    model.handle().spawn(Priority::Normal, async move {
                        sleep.await;
                        sender.try_send(ms)
                    })
                })
                .into();
            for task in tasks {
                task.await.unwrap();
            }
            [receiver.recv().await, receiver.recv().await, receiver.recv().await]
        });
        assert_eq!(order, [Ok(10), Ok(20), Ok(30)]);
    }

    #[test]
    fn what_is_dropped_is_not_watched_any_more() {
        let model = Single::driven().unwrap();
        let mut others = Vec::new();
        for _ in 0..100 {
            let (here, _there) = UnixStream::pair().unwrap();
            // The system forgets what is closed by itself, but not while there is another descriptor of it.
            others.push(here.try_clone().unwrap());
            let watched = model.handle().watch(here).unwrap();
            if let super::Kind::Driven(driven) = &watched.0 {
                assert_eq!(driven.reactor.watched(), (1, 1));
                let reactor = driven.reactor.clone();
                drop(watched);
                assert_eq!(reactor.watched(), (0, 0));
            } else {
                panic!("a reactor of our own drives it");
            }
        }
        let (mut client, there) = UnixStream::pair().unwrap();
        let served = echo(&model, there);
        std::io::Write::write_all(&mut client, b"ping").unwrap();
        client.shutdown(std::net::Shutdown::Write).unwrap();
        assert_eq!(model.run(served), 4);
    }
}
