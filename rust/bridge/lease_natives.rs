//! `io.ferronio.internal.LeaseNatives`: leases on files, and the thread that is told when somebody wants one.

use super::boundary::{self, descriptor};
use crate::kernel::attributes;
use crate::kernel::lease::{self, Lease};
use crate::kernel::thread_signal::{Notice, ThreadSignal};
use jni_sys::{JNIEnv, jboolean, jclass, jint, jlong};
use nix::errno::Errno;
use nix::sys::signal::SigSet;
use nix::unistd::{Pid, gettid};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The signal of the thread that waits, while there is one.
static SIGNAL: Mutex<Option<ThreadSignal>> = Mutex::new(None);
/// What the last such thread blocked before.
static MASK: Mutex<Option<SigSet>> = Mutex::new(None);

/// As in `LeaseNatives`: greater than any descriptor.
const WOKEN: jlong = 1 << 32;
const OVERFLOW: jlong = 1 << 33;

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

fn signal() -> nix::Result<ThreadSignal> {
    lock(&SIGNAL).ok_or(Errno::ESRCH)
}

fn lease(write: jboolean) -> Lease {
    if write { Lease::Write } else { Lease::Read }
}

/// `static native long begin()`: this thread's number. It is the one that waits from now on.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_LeaseNatives_begin(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || {
        let signal = ThreadSignal::claim()?;
        *lock(&SIGNAL) = Some(signal);
        *lock(&MASK) = Some(signal.block()?);
        Ok(gettid().as_raw().into())
    })
}

/// `static native long end()`: 0. The thread waits no more.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_LeaseNatives_end(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || {
        if let Some(signal) = lock(&SIGNAL).take() {
            signal.release();
        }
        Ok(0)
    })
}

/// `static native long unblock()`: 0. For the threads that the one above starts.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_LeaseNatives_unblock(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || {
        let mask = lock(&MASK).ok_or(Errno::ESRCH)?;
        mask.thread_set_mask().map(|()| 0)
    })
}

/// `static native long await(int milliseconds)`: a descriptor, `WOKEN` or `OVERFLOW`.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_LeaseNatives_await(
    env: *mut JNIEnv,
    _class: jclass,
    milliseconds: jint,
) -> jlong {
    boundary::hot(env, || {
        let timeout = Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0));
        Ok(match signal()?.wait(timeout)? {
            Notice::Descriptor(file) => file.into(),
            Notice::Woken => WOKEN,
            Notice::Overflow => OVERFLOW,
        })
    })
}

/// `static native long wake(int thread)`: 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_LeaseNatives_wake(
    env: *mut JNIEnv,
    _class: jclass,
    thread: jint,
) -> jlong {
    boundary::hot(env, || signal()?.wake(Pid::from_raw(thread)).map(|()| 0))
}

/// `static native long take(int file, boolean write, int thread)`: 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_LeaseNatives_take(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
    write: jboolean,
    thread: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set.
        let file = unsafe { descriptor(file) }?;
        lease::take(file, lease(write), Pid::from_raw(thread), signal()?).map(|()| 0)
    })
}

/// `static native long isWhole(int file, boolean write)`: 1, or 0 if somebody wants the file.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_LeaseNatives_isWhole(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
    write: jboolean,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set.
        lease::is_whole(unsafe { descriptor(file) }?, lease(write)).map(jlong::from)
    })
}

/// `static native long giveBack(int file)`: 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_LeaseNatives_giveBack(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set.
        lease::give_back(unsafe { descriptor(file) }?).map(|()| 0)
    })
}

/// `static native long owner(int file)`: the number of the user whose file it is.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_LeaseNatives_owner(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set.
        attributes::owner(unsafe { descriptor(file) }?).map(jlong::from)
    })
}

/// `static native long user()`: the number of the user as whom this process runs.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_LeaseNatives_user(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || Ok(attributes::user().into()))
}

/// `static native long tryOut()`: 0 if there are leases here.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_LeaseNatives_tryOut(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || lease::trial().map(|()| 0))
}
