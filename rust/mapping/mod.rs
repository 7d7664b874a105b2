//! Mappings and their lives: mapped, then retired, then gone.
//!
//! A mapping that is *retired* has given its file and its memory back but still holds its addresses, so
//! that nothing else can appear under a pointer that somebody kept. It is *gone* (unmapped) only when its
//! owner drops it, which the Java side does once no object can reach the addresses any more.

mod load;
pub mod registry;
mod turn;
pub mod watch;

use crate::kernel;
use crate::kernel::file::{Identity, Mappable};
use crate::kernel::memory::{self, MapMode};
use crate::kernel::paging::{self, Advice};
use crate::kernel::residency;
use nix::errno::Errno;
use registry::{Backing, Registration, Sharing, Slot};
use std::ffi::CStr;
use std::mem::ManuallyDrop;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use turn::Turn;

/// A range of addresses that was mapped from a file, known to the guard for as long as it exists.
pub struct Mapping {
    // Field order is drop order: the guard forgets the range before the kernel can give it to another.
    registration: Registration,
    addresses: Addresses,
    /// The first byte that was asked for; the range itself starts at the page that holds it.
    address: usize,
    length: usize,
    /// The position in the file of the range's first page; 0 if that is not known.
    position: u64,
    file: Option<Identity>,
    /// Whose file it is, if only its owner is told what of it is in memory: others may not write to it.
    told: Option<libc::uid_t>,
    retiring: Mutex<()>,
}

/// Whole pages, mapped and ours: given back when dropped.
struct Addresses(Range<usize>);

/// What the kernel would not take back: a hole in an area needs one area more than there are, at the limit
/// (vm.max_map_count). [`Mapping::drop_all`] tries again.
static REFUSED: Mutex<Vec<Range<usize>>> = Mutex::new(Vec::new());

/// Taken for the `mmap(2)` of mapping and of retiring. The kernel has one lock for all mappings of a process, too
/// (`mmap_lock`), but who waits for that one spins: without this, four threads on two processors that map and retire were
/// seen to take twice as long for each mapping.
static ADDRESS_SPACE: Turn = Turn::new();

/// Much longer than a mapping takes, and not so long that a thread which the others never let in is missed. Of 1, 5, 20
/// and 50 ms, with 4 and 16 threads, this was the best for all of them; endless, one of 16 waited for a tenth of a second.
/// A system call that takes longer is one that reads the whole file, after `mlockall(MCL_FUTURE)`.
const PATIENCE: Duration = Duration::from_millis(5);

impl Addresses {
    /// For somebody else to give back.
    fn into_inner(mut self) -> Range<usize> {
        std::mem::take(&mut self.0)
    }
}

impl Drop for Addresses {
    fn drop(&mut self) {
        if !self.0.is_empty() {
            // SAFETY: made by `Mapping::new`, whose caller owns the range, and its owner has let go of it.
            if unsafe { memory::unmap(self.0.start, self.0.len()) }.is_err() {
                REFUSED
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(std::mem::take(&mut self.0));
            }
        }
    }
}

impl Mapping {
    /// Maps `length` bytes of `file` from `position`, which need not be aligned.
    ///
    /// # Errors
    ///
    /// `ENODATA` for a file that ends before; those of fstat(2) and mmap(2): `EACCES`, `EAGAIN`, `ENODEV`, `ENOMEM`,
    /// `EOVERFLOW`, `EPERM`; `EINVAL` for a range that no file can have.
    pub fn map(
        file: BorrowedFd<'_>,
        mode: MapMode,
        position: i64,
        length: NonZeroUsize,
    ) -> nix::Result<Mapping> {
        Mapping::map_with_room(file, mode, position, length.get(), length)
    }

    /// As [`Mapping::map`], for a file that may grow: only the first `size` bytes need be there now. The file's pages
    /// appear behind the other addresses as soon as it has them; until then an access to them faults.
    ///
    /// # Errors
    ///
    /// As [`Mapping::map`].
    pub fn map_with_room(
        file: BorrowedFd<'_>,
        mode: MapMode,
        position: i64,
        size: usize,
        length: NonZeroUsize,
    ) -> nix::Result<Mapping> {
        let end = |bytes| {
            let bytes = i64::try_from(bytes).map_err(|_| Errno::EINVAL)?;
            position.checked_add(bytes).ok_or(Errno::EOVERFLOW)
        };
        end(length.get())?;
        let has_room = size < length.get();
        let end = end(size)?;
        let position = u64::try_from(position).map_err(|_| Errno::EINVAL)?;
        let Mappable {
            size: file_size,
            identity,
            owner,
            page,
        } = kernel::file::mappable(file)?;
        if file_size < end {
            return Err(Errno::ENODATA);
        }
        // Its owner would unmap it by itself: here neighbours are unmapped together.
        let map = ADDRESS_SPACE.take(PATIENCE, || {
            if has_room {
                memory::map_file_sparsely(file, mode, position, length)
            } else {
                memory::map_file(file, mode, position, length)
            }
        });
        let map = ManuallyDrop::new(map?);
        let address = map.as_ptr().addr();
        let backing = Backing {
            sharing: if mode == MapMode::Private {
                Sharing::Private
            } else {
                Sharing::Shared
            },
            page,
        };
        Ok(Mapping {
            position: position - position % memory::page_size() as u64,
            file: Some(identity),
            told: (mode == MapMode::ReadOnly).then_some(owner),
            ..Mapping::new(
                pages_of(address, length.get(), page)?,
                backing,
                address,
                length,
            )
        })
    }

    /// Takes over `length` mapped bytes at `start` from somebody who gives them up.
    ///
    /// # Errors
    ///
    /// `EINVAL` unless `start` is page-aligned and the range is one.
    ///
    /// # Safety
    ///
    /// The pages of the range are one file mapping, and nobody else will unmap or replace them from now on.
    pub unsafe fn adopt(start: usize, length: NonZeroUsize) -> nix::Result<Mapping> {
        let backing = Backing {
            sharing: Sharing::Unknown,
            page: memory::page_size(),
        };
        let pages = pages_of(start, length.get(), backing.page)?;
        if pages.start != start {
            return Err(Errno::EINVAL);
        }
        Ok(Mapping::new(pages, backing, start, length))
    }

    fn new(pages: Range<usize>, backing: Backing, address: usize, length: NonZeroUsize) -> Mapping {
        Mapping {
            registration: registry::register(pages.clone(), backing),
            addresses: Addresses(pages),
            address,
            length: length.get(),
            position: 0,
            file: None,
            told: None,
            retiring: Mutex::new(()),
        }
    }

    /// Drops many mappings with one `munmap(2)` for each run of neighbours. Each `munmap` stops all threads that
    /// are just mapping or faulting, and mappings that were made one after the other tend to be neighbours.
    pub fn drop_all(mappings: impl IntoIterator<Item = Mapping>) {
        let mut ranges =
            std::mem::take(&mut *REFUSED.lock().unwrap_or_else(PoisonError::into_inner));
        // The guard forgets all ranges before the kernel can give one to another.
        ranges.extend(
            mappings
                .into_iter()
                .map(|mapping| mapping.addresses.into_inner()),
        );
        ranges.sort_unstable_by_key(|range| range.start);
        for run in ranges.chunk_by(|one, next| one.end == next.start) {
            let all = run[0].start..run[run.len() - 1].end;
            // SAFETY: the ranges of mappings whose owners have let go of them.
            if unsafe { memory::unmap(all.start, all.len()) }.is_err() {
                // One of them need not keep the others.
                run.iter().for_each(|range| drop(Addresses(range.clone())));
            }
        }
    }

    /// The address of the first byte.
    pub fn address(&self) -> usize {
        self.address
    }

    /// The length in bytes.
    pub fn length(&self) -> usize {
        self.length
    }

    /// Whether the file and the memory have been given back.
    pub fn is_retired(&self) -> bool {
        self.slot().is_retired()
    }

    /// Gives the file and the memory back and keeps the addresses. Idempotent; `true` if this call did it.
    ///
    /// Threads that are reading or writing meanwhile fault, and the guard answers for them: do not retire
    /// without it.
    ///
    /// # Errors
    ///
    /// Those of mmap(2) and memfd_create(2); the mapping is then as it was.
    pub fn retire(&self) -> nix::Result<bool> {
        let _one_at_a_time = self.retiring.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_retired() {
            return Ok(false);
        }
        let pages = self.registration.pages();
        let length = NonZeroUsize::new(pages.len()).ok_or(Errno::EINVAL)?;
        self.registration.retire(|| {
            ADDRESS_SPACE.take(PATIENCE, || {
                // SAFETY: the range is ours, and by retiring it the owner says that its data is not wanted.
                unsafe { memory::replace_with_empty(pages.start, length) }
            })
        })?;
        Ok(true)
    }

    /// What the guard knows of it.
    pub fn slot(&self) -> &'static Slot {
        self.registration.slot()
    }

    /// Where in the file the page begins that an access could not have, the last one of these; where in the mapping
    /// if that was adopted.
    pub fn latest_fault(&self) -> Option<u64> {
        Some(self.position + self.slot().latest_fault()? as u64)
    }

    /// Whether `mincore(2)` surely tells this user what of the mapping is in memory, see [`residency`].
    ///
    /// # Errors
    ///
    /// `EOPNOTSUPP` on hugetlbfs, where `mincore` knows only of pages that the same mapping has touched.
    pub fn is_told(&self) -> nix::Result<bool> {
        if self.slot().page_size() != memory::page_size() {
            return Err(Errno::EOPNOTSUPP);
        }
        Ok(self.told.is_none_or(residency::is_told_of_files_of))
    }

    /// The size of the mapped file now, if `path` leads to it and not to another.
    pub fn size_of_file(&self, path: &CStr) -> Option<i64> {
        kernel::file::size_at(path, self.file?)
    }

    /// Writes what has changed within `length` bytes from `offset` to the file, and waits for it.
    ///
    /// # Errors
    ///
    /// `EINVAL` outside the mapping, `EIO`, `ENOSPC` and others of msync(2).
    pub fn force(&self, offset: usize, length: usize) -> nix::Result<()> {
        self.on_pages(offset, length, |pages| {
            // SAFETY: the pages are within this mapping, which is mapped for as long as it exists.
            unsafe { memory::write_back(pages.start, pages.len()) }
        })
    }

    /// Brings `length` bytes from `offset` into memory and into the page tables.
    ///
    /// # Errors
    ///
    /// `EINVAL` outside the mapping or where the kernel lacks `MADV_POPULATE_READ`; `EFAULT` where a page
    /// cannot be read; `EINTR`.
    pub fn load(&self, offset: usize, length: usize) -> nix::Result<()> {
        self.on_pages(offset, length, |pages| {
            // SAFETY: the pages are within this mapping, which is mapped for as long as it exists.
            unsafe { load::populate(pages) }
        })
    }

    /// As [`Mapping::load`], and sooner where pages are in the page cache: by touching them. Pages behind the file's end are
    /// found before; a page that the file loses just then, or that cannot be read, is a fault as any access has it, and is
    /// counted.
    ///
    /// # Errors
    ///
    /// As [`Mapping::load`]; `EFAULT` also if meanwhile any access to the mapping could not have its page.
    ///
    /// # Safety
    ///
    /// The guard is installed.
    pub unsafe fn load_by_touching(&self, offset: usize, length: usize) -> nix::Result<()> {
        if self.file.is_none() || self.slot().page_size() != memory::page_size() {
            return self.load(offset, length);
        }
        let before = self.slot().faults();
        self.on_pages(offset, length, |pages| {
            // SAFETY: the pages are within this mapping, which is mapped for as long as it exists, not adopted, so that
            // they can be read, and of the right size. The guard answers.
            unsafe { load::touch(pages) }
        })?;
        if self.slot().faults() != before {
            return Err(Errno::EFAULT);
        }
        Ok(())
    }

    /// Tells the kernel how `length` bytes from `offset`, and what shares their pages, will be used.
    ///
    /// # Errors
    ///
    /// `EINVAL` outside the mapping; those of [`paging::advise`].
    pub fn advise(&self, offset: usize, length: usize, advice: Advice) -> nix::Result<()> {
        self.on_pages(offset, length, |pages| {
            // SAFETY: the pages are within this mapping, which is mapped for as long as it exists.
            unsafe { paging::advise(pages.start, pages.len(), advice) }
        })
    }

    /// Gives the memory of `length` bytes from `offset` up, as far as they are whole pages: what was written goes to the
    /// file first.
    ///
    /// # Errors
    ///
    /// As [`Mapping::force`]; `EINVAL` before Linux 5.4.
    pub fn evict(&self, offset: usize, length: usize) -> nix::Result<()> {
        self.force(offset, length)?;
        let page = self.slot().page_size();
        let start = (self.address + offset).next_multiple_of(page);
        let end = memory::page_floor(self.address + offset + length, page);
        if start >= end {
            return Ok(());
        }
        // SAFETY: the pages are within this mapping, which is mapped for as long as it exists.
        unsafe { paging::advise(start, end - start, Advice::PageOut) }
    }

    /// Brings `length` bytes from `offset` into memory, and what shares their pages, and keeps them there.
    ///
    /// # Errors
    ///
    /// `EINVAL` outside the mapping; those of [`paging::lock`]: nothing of the range is locked then.
    pub fn lock(&self, offset: usize, length: usize) -> nix::Result<()> {
        self.on_pages(offset, length, |pages| {
            // SAFETY: the pages are within this mapping, which is mapped for as long as it exists.
            unsafe { paging::lock(pages.start, pages.len()) }.inspect_err(|_| {
                // SAFETY: as above. The kernel may have locked a part, and does not tell which.
                let _ = unsafe { paging::unlock(pages.start, pages.len()) };
            })
        })
    }

    /// Ends [`Mapping::lock`] for a range.
    ///
    /// # Errors
    ///
    /// `EINVAL` outside the mapping; those of [`paging::unlock`].
    pub fn unlock(&self, offset: usize, length: usize) -> nix::Result<()> {
        self.on_pages(offset, length, |pages| {
            // SAFETY: the pages are within this mapping, which is mapped for as long as it exists.
            unsafe { paging::unlock(pages.start, pages.len()) }
        })
    }

    /// Does something with the pages that hold `length` bytes from `offset`: nothing for no bytes, `EINVAL` outside the
    /// mapping.
    fn on_pages(
        &self,
        offset: usize,
        length: usize,
        action: impl FnOnce(Range<usize>) -> nix::Result<()>,
    ) -> nix::Result<()> {
        let end = offset.checked_add(length).ok_or(Errno::EINVAL)?;
        if end > self.length {
            return Err(Errno::EINVAL);
        }
        if length == 0 {
            return Ok(());
        }
        let page = self.slot().page_size();
        action(pages_of(self.address + offset, length, page)?)
    }
}

/// The whole pages that hold `length` bytes from `address`.
fn pages_of(address: usize, length: usize, page: usize) -> nix::Result<Range<usize>> {
    let start = memory::page_floor(address, page);
    let end = address
        .checked_add(length)
        .and_then(|end| end.checked_next_multiple_of(page))
        .ok_or(Errno::EINVAL)?;
    Ok(start..end)
}
