//! `io.ferronio.internal.TransferNatives`: moving bytes between descriptors.

use super::boundary::{self, descriptor};
use crate::kernel::file;
use crate::transfer::file as transfer;
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
        let moved = transfer::send(target, source, position, count)?;
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
        let moved = transfer::send_up_to_size(target, source, position, count)?;
        Ok(moved as jlong)
    })
}

/// `static native long copyToOwnPosition(int target, int source, long position, long count)`:
/// copy_file_range(2) to the target's own position.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_TransferNatives_copyToOwnPosition(
    env: *mut JNIEnv,
    _class: jclass,
    target: jint,
    source: jint,
    position: jlong,
    count: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the thread sets of both.
        let (target, source) = unsafe { (descriptor(target)?, descriptor(source)?) };
        let copied = transfer::copy_to_own_position(target, source, position, count)?;
        Ok(copied as jlong)
    })
}

/// `static native long copyFromOwnPosition(int target, long position, int source, long count)`:
/// copy_file_range(2) from the source's own position.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_TransferNatives_copyFromOwnPosition(
    env: *mut JNIEnv,
    _class: jclass,
    target: jint,
    position: jlong,
    source: jint,
    count: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the thread sets of both.
        let (target, source) = unsafe { (descriptor(target)?, descriptor(source)?) };
        let copied = transfer::copy_from_own_position(target, position, source, count)?;
        Ok(copied as jlong)
    })
}

/// `static native long copyAt(int target, long position, int source, long sourcePosition, long count)`:
/// copy_file_range(2) that moves neither file's own position.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_TransferNatives_copyAt(
    env: *mut JNIEnv,
    _class: jclass,
    target: jint,
    position: jlong,
    source: jint,
    source_position: jlong,
    count: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the thread sets of both.
        let (target, source) = unsafe { (descriptor(target)?, descriptor(source)?) };
        let copied = transfer::copy_at(target, position, source, source_position, count)?;
        Ok(copied as jlong)
    })
}

/// `static native long isSameFile(int one, int other)`: 1 or 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_TransferNatives_isSameFile(
    env: *mut JNIEnv,
    _class: jclass,
    one: jint,
    other: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the thread sets of both.
        let (one, other) = unsafe { (descriptor(one)?, descriptor(other)?) };
        Ok(file::is_same(one, other)?.into())
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
