//! Leases on files, and the signal that tells of them.

mod common;

use common::{alone, survives};
use ferronio::kernel::lease::{self, Lease};
use ferronio::kernel::memory::{MapMode, map_file};
use ferronio::kernel::thread_signal::{Notice, ThreadSignal};
use nix::errno::Errno;
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::gettid;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::iter;
use std::num::NonZeroUsize;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tempfile::{NamedTempFile, TempPath};

const F_GETSIG: libc::c_int = 11;
/// Nothing here takes so long: to fail instead of hanging.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file that nobody has open.
fn closed_file() -> TempPath {
    let mut file = NamedTempFile::new().expect("a temporary file");
    file.write_all(b"content").expect("a write");
    file.into_temp_path()
}

fn open(path: &Path) -> File {
    File::open(path).expect("open")
}

/// A signal that this thread blocks.
fn blocked() -> ThreadSignal {
    let signal = ThreadSignal::claim().expect("a free signal");
    signal.block().expect("a mask");
    signal
}

fn take(file: &File, lease: Lease, signal: ThreadSignal) -> nix::Result<()> {
    lease::take(file.as_fd(), lease, gettid(), signal)
}

/// Opens in another thread, which the kernel makes wait.
fn open_elsewhere(path: &Path, options: &OpenOptions) -> JoinHandle<()> {
    let (path, options) = (path.to_owned(), options.clone());
    thread::spawn(move || drop(options.open(path).expect("open")))
}

fn writing() -> OpenOptions {
    OpenOptions::new().write(true).clone()
}

fn reading() -> OpenOptions {
    OpenOptions::new().read(true).clone()
}

/// Takes a lease and has it broken: the thread is told of the descriptor, and who opens waits until it is given back.
fn breaks(lease: Lease, options: &OpenOptions) {
    let path = closed_file();
    let signal = blocked();
    let file = open(&path);
    take(&file, lease, signal).expect("a lease");
    assert_eq!(lease::is_whole(file.as_fd(), lease), Ok(true));
    let opener = open_elsewhere(&path, options);
    let notice = signal.wait(PATIENCE);
    assert_eq!(notice, Ok(Notice::Descriptor(file.as_raw_fd())));
    assert_eq!(lease::is_whole(file.as_fd(), lease), Ok(false));
    assert!(!opener.is_finished());
    lease::give_back(file.as_fd()).expect("it is there");
    opener.join().expect("it may open now");
    assert_eq!(signal.wait(Duration::ZERO), Err(Errno::EAGAIN));
}

#[test]
fn a_writer_breaks_a_read_lease() {
    survives("a_writer_breaks_a_read_lease", || {
        breaks(Lease::Read, &writing());
    });
}

#[test]
fn everybody_breaks_a_write_lease() {
    survives("everybody_breaks_a_write_lease", || {
        breaks(Lease::Write, &writing());
        breaks(Lease::Write, &reading());
    });
}

#[test]
fn a_reader_does_not_break_a_read_lease() {
    let _alone = alone();
    let path = closed_file();
    let file = open(&path);
    take(&file, Lease::Read, ThreadSignal::claim().expect("free")).expect("a lease");
    drop(open(&path));
    assert_eq!(lease::is_whole(file.as_fd(), Lease::Read), Ok(true));
}

#[test]
fn who_does_not_wait_breaks_it_all_the_same() {
    survives("who_does_not_wait_breaks_it_all_the_same", || {
        let path = closed_file();
        let signal = blocked();
        let file = open(&path);
        take(&file, Lease::Read, signal).expect("a lease");
        let refused = writing().custom_flags(libc::O_NONBLOCK).open(&path);
        let error = refused.expect_err("there is a lease");
        assert_eq!(error.raw_os_error(), Some(libc::EWOULDBLOCK));
        let notice = signal.wait(PATIENCE);
        assert_eq!(notice, Ok(Notice::Descriptor(file.as_raw_fd())));
        assert_eq!(lease::is_whole(file.as_fd(), Lease::Read), Ok(false));
    });
}

/// Why a lease has to be given back before the descriptor is closed.
#[test]
fn a_mapping_keeps_the_lease_when_the_descriptor_is_closed() {
    survives(
        "a_mapping_keeps_the_lease_when_the_descriptor_is_closed",
        || {
            let path = closed_file();
            let signal = blocked();
            let file = open(&path);
            let length = NonZeroUsize::new(7).expect("7 is not 0");
            let mapping = map_file(file.as_fd(), MapMode::ReadOnly, 0, length).expect("a mapping");
            take(&file, Lease::Read, signal).expect("a lease");
            let number = file.as_raw_fd();
            drop(file);
            let mut options = writing();
            options.custom_flags(libc::O_NONBLOCK);
            assert!(options.open(&path).is_err());
            assert_eq!(signal.wait(PATIENCE), Ok(Notice::Descriptor(number)));
            drop(mapping);
            assert!(options.open(&path).is_ok());
        },
    );
}

#[test]
fn what_the_kernel_refuses_leaves_nothing_behind() {
    let _alone = alone();
    let signal = ThreadSignal::claim().expect("a free signal");
    let path = closed_file();
    let file = open(&path);
    let writer = writing().open(&path).expect("open");
    for (file, lease) in [
        (&file, Lease::Read),
        (&file, Lease::Write),
        (&writer, Lease::Read),
        (&writer, Lease::Write),
    ] {
        assert_eq!(take(file, lease, signal), Err(Errno::EAGAIN), "{lease:?}");
        for command in [F_GETSIG, libc::F_GETOWN] {
            // SAFETY: the descriptor is open, and these commands take no argument.
            assert_eq!(unsafe { libc::fcntl(file.as_raw_fd(), command) }, 0);
        }
    }
    for other in ["/", "/dev/null"] {
        let taken = take(&open(Path::new(other)), Lease::Read, signal);
        assert_eq!(taken, Err(Errno::EINVAL), "{other}");
    }
    drop(writer);
    take(&file, Lease::Read, signal).expect("a lease");
    assert_eq!(take(&file, Lease::Read, signal), Err(Errno::EBUSY));
    assert_eq!(take(&file, Lease::Write, signal), Err(Errno::EBUSY));
    lease::give_back(file.as_fd()).expect("it is there");
    lease::give_back(file.as_fd()).expect_err("it was given back");
}

/// Where signals cannot be queued, what comes has no descriptor.
#[test]
fn a_full_queue_is_told() {
    survives("a_full_queue_is_told", || {
        let path = closed_file();
        let signal = blocked();
        let file = open(&path);
        take(&file, Lease::Read, signal).expect("a lease");
        setrlimit(Resource::RLIMIT_SIGPENDING, 0, 0).expect("a limit");
        let opener = open_elsewhere(&path, &writing());
        assert_eq!(signal.wait(PATIENCE), Ok(Notice::Overflow));
        lease::give_back(file.as_fd()).expect("it is there");
        opener.join().expect("it may open now");
        signal.wake(gettid()).expect("this thread");
        assert_eq!(signal.wait(PATIENCE), Ok(Notice::Overflow));
    });
}

#[test]
fn nobody_else_has_the_signal_and_it_ends_no_process() {
    survives("nobody_else_has_the_signal_and_it_ends_no_process", || {
        let signal = blocked();
        let other = ThreadSignal::claim().expect("another free signal");
        assert_ne!(signal, other);
        for signal in [signal, other] {
            assert!((libc::SIGRTMIN()..libc::SIGRTMAX() - 2).contains(&signal.number()));
            // SAFETY: has a handler, whichever thread it comes to.
            assert_eq!(unsafe { libc::kill(libc::getpid(), signal.number()) }, 0);
        }
        signal.wake(gettid()).expect("this thread");
        assert_eq!(signal.wait(PATIENCE), Ok(Notice::Woken));
    });
}

#[test]
fn a_signal_that_is_released_is_free_again() {
    survives("a_signal_that_is_released_is_free_again", || {
        let first = ThreadSignal::claim().expect("a free signal");
        let second = ThreadSignal::claim().expect("another free signal");
        first.release();
        assert_eq!(ThreadSignal::claim(), Ok(first));
        first.release();
        first.release();
        second.release();
        let all: Vec<_> = iter::from_fn(|| ThreadSignal::claim().ok()).collect();
        assert!(all.contains(&first) && all.contains(&second), "{all:?}");
        assert_eq!(ThreadSignal::claim(), Err(Errno::EUSERS));
    });
}

/// Also when it comes a moment before.
#[test]
fn the_jdks_signal_interrupts() {
    survives("the_jdks_signal_interrupts", || {
        let signal = blocked();
        // SAFETY: this thread, which blocks the signal.
        unsafe { libc::pthread_kill(libc::pthread_self(), libc::SIGRTMAX() - 2) };
        assert_eq!(signal.wait(PATIENCE), Err(Errno::EINTR));
        assert_eq!(signal.wait(Duration::ZERO), Err(Errno::EAGAIN));
    });
}

#[test]
fn who_is_gone_is_not_told() {
    survives("who_is_gone_is_not_told", || {
        let path = closed_file();
        let file = open(&path);
        let (signal, gone) = thread::spawn(|| (blocked(), gettid())).join().expect("it");
        // pthread_join(3) wakes a moment before the kernel forgets the number.
        let until = Instant::now() + PATIENCE;
        while lease::take(file.as_fd(), Lease::Read, gone, signal) != Err(Errno::ESRCH) {
            assert!(Instant::now() < until, "a lease for {gone}, which is gone");
            lease::give_back(file.as_fd()).expect("it was taken");
        }
        let file = thread::spawn(move || {
            lease::take(file.as_fd(), Lease::Read, gettid(), signal).expect("a lease");
            file
        });
        let file = file.join().expect("it");
        let opener = open_elsewhere(&path, &writing());
        while lease::is_whole(file.as_fd(), Lease::Read).expect("a lease") {
            thread::yield_now();
        }
        lease::give_back(file.as_fd()).expect("it is there");
        opener.join().expect("it may open now");
    });
}

#[test]
fn the_trial_works() {
    let _alone = alone();
    assert_eq!(lease::trial(), Ok(()));
}
