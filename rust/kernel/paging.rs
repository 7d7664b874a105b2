//! `madvise(2)`, `mlock(2)`: what of a mapping is in memory, and how it gets there and leaves.
//!
//! All take whole mapped pages. None changes what the pages hold.

use libc::c_void;
use nix::errno::Errno;
use nix::sys::mman::{MmapAdvise, madvise, mlock, munlock};
use nix::sys::resource::{RLIM_INFINITY, Resource, getrlimit};
use std::ptr::NonNull;

/// How a range will be used: what madvise(2) calls advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    /// `MADV_NORMAL`: nothing particular.
    Normal,
    /// `MADV_SEQUENTIAL`: from its start to its end.
    Sequential,
    /// `MADV_RANDOM`: here and there; the kernel reads nothing ahead.
    Random,
    /// `MADV_WILLNEED`: soon; the kernel begins to read.
    WillNeed,
    /// `MADV_HUGEPAGE`: huge pages, please.
    HugePages,
    /// `MADV_NOHUGEPAGE`: no huge pages, please.
    NoHugePages,
    /// `MADV_DONTDUMP`: not to be in core dumps.
    DontDump,
    /// `MADV_PAGEOUT`: not for now. Dirty pages may stay: write them back first. Linux 5.4.
    PageOut,
}

impl From<Advice> for MmapAdvise {
    fn from(advice: Advice) -> MmapAdvise {
        match advice {
            Advice::Normal => MmapAdvise::MADV_NORMAL,
            Advice::Sequential => MmapAdvise::MADV_SEQUENTIAL,
            Advice::Random => MmapAdvise::MADV_RANDOM,
            Advice::WillNeed => MmapAdvise::MADV_WILLNEED,
            Advice::HugePages => MmapAdvise::MADV_HUGEPAGE,
            Advice::NoHugePages => MmapAdvise::MADV_NOHUGEPAGE,
            Advice::DontDump => MmapAdvise::MADV_DONTDUMP,
            Advice::PageOut => MmapAdvise::MADV_PAGEOUT,
        }
    }
}

fn pointer(start: usize) -> nix::Result<NonNull<c_void>> {
    NonNull::new(start as *mut c_void).ok_or(Errno::EINVAL)
}

/// Tells the kernel how a range will be used.
///
/// # Errors
///
/// `EINVAL` where the kernel, or the kind of mapping, lacks it; `ENOMEM` if the process has no areas left
/// (vm.max_map_count), since neighbours with different advice are different areas.
///
/// # Safety
///
/// The range is page-aligned and mapped.
pub unsafe fn advise(start: usize, length: usize, advice: Advice) -> nix::Result<()> {
    // SAFETY: the caller's promise; none of our kinds of advice changes what the memory holds.
    unsafe { madvise(pointer(start)?, length, advice.into()) }
}

/// Accesses the page at `address`, so that it is in memory and in the page tables afterwards.
///
/// # Safety
///
/// `address` is mapped to be read, and a SIGBUS there has an answer.
pub unsafe fn touch(address: usize) {
    // SAFETY: the caller's promise. What is read is not used: whoever writes it meanwhile does no harm.
    unsafe { (address as *const u8).read_volatile() };
}

/// Brings a range into memory and keeps it there.
///
/// # Errors
///
/// `ENOMEM` and `EPERM` past the limit (see [`lock_limit`]); `ENOMEM` also where a page cannot be had, and without
/// areas; `EAGAIN`. Part of the range may be locked then: `munlock` it.
///
/// # Safety
///
/// The range is page-aligned and mapped.
pub unsafe fn lock(start: usize, length: usize) -> nix::Result<()> {
    // SAFETY: the caller's promise; locking changes no memory.
    unsafe { mlock(pointer(start)?, length) }
}

/// Ends what [`lock`] began. Locks do not nest.
///
/// # Errors
///
/// `ENOMEM` without areas.
///
/// # Safety
///
/// The range is page-aligned and mapped.
pub unsafe fn unlock(start: usize, length: usize) -> nix::Result<()> {
    // SAFETY: the caller's promise; unlocking changes no memory.
    unsafe { munlock(pointer(start)?, length) }
}

/// How many bytes this process may lock: `RLIMIT_MEMLOCK`; `None` for any number. A process with `CAP_IPC_LOCK` may lock
/// more.
///
/// # Errors
///
/// Those of getrlimit(2).
pub fn lock_limit() -> nix::Result<Option<u64>> {
    let (soft, _) = getrlimit(Resource::RLIMIT_MEMLOCK)?;
    Ok((soft != RLIM_INFINITY).then_some(soft))
}
