//! `pipe2(2)`, `F_SETPIPE_SZ` and `FIONREAD`: a buffer in the kernel.

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

mod request {
    nix::ioctl_read_bad!(
        /// Bytes that can be read.
        readable,
        libc::FIONREAD,
        libc::c_int
    );
}

/// The two ends of a pipe. Splicing says call by call whether to wait; read(2) of an empty pipe waits.
#[derive(Debug)]
pub struct Pipe {
    /// The end to read from.
    pub read: OwnedFd,
    /// The end to write to.
    pub write: OwnedFd,
}

impl Pipe {
    /// Makes a pipe that holds `bytes`, or as much as the kernel allows this user: an unprivileged user whose pipes
    /// hold `pipe-user-pages-soft` pages together gets no larger ones.
    ///
    /// # Errors
    ///
    /// `EMFILE` and `ENFILE`: no descriptors left.
    pub fn open(bytes: i32) -> nix::Result<Pipe> {
        let (read, write) = nix::unistd::pipe2(OFlag::O_CLOEXEC)?;
        // Refused (EPERM): the pipe is as good, only smaller.
        let _ = fcntl(write.as_fd(), FcntlArg::F_SETPIPE_SZ(bytes));
        Ok(Pipe { read, write })
    }

    /// How many bytes it holds at most.
    ///
    /// # Errors
    ///
    /// Those of fcntl(2).
    pub fn capacity(&self) -> nix::Result<i32> {
        fcntl(self.write.as_fd(), FcntlArg::F_GETPIPE_SZ)
    }
}

/// The bytes that a pipe holds, asked at either end.
///
/// # Errors
///
/// `ENOTTY`: nothing that can be asked.
pub fn held(pipe: BorrowedFd<'_>) -> nix::Result<usize> {
    let mut bytes = 0;
    // SAFETY: the kernel writes one int.
    unsafe { request::readable(pipe.as_raw_fd(), &raw mut bytes) }?;
    usize::try_from(bytes).map_err(|_| Errno::EIO)
}
