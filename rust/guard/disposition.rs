//! What the kernel does with a signal: the C library's own `sigaction(2)`.
//!
//! With `LD_PRELOAD=libjsig.so`, a function of that name comes before it which leaves HotSpot's handler where
//! it is and only notes ours, to be called for what HotSpot does not know. But it knows most faults in
//! mapped memory: it skips the load, and garbage is read. So we go past it.

use libc::{c_int, c_void};
use nix::errno::Errno;
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

type Sigaction = unsafe extern "C" fn(c_int, *const libc::sigaction, *mut libc::sigaction) -> c_int;

const C_LIBRARY: &CStr = c"libc.so.6";

/// The C library's function, once [`find`] has found it.
static FOUND: AtomicPtr<c_void> = AtomicPtr::new(ptr::null_mut());

/// Looks for the C library's function. Without this, and where there is no glibc, it is whichever function of
/// the name comes first in the process.
pub(super) fn find() {
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
pub(super) fn get(signal: c_int) -> nix::Result<libc::sigaction> {
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
pub(super) unsafe fn set(signal: c_int, action: &libc::sigaction) -> nix::Result<()> {
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
