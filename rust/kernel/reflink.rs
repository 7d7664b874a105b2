//! `ioctl(FICLONE)`: a file that shares all blocks of another, until one of the two is written to.

use std::os::fd::{AsRawFd, BorrowedFd};

mod request {
    nix::ioctl_write_int!(
        /// Makes the file share the blocks of the file whose descriptor is the argument.
        clone,
        0x94,
        9
    );
}

/// Makes `target` share all blocks of `source`. What the target held before in that range is gone; a longer target
/// keeps its end.
///
/// # Errors
///
/// `EOPNOTSUPP` or `ENOTTY` (the filesystem cannot: only Btrfs, XFS and a few others can), `EXDEV` (two
/// filesystems), `EINVAL` (not regular files, or files of different settings), `EBADF`, `ETXTBSY` (a swap file),
/// `EPERM` (the target may not change, or a seccomp filter), and those of the filesystem. See ioctl_ficlone(2).
pub fn reflink(target: BorrowedFd<'_>, source: BorrowedFd<'_>) -> nix::Result<()> {
    let source = source.as_raw_fd().unsigned_abs().into();
    // SAFETY: the argument is a descriptor's number, as this request wants, not a pointer.
    unsafe { request::clone(target.as_raw_fd(), source) }.map(drop)
}
