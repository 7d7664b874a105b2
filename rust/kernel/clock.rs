//! The time that costs least, and letting others go first: `clock_gettime(2)` with `CLOCK_MONOTONIC_COARSE`,
//! `sched_yield(2)`, `nanosleep(2)`.

use std::mem::MaybeUninit;
use std::ptr;

/// Nanoseconds since some moment in the past, in steps of the kernel's ticks (1 to 10 milliseconds).
/// Async-signal-safe; no system call.
pub fn now() -> i64 {
    let mut time = MaybeUninit::<libc::timespec>::zeroed();
    // SAFETY: the kernel fills the structure, and all-zero would be valid, too.
    let time = unsafe {
        libc::clock_gettime(libc::CLOCK_MONOTONIC_COARSE, time.as_mut_ptr());
        time.assume_init()
    };
    time.tv_sec
        .wrapping_mul(1_000_000_000)
        .wrapping_add(time.tv_nsec)
}

/// Lets other threads run, while waiting for one of them, for the `waits`-th time: after many times also those
/// that a scheduler puts behind this one. Async-signal-safe.
pub fn give_way(waits: u32) {
    if waits < 100 {
        // SAFETY: a bare system call without arguments.
        unsafe { libc::sched_yield() };
    } else {
        let time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 50_000,
        };
        // SAFETY: the time is read, and nothing is written to a null pointer.
        unsafe { libc::nanosleep(&raw const time, ptr::null_mut()) };
    }
}
