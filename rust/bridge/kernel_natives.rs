//! `io.ferronio.internal.KernelNatives`: what this kernel offers, for `Capabilities` and `doctor`.

use super::boundary;
use crate::kernel::error_text;
use crate::kernel::probe::FACILITIES;
use jni::EnvUnowned;
use jni::objects::{JClass, JString};
use jni_sys::jint;

/// `static native String facility(int index)`: the name of a kernel facility, null past the last one.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_KernelNatives_facility<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
    index: jint,
) -> JString<'local> {
    boundary::cold(env, |env| {
        let facility = usize::try_from(index).ok().and_then(|i| FACILITIES.get(i));
        facility.map_or(Ok(JString::null()), |facility| {
            env.new_string(facility.name)
        })
    })
}

/// `static native String tryFacility(int index)`: null if it works, else why not.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_KernelNatives_tryFacility<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
    index: jint,
) -> JString<'local> {
    boundary::cold(env, |env| {
        let facility = usize::try_from(index).ok().and_then(|i| FACILITIES.get(i));
        let outcome = facility.map_or(Err(nix::errno::Errno::EINVAL), |facility| {
            (facility.trial)()
        });
        outcome.map_or_else(
            |errno| env.new_string(errno.to_string()),
            |()| Ok(JString::null()),
        )
    })
}

/// `static native String errorText(int errno)`: strerror(3), the text that the JDK's exceptions have.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_KernelNatives_errorText<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
    errno: jint,
) -> JString<'local> {
    boundary::cold(env, |env| env.new_string(error_text(errno)))
}
