//! From a socket or pipe to a file: through a pipe, or straight from the pipe that the source is. The same pipe, filled
//! and drained by turns, leads to any other descriptor: what a relay does.

use crate::kernel::{poll, splice};
use nix::errno::Errno;
use nix::poll::PollFlags;
use std::os::fd::BorrowedFd;

/// Waits, with `wait`, until the source has something, and moves up to `count` bytes of it into an empty pipe.
///
/// Returns the bytes moved, never 0.
///
/// # Errors
///
/// `EAGAIN` (nothing there), `EINTR`, and `EIO` when only a read can tell more. That is so at the end of the
/// stream; when the socket has an error to tell, which it tells only once, and its channel must know; and before
/// urgent data, which a read steps over and splice(2) does not: it then moves nothing, as at the end, or says that it
/// would have to wait, though poll(2) says otherwise. What else splice(2) says.
pub fn fill(
    pipe: BorrowedFd<'_>,
    source: BorrowedFd<'_>,
    count: usize,
    wait: bool,
) -> nix::Result<usize> {
    await_readable(source, wait)?;
    match splice::splice(source, pipe, count) {
        Ok(0) | Err(Errno::EAGAIN) => Err(Errno::EIO),
        result => result,
    }
}

/// Waits, with `wait`, until the source has something, and moves up to `count` bytes of it to a file.
///
/// # Errors
///
/// As [`fill`] and [`splice::pipe_to_file`].
pub fn pipe_to_file(
    source: BorrowedFd<'_>,
    file: BorrowedFd<'_>,
    position: i64,
    count: usize,
    wait: bool,
) -> nix::Result<usize> {
    await_readable(source, wait)?;
    splice::pipe_to_file(source, file, position, count)
}

fn await_readable(source: BorrowedFd<'_>, wait: bool) -> nix::Result<()> {
    let ready = poll::ready(source, PollFlags::POLLIN, wait)?;
    if ready.contains(PollFlags::POLLERR) {
        return Err(Errno::EIO);
    }
    Ok(())
}

/// Moves `count` bytes, which are in the pipe, to a file.
///
/// Returns the bytes moved; fewer if the file cannot take more: the next call says why. The rest stays in the pipe.
///
/// # Errors
///
/// As [`splice::pipe_to_file`], before the first byte.
pub fn drain_to_file(
    pipe: BorrowedFd<'_>,
    file: BorrowedFd<'_>,
    position: i64,
    count: usize,
) -> nix::Result<usize> {
    let mut moved = 0;
    while moved < count {
        let at = position
            .checked_add_unsigned(moved as u64)
            .ok_or(Errno::EFBIG)?;
        match splice::pipe_to_file(pipe, file, at, count - moved) {
            Ok(0) => break,
            Ok(n) => moved += n,
            Err(_) if moved > 0 => break,
            Err(errno) => return Err(errno),
        }
    }
    Ok(moved)
}

/// Moves up to `count` bytes, which are in the pipe, to a socket, to another pipe, or to a file at its own position,
/// which advances: one system call.
///
/// A socket is waited for unless its own descriptor is in non-blocking mode; a pipe never is. To a socket whose
/// peer has gone the kernel also sends `SIGPIPE`, which the JVM ignores, as after sendfile(2).
///
/// # Errors
///
/// `EAGAIN` (the target is full), and what else [`splice::splice`] says: the bytes are still in the pipe.
pub fn drain(pipe: BorrowedFd<'_>, target: BorrowedFd<'_>, count: usize) -> nix::Result<usize> {
    // Never SPLICE_F_MORE: nobody knows when the next bytes come, and a socket waits up to 200 ms for them.
    splice::splice(pipe, target, count)
}
