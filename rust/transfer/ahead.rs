//! Reading ahead: of a transfer, or because somebody asks for it.

use crate::kernel::advice;
use std::os::fd::BorrowedFd;

/// What one call reads on every device that has not been told to read less.
const STEP: i64 = 128 << 10;

/// Has the kernel begin to read a range that is not in the page cache. Nothing ends it before: who wants to be able
/// to stop asks for less at a time.
///
/// # Errors
///
/// As [`advice::will_need`].
pub fn read_ahead(file: BorrowedFd<'_>, position: i64, length: i64) -> nix::Result<()> {
    let mut done = 0;
    while done < length {
        let step = STEP.min(length - done);
        advice::will_need(file, position.saturating_add(done), step)?;
        done += step;
    }
    Ok(())
}
