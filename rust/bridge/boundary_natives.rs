//! `io.ferronio.internal.BoundaryNatives`: natives that panic on purpose, so that a test can show what
//! becomes of a panic in each kind of native.

use super::boundary;
use jni::EnvUnowned;
use jni::objects::{JClass, JString};
use jni_sys::{JNIEnv, jclass, jlong};

/// `static native long panicInHotNative(long number)`
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_BoundaryNatives_panicInHotNative(
    env: *mut JNIEnv,
    _class: jclass,
    number: jlong,
) -> jlong {
    boundary::hot(env, || panic!("hot native {number} panicked on purpose"))
}

/// `static native String panicInColdNative(String text)`
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_BoundaryNatives_panicInColdNative<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
    text: JString<'local>,
) -> JString<'local> {
    boundary::cold(env, |env| {
        let text = text.try_to_string(env)?;
        panic!("cold native {text} panicked on purpose")
    })
}
