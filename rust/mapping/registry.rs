//! Every mapped range of ours, in a form that a signal handler can read.
//!
//! A growing array of slots. Registering takes a free slot, dropping the [`Registration`] frees it; slots
//! are never given back to the allocator, so the handler may hold a reference to one at any time. The
//! handler scans: faults are rare, mappings are not.

use crate::kernel::{clock, memory};
use std::ops::Range;
use std::ptr;
use std::sync::atomic::{
    self, AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering,
};
use std::sync::{Mutex, PoisonError};

/// Whether a page that was replaced can be had again from the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Sharing {
    /// It can: the pages are the file's.
    Shared,
    /// It cannot: a private mapping has pages of its own.
    Private,
    /// Nobody has asked the kernel yet.
    Unknown,
}

/// What stands behind the pages of a range, as far as the guard needs to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backing {
    /// What becomes of a page that was replaced.
    pub sharing: Sharing,
    /// Bytes of a page: more than usual for a file of huge pages.
    pub page: usize,
}

/// One range, while it is registered.
///
/// The guard replaces pages of it for a moment. The *hull* is from the first to the last of these: while there is
/// one, somebody may read zeros that are not in the file.
pub struct Slot {
    /// First address, 0 while the slot is free. Written last when the slot is taken.
    start: AtomicUsize,
    end: AtomicUsize,
    page: AtomicUsize,
    sharing: AtomicU8,
    retired: AtomicBool,
    /// Pages that an access could not have, since the range was registered.
    faults: AtomicU64,
    /// The address of the last of these, 0 for none.
    latest_fault: AtomicUsize,
    reported: AtomicBool,
    /// Runs of pages that were given up, since the file's will not come back.
    lost: AtomicU32,
    /// The hull; its start is 0 if there is none. Changed by who holds the slot.
    hull_start: AtomicUsize,
    hull_end: AtomicUsize,
    /// A second mapping of the range's first page, while that one is replaced; 0 for none.
    anchor: AtomicUsize,
    /// Answers to faults since the hull began.
    answers: AtomicU32,
    /// How many pages the last answer to a fault covered, and the address after them.
    extent: AtomicU32,
    extent_end: AtomicUsize,
    /// Up to which time single steps have been taken.
    steps_until: AtomicI64,
    /// Held while pages of the range are replaced, and while the slot is freed.
    busy: AtomicBool,
}

/// Faults here and there are answered with single pages up to this number, then with two pages each, and so on.
const ANSWERS_OF_ONE_SIZE: u32 = 32;

impl Slot {
    const fn free() -> Slot {
        Slot {
            start: AtomicUsize::new(0),
            end: AtomicUsize::new(0),
            page: AtomicUsize::new(0),
            sharing: AtomicU8::new(Sharing::Unknown as u8),
            retired: AtomicBool::new(false),
            faults: AtomicU64::new(0),
            latest_fault: AtomicUsize::new(0),
            reported: AtomicBool::new(false),
            lost: AtomicU32::new(0),
            hull_start: AtomicUsize::new(0),
            hull_end: AtomicUsize::new(0),
            anchor: AtomicUsize::new(0),
            answers: AtomicU32::new(0),
            extent: AtomicU32::new(0),
            extent_end: AtomicUsize::new(0),
            steps_until: AtomicI64::new(0),
            busy: AtomicBool::new(false),
        }
    }

    /// What is not set here was left as it should be when the last hull ended, or only makes answers larger.
    fn take(&self, pages: &Range<usize>, backing: Backing) {
        self.page.store(backing.page, Ordering::Relaxed);
        self.set_sharing(backing.sharing);
        self.retired.store(false, Ordering::Relaxed);
        self.faults.store(0, Ordering::Relaxed);
        self.latest_fault.store(0, Ordering::Relaxed);
        self.reported.store(false, Ordering::Relaxed);
        self.lost.store(0, Ordering::Relaxed);
        self.end.store(pages.end, Ordering::Release);
        self.start.store(pages.start, Ordering::Release);
    }

    /// The range, or `None` if the slot is free. Async-signal-safe.
    pub fn pages(&self) -> Option<Range<usize>> {
        let start = self.start.load(Ordering::Acquire);
        let end = self.end.load(Ordering::Acquire);
        // A slot that was freed or taken again between the two loads shows another start.
        (start != 0 && start == self.start.load(Ordering::Acquire)).then_some(start..end)
    }

    /// Bytes of a page. Async-signal-safe.
    pub fn page_size(&self) -> usize {
        self.page.load(Ordering::Relaxed)
    }

    /// Whether pages of a file are mapped that can be mapped once more: neither retired, nor private, nor given up.
    /// Async-signal-safe.
    pub fn can_come_back(&self) -> bool {
        self.has_sharing(Sharing::Shared) && !self.is_retired() && !self.is_lost()
    }

    /// Whether this is known of the range's pages. Async-signal-safe.
    pub fn has_sharing(&self, sharing: Sharing) -> bool {
        self.sharing.load(Ordering::Relaxed) == sharing as u8
    }

    /// Notes it. Async-signal-safe; for who holds the slot.
    pub fn set_sharing(&self, sharing: Sharing) {
        self.sharing.store(sharing as u8, Ordering::Relaxed);
    }

    /// Whether file and memory have been taken away from the range. Async-signal-safe.
    pub fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }

    /// Whether there are pages that were given up: an access to them fails for ever.
    pub fn is_lost(&self) -> bool {
        self.lost() > 0
    }

    /// Runs of such pages, each of which was given up once or several times. Async-signal-safe.
    pub fn lost(&self) -> u32 {
        self.lost.load(Ordering::Acquire)
    }

    /// Gives so many runs of pages up.
    pub fn add_lost(&self, runs: u32) {
        self.lost.fetch_add(runs.max(1), Ordering::Release);
    }

    /// Pages are about to be replaced, because of an access to the first of them or between them: they belong to
    /// the hull and are counted from now on. So who has counted, and has then seen no hull, reads no replaced page
    /// that is not counted when he counts again. Async-signal-safe; for who holds the slot.
    pub fn begin_answer(&self, extent: &Range<usize>, fault: usize) {
        let hull = self.hull().unwrap_or(extent.clone());
        self.hull_end
            .store(hull.end.max(extent.end), Ordering::SeqCst);
        self.hull_start
            .store(hull.start.min(extent.start), Ordering::SeqCst);
        let pages = self.pages_in(extent) as u64;
        self.latest_fault.store(fault, Ordering::Relaxed); // Who sees that there was one asks where.
        self.faults.fetch_add(pages, Ordering::SeqCst);
        FAULTS.fetch_add(pages, Ordering::Relaxed);
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    fn pages_in(&self, extent: &Range<usize>) -> usize {
        extent.len().checked_div(self.page_size()).unwrap_or(0)
    }

    /// Where pages may be replaced at the moment. Async-signal-safe.
    pub fn hull(&self) -> Option<Range<usize>> {
        let start = self.hull_start.load(Ordering::SeqCst);
        (start != 0).then(|| start..self.hull_end.load(Ordering::SeqCst))
    }

    /// No page is replaced any more. Async-signal-safe; for who holds the slot.
    pub fn end_hull(&self) {
        self.hull_start.store(0, Ordering::SeqCst);
        self.answers.store(0, Ordering::Relaxed);
        let anchor = self.anchor.swap(0, Ordering::Relaxed);
        if anchor != 0 {
            // SAFETY: mapped by who has set it, for us.
            let _ = unsafe { memory::unmap(anchor, self.page_size()) };
        }
    }

    /// The second mapping of the first page. Async-signal-safe; for who holds the slot.
    pub fn anchor(&self) -> Option<usize> {
        Some(self.anchor.load(Ordering::Relaxed)).filter(|&anchor| anchor != 0)
    }

    /// Gives a second mapping of the first page away, until the hull ends. Async-signal-safe; for who holds the slot.
    pub fn set_anchor(&self, anchor: usize) {
        self.anchor.store(anchor, Ordering::Relaxed);
    }

    /// Answers to faults since the hull began. Async-signal-safe.
    pub fn answers(&self) -> u32 {
        self.answers.load(Ordering::Relaxed)
    }

    /// How many pages the answer to a fault at `address` should cover: one; twice as many as before if that
    /// is where the last answer ended; and more where there have been many since the hull began, or before (`more`).
    /// Up to `most`. Async-signal-safe; for who holds the slot.
    pub fn next_extent(&self, address: usize, more: u32, most: u32) -> u32 {
        let scattered = 1u32
            .checked_shl(self.answers().saturating_add(more) / ANSWERS_OF_ONE_SIZE)
            .unwrap_or(most);
        let sequential = if self.extent_end.load(Ordering::Relaxed) == address {
            self.extent.load(Ordering::Relaxed).saturating_mul(2)
        } else {
            1
        };
        scattered.max(sequential).clamp(1, most)
    }

    /// Notes what the last answer covered. Async-signal-safe; for who holds the slot.
    pub fn set_extent(&self, extent: &Range<usize>) {
        let pages = u32::try_from(self.pages_in(extent)).unwrap_or(u32::MAX);
        self.extent.store(pages, Ordering::Relaxed);
        self.extent_end.store(extent.end, Ordering::Relaxed);
    }

    /// The next answer does not continue the last one. Async-signal-safe; for who holds the slot.
    pub fn forget_extent(&self) {
        self.extent_end.store(0, Ordering::Relaxed);
    }

    /// Whether there may be a step at the time `now`, and then takes it: one in each `interval`, or `burst` of them at
    /// once after a rest (the generic cell rate algorithm). Async-signal-safe.
    pub fn may_step(&self, now: i64, interval: i64, burst: i64) -> bool {
        let earliest = now.wrapping_sub(burst.wrapping_mul(interval));
        self.steps_until
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |until| {
                let until = until.max(earliest).wrapping_add(interval);
                (until <= now).then_some(until)
            })
            .is_ok()
    }

    /// Pages that an access could not have so far.
    pub fn faults(&self) -> u64 {
        // What was read before this is called was read before this is loaded.
        atomic::fence(Ordering::SeqCst);
        self.faults.load(Ordering::SeqCst)
    }

    /// Where in the range the page begins that was missed last.
    pub fn latest_fault(&self) -> Option<usize> {
        let address = self.latest_fault.load(Ordering::Relaxed);
        let start = self.pages()?.start;
        (address != 0).then(|| memory::page_floor(address, self.page_size()) - start)
    }

    /// Whether there were faults that nobody has reported yet. Async-signal-safe.
    pub fn is_unreported(&self) -> bool {
        !self.reported.load(Ordering::Relaxed)
    }

    /// Pages that could not be had, if nobody has reported that yet: to one caller only.
    pub fn take_report(&self) -> Option<u64> {
        let faults = self.faults();
        (faults > 0 && !self.reported.swap(true, Ordering::Relaxed)).then_some(faults)
    }

    /// Runs `action` while nobody else replaces pages of this range or frees the slot. Async-signal-safe: the
    /// holder is another handler or a thread that touches no mapped page meanwhile, so the wait cannot be for
    /// ourselves. It may be for the disk: a handler asks for pages.
    pub fn exclusively<T>(&self, action: impl FnOnce() -> T) -> T {
        let mut waits = 0;
        while self
            .busy
            .compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            waits += 1;
            clock::give_way(waits);
        }
        let result = action();
        self.busy.store(false, Ordering::Release);
        result
    }
}

/// Pages of all ranges that an access could not have, since the start.
static FAULTS: AtomicU64 = AtomicU64::new(0);

/// Pages that an access could not have, in all ranges that ever were.
pub fn all_faults() -> u64 {
    FAULTS.load(Ordering::Relaxed)
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

/// All slots, free ones and taken ones. Async-signal-safe.
pub fn slots() -> impl Iterator<Item = &'static Slot> {
    (0..SLOTS.load(Ordering::Acquire)).filter_map(slot)
}

/// The registered range that holds `address`, if any. Async-signal-safe.
pub fn find(address: usize) -> Option<&'static Slot> {
    slots().find(|slot| slot.pages().is_some_and(|pages| pages.contains(&address)))
}

/// A range that the guard answers for, until this is dropped.
pub struct Registration {
    slot: &'static Slot,
    pages: Range<usize>,
}

/// Enters a range of whole pages that the caller has mapped.
pub fn register(pages: Range<usize>, backing: Backing) -> Registration {
    let slot = take_slot();
    slot.take(&pages, backing);
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

    /// Where the guard keeps what it knows.
    pub fn slot(&self) -> &'static Slot {
        self.slot
    }

    /// Takes file and memory away from the range by `replace`, after which no page has a file behind it.
    ///
    /// # Errors
    ///
    /// That of `replace`; nothing has changed then.
    pub fn retire(&self, replace: impl FnOnce() -> nix::Result<()>) -> nix::Result<()> {
        self.slot.exclusively(|| {
            replace()?;
            self.slot.end_hull();
            self.slot.retired.store(true, Ordering::Release);
            Ok(())
        })
    }

    /// Ends it for a range that stays mapped: by `put_back`, which removes what the guard has put over pages of it.
    pub fn leave(self, put_back: impl FnOnce(&Slot)) {
        self.slot.exclusively(|| {
            put_back(self.slot);
            self.slot.start.store(0, Ordering::Release);
        });
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.slot.exclusively(|| {
            self.slot.start.store(0, Ordering::Release);
            self.slot.end_hull();
        });
        FREE.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(self.slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: usize = 4096;
    const BACKING: Backing = Backing {
        sharing: Sharing::Shared,
        page: PAGE,
    };

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
        let registration = register(pages.clone(), BACKING);
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
                .map(|i| register(start(i)..start(i) + 0x1000, BACKING))
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
    fn extents_double_along_a_sequence_and_stay_small_elsewhere() {
        let slot = Slot::free();
        slot.page.store(PAGE, Ordering::Relaxed);
        let mut extents = Vec::new();
        let mut address = 0x100_0000;
        for _ in 0..6 {
            let pages = slot.next_extent(address, 0, 8);
            slot.set_extent(&(address..address + pages as usize * PAGE));
            address += pages as usize * PAGE;
            extents.push(pages);
        }
        assert_eq!(extents, [1, 2, 4, 8, 8, 8]);
        assert_eq!(slot.next_extent(address + PAGE, 0, 8), 1);
    }

    #[test]
    fn extents_grow_with_the_number_of_answers() {
        let slot = Slot::free();
        slot.page.store(PAGE, Ordering::Relaxed);
        for answer in 0..40 * ANSWERS_OF_ONE_SIZE {
            let expected = 1 << (answer / ANSWERS_OF_ONE_SIZE).min(9);
            assert_eq!(slot.next_extent(0x100_0000, 0, 512), expected);
            slot.begin_answer(&(0x100_0000..0x100_1000), 0x100_0000);
        }
        slot.end_hull();
        assert_eq!(slot.next_extent(0x100_0000, 0, 512), 1);
    }

    #[test]
    fn the_hull_grows_around_all_that_was_replaced() {
        let slot = Slot::free();
        slot.page.store(PAGE, Ordering::Relaxed);
        assert_eq!(slot.hull(), None);
        slot.begin_answer(&(0x5000..0x7000), 0x5123);
        slot.begin_answer(&(0x2000..0x3000), 0x2fff);
        assert_eq!(slot.hull(), Some(0x2000..0x7000));
        assert_eq!(slot.faults(), 3);
        slot.end_hull();
        assert_eq!(slot.hull(), None);
        assert_eq!(slot.faults(), 3);
    }

    #[test]
    fn steps_come_in_bursts_and_then_one_by_one() {
        let slot = Slot::free();
        let steps = |now| (0..20).filter(|_| slot.may_step(now, 10, 8)).count();
        assert_eq!(steps(1_000_000), 8);
        assert_eq!(steps(1_000_000), 0);
        assert_eq!(steps(1_000_009), 0);
        assert_eq!(steps(1_000_035), 3);
        assert_eq!(steps(2_000_000), 8);
    }

    #[test]
    fn faults_are_reported_once() {
        let slot = Slot::free();
        slot.page.store(PAGE, Ordering::Relaxed);
        assert_eq!(slot.take_report(), None);
        slot.begin_answer(&(0x5000..0x7000), 0x5123);
        assert!(slot.is_unreported());
        assert_eq!(slot.take_report(), Some(2));
        slot.begin_answer(&(0x5000..0x7000), 0x5123);
        assert_eq!(slot.take_report(), None);
    }
}
