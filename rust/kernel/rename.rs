//! `renameat2(RENAME_NOREPLACE)`: a new name that takes nobody else's.

use nix::errno::Errno;
use std::ffi::CStr;

/// Renames a file, unless the new name is taken. Both are absolute paths, or relative to the working directory.
///
/// # Errors
///
/// `EEXIST` (the name is taken), `EINVAL` (the filesystem cannot do this), `ENOSYS`, `EXDEV`, and those of
/// rename(2).
pub fn rename_without_replacing(from: &CStr, to: &CStr) -> nix::Result<()> {
    // nix and the C library have a function for it on glibc only.
    // SAFETY: both paths end with a NUL, and the kernel only reads them.
    let result = unsafe {
        libc::syscall(
            libc::SYS_renameat2,
            libc::AT_FDCWD,
            from.as_ptr(),
            libc::AT_FDCWD,
            to.as_ptr(),
            libc::RENAME_NOREPLACE,
        )
    };
    Errno::result(result).map(drop)
}
