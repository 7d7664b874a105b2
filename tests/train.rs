//! Header, file and trailer as one train of segments, and what is known of a queue: `TCP_CORK`, `MSG_MORE`, `SIOCOUTQ`,
//! `TCP_INFO`.

mod common;

use common::{alone, bytes_at, file_of};
use ferronio::kernel::advice::{Order, dont_need, expect, will_need};
use ferronio::kernel::socket::is_corked;
use ferronio::transfer::file::{copy_at, send};
use ferronio::transfer::queue::{begin, hold, length, let_go, push};
use nix::errno::Errno;
use nix::libc;
use std::io::{Read, Seek, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream;

fn connection() -> (TcpStream, TcpStream) {
    let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let client =
        TcpStream::connect(server.local_addr().expect("an address")).expect("a connection");
    (client, server.accept().expect("a connection").0)
}

/// Segments with data that the socket has sent: `tcpi_data_segs_out`.
fn data_segments(socket: &TcpStream) -> u32 {
    // SAFETY: all zeros is a value of this structure of numbers.
    let mut info: libc::tcp_info = unsafe { std::mem::zeroed() };
    let mut size = size_of::<libc::tcp_info>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `size` bytes.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            (&raw mut info).cast(),
            &raw mut size,
        )
    };
    assert_eq!(result, 0);
    info.tcpi_data_segs_out
}

fn read(socket: &mut TcpStream, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    socket.read_exact(&mut bytes).expect("a read");
    bytes
}

#[test]
fn header_file_and_trailer_are_one_segment() {
    let _alone = alone();
    let file = file_of(1024);
    let (mut client, mut server) = connection();
    client.set_nodelay(true).expect("an option");
    let train = |client: &mut TcpStream| {
        client.write_all(&[1; 200]).expect("a write");
        assert_eq!(send(client.as_fd(), file.as_fd(), 0, 1024), Ok(1024));
        client.write_all(&[2; 20]).expect("a write");
    };
    let expected = [&[1; 200], &bytes_at(0..1024)[..], &[2; 20]].concat();

    let before = data_segments(&client);
    train(&mut client);
    assert_eq!(read(&mut server, 1244), expected);
    assert_eq!(data_segments(&client) - before, 3);

    let before = data_segments(&client);
    assert_eq!(hold(client.as_fd()), Ok(true));
    assert_eq!(is_corked(client.as_fd()), Ok(true));
    train(&mut client);
    assert_eq!(let_go(client.as_fd()), Ok(()));
    assert_eq!(is_corked(client.as_fd()), Ok(false));
    assert_eq!(read(&mut server, 1244), expected);
    assert_eq!(data_segments(&client) - before, 1);
}

#[test]
fn what_was_begun_leaves_with_the_file_or_when_it_is_pushed() {
    let _alone = alone();
    let file = file_of(1024);
    let (client, mut server) = connection();
    client.set_nodelay(true).expect("an option");

    let before = data_segments(&client);
    assert_eq!(begin(client.as_fd(), &[1; 200]), Ok(200));
    assert_eq!(data_segments(&client), before);
    assert_eq!(send(client.as_fd(), file.as_fd(), 0, 1024), Ok(1024));
    let expected = [&[1; 200], &bytes_at(0..1024)[..]].concat();
    assert_eq!(read(&mut server, 1224), expected);
    assert_eq!(data_segments(&client) - before, 1);

    let before = data_segments(&client);
    assert_eq!(begin(client.as_fd(), &[3; 200]), Ok(200));
    assert_eq!(data_segments(&client), before);
    assert_eq!(push(client.as_fd()), Ok(true));
    assert_eq!(data_segments(&client) - before, 1); // at once, and not when a timer has run off
    assert_eq!(read(&mut server, 200), [3; 200]);

    let before = data_segments(&client);
    assert_eq!(hold(client.as_fd()), Ok(true));
    assert_eq!(begin(client.as_fd(), &[4; 200]), Ok(200));
    assert_eq!(push(client.as_fd()), Ok(false));
    assert_eq!(data_segments(&client), before); // who has set TCP_CORK decides
    assert_eq!(let_go(client.as_fd()), Ok(()));
    assert_eq!(read(&mut server, 200), [4; 200]);
}

#[test]
fn nothing_is_begun_where_a_write_must_tell() {
    let _alone = alone();
    let (client, _server) = connection();
    client.shutdown(Shutdown::Write).expect("a shutdown");
    assert_eq!(begin(client.as_fd(), b"shut"), Ok(0)); // EPIPE, and no SIGPIPE

    let (local, mut other) = UnixStream::pair().expect("a pair");
    assert_eq!(begin(local.as_fd(), b"not of TCP"), Ok(10));
    let mut bytes = [0; 10];
    other.read_exact(&mut bytes).expect("a read");
    assert_eq!(&bytes, b"not of TCP");
    assert_eq!(push(local.as_fd()), Err(Errno::EOPNOTSUPP));
    assert_eq!(begin(file_of(1).as_fd(), b"no socket"), Ok(0));

    let (client, _server) = connection();
    while begin(client.as_fd(), &[0; 1 << 16]).expect("a connection") > 0 {}
}

#[test]
fn who_has_held_back_already_still_does() {
    let _alone = alone();
    let (client, _server) = connection();
    assert_eq!(hold(client.as_fd()), Ok(true));
    assert_eq!(hold(client.as_fd()), Ok(false));
}

#[test]
fn only_tcp_holds_back() {
    let _alone = alone();
    let (socket, _other) = UnixStream::pair().expect("a pair");
    assert_eq!(hold(socket.as_fd()), Err(Errno::EOPNOTSUPP));
    assert_eq!(hold(file_of(1).as_fd()), Err(Errno::ENOTSOCK));
}

#[test]
fn queue_is_as_long_as_what_nobody_has_read() {
    let _alone = alone();
    let (mut reader, mut writer) = std::io::pipe().expect("a pipe");
    assert_eq!(length(writer.as_fd()), Ok(0));
    writer.write_all(&[1; 1000]).expect("a write");
    assert_eq!(length(writer.as_fd()), Ok(1000));
    reader.read_exact(&mut [0; 400]).expect("a read");
    assert_eq!(length(writer.as_fd()), Ok(600));

    let (mut socket, mut other) = UnixStream::pair().expect("a pair");
    assert_eq!(length(socket.as_fd()), Ok(0));
    socket.write_all(&[1; 1000]).expect("a write");
    assert!(length(socket.as_fd()).expect("a length") >= 1000);
    other.read_exact(&mut [0; 1000]).expect("a read");
    assert_eq!(length(socket.as_fd()), Ok(0));
}

#[test]
fn copy_between_positions_moves_no_position() {
    let _alone = alone();
    let (mut source, mut target) = (file_of(10_000), file_of(10));
    let (from, to) = (source.stream_position(), target.stream_position());
    let copied = copy_at(target.as_fd(), 20, source.as_fd(), 9_000, 5_000);
    assert_eq!(copied, Ok(1_000));
    assert_eq!(source.stream_position().ok(), from.ok());
    assert_eq!(target.stream_position().ok(), to.ok());
    let mut content = Vec::new();
    target.rewind().expect("a seek");
    target.read_to_end(&mut content).expect("a read");
    let expected = [&bytes_at(0..10)[..], &[0; 10], &bytes_at(9_000..10_000)].concat();
    assert!(content == expected);

    let overlap = copy_at(source.as_fd(), 10, source.as_fd(), 0, 100);
    assert_eq!(overlap, Err(Errno::EINVAL));
    let empty = copy_at(target.as_fd(), 0, file_of(0).as_fd(), 0, 100);
    assert_eq!(empty, Err(Errno::EINVAL));
}

#[test]
fn advice_is_checked() {
    let _alone = alone();
    let file = file_of(10_000);
    for advise in [will_need, dont_need] {
        assert_eq!(advise(file.as_fd(), 0, 10_000), Ok(()));
        assert_eq!(advise(file.as_fd(), 20_000, 0), Ok(()));
        assert_eq!(advise(file.as_fd(), -1, 1), Err(Errno::EINVAL));
        assert_eq!(advise(file.as_fd(), 0, -1), Err(Errno::EINVAL));
    }
    for order in [Order::Sequential, Order::Random, Order::Unknown] {
        assert_eq!(expect(file.as_fd(), order, 0, 10_000), Ok(()));
        assert_eq!(expect(file.as_fd(), order, -1, 1), Err(Errno::EINVAL));
    }
}
