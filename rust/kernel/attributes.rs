//! What belongs to a file beside its bytes: owner, group, mode, times, extended attributes.

use nix::errno::Errno;
use nix::sys::stat::{Mode, fchmod, fstat, futimens};
use nix::sys::time::TimeSpec;
use std::ffi::CStr;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;

/// The number of the user whose file it is.
///
/// # Errors
///
/// Those of fstat(2).
pub fn owner(file: BorrowedFd<'_>) -> nix::Result<libc::uid_t> {
    Ok(fstat(file)?.st_uid)
}

/// The number of the user as whom this process runs: geteuid(2).
pub fn user() -> libc::uid_t {
    // SAFETY: always succeeds.
    unsafe { libc::geteuid() }
}

/// Gives `target` the owner and the group of `source`: fchown(2).
///
/// # Errors
///
/// `EPERM` for a user without privileges, unless owner and group are his own; those of fstat(2) and fchown(2).
pub fn copy_owner(target: BorrowedFd<'_>, source: BorrowedFd<'_>) -> nix::Result<()> {
    let status = fstat(source)?;
    std::os::unix::fs::fchown(target, Some(status.st_uid), Some(status.st_gid))
        .map_err(|error| error.raw_os_error().map_or(Errno::EIO, Errno::from_raw))
}

/// Gives `target` the mode of `source`, the set-user-ID, set-group-ID and sticky bits included: fchmod(2).
///
/// # Errors
///
/// Those of fstat(2) and fchmod(2).
pub fn copy_mode(target: BorrowedFd<'_>, source: BorrowedFd<'_>) -> nix::Result<()> {
    fchmod(target, Mode::from_bits_truncate(fstat(source)?.st_mode))
}

/// Sets the times of the last access and the last modification: utimensat(2).
///
/// # Errors
///
/// Those of utimensat(2).
pub fn set_times(file: BorrowedFd<'_>, accessed: TimeSpec, modified: TimeSpec) -> nix::Result<()> {
    futimens(file, &accessed, &modified)
}

/// Gives `target` every extended attribute of `source` that can be read and set: access control lists are among
/// them. One that cannot is left out; the number of those is returned.
///
/// # Errors
///
/// Those of listxattr(2), such as `EOPNOTSUPP`: nothing was copied then.
pub fn copy_extended_attributes(
    target: BorrowedFd<'_>,
    source: BorrowedFd<'_>,
) -> nix::Result<usize> {
    // SAFETY: the buffer is as long as we say, and a null buffer of length 0 asks for the length.
    let names = filled(|buffer, length| unsafe {
        libc::flistxattr(source.as_raw_fd(), buffer.cast(), length)
    })?;
    let mut refused = 0;
    for name in names.split_inclusive(|byte| *byte == 0) {
        let name = CStr::from_bytes_with_nul(name).map_err(|_| Errno::EIO)?;
        if copy_extended_attribute(target, source, name).is_err() {
            refused += 1;
        }
    }
    Ok(refused)
}

fn copy_extended_attribute(
    target: BorrowedFd<'_>,
    source: BorrowedFd<'_>,
    name: &CStr,
) -> nix::Result<()> {
    // SAFETY: as in `copy_extended_attributes`; the name ends with a NUL.
    let value = filled(|buffer, length| unsafe {
        libc::fgetxattr(source.as_raw_fd(), name.as_ptr(), buffer.cast(), length)
    })?;
    // SAFETY: the value is as long as we say, and the name ends with a NUL.
    let result = unsafe {
        let value_start = value.as_ptr().cast();
        libc::fsetxattr(
            target.as_raw_fd(),
            name.as_ptr(),
            value_start,
            value.len(),
            0,
        )
    };
    Errno::result(result).map(drop)
}

/// What a call writes to a buffer of the right length, for which it is asked first. What grows in between is
/// asked for again.
fn filled(call: impl Fn(*mut u8, usize) -> isize) -> nix::Result<Vec<u8>> {
    loop {
        let length = Errno::result(call(ptr::null_mut(), 0))?.unsigned_abs();
        let mut buffer = vec![0; length];
        if length == 0 {
            return Ok(buffer);
        }
        match Errno::result(call(buffer.as_mut_ptr(), length)) {
            Ok(written) => {
                buffer.truncate(written.unsigned_abs());
                return Ok(buffer);
            }
            Err(Errno::ERANGE) => {}
            Err(errno) => return Err(errno),
        }
    }
}
