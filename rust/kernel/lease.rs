//! File leases: `fcntl(F_SETLEASE)`, and which thread is told when somebody wants the file: `F_SETSIG`,
//! `F_SETOWN_EX`. See fcntl(2), "Leases".

use super::file::regular_size;
use super::thread_signal::ThreadSignal;
use libc::{F_GETLEASE, F_RDLCK, F_SETLEASE, F_SETOWN, F_UNLCK, F_WRLCK, c_int};
use nix::errno::Errno;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::unistd::Pid;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

// What the libc crate has not: asm-generic/fcntl.h, which x86-64 and AArch64 use.
const F_SETSIG: c_int = 10;
const F_SETOWN_EX: c_int = 15;
const F_OWNER_TID: c_int = 0;

/// `struct f_owner_ex` of fcntl(2).
#[repr(C)]
struct Owner {
    kind: c_int,
    pid: libc::pid_t,
}

/// What a lease is broken by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Lease {
    /// Opening for writing, and truncation.
    Read = F_RDLCK,
    /// Every opening, and truncation.
    Write = F_WRLCK,
}

/// Takes a lease; `signal` tells `thread` as soon as somebody wants the file. The owner and the signal belong to the
/// open file: where the kernel refuses the lease, they are taken back.
///
/// # Errors
///
/// `EINVAL` (no regular file, or one of a filesystem without leases), `EBUSY` (there is a lease on this open file),
/// `EAGAIN` (somebody has the file open who would have to be waited for), `EACCES` (another user's file, and no
/// `CAP_LEASE`).
pub fn take(
    file: BorrowedFd<'_>,
    lease: Lease,
    thread: Pid,
    signal: ThreadSignal,
) -> nix::Result<()> {
    regular_size(file)?;
    if command(file, F_GETLEASE, 0)? != F_UNLCK {
        return Err(Errno::EBUSY);
    }
    // Both before the lease: the default is SIGIO for the process, and that would end it.
    set_owner(file, thread)?;
    command(file, F_SETSIG, signal.number())
        .and_then(|_| command(file, F_SETLEASE, lease as c_int))
        .map(drop)
        .inspect_err(|_| {
            let _ = command(file, F_SETSIG, 0);
            let _ = command(file, F_SETOWN, 0);
        })
}

/// Whether there is the lease, and nobody wants the file: as soon as somebody does, the kernel tells what the lease
/// has to become.
///
/// # Errors
///
/// `EBADF`.
pub fn is_whole(file: BorrowedFd<'_>, lease: Lease) -> nix::Result<bool> {
    Ok(command(file, F_GETLEASE, 0)? == lease as c_int)
}

/// Gives a lease back: who waits for the file goes on. The kernel forgets owner and signal with it.
///
/// # Errors
///
/// `EAGAIN` where there is none any more: the kernel has not waited longer.
pub fn give_back(file: BorrowedFd<'_>) -> nix::Result<()> {
    command(file, F_SETLEASE, F_UNLCK).map(drop)
}

/// Takes a lease on a file of its own, which nobody else can open, and gives it back.
///
/// # Errors
///
/// Why there are no leases: `EINVAL` of a kernel without them, or what a seccomp filter says.
pub fn trial() -> nix::Result<()> {
    let file = memfd_create(c"ferronio-lease", MFdFlags::MFD_CLOEXEC)?;
    // Not one for writing: the kernel does not count that a memfd is open for it, and misses itself.
    command(file.as_fd(), F_SETLEASE, F_RDLCK)?;
    give_back(file.as_fd())
}

fn set_owner(file: BorrowedFd<'_>, thread: Pid) -> nix::Result<()> {
    let owner = Owner {
        kind: F_OWNER_TID,
        pid: thread.as_raw(),
    };
    // SAFETY: the descriptor is open, and the kernel reads a struct of this layout.
    Errno::result(unsafe { libc::fcntl(file.as_raw_fd(), F_SETOWN_EX, &raw const owner) }).map(drop)
}

/// For the commands whose argument is an int.
fn command(file: BorrowedFd<'_>, command: c_int, argument: c_int) -> nix::Result<c_int> {
    // SAFETY: the descriptor is open; these commands read and write no memory.
    Errno::result(unsafe { libc::fcntl(file.as_raw_fd(), command, argument) })
}
