//! How long one stored fact takes to load and to save.

use std::fs::Permissions;
use std::hint::black_box;
use std::os::unix::fs::PermissionsExt;
use std::time::SystemTime;

use criterion::{Criterion, criterion_group, criterion_main};
use ziron_runtime::store::Store;

fn store(criterion: &mut Criterion) {
    let folder =
        tempfile::Builder::new().permissions(Permissions::from_mode(0o700)).tempdir().expect("a folder");
    let store = Store::new(folder.path().join("facts"));
    let (key, fact) = (String::from("/usr/bin/tool"), String::from("1.2.3"));
    let now = SystemTime::UNIX_EPOCH;
    store.save("tool", &key, &fact, now);
    criterion.bench_function("store: load", |bencher| {
        bencher.iter(|| black_box(store.load::<String, String>("tool", &key, now).is_some()));
    });
    criterion.bench_function("store: save", |bencher| {
        bencher.iter(|| store.save("tool", &key, black_box(&fact), now));
    });
}

criterion_group!(benches, store);
criterion_main!(benches);
