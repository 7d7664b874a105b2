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

/// Writes the first bytes of a train to a socket: if it is TCP's, those of the next write join them. Unless one
/// without `MSG_MORE` follows, [`push`] must. Does not wait. Returns how many of the bytes; none if the socket has no room, or is
/// in a state that a write will tell of.
///
/// # Errors
///
/// What has happened to the connection, which the kernel tells once: `ECONNRESET`, `ETIMEDOUT` and others.
pub fn begin(target: BorrowedFd<'_>, bytes: &[u8]) -> nix::Result<usize> {
    match socket::send_more(target, bytes) {
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

/// Has a TCP socket send what it holds back of a train that was begun, unless it was told to hold partial segments back.
/// Returns whether it was not.
///
/// # Errors
///
/// As [`socket::is_corked`].
pub fn push(target: BorrowedFd<'_>) -> nix::Result<bool> {
    if socket::is_corked(target)? {
        return Ok(false);
    }
    socket::set_corked(target, false)?; // It was not set; clearing it sends all there is.
    Ok(true)
}

/// Has a TCP socket send what it has held back, and no longer do so.
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
