//! Waiting for a number to change: `futex(2)`, within this process.

use nix::errno::Errno;
use nix::sys::time::TimeSpec;
use std::ptr;
use std::sync::atomic::AtomicU32;
use std::time::Duration;

/// Waits until somebody calls [`wake`], unless `word` is not `expected` (any more); not longer than `limit`, if there
/// is one. May return for no reason.
pub fn wait(word: &AtomicU32, expected: u32, limit: Option<Duration>) {
    let limit = limit.map(|limit| *TimeSpec::from_duration(limit).as_ref());
    // SAFETY: the kernel only reads the word and the limit, which outlive the call.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
            expected,
            limit.as_ref().map_or(ptr::null(), ptr::from_ref),
        )
    };
}

/// Wakes one thread that waits for `word`. Async-signal-safe; leaves `errno` as it was.
pub fn wake(word: &AtomicU32) {
    let errno = Errno::last_raw();
    // SAFETY: the kernel uses the address as a name only.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
            1,
        )
    };
    Errno::set_raw(errno);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::Ordering;
    use std::thread;

    #[test]
    fn a_waiter_is_woken() {
        let word = AtomicU32::new(0);
        thread::scope(|scope| {
            let waiter = scope.spawn(|| {
                while word.load(Ordering::Acquire) == 0 {
                    wait(&word, 0, None);
                }
            });
            word.store(1, Ordering::Release);
            wake(&word);
            waiter.join().expect("the waiter");
        });
    }

    #[test]
    fn who_comes_too_late_does_not_wait() {
        wait(&AtomicU32::new(1), 0, None);
    }

    #[test]
    fn who_is_not_woken_waits_no_longer_than_the_limit() {
        wait(&AtomicU32::new(0), 0, Some(Duration::from_millis(1)));
    }
}
