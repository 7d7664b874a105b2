//! `poll(2)` on one descriptor.

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::os::fd::BorrowedFd;

/// Waits until the descriptor can be read from or written to (`events`), or only looks. Nothing is read, an error
/// of the socket's stays where it is.
///
/// # Errors
///
/// `EAGAIN` (not now, without `wait`), `EINTR`.
pub fn ready(descriptor: BorrowedFd<'_>, events: PollFlags, wait: bool) -> nix::Result<PollFlags> {
    let mut polled = [PollFd::new(descriptor, events)];
    let timeout = if wait {
        PollTimeout::NONE
    } else {
        PollTimeout::ZERO
    };
    match poll(&mut polled, timeout)? {
        0 => Err(Errno::EAGAIN),
        _ => Ok(polled[0].revents().unwrap_or(PollFlags::empty())),
    }
}
