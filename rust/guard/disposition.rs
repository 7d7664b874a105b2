//! What the kernel does with a signal: the C library's own `sigaction(2)`.
//!
//! With `LD_PRELOAD=libjsig.so`, a function of that name comes before it which leaves HotSpot's handler where
//! it is and only notes ours, to be called for what HotSpot does not know. But it knows most faults in
//! mapped memory: it skips the load, and garbage is read. So we go past it.

use libc::{c_int, c_void, siginfo_t};
use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal};
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::sync::{Mutex, PoisonError};

/// All signals but those that tell an error of the thread's own: blocked, these would end the process.
pub(super) fn all_but_errors() -> SigSet {
    let mut signals = SigSet::all();
    for error in [
        Signal::SIGSEGV,
        Signal::SIGBUS,
        Signal::SIGILL,
        Signal::SIGFPE,
        Signal::SIGTRAP,
    ] {
        signals.remove(error);
    }
    signals
}

/// A signal handler with `SA_SIGINFO`.
pub(super) type Action = unsafe extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

/// A handler of ours for one signal, and what was there before.
pub(super) struct Handler {
    signal: c_int,
    /// Set before ours can run, and then leaked.
    previous: AtomicPtr<libc::sigaction>,
    ours: AtomicPtr<c_void>,
}

impl Handler {
    pub(super) const fn new(signal: c_int) -> Handler {
        Handler {
            signal,
            previous: AtomicPtr::new(ptr::null_mut()),
            ours: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// Puts `action` in the place of what is there. Idempotent.
    ///
    /// # Errors
    ///
    /// Those of sigaction(2): none is expected.
    ///
    /// # Safety
    ///
    /// `action` is async-signal-safe, and there until the process ends.
    pub(super) unsafe fn install(&self, action: Action) -> nix::Result<()> {
        static INSTALLING: Mutex<()> = Mutex::new(());
        let _one_at_a_time = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.previous.load(Ordering::Acquire).is_null() {
            return Ok(());
        }
        find();
        let previous = Box::leak(Box::new(get(self.signal)?));
        self.previous.store(previous, Ordering::Release);

        // SAFETY: all-zero is a valid sigaction.
        let mut ours: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
        ours.sa_sigaction = action as *const () as usize;
        ours.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
        // Nothing is to stop it: others may wait for what it holds.
        ours.sa_mask = *all_but_errors().as_ref();
        // SAFETY: the caller's promise, and the type that SA_SIGINFO wants.
        unsafe { set(self.signal, &ours) }
            .inspect_err(|_| self.previous.store(ptr::null_mut(), Ordering::Release))?;
        self.ours.store(action as *mut c_void, Ordering::Release);
        Ok(())
    }

    /// Whether the signal still comes to ours first. Async-signal-safe.
    pub(super) fn is_installed(&self) -> bool {
        let ours = self.ours.load(Ordering::Acquire).addr();
        ours != 0 && get(self.signal).is_ok_and(|action| action.sa_sigaction == ours)
    }

    /// Hands the signal to whoever had it before, as the kernel would have done. Async-signal-safe.
    ///
    /// # Safety
    ///
    /// The arguments are those of the running handler.
    pub(super) unsafe fn pass_on(&self, info: *mut siginfo_t, context: *mut c_void) {
        // SAFETY: set by `install` to a leaked, initialised sigaction that nobody writes to.
        let Some(previous) = (unsafe { self.previous.load(Ordering::Acquire).as_ref() }) else {
            return;
        };
        // SAFETY: with SA_SIGINFO the kernel passes a valid siginfo_t. Codes above 0 are its own: a fault.
        let sent = unsafe { (*info).si_code } <= 0;
        match previous.sa_sigaction {
            libc::SIG_IGN if sent => {}
            libc::SIG_DFL | libc::SIG_IGN => {
                // The default action cannot be called, and the kernel does not let a fault be ignored: put
                // it back, and let it happen again. A bad access does so by itself.
                // SAFETY: `previous` is what sigaction(2) once gave us.
                let _ = unsafe { set(self.signal, previous) };
                if sent || self.signal != libc::SIGBUS {
                    // SAFETY: bare system calls; the signal is delivered when the handler returns.
                    unsafe {
                        libc::syscall(
                            libc::SYS_tgkill,
                            libc::getpid(),
                            libc::gettid(),
                            self.signal,
                        )
                    };
                }
            }
            handler if previous.sa_flags & libc::SA_SIGINFO != 0 => {
                // SAFETY: with SA_SIGINFO the field is a handler of this type.
                let handler = unsafe { std::mem::transmute::<usize, Action>(handler) };
                // SAFETY: the arguments are the kernel's own.
                unsafe { handler(self.signal, info, context) };
            }
            handler => {
                // SAFETY: without SA_SIGINFO the field is a handler of this type.
                let handler: unsafe extern "C" fn(c_int) = unsafe { std::mem::transmute(handler) };
                // SAFETY: the argument is the kernel's own.
                unsafe { handler(self.signal) };
            }
        }
    }
}

type Sigaction = unsafe extern "C" fn(c_int, *const libc::sigaction, *mut libc::sigaction) -> c_int;

const C_LIBRARY: &CStr = c"libc.so.6";

/// The C library's function, once [`find`] has found it.
static FOUND: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());

/// Looks for the C library's function. Without this, and where there is no glibc, it is whichever function of
/// the name comes first in the process.
fn find() {
    // SAFETY: RTLD_NOLOAD only finds what is loaded already, and the C library is never unloaded.
    unsafe {
        let library = libc::dlopen(C_LIBRARY.as_ptr(), libc::RTLD_NOLOAD | libc::RTLD_LAZY);
        if !library.is_null() {
            FOUND.store(
                libc::dlsym(library, c"sigaction".as_ptr()),
                Ordering::Release,
            );
        }
    }
}

/// What happens on a signal now. Async-signal-safe.
fn get(signal: c_int) -> nix::Result<libc::sigaction> {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: a null second argument asks without changing; the kernel fills the third.
    Errno::result(unsafe { call(signal, ptr::null(), action.as_mut_ptr()) })?;
    // SAFETY: sigaction(2) succeeded; and all-zero would be valid, too.
    Ok(unsafe { action.assume_init() })
}

/// Says what is to happen on a signal from now on. Async-signal-safe.
///
/// # Safety
///
/// The action's handler, if it has one, is of the type that its flags say, and async-signal-safe.
unsafe fn set(signal: c_int, action: &libc::sigaction) -> nix::Result<()> {
    // SAFETY: the caller's promise; a null third argument asks for nothing.
    Errno::result(unsafe { call(signal, action, ptr::null_mut()) }).map(drop)
}

/// # Safety
///
/// As for sigaction(2).
unsafe fn call(signal: c_int, new: *const libc::sigaction, old: *mut libc::sigaction) -> c_int {
    let found = FOUND.load(Ordering::Acquire);
    if found.is_null() {
        // SAFETY: the caller's promise.
        return unsafe { libc::sigaction(signal, new, old) };
    }
    // SAFETY: `find` stored the C library's function of this name, which has this type.
    let sigaction = unsafe { std::mem::transmute::<*mut c_void, Sigaction>(found) };
    // SAFETY: the caller's promise.
    unsafe { sigaction(signal, new, old) }
}
