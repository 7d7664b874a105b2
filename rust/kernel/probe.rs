//! What this kernel, container and seccomp filter let us do: each facility is tried once, for real.

use super::{copy_range, memory, residency, sendfile};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::memfd::{MFdFlags, memfd_create};
use std::num::NonZeroUsize;
use std::os::fd::AsFd;

/// A kernel facility that FerroNIO builds on, with a trial of it.
pub struct Facility {
    /// The name by which `Capabilities` and `doctor` list it.
    pub name: &'static str,
    /// Tries it on files and memory of its own; the error says why it cannot be had.
    pub trial: fn() -> nix::Result<()>,
}

/// Every facility, in the order in which they are listed.
pub const FACILITIES: &[Facility] = &[
    Facility {
        name: "sendfile64",
        trial: try_sendfile,
    },
    Facility {
        name: "copy_file_range",
        trial: try_copy_file_range,
    },
    Facility {
        name: "sealed memfd",
        trial: memory::prepare_empty_file,
    },
    Facility {
        name: "MADV_POPULATE_READ",
        trial: try_populate_read,
    },
    Facility {
        name: "cachestat",
        trial: try_cachestat,
    },
];

fn scratch_file() -> nix::Result<std::os::fd::OwnedFd> {
    let file = memfd_create(c"ferronio-probe", MFdFlags::MFD_CLOEXEC)?;
    nix::unistd::write(&file, b"ferronio")?;
    Ok(file)
}

fn try_sendfile() -> nix::Result<()> {
    let (_reader, writer) = nix::unistd::pipe2(OFlag::O_CLOEXEC)?;
    match sendfile::sendfile(writer.as_fd(), scratch_file()?.as_fd(), 0, 8)? {
        8 => Ok(()),
        _ => Err(Errno::EIO),
    }
}

fn try_copy_file_range() -> nix::Result<()> {
    let target = memfd_create(c"ferronio-probe", MFdFlags::MFD_CLOEXEC)?;
    let source = scratch_file()?;
    let mut start = 0;
    match copy_range::copy_file_range(target.as_fd(), None, source.as_fd(), Some(&mut start), 8)? {
        8 => Ok(()),
        _ => Err(Errno::EIO),
    }
}

fn try_populate_read() -> nix::Result<()> {
    let file = scratch_file()?;
    let length = NonZeroUsize::new(8).expect("8 is not 0");
    let map = memory::map_file(file.as_fd(), memory::MapMode::ReadOnly, 0, length)?;
    // SAFETY: a fresh mapping starts on a page, and is alive until the end of this function.
    unsafe { memory::populate_read(map.as_ptr().addr(), memory::page_size()) }
}

fn try_cachestat() -> nix::Result<()> {
    match residency::cached(scratch_file()?.as_fd(), 0, 8)?.resident {
        1 => Ok(()),
        _ => Err(Errno::EIO),
    }
}
