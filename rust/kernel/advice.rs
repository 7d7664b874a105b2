//! `posix_fadvise(2)`: what of a file the page cache should get soon, or may give up.

use nix::errno::Errno;
use nix::fcntl::PosixFadviseAdvice;
use std::os::fd::BorrowedFd;

/// Has the kernel begin to read a range that is not in the page cache; does not wait for it. One call reads no more
/// than the device's `read_ahead_kb` or its largest request (mostly 128 KiB to 1 MiB), whatever the length.
///
/// # Errors
///
/// `EINVAL` (a negative range), `ESPIPE` (not a file). A range that cannot be read is no error: the read finds it.
pub fn will_need(file: BorrowedFd<'_>, position: i64, length: i64) -> nix::Result<()> {
    advise(
        file,
        position,
        length,
        PosixFadviseAdvice::POSIX_FADV_WILLNEED,
    )
}

/// Takes the whole pages of a range out of the page cache. Those stay that are dirty, mapped, or otherwise in use:
/// in the queue of a socket, say.
///
/// # Errors
///
/// As [`will_need`].
pub fn dont_need(file: BorrowedFd<'_>, position: i64, length: i64) -> nix::Result<()> {
    advise(
        file,
        position,
        length,
        PosixFadviseAdvice::POSIX_FADV_DONTNEED,
    )
}

/// In what order a file is going to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The kernel sees by itself.
    Unknown,
    /// From the start to the end: it reads twice as far ahead.
    Sequential,
    /// Here and there: it reads nothing ahead.
    Random,
}

/// Says in what order a file is going to be read. Linux remembers it for the open file, whatever the range.
///
/// # Errors
///
/// As [`will_need`].
pub fn expect(file: BorrowedFd<'_>, order: Order, position: i64, length: i64) -> nix::Result<()> {
    let advice = match order {
        Order::Unknown => PosixFadviseAdvice::POSIX_FADV_NORMAL,
        Order::Sequential => PosixFadviseAdvice::POSIX_FADV_SEQUENTIAL,
        Order::Random => PosixFadviseAdvice::POSIX_FADV_RANDOM,
    };
    advise(file, position, length, advice)
}

fn advise(
    file: BorrowedFd<'_>,
    position: i64,
    length: i64,
    advice: PosixFadviseAdvice,
) -> nix::Result<()> {
    // A length of 0 would mean "to the end".
    if position < 0 || length < 0 {
        return Err(Errno::EINVAL);
    }
    if length == 0 {
        return Ok(());
    }
    nix::fcntl::posix_fadvise(file, position, length, advice)
}
