//! `io.ferronio.internal.ResidencyNatives`: what of a file, or of a range of addresses, is in memory.

use super::boundary::{self, descriptor};
use crate::kernel::residency::{self, Cached};
use crate::kernel::{file, memory};
use jni_sys::{JNIEnv, jclass, jint, jlong};
use nix::errno::Errno;

/// As many pages as 31 bits count: two such numbers make a `long` that is not negative.
const MOST_PAGES: u64 = (1 << 31) - 1;

/// `static native long pageSize()`: bytes.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_ResidencyNatives_pageSize(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || number(memory::page_size() as u64))
}

/// `static native long cacheableSize(int file)`: bytes.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_ResidencyNatives_cacheableSize(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set.
        file::cacheable_size(unsafe { descriptor(file) }?)
    })
}

/// `static native long cached(int file, long position, long length)`: resident pages in the lower 32 bits, dirty ones
/// in the upper; `-EOVERFLOW` if that has no room for them.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_ResidencyNatives_cached(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
    position: jlong,
    length: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set.
        let Cached { resident, dirty } =
            residency::cached(unsafe { descriptor(file) }?, position, length)?;
        if resident > MOST_PAGES || dirty > MOST_PAGES {
            return Err(Errno::EOVERFLOW);
        }
        number(dirty << 32 | resident)
    })
}

/// `static native long isTold(int file)`: 1 or 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_ResidencyNatives_isTold(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set.
        residency::is_told(unsafe { descriptor(file) }?).map(jlong::from)
    })
}

/// `static native long residentOfFile(int file, long position, long length)`: pages.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_ResidencyNatives_residentOfFile(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
    position: jlong,
    length: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set.
        number(residency::resident_of_file(
            unsafe { descriptor(file) }?,
            position,
            length,
        )?)
    })
}

/// `static native long resident(long address, long length)`: pages.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_ResidencyNatives_resident(
    env: *mut JNIEnv,
    _class: jclass,
    address: jlong,
    length: jlong,
) -> jlong {
    boundary::hot(env, || {
        let unsigned = |number: jlong| usize::try_from(number).map_err(|_| Errno::EINVAL);
        number(residency::resident(unsigned(address)?, unsigned(length)?)?)
    })
}

fn number(count: u64) -> nix::Result<jlong> {
    jlong::try_from(count).map_err(|_| Errno::EOVERFLOW)
}
