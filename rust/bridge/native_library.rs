//! `io.ferronio.internal.NativeLibrary`: loading this library, and knowing that it is the right one.

use super::boundary;
use jni::EnvUnowned;
use jni::objects::{JClass, JString};
use jni_sys::{JNI_VERSION_10, JavaVM, jint};
use std::ffi::c_void;

/// Called by the JVM when it has loaded the library.
#[unsafe(no_mangle)]
extern "system" fn JNI_OnLoad(_vm: *mut JavaVM, _reserved: *mut c_void) -> jint {
    boundary::note_panics();
    JNI_VERSION_10
}

/// `private static native String version()`: compared with the jar's before anything else is called.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_NativeLibrary_version<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
) -> JString<'local> {
    boundary::cold(env, |env| env.new_string(env!("CARGO_PKG_VERSION")))
}
