//! `io.ferronio.internal.TransferNatives`: moving bytes between descriptors.

use super::boundary::{self, descriptor};
use crate::kernel::file;
use crate::transfer;
use jni_sys::{JNIEnv, jclass, jint, jlong};

/// `static native long sendfile(int target, int source, long position, long count)`: bytes moved, or
/// `-errno`, `-EINTR` included: Java looks whether the channels are still open and calls again.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_TransferNatives_sendfile(
    env: *mut JNIEnv,
    _class: jclass,
    target: jint,
    source: jint,
    position: jlong,
    count: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java has begun a write on the target and is in the source's thread set.
        let (target, source) = unsafe { (descriptor(target)?, descriptor(source)?) };
        let moved = transfer::file_to_descriptor(target, source, position, count)?;
        Ok(moved as jlong)
    })
}

/// `static native long sendfileUpToSize(int target, int source, long position, long count)`: as `sendfile`,
/// of what the file holds now; `-EINVAL` unless it is a regular file with a size.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_TransferNatives_sendfileUpToSize(
    env: *mut JNIEnv,
    _class: jclass,
    target: jint,
    source: jint,
    position: jlong,
    count: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the thread set of the source, and of the target or has begun a write on it.
        let (target, source) = unsafe { (descriptor(target)?, descriptor(source)?) };
        let moved = transfer::file_to_descriptor_up_to_size(target, source, position, count)?;
        Ok(moved as jlong)
    })
}

/// `static native long regularFileSize(int file)`: `-EINVAL` unless it is a regular file.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_TransferNatives_regularFileSize(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set.
        file::regular_size(unsafe { descriptor(file) }?)
    })
}
