//! `io.ferronio.internal.FileCopyNatives`: what copying a whole file needs beside moving bytes.

use super::boundary::{self, descriptor};
use crate::kernel::{attributes, copy_range, holes, reflink, rename};
use jni::EnvUnowned;
use jni::objects::{JByteArray, JClass};
use jni_sys::{JNIEnv, jclass, jint, jlong};
use nix::errno::Errno;
use nix::sys::time::TimeSpec;
use std::ffi::CString;

/// `static native long reflink(int target, int source)`: 0, or `-errno`.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_FileCopyNatives_reflink(
    env: *mut JNIEnv,
    _class: jclass,
    target: jint,
    source: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the thread sets of both files.
        let (target, source) = unsafe { (descriptor(target)?, descriptor(source)?) };
        reflink::reflink(target, source)?;
        Ok(0)
    })
}

/// `static native long copyRange(int target, int source, long position, long count)`: bytes copied from a position
/// in one file to the same position in the other, or `-errno`.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_FileCopyNatives_copyRange(
    env: *mut JNIEnv,
    _class: jclass,
    target: jint,
    source: jint,
    position: jlong,
    count: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the thread sets of both files.
        let (target, source) = unsafe { (descriptor(target)?, descriptor(source)?) };
        let count = usize::try_from(count).map_err(|_| Errno::EINVAL)?;
        let (mut to, mut from) = (position, position);
        let copied =
            copy_range::copy_file_range(target, Some(&mut to), source, Some(&mut from), count)?;
        Ok(copied as jlong)
    })
}

/// `static native long nextData(int file, long position)`: where data begins; `-ENXIO`: nowhere from there on.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_FileCopyNatives_nextData(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
    position: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set.
        holes::next_data(unsafe { descriptor(file) }?, position)
    })
}

/// `static native long nextHole(int file, long position)`: where a hole begins, or the file ends.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_FileCopyNatives_nextHole(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
    position: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set.
        holes::next_hole(unsafe { descriptor(file) }?, position)
    })
}

/// `static native long copyOwner(int target, int source)`: 0, or `-errno`.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_FileCopyNatives_copyOwner(
    env: *mut JNIEnv,
    _class: jclass,
    target: jint,
    source: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the thread sets of both files.
        let (target, source) = unsafe { (descriptor(target)?, descriptor(source)?) };
        attributes::copy_owner(target, source)?;
        Ok(0)
    })
}

/// `static native long copyMode(int target, int source)`: 0, or `-errno`.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_FileCopyNatives_copyMode(
    env: *mut JNIEnv,
    _class: jclass,
    target: jint,
    source: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the thread sets of both files.
        let (target, source) = unsafe { (descriptor(target)?, descriptor(source)?) };
        attributes::copy_mode(target, source)?;
        Ok(0)
    })
}

/// `static native long copyExtendedAttributes(int target, int source)`: how many could not be copied, or `-errno`.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_FileCopyNatives_copyExtendedAttributes(
    env: *mut JNIEnv,
    _class: jclass,
    target: jint,
    source: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the thread sets of both files.
        let (target, source) = unsafe { (descriptor(target)?, descriptor(source)?) };
        Ok(attributes::copy_extended_attributes(target, source)? as jlong)
    })
}

/// `static native long setTimes(int file, long accessSeconds, int accessNanos, long modifiedSeconds,
/// int modifiedNanos)`: 0, or `-errno`.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_FileCopyNatives_setTimes(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
    access_seconds: jlong,
    access_nanos: jint,
    modified_seconds: jlong,
    modified_nanos: jint,
) -> jlong {
    boundary::hot(env, || {
        let accessed = TimeSpec::new(access_seconds, access_nanos.into());
        let modified = TimeSpec::new(modified_seconds, modified_nanos.into());
        // SAFETY: Java is in the file's thread set.
        attributes::set_times(unsafe { descriptor(file) }?, accessed, modified)?;
        Ok(0)
    })
}

/// `static native long sync(int file)`: fsync(2) of a file or folder; 0, or `-errno`.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_FileCopyNatives_sync(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set.
        nix::unistd::fsync(unsafe { descriptor(file) }?)?;
        Ok(0)
    })
}

/// `static native long renameWithoutReplacing(byte[] from, byte[] to)`: 0, or `-errno`. Cold: once a copy.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_FileCopyNatives_renameWithoutReplacing<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
    from: JByteArray<'local>,
    to: JByteArray<'local>,
) -> jlong {
    boundary::cold(env, |env| {
        let from = CString::new(env.convert_byte_array(&from)?);
        let to = CString::new(env.convert_byte_array(&to)?);
        let renamed = match (from, to) {
            (Ok(from), Ok(to)) => rename::rename_without_replacing(&from, &to),
            _ => Err(Errno::EINVAL),
        };
        Ok(match renamed {
            Ok(()) => 0,
            Err(errno) => -jlong::from(boundary::number_of(errno)),
        })
    })
}
