//! Waking a task asks for no memory, and neither does recording a metric.

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use futures_lite::future::yield_now;
use ziron_benches::{Counting, allocations};
use ziron_runtime::testing::{Counter, Histogram, Priority, Single};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn waking_tasks_asks_for_no_memory() {
    let model = Single::new();
    let busy = || async {
        loop {
            yield_now().await;
        }
    };
    let tasks: Vec<_> = (0..400).map(|n| model.handle().spawn(Priority::ALL[n % 4], busy())).collect();
    let turns = async || {
        for _ in 0..100 {
            yield_now().await;
        }
    };
    let polls = || model.handle().tasks().iter().map(|task| task.polls).sum::<u64>();
    // The first run makes what a thread needs once.
    model.run(turns());
    let before = polls();
    assert_eq!(allocations(|| model.run(turns())), 0);
    assert!(polls() - before > 1000, "only {} wake-ups were counted", polls() - before);
    drop(tasks);
}

#[test]
fn waiting_for_a_socket_asks_for_no_memory() {
    let model = Single::driven().expect("a reactor");
    let (here, there) = UnixStream::pair().expect("a pair");
    let here = model.handle().watch(here).expect("watched");
    let there = model.handle().watch(there).expect("watched");
    let echo = model.handle().spawn(Priority::High, async move {
        let mut byte = [0];
        while there.read_with(|mut stream| stream.read(&mut byte)).await? > 0 {
            there.write_all(&byte).await?;
        }
        std::io::Result::Ok(())
    });
    let talk = async |rounds: usize| {
        for _ in 0..rounds {
            here.write_all(b"x").await?;
            here.read_with(|mut stream| stream.read(&mut [0])).await?;
        }
        std::io::Result::Ok(())
    };
    let count = |rounds| allocations(|| model.run(talk(rounds)).expect("answers"));
    // What a run needs once is the same for few rounds and for many.
    count(1);
    assert_eq!(count(10), count(1000));
    drop(echo);
}

#[test]
fn recording_asks_for_no_memory() {
    let (counter, histogram) = (Counter::default(), Histogram::new());
    let count = allocations(|| {
        counter.add(1);
        histogram.record(Duration::from_micros(7));
    });
    assert_eq!(count, 0);
}
