//! Where Rust meets the JVM: results become numbers, errors and panics become exceptions.

use jni::errors::{Error, ErrorPolicy};
use jni::strings::JNIString;
use jni::{Env, EnvUnowned, jni_str};
use jni_sys::{JNIEnv, jlong};
use nix::errno::Errno;
use std::any::Any;
use std::cell::RefCell;
use std::os::fd::BorrowedFd;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// Where this thread last panicked, as the panic hook saw it.
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs the body of a hot native: its value if it is one, else `-errno`. A panic becomes a pending
/// `InternalError`; the value returned with it is never seen.
pub(super) fn hot(env: *mut JNIEnv, body: impl FnOnce() -> nix::Result<jlong>) -> jlong {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(value)) => value,
        Ok(Err(errno)) => -jlong::from(number_of(errno)),
        Err(payload) => {
            throw_panic(env, payload);
            0
        }
    }
}

/// An error's number. Of one that nix has no name for, a filter's or a leak of the kernel's own, nix keeps no
/// number either; but the C library still does. Never 0, which would be a success.
pub(super) fn number_of(errno: Errno) -> i32 {
    match (errno, Errno::last_raw()) {
        (Errno::UnknownErrno, 0) => libc::EIO,
        (Errno::UnknownErrno, last) => last,
        (errno, _) => errno as i32,
    }
}

/// Runs the body of a cold native. An error or a panic becomes a pending `InternalError`.
pub(super) fn cold<'local, T: Default>(
    mut env: EnvUnowned<'local>,
    body: impl FnOnce(&mut Env<'local>) -> jni::errors::Result<T>,
) -> T {
    env.with_env(body).resolve::<ThrowInternalError>()
}

#[cold]
#[inline(never)]
fn throw_panic(env: *mut JNIEnv, payload: Box<dyn Any + Send>) {
    // SAFETY: the JVM passed this pointer to the native that has just panicked, on this thread.
    let env = unsafe { EnvUnowned::from_raw(env) };
    cold(env, |env| {
        throw_internal_error(env, &panic_message(payload.as_ref()));
        Ok(())
    });
}

/// Turns what a cold native failed with into an `InternalError`, unless Java has an exception already.
struct ThrowInternalError;

impl<T: Default> ErrorPolicy<T, Error> for ThrowInternalError {
    type Captures<'local: 'native, 'native> = ();

    fn on_error<'local: 'native, 'native>(
        env: &mut Env<'local>,
        _: &mut (),
        error: Error,
    ) -> jni::errors::Result<T> {
        throw_internal_error(env, &error.to_string());
        Ok(T::default())
    }

    fn on_panic<'local: 'native, 'native>(
        env: &mut Env<'local>,
        _: &mut (),
        payload: Box<dyn Any + Send>,
    ) -> jni::errors::Result<T> {
        throw_internal_error(env, &panic_message(payload.as_ref()));
        Ok(T::default())
    }
}

fn throw_internal_error(env: &mut Env<'_>, message: &str) {
    if !env.exception_check() {
        // `throw_new` answers with the error that an exception is pending: that is what was asked for.
        let _ = env.throw_new(
            jni_str!("java/lang/InternalError"),
            JNIString::from(message),
        );
    }
}

/// What the panic said and where: `panic!` with arguments has a `String`, without them a `&str`.
fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("(a panic without text)");
    match LAST_PANIC.take() {
        Some(location) => format!("panic in libferronio at {location}: {text}"),
        None => format!("panic in libferronio: {text}"),
    }
}

/// Notes where panics happen instead of printing them: each of them reaches Java as an exception. The hook
/// belongs to this library's copy of the Rust runtime, no other Rust code in the process sees it.
pub(super) fn note_panics() {
    std::panic::set_hook(Box::new(|panic| {
        LAST_PANIC.set(panic.location().map(ToString::to_string));
    }));
}

/// The descriptor that Java passed as a number.
///
/// # Safety
///
/// The descriptor stays open until the native returns. Java holds the channel's own protocol for that
/// (see `FileChannelAccess` and `WriteSide`).
pub(super) unsafe fn descriptor<'a>(number: i32) -> nix::Result<BorrowedFd<'a>> {
    if number < 0 {
        return Err(Errno::EBADF);
    }
    // SAFETY: not -1, and open by the caller's promise.
    Ok(unsafe { BorrowedFd::borrow_raw(number) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;

    #[test]
    fn an_error_is_never_mistaken_for_a_success() {
        let fail = |errno| hot(ptr::null_mut(), || Err(errno));
        assert_eq!(fail(Errno::EPIPE), -jlong::from(libc::EPIPE));
        // ENOTSUPP, the kernel's own: no name in errno(3).
        Errno::set_raw(524);
        assert_eq!(fail(Errno::from_raw(524)), -524);
        Errno::set_raw(0);
        assert_eq!(fail(Errno::from_raw(524)), -jlong::from(libc::EIO));
    }
}
