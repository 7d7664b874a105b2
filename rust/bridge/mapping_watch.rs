//! `io.ferronio.internal.MappingWatch`: mappings that the JDK makes and unmaps, and the guard answers for.

use super::tool_interface::{Refused, ToolInterface};
use super::{boundary, fault_reports};
use crate::guard;
use crate::mapping::watch::{self, Faults};
use jni::objects::{JClass, JObject, JObjectArray, JString};
use jni::{Env, EnvUnowned};
use jni_sys::{JNIEnv, jclass, jlong};
use nix::errno::Errno;

fn unsigned(number: jlong) -> nix::Result<usize> {
    usize::try_from(number).map_err(|_| Errno::EINVAL)
}

/// `private static native long begin0()`: all that is made or found is watched from now on.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingWatch_begin0(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || {
        watch::begin();
        Ok(0)
    })
}

/// `private static native long endSearch()`: nothing will be found any more.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingWatch_endSearch(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || {
        watch::end_search();
        Ok(0)
    })
}

/// `private static native long made(long start, long length)`: 1 if it is watched from now on.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingWatch_made(
    env: *mut JNIEnv,
    _class: jclass,
    start: jlong,
    length: jlong,
) -> jlong {
    boundary::hot(env, || {
        Ok(watch::made(unsigned(start)?, unsigned(length)?).into())
    })
}

/// `private static native long found(long start, long length)`: 1 if it is watched from now on.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingWatch_found(
    env: *mut JNIEnv,
    _class: jclass,
    start: jlong,
    length: jlong,
) -> jlong {
    boundary::hot(env, || {
        Ok(watch::found(unsigned(start)?, unsigned(length)?).into())
    })
}

/// `private static native long going(long start)`: when this returns, the guard has let go of it.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingWatch_going(
    env: *mut JNIEnv,
    _class: jclass,
    start: jlong,
) -> jlong {
    boundary::hot(env, || {
        if watch::going(unsigned(start)?) {
            fault_reports::publish();
        }
        Ok(0)
    })
}

/// `private static native long end0()`: nothing is watched any more.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingWatch_end0(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || {
        watch::end(guard::leave);
        fault_reports::publish();
        Ok(0)
    })
}

/// `private static native long number()`: mappings that are watched now.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingWatch_number(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || {
        jlong::try_from(watch::number()).map_err(|_| Errno::EOVERFLOW)
    })
}

/// `private static native long total0()`: mappings that were ever watched.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingWatch_total0(
    env: *mut JNIEnv,
    _class: jclass,
) -> jlong {
    boundary::hot(env, || {
        jlong::try_from(watch::total()).map_err(|_| Errno::EOVERFLOW)
    })
}

/// `private static native Object[] takeFaults()`: faults that nobody has reported: for each mapping the file's name, or
/// null, and in a `long[]` the offset of the last one, the pages, the mapped bytes, the file's size or -1, and 1 if pages
/// are lost.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingWatch_takeFaults<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
) -> JObjectArray<'local> {
    boundary::cold(env, |env| {
        let all = watch::take_faults();
        let array = new_array(env, 2 * all.len())?;
        for (index, faults) in all.iter().enumerate() {
            env.with_local_frame(4, |env| -> jni::errors::Result<()> {
                let name = match &faults.file {
                    Some(file) => env.new_string(file.path.to_string_lossy())?,
                    None => JString::null(),
                };
                array.set_element(env, 2 * index, name)?;
                let numbers = env.new_long_array(5)?;
                numbers.set_region(env, 0, &numbers_of(faults))?;
                array.set_element(env, 2 * index + 1, numbers)
            })?;
        }
        Ok(array)
    })
}

fn numbers_of(faults: &Faults) -> [jlong; 5] {
    [
        faults.latest.cast_signed(),
        faults.pages.cast_signed(),
        faults.length as jlong,
        faults.size_of_file().unwrap_or(-1),
        faults.is_lost.into(),
    ]
}

fn new_array<'local>(
    env: &mut Env<'local>,
    length: usize,
) -> jni::errors::Result<JObjectArray<'local>> {
    JObjectArray::<JObject>::new(env, length, JObject::null())
}

/// `private static native Object[] instances(Class<?> type)`: the objects of exactly this class that can be reached; null
/// if the JVM does not say.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_MappingWatch_instances<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
    wanted: JClass<'local>,
) -> JObjectArray<'local> {
    boundary::cold(env, |env| {
        let vm = env.get_java_vm()?.get_raw();
        // SAFETY: of the thread that has called this native.
        let Ok(interface) = (unsafe { ToolInterface::open_to_find(vm) }) else {
            return Ok(JObjectArray::<JObject>::null());
        };
        // SAFETY: an argument of this native.
        let found = unsafe { interface.tag_reachable(wanted.as_raw()) };
        let array = match found {
            Ok(count) => fill(env, &interface, count),
            Err(Refused(_)) => Ok(JObjectArray::<JObject>::null()),
        };
        interface.dispose();
        array
    })
}

fn fill<'local>(
    env: &mut Env<'local>,
    interface: &ToolInterface,
    count: usize,
) -> jni::errors::Result<JObjectArray<'local>> {
    let array = new_array(env, count)?;
    env.with_local_frame(count + 4, |env| -> jni::errors::Result<()> {
        let Ok(tagged) = interface.tagged() else {
            return Ok(());
        };
        // One may have become garbage since it was tagged.
        for (index, object) in tagged.into_iter().take(count).enumerate() {
            // SAFETY: a new reference of this frame's.
            let object = unsafe { JObject::from_raw(env, object) };
            array.set_element(env, index, object)?;
        }
        Ok(())
    })?;
    Ok(array)
}
