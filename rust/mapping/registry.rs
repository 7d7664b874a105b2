//! Every mapped range of ours, in a form that a signal handler can read.
//!
//! A growing array of slots. Registering takes a free slot, dropping the [`Registration`] frees it; slots
//! are never given back to the allocator, so the handler may hold a reference to one at any time. The
//! handler scans: faults are rare, mappings are not.

use std::ops::Range;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// One range, while it is registered.
pub struct Slot {
    /// First address, 0 while the slot is free. Written last when the slot is taken.
    start: AtomicUsize,
    end: AtomicUsize,
    retired: AtomicBool,
    /// Faults answered since the range was registered; one answer may cover many pages.
    faults: AtomicU64,
    /// How many pages the last answer to a fault covered; the next one covers up to twice as many.
    extent: AtomicU32,
    /// Held while pages of the range are replaced, and while the slot is freed.
    busy: AtomicBool,
}

impl Slot {
    const fn free() -> Slot {
        Slot {
            start: AtomicUsize::new(0),
            end: AtomicUsize::new(0),
            retired: AtomicBool::new(false),
            faults: AtomicU64::new(0),
            extent: AtomicU32::new(0),
            busy: AtomicBool::new(false),
        }
    }

    /// The range, or `None` if the slot is free. Async-signal-safe.
    pub fn pages(&self) -> Option<Range<usize>> {
        let start = self.start.load(Ordering::Acquire);
        let end = self.end.load(Ordering::Acquire);
        // A slot that was freed or taken again between the two loads shows another start.
        (start != 0 && start == self.start.load(Ordering::Acquire)).then_some(start..end)
    }

    /// Whether file and memory have been taken away from the range. Async-signal-safe.
    pub fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }

    /// Counts a fault that was answered. Async-signal-safe.
    pub fn count_fault(&self) {
        self.faults.fetch_add(1, Ordering::Relaxed);
    }

    /// How many pages the answer to the next fault should cover: 1, 2, 4 and so on up to `most`.
    /// Async-signal-safe.
    pub fn next_extent(&self, most: u32) -> u32 {
        let last = self.extent.load(Ordering::Relaxed);
        let next = last.saturating_mul(2).clamp(1, most);
        self.extent.store(next, Ordering::Relaxed);
        next
    }

    /// Begins again with a single page. Async-signal-safe.
    pub fn restart_extents(&self) {
        self.extent.store(1, Ordering::Relaxed);
    }

    /// Runs `action` while nobody else replaces pages of this range or frees the slot. Async-signal-safe: the
    /// holder is either another handler or a thread between two instructions of `drop`, which touches no mapped
    /// page, so the wait cannot be for ourselves. It may be for the disk: a handler asks for pages.
    pub fn exclusively<T>(&self, action: impl FnOnce() -> T) -> T {
        while self
            .busy
            .compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            // SAFETY: a bare system call without arguments.
            unsafe { libc::sched_yield() };
        }
        let result = action();
        self.busy.store(false, Ordering::Release);
        result
    }
}

/// Chunk `k` has `FIRST_CHUNK << k` slots: 26 chunks are more mappings than Linux allows a process.
const FIRST_CHUNK: usize = 64;
const CHUNKS: usize = 26;

static CHUNK_STARTS: [AtomicPtr<Slot>; CHUNKS] =
    [const { AtomicPtr::new(ptr::null_mut()) }; CHUNKS];
/// Slots handed out so far, free or taken: how far the handler scans.
static SLOTS: AtomicUsize = AtomicUsize::new(0);
/// Slots below [`SLOTS`] that are free. Only ordinary threads come here.
static FREE: Mutex<Vec<&'static Slot>> = Mutex::new(Vec::new());

/// The chunk and the place in it of slot `index`.
const fn place_of(index: usize) -> (usize, usize) {
    let chunk = (index / FIRST_CHUNK + 1).ilog2() as usize;
    (chunk, index - FIRST_CHUNK * ((1 << chunk) - 1))
}

fn slot(index: usize) -> Option<&'static Slot> {
    let (chunk, place) = place_of(index);
    let start = CHUNK_STARTS.get(chunk)?.load(Ordering::Acquire);
    if start.is_null() {
        return None;
    }
    // SAFETY: a chunk is published whole and never freed, and `place` is below its length by `place_of`.
    Some(unsafe { &*start.add(place) })
}

/// The registered range that holds `address`, if any. Async-signal-safe.
pub fn find(address: usize) -> Option<&'static Slot> {
    (0..SLOTS.load(Ordering::Acquire))
        .filter_map(slot)
        .find(|slot| slot.pages().is_some_and(|pages| pages.contains(&address)))
}

/// A range that the guard answers for, until this is dropped.
pub struct Registration {
    slot: &'static Slot,
    pages: Range<usize>,
}

/// Enters a range of whole pages that the caller has mapped.
pub fn register(pages: Range<usize>) -> Registration {
    let slot = take_slot();
    slot.retired.store(false, Ordering::Relaxed);
    slot.faults.store(0, Ordering::Relaxed);
    slot.extent.store(0, Ordering::Relaxed);
    slot.end.store(pages.end, Ordering::Release);
    slot.start.store(pages.start, Ordering::Release);
    Registration { slot, pages }
}

fn take_slot() -> &'static Slot {
    let mut free = FREE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(slot) = free.pop() {
        return slot;
    }
    let index = SLOTS.load(Ordering::Relaxed);
    let (chunk, place) = place_of(index);
    if place == 0 {
        let slots: Box<[Slot]> = (0..FIRST_CHUNK << chunk).map(|_| Slot::free()).collect();
        CHUNK_STARTS[chunk].store(Box::leak(slots).as_mut_ptr(), Ordering::Release);
    }
    SLOTS.store(index + 1, Ordering::Release);
    slot(index).expect("the chunk has just been published")
}

impl Registration {
    /// The range.
    pub fn pages(&self) -> Range<usize> {
        self.pages.clone()
    }

    /// Whether [`Registration::set_retired`] was called.
    pub fn is_retired(&self) -> bool {
        self.slot.is_retired()
    }

    /// Tells the guard that no page of the range has a file behind it any more.
    pub fn set_retired(&self) {
        self.slot.extent.store(0, Ordering::Relaxed);
        self.slot.retired.store(true, Ordering::Release);
    }

    /// Faults in the range that were answered so far.
    pub fn faults(&self) -> u64 {
        self.slot.faults.load(Ordering::Relaxed)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.slot
            .exclusively(|| self.slot.start.store(0, Ordering::Release));
        FREE.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(self.slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_laid_out_without_gaps() {
        let mut expected = (0, 0);
        for index in 0..FIRST_CHUNK * 31 {
            assert_eq!(place_of(index), expected, "slot {index}");
            expected.1 += 1;
            if expected.1 == FIRST_CHUNK << expected.0 {
                expected = (expected.0 + 1, 0);
            }
        }
    }

    #[test]
    fn a_range_is_found_from_its_first_to_its_last_byte_and_only_while_registered() {
        // Addresses that mmap never hands out: the registry only compares numbers.
        let pages = 0x10_0000_0000_0000..0x10_0000_0000_3000;
        let registration = register(pages.clone());
        assert!(find(pages.start).is_some());
        assert!(find(pages.end - 1).is_some());
        assert!(find(pages.start - 1).is_none());
        assert!(find(pages.end).is_none());
        drop(registration);
        assert!(find(pages.start).is_none());
    }

    #[test]
    fn many_ranges_are_kept_apart_and_their_slots_are_used_again() {
        let base = 0x20_0000_0000_0000;
        let start = |i: usize| base + i * 0x2000;
        let register_all = || -> Vec<Registration> {
            (0..1000)
                .map(|i| register(start(i)..start(i) + 0x1000))
                .collect()
        };
        drop(register_all());
        let before = SLOTS.load(Ordering::Relaxed);
        let registrations = register_all();
        for i in 0..1000 {
            let found = find(start(i)).and_then(Slot::pages).map(|p| p.start);
            assert_eq!(found, Some(start(i)));
            assert!(find(start(i) + 0x1000).is_none());
        }
        drop(registrations);
        // Other tests of this process may register meanwhile, but not a thousand ranges.
        assert!(SLOTS.load(Ordering::Relaxed) < before + 500);
    }

    #[test]
    fn extents_double_up_to_the_limit() {
        let slot = Slot::free();
        let extents: Vec<u32> = (0..6).map(|_| slot.next_extent(8)).collect();
        assert_eq!(extents, [1, 2, 4, 8, 8, 8]);
        slot.restart_extents();
        assert_eq!(slot.next_extent(8), 2);
    }
}
