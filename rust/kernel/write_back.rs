//! `sync_file_range(2)`: writing the changed pages of a range to the device, and no others.

use super::file;
use nix::errno::Errno;
use nix::unistd::fdatasync;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Writes the changed pages of a range and waits until they are clean. This is no fsync(2): what finds them on the
/// device after a crash, and the device's own cache, are left as they are.
///
/// On overlayfs `sync_file_range` does nothing and says that all is well: there it is `fdatasync(2)`, of the whole
/// file.
///
/// # Errors
///
/// `EIO`, `ENOSPC`, `EDQUOT`: pages could not be written, now or earlier without anybody being told, and nobody who
/// uses this descriptor will be told again; `EINVAL` (a negative range), `ESPIPE` (neither a file nor a block device).
pub fn write_back(file: BorrowedFd<'_>, position: i64, length: i64) -> nix::Result<()> {
    if position < 0 || length < 0 {
        return Err(Errno::EINVAL);
    }
    // To the kernel a length of 0 is "to the end".
    if length == 0 {
        return Ok(());
    }
    if file::is_on_overlay(file)? {
        return fdatasync(file);
    }
    let flags = libc::SYNC_FILE_RANGE_WAIT_BEFORE
        | libc::SYNC_FILE_RANGE_WRITE
        | libc::SYNC_FILE_RANGE_WAIT_AFTER;
    // SAFETY: takes numbers, and accesses no memory of ours.
    let result = unsafe { libc::sync_file_range(file.as_raw_fd(), position, length, flags) };
    Errno::result(result).map(drop)
}
