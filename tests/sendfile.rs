//! `sendfile64(2)` as the library calls it: what arrives, what is counted, and what is refused.

mod common;

use common::{alone, byte_at, bytes_at, file_of};
use ferronio::kernel::file::regular_size;
use ferronio::transfer::file::{send, send_up_to_size};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::libc;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::pthread::{Pthread, pthread_kill, pthread_self};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use nix::unistd::pipe2;
use std::fs::{File, OpenOptions};
use std::io::{PipeReader, PipeWriter, Read, Seek, SeekFrom, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

const MOST_PER_CALL: usize = 0x7fff_f000;

/// Sends all of a range, whatever part of it each call takes.
fn send_all(target: BorrowedFd<'_>, source: &File, positions: std::ops::Range<usize>) {
    let mut position = positions.start;
    while position < positions.end {
        let rest = (positions.end - position) as i64;
        let moved = send(target, source.as_fd(), position as i64, rest);
        position += moved.expect("a transfer");
    }
}

fn connection() -> (TcpStream, TcpStream) {
    let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let client =
        TcpStream::connect(server.local_addr().expect("an address")).expect("a connection");
    (client, server.accept().expect("a connection").0)
}

fn pipe() -> (PipeReader, PipeWriter) {
    let (reader, writer) = pipe2(OFlag::O_CLOEXEC).expect("a pipe");
    (reader.into(), writer.into())
}

fn set_non_blocking(descriptor: impl AsFd) {
    fcntl(descriptor, FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).expect("non-blocking mode");
}

#[test]
fn a_socket_receives_the_bytes_of_the_range() {
    let _alone = alone();
    let file = file_of(3 << 20);
    for range in [
        0..1,
        0..3 << 20,
        4095..4097,
        5000..1 << 20,
        (3 << 20) - 1..3 << 20,
    ] {
        let (client, mut server) = connection();
        let expected = bytes_at(range.clone());
        thread::scope(|scope| {
            let sender = scope.spawn(|| {
                send_all(client.as_fd(), &file, range.clone());
                drop(client);
            });
            let mut received = Vec::new();
            server.read_to_end(&mut received).expect("a read");
            assert!(received == expected, "{range:?}");
            sender.join().expect("the sender");
        });
    }
}

#[test]
fn a_pipe_receives_the_bytes_of_the_range() {
    let _alone = alone();
    let file = file_of(1 << 20);
    let (mut reader, writer) = pipe();
    thread::scope(|scope| {
        scope.spawn(|| {
            send_all(writer.as_fd(), &file, 4095..300_000);
            drop(writer);
        });
        let mut received = Vec::new();
        reader.read_to_end(&mut received).expect("a read");
        assert!(received == bytes_at(4095..300_000));
    });
}

#[test]
fn a_file_receives_the_bytes_at_its_own_position() {
    let _alone = alone();
    let mut source = file_of(100_000);
    let mut target = file_of(10_000);
    source.seek(SeekFrom::Start(17)).expect("a seek");
    target.seek(SeekFrom::Start(5_000)).expect("a seek");

    let moved = send(target.as_fd(), source.as_fd(), 40_000, 20_000);

    assert_eq!(moved, Ok(20_000));
    assert_eq!(target.stream_position().expect("a position"), 25_000);
    assert_eq!(source.stream_position().expect("a position"), 17);
    let mut content = Vec::new();
    target.rewind().expect("a seek");
    target.read_to_end(&mut content).expect("a read");
    let expected = [bytes_at(0..5_000), bytes_at(40_000..60_000)].concat();
    assert!(content == expected);
}

#[test]
fn the_end_of_the_file_ends_a_transfer() {
    let _alone = alone();
    let source = file_of(10_000);
    let (mut reader, writer) = pipe();
    let send = |position, count| send(writer.as_fd(), source.as_fd(), position, count);
    assert_eq!(send(9_990, 100), Ok(10));
    assert_eq!(send(10_000, 100), Ok(0));
    assert_eq!(send(10_001, 100), Ok(0));
    // Past the largest file that the filesystem can hold.
    let far = send(i64::MAX - 100, 100);
    assert!(matches!(far, Ok(0) | Err(Errno::EOVERFLOW)), "{far:?}");
    assert_eq!(send(0, 0), Ok(0));
    drop(writer);
    let mut received = Vec::new();
    reader.read_to_end(&mut received).expect("a read");
    assert_eq!(received, bytes_at(9_990..10_000));
}

#[test]
fn an_empty_file_has_nothing_to_send() {
    let _alone = alone();
    let (_reader, writer) = pipe();
    let moved = send(writer.as_fd(), file_of(0).as_fd(), 0, 100);
    assert_eq!(moved, Ok(0));
}

#[test]
fn a_full_non_blocking_pipe_takes_a_part_and_then_nothing() {
    let _alone = alone();
    let file = file_of(1 << 20);
    let (mut reader, writer) = pipe();
    set_non_blocking(&writer);

    let taken = send(writer.as_fd(), file.as_fd(), 0, 1 << 20).expect("a part");
    assert!(0 < taken && taken < 1 << 20, "{taken}");
    let again = send(writer.as_fd(), file.as_fd(), taken as i64, 1 << 20);
    assert_eq!(again, Err(Errno::EAGAIN));

    drop(writer);
    let mut received = Vec::new();
    reader.read_to_end(&mut received).expect("a read");
    assert!(received == bytes_at(0..taken));
}

#[test]
fn a_full_non_blocking_socket_takes_parts_and_then_nothing() {
    let _alone = alone();
    let file = file_of(16 << 20);
    let (client, mut server) = connection();
    set_non_blocking(&client);

    let mut sent = 0;
    let refusal = loop {
        let rest = (16 << 20) - sent as i64;
        match send(client.as_fd(), file.as_fd(), sent as i64, rest) {
            Ok(moved) => sent += moved,
            Err(errno) => break errno,
        }
        assert!(sent < 16 << 20, "the buffers of a connection are smaller");
    };

    assert_eq!(refusal, Errno::EAGAIN);
    drop(client);
    let mut received = Vec::new();
    server.read_to_end(&mut received).expect("a read");
    assert!(received == bytes_at(0..sent));
}

#[test]
fn a_count_past_the_end_is_no_error_however_large() {
    let _alone = alone();
    let source = file_of(10_000);
    for count in [10_001, 1 << 31, 1 << 32, i64::MAX] {
        let target = file_of(0);
        let moved = send(target.as_fd(), source.as_fd(), 0, count);
        assert_eq!(moved, Ok(10_000), "{count}");
    }
}

#[test]
fn a_call_moves_no_more_than_the_kernels_limit() {
    let _alone = alone();
    // A hole in memory, and a target that takes it without looking: nothing is copied or allocated.
    let source = memfd_create(c"ferronio-test", MFdFlags::MFD_CLOEXEC).expect("a memfd");
    nix::unistd::ftruncate(&source, 3 << 30).expect("a size");
    let target = OpenOptions::new()
        .write(true)
        .open("/dev/null")
        .expect("/dev/null");
    let send = |position, count| send(target.as_fd(), source.as_fd(), position, count);
    assert_eq!(send(0, i64::MAX), Ok(MOST_PER_CALL));
    let rest = (3 << 30) - MOST_PER_CALL;
    assert_eq!(send(MOST_PER_CALL as i64, i64::MAX), Ok(rest));
}

#[test]
fn a_position_beyond_4_gib_is_a_position() {
    let _alone = alone();
    let mut source = tempfile::tempfile().expect("a temporary file");
    source.seek(SeekFrom::Start(5 << 30)).expect("a seek");
    source.write_all(&bytes_at(0..100)).expect("a write");
    let (mut reader, writer) = pipe();
    let moved = send(writer.as_fd(), source.as_fd(), (5 << 30) + 10, 1000);
    assert_eq!(moved, Ok(90));
    let mut received = [0; 90];
    reader.read_exact(&mut received).expect("a read");
    assert_eq!(received.as_slice(), bytes_at(10..100));
}

#[test]
fn a_negative_position_or_count_is_refused_before_anything_has_happened() {
    let _alone = alone();
    let source = file_of(100);
    let mut target = file_of(0);
    for (position, count) in [
        (-1, 1),
        (0, -1),
        (-1, -1),
        (i64::MIN, 1),
        (0, i64::MIN),
        (-1, 0),
    ] {
        let moved = send(target.as_fd(), source.as_fd(), position, count);
        assert_eq!(moved, Err(Errno::EINVAL), "{position}, {count}");
    }
    assert_eq!(target.seek(SeekFrom::End(0)).expect("a size"), 0);
}

#[test]
fn a_target_in_append_mode_is_refused() {
    let _alone = alone();
    let name = tempfile::NamedTempFile::new().expect("a temporary file");
    let target = OpenOptions::new()
        .append(true)
        .open(name.path())
        .expect("the file");
    let moved = send(target.as_fd(), file_of(100).as_fd(), 0, 100);
    assert_eq!(moved, Err(Errno::EINVAL));
    assert_eq!(target.metadata().expect("a size").len(), 0);
}

#[test]
fn nobody_reads_any_more() {
    let _alone = alone();
    let source = file_of(100);
    let (reader, writer) = pipe();
    drop(reader);
    let moved = send(writer.as_fd(), source.as_fd(), 0, 100);
    assert_eq!(moved, Err(Errno::EPIPE));

    let (client, _server) = connection();
    client
        .shutdown(std::net::Shutdown::Write)
        .expect("a shutdown");
    let moved = send(client.as_fd(), source.as_fd(), 0, 100);
    assert_eq!(moved, Err(Errno::EPIPE));
}

#[test]
fn descriptors_of_the_wrong_kind_are_refused() {
    let _alone = alone();
    let file = file_of(100);
    let (reader, writer) = pipe();
    let name = tempfile::NamedTempFile::new().expect("a temporary file");
    let write_only = OpenOptions::new()
        .write(true)
        .open(name.path())
        .expect("the file");
    let read_only = File::open(name.path()).expect("the file");
    let directory = File::open("/").expect("the root directory");
    let send = |target: BorrowedFd<'_>, source: BorrowedFd<'_>| {
        send(target, source, 0, 100).expect_err("a refusal")
    };
    assert_eq!(send(writer.as_fd(), write_only.as_fd()), Errno::EBADF);
    assert_eq!(send(read_only.as_fd(), file.as_fd()), Errno::EBADF);
    assert_eq!(send(reader.as_fd(), file.as_fd()), Errno::EBADF);
    assert_eq!(send(writer.as_fd(), reader.as_fd()), Errno::ESPIPE);
    assert_eq!(send(writer.as_fd(), directory.as_fd()), Errno::EINVAL);
}

#[test]
fn a_file_that_is_sent_to_its_own_end_is_sent_once() {
    let _alone = alone();
    let mut file = file_of(10_000);
    let target = file.try_clone().expect("a descriptor");
    file.seek(SeekFrom::End(0)).expect("a seek");

    let send = |position, count| send_up_to_size(target.as_fd(), file.as_fd(), position, count);
    assert_eq!(send(4_000, i64::MAX), Ok(6_000));
    assert_eq!(send(15_999, i64::MAX), Ok(1));

    let mut content = vec![0; 16_001];
    file.read_exact_at(&mut content, 0).expect("a read");
    let expected = [bytes_at(0..10_000), bytes_at(4_000..10_000)].concat();
    assert!(content[..16_000] == expected);
    assert_eq!(content[16_000], byte_at(9_999));
    assert_eq!(file.metadata().expect("a size").len(), 16_001);
}

#[test]
fn up_to_its_size_a_file_is_sent_as_without_that() {
    let _alone = alone();
    let source = file_of(10_000);
    let (mut reader, writer) = pipe();
    let send = |position, count| send_up_to_size(writer.as_fd(), source.as_fd(), position, count);
    assert_eq!(send(9_000, 100), Ok(100));
    assert_eq!(send(9_990, 100), Ok(10));
    assert_eq!(send(10_000, 100), Ok(0));
    assert_eq!(send(10_001, 100), Ok(0));
    assert_eq!(send(i64::MAX, i64::MAX), Ok(0));
    assert_eq!(send(0, 0), Ok(0));
    assert_eq!(send(-1, 100), Err(Errno::EINVAL));
    assert_eq!(send(0, -1), Err(Errno::EINVAL));
    drop(writer);
    let mut received = Vec::new();
    reader.read_to_end(&mut received).expect("a read");
    assert_eq!(
        received,
        [bytes_at(9_000..9_100), bytes_at(9_990..10_000)].concat()
    );
}

#[test]
fn what_has_no_size_is_not_sent_up_to_it() {
    let _alone = alone();
    let (reader, writer) = pipe();
    let (socket, _peer) = connection();
    let directory = File::open("/").expect("the root directory");
    let zeros = File::open("/dev/zero").expect("/dev/zero");
    for (source, name) in [
        (reader.as_fd(), "a pipe"),
        (socket.as_fd(), "a socket"),
        (directory.as_fd(), "a directory"),
        (zeros.as_fd(), "a device"),
    ] {
        assert_eq!(regular_size(source), Err(Errno::EINVAL), "{name}");
        let moved = send_up_to_size(writer.as_fd(), source, 0, 100);
        assert_eq!(moved, Err(Errno::EINVAL), "{name}");
    }
    let status = File::open("/proc/self/status").expect("a file in /proc");
    assert_eq!(regular_size(status.as_fd()), Ok(0));
    let moved = send_up_to_size(writer.as_fd(), status.as_fd(), 0, 100);
    assert_eq!(moved, Err(Errno::EINVAL));
    assert_eq!(regular_size(file_of(10_000).as_fd()), Ok(10_000));
}

/// Runs `blocking` in a thread and sends it signals until it has returned. A signal that comes too early is
/// without effect, so there is one more every few milliseconds.
fn interrupted(blocking: impl FnOnce() -> nix::Result<usize> + Send) -> nix::Result<usize> {
    extern "C" fn ignore(_signal: libc::c_int) {}
    // Without SA_RESTART, as the JVM's own.
    let action = SigAction::new(
        SigHandler::Handler(ignore),
        SaFlags::empty(),
        SigSet::empty(),
    );
    // SAFETY: the handler does nothing.
    let before = unsafe { sigaction(Signal::SIGUSR1, &action) }.expect("a handler");
    let result = thread::scope(|scope| {
        let (report, reports) = mpsc::channel();
        let thread = scope.spawn(move || {
            report.send(pthread_self()).expect("the test listens");
            let result = blocking();
            drop(report);
            result
        });
        let blocked: Pthread = reports.recv().expect("the thread's id");
        while reports.recv_timeout(Duration::from_millis(5)) == Err(RecvTimeoutError::Timeout) {
            // A thread that has ended and was not joined still takes signals.
            pthread_kill(blocked, Signal::SIGUSR1).expect("a signal");
        }
        thread.join().expect("the thread")
    });
    // SAFETY: this was the handler before.
    unsafe { sigaction(Signal::SIGUSR1, &before) }.expect("a handler");
    result
}

#[test]
fn a_signal_before_the_first_byte_is_eintr() {
    let _alone = alone();
    let file = file_of(100);
    let (_reader, writer) = pipe();
    let mut full = writer.try_clone().expect("a descriptor");
    set_non_blocking(&full);
    while full.write(&[0; 4096]).is_ok() {}
    fcntl(&writer, FcntlArg::F_SETFL(OFlag::empty())).expect("blocking mode");

    let result = interrupted(|| send(writer.as_fd(), file.as_fd(), 0, 100));

    assert_eq!(result, Err(Errno::EINTR));
}

#[test]
fn a_signal_after_some_bytes_ends_the_transfer_with_their_count() {
    let _alone = alone();
    let file = file_of(1 << 20);
    let (mut reader, writer) = pipe();

    let result = interrupted(|| send(writer.as_fd(), file.as_fd(), 0, 1 << 20));

    let moved = result.expect("some bytes");
    assert!(0 < moved && moved < 1 << 20, "{moved}");
    drop(writer);
    let mut received = Vec::new();
    reader.read_to_end(&mut received).expect("a read");
    assert_eq!(received.len(), moved);
    assert_eq!(received.last(), Some(&byte_at(moved - 1)));
}
