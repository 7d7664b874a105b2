//! `io.ferronio.internal.AdviceNatives`: what of a file the page cache should hold.

use super::boundary::{self, descriptor};
use crate::kernel::advice;
use crate::transfer::ahead;
use jni_sys::{JNIEnv, jclass, jint, jlong};

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
