//! A signal that one thread of ours waits for, and nobody else: `sigaction(2)`, `pthread_sigmask(3)`,
//! `sigtimedwait(2)`, `tgkill(2)`.

use super::interruption;
use libc::{SIGIO, c_int, c_long, sigset_t, timespec};
use nix::errno::Errno;
use nix::sys::signal::{SigSet, SigmaskHow};
use nix::unistd::Pid;
use std::mem::MaybeUninit;
use std::os::fd::RawFd;
use std::ptr;
use std::time::Duration;

/// Why a signal came: of a lease. See `POLL_MSG` in sigaction(2); the libc crate has it not.
const POLL_MSG: c_int = 3;

/// A real-time signal that had no handler in this process: kept in a queue, one for each event, with the descriptor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadSignal(c_int);

/// What the thread is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Something has happened to what this number is, or was, open on.
    Descriptor(RawFd),
    /// The queue was full: something has happened, nobody knows to what.
    Overflow,
    /// Nothing has: [`ThreadSignal::wake`], or somebody else's kill(2).
    Woken,
}

/// The beginning of a `siginfo_t` that tells of a descriptor, as 64-bit kernels lay it out: asm-generic/siginfo.h.
#[repr(C)]
struct DescriptorInfo {
    signal: c_int,
    error: c_int,
    code: c_int,
    band: c_long,
    descriptor: c_int,
}

const _: () = assert!(size_of::<DescriptorInfo>() <= size_of::<libc::siginfo_t>());

extern "C" fn do_nothing(_signal: c_int) {}

impl ThreadSignal {
    /// Finds a signal that nobody uses, and gives it a handler that does nothing. The kernel sends it to a thread
    /// that blocks it, and the handler is never called for that; but without one, a kill(1) from outside would end
    /// the process. Children have the default action again as soon as they execute a program.
    /// [`release`](Self::release) gives it back: every copy of this library in a process, one for each class loader,
    /// needs one of its own.
    ///
    /// From the third but last down: the JDK wakes threads by the one above (SIGRTMAX-2), tools like to take the very
    /// last, the C library keeps those before SIGRTMIN to itself, and most others begin there.
    ///
    /// # Errors
    ///
    /// `EUSERS`: all have handlers.
    pub fn claim() -> nix::Result<ThreadSignal> {
        let (first, last) = (libc::SIGRTMIN(), libc::SIGRTMAX() - 3);
        (first..=last)
            .rev()
            .map(ThreadSignal)
            .find(|signal| signal.handler() == libc::SIG_DFL && signal.occupy())
            .ok_or(Errno::EUSERS)
    }

    /// Gives the signal its default action again, unless somebody has put a handler over ours. No thread may be told by
    /// it any more.
    pub fn release(self) {
        if self.handler() != do_nothing as *const () as usize {
            return;
        }
        // SAFETY: all-zero is a valid sigaction: SIG_DFL, no flags, an empty mask.
        let default: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
        // SAFETY: the default action needs no handler.
        unsafe { libc::sigaction(self.0, &raw const default, ptr::null_mut()) };
    }

    /// What the signal's action is now; `SIG_IGN` where the C library keeps the signal to itself.
    fn handler(self) -> libc::sighandler_t {
        let mut action = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: a null second argument asks without changing; the kernel fills the third.
        match unsafe { libc::sigaction(self.0, ptr::null(), action.as_mut_ptr()) } {
            // SAFETY: filled.
            0 => unsafe { action.assume_init() }.sa_sigaction,
            _ => libc::SIG_IGN,
        }
    }

    /// `false`, and nothing has changed, if somebody else was faster.
    fn occupy(self) -> bool {
        let mut previous = MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: all-zero is a valid sigaction: an empty mask.
        let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
        action.sa_sigaction = do_nothing as *const () as usize;
        action.sa_flags = libc::SA_RESTART | libc::SA_ONSTACK;
        // SAFETY: the handler has the type of a sigaction without SA_SIGINFO, and is there as long as the library,
        // which is never unloaded.
        if unsafe { libc::sigaction(self.0, &raw const action, previous.as_mut_ptr()) } != 0 {
            return false;
        }
        // SAFETY: the kernel has filled it.
        let previous = unsafe { previous.assume_init() };
        if previous.sa_sigaction == libc::SIG_DFL {
            return true;
        }
        // SAFETY: what sigaction(2) has just told.
        unsafe { libc::sigaction(self.0, &raw const previous, ptr::null_mut()) };
        false
    }

    /// The signal's number.
    pub fn number(self) -> c_int {
        self.0
    }

    /// This signal, the one that the kernel sends in its place when the queue is full, and the JDK's.
    fn set(self) -> sigset_t {
        let mut set = MaybeUninit::<sigset_t>::zeroed();
        // SAFETY: sigemptyset initialises the set, and all three are signals' numbers.
        unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigaddset(set.as_mut_ptr(), self.0);
            libc::sigaddset(set.as_mut_ptr(), SIGIO);
            // The JDK sends it each 50 ms until a thread has noticed that its channel is closed. Kept for `wait`, it is
            // not lost when it comes between two of them. With any other number, it would only take longer.
            libc::sigaddset(set.as_mut_ptr(), interruption::number());
            set.assume_init()
        }
    }

    /// Has this thread, and those that it starts, keep the signal for [`wait`](Self::wait), and with it SIGIO and the
    /// one by which the JDK interrupts. The mask before that.
    ///
    /// # Errors
    ///
    /// None is expected.
    pub fn block(self) -> nix::Result<SigSet> {
        // SAFETY: initialised.
        let set = unsafe { SigSet::from_sigset_t_unchecked(self.set()) };
        set.thread_swap_mask(SigmaskHow::SIG_BLOCK)
    }

    /// Waits in a thread that [blocks](Self::block) the signal.
    ///
    /// # Errors
    ///
    /// `EAGAIN` (the time is up), `EINTR` (by another signal).
    pub fn wait(self, timeout: Duration) -> nix::Result<Notice> {
        let timeout = timespec {
            tv_sec: timeout.as_secs().try_into().unwrap_or(libc::time_t::MAX),
            tv_nsec: timeout.subsec_nanos().into(),
        };
        let set = self.set();
        let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
        // SAFETY: all three are initialised, and outlive the call.
        let signal = Errno::result(unsafe {
            libc::sigtimedwait(&raw const set, info.as_mut_ptr(), &raw const timeout)
        })?;
        if signal == SIGIO {
            return Ok(Notice::Overflow);
        }
        if signal != self.0 {
            return Err(Errno::EINTR);
        }
        // SAFETY: not longer than a siginfo_t, all of which is initialised, and aligned as one: nothing but integers.
        let info = unsafe { info.as_ptr().cast::<DescriptorInfo>().read() };
        // A process can send neither this code nor a descriptor with it.
        Ok(match info.code {
            POLL_MSG => Notice::Descriptor(info.descriptor),
            _ => Notice::Woken,
        })
    }

    /// Ends a [`wait`](Self::wait) of a thread of this process, or the next one if there is none now.
    ///
    /// # Errors
    ///
    /// `ESRCH`: there is no such thread any more.
    pub fn wake(self, thread: Pid) -> nix::Result<()> {
        match send(thread, self.0) {
            // The queue is full. Not so that of SIGIO, which has none.
            Err(Errno::EAGAIN) => send(thread, SIGIO),
            other => other,
        }
    }
}

fn send(thread: Pid, signal: c_int) -> nix::Result<()> {
    // SAFETY: a bare system call; the thread blocks the signal, or is not this process's.
    Errno::result(unsafe {
        libc::syscall(libc::SYS_tgkill, libc::getpid(), thread.as_raw(), signal)
    })
    .map(drop)
}
