//! How quickly the pen writes data.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ziron::Pen;
use ziron_runtime::shell::Shell;

fn pen(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pen");
    let plain = "feature/a-branch_1.2".repeat(50);
    let special = "100% `$(ü→漢)` \u{1b}[31m".repeat(50);
    let mut out = Vec::with_capacity(1 << 16);
    for (name, text) in [("plain data", &plain), ("data that needs care", &special)] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                out.clear();
                let mut pen = Pen::new(&mut out, Shell::Bash, 80);
                pen.put(black_box(text));
                pen.finish();
                black_box(out.len())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, pen);
criterion_main!(benches);
