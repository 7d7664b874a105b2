//! The raw limit: the kernel calls behind transfers and mappings, without a JVM.
//!
//! What JMH measures beside this (benches/jmh) is the same and the JVM.

use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use ferronio::guard;
use ferronio::kernel::memory::{self, MapMode, page_size};
use ferronio::mapping::Mapping;
use ferronio::transfer::file::send;
use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::num::NonZeroUsize;
use std::os::fd::AsFd;
use std::path::Path;
use std::process::Command;
use std::ptr;
use std::time::{Duration, Instant};

/// A file in memory, where there is a tmpfs: no disk has a say in the result.
fn file_of(bytes: usize) -> File {
    let tmpfs = Path::new("/dev/shm");
    let file = if tmpfs.is_dir() {
        tempfile::tempfile_in(tmpfs)
    } else {
        tempfile::tempfile()
    };
    let mut file = file.expect("a temporary file");
    file.write_all(&vec![1; bytes]).expect("a write");
    file
}

/// Sends parts of a file over TCP to a process that drops them (`discard.rs`), on a blocking socket.
fn sendfile(criterion: &mut Criterion) {
    // More than a processor caches: what is sent was not sent just before.
    const FILE_SIZE: usize = 64 << 20;
    let file = file_of(FILE_SIZE);
    let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = server.local_addr().expect("an address").port();
    let mut receiver = Command::new(env!("CARGO_BIN_EXE_discard"))
        .arg(port.to_string())
        .spawn()
        .expect("the receiver");
    let (socket, _) = server.accept().expect("a connection");

    let mut group = criterion.benchmark_group("sendfile to TCP");
    for size in [512, 4096, 16_384, 65_536, 1 << 20] {
        group.throughput(Throughput::Bytes(size as u64));
        let mut position = 0;
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter(|| {
                let mut sent = 0;
                while sent < size {
                    let start = (position + sent) as i64;
                    let moved = send(socket.as_fd(), file.as_fd(), start, (size - sent) as i64);
                    sent += moved.expect("a transfer");
                }
                position = (position + size) % FILE_SIZE;
            });
        });
    }
    group.finish();
    drop(socket);
    receiver
        .wait()
        .expect("the receiver ends with the connection");
}

fn touch(address: usize) {
    // SAFETY: the benchmarks pass addresses within their mappings.
    black_box(unsafe { ptr::with_exposed_provenance::<u8>(address).read_volatile() });
}

fn map(file: &File, bytes: usize) -> Mapping {
    let length = NonZeroUsize::new(bytes).expect("a length");
    Mapping::map(file.as_fd(), MapMode::ReadOnly, 0, length).expect("a mapping")
}

/// Maps a file, reads one byte and unmaps it: at once, and by way of a retired mapping.
fn mapping(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("map, touch, unmap");
    for size in [4096, 1 << 20] {
        let file = file_of(size);
        let length = NonZeroUsize::new(size).expect("a length");
        group.bench_function(BenchmarkId::new("munmap", size), |bencher| {
            bencher.iter(|| {
                let map = memory::map_file(file.as_fd(), MapMode::ReadOnly, 0, length);
                touch(map.expect("a mapping").as_ptr().addr());
            });
        });
        group.bench_function(BenchmarkId::new("retire and drop", size), |bencher| {
            bencher.iter(|| {
                let mapping = map(&file, size);
                touch(mapping.address());
                mapping.retire().expect("retiring")
            });
        });
    }
    group.finish();
}

/// The time that `faults` faults take, each on the only page of a dead mapping that `dead` makes.
fn time_of(faults: u64, dead: impl Fn() -> Mapping) -> Duration {
    // Few: the guard looks for the address among all that are mapped.
    const AT_ONCE: u64 = 64;
    let mut time = Duration::ZERO;
    for done in (0..faults).step_by(AT_ONCE as usize) {
        let mappings: Vec<Mapping> = (done..faults.min(done + AT_ONCE)).map(|_| dead()).collect();
        let start = Instant::now();
        for mapping in &mappings {
            touch(mapping.address());
        }
        time += start.elapsed();
    }
    time
}

/// Reads every page of a dead mapping once, from its start. The answers grow, so most pages do not fault.
fn read_dead_pages(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    dead: impl Fn() -> Mapping,
) {
    group.sample_size(10);
    group.bench_function(name, |bencher| {
        let read = |mapping: Mapping| {
            for address in
                (mapping.address()..mapping.address() + mapping.length()).step_by(page_size())
            {
                touch(address);
            }
            mapping // Dropped outside of the measured time.
        };
        bencher.iter_batched(&dead, read, BatchSize::PerIteration);
    });
}

/// What the guard costs where a page cannot be had.
fn faults(criterion: &mut Criterion) {
    const LARGE: usize = 256 << 20;
    guard::install(None).expect("the guard");
    let retired = |file: &File, bytes| {
        let mapping = map(file, bytes);
        mapping.retire().expect("retiring");
        mapping
    };
    let truncated = |file: &File, bytes: usize| {
        file.set_len(bytes as u64).expect("a size");
        let mapping = map(file, bytes);
        file.set_len(0).expect("a size");
        mapping
    };
    let file = file_of(page_size());
    let mut group = criterion.benchmark_group("guard");
    group.bench_function("fault, retired", |bencher| {
        bencher.iter_custom(|count| time_of(count, || retired(&file, page_size())));
    });
    group.bench_function("fault, truncated", |bencher| {
        bencher.iter_custom(|count| time_of(count, || truncated(&file, page_size())));
    });
    file.set_len(LARGE as u64).expect("a size");
    read_dead_pages(&mut group, "read 256 MiB, retired", || {
        retired(&file, LARGE)
    });
    read_dead_pages(&mut group, "read 256 MiB, truncated", || {
        truncated(&file, LARGE)
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = sendfile, mapping, faults
}
criterion_main!(benches);
