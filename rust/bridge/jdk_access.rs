//! `io.ferronio.internal.JdkAccess`: the one thing it needs from native code.

use super::boundary;
use jni::objects::{JClass, JObject};
use jni::{EnvUnowned, jni_sig, jni_str};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the lookup has been handed out by this copy of the library.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// `private static native MethodHandles.Lookup lookup()`: `IMPL_LOOKUP`, to the first caller; null to all
/// others. The first is JdkAccess's own static initializer. Access checks and module encapsulation do not
/// apply to JNI, so no flag is needed.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_JdkAccess_lookup<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
) -> JObject<'local> {
    boundary::cold(env, |env| {
        if TAKEN.swap(true, Ordering::Relaxed) {
            return Ok(JObject::null());
        }
        env.get_static_field(
            jni_str!("java/lang/invoke/MethodHandles$Lookup"),
            jni_str!("IMPL_LOOKUP"),
            jni_sig!("Ljava/lang/invoke/MethodHandles$Lookup;"),
        )?
        .l()
    })
}
