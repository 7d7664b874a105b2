//! What a descriptor is open on, and how large that is: `fstat(2)`, `fstatfs(2)`, `ioctl(BLKGETSIZE64)`,
//! `ftruncate(2)`, `fallocate(2)`.

use super::memory::page_size;
use nix::errno::Errno;
use nix::fcntl::FallocateFlags;
use nix::sys::stat::{FileStat, fstat, stat};
use nix::sys::statfs::{HUGETLBFS_MAGIC, OVERLAYFS_SUPER_MAGIC, fstatfs};
use std::ffi::CStr;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::path::Path;

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
    size_of(file, &fstat(file)?)
}

fn size_of(file: BorrowedFd<'_>, status: &FileStat) -> nix::Result<i64> {
    if status.st_mode & libc::S_IFMT != libc::S_IFBLK {
        return Ok(status.st_size);
    }
    let mut size = 0;
    // SAFETY: the descriptor is open on a block device, and the kernel writes one u64 (its `size_t`, on the
    // 64-bit systems that we are built for).
    unsafe { request::block_device_size(file.as_raw_fd(), &raw mut size) }?;
    i64::try_from(size).map_err(|_| Errno::EOVERFLOW)
}

/// Which file it is, whatever its name: its device and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity(libc::dev_t, libc::ino_t);

impl Identity {
    fn of(status: &FileStat) -> Identity {
        Identity(status.st_dev, status.st_ino)
    }
}

/// What has to be known of a file before it is mapped.
#[derive(Clone, Copy, Debug)]
pub struct Mappable {
    /// Bytes.
    pub size: i64,
    /// Which file it is.
    pub identity: Identity,
    /// The user whom it belongs to.
    pub owner: libc::uid_t,
    /// Bytes of the pages that its mappings consist of.
    pub page: usize,
}

/// Looks at a file that is to be mapped.
///
/// # Errors
///
/// Those of fstat(2), fstatfs(2) and ioctl(2).
pub fn mappable(file: BorrowedFd<'_>) -> nix::Result<Mappable> {
    let status = fstat(file)?;
    let mut page = page_size();
    // On hugetlbfs a block is a page. Other filesystems may have large blocks, too, but they are rare: this costs
    // nothing otherwise.
    let block = usize::try_from(status.st_blksize).unwrap_or(page);
    if block > page && fstatfs(file)?.filesystem_type() == HUGETLBFS_MAGIC {
        page = block;
    }
    Ok(Mappable {
        size: size_of(file, &status)?,
        identity: Identity::of(&status),
        owner: status.st_uid,
        page,
    })
}

/// The size of what a path leads to, if that is this file; else `None`: it was renamed, deleted or replaced, or has no
/// size of its own, like a device.
pub fn size_at(path: &CStr, identity: Identity) -> Option<i64> {
    let status = stat(path).ok()?;
    let regular = status.st_mode & libc::S_IFMT == libc::S_IFREG;
    (regular && Identity::of(&status) == identity).then_some(status.st_size)
}

/// The size of the regular file that a path leads to, whichever that is; else `None`.
pub fn size_by_name(path: &Path) -> Option<i64> {
    let status = stat(path).ok()?;
    let regular = status.st_mode & libc::S_IFMT == libc::S_IFREG;
    regular.then_some(status.st_size)
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

/// The size in bytes of what the page cache can hold pages of: a regular file or a block device.
///
/// # Errors
///
/// `EISDIR` for a directory, `ESPIPE` for all else; those of fstat(2) and ioctl(2).
pub fn cacheable_size(file: BorrowedFd<'_>) -> nix::Result<i64> {
    let status = fstat(file)?;
    match status.st_mode & libc::S_IFMT {
        libc::S_IFREG | libc::S_IFBLK => size_of(file, &status),
        libc::S_IFDIR => Err(Errno::EISDIR),
        _ => Err(Errno::ESPIPE),
    }
}

/// Whether a file is seen through overlayfs, as mostly in containers: its pages are those of another file below, and
/// some system calls look for them in the wrong place.
///
/// # Errors
///
/// Those of fstatfs(2).
pub fn is_on_overlay(file: BorrowedFd<'_>) -> nix::Result<bool> {
    Ok(fstatfs(file)?.filesystem_type() == OVERLAYFS_SUPER_MAGIC)
}

/// Whether two descriptors are open on one file, by one name or several.
///
/// # Errors
///
/// Those of fstat(2).
pub fn is_same(one: BorrowedFd<'_>, other: BorrowedFd<'_>) -> nix::Result<bool> {
    Ok(Identity::of(&fstat(one)?) == Identity::of(&fstat(other)?))
}

/// Sets the size of an open file.
///
/// # Errors
///
/// Those of ftruncate(2).
pub fn set_size(file: BorrowedFd<'_>, size: i64) -> nix::Result<()> {
    nix::unistd::ftruncate(file, size)
}

/// Sees to it that the filesystem has room for a range of a file, which becomes longer if it ends before. What the
/// file holds stays; what is new is zeros.
///
/// # Errors
///
/// `ENOSPC`, `EDQUOT` (no room), `EFBIG`, `EOPNOTSUPP` (the filesystem cannot), `EINTR`, and others of fallocate(2). The
/// file may be longer then, by as much as there was: so it is on ext4.
pub fn allocate(file: BorrowedFd<'_>, position: i64, length: i64) -> nix::Result<()> {
    nix::fcntl::fallocate(file, FallocateFlags::empty(), position, length)
}
