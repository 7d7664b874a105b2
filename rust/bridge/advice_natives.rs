//! `io.ferronio.internal.AdviceNatives`: what of a file the page cache should hold, and what it may give up.

use super::boundary::{self, descriptor};
use crate::kernel::{advice, write_back};
use crate::transfer::ahead;
use jni_sys::{JNIEnv, jclass, jint, jlong};
use nix::errno::Errno;

/// `static native long willNeed(int file, long position, long length)`: 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_AdviceNatives_willNeed(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
    position: jlong,
    length: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set.
        ahead::read_ahead(unsafe { descriptor(file) }?, position, length).map(|()| 0)
    })
}

/// `static native long dontNeed(int file, long position, long length)`: 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_AdviceNatives_dontNeed(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
    position: jlong,
    length: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set.
        advice::dont_need(unsafe { descriptor(file) }?, position, length).map(|()| 0)
    })
}

/// `static native long expect(int file, int order, long position, long length)`: 0. `order` is 0 for any, 1 for
/// sequential, 2 for random.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_AdviceNatives_expect(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
    order: jint,
    position: jlong,
    length: jlong,
) -> jlong {
    boundary::hot(env, || {
        let order = match order {
            0 => advice::Order::Unknown,
            1 => advice::Order::Sequential,
            2 => advice::Order::Random,
            _ => return Err(Errno::EINVAL),
        };
        // SAFETY: Java is in the file's thread set.
        advice::expect(unsafe { descriptor(file) }?, order, position, length).map(|()| 0)
    })
}

/// `static native long writeBack(int file, long position, long length)`: 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_AdviceNatives_writeBack(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
    position: jlong,
    length: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set.
        write_back::write_back(unsafe { descriptor(file) }?, position, length).map(|()| 0)
    })
}
