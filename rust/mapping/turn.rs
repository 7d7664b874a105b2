//! Taking turns where that saves work, and nothing depends on it: who has waited for long goes on without.

use crate::kernel::futex;
use std::hint;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const FREE: u32 = 0;
const TAKEN: u32 = 1;
/// Taken, and somebody waits.
const WANTED: u32 = 2;

/// A system call is soon over: looking so often costs less than to sleep and be woken.
const LOOKS: u32 = 100;

/// A turn that one thread has at a time. Like the standard library's mutex it is not fair, which is what makes it fast, and
/// unlike that one it lets nobody wait for ever.
pub struct Turn(AtomicU32);

impl Turn {
    /// A turn that nobody has.
    pub const fn new() -> Turn {
        Turn(AtomicU32::new(FREE))
    }

    /// Does something in turn; or, after so much `patience`, out of turn.
    pub fn take<T>(&self, patience: Duration, action: impl FnOnce() -> T) -> T {
        let _taken = self.wait(patience).then(|| Taken(&self.0));
        action()
    }

    /// Whether it is ours.
    fn wait(&self, patience: Duration) -> bool {
        let quick = self
            .0
            .compare_exchange(FREE, TAKEN, Ordering::Acquire, Ordering::Relaxed);
        if quick.is_ok() {
            return true;
        }
        let start = Instant::now();
        loop {
            for _ in 0..LOOKS {
                if self.0.load(Ordering::Relaxed) != TAKEN {
                    break;
                }
                hint::spin_loop();
            }
            // There may be others that wait, so it is wanted also if it is ours now.
            if self.0.swap(WANTED, Ordering::Acquire) == FREE {
                return true;
            }
            let Some(left) = patience.checked_sub(start.elapsed()) else {
                return false;
            };
            futex::wait(&self.0, WANTED, Some(left));
        }
    }
}

/// Gives the turn back, also when a panic passes.
struct Taken<'a>(&'a AtomicU32);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        // Whom this wakes may just have lost patience, and then another one sleeps on: until his ends.
        if self.0.swap(FREE, Ordering::Release) == WANTED {
            futex::wake(self.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{self, AssertUnwindSafe};
    use std::thread;

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn one_at_a_time() {
        let (turn, inside, most) = (Turn::new(), AtomicU32::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..1_000 {
                        turn.take(LONG, || {
                            most.fetch_max(
                                inside.fetch_add(1, Ordering::Relaxed) + 1,
                                Ordering::Relaxed,
                            );
                            thread::yield_now();
                            inside.fetch_sub(1, Ordering::Relaxed);
                        });
                    }
                });
            }
        });
        assert_eq!(most.into_inner(), 1);
        assert_eq!(turn.0.into_inner(), FREE);
    }

    #[test]
    fn who_has_waited_for_long_goes_on() {
        let turn = Turn::new();
        let done = turn.take(LONG, || turn.take(Duration::from_millis(1), || 1));
        assert_eq!(done, 1);
        assert_eq!(turn.0.into_inner(), FREE);
    }

    #[test]
    fn a_panic_gives_the_turn_back() {
        let turn = Turn::new();
        let panicked = panic::catch_unwind(AssertUnwindSafe(|| {
            turn.take(LONG, || panic!("of the test"))
        }));
        assert!(panicked.is_err());
        assert_eq!(turn.take(LONG, || 2), 2);
    }
}
