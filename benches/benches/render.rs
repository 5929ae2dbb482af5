//! How long it takes to draw the default prompt from facts.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ziron::Parts;
use ziron_benches::{DefaultPrompt, Sample};
use ziron_runtime::pen::Terminal;
use ziron_runtime::prompt::draw;

fn render(criterion: &mut Criterion) {
    let sample = Sample::new().expect("a repository");
    let facts = sample.facts::<DefaultPrompt>().expect("facts");
    let mut out = Vec::with_capacity(8192);
    criterion.bench_function("render from facts, default format", |bencher| {
        bencher.iter(|| {
            out.clear();
            draw::<DefaultPrompt>(
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
