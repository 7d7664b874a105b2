//! `io.ferronio.internal.ClassRewriting`: classes of the running JVM are made anew, with what Java makes of their class files.

use super::boundary;
use super::tool_interface::{Refused, Rewriter, Rewriting, ToolInterface};
use jni::ids::JStaticMethodID;
use jni::objects::{JByteArray, JClass, JString};
use jni::refs::Global;
use jni::signature::ReturnType;
use jni::sys::jvalue;
use jni::{Env, EnvUnowned, jni_sig, jni_str};
use jni_sys::{JNIEnv, jboolean};
use std::sync::OnceLock;

/// What to call, and by what. The class stays reachable: what it has changed refers to it as well.
struct Target {
    interface: ToolInterface,
    class: Global<JClass<'static>>,
    rewrite: JStaticMethodID,
}

static TARGET: OnceLock<Target> = OnceLock::new();

/// Hands class files to `ClassRewriting.rewrite`.
enum ToJava {}

impl Rewriting for ToJava {
    const PACKAGE: &'static str = "sun/nio/ch/";
    const REWRITE: Rewriter = rewrite;
}

fn rewrite(env: *mut JNIEnv, name: &str, class_file: &[u8]) -> Option<Vec<u8>> {
    let target = TARGET.get()?;
    // SAFETY: the JVM passed this environment to the callback that runs on this thread.
    let env = unsafe { EnvUnowned::from_raw(env) };
    boundary::cold(env, |env| {
        let rewritten = env.with_local_frame(4, |env| call(env, target, name, class_file));
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
        env.call_static_method_unchecked(
            &target.class,
            target.rewrite,
            ReturnType::Array,
            &arguments,
        )
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
        if TARGET.get().is_some() {
            return Ok(JString::null());
        }
        // SAFETY: of the thread that has called this native.
        let opened = unsafe { ToolInterface::open(env.get_java_vm()?.get_raw()) };
        let interface = match opened {
            Ok(interface) => interface,
            Err(refused) => return reason(env, Err(refused)),
        };
        let rewrite = env.get_static_method_id(
            &class,
            jni_str!("rewrite"),
            jni_sig!("(Ljava/lang/String;[B)[B"),
        )?;
        let class = env.new_global_ref(class)?;
        // Java calls this once, in a static initializer.
        let _ = TARGET.set(Target {
            interface,
            class,
            rewrite,
        });
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
        let result = TARGET.get().map_or_else(not_open, |target| {
            if listening {
                target.interface.listen::<ToJava>()
            } else {
                target.interface.set_listening(false)
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
        let result = TARGET.get().map_or_else(not_open, |target| {
            // SAFETY: an argument of this native.
            unsafe { target.interface.retransform(changed.as_raw()) }
        });
        reason(env, result)
    })
}

fn not_open() -> Result<(), Refused> {
    Err(Refused("the tool interface is not open".to_owned()))
}
