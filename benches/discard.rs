//! The receiver of the transfer benchmarks: connects to a port on loopback and drops what arrives.
//!
//! A process of its own, so that it costs the measured one nothing but the kernel's work on the connection.
//! With `MSG_TRUNC`, tcp(7), the kernel discards the bytes and copies none. Ends when the sender closes.

use nix::errno::Errno;
use std::io;
use std::net::{Ipv4Addr, TcpStream};
use std::os::fd::AsRawFd;
use std::ptr;

/// More than a socket ever holds: one call takes all that is there.
const MOST_PER_CALL: usize = 1 << 30;

fn main() -> io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok());
    let port: u16 = port.ok_or_else(|| io::Error::other("usage: discard <port of the sender>"))?;
    let socket = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    loop {
        // SAFETY: with MSG_TRUNC nothing is written to the buffer, so there need not be one.
        let received = unsafe {
            libc::recv(
                socket.as_raw_fd(),
                ptr::null_mut(),
                MOST_PER_CALL,
                libc::MSG_TRUNC,
            )
        };
        match Errno::result(received) {
            Ok(0) => return Ok(()),
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
}
