//! Moves bytes between two descriptors.
//!
//! One route so far, `sendfile64(2)`. Which pairs of channels take it is decided in Java, where the kinds of
//! channels are known, and so is what a refusal of the kernel's leads to.

use crate::kernel;
use nix::errno::Errno;
use std::os::fd::BorrowedFd;

/// The most bytes that Linux moves in one call (`MAX_RW_COUNT`), also the JDK's limit a call.
const MOST_PER_CALL: usize = 0x7fff_f000;

/// Moves up to `count` bytes of a file to a socket, pipe or file: one system call, whatever the count.
///
/// # Errors
///
/// As [`kernel::sendfile::sendfile`]; a negative `count` is `EINVAL`.
pub fn file_to_descriptor(
    target: BorrowedFd<'_>,
    source: BorrowedFd<'_>,
    position: i64,
    count: i64,
) -> nix::Result<usize> {
    let count = usize::try_from(count).map_err(|_| Errno::EINVAL)?;
    kernel::sendfile::sendfile(target, source, position, count.min(MOST_PER_CALL))
}

/// As [`file_to_descriptor`], but never more than the file holds now: for a target that may be the same file,
/// which would grow with every byte, or that is waited for before the file is looked at.
///
/// # Errors
///
/// `EINVAL` unless the source is a regular file with a size above 0: what else fstat(2) and sendfile(2) say.
pub fn file_to_descriptor_up_to_size(
    target: BorrowedFd<'_>,
    source: BorrowedFd<'_>,
    position: i64,
    count: i64,
) -> nix::Result<usize> {
    let size = kernel::file::regular_size(source)?;
    if size == 0 || position < 0 {
        return Err(Errno::EINVAL);
    }
    match size - position {
        rest if rest < 0 => Ok(0),
        rest => file_to_descriptor(target, source, position, count.min(rest)),
    }
}
