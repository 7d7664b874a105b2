//! What is in memory: of a file `cachestat(2)` (Linux 6.5) says it, of a range of addresses `mincore(2)`.
//!
//! Neither tells everybody: whoever may not write to a file, and does not own it, is not to learn what others read of
//! it. `cachestat` then says `EPERM` (since Linux 6.14 and the stable kernels of that time), `mincore` claims that all
//! is there (since 5.2): see [`is_told`].

use super::file;
use super::memory::{page_floor, page_size, unmap};
use libc::{c_long, c_uchar, c_uint, c_void};
use nix::errno::Errno;
use nix::sys::mman::{MapFlags, ProtFlags, mmap};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::os::fd::{AsRawFd, BorrowedFd};

/// The C library has no function for it yet. Its number on x86-64, AArch64 and nearly all others.
const CACHESTAT: c_long = 451;

/// `struct cachestat_range` of linux/mman.h.
#[repr(C)]
struct CacheRange {
    offset: u64,
    length: u64,
}

/// `struct cachestat` of linux/mman.h.
#[repr(C)]
#[derive(Default)]
struct CacheStatistics {
    cached: u64,
    dirty: u64,
    writeback: u64,
    evicted: u64,
    recently_evicted: u64,
}

/// What of a range is in the page cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cached {
    /// Pages, those included that are still being read, or of which only a part was written.
    pub resident: u64,
    /// Pages of these that were changed, and are not yet being written.
    pub dirty: u64,
}

/// Counts the pages of a file's range that are in the page cache: `cachestat(2)`. Nothing is mapped or read.
///
/// # Errors
///
/// `ENOSYS` (before Linux 6.5), `EPERM` (the kernel does not tell this user, or a seccomp filter does not let it),
/// `EOPNOTSUPP` (hugetlbfs, overlayfs), `EINVAL` (a negative range).
pub fn cached(file: BorrowedFd<'_>, position: i64, length: i64) -> nix::Result<Cached> {
    let range = CacheRange {
        offset: u64::try_from(position).map_err(|_| Errno::EINVAL)?,
        length: u64::try_from(length).map_err(|_| Errno::EINVAL)?,
    };
    // To the kernel a length of 0 is "to the end".
    if length == 0 {
        return Ok(Cached::default());
    }
    let mut found = CacheStatistics::default();
    let no_flags: c_uint = 0;
    // SAFETY: the kernel reads the one structure and writes the other, which are laid out as it lays them out.
    let result = unsafe {
        libc::syscall(
            CACHESTAT,
            file.as_raw_fd(),
            &raw const range,
            &raw mut found,
            no_flags,
        )
    };
    Errno::result(result)?;
    // The pages of overlayfs are the files' below, where cachestat(2) does not look.
    if found.cached == 0 && file::is_on_overlay(file)? {
        return Err(Errno::EOPNOTSUPP);
    }
    Ok(Cached {
        resident: found.cached,
        dirty: found.dirty,
    })
}

/// Counts the pages that hold `length` bytes from `start`, and that an access would find in memory: `mincore(2)`. Of a
/// mapped file that is what is in the page cache, whether this process has touched it or not. If the kernel does not
/// tell this user, it is all of them: see [`is_told`].
///
/// # Errors
///
/// `ENOMEM` where nothing is mapped, `EAGAIN` where the kernel is short of memory, `EINVAL` for what is no range.
pub fn resident(start: usize, length: usize) -> nix::Result<u64> {
    /// One byte is the answer for one page; they stay on the stack.
    const PAGES_AT_ONCE: usize = 16 << 10;
    let mut states: [c_uchar; PAGES_AT_ONCE] = [0; PAGES_AT_ONCE];
    let page = page_size();
    let end = start.checked_add(length).ok_or(Errno::EINVAL)?;
    let mut from = page_floor(start, page);
    let mut resident = 0;
    while length > 0 && from < end {
        let part = (end - from).min(PAGES_AT_ONCE * page);
        // SAFETY: writes one byte for each page, of which there are no more than bytes; whatever is at the addresses is
        // not accessed.
        let result = unsafe { libc::mincore(from as *mut c_void, part, states.as_mut_ptr()) };
        Errno::result(result)?;
        let states = &states[..part.div_ceil(page)];
        resident += states.iter().filter(|&&state| state & 1 == 1).count() as u64;
        from += part;
    }
    Ok(resident)
}

/// As [`resident`], of a file's range, by mapping it for as long as it takes. The range may end behind the file.
///
/// # Errors
///
/// Those of [`resident`]; those of mmap(2), `EACCES` for a file that is not open for reading among them.
pub fn resident_of_file(file: BorrowedFd<'_>, position: i64, length: i64) -> nix::Result<u64> {
    if length == 0 {
        return Ok(0);
    }
    let view = View::of(file, position, length)?;
    resident(view.0.start, view.0.len())
}

/// Whether `mincore(2)` tells this user what of a file is in memory. Found out by asking for a page far behind its end:
/// if that is there, all is claimed to be.
///
/// # Errors
///
/// `EOPNOTSUPP` on hugetlbfs, where `mincore` knows only of pages that the same mapping has touched; those of
/// [`resident_of_file`].
pub fn is_told(file: BorrowedFd<'_>) -> nix::Result<bool> {
    /// Behind the end: more than a large page that holds the end.
    const BEHIND: i64 = 1 << 30;
    let file::Mappable { size, page, .. } = file::mappable(file)?;
    if page != page_size() {
        return Err(Errno::EOPNOTSUPP);
    }
    let nowhere = size.checked_add(BEHIND).ok_or(Errno::EOVERFLOW)?;
    Ok(resident_of_file(file, nowhere, 1)? == 0)
}

/// Whether `mincore(2)` surely tells this user of files that belong to `owner`. It may tell of others, too: of those that
/// the user may write to.
pub fn is_told_of_files_of(owner: libc::uid_t) -> bool {
    /// Stands for users whom the user namespace does not know (proc(5), `overflowuid`): over their files even its root
    /// has no power.
    const NOBODY_KNOWN: libc::uid_t = 65534;
    let user = nix::unistd::geteuid();
    user.as_raw() == owner || user.is_root() && owner != NOBODY_KNOWN
}

/// A file's range, mapped so that nobody can access it: not even `mlockall(2)` brings such pages into memory.
struct View(Range<usize>);

impl View {
    fn of(file: BorrowedFd<'_>, position: i64, length: i64) -> nix::Result<View> {
        let end = position.checked_add(length).ok_or(Errno::EOVERFLOW)?;
        if position < 0 || length <= 0 {
            return Err(Errno::EINVAL);
        }
        let start = position - position % page_size() as i64;
        let length = usize::try_from(end - start).map_err(|_| Errno::EOVERFLOW)?;
        let length = length
            .checked_next_multiple_of(page_size())
            .and_then(NonZeroUsize::new)
            .ok_or(Errno::EOVERFLOW)?;
        let flags = MapFlags::MAP_SHARED | MapFlags::MAP_NORESERVE;
        // SAFETY: fresh addresses, which nobody accesses.
        let view = unsafe { mmap(None, length, ProtFlags::PROT_NONE, flags, file, start) }?;
        let address = view.addr().get();
        Ok(View(address..address + length.get()))
    }
}

impl Drop for View {
    fn drop(&mut self) {
        // SAFETY: made by `View::of`, and nobody else knows of it. It can fail only at the kernel's limit of mappings,
        // and only if it was joined to a neighbour: then addresses are lost, and no memory.
        let _ = unsafe { unmap(self.0.start, self.0.len()) };
    }
}
