//! The guard: a SIGBUS handler that keeps the process alive when a page of a mapping cannot be had.
//!
//! A page cannot be had when its file was truncated, its disk is full under a hole, its device failed, or
//! when the mapping was retired (see [`crate::mapping`]). The handler puts zero pages where the access
//! went, lets HotSpot post its `InternalError` where it can, and lets the access run again: on zeros. Every
//! other SIGBUS goes to the handler that was there before, unchanged.
//!
//! All of `on_sigbus` is async-signal-safe: no allocation, no lock that an ordinary thread holds while it touches
//! mapped memory, no lazily made thread-local, no arithmetic that could panic.

mod disposition;
mod hotspot;
mod rearm;
mod reentry;
mod reserve;
mod step;

use crate::kernel::memory::{self, PageState};
use crate::mapping::registry::{self, Sharing, Slot};
use libc::{c_int, c_void, siginfo_t, ucontext_t};
use nix::errno::Errno;
use std::io;
use std::ops::Range;

use disposition::Handler;
use reserve::or_with_reserve;

pub use hotspot::HotSpot;
pub use rearm::{leave, report_to, settle};

/// `si_code` of a page that cannot be had. The other codes are a misaligned access (`BUS_ADRALN`) to a good
/// page and failed memory (`BUS_MCEERR_*`): neither is cured by another page.
const BUS_ADRERR: c_int = 2;

/// The most pages that one fault on a live mapping may cost: each is asked for before it is replaced.
const MOST_LIVE_PAGES: u32 = 512;
/// On a retired mapping there is nothing to ask: a few faults cover any range, with few VMAs.
const MOST_RETIRED_PAGES: u32 = 1 << 31;
/// After so many answers in one range the thread that re-arms is late, and the handler does its work.
const MOST_ANSWERS: u32 = 512;

static BUS: Handler = Handler::new(libc::SIGBUS);

/// Installs the handler, and starts the thread that re-arms. Idempotent.
///
/// # Errors
///
/// Those of pthread_create(3) and sigaction(2); nothing is installed then.
pub fn install(hotspot: Option<HotSpot>) -> io::Result<()> {
    if let Some(hotspot) = hotspot {
        hotspot.publish();
    }
    rearm::start()?;
    // SAFETY: async-signal-safe, see there, and never unmapped (-z nodelete).
    unsafe { BUS.install(on_sigbus) }?;
    Ok(())
}

/// From now on, zeros that an access of Java code has met go away when that has run, where the processor can stop then
/// (x86-64): this takes SIGTRAP. Else a moment later. Idempotent.
///
/// # Errors
///
/// Those of sigaction(2): none is expected.
pub fn take_single_steps() -> nix::Result<()> {
    step::install()
}

/// Whether single steps are taken: another library may have replaced our handler for SIGTRAP since.
pub fn takes_single_steps() -> bool {
    step::is_installed()
}

/// Whether SIGBUS still comes to us first: another library may have replaced our handler since.
pub fn is_installed() -> bool {
    BUS.is_installed()
}

/// # Safety
///
/// Called by the kernel, as a handler with `SA_SIGINFO`.
unsafe extern "C" fn on_sigbus(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let errno = Errno::last_raw();
    // SAFETY: with SA_SIGINFO the kernel passes a valid siginfo_t; SIGBUS fills si_addr.
    let (code, address) = unsafe { ((*info).si_code, (*info).si_addr().addr()) };
    let ours = if code == BUS_ADRERR {
        registry::find(address)
    } else {
        None
    };
    match ours {
        Some(slot) => reentry::once(|| {
            let revived = slot.exclusively(|| revive(slot, address));
            if revived == Revived::AsItWas {
                return;
            }
            if revived == Revived::Not {
                rearm::request(slot, false);
                // SAFETY: the arguments are the kernel's own.
                unsafe { BUS.pass_on(info, context) };
                return;
            }
            // SAFETY: the arguments are the kernel's own.
            let stepping =
                unsafe { tell_hotspot(signal, info, context) && step::begin(slot, context.cast()) };
            rearm::request(slot, stepping);
        }),
        // SAFETY: the arguments are the kernel's own.
        None => unsafe { BUS.pass_on(info, context) },
    }
    Errno::set_raw(errno);
}

/// What has become of a page.
#[derive(PartialEq, Eq)]
enum Revived {
    /// There is another in its place: zeros, or a copy.
    Replaced,
    /// There is nothing wrong with it (any more).
    AsItWas,
    /// The access must not run again, it would fault for ever.
    Not,
}

/// What is to be put over pages.
enum Answer {
    Zeros(Range<usize>),
    Copy(Range<usize>),
}

/// Sees to it that the access to `address` can run again. For who holds the slot.
fn revive(slot: &Slot, address: usize) -> Revived {
    let Some(pages) = slot.pages().filter(|pages| pages.contains(&address)) else {
        // Freed while we waited for it: nobody may touch these addresses, least of all we.
        return Revived::Not;
    };
    if slot.answers() >= MOST_ANSWERS {
        // Else the zeros here and there would take all the VMAs. Who has faulted meanwhile does so again.
        let _ = rearm::put_back(slot);
    }
    let page = slot.page_size();
    let start = memory::page_floor(address, page);
    learn_sharing(slot, start, page);
    let answer = if slot.is_retired() {
        Answer::Zeros(retired_extent(slot, &pages, start, page))
    } else {
        match memory::state_of(start, page) {
            PageState::Dead => Answer::Zeros(live_extent(slot, &pages, start, page)),
            PageState::Unwritable | PageState::Unknown => {
                Answer::Copy(start..start.saturating_add(page))
            }
            PageState::Good if slot.hull().is_some_and(|hull| hull.contains(&start)) => {
                return Revived::Replaced; // Another thread has met the same page before us.
            }
            PageState::Good => return Revived::AsItWas,
        }
    };
    let (Answer::Zeros(extent) | Answer::Copy(extent)) = &answer;
    slot.begin_answer(extent, address);
    if extent.start == pages.start && slot.can_come_back() && slot.anchor().is_none() {
        // Without it there might be no page left from which the others can be had again.
        if let Ok(anchor) = or_with_reserve(|| memory::duplicate(pages.start, page)) {
            slot.set_anchor(anchor);
        }
    }
    let put = match &answer {
        Answer::Zeros(extent) => {
            slot.set_extent(extent);
            put_zeros(extent) || put_fewer_zeros(slot, &pages, start..start.saturating_add(page))
        }
        Answer::Copy(extent) => {
            // SAFETY: a page of a registered range.
            or_with_reserve(|| unsafe { memory::replace_with_copy(extent.start, extent.len()) })
                .is_ok()
        }
    };
    if put { Revived::Replaced } else { Revived::Not }
}

/// Who has made a mapping may not have told whether it is shared: then the kernel is asked at the first fault, while the
/// page is still the file's. For who holds the slot.
fn learn_sharing(slot: &Slot, start: usize, page: usize) {
    if slot.has_sharing(Sharing::Unknown) && !slot.is_retired() {
        match or_with_reserve(|| memory::is_shared(start, page)) {
            Ok(true) => slot.set_sharing(Sharing::Shared),
            Ok(false) => slot.set_sharing(Sharing::Private),
            Err(_) => {} // At the next fault, perhaps.
        }
    }
}

/// Puts zeros over dead pages of a registered range.
fn put_zeros(pages: &Range<usize>) -> bool {
    // SAFETY: the callers pass parts of a registered range, and each page of them is dead.
    or_with_reserve(|| unsafe { memory::replace_with_zeros(pages.start, pages.len()) }).is_ok()
}

/// Out of VMAs, or of memory (RLIMIT_DATA, vm.overcommit_memory=2): one page may still do, on a retired range once all
/// that earlier answers took is given back; else one VMA for the whole of such a range.
fn put_fewer_zeros(slot: &Slot, pages: &Range<usize>, page: Range<usize>) -> bool {
    let retired = slot.is_retired();
    if retired {
        let _ = rearm::put_back(slot);
        slot.begin_answer(pages, page.start);
    }
    put_zeros(&page) || retired && put_zeros(pages)
}

/// The pages from the dead one at `start` on that are dead, up to the slot's next extent. Each page is asked, so
/// that data which is still there (between two holes of a full disk, say) never disappears under zeros.
fn live_extent(slot: &Slot, pages: &Range<usize>, start: usize, page: usize) -> Range<usize> {
    // Pages that will be lost leave a VMA of their own behind, between the mapping's others: let these be few.
    let most = if slot.is_lost() && memory::is_shared(start, page) != Ok(true) {
        slot.next_extent(start, slot.lost(), MOST_RETIRED_PAGES)
    } else {
        slot.next_extent(start, 0, MOST_LIVE_PAGES)
    };
    let limit = start
        .saturating_add((most as usize).saturating_mul(page))
        .min(pages.end);
    let mut end = start.saturating_add(page);
    while end < limit && memory::is_dead(end, page) {
        end = end.saturating_add(page);
    }
    start..end
}

/// All of a retired range is dead: there is nothing to ask.
fn retired_extent(slot: &Slot, pages: &Range<usize>, start: usize, page: usize) -> Range<usize> {
    let most = slot.next_extent(start, 0, MOST_RETIRED_PAGES) as usize;
    start
        ..start
            .saturating_add(most.saturating_mul(page))
            .min(pages.end)
}

/// Lets HotSpot post its `InternalError` for an access from Java, and sees to it that the access runs
/// again. HotSpot's own way is to skip the instruction, which leaves garbage in its register. `false` for an access
/// that is not Java's.
///
/// # Safety
///
/// The arguments are those of the signal handler.
unsafe fn tell_hotspot(signal: c_int, info: *mut siginfo_t, context: *mut c_void) -> bool {
    let Some(hotspot) = HotSpot::published() else {
        return false;
    };
    let context = context.cast::<ucontext_t>();
    // SAFETY: the kernel passes a valid ucontext_t, which the handler may change.
    unsafe {
        let before = *program_counter(context);
        // It also says that it has handled what it has only passed on, to a handler from before the JVM.
        let is_javas = hotspot.handle(signal, info, context) && *program_counter(context) != before;
        *program_counter(context) = before;
        is_javas
    }
}

#[cfg(target_arch = "x86_64")]
type Register = libc::greg_t;
#[cfg(target_arch = "aarch64")]
type Register = u64;

/// # Safety
///
/// `context` points to a valid ucontext_t.
#[cfg(target_arch = "x86_64")]
unsafe fn program_counter(context: *mut ucontext_t) -> *mut Register {
    // SAFETY: the caller's promise; REG_RIP is an index of gregs.
    unsafe { &raw mut (*context).uc_mcontext.gregs[libc::REG_RIP as usize] }
}

/// # Safety
///
/// `context` points to a valid ucontext_t.
#[cfg(target_arch = "aarch64")]
unsafe fn program_counter(context: *mut ucontext_t) -> *mut Register {
    // SAFETY: the caller's promise.
    unsafe { &raw mut (*context).uc_mcontext.pc }
}
