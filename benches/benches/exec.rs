//! What the executor of the background mode costs: a task from its spawning to its output, a wake-up, and a message.

use std::hint::black_box;
use std::time::{Duration, Instant};

use async_channel::bounded;
use criterion::{Criterion, criterion_group, criterion_main};
use futures_lite::future::yield_now;
use ziron_runtime::testing::{Handle, Priority, Single};

/// Times `count` rounds on a running model, as the daemon has it: the reactor gets its turns.
#[allow(clippy::disallowed_methods, reason = "a measurement looks at the clock")]
fn time(model: &Single, work: impl AsyncFnOnce(&Handle)) -> Duration {
    model.run(async {
        let start = Instant::now();
        work(model.handle()).await;
        start.elapsed()
    })
}

fn exec(criterion: &mut Criterion) {
    let model = Single::new();
    criterion.bench_function("exec: spawn and join", |bencher| {
        bencher.iter_custom(|count| {
            let driver = model.handle().clone();
            let rounds = async move {
                for n in 0..count {
                    black_box(driver.spawn(Priority::High, async move { n }).await);
                }
            };
            time(&model, async |handle| handle.spawn(Priority::High, rounds).await)
        });
    });
    criterion.bench_function("exec: wake", |bencher| {
        bencher.iter_custom(|count| {
            let rounds = async move {
                for _ in 0..count {
                    yield_now().await;
                }
            };
            time(&model, async |handle| handle.spawn(Priority::High, rounds).await)
        });
    });
    criterion.bench_function("exec: message to another task", |bencher| {
        bencher.iter_custom(|count| {
            let (sender, receiver) = bounded(1);
            let sink = async move { while receiver.recv().await.is_ok() {} };
            let source = async move {
                for n in 0..count {
                    let _ = sender.send(n).await;
                }
            };
            time(&model, async |handle| {
                let sink = handle.spawn(Priority::High, sink);
                handle.spawn(Priority::High, source).await;
                sink.await;
            })
        });
    });
}

criterion_group!(benches, exec);
criterion_main!(benches);
