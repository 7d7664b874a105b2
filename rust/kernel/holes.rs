//! `lseek(SEEK_DATA)` and `lseek(SEEK_HOLE)`: where a sparse file holds data, and where it holds nothing.
//!
//! A filesystem that does not know says that all is data. Both move the file's own position.

use nix::unistd::{Whence, lseek};
use std::os::fd::BorrowedFd;

/// Where the first data at or after `position` begins.
///
/// # Errors
///
/// `ENXIO` (no data from there on, or the file ends before), `EINVAL` (a file that cannot say), and those of
/// lseek(2).
pub fn next_data(file: BorrowedFd<'_>, position: i64) -> nix::Result<i64> {
    lseek(file, position, Whence::SeekData)
}

/// Where the first hole at or after `position` begins: at the latest at the end of the file.
///
/// # Errors
///
/// As [`next_data`], but `ENXIO` only at or past the end of the file.
pub fn next_hole(file: BorrowedFd<'_>, position: i64) -> nix::Result<i64> {
    lseek(file, position, Whence::SeekHole)
}
