//! Options and state of sockets: `TCP_CORK`, tcp(7), `MSG_MORE`, send(2), and `SIOCOUTQ`, tcp(7) and unix(7).

use nix::errno::Errno;
use std::os::fd::{AsRawFd, BorrowedFd};

mod request {
    nix::ioctl_read_bad!(
        /// Bytes in the send queue. `TIOCOUTQ` is another name of the same number.
        outgoing_queue,
        libc::TIOCOUTQ,
        libc::c_int
    );
}

const SIZE: libc::socklen_t = size_of::<libc::c_int>() as libc::socklen_t;

/// Whether a TCP socket holds partial segments back.
///
/// # Errors
///
/// `EOPNOTSUPP` (a socket, but not of TCP), `ENOTSOCK`.
pub fn is_corked(socket: BorrowedFd<'_>) -> nix::Result<bool> {
    let mut value: libc::c_int = 0;
    let mut size = SIZE;
    // SAFETY: the kernel writes at most `size` bytes, which the value has.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_CORK,
            (&raw mut value).cast(),
            &raw mut size,
        )
    };
    Errno::result(result).map(|_| value != 0)
}

/// Has a TCP socket hold partial segments back, for 200 ms at most, or send what it held back at once.
///
/// # Errors
///
/// As [`is_corked`].
pub fn set_corked(socket: BorrowedFd<'_>, on: bool) -> nix::Result<()> {
    let value = libc::c_int::from(on);
    // SAFETY: the kernel reads `SIZE` bytes, which the value has.
    let result = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_CORK,
            (&raw const value).cast(),
            SIZE,
        )
    };
    Errno::result(result).map(drop)
}

/// Sends bytes that more will follow: a partial segment waits for them. Does not wait itself, and raises no SIGPIPE.
///
/// # Errors
///
/// `EAGAIN` (no room for any of them), `EPIPE`, `ENOTCONN`, `ENOTSOCK`, and what has happened to the connection, which the
/// kernel tells once: `ECONNRESET`, `ETIMEDOUT` and others.
pub fn send_more(socket: BorrowedFd<'_>, bytes: &[u8]) -> nix::Result<usize> {
    // SAFETY: the kernel reads the slice.
    let sent = unsafe {
        libc::send(
            socket.as_raw_fd(),
            bytes.as_ptr().cast(),
            bytes.len(),
            libc::MSG_MORE | libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL,
        )
    };
    Errno::result(sent).map(isize::cast_unsigned)
}

/// What has been written to a socket and not left it: of TCP's bytes, those that the peer has not acknowledged; of
/// a Unix-domain socket's, the memory of those that the peer has not read.
///
/// # Errors
///
/// `ENOTTY` (not a socket that has such a queue), `EINVAL` (a listening socket).
pub fn outgoing_queue(socket: BorrowedFd<'_>) -> nix::Result<usize> {
    let mut bytes = 0;
    // SAFETY: the kernel writes one int.
    unsafe { request::outgoing_queue(socket.as_raw_fd(), &raw mut bytes) }?;
    usize::try_from(bytes).map_err(|_| Errno::EIO)
}
