//! What a relay does: `splice(2)` from a socket through a pipe of ours to another descriptor, and `tee(2)` beside it.

mod common;

use common::{alone, bytes_at};
use ferronio::kernel::pipe::Pipe;
use ferronio::kernel::splice::tee;
use ferronio::transfer::stream::{drain, fill};
use nix::errno::Errno;
use std::io::{Read, Seek, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

const CAPACITY: i32 = 64 << 10;

fn pair() -> (UnixStream, UnixStream) {
    UnixStream::pair().expect("two sockets")
}

fn pipe() -> Pipe {
    Pipe::open(CAPACITY).expect("a pipe")
}

/// A pipe that holds so many known bytes.
fn pipe_of(length: usize) -> Pipe {
    let pipe = pipe();
    let written = nix::unistd::write(&pipe.write, &bytes_at(0..length)).expect("a write");
    assert_eq!(written, length);
    pipe
}

/// What is in a pipe, read out of it.
fn held(pipe: Pipe) -> Vec<u8> {
    drop(pipe.write);
    let mut bytes = Vec::new();
    std::fs::File::from(pipe.read)
        .read_to_end(&mut bytes)
        .expect("a read");
    bytes
}

#[test]
fn from_socket_to_socket() {
    let _alone = alone();
    let (mut sender, source) = pair();
    let (target, mut receiver) = pair();
    let pipe = pipe();
    sender.write_all(&bytes_at(0..10_000)).expect("a write");
    let taken = fill(pipe.write.as_fd(), source.as_fd(), 9_000, false).expect("bytes");
    assert!(taken > 0 && taken <= 9_000);
    assert_eq!(drain(pipe.read.as_fd(), target.as_fd(), taken), Ok(taken));
    drop(target);
    let mut arrived = Vec::new();
    receiver.read_to_end(&mut arrived).expect("a read");
    assert_eq!(arrived, bytes_at(0..taken));
}

#[test]
fn a_full_target_leaves_the_rest_in_the_pipe() {
    let _alone = alone();
    let (mut target, receiver) = pair();
    target.set_nonblocking(true).expect("non-blocking mode");
    while target.write(&[0; 4096]).is_ok() {}
    let pipe = pipe_of(5_000);
    assert_eq!(
        drain(pipe.read.as_fd(), target.as_fd(), 5_000),
        Err(Errno::EAGAIN)
    );
    drop(receiver);
    assert_eq!(held(pipe), bytes_at(0..5_000));
}

/// Rust's runtime ignores SIGPIPE, as the JVM does: what is left is the error.
#[test]
fn a_target_whose_peer_has_gone_is_an_error() {
    let _alone = alone();
    let (target, receiver) = pair();
    drop(receiver);
    let pipe = pipe_of(5_000);
    assert_eq!(
        drain(pipe.read.as_fd(), target.as_fd(), 5_000),
        Err(Errno::EPIPE)
    );
    assert_eq!(held(pipe), bytes_at(0..5_000));
}

#[test]
fn to_a_pipe_that_is_full_it_does_not_wait() {
    let _alone = alone();
    let (pipe, target) = (pipe_of(100), pipe_of(CAPACITY as usize));
    assert_eq!(
        drain(pipe.read.as_fd(), target.write.as_fd(), 100),
        Err(Errno::EAGAIN)
    );
}

#[test]
fn to_a_file_it_goes_at_the_files_own_position() {
    let _alone = alone();
    let mut file = common::file_of(10);
    let pipe = pipe_of(100);
    assert_eq!(drain(pipe.read.as_fd(), file.as_fd(), 60), Ok(60));
    assert_eq!(drain(pipe.read.as_fd(), file.as_fd(), 40), Ok(40));
    assert_eq!(file.stream_position().expect("a position"), 110);
    file.rewind().expect("a seek");
    let mut content = Vec::new();
    file.read_to_end(&mut content).expect("a read");
    assert_eq!(content, [bytes_at(0..10), bytes_at(0..100)].concat());
}

#[test]
fn a_copy_holds_the_same_and_takes_nothing_away() {
    let _alone = alone();
    let (original, copy) = (pipe_of(5_000), pipe());
    assert_eq!(
        tee(original.read.as_fd(), copy.write.as_fd(), 3_000),
        Ok(3_000)
    );
    assert_eq!(held(copy), bytes_at(0..3_000));
    assert_eq!(held(original), bytes_at(0..5_000));
}

#[test]
fn a_copy_into_a_smaller_pipe_is_a_part() {
    let _alone = alone();
    let original = pipe_of(CAPACITY as usize);
    let copy = Pipe::open(4096).expect("a pipe");
    let copied = tee(original.read.as_fd(), copy.write.as_fd(), CAPACITY as usize).expect("a part");
    assert!(copied > 0 && copied < CAPACITY as usize, "{copied}");
    assert_eq!(
        tee(original.read.as_fd(), copy.write.as_fd(), 1),
        Err(Errno::EAGAIN)
    );
    assert_eq!(held(copy), bytes_at(0..copied));
}

#[test]
fn an_empty_source_is_not_waited_for_and_an_ended_one_is_left_to_a_read() {
    let _alone = alone();
    let (sender, source) = pair();
    let pipe = pipe();
    let take = || fill(pipe.write.as_fd(), source.as_fd(), 10, false);
    assert_eq!(take(), Err(Errno::EAGAIN));
    drop(sender);
    assert_eq!(take(), Err(Errno::EIO));
}
