//! What is in memory: `cachestat(2)` and `mincore(2)` against what was written, and against each other; and
//! `sync_file_range(2)`, after which nothing is dirty.

mod common;

use common::{alone, file_of};
use ferronio::kernel::memory::{self, MapMode, page_size};
use ferronio::kernel::residency::{Cached, cached, is_told, resident, resident_of_file};
use ferronio::kernel::{file, write_back::write_back};
use nix::errno::Errno;
use nix::sys::memfd::{MFdFlags, memfd_create};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fs::File;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;

/// A file in memory: what was written stays there, and nothing else comes.
fn file_with(pages: &BTreeSet<usize>, size: usize) -> File {
    let file = File::from(memfd_create(c"test", MFdFlags::MFD_CLOEXEC).expect("a file"));
    for page in pages {
        let written = file.write_at(&[1], (page * page_size()) as u64);
        assert_eq!(written.expect("a write"), 1);
    }
    file.set_len(size as u64).expect("a size");
    file
}

/// How many of the pages a range of bytes touches.
fn touched(pages: &BTreeSet<usize>, range: &Range<usize>) -> u64 {
    if range.is_empty() {
        return 0;
    }
    pages
        .range(range.start / page_size()..range.end.div_ceil(page_size()))
        .count() as u64
}

/// What the kernel counts; `None` where it has no such call, or may not be asked.
fn try_cached(file: &File, range: &Range<usize>) -> Option<Cached> {
    match cached(file.as_fd(), range.start as i64, range.len() as i64) {
        Err(Errno::ENOSYS | Errno::EPERM) => None,
        counted => Some(counted.expect("a count")),
    }
}

const PAGES: usize = 64;

proptest! {
    #[test]
    fn both_calls_count_what_was_written(
        pages in prop::collection::btree_set(0..PAGES, 0..PAGES),
        start in 0..PAGES * 4096,
        length in 0..PAGES * 4096,
    ) {
        let _alone = alone();
        let size = PAGES * page_size();
        let file = file_with(&pages, size);
        let range = start..(start + length).min(size).max(start);
        let expected = touched(&pages, &range);
        if let Some(counted) = try_cached(&file, &range) {
            prop_assert_eq!(counted, Cached { resident: expected, dirty: 0 });
        }
        let mapped = resident_of_file(file.as_fd(), range.start as i64, range.len() as i64);
        prop_assert_eq!(mapped, Ok(expected));

        let whole = NonZeroUsize::new(size).expect("a length");
        let map = memory::map_file(file.as_fd(), MapMode::ReadOnly, 0, whole).expect("a mapping");
        prop_assert_eq!(resident(map.as_ptr().addr() + range.start, range.len()), Ok(expected));
    }
}

#[test]
fn more_pages_than_are_asked_for_at_once() {
    let _alone = alone();
    let pages = BTreeSet::from([0, 16_383, 16_384, 40_000]);
    let size = 40_001 * page_size();
    let file = file_with(&pages, size);
    assert_eq!(resident_of_file(file.as_fd(), 0, size as i64), Ok(4));
}

#[test]
fn no_bytes_are_no_pages() {
    let _alone = alone();
    let file = file_with(&BTreeSet::from([0, 1]), 2 * page_size());
    // To the kernel a length of 0 is "to the end".
    assert_eq!(cached(file.as_fd(), 0, 0), Ok(Cached::default()));
    assert_eq!(resident_of_file(file.as_fd(), 0, 0), Ok(0));
    assert_eq!(resident(0, 0), Ok(0));
    assert_eq!(write_back(file.as_fd(), 0, 0), Ok(()));
}

#[test]
fn a_range_that_is_none_is_refused() {
    let _alone = alone();
    let file = file_of(10);
    for (position, length) in [(-1, 1), (0, -1)] {
        let expected = Errno::EINVAL;
        assert_eq!(cached(file.as_fd(), position, length), Err(expected));
        assert_eq!(
            resident_of_file(file.as_fd(), position, length),
            Err(expected)
        );
        assert_eq!(write_back(file.as_fd(), position, length), Err(expected));
    }
    assert_eq!(
        resident_of_file(file.as_fd(), i64::MAX, 1),
        Err(Errno::EOVERFLOW)
    );
    assert_eq!(resident(usize::MAX, 2), Err(Errno::EINVAL));
    assert_eq!(resident(page_size(), 1), Err(Errno::ENOMEM));
}

#[test]
fn who_owns_a_file_is_told() {
    let _alone = alone();
    assert_eq!(is_told(file_of(10_000).as_fd()), Ok(true));
    assert_eq!(is_told(file_with(&BTreeSet::new(), 0).as_fd()), Ok(true));
}

#[test]
fn only_files_and_block_devices_have_pages() {
    let _alone = alone();
    assert_eq!(file::cacheable_size(file_of(10_000).as_fd()), Ok(10_000));
    let directory = File::open("/").expect("a directory");
    assert_eq!(file::cacheable_size(directory.as_fd()), Err(Errno::EISDIR));
    let (reader, _writer) = std::io::pipe().expect("a pipe");
    assert_eq!(file::cacheable_size(reader.as_fd()), Err(Errno::ESPIPE));
}

#[test]
fn what_was_written_back_is_clean() {
    let _alone = alone();
    let size = 16 * page_size();
    let file = file_of(size);
    assert_eq!(write_back(file.as_fd(), 0, size as i64), Ok(()));
    if let Some(counted) = try_cached(&file, &(0..size)) {
        assert_eq!(counted.dirty, 0);
    }
}
