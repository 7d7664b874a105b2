//! HotSpot's own signal handling, which posts the `InternalError` that Java code gets for a fault.

use libc::{c_int, siginfo_t, ucontext_t};
use std::ffi::CStr;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

type Handle = unsafe extern "C" fn(c_int, *mut siginfo_t, *mut ucontext_t, c_int) -> c_int;

/// The function that libjvm exports for programs with signal handlers of their own (HotSpot only).
const NAME: &CStr = c"JVM_handle_linux_signal";

/// The running JVM's signal handling.
#[derive(Clone, Copy)]
pub struct HotSpot(Handle);

static PUBLISHED: AtomicUsize = AtomicUsize::new(0);

impl HotSpot {
    /// Finds it in this process: `None` on a JVM that does not export it (OpenJ9, native image) or where
    /// there is no JVM.
    pub fn find() -> Option<HotSpot> {
        // SAFETY: both arguments are valid; the launcher loads libjvm with RTLD_GLOBAL.
        let mut symbol = unsafe { libc::dlsym(libc::RTLD_DEFAULT, NAME.as_ptr()) };
        if symbol.is_null() {
            // A program that embeds the JVM may have loaded it without RTLD_GLOBAL.
            // SAFETY: RTLD_NOLOAD only finds what is loaded already; libjvm is never unloaded.
            unsafe {
                let libjvm =
                    libc::dlopen(c"libjvm.so".as_ptr(), libc::RTLD_NOLOAD | libc::RTLD_LAZY);
                if !libjvm.is_null() {
                    symbol = libc::dlsym(libjvm, NAME.as_ptr());
                }
            }
        }
        // SAFETY: HotSpot's exported function of this name has this type in JDK 9 to 25.
        (!symbol.is_null())
            .then(|| HotSpot(unsafe { std::mem::transmute::<*mut _, Handle>(symbol) }))
    }

    /// Makes it known to the signal handler.
    pub(super) fn publish(self) {
        PUBLISHED.store(self.0 as usize, Ordering::Release);
    }

    /// What was published, if anything. Async-signal-safe.
    pub(super) fn published() -> Option<HotSpot> {
        let handle = ptr::with_exposed_provenance::<()>(PUBLISHED.load(Ordering::Acquire));
        // SAFETY: anything but null was stored by `publish` from a `Handle`.
        (!handle.is_null())
            .then(|| HotSpot(unsafe { std::mem::transmute::<*const (), Handle>(handle) }))
    }

    /// Whether HotSpot took the signal as a fault of Java code: it has then posted an `InternalError` and
    /// moved the program counter past the instruction. It does not abort when it did not.
    ///
    /// # Safety
    ///
    /// The arguments are those of a signal handler that is running.
    pub(super) unsafe fn handle(
        self,
        signal: c_int,
        info: *mut siginfo_t,
        context: *mut ucontext_t,
    ) -> bool {
        const ABORT_IF_UNRECOGNIZED: c_int = 0;
        // SAFETY: the caller's promise.
        unsafe { (self.0)(signal, info, context, ABORT_IF_UNRECOGNIZED) != 0 }
    }
}
