//! Re-arming: what the handler has put over pages is taken away again a moment later, by a thread of ours.
//!
//! So the next access to a page that cannot be had fails like the first one, and when the page can be had
//! again, its data is there. A retired range gets the empty file back; a shared mapping the file's own pages, which
//! need no descriptor (see [`memory::duplicate`]). What cannot come back, a page of a private mapping for one, is
//! *lost*: it gets the empty file, too, so that no access to it ever takes zeros for data.

use super::disposition::all_but_errors;
use super::reserve::{self, or_with_reserve};
use super::step;
use crate::kernel::{futex, memory, memory_map};
use crate::mapping::registry::{self, Registration, Slot};
use nix::errno::Errno;
use nix::sys::signal::{SigSet, SigmaskHow, pthread_sigmask};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;
use std::{io, thread};

/// How long zeros stay: a scan of dead pages takes a fault for each extent, not for each page, and an instruction
/// that needs two of them gets both.
const DELAY: Duration = Duration::from_micros(200);
/// Until the next attempt where one failed, for want of memory perhaps.
const DELAY_AFTER_FAILURE: Duration = Duration::from_millis(10);
/// Between looks for steps that have not come to their end: a debugger may have taken the signal.
const DELAY_AFTER_STEPS: Duration = Duration::from_millis(4);
/// Of the thread's stack, in bytes.
const STACK: usize = 256 << 10;

/// 1 if there is something to do.
static WORK: AtomicU32 = AtomicU32::new(0);
/// Whether the thread looks again soon by itself.
static WATCHING: AtomicBool = AtomicBool::new(false);
/// Whether there is a fault that nobody has reported.
static UNREPORTED: AtomicBool = AtomicBool::new(false);
static REPORTER: OnceLock<fn() -> bool> = OnceLock::new();

/// Has `reporter` called when there are faults that nobody has reported: on a thread that has no time to lose. It
/// says whether it could see to it; if not, it is asked again after the next fault.
pub fn report_to(reporter: fn() -> bool) {
    let _ = REPORTER.set(reporter);
}

/// Starts the thread: once, whoever calls again.
pub(super) fn start() -> io::Result<()> {
    static STARTED: Mutex<bool> = Mutex::new(false);
    let mut started = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
    if *started {
        return Ok(());
    }
    memory_map::prepare()?;
    reserve::fill();
    // No signal is meant for it.
    let mut mask = SigSet::empty();
    pthread_sigmask(
        SigmaskHow::SIG_BLOCK,
        Some(&all_but_errors()),
        Some(&mut mask),
    )?;
    let spawned = thread::Builder::new()
        .name("ferronio-guard".to_owned())
        .stack_size(STACK)
        .spawn(run);
    pthread_sigmask(SigmaskHow::SIG_SETMASK, Some(&mask), None)?;
    spawned?;
    *started = true;
    Ok(())
}

/// Pages of the range have been replaced. `by_step`: they go away by themselves, most probably. Async-signal-safe.
pub(super) fn request(slot: &Slot, by_step: bool) {
    if slot.is_unreported() {
        UNREPORTED.store(true, Ordering::Release);
    }
    let is_seen_to = by_step && WATCHING.load(Ordering::SeqCst);
    if !is_seen_to && WORK.swap(1, Ordering::AcqRel) == 0 {
        futex::wake(&WORK);
    }
}

fn run() {
    let mut steps = step::number();
    loop {
        futex::wait(&WORK, 0, None);
        if WORK.load(Ordering::Acquire) == 0 {
            continue;
        }
        WATCHING.store(true, Ordering::SeqCst);
        loop {
            thread::sleep(DELAY);
            WORK.swap(0, Ordering::AcqRel);
            settle_all();
            if WORK.load(Ordering::Acquire) == 0 && step::number() == steps {
                break;
            }
            // Steps have been taken meanwhile, and one of them may not have come to its end.
            steps = step::number();
            futex::wait(&WORK, 0, Some(DELAY_AFTER_STEPS));
        }
        WATCHING.store(false, Ordering::SeqCst);
        settle_all(); // What came in just before that.
        if WORK.load(Ordering::Acquire) == 0 {
            reserve::fill(); // Not before: a handler may need just what it has given away.
        }
    }
}

fn settle_all() {
    let mut failed = false;
    for slot in registry::slots().filter(|slot| slot.hull().is_some()) {
        failed |= settle(slot).is_err();
    }
    if UNREPORTED.swap(false, Ordering::AcqRel)
        && REPORTER.get().is_some_and(|reporter| !reporter())
    {
        UNREPORTED.store(true, Ordering::Release);
    }
    if failed {
        thread::sleep(DELAY_AFTER_FAILURE);
        WORK.store(1, Ordering::Release);
    }
}

/// Puts back at once what the handler has replaced in a range. The number of pages that could not be had until
/// then: who counts them again later, and comes to the same number, has read nothing but the file's pages meanwhile.
///
/// # Errors
///
/// Those of mmap(2): zeros are still in place.
pub fn settle(slot: &Slot) -> nix::Result<u64> {
    slot.exclusively(|| {
        match put_back(slot) {
            Err(Errno::EINVAL | Errno::EFAULT | Errno::EPERM) => give_up(slot)?,
            other => other?, // For want of memory, areas or the right to lock pages: another time.
        }
        Ok(slot.faults())
    })
}

/// Answers no more for a range that stays mapped: what the handler has replaced there is put back.
pub fn leave(range: Registration) {
    range.leave(|slot| {
        if put_back(slot).is_err() {
            let _ = give_up(slot); // Zeros that nobody takes away again would pass for data.
        }
    });
}

/// Puts back what the handler has replaced in a range, all of it or nothing. Async-signal-safe; for who holds the
/// slot.
///
/// # Errors
///
/// `EINVAL` where the pages cannot come back; those of mmap(2) and mremap(2).
pub(super) fn put_back(slot: &Slot) -> nix::Result<()> {
    let Some(hull) = slot.hull() else {
        return Ok(());
    };
    let pages = slot.pages().ok_or(Errno::EINVAL)?;
    if slot.is_retired() {
        replace_with_empty(&hull)?;
    } else if slot.can_come_back() {
        // The page before the hull is as it always was, and whatever of the hull is, is so again.
        let before = hull.start - slot.page_size();
        let (view, belongs) = if hull.start > pages.start {
            (before, before)
        } else {
            (slot.anchor().ok_or(Errno::EINVAL)?, pages.start)
        };
        // SAFETY: pages of a registered range: zeros of the handler's, or the file's.
        or_with_reserve(|| unsafe { memory::replace_with_file(view, belongs, &hull) })?;
    } else {
        return Err(Errno::EINVAL);
    }
    slot.end_hull();
    Ok(())
}

/// Puts the empty file where the handler has put something, and nowhere else: a private mapping has pages of its own
/// between.
fn give_up(slot: &Slot) -> nix::Result<()> {
    let Some(hull) = slot.hull() else {
        return Ok(());
    };
    let replaced = memory_map::anonymous_areas(&hull).map_err(|_| Errno::EIO)?;
    for area in &replaced {
        replace_with_empty(area)?;
    }
    slot.add_lost(u32::try_from(replaced.len()).unwrap_or(u32::MAX));
    slot.end_hull();
    Ok(())
}

fn replace_with_empty(range: &Range<usize>) -> nix::Result<()> {
    let length = NonZeroUsize::new(range.len()).ok_or(Errno::EINVAL)?;
    // SAFETY: the callers pass what the handler has put there, or parts of a retired range.
    unsafe { memory::replace_with_empty(range.start, length) }
}
