//! Loading: brings pages of a mapping into memory, in the fewest steps.
//!
//! `madvise(MADV_POPULATE_READ)` does all of it and tells what cannot be had, but it looks at each page for itself: pages
//! of ext4 that the page cache holds take it four times as long as an access to each of them would. An access
//! makes the kernel map what it has around the page, up to 64 KiB, in one go. So what is in the page cache is touched.

use crate::kernel::memory::{self, page_size};
use crate::kernel::{paging, residency};
use std::ops::Range;

/// What the kernel maps at once around a page that is touched: `fault_around_bytes` of debugfs, unless set otherwise.
const AROUND: usize = 64 << 10;
/// How far one look and one `madvise(2)` go: other threads that map or unmap wait for no longer.
const AT_ONCE: usize = 2 << 20;
/// Of the smallest that Linux has.
const MOST_PAGES: usize = AT_ONCE / 4096;

/// Brings a range into memory and into the page tables.
///
/// # Errors
///
/// As [`memory::populate_read`].
///
/// # Safety
///
/// The range is page-aligned and mapped.
pub unsafe fn populate(pages: Range<usize>) -> nix::Result<()> {
    pieces(pages).try_for_each(|piece| {
        // SAFETY: part of the range.
        unsafe { memory::populate_read(piece.start, piece.len()) }
    })
}

/// Brings a range into memory: touches what is in the page cache, populates the rest. A page that is touched and was cut
/// off since the look is a SIGBUS.
///
/// # Errors
///
/// As [`populate`].
///
/// # Safety
///
/// The range is page-aligned, mapped to be read, in pages of [`page_size`], and `mincore(2)` tells what of it there is.
/// Somebody answers SIGBUS.
pub unsafe fn touch(pages: Range<usize>) -> nix::Result<()> {
    pieces(pages).try_for_each(|piece| {
        // A file ends once: if its last page is there, all are. The page cache may hold a large page across the end.
        // SAFETY: part of the range.
        unsafe { memory::populate_read(piece.end - page_size(), page_size()) }?;
        let mut states = [0; MOST_PAGES];
        let states = &mut states[..piece.len() / page_size()];
        if residency::states(piece.start, states).is_err() || states.contains(&0) {
            // SAFETY: part of the range.
            return unsafe { memory::populate_read(piece.start, piece.len()) };
        }
        let mut address = piece.start;
        while address < piece.end {
            // SAFETY: within the range.
            unsafe { paging::touch(address) };
            address = memory::page_floor(address, AROUND).saturating_add(AROUND);
        }
        Ok(())
    })
}

/// The parts of a range.
fn pieces(pages: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let Range { start, end } = pages;
    (start..end)
        .step_by(AT_ONCE)
        .map(move |from| from..end.min(from.saturating_add(AT_ONCE)))
}
