//! `io.ferronio.internal.FaultReports`: called from here, when there are faults that nobody has reported.
//!
//! On a thread of its own each time, which is attached to the JVM for that: whoever listens, a logger for example, may
//! take his time or block, and until there is a fault there is no thread.

use super::boundary;
use jni::ids::JStaticMethodID;
use jni::objects::JClass;
use jni::refs::Weak;
use jni::signature::{Primitive, ReturnType};
use jni::{Env, EnvUnowned, jni_sig, jni_str};
use jni_sys::{JNI_OK, JNI_VERSION_10, JNIEnv, JavaVMAttachArgs};
use nix::sys::signal::SigSet;
use std::ffi::c_void;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// What to call. The class is not kept from being collected with its class loader.
struct Target {
    vm: jni::JavaVM,
    class: Weak<JClass<'static>>,
    publish: JStaticMethodID,
}

/// That of the class loader that has used the library last: those before are gone, or it would not have been loaded.
static TARGET: Mutex<Option<Arc<Target>>> = Mutex::new(None);

fn target() -> MutexGuard<'static, Option<Arc<Target>>> {
    TARGET.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How far the thread is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Running,
    /// There was something new since it has looked.
    RunningAgain,
}

static STATE: Mutex<State> = Mutex::new(State::Idle);

fn set_state(change: impl FnOnce(State) -> State) -> State {
    let mut state = STATE.lock().unwrap_or_else(PoisonError::into_inner);
    *state = change(*state);
    *state
}

/// Finds the method that [`publish`] is to call. For a native that Java code of the library has called.
pub(super) fn prepare(env: &mut Env<'_>) -> jni::errors::Result<()> {
    let class = env.find_class(jni_str!("io/ferronio/internal/FaultReports"))?;
    let new = Target {
        vm: env.get_java_vm()?,
        publish: env.get_static_method_id(&class, jni_str!("publish"), jni_sig!("()V"))?,
        class: env.new_weak_ref(class)?,
    };
    *target() = Some(Arc::new(new));
    Ok(())
}

/// Has `FaultReports.publish()` called soon. `false` if there can be no thread for it now.
pub(super) fn publish() -> bool {
    let before_or_now = set_state(|state| match state {
        State::Idle => State::Running,
        State::Running | State::RunningAgain => State::RunningAgain,
    });
    if before_or_now == State::RunningAgain {
        return true;
    }
    let started = thread::Builder::new()
        .name("ferronio-report".to_owned())
        .spawn(run);
    if started.is_err() {
        set_state(|_| State::Idle);
    }
    started.is_ok()
}

fn run() {
    // The thread that has started this one blocks all signals, and whatever is started from here would do so, too.
    let _ = SigSet::empty().thread_set_mask();
    loop {
        let target = target().clone();
        if let Some(target) = target {
            attached(&target, |env| call(env, &target));
        }
        let now = set_state(|state| match state {
            State::RunningAgain => State::Running,
            State::Idle | State::Running => State::Idle,
        });
        if now == State::Idle {
            return;
        }
    }
}

/// Runs `body` as a daemon thread of the JVM: one that the JVM does not wait for when it ends.
fn attached(target: &Target, body: impl FnOnce(&mut Env<'_>) -> jni::errors::Result<()>) {
    let vm = target.vm.get_raw();
    let mut env: *mut c_void = ptr::null_mut();
    let mut arguments = JavaVMAttachArgs {
        version: JNI_VERSION_10,
        name: c"FerroNIO fault reports".as_ptr().cast_mut(),
        group: ptr::null_mut(),
    };
    // SAFETY: the JVM is never unloaded, and reads the arguments, which outlive the call.
    let attached = unsafe {
        ((**vm).v1_4.AttachCurrentThreadAsDaemon)(vm, &raw mut env, (&raw mut arguments).cast())
    };
    if attached != JNI_OK {
        return; // The JVM is on its way out.
    }
    // SAFETY: this thread's, until it is detached below.
    let unowned = unsafe { EnvUnowned::from_raw(env.cast::<JNIEnv>()) };
    boundary::cold(unowned, |env| {
        let _ = body(env);
        env.exception_clear(); // There is nobody to catch it.
        Ok(())
    });
    // SAFETY: attached above, and no reference to its environment is left.
    unsafe { ((**vm).v1_4.DetachCurrentThread)(vm) };
}

fn call(env: &mut Env<'_>, target: &Target) -> jni::errors::Result<()> {
    let Some(class) = target.class.upgrade_local(env)? else {
        return Ok(()); // Collected with its class loader, and all its mappings.
    };
    // SAFETY: a method of this class, without parameters, that returns nothing.
    unsafe {
        env.call_static_method_unchecked(
            class,
            target.publish,
            ReturnType::Primitive(Primitive::Void),
            &[],
        )
    }
    .map(drop)
}
