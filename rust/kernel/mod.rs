//! The kernel's facilities, one file each: typed and checked, without policy and without JNI.
//!
//! Every function names the system call it makes and returns [`nix::Result`], so that a caller sees the
//! plain `errno`. Nothing here retries on `EINTR`: whoever calls knows whether it still wants the result.

pub mod advice;
pub mod attributes;
pub mod clock;
pub mod copy_range;
pub mod ethtool;
pub mod file;
pub mod futex;
pub mod holes;
pub mod interruption;
pub mod lease;
pub mod memory;
pub mod memory_map;
pub mod paging;
pub mod performance_event;
pub mod pipe;
pub mod poll;
pub mod probe;
pub mod reflink;
pub mod rename;
pub mod residency;
pub mod sendfile;
pub mod socket;
pub mod splice;
pub mod thread_signal;
pub mod usage;
pub mod write_back;

use std::ffi::CStr;

/// The C library's text for an error number: strerror_r(3).
pub fn error_text(errno: i32) -> String {
    let mut text = [0; 256];
    // SAFETY: the buffer is as long as we say; strerror_r ends what it writes with a NUL.
    unsafe { libc::strerror_r(errno, text.as_mut_ptr(), text.len()) };
    // SAFETY: the last byte of the buffer is 0, whatever strerror_r did.
    unsafe { CStr::from_ptr(text.as_ptr()) }
        .to_string_lossy()
        .into_owned()
}
