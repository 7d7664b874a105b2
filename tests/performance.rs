//! What is counted of a thread: its system calls, where this user may count them, and what getrusage(2) tells.

mod common;

use common::alone;
use ferronio::kernel::performance_event::{self, Counter, SYSTEM_CALL};
use ferronio::kernel::usage;
use nix::errno::Errno;
use nix::sys::mman::{MapFlags, ProtFlags, mmap_anonymous, munmap};
use nix::unistd::getppid;
use std::num::NonZeroUsize;
use std::sync::mpsc;
use std::thread;

const CALLS: u64 = 1000;

/// A counter of this thread's system calls; `None`, and said so, where this user may not count.
fn counter() -> Option<Counter> {
    let counter = performance_event::tracepoint(SYSTEM_CALL).and_then(Counter::of_this_thread);
    match counter {
        Err(errno @ (Errno::EACCES | Errno::EPERM | Errno::ENOENT | Errno::ENOSYS)) => {
            eprintln!("not tested: system calls cannot be counted here: {errno}");
            None
        }
        other => Some(other.expect("a counter")),
    }
}

/// As many system calls as are asked for, of which none can fail or be saved.
fn call(times: u64) {
    for _ in 0..times {
        getppid();
    }
}

#[test]
fn so_many_system_calls_are_counted_as_so_many() {
    let _alone = alone();
    let Some(counter) = counter() else { return };
    let before = counter.read().expect("a count");
    assert_eq!(before, 1, "only the reading itself");
    call(CALLS);
    assert_eq!(counter.read().expect("a count"), before + CALLS + 1);
}

#[test]
fn other_threads_are_not_counted() {
    let _alone = alone();
    let (begin, begun) = mpsc::channel();
    let (end, ended) = mpsc::channel();
    let other = thread::spawn(move || {
        begun.recv().expect("a word to begin");
        call(CALLS);
        end.send(()).expect("a listener");
    });
    if let Some(counter) = counter() {
        begin.send(()).expect("a listener");
        ended.recv().expect("the end");
        assert!(counter.read().expect("a count") < CALLS);
    } else {
        begin.send(()).expect("a listener");
    }
    other.join().expect("no panic");
}

#[test]
fn what_there_is_not_is_an_error() {
    let _alone = alone();
    if counter().is_none() {
        return;
    }
    assert_eq!(
        performance_event::tracepoint("raw_syscalls/nonsense"),
        Err(Errno::ENOENT)
    );
    assert_eq!(
        Counter::of_this_thread(u64::MAX).map(drop),
        Err(Errno::EINVAL)
    );
}

#[test]
fn page_faults_are_counted() {
    const PAGES: usize = 64;
    let _alone = alone();
    let length = NonZeroUsize::new(PAGES * ferronio::kernel::memory::page_size()).expect("pages");
    let flags = MapFlags::MAP_PRIVATE | MapFlags::MAP_NORESERVE;
    // SAFETY: fresh addresses.
    let memory = unsafe {
        mmap_anonymous(
            None,
            length,
            ProtFlags::PROT_READ | ProtFlags::PROT_WRITE,
            flags,
        )
    };
    let memory = memory.expect("a mapping");
    // SAFETY: the mapping is ours, and its memory alone is meant: small pages, so that each is a fault.
    let small = unsafe { libc::madvise(memory.as_ptr(), length.get(), libc::MADV_NOHUGEPAGE) };
    assert!(
        small == 0 || Errno::last() == Errno::EINVAL,
        "a kernel without huge pages"
    );
    let before = usage::of_this_thread().expect("a usage");
    for page in 0..PAGES {
        common::poke(memory.addr().get() + page * length.get() / PAGES, 1);
    }
    let after = usage::of_this_thread().expect("a usage");
    // SAFETY: nobody uses it any more.
    unsafe { munmap(memory, length.get()) }.expect("munmap");
    assert!(
        after.minor_faults - before.minor_faults >= PAGES as i64,
        "{before:?} {after:?}"
    );
    assert!(after.voluntary_switches >= before.voluntary_switches);
}
