//! Mappings that somebody else makes and unmaps, and the guard answers for meanwhile.

mod common;

use common::{alone, byte_at, bytes_at, file_of, peek, peek_all, poke, survives};
use ferronio::guard;
use ferronio::kernel::memory::page_size;
use ferronio::mapping::{registry, watch};
use nix::sys::mman::{MapFlags, ProtFlags, mmap, munmap};
use std::fs::File;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// As the JDK maps: the whole file.
fn map(file: &File, flags: MapFlags) -> Range<usize> {
    let length = file.metadata().expect("a size").len() as usize;
    let protection = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
    // SAFETY: fresh addresses.
    let start = unsafe { mmap(None, non_zero(length), protection, flags, file.as_fd(), 0) };
    let start = start.expect("a mapping").addr().get();
    start..start + length
}

fn non_zero(length: usize) -> NonZeroUsize {
    NonZeroUsize::new(length).expect("a length")
}

fn unmap(pages: &Range<usize>) {
    let start = NonNull::new(pages.start as *mut _).expect("an address");
    // SAFETY: mapped by `map`, and not used any more.
    unsafe { munmap(start, pages.len()) }.expect("munmap");
}

fn made(pages: &Range<usize>) -> bool {
    watch::made(pages.start, pages.len())
}

/// As the JDK does it when it has been told to tell.
fn going(pages: &Range<usize>) -> bool {
    let unreported = watch::going(pages.start);
    assert!(registry::find(pages.start).is_none(), "still registered");
    unmap(pages);
    unreported
}

fn begin() {
    guard::install(None).expect("the guard");
    watch::begin();
    watch::end_search();
}

fn end() {
    watch::end(guard::leave);
    assert_eq!(watch::number(), 0);
    watch::take_faults();
}

/// Waits until the thread that re-arms has put back what was replaced.
fn settle(pages: &Range<usize>) {
    let slot = registry::find(pages.start).expect("a range");
    guard::settle(slot).expect("settled");
}

#[test]
fn nothing_is_watched_before_it_begins_and_after_it_has_ended() {
    let _alone = alone();
    let pages = map(&file_of(4 * page_size()), MapFlags::MAP_SHARED);
    assert!(!made(&pages));
    assert!(!watch::found(pages.start, pages.len()));
    begin();
    assert!(
        !watch::found(pages.start, pages.len()),
        "the search is over"
    );
    assert!(made(&pages));
    assert_eq!(watch::number(), 1);
    assert!(registry::find(pages.end - 1).is_some());
    end();
    assert!(registry::find(pages.start).is_none());
    assert!(!made(&pages));
    unmap(&pages);
}

#[test]
fn what_is_no_mapping_is_not_watched() {
    let _alone = alone();
    begin();
    for (start, length) in [(0, 4096), (1, 4096), (4096, 0), (4096, usize::MAX)] {
        assert!(!watch::made(start, length), "{start} {length}");
    }
    assert!(!watch::going(0));
    assert!(!watch::going(4096));
    end();
}

#[test]
fn a_file_that_was_cut_reads_as_zeros_and_when_it_has_grown_again_as_itself() {
    let _alone = alone();
    let page = page_size();
    begin();
    for cut in [0, 1, 10] {
        let file = file_of(64 * page);
        let pages = map(&file, MapFlags::MAP_SHARED);
        assert!(made(&pages));
        file.set_len((cut * page) as u64).expect("a size");
        for index in [cut, 63, 20, 0] {
            let expected = if index < cut {
                byte_at(index * page)
            } else {
                0
            };
            assert_eq!(peek(pages.start + index * page), expected, "{cut} {index}");
        }
        file.write_all_at(&bytes_at(0..64 * page), 0)
            .expect("a write");
        settle(&pages);
        assert!(peek_all(pages.clone()) == bytes_at(0..64 * page), "{cut}");
        poke(pages.start + 63 * page, 7);
        let mut byte = [0];
        file.read_exact_at(&mut byte, 63 * page as u64)
            .expect("a read");
        assert_eq!(byte, [7]);
        assert!(going(&pages));
    }
    end();
}

#[test]
fn a_private_mapping_keeps_what_was_written_to_it() {
    let _alone = alone();
    let page = page_size();
    begin();
    let file = file_of(8 * page);
    let pages = map(&file, MapFlags::MAP_PRIVATE);
    poke(pages.start, 9);
    assert!(made(&pages));
    file.set_len(page as u64 + 1).expect("a size");
    assert_eq!(peek(pages.start + 5 * page), 0);
    settle(&pages);
    assert_eq!(peek(pages.start), 9);
    assert!(registry::find(pages.start).expect("a range").is_lost());
    assert!(going(&pages));
    assert!(watch::take_faults()[0].is_lost);
    end();
}

#[test]
fn what_is_found_is_not_gone_meanwhile() {
    let _alone = alone();
    guard::install(None).expect("the guard");
    watch::begin();
    let [kept, gone, again, new] =
        [4, 5, 6, 7].map(|pages| map(&file_of(pages * page_size()), MapFlags::MAP_SHARED));
    assert!(made(&new));
    for pages in [&gone, &again] {
        watch::going(pages.start);
    }
    // Another mapping may be where one was that is found only now.
    assert!(made(&again));
    for (pages, expected) in [
        (&kept, true),
        (&kept, false),
        (&gone, false),
        (&again, false),
        (&new, false),
    ] {
        let found = watch::found(pages.start, pages.len());
        assert_eq!(found, expected, "{pages:x?}");
    }
    watch::end_search();
    assert_eq!(watch::number(), 3);
    unmap(&gone);
    for pages in [kept, again, new] {
        assert!(!going(&pages));
    }
    assert_eq!(watch::number(), 0);
    end();
}

#[test]
fn faults_are_told_once_with_the_file_before_and_after_it_is_unmapped() {
    let _alone = alone();
    let page = page_size();
    begin();
    let named = tempfile::NamedTempFile::new().expect("a file");
    named.as_file().set_len(8 * page as u64).expect("a size");
    let pages = map(named.as_file(), MapFlags::MAP_SHARED);
    assert!(made(&pages));
    assert_eq!(watch::take_faults(), []);
    named.as_file().set_len(page as u64).expect("a size");
    peek(pages.start + 3 * page);
    let faults = watch::take_faults();
    assert_eq!(faults.len(), 1);
    let file = faults[0].file.as_ref().expect("a file");
    assert_eq!(
        (file.path.as_path(), file.is_deleted),
        (named.path(), false)
    );
    assert_eq!(faults[0].latest, 3 * page as u64);
    assert_eq!(faults[0].length, 8 * page);
    assert_eq!(faults[0].size_of_file(), Some(page as i64));
    peek(pages.start + 5 * page);
    assert_eq!(watch::take_faults(), []);
    assert!(!going(&pages));

    let file = file_of(8 * page); // It has no name.
    let pages = map(&file, MapFlags::MAP_SHARED);
    assert!(made(&pages));
    file.set_len(0).expect("a size");
    peek(pages.start);
    assert!(going(&pages));
    let faults = watch::take_faults();
    assert_eq!(faults.len(), 1);
    assert!(faults[0].file.as_ref().expect("a file").is_deleted);
    assert_eq!((faults[0].latest, faults[0].size_of_file()), (0, None));
    end();
}

#[test]
fn what_is_let_go_of_is_the_files_again() {
    let _alone = alone();
    let page = page_size();
    begin();
    let file = file_of(8 * page);
    let pages = map(&file, MapFlags::MAP_SHARED);
    assert!(made(&pages));
    file.set_len(0).expect("a size");
    peek(pages.start + page);
    poke(pages.start + 2 * page, 1);
    end();
    file.write_all_at(&bytes_at(0..8 * page), 0)
        .expect("a write");
    assert!(peek_all(pages.clone()) == bytes_at(0..8 * page));
    unmap(&pages);
}

/// As much as four threads can: none ever finds its bytes changed, and nothing is left.
#[test]
fn the_same_addresses_again_and_again() {
    survives("the_same_addresses_again_and_again", || {
        let page = page_size();
        begin();
        let done = AtomicBool::new(false);
        let whole = file_of(16 * page);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        let pages = map(&whole, MapFlags::MAP_SHARED);
                        let is_watched = made(&pages);
                        assert!(peek_all(pages.clone()) == bytes_at(0..16 * page));
                        if is_watched {
                            going(&pages);
                        } else {
                            unmap(&pages); // Not of a file that is ever cut.
                        }
                    }
                });
            }
            let faulting = scope.spawn(|| {
                for _ in 0..3000 {
                    let file = file_of(16 * page);
                    let pages = map(&file, MapFlags::MAP_SHARED);
                    assert!(made(&pages));
                    file.set_len(page as u64).expect("a size");
                    assert_eq!(peek(pages.start + 9 * page), 0);
                    assert_eq!(peek(pages.start), byte_at(0));
                    going(&pages);
                }
            });
            faulting.join().expect("the faulting thread");
            done.store(true, Ordering::Relaxed);
        });
        assert_eq!(watch::number(), 0);
        assert!(registry::slots().all(|slot| slot.hull().is_none()));
        end();
    });
}
