//! `copy_file_range(2)`: file to file inside the kernel, by sharing blocks where the filesystem can.

use std::os::fd::BorrowedFd;

/// Copies up to `count` bytes of `source` to `target`, from and to the offsets given, which advance by what was
/// copied. For an offset that is `None`, the file's own position serves and advances.
///
/// Returns the bytes copied: 0 at or past the end of the source, and also for a file that pretends to be empty
/// (in `/proc`) on kernels before 5.19; less than `count` whenever the filesystem likes, and never more than
/// 0x7ffff000.
///
/// # Errors
///
/// `EXDEV` (two filesystems, before 5.3 and from 5.19 on, unless both are of one kind that can), `EINVAL` (not
/// regular files, or one file and ranges that overlap), `EBADF` (also: the target is in append mode),
/// `EOVERFLOW` (an offset that no file can have), `EOPNOTSUPP`, `ETXTBSY` (a swap file), `EINTR` before the
/// first byte, and those of the two files. See copy_file_range(2).
pub fn copy_file_range(
    target: BorrowedFd<'_>,
    target_offset: Option<&mut i64>,
    source: BorrowedFd<'_>,
    source_offset: Option<&mut i64>,
    count: usize,
) -> nix::Result<usize> {
    nix::fcntl::copy_file_range(source, source_offset, target, target_offset, count)
}
