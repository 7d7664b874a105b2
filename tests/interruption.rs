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
use std::time::Duration;

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
        let (answer, answered) = mpsc::channel();
        let read = pipe.read.try_clone().expect("a descriptor");
        let waiting = thread::spawn(move || {
            tell.send(gettid()).expect("a listener");
            answer
                .send(nix::unistd::read(read, &mut [0]))
                .expect("a listener");
        });
        let thread = told.recv().expect("a thread's number");
        // In vain until it waits: so it is done again, with pauses as `CancellableThread` does. One signal right after the
        // other would keep the thread busy with nothing else.
        let result = loop {
            match interruption::interrupt(thread) {
                Ok(()) | Err(Errno::ESRCH) => {} // the latter if it has answered, and ended, just now
                Err(error) => panic!("{error}"),
            }
            if let Ok(result) = answered.recv_timeout(Duration::from_millis(1)) {
                break result;
            }
        };
        assert_eq!(result, Err(Errno::EINTR));
        waiting.join().expect("no panic");
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
