//! `sendfile64(2)`: file pages to a socket, pipe or file without passing through user space.

use nix::errno::Errno;
use std::os::fd::BorrowedFd;

/// Moves up to `count` bytes of `source` from `position` to `target`, at the target's own position.
///
/// Returns the bytes moved: 0 at or past the end of the file, and less than `count` when a non-blocking
/// target is full, a signal arrived after some bytes, or `count` is over the kernel's limit of
/// 0x7ffff000 bytes a call. The file position of `source` does not move.
///
/// # Errors
///
/// `EAGAIN` (non-blocking target, full), `EINTR` (signal before the first byte), `EPIPE` (nobody reads),
/// `EINVAL` (an append-mode target, or a kind of file that cannot be spliced), `EOVERFLOW` (a position
/// that no file can have), and those of the two files. See sendfile(2).
pub fn sendfile(
    target: BorrowedFd<'_>,
    source: BorrowedFd<'_>,
    position: i64,
    count: usize,
) -> nix::Result<usize> {
    if position < 0 {
        return Err(Errno::EINVAL);
    }
    let mut offset = position;
    nix::sys::sendfile::sendfile64(target, source, Some(&mut offset), count)
}
