//! How long all keys of the default prompt take in a folder of a hundred entries, its listing included.
#![allow(clippy::disallowed_methods, reason = "a bench makes files")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use futures_lite::future::block_on;
use ziron::{Gather, Known, Parts, Prompt, Request, Source};
use ziron_benches::DefaultPrompt;
use ziron_runtime::gather::FactCache;
use ziron_runtime::io::{Real, Sent};
use ziron_runtime::place::Place;

/// Computes keys and reads nothing.
struct Keys<'a> {
    place: &'a Place,
    request: &'a Request,
}

impl Gather for Keys<'_> {
    type Pending<F> = ();

    fn request(&self) -> &Request {
        self.request
    }

    fn begin<S: Source>(&self, _parts: Parts, source: &'static S, _memory: &'static dyn FactCache) {
        black_box(block_on(source.key(self.place, &Real::with(Sent::of_process()))).is_some());
    }

    fn finish<F: ziron_runtime::source::Fact>(&self, (): ()) -> Known<F> {
        Known::Absent
    }
}

fn keys(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..100 {
        std::fs::write(folder.path().join(format!("entry-{number}.txt")), "").expect("a file");
    }
    let path = folder.path().canonicalize().expect("it is there");
    let request = Request::default();
    criterion.bench_function("keys of the default format, 100 entries", |bencher| {
        bencher.iter(|| {
            let place = Place::new(path.clone(), path.clone(), None, Duration::from_millis(500));
            black_box(DefaultPrompt::gather(&Keys { place: &place, request: &request }));
        });
    });
}

criterion_group!(benches, keys);
criterion_main!(benches);
