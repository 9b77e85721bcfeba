//! Keys a second on one core: every engine, the `pbkdf2` crate among them, and `ring`.
#![expect(missing_docs, reason = "criterion makes public functions")]

use std::convert::Infallible;
use std::hint::black_box;
use std::num::NonZeroU32;
use std::ops::ControlFlow;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use useradm::hash::lanes::{Engine, Job};

/// passlib's default.
const ROUNDS: NonZeroU32 = NonZeroU32::new(29_000).expect("not 0");

fn keys(criterion: &mut Criterion) {
    let job = Job { password: b"correct horse", salt: &[7; 16], rounds: ROUNDS };
    let mut group = criterion.benchmark_group("keys");
    group.sample_size(20).warm_up_time(Duration::from_secs(1));
    for engine in Engine::available() {
        let jobs = vec![job; engine.lanes()];
        let mut keys = vec![[0; 32]; engine.lanes()];
        group.throughput(Throughput::Elements(engine.lanes() as u64));
        group.bench_function(engine.name(), |bencher| {
            bencher.iter(|| {
                engine.derive(&jobs, &mut keys, |_| ControlFlow::<Infallible>::Continue(()))
            });
        });
        black_box(keys);
    }
    group.throughput(Throughput::Elements(1));
    group.bench_function("ring", |bencher| {
        let algorithm = ring::pbkdf2::PBKDF2_HMAC_SHA256;
        let mut key = [0; 32];
        bencher.iter(|| {
            ring::pbkdf2::derive(algorithm, ROUNDS, job.salt, job.password, &mut key);
            black_box(key)
        });
    });
    group.finish();
}

criterion_group!(benches, keys);
criterion_main!(benches);
