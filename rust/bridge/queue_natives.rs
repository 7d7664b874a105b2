//! `io.ferronio.internal.QueueNatives`: what has been written to a socket or pipe and is still there.

use super::boundary::{self, descriptor};
use crate::transfer::queue;
use jni_sys::{JNIEnv, jclass, jint, jlong};
use nix::errno::Errno;

/// `static native long hold(int socket)`: 1 if partial segments are held back from now on, 0 if they were before.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_QueueNatives_hold(
    env: *mut JNIEnv,
    _class: jclass,
    socket: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java has begun a write on the socket.
        Ok(queue::hold(unsafe { descriptor(socket) }?)?.into())
    })
}

/// `static native long begin(int socket, long address, int count)`: how many of the bytes were written, for more to join.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_QueueNatives_begin(
    env: *mut JNIEnv,
    _class: jclass,
    socket: jint,
    address: jlong,
    count: jint,
) -> jlong {
    boundary::hot(env, || {
        let count = usize::try_from(count).map_err(|_| Errno::EINVAL)?;
        // SAFETY: Java passes the memory of a direct buffer of its own, with so many bytes in it.
        let bytes = unsafe { std::slice::from_raw_parts(address as usize as *const u8, count) };
        // SAFETY: Java has begun a write on the socket.
        Ok(queue::begin(unsafe { descriptor(socket) }?, bytes)? as jlong)
    })
}

/// `static native long push(int socket)`: 1 if what was held back has left, 0 if TCP_CORK is set.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_QueueNatives_push(
    env: *mut JNIEnv,
    _class: jclass,
    socket: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java has begun a write on the socket.
        Ok(queue::push(unsafe { descriptor(socket) }?)?.into())
    })
}

/// `static native long letGo(int socket)`: 0.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_QueueNatives_letGo(
    env: *mut JNIEnv,
    _class: jclass,
    socket: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java has begun a write on the socket.
        queue::let_go(unsafe { descriptor(socket) }?).map(|()| 0)
    })
}

/// `static native long length(int target)`: bytes.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_QueueNatives_length(
    env: *mut JNIEnv,
    _class: jclass,
    target: jint,
) -> jlong {
    boundary::hot(env, || {
        // SAFETY: Java has begun a write on the socket or pipe.
        Ok(queue::length(unsafe { descriptor(target) }?)? as jlong)
    })
}
