//! Moves bytes between two descriptors: what one native call does, as a rule one system call or two.
//!
//! Which pairs of channels take which route is decided in Java, where the kinds of channels are known, and so is
//! what a refusal of the kernel's leads to: see `TransferTable`.
//!
//! * [`ahead`]: reading ahead.
//! * [`mod@file`]: from a file, to a socket, a pipe or another file.
//! * [`stream`]: from a socket or pipe to a file, and through a pipe to anything.
//! * [`pipes`]: the pipes that pages pass through.
//! * [`queue`]: what has been written to a socket or pipe, and waits there.

pub mod ahead;
pub mod file;
pub mod pipes;
pub mod queue;
pub mod stream;

use nix::errno::Errno;

/// The most bytes that Linux moves in one call (`MAX_RW_COUNT`), also the JDK's limit a call.
const MOST_PER_CALL: usize = 0x7fff_f000;

/// A count of Java's as one of the kernel's.
///
/// # Errors
///
/// `EINVAL` if it is negative.
pub fn checked_count(count: i64) -> nix::Result<usize> {
    let count = usize::try_from(count).map_err(|_| Errno::EINVAL)?;
    Ok(count.min(MOST_PER_CALL))
}
