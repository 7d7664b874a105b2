//! What has been written to a socket or pipe: held back to leave as one train, or not gone yet.

use crate::kernel::{pipe, socket};
use nix::errno::Errno;
use std::os::fd::BorrowedFd;

/// Has a TCP socket hold partial segments back. Returns whether it did not before.
///
/// # Errors
///
/// As [`socket::is_corked`].
pub fn hold(target: BorrowedFd<'_>) -> nix::Result<bool> {
    if socket::is_corked(target)? {
        return Ok(false);
    }
    socket::set_corked(target, true)?;
    Ok(true)
}

/// Writes the first bytes of a train to a TCP socket: those of the next write join them. Whatever becomes of that,
/// [`let_go`] must follow. Does not wait. Returns how many of the bytes; none if the socket is not TCP's, holds partial
/// segments back already, has no room, or is in a state that a write will tell of.
///
/// # Errors
///
/// What has happened to the connection, which the kernel tells once: `ECONNRESET`, `ETIMEDOUT` and others.
pub fn begin(target: BorrowedFd<'_>, bytes: &[u8]) -> nix::Result<usize> {
    let sent = match socket::is_corked(target) {
        Ok(false) => socket::send_more(target, bytes),
        corked => corked.map(|_| 0),
    };
    match sent {
        Err(
            Errno::EAGAIN
            | Errno::EINTR
            | Errno::ENOTCONN
            | Errno::ENOTSOCK
            | Errno::EOPNOTSUPP
            | Errno::EPIPE,
        ) => Ok(0),
        sent => sent,
    }
}

/// Has a TCP socket send what it has held back.
///
/// # Errors
///
/// As [`socket::set_corked`].
pub fn let_go(target: BorrowedFd<'_>) -> nix::Result<()> {
    socket::set_corked(target, false)
}

/// The bytes that have been written to a socket or pipe and may still refer to the pages of a file; rather more
/// than fewer.
///
/// # Errors
///
/// `ENOTTY`: neither a socket nor a pipe.
pub fn length(target: BorrowedFd<'_>) -> nix::Result<usize> {
    socket::outgoing_queue(target).or_else(|_| pipe::held(target))
}
