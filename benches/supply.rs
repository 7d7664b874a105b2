//! The sender of the benchmarks that receive: connects to a port on loopback and sends until the other end closes.
//!
//! A process of its own, so that it costs the measured one nothing but the kernel's work on the connection.
//! What it sends is a file in memory, again and again, by sendfile(2).

use nix::errno::Errno;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::sendfile::sendfile64;
use std::io;
use std::net::{Ipv4Addr, TcpStream};

const SIZE: usize = 16 << 20;

fn main() -> io::Result<()> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok());
    let port: u16 = port.ok_or_else(|| io::Error::other("usage: supply <port of the receiver>"))?;
    let file = memfd_create(c"ferronio-supply", MFdFlags::MFD_CLOEXEC)?;
    let content: Vec<u8> = (0..SIZE).map(|i| (i / 7) as u8).collect();
    let mut written = 0;
    while written < SIZE {
        written += nix::unistd::write(&file, &content[written..])?;
    }
    let socket = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    let mut position = 0;
    loop {
        match sendfile64(&socket, &file, Some(&mut position), SIZE) {
            Ok(0) => position = 0,
            Ok(_) | Err(Errno::EINTR) => {}
            Err(Errno::EPIPE | Errno::ECONNRESET) => return Ok(()),
            Err(errno) => return Err(errno.into()),
        }
    }
}
