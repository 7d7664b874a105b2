//! `io.ferronio.internal.GuardNatives`: putting the SIGBUS handler in place.

use super::boundary;
use crate::guard::{self, HotSpot};
use crate::kernel::memory;
use jni::EnvUnowned;
use jni::objects::{JClass, JString};

/// `static native String install()`: null, or why the guard cannot work here.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_GuardNatives_install<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
) -> JString<'local> {
    boundary::cold(env, |env| match install() {
        Ok(()) => Ok(JString::null()),
        Err(reason) => env.new_string(reason),
    })
}

fn install() -> Result<(), String> {
    let hotspot = HotSpot::find().ok_or(
        "this JVM does not export JVM_handle_linux_signal: a fault could not be reported to Java code",
    )?;
    memory::prepare_empty_file()
        .map_err(|errno| format!("no sealed memfd to put behind an unmapped range: {errno}"))?;
    guard::install(Some(hotspot)).map_err(|errno| format!("sigaction(SIGBUS): {errno}"))
}

/// `static native boolean isInstalled()`: whether SIGBUS still comes to us first.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_GuardNatives_isInstalled<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
) -> bool {
    boundary::cold(env, |_| Ok(guard::is_installed()))
}
