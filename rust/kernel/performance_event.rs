//! Counting what one thread does: `perf_event_open(2)` on a tracepoint of the kernel's, whose number tracefs knows.
//!
//! For what `getrusage(2)` counts anyway, and tells everybody, see [`usage`](super::usage).

use libc::{c_int, c_ulong};
use nix::errno::Errno;
use nix::unistd;
use std::fs;
use std::os::fd::{AsFd, FromRawFd, OwnedFd, RawFd};

/// Passed at the entry of every system call.
pub const SYSTEM_CALL: &str = "raw_syscalls/sys_enter";

/// Where tracefs is mounted; the second place is that of kernels before 4.1, and of debugfs.
const TRACEFS: [&str; 2] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];

// linux/perf_event.h, which the libc crate has not.
const PERF_TYPE_TRACEPOINT: u32 = 2;
const PERF_FLAG_FD_CLOEXEC: c_ulong = 1 << 3;

/// `struct perf_event_attr` as it was at first, `PERF_ATTR_SIZE_VER0`: every kernel takes it, and has 0 for the rest.
#[repr(C)]
#[derive(Default)]
struct Attributes {
    kind: u32,
    size: u32,
    config: u64,
    sample_period: u64,
    sample_type: u64,
    read_format: u64,
    flags: u64,
    wakeup_events: u32,
    breakpoint_kind: u32,
    breakpoint_address: u64,
}

const _: () = assert!(size_of::<Attributes>() == 64);

/// The number of a tracepoint, such as [`SYSTEM_CALL`].
///
/// # Errors
///
/// `EACCES` (only root may look into tracefs, unless it was mounted for others, too), `ENOENT` (tracefs is not mounted,
/// or this kernel has no such tracepoint), `EINVAL` (there is no number).
pub fn tracepoint(name: &str) -> nix::Result<u64> {
    let read = |root| fs::read_to_string(format!("{root}/events/{name}/id"));
    let text = read(TRACEFS[0]).or_else(|first| read(TRACEFS[1]).map_err(|_| first));
    let text = text.map_err(|error| error.raw_os_error().map_or(Errno::EIO, Errno::from_raw))?;
    text.trim().parse().map_err(|_| Errno::EINVAL)
}

/// How often one thread has passed a tracepoint since this was made. Counting costs that thread, and in the case of
/// [`SYSTEM_CALL`] every thread of the machine, some time at each system call.
#[derive(Debug)]
pub struct Counter(OwnedFd);

impl Counter {
    /// Counts for the calling thread, from now until it is dropped.
    ///
    /// # Errors
    ///
    /// `EACCES` (`/proc/sys/kernel/perf_event_paranoid` is above 1, and this user has no `CAP_PERFMON`), `EPERM` (also a
    /// seccomp filter), `ENOSYS` (a kernel without it), `EINVAL` (there is no such tracepoint), `EMFILE`.
    pub fn of_this_thread(tracepoint: u64) -> nix::Result<Counter> {
        let attributes = Attributes {
            kind: PERF_TYPE_TRACEPOINT,
            size: size_of::<Attributes>() as u32,
            config: tracepoint,
            ..Attributes::default()
        };
        let (this_thread, any_processor, no_group): (c_int, c_int, c_int) = (0, -1, -1);
        // SAFETY: the kernel reads `size` bytes of the structure, which it has.
        let result = unsafe {
            libc::syscall(
                libc::SYS_perf_event_open,
                &raw const attributes,
                this_thread,
                any_processor,
                no_group,
                PERF_FLAG_FD_CLOEXEC,
            )
        };
        let descriptor = Errno::result(result)? as RawFd;
        // SAFETY: the kernel has just made it, for us.
        Ok(Counter(unsafe { OwnedFd::from_raw_fd(descriptor) }))
    }

    /// The count so far, by one `read(2)`: which is counted, too, if the thread itself calls it.
    ///
    /// # Errors
    ///
    /// `EIO` if the kernel gives no number.
    pub fn read(&self) -> nix::Result<u64> {
        read(&self.0)
    }
}

impl From<Counter> for OwnedFd {
    fn from(counter: Counter) -> OwnedFd {
        counter.0
    }
}

/// As [`Counter::read`], of a counter that somebody else holds.
///
/// # Errors
///
/// As [`Counter::read`].
pub fn read(counter: impl AsFd) -> nix::Result<u64> {
    let mut count = [0; 8];
    match unistd::read(counter, &mut count)? {
        8 => Ok(u64::from_ne_bytes(count)),
        _ => Err(Errno::EIO),
    }
}
