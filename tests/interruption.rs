//! Waking a thread out of a system call, by the JDK's signal.

mod common;

use common::survives;
use ferronio::kernel::interruption;
use ferronio::kernel::pipe::Pipe;
use nix::errno::Errno;
use nix::sys::signal::{SaFlags, SigSet};
use nix::unistd::{Pid, gettid};
use std::mem::MaybeUninit;
use std::ptr;
use std::sync::mpsc;
use std::thread;

extern "C" fn do_nothing(_signal: libc::c_int) {}

/// Does what the JDK does when it loads its channels.
fn handle() {
    // SAFETY: all-zero is a valid sigaction.
    let mut action: libc::sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = do_nothing as *const () as usize;
    action.sa_flags = SaFlags::empty().bits();
    action.sa_mask = *SigSet::empty().as_ref();
    // SAFETY: the handler has the type of a sigaction without SA_SIGINFO, and stays.
    let set =
        unsafe { libc::sigaction(interruption::number(), &raw const action, ptr::null_mut()) };
    assert_eq!(set, 0);
}

#[test]
fn without_a_handler_nothing_is_sent() {
    survives("without_a_handler_nothing_is_sent", || {
        assert_eq!(interruption::interrupt(gettid()), Err(Errno::ENOTSUP))
    });
}

#[test]
fn a_thread_that_waits_is_woken() {
    survives("a_thread_that_waits_is_woken", || {
        handle();
        let pipe = Pipe::open(4096).expect("a pipe");
        let (tell, told) = mpsc::channel();
        let read = pipe.read.try_clone().expect("a descriptor");
        let waiting = thread::spawn(move || {
            tell.send(gettid()).expect("a listener");
            nix::unistd::read(read, &mut [0])
        });
        let thread = told.recv().expect("a thread's number");
        // In vain until it waits: so it is done again, as `CancellableThread` does.
        while !waiting.is_finished() {
            match interruption::interrupt(thread) {
                // Enough of them are on their way; it was woken, and has ended just now.
                Ok(()) | Err(Errno::EAGAIN | Errno::ESRCH) => thread::yield_now(),
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(waiting.join().expect("no panic"), Err(Errno::EINTR));
    });
}

#[test]
fn what_is_no_thread_of_ours_is_left_alone() {
    survives("what_is_no_thread_of_ours_is_left_alone", || {
        handle();
        assert_eq!(interruption::interrupt(Pid::from_raw(1)), Err(Errno::ESRCH));
        assert_eq!(
            interruption::interrupt(Pid::from_raw(0)),
            Err(Errno::EINVAL)
        );
    });
}
