//! From sockets and pipes to files, as the library calls it: what arrives, what stays where it was, what is refused.

mod common;

use common::{alone, bytes_at, file_of};
use ferronio::kernel::pipe::Pipe;
use ferronio::transfer::file::{copy_from_own_position, copy_to_own_position};
use ferronio::transfer::{pipes, stream};
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, send, setsockopt, sockopt};
use proptest::prelude::*;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;

const MUCH: usize = 1 << 20;

fn connection() -> (TcpStream, TcpStream) {
    let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let client =
        TcpStream::connect(server.local_addr().expect("an address")).expect("a connection");
    (client, server.accept().expect("a connection").0)
}

fn content_of(mut file: &File) -> Vec<u8> {
    let mut content = Vec::new();
    file.rewind().expect("a position");
    file.read_to_end(&mut content).expect("a file");
    content
}

#[test]
fn what_a_socket_has_goes_through_the_pipe_to_the_place_in_the_file() {
    let _alone = alone();
    let file = tempfile::tempfile().expect("a file");
    let pipe = Pipe::open(1 << 18).expect("a pipe");
    let (mut one, other) = UnixStream::pair().expect("sockets");
    one.write_all(&bytes_at(0..20_000)).expect("a write");
    let mut moved = 0;
    while moved < 20_000 {
        let taken = stream::fill(pipe.write.as_fd(), other.as_fd(), MUCH, true).expect("bytes");
        let position = 5000 + moved as i64;
        let drained = stream::drain_to_file(pipe.read.as_fd(), file.as_fd(), position, taken);
        assert_eq!(drained, Ok(taken));
        moved += taken;
    }
    let content = content_of(&file);
    assert_eq!(content[..5000], [0; 5000]);
    assert_eq!(content[5000..], bytes_at(0..20_000));
}

#[test]
fn who_does_not_wait_is_told_so_and_the_end_is_left_to_a_read() {
    let _alone = alone();
    let pipe = Pipe::open(1 << 16).expect("a pipe");
    let (one, other) = connection();
    let fill = |wait| stream::fill(pipe.write.as_fd(), other.as_fd(), MUCH, wait);
    assert_eq!(fill(false), Err(Errno::EAGAIN));
    drop(one);
    assert_eq!(fill(true), Err(Errno::EIO));
    assert_eq!(fill(false), Err(Errno::EIO));
}

/// splice(2) moves nothing there, as at the end of a stream; recv(2) steps over it.
#[test]
fn before_urgent_data_a_read_must_go_on() {
    let _alone = alone();
    let pipe = Pipe::open(1 << 16).expect("a pipe");
    let (mut one, mut other) = connection();
    one.write_all(b"before").expect("a write");
    send(one.as_raw_fd(), b"!", MsgFlags::MSG_OOB).expect("urgent data");
    one.write_all(b"after").expect("a write");
    let mut seen = 0;
    let stopped = loop {
        match stream::fill(pipe.write.as_fd(), other.as_fd(), MUCH, true) {
            Ok(moved) => seen += moved,
            Err(errno) => break errno,
        }
    };
    assert_eq!((stopped, seen), (Errno::EIO, 6));
    let mut rest = [0; 5];
    other.read_exact(&mut rest).expect("the rest");
    assert_eq!(&rest, b"after");
}

/// The kernel tells of a reset once, to whoever asks first: that must be the channel.
#[test]
fn an_error_of_the_socket_stays_for_the_next_who_reads() {
    let _alone = alone();
    let pipe = Pipe::open(1 << 16).expect("a pipe");
    let (one, mut other) = connection();
    let at_once = nix::libc::linger {
        l_onoff: 1,
        l_linger: 0,
    };
    setsockopt(&one, sockopt::Linger, &at_once).expect("an option");
    drop(one);
    for _ in 0..3 {
        let filled = stream::fill(pipe.write.as_fd(), other.as_fd(), MUCH, true);
        assert_eq!(filled, Err(Errno::EIO));
    }
    let error = other.read(&mut [0; 10]).expect_err("a reset");
    assert_eq!(error.raw_os_error(), Some(Errno::ECONNRESET as i32));
}

#[test]
fn a_pipe_is_moved_straight_and_keeps_what_the_file_refuses() {
    let _alone = alone();
    let pipe = Pipe::open(1 << 16).expect("a pipe");
    nix::unistd::write(&pipe.write, &bytes_at(0..9000)).expect("a write");
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("a device");
    let refused = stream::pipe_to_file(pipe.read.as_fd(), full.as_fd(), 0, MUCH, true);
    assert!(
        matches!(refused, Err(Errno::EINVAL | Errno::ENOSPC)),
        "{refused:?}"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let appending = OpenOptions::new()
        .append(true)
        .create(true)
        .open(folder.path().join("log"))
        .expect("a file");
    let refused = stream::pipe_to_file(pipe.read.as_fd(), appending.as_fd(), 0, MUCH, true);
    assert_eq!(refused, Err(Errno::EINVAL));
    let file = tempfile::tempfile().expect("a file");
    let moved = stream::pipe_to_file(pipe.read.as_fd(), file.as_fd(), 7, MUCH, true);
    assert_eq!(moved, Ok(9000));
    assert_eq!(content_of(&file)[7..], bytes_at(0..9000));
    let empty = stream::pipe_to_file(pipe.read.as_fd(), file.as_fd(), -1, MUCH, false);
    assert_eq!(empty, Err(Errno::EAGAIN));
}

#[test]
fn pipes_are_kept_up_to_a_number_and_closed_on_demand() {
    let _alone = alone();
    pipes::close_idle();
    let taken: Vec<Pipe> = (0..20).map(|_| pipes::take().expect("a pipe")).collect();
    assert_eq!(pipes::close_idle(), 0);
    taken.into_iter().for_each(pipes::give_back);
    let again = pipes::take().expect("a pipe");
    let empty = stream::pipe_to_file(
        again.read.as_fd(),
        tempfile::tempfile().expect("a file").as_fd(),
        0,
        1,
        false,
    );
    assert_eq!(empty, Err(Errno::EAGAIN));
    assert_eq!(pipes::close_idle(), 15);
    assert_eq!(pipes::close_idle(), 0);
}

#[test]
fn a_copy_ends_where_the_file_ends() {
    let _alone = alone();
    let mut target = tempfile::tempfile().expect("a file");
    let copy = |source: &File, position, count| {
        copy_to_own_position(target.as_fd(), source.as_fd(), position, count)
    };
    let source = file_of(10_000);
    assert_eq!(copy(&source, 10_001, 1), Ok(0));
    assert_eq!(copy(&source, 9000, i64::MAX), Ok(1000));
    assert_eq!(copy(&source, 10_000, 1), Ok(0));
    assert!(matches!(
        copy(&source, -1, 1),
        Err(Errno::EINVAL | Errno::EOVERFLOW)
    ));
    assert_eq!(copy(&source, 0, -1), Err(Errno::EINVAL));
    assert_eq!(target.stream_position().expect("a position"), 1000);
    assert_eq!(content_of(&target), bytes_at(9000..10_000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The source's own position moves, the target's does not, and the bytes are those of the file.
    #[test]
    fn a_copy_from_the_own_position(
        size in 1usize..50_000,
        start in 0usize..60_000,
        position in 0i64..20_000,
        count in 0i64..70_000,
    ) {
        let _alone = alone();
        let (mut source, mut target) = (file_of(size), tempfile::tempfile().expect("a file"));
        source.seek(std::io::SeekFrom::Start(start as u64)).expect("a position");
        target.write_all(b"x").expect("a write");
        let copied = copy_from_own_position(target.as_fd(), position, source.as_fd(), count);
        let copied = copied.expect("a copy");
        prop_assert_eq!(copied, size.saturating_sub(start).min(count as usize));
        prop_assert_eq!(source.stream_position().expect("a position"), (start + copied) as u64);
        prop_assert_eq!(target.stream_position().expect("a position"), 1);
        let mut content = vec![0; copied];
        target.read_exact_at(&mut content, position as u64).expect("the copy");
        prop_assert_eq!(content, bytes_at(start..start + copied));
    }
}
