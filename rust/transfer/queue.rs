//! What has been written to a socket or pipe: held back to leave as one train, or not gone yet.

use crate::kernel::{pipe, socket};
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
