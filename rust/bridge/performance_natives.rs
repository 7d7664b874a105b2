//! `io.ferronio.internal.PerformanceNatives`: what a thread has done.

use super::boundary::{self, descriptor};
use crate::kernel::performance_event::{self, Counter, SYSTEM_CALL};
use crate::kernel::usage::{self, Usage};
use jni_sys::{JNIEnv, jclass, jint, jlong};
use nix::errno::Errno;
use nix::unistd;
use std::os::fd::{IntoRawFd, OwnedFd};

/// `static native long systemCallTracepoint()`: its number.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PerformanceNatives_systemCallTracepoint(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || number(performance_event::tracepoint(SYSTEM_CALL)?))
}

/// `static native long openCounter(long tracepoint)`: a descriptor.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PerformanceNatives_openCounter(
    env: *mut JNIEnv,
    _class: jclass,
    tracepoint: jlong,
) -> jlong {
    boundary::hot(env, || {
        let tracepoint = u64::try_from(tracepoint).map_err(|_| Errno::EINVAL)?;
        let counter = Counter::of_this_thread(tracepoint)?;
        Ok(OwnedFd::from(counter).into_raw_fd().into())
    })
}

/// `static native long readCounter(int counter)`: how often.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PerformanceNatives_readCounter(
    env: *mut JNIEnv,
    _class: jclass,
    counter: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java closes it in `closeCounter` alone, and not at the same time.
        number(performance_event::read(unsafe { descriptor(counter) }?)?)
    })
}

/// `static native long closeCounter(int counter)`: 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PerformanceNatives_closeCounter(
    env: *mut JNIEnv,
    _class: jclass,
    counter: jint,
) -> jlong {
    boundary::hot(env, || unistd::close(counter).map(|()| 0))
}

/// `static native long minorFaults()`: of this thread, since its start.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PerformanceNatives_minorFaults(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    usage_of_this_thread(env, |usage| usage.minor_faults)
}

/// `static native long majorFaults()`: of this thread, since its start.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PerformanceNatives_majorFaults(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    usage_of_this_thread(env, |usage| usage.major_faults)
}

/// `static native long voluntarySwitches()`: of this thread, since its start.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PerformanceNatives_voluntarySwitches(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    usage_of_this_thread(env, |usage| usage.voluntary_switches)
}

/// `static native long involuntarySwitches()`: of this thread, since its start.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PerformanceNatives_involuntarySwitches(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    usage_of_this_thread(env, |usage| usage.involuntary_switches)
}

fn usage_of_this_thread(env: *mut JNIEnv, figure: impl FnOnce(Usage) -> i64) -> jlong {
    boundary::hot(env, || usage::of_this_thread().map(figure))
}

fn number(count: u64) -> nix::Result<jlong> {
    jlong::try_from(count).map_err(|_| Errno::EOVERFLOW)
}
