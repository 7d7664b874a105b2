//! What a descriptor is open on, and how large that is: `fstat(2)`, `ioctl(BLKGETSIZE64)`, `ftruncate(2)`.

use nix::errno::Errno;
use nix::sys::stat::fstat;
use std::os::fd::{AsRawFd, BorrowedFd};

mod request {
    nix::ioctl_read!(
        /// The size of a block device in bytes.
        block_device_size,
        0x12,
        114,
        u64
    );
}

/// The size of a file or block device in bytes.
///
/// # Errors
///
/// Those of fstat(2) and ioctl(2).
pub fn size(file: BorrowedFd<'_>) -> nix::Result<i64> {
    let status = fstat(file)?;
    if status.st_mode & libc::S_IFMT != libc::S_IFBLK {
        return Ok(status.st_size);
    }
    let mut size = 0;
    // SAFETY: the descriptor is open on a block device, and the kernel writes one u64 (its `size_t`, on the
    // 64-bit systems that we are built for).
    unsafe { request::block_device_size(file.as_raw_fd(), &raw mut size) }?;
    i64::try_from(size).map_err(|_| Errno::EOVERFLOW)
}

/// The size of a regular file in bytes.
///
/// # Errors
///
/// `EINVAL` for every other kind of file; those of fstat(2).
pub fn regular_size(file: BorrowedFd<'_>) -> nix::Result<i64> {
    let status = fstat(file)?;
    if status.st_mode & libc::S_IFMT == libc::S_IFREG {
        Ok(status.st_size)
    } else {
        Err(Errno::EINVAL)
    }
}

/// Whether two descriptors are open on one file, by one name or several.
///
/// # Errors
///
/// Those of fstat(2).
pub fn is_same(one: BorrowedFd<'_>, other: BorrowedFd<'_>) -> nix::Result<bool> {
    let (one, other) = (fstat(one)?, fstat(other)?);
    Ok((one.st_dev, one.st_ino) == (other.st_dev, other.st_ino))
}

/// Sets the size of an open file.
///
/// # Errors
///
/// Those of ftruncate(2).
pub fn set_size(file: BorrowedFd<'_>, size: i64) -> nix::Result<()> {
    nix::unistd::ftruncate(file, size)
}
