//! Taking zeros away again after exactly one instruction: the one that they were put there for.
//!
//! The trap flag (x86-64, see `EFLAGS.TF` in Intel's manual) makes the processor stop after the instruction, and the
//! kernel sends SIGTRAP. So of Java code each access fails that should, also those that follow at once. Where this
//! cannot be done, or would be done too often, the thread of [`super::rearm`] takes the zeros away a moment later.

use crate::kernel::clock;
use crate::mapping::registry::Slot;
use libc::ucontext_t;
use std::sync::atomic::{AtomicU64, Ordering};

/// Steps in a range that may follow each other at once. Each takes tens of microseconds, and a loop that no error ends
/// must not take one for each of its accesses: after these it is one in so much time.
const BURST: i64 = 256;
/// Nanoseconds.
const INTERVAL: i64 = 500_000;

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// Installs what is needed for it. Idempotent.
///
/// # Errors
///
/// Those of sigaction(2): none is expected.
pub(super) fn install() -> nix::Result<()> {
    processor::install()
}

/// Whether it is there, and SIGTRAP comes to us first.
pub(super) fn is_installed() -> bool {
    processor::is_installed()
}

/// Sees to it that the zeros in a range go away when the interrupted instruction has run, if that can be done.
/// `true` then. Async-signal-safe.
///
/// # Safety
///
/// `context` is that of the running signal handler.
pub(super) unsafe fn begin(slot: &'static Slot, context: *mut ucontext_t) -> bool {
    // Pages that can be put back by what a signal handler may call; and not too often.
    let begun = (slot.is_retired() || slot.can_come_back())
        && slot.may_step(clock::now(), INTERVAL, BURST)
        // SAFETY: the caller's promise.
        && unsafe { processor::begin(slot, context) };
    if begun {
        NUMBER.fetch_add(1, Ordering::Relaxed);
    }
    begun
}

/// Steps so far.
pub(super) fn number() -> u64 {
    NUMBER.load(Ordering::Relaxed)
}

#[cfg(target_arch = "x86_64")]
mod processor {
    use crate::guard::disposition::Handler;
    use crate::guard::rearm;
    use crate::mapping::registry::Slot;
    use libc::{c_int, c_void, siginfo_t, ucontext_t};
    use nix::errno::Errno;
    use std::ptr;
    use std::sync::atomic::{AtomicI32, AtomicPtr, Ordering};

    const TRAP_FLAG: libc::greg_t = 1 << 8;

    /// A thread that is about to run one instruction, and the range whose zeros are for that.
    struct Step {
        /// Its id; 0 for a free place.
        thread: AtomicI32,
        slot: AtomicPtr<Slot>,
    }

    static STEPS: [Step; 64] = [const {
        Step {
            thread: AtomicI32::new(0),
            slot: AtomicPtr::new(ptr::null_mut()),
        }
    }; 64];

    static TRAP: Handler = Handler::new(libc::SIGTRAP);

    pub(super) fn install() -> nix::Result<()> {
        // SAFETY: of the type SA_SIGINFO, async-signal-safe and never unmapped (-z nodelete).
        unsafe { TRAP.install(on_sigtrap) }
    }

    pub(super) fn is_installed() -> bool {
        TRAP.is_installed()
    }

    /// # Safety
    ///
    /// `context` is that of the running signal handler.
    pub(super) unsafe fn begin(slot: &'static Slot, context: *mut ucontext_t) -> bool {
        // SAFETY: the caller's promise; sigismember(3) reads the mask of the interrupted code.
        let blocked = unsafe { libc::sigismember(&raw const (*context).uc_sigmask, libc::SIGTRAP) };
        // Blocked, ignored or somebody else's, the signal would end the process.
        if blocked != 0 || !is_installed() {
            return false;
        }
        // SAFETY: gettid(2) has no preconditions.
        let me = unsafe { libc::gettid() };
        // One that is there already is for a second page of the same instruction, or for a signal that never came.
        let step = find(me).or_else(|| {
            STEPS.iter().find(|step| {
                step.thread
                    .compare_exchange(0, me, Ordering::Acquire, Ordering::Relaxed)
                    .is_ok()
            })
        });
        let Some(step) = step else { return false };
        step.slot
            .store(ptr::from_ref(slot).cast_mut(), Ordering::Relaxed);
        // SAFETY: the kernel passes a valid ucontext_t, which the handler may change.
        unsafe { *flags(context) |= TRAP_FLAG };
        true
    }

    /// The step of a thread.
    fn find(thread: i32) -> Option<&'static Step> {
        STEPS
            .iter()
            .find(|step| step.thread.load(Ordering::Relaxed) == thread)
    }

    /// Where the flags of the interrupted code are, of a valid context.
    fn flags(context: *mut ucontext_t) -> *mut libc::greg_t {
        // SAFETY: only an address is computed; REG_EFL is an index of gregs.
        unsafe { &raw mut (*context).uc_mcontext.gregs[libc::REG_EFL as usize] }
    }

    /// # Safety
    ///
    /// Called by the kernel, as a handler with `SA_SIGINFO`.
    unsafe extern "C" fn on_sigtrap(_signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
        let errno = Errno::last_raw();
        let flags = flags(context.cast());
        // SAFETY: gettid(2) has no preconditions; the kernel passes a valid ucontext_t. Its code for this is TRAP_TRACE,
        // an emulator's may be another.
        let step = unsafe { find(libc::gettid()).filter(|_| *flags & TRAP_FLAG != 0) };
        if let Some(step) = step {
            // SAFETY: as above, and the handler may change it.
            unsafe { *flags &= !TRAP_FLAG };
            // SAFETY: stored by `begin` from a reference to a slot, which is never given back to the allocator.
            let slot = unsafe { &*step.slot.load(Ordering::Relaxed) };
            step.thread.store(0, Ordering::Release);
            let put_back = slot.exclusively(|| {
                slot.forget_extent(); // No sequence: each access is answered for itself.
                rearm::put_back(slot)
            });
            if put_back.is_err() {
                rearm::request(slot, false);
            }
        } else {
            // SAFETY: the arguments are the kernel's own.
            unsafe { TRAP.pass_on(info, context) };
        }
        Errno::set_raw(errno);
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod processor {
    use crate::mapping::registry::Slot;
    use libc::ucontext_t;

    pub(super) fn install() -> nix::Result<()> {
        Ok(())
    }

    pub(super) fn is_installed() -> bool {
        false
    }

    pub(super) unsafe fn begin(_slot: &'static Slot, _context: *mut ucontext_t) -> bool {
        false
    }
}
