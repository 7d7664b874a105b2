//! `mmap(2)` and its relatives: mapping files, replacing pages in place, writing back, loading.
//!
//! The `replace_*` functions, `duplicate`, `unmap`, `state_of`, `is_dead` and `page_floor` are async-signal-safe: the guard's SIGBUS handler
//! calls them. They make bare system calls, allocate nothing and take no lock ([`replace_with_empty`] once
//! [`prepare_empty_file`] has made its file).

use libc::c_void;
use memmap2::{MmapOptions, MmapRaw};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, MmapAdvise, MsFlags, ProtFlags, mmap_anonymous, mprotect};
use once_cell::sync::{Lazy, OnceCell};
use std::ffi::CStr;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::ptr::NonNull;

/// What `java.nio.channels.FileChannel.MapMode` calls its modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MapMode {
    /// `PROT_READ`, `MAP_SHARED`.
    ReadOnly,
    /// `PROT_READ | PROT_WRITE`, `MAP_SHARED`.
    ReadWrite,
    /// `PROT_READ | PROT_WRITE`, `MAP_PRIVATE`: copy on write.
    Private,
}

static PAGE_SIZE: Lazy<usize> = Lazy::new(|| {
    // SAFETY: sysconf(3) has no preconditions.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).expect("sysconf(_SC_PAGESIZE) is positive")
});

/// The size of a page in bytes, a power of two.
pub fn page_size() -> usize {
    *PAGE_SIZE
}

/// The start of the page that holds `address`. Async-signal-safe.
pub const fn page_floor(address: usize, page: usize) -> usize {
    address & !(page - 1)
}

/// Maps `length` bytes of `file` from `position`, which need not be aligned.
///
/// The owner of the result decides when the addresses are given back: dropping it is `munmap(2)`.
pub fn map_file(
    file: BorrowedFd<'_>,
    mode: MapMode,
    position: u64,
    length: NonZeroUsize,
) -> nix::Result<MmapRaw> {
    map_file_by(&MmapOptions::new(), file, mode, position, length)
}

/// As [`map_file`], for much more than will ever be used: no swap space is set aside for a private mapping, which may so
/// be larger than the memory (`MAP_NORESERVE`).
pub fn map_file_sparsely(
    file: BorrowedFd<'_>,
    mode: MapMode,
    position: u64,
    length: NonZeroUsize,
) -> nix::Result<MmapRaw> {
    map_file_by(
        MmapOptions::new().no_reserve_swap(),
        file,
        mode,
        position,
        length,
    )
}

fn map_file_by(
    options: &MmapOptions,
    file: BorrowedFd<'_>,
    mode: MapMode,
    position: u64,
    length: NonZeroUsize,
) -> nix::Result<MmapRaw> {
    let mut options = options.clone();
    options.offset(position).len(length.get());
    let descriptor = file.as_raw_fd();
    let mapped = match mode {
        MapMode::ReadOnly => options.map_raw_read_only(descriptor),
        MapMode::ReadWrite => options.map_raw(descriptor),
        // SAFETY: the slice that makes `map_copy` unsafe is never formed: it becomes an `MmapRaw` at once.
        MapMode::Private => unsafe { options.map_copy(descriptor) }.map(MmapRaw::from),
    };
    mapped.map_err(|error| error.raw_os_error().map_or(Errno::EINVAL, Errno::from_raw))
}

/// The file behind every retired range: no bytes, and sealed so that it can never have any. An access to
/// a page that is mapped from it raises SIGBUS, never SIGSEGV, and never reaches another mapping.
static EMPTY: OnceCell<OwnedFd> = OnceCell::new();
/// What it is called in `/proc/self/maps`, after `/memfd:`.
pub const EMPTY_FILE: &CStr = c"ferronio-retired";

fn empty_file() -> nix::Result<&'static OwnedFd> {
    EMPTY.get_or_try_init(|| {
        let file = memfd_create(
            EMPTY_FILE,
            MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING,
        )?;
        let seals = SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_SEAL;
        fcntl(&file, FcntlArg::F_ADD_SEALS(seals))?;
        Ok(file)
    })
}

/// Makes the empty file ahead of its first use, and says why if it cannot be had.
pub fn prepare_empty_file() -> nix::Result<()> {
    empty_file().map(|_| ())
}

/// Takes file and memory away from a range and keeps the addresses: afterwards every access to it raises
/// SIGBUS. One atomic `mmap(MAP_FIXED)`; on an error there is what was there, or the empty file all the same (see
/// [`replace_with_zeros`]). Async-signal-safe once [`prepare_empty_file`] was called.
///
/// # Safety
///
/// `start..start + length` is page-aligned and belongs to one mapping of the caller's that nobody expects
/// to find data in any more.
pub unsafe fn replace_with_empty(start: usize, length: NonZeroUsize) -> nix::Result<()> {
    // SAFETY: MAP_FIXED replaces only pages that the caller has promised to own.
    unsafe { map_empty(start, length, MapFlags::MAP_FIXED) }
        .inspect_err(|_| keep_addresses(start, length.get()))
}

/// # Safety
///
/// With `MAP_FIXED`, the range is the caller's to replace.
unsafe fn map_empty(start: usize, length: NonZeroUsize, fixed: MapFlags) -> nix::Result<()> {
    let address = NonZeroUsize::new(start).ok_or(Errno::EINVAL)?;
    // The address as file offset lets the kernel merge neighbouring retired ranges into one VMA, of
    // which a process has 65,530 by default (vm.max_map_count).
    let offset = i64::try_from(start).map_err(|_| Errno::EOVERFLOW)?;
    // SAFETY: the caller's promise.
    unsafe {
        nix::sys::mman::mmap(
            Some(address),
            length,
            ProtFlags::PROT_READ | ProtFlags::PROT_WRITE,
            MapFlags::MAP_SHARED | MapFlags::MAP_NORESERVE | fixed,
            empty_file()?,
            offset,
        )
    }
    .map(drop)
}

/// Sees to it that a range that was to be replaced, and was not, has no hole: kernels before 6.12 unmap what was there
/// first, `mremap(2)` does so on all, and either may fail afterwards. The hole gets the empty file, if there is one by
/// now.
fn keep_addresses(start: usize, length: usize) {
    if let Some(length) = NonZeroUsize::new(length).filter(|_| EMPTY.get().is_some()) {
        // SAFETY: nothing that is mapped is replaced.
        let _ = unsafe { map_empty(start, length, MapFlags::MAP_FIXED_NOREPLACE) };
    }
}

/// Puts anonymous zero pages over a range. Async-signal-safe.
///
/// On an error there is what was there, or, if the kernel has taken that away, the empty file.
///
/// # Safety
///
/// As for [`replace_with_empty`]; and no page of the range holds data that somebody may still want.
pub unsafe fn replace_with_zeros(start: usize, length: usize) -> nix::Result<()> {
    // SAFETY: MAP_FIXED replaces only pages that the caller has promised to own.
    unsafe { map_anonymous(start as *mut c_void, length, libc::MAP_FIXED) }
        .map(drop)
        .inspect_err(|_| keep_addresses(start, length))
}

/// Maps zero pages. Async-signal-safe.
///
/// # Safety
///
/// With `MAP_FIXED` in `flags`, the range is the caller's to replace.
unsafe fn map_anonymous(
    address: *mut c_void,
    length: usize,
    flags: libc::c_int,
) -> nix::Result<*mut c_void> {
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    let flags = flags | libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    // SAFETY: the caller's promise; without MAP_FIXED the addresses are fresh.
    let mapped = unsafe { libc::mmap(address, length, protection, flags, -1, 0) };
    if mapped == libc::MAP_FAILED {
        return Err(Errno::last());
    }
    Ok(mapped)
}

/// Puts an anonymous copy over a range: of what can be read of it, zeros for the rest. Async-signal-safe.
///
/// # Safety
///
/// `start..start + length` is page-aligned and belongs to one mapping of the caller's.
pub unsafe fn replace_with_copy(start: usize, length: usize) -> nix::Result<()> {
    // SAFETY: fresh addresses.
    let copy = unsafe { map_anonymous(std::ptr::null_mut(), length, 0) }?;
    let from = libc::iovec {
        iov_base: start as *mut c_void,
        iov_len: length,
    };
    let to = libc::iovec {
        iov_base: copy,
        iov_len: length,
    };
    // Through the kernel, which stops at a page that cannot be read, where an access of ours would raise SIGBUS.
    // SAFETY: it writes only to the fresh addresses.
    unsafe { libc::process_vm_readv(libc::getpid(), &raw const to, 1, &raw const from, 1, 0) };
    // SAFETY: moves the fresh pages over pages that the caller has promised to own.
    unsafe { replace_with_moved(copy.addr(), start, length) }.inspect_err(|_| {
        // SAFETY: the fresh addresses, which nobody else has seen.
        let _ = unsafe { unmap(copy.addr(), length) };
    })
}

/// Maps the file pages once more that `length` bytes from `start` show, somewhere else, and without a descriptor:
/// `mremap(2)` with an old size of 0. Async-signal-safe.
///
/// `start` may be the last page of a mapping, and `length` more than that: what the file has next is mapped.
///
/// # Errors
///
/// `EINVAL` for a private mapping and for huge pages, `EFAULT` where nothing is mapped, `ENOMEM`, `EAGAIN`.
pub fn duplicate(start: usize, length: usize) -> nix::Result<usize> {
    // SAFETY: without MREMAP_FIXED the new addresses are fresh, and an old size of 0 leaves the old ones as they are.
    let copy = unsafe { libc::mremap(start as *mut c_void, 0, length, libc::MREMAP_MAYMOVE) };
    if copy == libc::MAP_FAILED {
        return Err(Errno::last());
    }
    Ok(copy.addr())
}

/// Whether the page at `address` belongs to a shared mapping: only such a page can be duplicated. Async-signal-safe.
///
/// # Errors
///
/// Those of [`duplicate`] but for the one that tells.
pub fn is_shared(address: usize, page: usize) -> nix::Result<bool> {
    match duplicate(address, page) {
        Ok(copy) => {
            // SAFETY: the fresh addresses.
            let _ = unsafe { unmap(copy, page) };
            Ok(true)
        }
        Err(Errno::EINVAL) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Puts the file's own pages back over a part of a shared mapping. Async-signal-safe.
///
/// `view` is a mapped page of the file, the one that belongs at `belongs`, which is not after the range.
///
/// # Errors
///
/// Those of [`duplicate`]; there is then what was there, or, if the kernel has taken that away, the empty file.
///
/// # Safety
///
/// The range is page-aligned and belongs to one mapping of the caller's, and nobody wants what is there now.
pub unsafe fn replace_with_file(
    view: usize,
    belongs: usize,
    range: &Range<usize>,
) -> nix::Result<()> {
    let before = range.start - belongs;
    let copy = duplicate(view, range.end - belongs)?;
    // SAFETY: moves fresh pages, which nobody else has seen, over pages that the caller has promised to own.
    let moved = unsafe { replace_with_moved(copy + before, range.start, range.len()) };
    let rest = if moved.is_ok() {
        before
    } else {
        range.end - belongs
    };
    if rest > 0 {
        // SAFETY: what is left of the fresh pages.
        let _ = unsafe { unmap(copy, rest) };
    }
    moved
}

/// # Safety
///
/// Both ranges are page-aligned and the caller's; afterwards there is nothing at `from`.
unsafe fn replace_with_moved(from: usize, to: usize, length: usize) -> nix::Result<()> {
    let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
    // SAFETY: the caller's promise.
    let moved = unsafe {
        libc::mremap(
            from as *mut c_void,
            length,
            length,
            flags,
            to as *mut c_void,
        )
    };
    if moved == libc::MAP_FAILED {
        let errno = Errno::last();
        keep_addresses(to, length);
        return Err(errno);
    }
    Ok(())
}

/// What an access to a page would meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageState {
    /// Nothing wrong.
    Good,
    /// Reading would raise SIGBUS.
    Dead,
    /// Writing would raise SIGBUS, reading would not: a page that is only partly on a full disk, for example.
    Unwritable,
    /// The kernel is too old to tell.
    Unknown,
}

/// Asks for the page at `address` to read and to write. Async-signal-safe.
///
/// Only for a page that was accessed: asking to write makes a page dirty, and may fill a hole of its file.
pub fn state_of(address: usize, page: usize) -> PageState {
    match populate(address, page, libc::MADV_POPULATE_READ) {
        Ok(()) => match populate(address, page, libc::MADV_POPULATE_WRITE) {
            Err(Errno::EFAULT) => PageState::Unwritable,
            _ => PageState::Good, // EINVAL: the mapping is read-only, and nobody writes.
        },
        Err(Errno::EFAULT) => PageState::Dead,
        Err(_) => PageState::Unknown,
    }
}

/// Whether reading the page at `address` would raise SIGBUS. `false` where the kernel cannot tell.
/// Async-signal-safe.
pub fn is_dead(address: usize, page: usize) -> bool {
    populate(address, page, libc::MADV_POPULATE_READ) == Err(Errno::EFAULT)
}

/// `madvise(MADV_POPULATE_READ)` or `MADV_POPULATE_WRITE` (Linux 5.14): `EFAULT` where an access would raise SIGBUS.
fn populate(address: usize, page: usize, advice: libc::c_int) -> nix::Result<()> {
    // SAFETY: populating changes no memory, and an address without a mapping is an ENOMEM.
    let result = unsafe { libc::madvise(address as *mut c_void, page, advice) };
    if result == -1 {
        return Err(Errno::last());
    }
    Ok(())
}

/// Maps so many pages that hold nothing, each an area of its own: neighbours differ in what is allowed with them.
///
/// # Errors
///
/// Those of mmap(2) and mprotect(2): `ENOMEM` where the process has no areas left. Nothing is mapped then.
pub fn reserve_areas(pages: usize) -> nix::Result<usize> {
    let page = page_size();
    let length = NonZeroUsize::new(pages * page).ok_or(Errno::EINVAL)?;
    let flags = MapFlags::MAP_PRIVATE | MapFlags::MAP_NORESERVE;
    // SAFETY: fresh addresses.
    let start = unsafe { mmap_anonymous(None, length, ProtFlags::PROT_NONE, flags) }?;
    let split = (0..pages).step_by(2).try_for_each(|index| {
        // SAFETY: pages from above, which nobody uses.
        unsafe { mprotect(start.byte_add(index * page), page, ProtFlags::PROT_READ) }
    });
    split.inspect_err(|_| {
        // SAFETY: as above.
        let _ = unsafe { unmap(start.addr().get(), length.get()) };
    })?;
    Ok(start.addr().get())
}

/// Gives addresses back: `munmap(2)`.
///
/// # Safety
///
/// The range is page-aligned, belongs to the caller, and nothing will access it again.
pub unsafe fn unmap(start: usize, length: usize) -> nix::Result<()> {
    let address = NonNull::new(start as *mut c_void).ok_or(Errno::EINVAL)?;
    // SAFETY: the caller's promise.
    unsafe { nix::sys::mman::munmap(address, length) }
}

/// Writes the changed pages of a range to their file and waits for it: `msync(MS_SYNC)`.
///
/// # Safety
///
/// The range is page-aligned and mapped.
pub unsafe fn write_back(start: usize, length: usize) -> nix::Result<()> {
    let address = NonNull::new(start as *mut c_void).ok_or(Errno::EINVAL)?;
    // SAFETY: the caller's promise; msync(2) changes no memory.
    unsafe { nix::sys::mman::msync(address, length, MsFlags::MS_SYNC) }
}

/// Brings a range into memory and into the page tables: `madvise(MADV_POPULATE_READ)` (Linux 5.14).
///
/// # Errors
///
/// `EFAULT` where a page cannot be read from its file, `EINVAL` on an older kernel, `EINTR`.
///
/// # Safety
///
/// The range is page-aligned and mapped.
pub unsafe fn populate_read(start: usize, length: usize) -> nix::Result<()> {
    let address = NonNull::new(start as *mut c_void).ok_or(Errno::EINVAL)?;
    // SAFETY: the caller's promise; populating reads and changes no memory.
    unsafe { nix::sys::mman::madvise(address, length, MmapAdvise::MADV_POPULATE_READ) }
}
