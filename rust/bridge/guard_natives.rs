//! `io.ferronio.internal.GuardNatives`: putting the SIGBUS handler in place.

use super::{boundary, fault_reports};
use crate::guard::{self, HotSpot};
use crate::kernel::memory;
use crate::mapping::registry;
use jni::EnvUnowned;
use jni::objects::{JClass, JString};
use jni_sys::{JNIEnv, jclass, jlong};

/// `static native String install(boolean singleSteps)`: null, or why the guard cannot work here.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_GuardNatives_install<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
    single_steps: bool,
) -> JString<'local> {
    boundary::cold(env, |env| {
        fault_reports::prepare(env)?;
        match install(single_steps) {
            Ok(()) => Ok(JString::null()),
            Err(reason) => env.new_string(reason),
        }
    })
}

fn install(single_steps: bool) -> Result<(), String> {
    let hotspot = HotSpot::find().ok_or(
        "this JVM does not export JVM_handle_linux_signal: a fault could not be reported to Java code",
    )?;
    memory::prepare_empty_file()
        .map_err(|errno| format!("no sealed memfd to put behind an unmapped range: {errno}"))?;
    guard::report_to(fault_reports::publish);
    if single_steps {
        guard::take_single_steps().map_err(|errno| format!("sigaction(SIGTRAP): {errno}"))?;
    }
    guard::install(Some(hotspot))
        .map_err(|error| format!("no handler for SIGBUS, or no thread to re-arm: {error}"))
}

/// `static native long faults()`: pages that an access could not have, in all mappings so far.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_GuardNatives_faults(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || Ok(registry::all_faults().cast_signed()))
}

/// `static native boolean isInstalled()`: whether SIGBUS still comes to us first.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_GuardNatives_isInstalled<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
) -> bool {
    boundary::cold(env, |_| Ok(guard::is_installed()))
}

/// `static native boolean takesSingleSteps()`: whether zeros that Java code has met go away with the next instruction.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_GuardNatives_takesSingleSteps<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
) -> bool {
    boundary::cold(env, |_| Ok(guard::takes_single_steps()))
}
