//! `io.ferronio.internal.WaitingNatives`: threads that wait in the kernel, and may be woken.

use super::boundary::{self, descriptor};
use crate::kernel::interruption;
use crate::transfer::checked_count;
use jni_sys::{JNIEnv, jclass, jint, jlong};
use nix::unistd::{Pid, gettid};

/// `static native long thread()`: the kernel's number of this thread.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_WaitingNatives_thread(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || Ok(gettid().as_raw().into()))
}

/// `static native long interrupt(int thread)`: 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_WaitingNatives_interrupt(
    env: *mut JNIEnv,
    _class: jclass,
    thread: jint,
) -> jlong {
    boundary::hot(env, || {
        interruption::interrupt(Pid::from_raw(thread)).map(|()| 0)
    })
}

/// `static native long write(int target, long address, long count)`: write(2), bytes written.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_WaitingNatives_write(
    env: *mut JNIEnv,
    _class: jclass,
    target: jint,
    address: jlong,
    count: jlong,
) -> jlong {
    boundary::hot(env, || {
        let count = checked_count(count)?;
        // SAFETY: Java has begun a write on the target.
        let target = unsafe { descriptor(target) }?;
        // SAFETY: Java keeps the direct buffer at this address reachable, which holds so many bytes, and nobody writes
        // to it meanwhile.
        let bytes = unsafe { std::slice::from_raw_parts(address as usize as *const u8, count) };
        Ok(nix::unistd::write(target, bytes)? as jlong)
    })
}
