//! From a file: `sendfile64(2)` to anything, `copy_file_range(2)` to another file.

use super::checked_count;
use crate::kernel;
use nix::errno::Errno;
use std::os::fd::BorrowedFd;

/// Moves up to `count` bytes of a file to a socket, pipe or file: one system call, whatever the count.
///
/// # Errors
///
/// As [`kernel::sendfile::sendfile`]; a negative `count` is `EINVAL`.
pub fn send(
    target: BorrowedFd<'_>,
    source: BorrowedFd<'_>,
    position: i64,
    count: i64,
) -> nix::Result<usize> {
    kernel::sendfile::sendfile(target, source, position, checked_count(count)?)
}

/// As [`send`], but never more than the file holds now: for a target that may be the same file, which would
/// grow with every byte, or that is waited for before the file is looked at.
///
/// # Errors
///
/// `EINVAL` unless the source is a regular file with a size above 0: what else fstat(2) and sendfile(2) say.
pub fn send_up_to_size(
    target: BorrowedFd<'_>,
    source: BorrowedFd<'_>,
    position: i64,
    count: i64,
) -> nix::Result<usize> {
    match up_to_size(source, position, count)? {
        None => Ok(0),
        Some(count) => send(target, source, position, count),
    }
}

/// Copies up to `count` bytes to the target's own position. The kernel itself copies no more than the file holds at
/// the beginning, also if the target is the same file.
///
/// # Errors
///
/// As [`kernel::copy_range::copy_file_range`]; a negative `position` or `count` is `EINVAL`.
pub fn copy_to_own_position(
    target: BorrowedFd<'_>,
    source: BorrowedFd<'_>,
    position: i64,
    count: i64,
) -> nix::Result<usize> {
    let mut from = position;
    let count = checked_count(count)?;
    kernel::copy_range::copy_file_range(target, None, source, Some(&mut from), count)
}

/// Copies up to `count` bytes from the source's own position, which advances, to `position` in the target.
///
/// # Errors
///
/// As [`copy_to_own_position`].
pub fn copy_from_own_position(
    target: BorrowedFd<'_>,
    position: i64,
    source: BorrowedFd<'_>,
    count: i64,
) -> nix::Result<usize> {
    let mut to = position;
    let count = checked_count(count)?;
    kernel::copy_range::copy_file_range(target, Some(&mut to), source, None, count)
}

/// Copies up to `count` bytes from `source_position` to `position` in the target. Neither file's own position moves.
///
/// # Errors
///
/// `EINVAL` unless the source is a regular file with a size above 0, or for one file and ranges that overlap: what
/// else fstat(2) and copy_file_range(2) say.
pub fn copy_at(
    target: BorrowedFd<'_>,
    position: i64,
    source: BorrowedFd<'_>,
    source_position: i64,
    count: i64,
) -> nix::Result<usize> {
    if kernel::file::regular_size(source)? == 0 {
        return Err(Errno::EINVAL);
    }
    let (mut to, mut from) = (position, source_position);
    let count = checked_count(count)?;
    kernel::copy_range::copy_file_range(target, Some(&mut to), source, Some(&mut from), count)
}

/// What of `count` the file holds from `position` on; none if that is past its end.
fn up_to_size(source: BorrowedFd<'_>, position: i64, count: i64) -> nix::Result<Option<i64>> {
    let size = kernel::file::regular_size(source)?;
    if size == 0 || position < 0 {
        return Err(Errno::EINVAL);
    }
    Ok((position <= size).then(|| count.min(size - position)))
}
