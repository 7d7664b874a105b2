//! A per-thread mark against re-entry of the signal handler.
//!
//! HotSpot, when we ask it, calls the handlers from before the JVM for what it does not know, and one of these may have
//! been told to call us: without the mark the two would call each other until the stack ends. A thread-local would be
//! the natural place, but in a library that was loaded with dlopen(3) its first use may allocate, which a signal
//! handler must not.

use std::sync::atomic::{AtomicI32, Ordering};

/// Thread ids that are inside the handler; 0 is a free place. More threads than places wait for one.
static INSIDE: [AtomicI32; 256] = [const { AtomicI32::new(0) }; 256];

/// Runs `action` unless this thread is running one already. Async-signal-safe.
pub(super) fn once(action: impl FnOnce()) {
    // SAFETY: gettid(2) has no preconditions.
    let me = unsafe { libc::gettid() };
    if INSIDE
        .iter()
        .any(|place| place.load(Ordering::Relaxed) == me)
    {
        return;
    }
    let place = take_place(me);
    action();
    place.store(0, Ordering::Release);
}

fn take_place(me: i32) -> &'static AtomicI32 {
    loop {
        let free = INSIDE.iter().find(|place| {
            place
                .compare_exchange(0, me, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
        });
        match free {
            Some(place) => return place,
            None => std::hint::spin_loop(),
        }
    }
}
