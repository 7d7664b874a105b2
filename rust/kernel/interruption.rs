//! The signal by which the JDK interrupts a thread's system call: `tgkill(2)`.

use libc::{SIG_DFL, c_int};
use nix::errno::Errno;
use nix::unistd::Pid;
use std::mem::MaybeUninit;
use std::ptr;

/// Its number. The JDK gives it a handler that does nothing, and without `SA_RESTART`, when it first may have to wait
/// for a channel.
pub fn number() -> c_int {
    libc::SIGRTMAX() - 2
}

/// Ends the system call that a thread of this process waits in, with `EINTR`, or with what it has moved so far. A thread
/// that is on its way into the kernel still waits: who must be sure does it again.
///
/// # Errors
///
/// `ENOTSUP`: the signal has no handler, and would end the process. `ESRCH`: there is no such thread any more. `EAGAIN`:
/// this user has as many signals under way as it may have.
pub fn interrupt(thread: Pid) -> nix::Result<()> {
    if has_no_handler()? {
        return Err(Errno::ENOTSUP);
    }
    // SAFETY: a bare system call; whatever number it is, no thread of another process gets the signal, and in this one
    // it has a handler.
    Errno::result(unsafe {
        libc::syscall(libc::SYS_tgkill, libc::getpid(), thread.as_raw(), number())
    })
    .map(drop)
}

fn has_no_handler() -> nix::Result<bool> {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: a null second argument asks without changing; the kernel fills the third.
    Errno::result(unsafe { libc::sigaction(number(), ptr::null(), action.as_mut_ptr()) })?;
    // SAFETY: filled.
    Ok(unsafe { action.assume_init() }.sa_sigaction == SIG_DFL)
}
