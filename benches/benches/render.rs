//! How long it takes to draw the default prompt from facts.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ziron::Parts;
use ziron_benches::{DEFAULT_PROMPT, Sample};
use ziron_runtime::pen::Terminal;

fn render(criterion: &mut Criterion) {
    let sample = Sample::new().expect("facts");
    let facts = sample.facts();
    let mut out = Vec::with_capacity(8192);
    criterion.bench_function("render from facts, default format", |bencher| {
        bencher.iter(|| {
            out.clear();
            DEFAULT_PROMPT.draw(
                black_box(&facts),
                sample.request(),
                Parts::LEFT,
                &Terminal::default(),
                &mut out,
            );
            black_box(out.len())
        });
    });
}

criterion_group!(benches, render);
criterion_main!(benches);
