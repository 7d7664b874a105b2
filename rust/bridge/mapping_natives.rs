//! `io.ferronio.internal.MappingNatives`: mappings as handles.
//!
//! A handle is a [`Mapping`] in a box, as a number. Java makes sure that a handle is released once, after
//! every other use of it: `MappedMemory` holds it, and the collector says when nothing reaches that.

use super::boundary::{self, descriptor};
use crate::guard;
use crate::kernel;
use crate::kernel::memory::MapMode;
use crate::kernel::paging::{self, Advice};
use crate::mapping::Mapping;
use jni::EnvUnowned;
use jni::objects::{JClass, JLongArray, JString};
use jni_sys::{JNIEnv, jclass, jint, jlong};
use nix::errno::Errno;
use std::ffi::CString;
use std::num::NonZeroUsize;

const _: () = assert!(size_of::<jlong>() == size_of::<*mut Mapping>());

fn to_handle(mapping: Mapping) -> jlong {
    Box::into_raw(Box::new(mapping)) as jlong
}

/// # Safety
///
/// `handle` came from [`to_handle`] and is not released before the returned reference is last used.
unsafe fn mapping<'a>(handle: jlong) -> nix::Result<&'a Mapping> {
    // SAFETY: the caller's promise, or null.
    unsafe { (handle as *const Mapping).as_ref() }.ok_or(Errno::EINVAL)
}

fn unsigned(number: jlong) -> nix::Result<usize> {
    usize::try_from(number).map_err(|_| Errno::EINVAL)
}

/// Does something with a range of a mapping, in bytes from its start: 0, or `-errno`.
///
/// # Safety
///
/// As [`mapping`].
unsafe fn on_range(
    env: *mut JNIEnv,
    handle: jlong,
    offset: jlong,
    length: jlong,
    action: impl FnOnce(&Mapping, usize, usize) -> nix::Result<()>,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: the caller's promise.
        let mapping = unsafe { mapping(handle) }?;
        action(mapping, unsigned(offset)?, unsigned(length)?)?;
        Ok(0)
    })
}

/// `static native long fileSize(int file)`: fstat(2).
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_fileSize(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set, so a close waits for us.
        kernel::file::size(unsafe { descriptor(file) }?)
    })
}

/// `static native long setFileSize(int file, long size)`: ftruncate(2).
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_setFileSize(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
    size: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set, so a close waits for us.
        kernel::file::set_size(unsafe { descriptor(file) }?, size)?;
        Ok(0)
    })
}

/// `static native long allocate(int file, long position, long length)`: fallocate(2).
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_allocate(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
    position: jlong,
    length: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set, so a close waits for us.
        kernel::file::allocate(unsafe { descriptor(file) }?, position, length)?;
        Ok(0)
    })
}

/// `static native long map(int file, int mode, long position, long size, long room)`: a handle. `mode` is 0 for
/// READ_ONLY, 1 for READ_WRITE, 2 for PRIVATE. `size` bytes must be there, `room` are mapped. Does not extend the file: a
/// file that ends before `position + size` is `-ENODATA`, and nothing has happened.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_map(
    env: *mut JNIEnv,
    _class: jclass,
    file: jint,
    mode: jint,
    position: jlong,
    size: jlong,
    room: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java is in the file's thread set, so a close waits for us.
        let file = unsafe { descriptor(file) }?;
        let mode = match mode {
            0 => MapMode::ReadOnly,
            1 => MapMode::ReadWrite,
            2 => MapMode::Private,
            _ => return Err(Errno::EINVAL),
        };
        let size = unsigned(size)?;
        let room = NonZeroUsize::new(unsigned(room)?.max(size)).ok_or(Errno::EINVAL)?;
        Mapping::map_with_room(file, mode, position, size, room).map(to_handle)
    })
}

/// `static native long adopt(long start, long length)`: a handle for a file mapping that the JDK made and
/// has given up.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_adopt(
    env: *mut JNIEnv,
    _class: jclass,
    start: jlong,
    length: jlong,
) -> jlong {
    boundary::hot(env, || {
        let start = unsigned(start)?;
        let length = NonZeroUsize::new(unsigned(length)?).ok_or(Errno::EINVAL)?;
        // SAFETY: Java has claimed the JDK's unmapper, which will therefore never run.
        Ok(to_handle(unsafe { Mapping::adopt(start, length) }?))
    })
}

/// `static native long address(long handle)`: the address of the first byte.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_address(
    env: *mut JNIEnv,
    _class: jclass,
    handle: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: the caller holds the handle.
        Ok(unsafe { mapping(handle) }?.address() as jlong)
    })
}

/// `static native long retire(long handle)`: 1 if this call retired it, 0 if it was already.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_retire(
    env: *mut JNIEnv,
    _class: jclass,
    handle: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: the caller holds the handle.
        unsafe { mapping(handle) }?.retire().map(jlong::from)
    })
}

/// `static native void release(long[] handles)`: gives the addresses back; the handles are gone. Cold: a
/// collection of garbage releases many with one call.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_release<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
    handles: JLongArray<'local>,
) {
    boundary::cold(env, |env| {
        let mut released: Vec<jlong> = vec![0; handles.len(env)?];
        handles.get_region(env, 0, &mut released)?;
        Mapping::drop_all(released.into_iter().map(|handle| {
            // SAFETY: Java releases a handle once, when nothing can reach it any more.
            *unsafe { Box::from_raw(handle as *mut Mapping) }
        }));
        Ok(())
    });
}

/// `static native long force(long handle, long offset, long length)`: msync(2) with MS_SYNC.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_force(
    env: *mut JNIEnv,
    _class: jclass,
    handle: jlong,
    offset: jlong,
    length: jlong,
) -> jlong {
    // SAFETY: the caller holds the handle.
    unsafe { on_range(env, handle, offset, length, Mapping::force) }
}

/// `static native long load(long handle, long offset, long length)`: touches pages where the guard answers
/// if one cannot be had; else madvise(2) with MADV_POPULATE_READ.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_load(
    env: *mut JNIEnv,
    _class: jclass,
    handle: jlong,
    offset: jlong,
    length: jlong,
) -> jlong {
    let load = |mapping: &Mapping, offset, length| {
        if guard::is_installed() {
            // SAFETY: just seen.
            unsafe { mapping.load_by_touching(offset, length) }
        } else {
            mapping.load(offset, length)
        }
    };
    // SAFETY: the caller holds the handle.
    unsafe { on_range(env, handle, offset, length, load) }
}

/// `static native long advise(long handle, long offset, long length, int advice)`: madvise(2); the advice is its place in the Java enumeration.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_advise(
    env: *mut JNIEnv,
    _class: jclass,
    handle: jlong,
    offset: jlong,
    length: jlong,
    advice: jint,
) -> jlong {
    let told = |mapping: &Mapping, offset, length| {
        let advice = match advice {
            0 => Advice::Normal,
            1 => Advice::Sequential,
            2 => Advice::Random,
            3 => Advice::WillNeed,
            4 => Advice::HugePages,
            5 => Advice::NoHugePages,
            6 => Advice::DontDump,
            _ => return Err(Errno::EINVAL),
        };
        mapping.advise(offset, length, advice)
    };
    // SAFETY: the caller holds the handle.
    unsafe { on_range(env, handle, offset, length, told) }
}

/// `static native long evict(long handle, long offset, long length)`: msync(2), then madvise(2) with MADV_PAGEOUT.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_evict(
    env: *mut JNIEnv,
    _class: jclass,
    handle: jlong,
    offset: jlong,
    length: jlong,
) -> jlong {
    // SAFETY: the caller holds the handle.
    unsafe { on_range(env, handle, offset, length, Mapping::evict) }
}

/// `static native long lock(long handle, long offset, long length)`: mlock(2).
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_lock(
    env: *mut JNIEnv,
    _class: jclass,
    handle: jlong,
    offset: jlong,
    length: jlong,
) -> jlong {
    // SAFETY: the caller holds the handle.
    unsafe { on_range(env, handle, offset, length, Mapping::lock) }
}

/// `static native long unlock(long handle, long offset, long length)`: munlock(2).
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_unlock(
    env: *mut JNIEnv,
    _class: jclass,
    handle: jlong,
    offset: jlong,
    length: jlong,
) -> jlong {
    // SAFETY: the caller holds the handle.
    unsafe { on_range(env, handle, offset, length, Mapping::unlock) }
}

/// `static native long lockLimit()`: bytes that the process may lock, `Long.MAX_VALUE` for any number.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_lockLimit(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || {
        let limit = paging::lock_limit()?;
        Ok(limit
            .and_then(|limit| limit.try_into().ok())
            .unwrap_or(jlong::MAX))
    })
}

/// `static native long faults(long handle)`: pages that an access could not have so far.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_faults(
    env: *mut JNIEnv,
    _class: jclass,
    handle: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: the caller holds the handle.
        Ok(number(unsafe { mapping(handle) }?.slot().faults()))
    })
}

/// `static native long settle(long handle)`: puts back what the guard has replaced; the faults until then.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_settle(
    env: *mut JNIEnv,
    _class: jclass,
    handle: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: the caller holds the handle.
        guard::settle(unsafe { mapping(handle) }?.slot()).map(number)
    })
}

/// `static native long latestFault(long handle)`: where in the file (in the mapping, if that was adopted) the page
/// begins that was missed last; `-ENODATA` if none was.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_latestFault(
    env: *mut JNIEnv,
    _class: jclass,
    handle: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: the caller holds the handle.
        let latest = unsafe { mapping(handle) }?.latest_fault();
        latest.map(number).ok_or(Errno::ENODATA)
    })
}

/// `static native long lost(long handle)`: 1 if some of its pages cannot come back, else 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_lost(
    env: *mut JNIEnv,
    _class: jclass,
    handle: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: the caller holds the handle.
        Ok(unsafe { mapping(handle) }?.slot().is_lost().into())
    })
}

/// `static native long isTold(long handle)`: 1 if mincore(2) surely tells this user what is in memory, else 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_isTold(
    env: *mut JNIEnv,
    _class: jclass,
    handle: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: the caller holds the handle.
        unsafe { mapping(handle) }?.is_told().map(jlong::from)
    })
}

/// `static native long takeReport(long handle)`: the faults so far, if nobody has reported that there were any; to
/// one caller, 0 to all others.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_takeReport(
    env: *mut JNIEnv,
    _class: jclass,
    handle: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: the caller holds the handle.
        let faults = unsafe { mapping(handle) }?.slot().take_report();
        Ok(faults.map_or(0, number))
    })
}

/// `static native long sizeOfFile(long handle, String path)`: the size of the mapped file, if the path still leads to
/// it; else -1. Cold.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingNatives_sizeOfFile<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
    handle: jlong,
    path: JString<'local>,
) -> jlong {
    boundary::cold(env, |env| {
        let path = CString::new(path.try_to_string(env)?).unwrap_or_default();
        // SAFETY: the caller holds the handle.
        let mapping = unsafe { mapping(handle) };
        Ok(mapping
            .ok()
            .and_then(|mapping| mapping.size_of_file(&path))
            .unwrap_or(-1))
    })
}

/// A count or a position, neither of which comes near the limit.
fn number(value: u64) -> jlong {
    value.cast_signed()
}
