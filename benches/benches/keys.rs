//! How long it takes to gather the facts of the default prompt in a folder of a hundred entries where there is nothing
//! to find: all keys, the listing included.
#![allow(clippy::disallowed_methods, reason = "a bench makes files")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use ziron::{Parts, Request};
use ziron_benches::DEFAULT_PROMPT;
use ziron_runtime::gather::{Direct, ReadContext};
use ziron_runtime::io::{Real, Sent};
use ziron_runtime::place::Place;

fn keys(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..100 {
        std::fs::write(folder.path().join(format!("entry-{number}.txt")), "").expect("a file");
    }
    let path = folder.path().canonicalize().expect("it is there");
    let (request, budget) = (Request::default(), Duration::from_millis(500));
    let io = Real::with(Sent::of_process());
    criterion.bench_function("keys of the default format, 100 entries", |bencher| {
        bencher.iter(|| {
            let place = Place::new(path.clone(), path.clone(), None, budget);
            let context = ReadContext::new(io.clone(), place, None);
            let direct = Direct::new(context, &request, Parts::ALL, budget);
            black_box(DEFAULT_PROMPT.gather(&direct));
        });
    });
}

criterion_group!(benches, keys);
criterion_main!(benches);
