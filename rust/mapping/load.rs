//! Loading: brings pages of a mapping into memory, in the fewest steps.
//!
//! `madvise(MADV_POPULATE_READ)` does all of it and tells what cannot be had, but it looks each page up: pages of ext4
//! that the page cache holds take it four times as long as an access to each of them would. One access in sixteen
//! makes the kernel map what it has around the page, and the others find it there.

use crate::kernel::memory::{self, page_size};
use crate::kernel::paging;
use std::ops::Range;

/// How far one look and one `madvise(2)` go: other threads that map or unmap wait for no longer.
const AT_ONCE: usize = 2 << 20;

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

/// As [`populate`], by accesses. Pages that the file does not have are found before; one that it loses meanwhile, or that
/// cannot be read, is a SIGBUS.
///
/// # Errors
///
/// As [`populate`].
///
/// # Safety
///
/// The range is page-aligned, and mapped to be read, in pages of [`page_size`]. Somebody answers SIGBUS.
pub unsafe fn touch(pages: Range<usize>) -> nix::Result<()> {
    pieces(pages).try_for_each(|piece| {
        // A file ends once: if the last page is before that, all are. To ask mincore(2) for each would take longer than this.
        // SAFETY: part of the range.
        unsafe { memory::populate_read(piece.end - page_size(), page_size()) }?;
        for address in piece.step_by(page_size()) {
            // SAFETY: within the range.
            unsafe { paging::touch(address) };
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
