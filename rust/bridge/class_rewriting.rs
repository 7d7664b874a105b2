//! `io.ferronio.internal.ClassRewriting`: classes of the running JVM are made anew, with what Java makes of their class files.

use super::boundary;
use super::tool_interface::{Refused, Rewriter, Rewriting, ToolInterface};
use jni::ids::JStaticMethodID;
use jni::objects::{JByteArray, JClass, JString};
use jni::refs::Weak;
use jni::signature::ReturnType;
use jni::sys::jvalue;
use jni::{Env, EnvUnowned, jni_sig, jni_str};
use jni_sys::{JNIEnv, jboolean};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// What to call. The class is not kept from being collected with its class loader: once it has changed anything, what it has
/// put there refers to it.
struct Target {
    class: Weak<JClass<'static>>,
    rewrite: JStaticMethodID,
}

static INTERFACE: OnceLock<ToolInterface> = OnceLock::new();

/// That of the class loader that has used the library last: those before are gone, or it would not have been loaded.
static TARGET: Mutex<Option<Arc<Target>>> = Mutex::new(None);

fn target() -> MutexGuard<'static, Option<Arc<Target>>> {
    TARGET.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands class files to `ClassRewriting.rewrite`.
enum ToJava {}

impl Rewriting for ToJava {
    const PACKAGE: &'static str = "sun/nio/ch/";
    const REWRITE: Rewriter = rewrite;
}

fn rewrite(env: *mut JNIEnv, name: &str, class_file: &[u8]) -> Option<Vec<u8>> {
    let target = target().clone()?;
    // SAFETY: the JVM passed this environment to the callback that runs on this thread.
    let env = unsafe { EnvUnowned::from_raw(env) };
    boundary::cold(env, |env| {
        let rewritten = env.with_local_frame(8, |env| call(env, &target, name, class_file));
        if env.exception_check() {
            env.exception_clear(); // The JVM does not expect one here. Java has noted what it has caught.
            return Ok(None);
        }
        rewritten
    })
}

fn call(
    env: &mut Env<'_>,
    target: &Target,
    name: &str,
    class_file: &[u8],
) -> jni::errors::Result<Option<Vec<u8>>> {
    let Some(class) = target.class.upgrade_local(env)? else {
        return Ok(None);
    };
    let name = env.new_string(name)?;
    let class_file = env.byte_array_from_slice(class_file)?;
    let arguments = [
        jvalue { l: name.as_raw() },
        jvalue {
            l: class_file.as_raw(),
        },
    ];
    // SAFETY: a static method of this class, with these parameters.
    let rewritten = unsafe {
        env.call_static_method_unchecked(class, target.rewrite, ReturnType::Array, &arguments)
    }?
    .l()?;
    if rewritten.is_null() {
        return Ok(None);
    }
    let rewritten = env.cast_local::<JByteArray>(rewritten)?;
    env.convert_byte_array(&rewritten).map(Some)
}

/// Null for a success, else the reason.
fn reason<'local>(
    env: &mut Env<'local>,
    result: Result<(), Refused>,
) -> jni::errors::Result<JString<'local>> {
    match result {
        Ok(()) => Ok(JString::null()),
        Err(Refused(reason)) => env.new_string(reason),
    }
}

/// `private static native String open()`: null if classes can be changed from now on, else why not.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_ClassRewriting_open<'local>(
    env: EnvUnowned<'local>,
    class: JClass<'local>,
) -> JString<'local> {
    boundary::cold(env, |env| {
        if INTERFACE.get().is_none() {
            // SAFETY: of the thread that has called this native.
            match unsafe { ToolInterface::open(env.get_java_vm()?.get_raw()) } {
                Ok(interface) => {
                    let _ = INTERFACE.set(interface); // Nobody else is here: each class calls this once, in its initializer.
                }
                Err(refused) => return reason(env, Err(refused)),
            }
        }
        let rewrite = env.get_static_method_id(
            &class,
            jni_str!("rewrite"),
            jni_sig!("(Ljava/lang/String;[B)[B"),
        )?;
        let class = env.new_weak_ref(class)?;
        *target() = Some(Arc::new(Target { class, rewrite }));
        Ok(JString::null())
    })
}

/// `private static native String listen(boolean listening)`: whether `rewrite` is called. Null, or why that failed.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_ClassRewriting_listen<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
    listening: jboolean,
) -> JString<'local> {
    boundary::cold(env, |env| {
        let result = INTERFACE.get().map_or_else(not_open, |interface| {
            if listening {
                interface.listen::<ToJava>()
            } else {
                interface.set_listening(false)
            }
        });
        reason(env, result)
    })
}

/// `private static native String retransform0(Class<?> type)`: null, or why the class stays as it was.
#[unsafe(no_mangle)]
extern "system" fn Java_io_ferronio_internal_ClassRewriting_retransform0<'local>(
    env: EnvUnowned<'local>,
    _class: JClass<'local>,
    changed: JClass<'local>,
) -> JString<'local> {
    boundary::cold(env, |env| {
        let result = INTERFACE.get().map_or_else(not_open, |interface| {
            // SAFETY: an argument of this native.
            unsafe { interface.retransform(changed.as_raw()) }
        });
        reason(env, result)
    })
}

fn not_open() -> Result<(), Refused> {
    Err(Refused("the tool interface is not open".to_owned()))
}
