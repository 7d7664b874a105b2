//! `io.ferronio.internal.PipeNatives`: the pipes that transfers pass through.
//!
//! Java knows a pipe by one number, its two descriptors side by side: the end to read from in the upper half.

use super::boundary::{self, descriptor};
use crate::kernel::splice;
use crate::kernel::{pipe::Pipe, poll};
use crate::transfer::{checked_count, pipes, stream};
use jni_sys::{JNIEnv, jboolean, jclass, jint, jlong};
use nix::poll::PollFlags;
use std::os::fd::{BorrowedFd, FromRawFd, IntoRawFd, OwnedFd};

const LOWER_HALF: u32 = 32;

fn to_java(pipe: Pipe) -> jlong {
    jlong::from(pipe.read.into_raw_fd()) << LOWER_HALF | jlong::from(pipe.write.into_raw_fd())
}

fn read_end_number(pipe: jlong) -> i32 {
    (pipe >> LOWER_HALF) as i32
}

fn write_end_number(pipe: jlong) -> i32 {
    pipe as i32
}

/// # Safety
///
/// As [`descriptor`]; Java has the pipe from `take` and has not released it.
unsafe fn read_end<'a>(pipe: jlong) -> nix::Result<BorrowedFd<'a>> {
    // SAFETY: by the caller's promise.
    unsafe { descriptor(read_end_number(pipe)) }
}

/// # Safety
///
/// As [`read_end`].
unsafe fn write_end<'a>(pipe: jlong) -> nix::Result<BorrowedFd<'a>> {
    // SAFETY: by the caller's promise.
    unsafe { descriptor(write_end_number(pipe)) }
}

/// `static native long take()`: a pipe, or `-errno`.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PipeNatives_take(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || pipes::take().map(to_java))
}

/// `static native long release(long pipe, boolean isEmpty)`: 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PipeNatives_release(
    env: *mut JNIEnv,
    _class: jclass,
    pipe: jlong,
    is_empty: jboolean,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java has these two numbers from `take` and gives them up now.
        let [read, write] = [read_end_number(pipe), write_end_number(pipe)]
            .map(|number| unsafe { OwnedFd::from_raw_fd(number) });
        let pipe = Pipe { read, write };
        if is_empty {
            pipes::give_back(pipe);
        }
        Ok(0)
    })
}

/// `static native long closeIdle()`: how many pipes there were.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PipeNatives_closeIdle(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || Ok(pipes::close_idle() as jlong))
}

/// `static native long awaitReadable(int source, boolean wait)`: 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PipeNatives_awaitReadable(
    env: *mut JNIEnv,
    _class: jclass,
    source: jint,
    wait: jboolean,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java has begun a read on the source.
        let source = unsafe { descriptor(source) }?;
        poll::ready(source, PollFlags::POLLIN, wait)?;
        Ok(0)
    })
}

/// `static native long fill(long pipe, int source, long count, boolean wait)`: bytes moved, 0 at the end of the stream.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PipeNatives_fill(
    env: *mut JNIEnv,
    _class: jclass,
    pipe: jlong,
    source: jint,
    count: jlong,
    wait: jboolean,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: the pipe is Java's, and Java has begun a read on the source.
        let (pipe, source) = unsafe { (write_end(pipe)?, descriptor(source)?) };
        Ok(stream::fill(pipe, source, checked_count(count)?, wait)? as jlong)
    })
}

/// `static native long drainToFile(long pipe, int file, long position, long count)`: bytes moved.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PipeNatives_drainToFile(
    env: *mut JNIEnv,
    _class: jclass,
    pipe: jlong,
    file: jint,
    position: jlong,
    count: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: the pipe is Java's, and Java is in the file's thread set.
        let (pipe, file) = unsafe { (read_end(pipe)?, descriptor(file)?) };
        Ok(stream::drain_to_file(pipe, file, position, checked_count(count)?)? as jlong)
    })
}

/// `static native long read(long pipe, long address, long count)`: read(2) of what is in the pipe, bytes read.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PipeNatives_read(
    env: *mut JNIEnv,
    _class: jclass,
    pipe: jlong,
    address: jlong,
    count: jlong,
) -> jlong {
    boundary::hot(env, || {
        let count = checked_count(count)?;
        // SAFETY: the pipe is Java's.
        let pipe = unsafe { read_end(pipe) }?;
        // SAFETY: Java keeps the direct buffer at this address reachable, it has room for so many bytes, and
        // nobody else has it meanwhile; read(2) initializes what it says it has.
        let buffer = unsafe { std::slice::from_raw_parts_mut(address as usize as *mut u8, count) };
        Ok(nix::unistd::read(pipe, buffer)? as jlong)
    })
}

/// `static native long spliceToFile(int source, int file, long position, long count, boolean wait)`: from a
/// pipe that is a channel of the user's; bytes moved, 0 at the end of the stream.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PipeNatives_spliceToFile(
    env: *mut JNIEnv,
    _class: jclass,
    source: jint,
    file: jint,
    position: jlong,
    count: jlong,
    wait: jboolean,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java has begun a read on the source and is in the file's thread set.
        let (source, file) = unsafe { (descriptor(source)?, descriptor(file)?) };
        let count = checked_count(count)?;
        Ok(stream::pipe_to_file(source, file, position, count, wait)? as jlong)
    })
}

/// `static native long drain(long pipe, int target, long count)`: bytes moved.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PipeNatives_drain(
    env: *mut JNIEnv,
    _class: jclass,
    pipe: jlong,
    target: jint,
    count: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: the pipe is Java's, and Java has begun a write on the target.
        let (pipe, target) = unsafe { (read_end(pipe)?, descriptor(target)?) };
        Ok(stream::drain(pipe, target, checked_count(count)?)? as jlong)
    })
}

/// `static native long tee(long pipe, long copy, long count)`: bytes that are in both pipes now.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_PipeNatives_tee(
    env: *mut JNIEnv,
    _class: jclass,
    pipe: jlong,
    copy: jlong,
    count: jlong,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: both pipes are Java's.
        let (pipe, copy) = unsafe { (read_end(pipe)?, write_end(copy)?) };
        Ok(splice::tee(pipe, copy, checked_count(count)?)? as jlong)
    })
}
