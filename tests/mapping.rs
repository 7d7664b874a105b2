//! Mappings and their lives, as long as no page is missing: what a fault leads to is in `guard.rs`.

mod common;

use common::{
    Area, alone, areas_in, byte_at, bytes_at, file_of, is_retired, pages_of, peek, peek_all, poke,
    survives,
};
use ferronio::kernel::memory::{MapMode, PageState, page_size, replace_with_copy, state_of};
use ferronio::mapping::{Mapping, registry};
use memmap2::MmapOptions;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::mman::{MapFlags, ProtFlags, mmap, mmap_anonymous, munmap};
use nix::sys::statfs::{TMPFS_MAGIC, fstatfs};
use std::fs::{File, OpenOptions};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::sync::Barrier;
use std::thread;

const MODES: [MapMode; 3] = [MapMode::ReadOnly, MapMode::ReadWrite, MapMode::Private];

fn length(bytes: usize) -> NonZeroUsize {
    NonZeroUsize::new(bytes).expect("a length")
}

fn map(file: &File, mode: MapMode, position: i64, bytes: usize) -> Mapping {
    Mapping::map(file.as_fd(), mode, position, length(bytes)).expect("a mapping")
}

fn addresses(mapping: &Mapping) -> Range<usize> {
    mapping.address()..mapping.address() + mapping.length()
}

fn pages(mapping: &Mapping) -> Range<usize> {
    pages_of(mapping.address(), mapping.length())
}

#[test]
fn a_mapping_shows_the_files_bytes_in_every_mode_and_from_any_position() {
    let _alone = alone();
    let file = file_of(100_000);
    for mode in MODES {
        for range in [
            0..1,
            0..100_000,
            1..2,
            4095..4097,
            4096..8192,
            5_000..99_999,
            99_999..100_000,
        ] {
            let mapping = map(&file, mode, range.start as i64, range.len());
            assert_eq!(mapping.length(), range.len());
            assert_eq!(mapping.address() % page_size(), range.start % page_size());
            assert!(!mapping.is_retired());
            let content = peek_all(addresses(&mapping));
            assert!(content == bytes_at(range.clone()), "{mode:?} {range:?}");
        }
    }
}

#[test]
fn a_mode_gives_its_permissions_and_no_more() {
    let _alone = alone();
    let file = file_of(1);
    for (mode, permissions) in MODES.into_iter().zip(["r--s", "rw-s", "rw-p"]) {
        let mapping = map(&file, mode, 0, 1);
        let areas = areas_in(&pages(&mapping));
        let found: Vec<&str> = areas.iter().map(|area| area.permissions.as_str()).collect();
        assert_eq!(found, [permissions], "{mode:?}");
    }
}

#[test]
fn writes_reach_the_file_unless_the_mapping_is_private() {
    let _alone = alone();
    let file = file_of(10_000);
    let shared = map(&file, MapMode::ReadWrite, 5_000, 100);
    let private = map(&file, MapMode::Private, 5_000, 100);
    poke(shared.address() + 1, 0xaa);
    poke(private.address() + 2, 0xbb);

    let mut content = [0; 4];
    file.read_exact_at(&mut content, 5_000).expect("a read");

    assert_eq!(
        content,
        [byte_at(5_000), 0xaa, byte_at(5_002), byte_at(5_003)]
    );
    assert_eq!(peek(private.address() + 2), 0xbb);
}

#[test]
fn a_mapping_outlives_the_descriptor() {
    let _alone = alone();
    let file = file_of(10_000);
    let mapping = map(&file, MapMode::ReadOnly, 0, 10_000);
    drop(file);
    assert!(peek_all(addresses(&mapping)) == bytes_at(0..10_000));
}

#[test]
fn ranges_that_no_file_has_are_refused() {
    let _alone = alone();
    let file = file_of(10_000);
    let refusal = |position, bytes| {
        let mapping = Mapping::map(file.as_fd(), MapMode::ReadOnly, position, length(bytes));
        mapping.err().expect("a refusal")
    };
    assert_eq!(refusal(-1, 1), Errno::EINVAL);
    assert_eq!(refusal(i64::MIN, 1), Errno::EINVAL);
    assert_eq!(refusal(0, usize::MAX), Errno::EINVAL);
    for position in [i64::MAX, i64::MAX - 4096, i64::MAX / 4096 * 4096] {
        assert_eq!(refusal(position, 8192), Errno::EOVERFLOW, "{position}");
    }
    assert_eq!(refusal(5_000, isize::MAX as usize), Errno::EOVERFLOW);
    // More than it has.
    assert_eq!(refusal(0, 1 << 62), Errno::ENODATA);
    assert_eq!(refusal(0, 10_001), Errno::ENODATA);
    assert_eq!(refusal(10_000, 1), Errno::ENODATA);
    let mapping = Mapping::map(file.as_fd(), MapMode::ReadOnly, 9_999, length(1));
    assert!(mapping.is_ok());
}

fn map_with_room(file: &File, mode: MapMode, position: i64, size: usize, room: usize) -> Mapping {
    Mapping::map_with_room(file.as_fd(), mode, position, size, length(room)).expect("a mapping")
}

#[test]
fn pages_appear_in_the_room_as_the_file_grows() {
    let _alone = alone();
    for mode in MODES {
        let file = file_of(10_000);
        let mapping = map_with_room(&file, mode, 5_000, 5_000, 1 << 20);
        assert_eq!(mapping.length(), 1 << 20);
        assert!(peek_all(mapping.address()..mapping.address() + 5_000) == bytes_at(5_000..10_000));
        for (from, to) in [(10_000, 10_001), (10_001, 12_288), (12_288, 500_000)] {
            file.write_all_at(&bytes_at(from..to), from as u64)
                .expect("a write");
            let content = peek_all(mapping.address()..mapping.address() + to - 5_000);
            assert!(content == bytes_at(5_000..to), "{mode:?} {to}");
        }
    }
}

#[test]
fn room_needs_no_file_and_what_is_to_be_there_does() {
    let _alone = alone();
    let empty = file_of(0);
    let mapping = map_with_room(&empty, MapMode::ReadWrite, 0, 0, 1);
    assert_eq!(mapping.length(), 1);
    let file = file_of(10_000);
    let refusal = |position, size, room| {
        let file = file.as_fd();
        let mapping = Mapping::map_with_room(file, MapMode::ReadOnly, position, size, length(room));
        mapping.err().expect("a refusal")
    };
    assert_eq!(refusal(0, 10_001, 20_000), Errno::ENODATA);
    assert_eq!(refusal(10_000, 1, 20_000), Errno::ENODATA);
    assert_eq!(refusal(-1, 0, 1), Errno::EINVAL);
    assert_eq!(refusal(0, 0, usize::MAX), Errno::EINVAL);
    assert_eq!(refusal(5_000, 0, isize::MAX as usize), Errno::EOVERFLOW);
    // The filesystem has no files so large, or the process not so many addresses.
    let too_much = refusal(0, 10_000, 1 << 60);
    assert!(matches!(too_much, Errno::ENOMEM | Errno::EOVERFLOW));
}

#[test]
fn room_may_be_larger_than_the_memory() {
    let _alone = alone();
    let file = file_of(10_000);
    for mode in MODES {
        let mapping = map_with_room(&file, mode, 0, 10_000, 1 << 40);
        assert!(peek_all(mapping.address()..mapping.address() + 10_000) == bytes_at(0..10_000));
        let areas = areas_in(&pages(&mapping));
        assert!(areas.iter().all(|area| area.resident <= 3 * page_size()));
    }
}

#[test]
fn room_is_retired_and_given_back_with_the_rest() {
    survives("room_is_retired_and_given_back_with_the_rest", || {
        let file = file_of(10_000);
        for mode in MODES {
            let mapping = map_with_room(&file, mode, 5_000, 5_000, 1 << 30);
            let pages = pages(&mapping);
            mapping.retire().expect("retiring");
            let areas = areas_in(&pages);
            assert!(areas.iter().all(is_retired), "{mode:?} {areas:?}");
            let held: usize = areas.iter().map(|area| area.addresses.len()).sum();
            assert_eq!(held, pages.len());
            drop(mapping);
            assert_eq!(areas_in(&pages), [], "{mode:?}");
        }
    });
}

#[test]
fn descriptors_of_the_wrong_kind_are_refused() {
    let _alone = alone();
    let name = tempfile::NamedTempFile::new().expect("a temporary file");
    name.as_file().set_len(1).expect("a size");
    let read_only = File::open(name.path()).expect("the file");
    let write_only = OpenOptions::new()
        .write(true)
        .open(name.path())
        .expect("the file");
    let directory = File::open("/").expect("the root directory");
    let (pipe, _writer) = nix::unistd::pipe2(OFlag::O_CLOEXEC).expect("a pipe");
    let refusal = |file: &dyn AsFd, mode| {
        let mapping = Mapping::map(file.as_fd(), mode, 0, length(1));
        mapping.err().expect("a refusal")
    };
    assert_eq!(refusal(&read_only, MapMode::ReadWrite), Errno::EACCES);
    assert!(Mapping::map(read_only.as_fd(), MapMode::Private, 0, length(1)).is_ok());
    for mode in MODES {
        assert_eq!(refusal(&write_only, mode), Errno::EACCES, "{mode:?}");
    }
    for mode in [MapMode::ReadOnly, MapMode::Private] {
        assert_eq!(refusal(&directory, mode), Errno::ENODEV, "{mode:?}");
    }
    // The kernel says that it has no bytes, and is not asked for more.
    assert_eq!(refusal(&pipe, MapMode::ReadOnly), Errno::ENODATA);
}

#[test]
fn retiring_gives_file_and_memory_back_and_keeps_the_addresses() {
    let _alone = alone();
    for mode in MODES {
        let mapping = map(&file_of(1 << 20), mode, 5_000, 1_000_000);
        let pages = pages(&mapping);
        assert!(peek_all(addresses(&mapping)) == bytes_at(5_000..1_005_000));
        if mode != MapMode::ReadOnly {
            poke(mapping.address(), 1);
        }
        assert!(areas_in(&pages).iter().all(|area| area.resident > 0));

        assert_eq!(mapping.retire(), Ok(true));

        assert!(mapping.is_retired());
        assert_eq!(addresses(&mapping).len(), 1_000_000);
        let areas = areas_in(&pages);
        assert!(areas.iter().all(is_retired), "{mode:?} {areas:?}");
        assert!(
            areas.iter().all(|area| area.resident == 0),
            "{mode:?} {areas:?}"
        );
        let held: usize = areas.iter().map(|area| area.addresses.len()).sum();
        assert_eq!(held, pages.len(), "{mode:?} {areas:?}");
    }
}

#[test]
fn a_deleted_file_is_gone_from_the_disk_once_its_last_mapping_is_retired() {
    let _alone = alone();
    let name = tempfile::NamedTempFile::new().expect("a temporary file");
    name.as_file()
        .write_all_at(&bytes_at(0..100), 0)
        .expect("a write");
    let mapping = map(name.as_file(), MapMode::ReadWrite, 0, 100);
    let path = name.path().to_str().expect("a path").to_owned();
    drop(name);
    let still_mapped = || {
        areas_in(&(0..usize::MAX))
            .iter()
            .any(|area| area.name.starts_with(&path))
    };
    assert!(still_mapped());
    mapping.retire().expect("retiring");
    assert!(!still_mapped());
}

#[test]
fn what_was_written_stays_in_the_file_when_the_mapping_is_retired() {
    let _alone = alone();
    let file = file_of(10_000);
    let mapping = map(&file, MapMode::ReadWrite, 5_000, 100);
    poke(mapping.address(), 0xaa);
    mapping.retire().expect("retiring");
    let mut content = [0; 1];
    file.read_exact_at(&mut content, 5_000).expect("a read");
    assert_eq!(content, [0xaa]);
}

#[test]
fn a_mapping_is_retired_once() {
    let _alone = alone();
    let mapping = map(&file_of(1), MapMode::ReadOnly, 0, 1);
    assert_eq!(mapping.retire(), Ok(true));
    assert_eq!(mapping.retire(), Ok(false));
    assert!(mapping.is_retired());
}

#[test]
fn of_many_threads_that_retire_one_does_it() {
    let _alone = alone();
    const THREADS: usize = 8;
    let file = file_of(1);
    for _ in 0..50 {
        let mapping = map(&file, MapMode::ReadOnly, 0, 1);
        let start = Barrier::new(THREADS);
        let did_it = thread::scope(|scope| {
            let retire = || {
                start.wait();
                mapping.retire().expect("retiring")
            };
            let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(retire)).collect();
            let results = threads
                .into_iter()
                .map(|thread| thread.join().expect("a thread"));
            results.filter(|&did_it| did_it).count()
        });
        assert_eq!(did_it, 1);
    }
}

#[test]
fn dropping_gives_the_addresses_back() {
    survives("dropping_gives_the_addresses_back", || {
        let file = file_of(100_000);
        for mode in MODES {
            for retired in [false, true] {
                let mapping = map(&file, mode, 5_000, 50_000);
                let pages = pages(&mapping);
                if retired {
                    mapping.retire().expect("retiring");
                }
                drop(mapping);
                assert_eq!(areas_in(&pages), [], "{mode:?} {retired}");
            }
        }
    });
}

#[test]
fn dropping_many_leaves_what_lies_between_them_alone() {
    let _alone = alone();
    let page = page_size();
    let file = file_of(9 * page);
    let mut mappings: Vec<_> = neighbours(&file, 9).into_iter().map(Some).collect();
    // In no order that helps: three neighbours, one of them retired, and two that have none.
    let dropped = [5, 0, 3, 8, 4].map(|i| mappings[i].take().expect("each once"));
    dropped[2].retire().expect("retiring");
    let pages_dropped = dropped.each_ref().map(pages);
    Mapping::drop_all(dropped);
    for pages in &pages_dropped {
        assert!(registry::find(pages.start).is_none());
        // Whatever else this process maps may be there again by now, but no file.
        assert!(
            areas_in(pages).iter().all(|area| area.name.is_empty()),
            "{:?}",
            areas_in(pages)
        );
    }
    for (i, mapping) in mappings.iter().enumerate() {
        if let Some(mapping) = mapping {
            let expected = bytes_at((8 - i) * page..(9 - i) * page);
            assert!(peek_all(addresses(mapping)) == expected, "{i}");
        }
    }
}

/// Maps `count` pages of a file side by side, each of them on its own, and hands them over to `Mapping`s.
/// The pages before the first and after the last stay free.
fn neighbours(file: &File, count: usize) -> Vec<Mapping> {
    let page = page_size();
    let flags = MapFlags::MAP_PRIVATE | MapFlags::MAP_NORESERVE;
    // SAFETY: fresh addresses.
    let free = unsafe {
        mmap_anonymous(
            None,
            length((count + 2) * page),
            ProtFlags::PROT_NONE,
            flags,
        )
    };
    let start = free.expect("addresses").addr().get() + page;
    let one = |i: usize| {
        let address = start + i * page;
        let flags = MapFlags::MAP_SHARED | MapFlags::MAP_FIXED;
        // SAFETY: these addresses are ours since the mmap above.
        unsafe {
            // Backwards in the file, so that the kernel cannot merge them while they are alive.
            let offset = ((count - 1 - i) * page) as i64;
            mmap(
                NonZeroUsize::new(address),
                length(page),
                ProtFlags::PROT_READ,
                flags,
                file,
                offset,
            )
            .expect("a mapping");
            Mapping::adopt(address, length(page)).expect("a mapping")
        }
    };
    let mappings = (0..count).map(one).collect();
    // SAFETY: nothing was ever there.
    unsafe {
        munmap(free.expect("addresses"), page).expect("the page before");
        munmap(free.expect("addresses").byte_add((count + 1) * page), page)
            .expect("the page after");
    }
    mappings
}

#[test]
fn retired_neighbours_are_one_area_to_the_kernel() {
    let _alone = alone();
    const COUNT: usize = 200;
    let mappings = neighbours(&file_of(COUNT * page_size()), COUNT);
    let range = mappings[0].address()..mappings[COUNT - 1].address() + page_size();
    assert_eq!(areas_in(&range).len(), COUNT);
    // In no order that helps: every third, then the rest.
    for first in 0..3 {
        for mapping in mappings.iter().skip(first).step_by(3) {
            mapping.retire().expect("retiring");
        }
    }
    let areas = areas_in(&range);
    assert_eq!(areas.len(), 1, "{areas:?}");
    assert!(is_retired(&areas[0]));
}

#[test]
fn retiring_and_dropping_leave_the_neighbours_alone() {
    let _alone = alone();
    let page = page_size();
    let file = file_of(5 * page);
    let mut mappings = neighbours(&file, 5);
    mappings[1].retire().expect("retiring");
    drop(mappings.remove(3));
    for (mapping, page_of_file) in [(&mappings[0], 4), (&mappings[2], 2), (&mappings[3], 0)] {
        let expected = bytes_at(page_of_file * page..(page_of_file + 1) * page);
        assert!(peek_all(addresses(mapping)) == expected, "{page_of_file}");
    }
}

#[test]
fn an_adopted_mapping_has_the_same_life() {
    survives("an_adopted_mapping_has_the_same_life", || {
        let file = file_of(10_000);
        // SAFETY: the file is only ours.
        let map = unsafe { MmapOptions::new().map(&file) }.expect("a mapping");
        let start = map.as_ptr().addr();
        std::mem::forget(map);
        // SAFETY: what owned it was forgotten.
        let mapping = unsafe { Mapping::adopt(start, length(10_000)) }.expect("a mapping");
        assert_eq!((mapping.address(), mapping.length()), (start, 10_000));
        assert!(peek_all(addresses(&mapping)) == bytes_at(0..10_000));
        assert_eq!(mapping.retire(), Ok(true));
        let pages = pages(&mapping);
        assert!(areas_in(&pages).iter().all(is_retired));
        drop(mapping);
        assert_eq!(areas_in(&pages), []);
    });
}

#[test]
fn what_is_no_range_of_pages_is_not_adopted() {
    let _alone = alone();
    let page = page_size();
    for (start, bytes) in [
        (page + 1, page),
        (page, usize::MAX),
        (page, usize::MAX - page),
    ] {
        // SAFETY: it is refused.
        let adopted = unsafe { Mapping::adopt(start, length(bytes)) };
        assert_eq!(adopted.err(), Some(Errno::EINVAL), "{start} {bytes}");
    }
}

#[test]
fn force_writes_what_has_changed_to_the_file() {
    let _alone = alone();
    // Not where the temporary files are: that may be a tmpfs, on which nothing is ever dirty or clean.
    let file = tempfile::tempfile_in(env!("CARGO_TARGET_TMPDIR")).expect("a file");
    file.set_len(100_000).expect("a size");
    let mapping = map(&file, MapMode::ReadWrite, 5_000, 90_000);
    let dirty = || -> usize {
        areas_in(&pages(&mapping))
            .iter()
            .map(|area: &Area| area.dirty)
            .sum()
    };
    poke(mapping.address(), 1);
    poke(mapping.address() + 89_999, 2);
    assert_eq!(dirty(), 2 * page_size());

    assert_eq!(mapping.force(89_999, 1), Ok(()));
    let on_disk = fstatfs(&file).expect("fstatfs").filesystem_type() != TMPFS_MAGIC;
    assert!(!on_disk || dirty() == page_size());
    assert_eq!(mapping.force(0, 90_000), Ok(()));
    assert!(!on_disk || dirty() == 0);
}

#[test]
fn load_brings_pages_into_memory() {
    let _alone = alone();
    let page = page_size();
    let mapping = map(&file_of(100 * page), MapMode::ReadOnly, 0, 100 * page);
    let resident = || -> usize {
        areas_in(&pages(&mapping))
            .iter()
            .map(|area| area.resident)
            .sum()
    };
    assert_eq!(resident(), 0);
    assert_eq!(mapping.load(10 * page + 1, page), Ok(()));
    // Two pages were asked for, and the kernel may bring their neighbours.
    assert!(resident() >= 2 * page);
    assert_eq!(mapping.load(0, 100 * page), Ok(()));
    assert_eq!(resident(), 100 * page);
}

#[test]
fn load_says_where_the_file_has_no_page() {
    let _alone = alone();
    let page = page_size();
    let file = file_of(4 * page);
    let mapping = map(&file, MapMode::ReadOnly, 0, 4 * page);
    file.set_len(2 * page as u64).expect("a size");
    assert_eq!(mapping.load(0, 2 * page), Ok(()));
    assert_eq!(mapping.load(2 * page - 1, 2), Err(Errno::EFAULT));
    mapping.retire().expect("retiring");
    assert_eq!(mapping.load(0, 1), Err(Errno::EFAULT));
    assert_eq!(mapping.force(0, 4 * page), Ok(()));
}

#[test]
fn ranges_outside_the_mapping_are_neither_forced_nor_loaded() {
    let _alone = alone();
    let mapping = map(&file_of(10_000), MapMode::ReadWrite, 5_000, 1_000);
    for (offset, bytes) in [
        (0, 1_001),
        (1_000, 1),
        (1_001, 0),
        (999, 2),
        (1, usize::MAX),
        (usize::MAX, 1),
    ] {
        assert_eq!(
            mapping.force(offset, bytes),
            Err(Errno::EINVAL),
            "{offset} {bytes}"
        );
        assert_eq!(
            mapping.load(offset, bytes),
            Err(Errno::EINVAL),
            "{offset} {bytes}"
        );
    }
    for (offset, bytes) in [(0, 0), (1_000, 0), (0, 1_000), (999, 1)] {
        assert_eq!(mapping.force(offset, bytes), Ok(()), "{offset} {bytes}");
        assert_eq!(mapping.load(offset, bytes), Ok(()), "{offset} {bytes}");
    }
}

#[test]
fn more_than_4_gib_are_mapped_as_one() {
    let _alone = alone();
    const GIB: usize = 1 << 30;
    let file = tempfile::tempfile().expect("a temporary file");
    file.set_len(6 * GIB as u64).expect("a size");
    file.write_all_at(&[7], 5 * GIB as u64).expect("a write");
    let mapping = map(&file, MapMode::ReadWrite, 0, 6 * GIB);
    assert_eq!(peek(mapping.address() + 5 * GIB), 7);
    poke(mapping.address() + 6 * GIB - 1, 8);
    assert_eq!(mapping.force(5 * GIB, GIB), Ok(()));
    let mut last = [0; 1];
    file.read_exact_at(&mut last, 6 * GIB as u64 - 1)
        .expect("a read");
    assert_eq!(last, [8]);
    assert_eq!(mapping.retire(), Ok(true));
    assert!(areas_in(&pages(&mapping)).iter().all(is_retired));
}

#[test]
fn a_copy_has_what_can_be_read_and_zeros_for_the_rest() {
    let _alone = alone();
    let page = page_size();
    let file = file_of(4 * page);
    let mapping = map(&file, MapMode::ReadWrite, 0, 4 * page);
    assert_eq!(state_of(mapping.address(), page), PageState::Good);
    file.set_len(2 * page as u64).expect("a size");
    assert_eq!(
        state_of(mapping.address() + 2 * page, page),
        PageState::Dead
    );
    // SAFETY: pages of the mapping.
    unsafe { replace_with_copy(mapping.address() + page, 2 * page) }.expect("a copy");
    let expected = [bytes_at(0..2 * page), vec![0; page]].concat();
    assert!(peek_all(mapping.address()..mapping.address() + 3 * page) == expected);
    // It is a copy: no write reaches the file any more.
    poke(mapping.address() + page, 0xff);
    let mut byte = [0];
    file.read_exact_at(&mut byte, page as u64).expect("a read");
    assert_eq!(byte, [byte_at(page)]);
}
