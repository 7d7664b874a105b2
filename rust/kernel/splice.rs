//! `splice(2)` and `tee(2)`: pages between a pipe and another descriptor without passing through user space.

use nix::errno::Errno;
use nix::fcntl::SpliceFFlags;
use std::os::fd::BorrowedFd;

/// Moves up to `count` bytes from a socket, pipe or file into a pipe, or from a pipe to a socket, pipe or file.
///
/// A pipe that is full or empty is not waited for; a socket is, unless its own descriptor is in non-blocking mode.
///
/// Returns the bytes moved; 0 is the end of the stream.
///
/// # Errors
///
/// `EAGAIN` (would have to wait), `EINTR` (signal before the first byte), `EINVAL` (neither is a pipe, or a
/// kind of file that cannot be spliced), `EPIPE`, and those of the two descriptors.
pub fn splice(source: BorrowedFd<'_>, target: BorrowedFd<'_>, count: usize) -> nix::Result<usize> {
    let flags = SpliceFFlags::SPLICE_F_MOVE | SpliceFFlags::SPLICE_F_NONBLOCK;
    nix::fcntl::splice(source, None, target, None, count, flags)
}

/// Moves up to `count` bytes from a pipe into a file at `position`. The file's own position does not move.
///
/// Returns the bytes moved; 0 when the pipe is empty and nobody can write to it.
///
/// # Errors
///
/// `EAGAIN` (the pipe is empty), `EINVAL` (an append-mode file, a filesystem without splice, a negative position),
/// `ENOSPC`, `EFBIG` and what else pwrite(2) says: what was not moved is still in the pipe.
pub fn pipe_to_file(
    pipe: BorrowedFd<'_>,
    file: BorrowedFd<'_>,
    position: i64,
    count: usize,
) -> nix::Result<usize> {
    if position < 0 {
        return Err(Errno::EINVAL);
    }
    let mut offset = position;
    let flags = SpliceFFlags::SPLICE_F_MOVE | SpliceFFlags::SPLICE_F_NONBLOCK;
    nix::fcntl::splice(pipe, None, file, Some(&mut offset), count, flags)
}

/// Makes what is in one pipe appear in another, too, up to `count` bytes. Never waits.
///
/// # Errors
///
/// `EAGAIN` (the one is empty or the other full), `EINVAL` (not two different pipes). See tee(2).
pub fn tee(source: BorrowedFd<'_>, target: BorrowedFd<'_>, count: usize) -> nix::Result<usize> {
    nix::fcntl::tee(source, target, count, SpliceFFlags::SPLICE_F_NONBLOCK)
}
