//! The guard: what an access gets when its page cannot be had, and whom every other SIGBUS goes to.
//!
//! What changes the handlers of the process, or ends it, runs in a process of its own.

mod common;

use common::{
    alone, areas_in, byte_at, bytes_at, dies_of, file_of, is_retired, pages_of, peek, peek_all,
    poke, survives,
};
use ferronio::guard::{self, HotSpot};
use ferronio::kernel::memory::{MapMode, page_floor, page_size, replace_with_zeros};
use ferronio::mapping::{Mapping, registry};
use nix::errno::Errno;
use nix::libc::{self, c_int, c_void, siginfo_t};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::mman::{MapFlags, ProtFlags, mmap, mmap_anonymous, mprotect, munmap};
use nix::sys::pthread::{pthread_kill, pthread_self};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use nix::unistd::{Pid, gettid};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::num::NonZeroUsize;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::process::Command;
use std::ptr::NonNull;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use std::thread;

const MODES: [MapMode; 3] = [MapMode::ReadOnly, MapMode::ReadWrite, MapMode::Private];

fn install() {
    guard::install(None).expect("the guard");
}

fn length(bytes: usize) -> NonZeroUsize {
    NonZeroUsize::new(bytes).expect("a length")
}

fn map(file: &File, mode: MapMode, bytes: usize) -> Mapping {
    Mapping::map(file.as_fd(), mode, 0, length(bytes)).expect("a mapping")
}

/// A mapping of a file of so many pages that was then cut down to `left` of them.
fn truncated(mode: MapMode, pages: usize, left: usize) -> Mapping {
    let file = file_of(pages * page_size());
    let mapping = map(&file, mode, pages * page_size());
    file.set_len((left * page_size()) as u64).expect("a size");
    mapping
}

fn retired(mode: MapMode, pages: usize) -> Mapping {
    let mapping = map(&file_of(pages * page_size()), mode, pages * page_size());
    mapping.retire().expect("retiring");
    mapping
}

/// The address of the page that `index` counts from the mapping's start.
fn page_of(mapping: &Mapping, index: usize) -> usize {
    mapping.address() + index * page_size()
}

/// As the bridge does it.
fn load(mapping: &Mapping, offset: usize, bytes: usize) -> nix::Result<()> {
    install();
    assert!(guard::is_installed());
    // SAFETY: the guard is installed.
    unsafe { mapping.load_by_touching(offset, bytes) }
}

// ---- loading

#[test]
fn what_is_in_the_page_cache_is_loaded_by_touching() {
    let _alone = alone();
    let page = page_size();
    for mode in MODES {
        let mapping = map(&file_of(2_000 * page), mode, 2_000 * page);
        let resident = || -> usize {
            areas_in(&pages_of(mapping.address(), mapping.length()))
                .iter()
                .map(|area| area.resident)
                .sum()
        };
        assert_eq!(resident(), 0);
        assert_eq!(load(&mapping, 700 * page - 1, 2), Ok(()));
        assert!(resident() >= 2 * page, "{mode:?}");
        assert_eq!(load(&mapping, 0, 2_000 * page), Ok(()));
        assert_eq!(resident(), 2_000 * page, "{mode:?}");
        assert_eq!(mapping.slot().faults(), 0);
    }
}

#[test]
fn loading_pages_that_the_file_does_not_have_fails_and_is_no_fault() {
    let _alone = alone();
    let page = page_size();
    for mode in MODES {
        let mapping = truncated(mode, 2_000, 1_000);
        assert_eq!(load(&mapping, 0, 1_000 * page), Ok(()), "{mode:?}");
        assert_eq!(
            load(&mapping, 0, 1_001 * page),
            Err(Errno::EFAULT),
            "{mode:?}"
        );
        assert_eq!(
            load(&mapping, 1_999 * page, 1),
            Err(Errno::EFAULT),
            "{mode:?}"
        );
        assert_eq!(load(&mapping, 0, 2_001 * page), Err(Errno::EINVAL));
        assert_eq!(load(&mapping, 2_000 * page, 0), Ok(()));
        assert_eq!(mapping.slot().faults(), 0);
        mapping.retire().expect("retiring");
        assert_eq!(load(&mapping, 0, 1), Err(Errno::EFAULT), "{mode:?}");
    }
}

#[test]
fn a_file_that_is_truncated_while_it_is_loaded_is_survived_and_told() {
    let _alone = alone();
    let bytes = 2_000 * page_size();
    let file = file_of(bytes);
    let done = AtomicBool::new(false);
    thread::scope(|threads| {
        threads.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                file.set_len(0).expect("a size");
                file.set_len(bytes as u64).expect("a size");
            }
        });
        for _ in 0..300 {
            let mapping = loop {
                match Mapping::map(file.as_fd(), MapMode::ReadWrite, 0, length(bytes)) {
                    Ok(mapping) => break mapping,
                    Err(errno) => assert_eq!(errno, Errno::ENODATA),
                }
            };
            let before = mapping.slot().faults();
            match load(&mapping, 0, bytes) {
                Ok(()) => assert_eq!(mapping.slot().faults(), before),
                Err(errno) => assert_eq!(errno, Errno::EFAULT),
            }
        }
        done.store(true, Ordering::Relaxed);
    });
}

// ---- pages that cannot be had

#[test]
fn past_the_end_of_a_truncated_file_there_are_zeros_and_before_it_the_files_bytes() {
    let _alone = alone();
    install();
    let page = page_size();
    for mode in MODES {
        let mapping = truncated(mode, 100, 50);
        // From the middle of the dead part, so that the guard has to leave the living part alone.
        assert_eq!(peek(page_of(&mapping, 75)), 0, "{mode:?}");
        for index in 0..50 {
            let start = page_of(&mapping, index);
            let expected = bytes_at(index * page..(index + 1) * page);
            assert!(
                peek_all(start..start + page) == expected,
                "{mode:?} page {index}"
            );
        }
        let dead = page_of(&mapping, 50)..page_of(&mapping, 100);
        assert!(peek_all(dead).iter().all(|&byte| byte == 0), "{mode:?}");
    }
}

#[test]
fn a_file_that_ends_within_a_page_keeps_the_bytes_of_that_page() {
    let _alone = alone();
    install();
    let page = page_size();
    let file = file_of(4 * page);
    let mapping = map(&file, MapMode::ReadOnly, 4 * page);
    file.set_len(page as u64 + 10).expect("a size");
    assert_eq!(peek(page_of(&mapping, 3)), 0);
    assert_eq!(peek(page_of(&mapping, 2)), 0);
    let expected = [bytes_at(0..page + 10), vec![0; page - 10]].concat();
    assert!(peek_all(mapping.address()..page_of(&mapping, 2)) == expected);
}

#[test]
fn room_past_the_end_reads_as_zeros_until_the_file_has_grown() {
    let _alone = alone();
    install();
    let page = page_size();
    for mode in [MapMode::ReadOnly, MapMode::ReadWrite] {
        let file = file_of(page + 10);
        let mapping = Mapping::map_with_room(file.as_fd(), mode, 0, page + 10, length(100 * page))
            .expect("a mapping");
        assert_eq!(peek(page_of(&mapping, 2)), 0, "{mode:?}");
        assert_eq!(peek(page_of(&mapping, 99)), 0, "{mode:?}");
        assert!(mapping.slot().faults() >= 2);

        file.write_all_at(&bytes_at(page + 10..50 * page), (page + 10) as u64)
            .expect("a write");
        let faults = settle(&mapping);
        let grown = mapping.address()..page_of(&mapping, 50);
        assert!(peek_all(grown) == bytes_at(0..50 * page), "{mode:?}");
        assert_eq!(settle(&mapping), faults);
        assert_eq!(peek(page_of(&mapping, 50)), 0, "{mode:?}");
        assert!(settle(&mapping) > faults);

        mapping.retire().expect("retiring");
        assert_eq!(peek(page_of(&mapping, 0)), 0);
        assert_eq!(peek(page_of(&mapping, 99)), 0);
    }
}

#[test]
fn a_retired_mapping_reads_as_zeros() {
    let _alone = alone();
    install();
    for mode in MODES {
        for first in [0, 1, 50, 98, 99] {
            let mapping = retired(mode, 100);
            assert_eq!(peek(page_of(&mapping, first)), 0, "{mode:?} {first}");
            let content = peek_all(mapping.address()..page_of(&mapping, 100));
            assert!(content.iter().all(|&byte| byte == 0), "{mode:?} {first}");
        }
    }
}

#[test]
fn writes_to_a_retired_mapping_go_nowhere() {
    let _alone = alone();
    install();
    let page = page_size();
    let file = file_of(10 * page);
    let mapping = map(&file, MapMode::ReadWrite, 10 * page);
    let other = map(&file, MapMode::ReadOnly, 10 * page);
    mapping.retire().expect("retiring");
    for index in 0..10 {
        poke(page_of(&mapping, index), 0xaa);
    }
    assert!(peek_all(other.address()..page_of(&other, 10)) == bytes_at(0..10 * page));
    let mut content = vec![0; 10 * page];
    file.read_exact_at(&mut content, 0).expect("a read");
    assert!(content == bytes_at(0..10 * page));
}

#[test]
fn writes_past_the_end_of_a_truncated_file_do_not_extend_it() {
    let _alone = alone();
    install();
    let page = page_size();
    let file = file_of(10 * page);
    let mapping = map(&file, MapMode::ReadWrite, 10 * page);
    file.set_len(5 * page as u64).expect("a size");
    for index in 0..10 {
        poke(page_of(&mapping, index), 0xaa);
    }
    assert_eq!(mapping.force(0, 10 * page), Ok(()));
    assert_eq!(file.metadata().expect("a size").len(), 5 * page as u64);
    let mut content = vec![0; 5 * page];
    file.read_exact_at(&mut content, 0).expect("a read");
    for (position, byte) in content.into_iter().enumerate() {
        let expected = if position % page == 0 {
            0xaa
        } else {
            byte_at(position)
        };
        assert_eq!(byte, expected, "{position}");
    }
}

#[test]
fn errno_is_what_it_was() {
    let _alone = alone();
    install();
    let mapping = truncated(MapMode::ReadOnly, 8, 1);
    // The second answer, because for that the guard makes a system call that fails.
    for index in 1..=2 {
        Errno::set_raw(77);
        let byte = peek(page_of(&mapping, index));
        assert_eq!((byte, Errno::last_raw()), (0, 77));
    }
}

#[test]
fn every_page_that_is_missed_is_counted() {
    let _alone = alone();
    install();
    let before = registry::all_faults();
    let mapping = truncated(MapMode::ReadOnly, 64, 1);
    peek(mapping.address());
    assert_eq!(settle(&mapping), 0);
    assert_eq!(mapping.latest_fault(), None);
    assert_eq!(peek(page_of(&mapping, 40) + 7), 0);
    // More than once, where the zeros go away before the access has run again.
    let first = settle(&mapping);
    assert!(first >= 1);
    assert_eq!(mapping.latest_fault(), Some(40 * page_size() as u64));
    // The file has ended, so the pages after it are missed as well where the answer covers them.
    assert_eq!(peek(page_of(&mapping, 41)), 0);
    let second = settle(&mapping);
    assert!(second > first);
    assert_eq!(mapping.slot().faults(), second);
    assert!(registry::all_faults() >= before + second);
    mapping.retire().expect("retiring");
    assert_eq!(peek(page_of(&mapping, 1)), 0);
    assert!(settle(&mapping) > second);
}

#[test]
fn a_mapping_that_begins_late_in_the_file_says_where_in_the_file_a_page_was_missed() {
    let _alone = alone();
    install();
    let page = page_size();
    let file = file_of(20 * page);
    let mapping = Mapping::map(
        file.as_fd(),
        MapMode::ReadOnly,
        5 * page as i64 + 100,
        length(10 * page),
    )
    .expect("a mapping");
    file.set_len(0).expect("a size");
    assert_eq!(peek(mapping.address() + 3 * page), 0);
    assert_eq!(mapping.latest_fault(), Some(8 * page as u64));
}

// ---- re-arming

/// Puts back what the guard has replaced; the number of faults so far.
fn settle(mapping: &Mapping) -> u64 {
    guard::settle(mapping.slot()).expect("pages that are put back")
}

#[test]
fn every_access_fails_until_the_page_can_be_had() {
    let _alone = alone();
    install();
    for mode in MODES {
        for (mapping, dead) in [
            (truncated(mode, 100, 50), [99, 50, 73]),
            (truncated(mode, 100, 0), [0, 1, 99]),
            (retired(mode, 100), [0, 57, 99]),
        ] {
            for round in 0..5 {
                for index in dead {
                    let before = settle(&mapping);
                    assert_eq!(peek(page_of(&mapping, index)), 0);
                    assert!(settle(&mapping) > before, "{mode:?} {round} {index}");
                }
            }
            let private = mode == MapMode::Private && !mapping.is_retired();
            assert_eq!(mapping.slot().is_lost(), private, "{mode:?}");
        }
    }
}

#[test]
fn it_happens_by_itself() {
    let _alone = alone();
    install();
    for mapping in [
        truncated(MapMode::ReadWrite, 10, 0),
        truncated(MapMode::Private, 10, 5),
        retired(MapMode::ReadOnly, 10),
    ] {
        assert_eq!(peek(page_of(&mapping, 9)), 0);
        while mapping.slot().hull().is_some() {
            thread::yield_now();
        }
        let zeros = areas_in(&pages_of(mapping.address(), mapping.length()));
        assert!(zeros.iter().all(|area| !area.name.is_empty()), "{zeros:?}");
    }
}

#[test]
fn what_is_in_the_file_again_is_in_the_mapping_again() {
    let _alone = alone();
    install();
    let page = page_size();
    for mode in [MapMode::ReadOnly, MapMode::ReadWrite] {
        for (left, missed) in [(0, vec![0]), (0, vec![9, 0]), (0, vec![5]), (4, vec![9, 4])] {
            let file = file_of(10 * page);
            let mapping = map(&file, mode, 10 * page);
            file.set_len((left * page) as u64).expect("a size");
            for index in missed {
                assert_eq!(peek(page_of(&mapping, index)), 0);
            }
            let faults = settle(&mapping);
            file.write_all_at(&bytes_at(0..10 * page), 0)
                .expect("a write");
            let content = peek_all(mapping.address()..page_of(&mapping, 10));
            assert!(content == bytes_at(0..10 * page), "{mode:?} {left}");
            assert_eq!(settle(&mapping), faults);
            let areas = areas_in(&pages_of(mapping.address(), mapping.length()));
            assert_eq!(areas.len(), 1, "{areas:?}");
            if mode == MapMode::ReadWrite {
                poke(page_of(&mapping, 9), 0xaa);
                let mut byte = [0];
                file.read_exact_at(&mut byte, 9 * page as u64)
                    .expect("a read");
                assert_eq!(byte, [0xaa]);
            }
        }
    }
}

#[test]
fn a_private_mapping_keeps_its_own_pages_and_loses_the_dead_ones_for_good() {
    let _alone = alone();
    install();
    let page = page_size();
    let file = file_of(20 * page);
    let mapping = map(&file, MapMode::Private, 20 * page);
    file.set_len(10 * page as u64).expect("a size");
    for index in [2, 7] {
        poke(page_of(&mapping, index) + 5, 0xaa);
    }
    for index in [15, 12, 19] {
        assert_eq!(peek(page_of(&mapping, index)), 0);
    }
    settle(&mapping);
    assert!(mapping.slot().is_lost());
    let mut expected = bytes_at(0..10 * page);
    expected[2 * page + 5] = 0xaa;
    expected[7 * page + 5] = 0xaa;
    assert!(peek_all(mapping.address()..page_of(&mapping, 10)) == expected);
    // The file has them again, but who has missed them is told every time.
    file.write_all_at(&bytes_at(0..20 * page), 0)
        .expect("a write");
    for index in [15, 12, 19] {
        let before = settle(&mapping);
        assert_eq!(peek(page_of(&mapping, index)), 0);
        assert!(settle(&mapping) > before);
    }
    assert_eq!(peek(page_of(&mapping, 10)), byte_at(10 * page));
}

#[test]
fn a_files_name_may_be_any_bytes() {
    let _alone = alone();
    install();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(OsStr::from_bytes(b"\xe9"));
    fs::write(&path, bytes_at(0..3 * page_size())).expect("a file");
    let file = File::options()
        .read(true)
        .write(true)
        .open(path)
        .expect("the file");
    let mapping = map(&file, MapMode::Private, 3 * page_size());
    file.set_len(0).expect("a size");
    assert_eq!(peek(mapping.address()), 0);
    settle(&mapping);
    assert!(mapping.slot().is_lost());
}

#[test]
fn no_page_of_the_file_comes_back_to_a_retired_mapping() {
    let _alone = alone();
    install();
    let page = page_size();
    for round in 0..200 {
        let file = file_of(10 * page);
        let mapping = map(&file, MapMode::ReadWrite, 10 * page);
        file.set_len(5 * page as u64).expect("a size");
        assert_eq!(peek(page_of(&mapping, 5 + round % 5)), 0);
        mapping.retire().expect("retiring");
        settle(&mapping);
        let areas = areas_in(&pages_of(mapping.address(), mapping.length()));
        assert!(areas.iter().all(is_retired), "{areas:?}");
    }
}

#[test]
fn who_counts_the_same_faults_before_and_afterwards_has_read_no_zeros_of_ours() {
    let _alone = alone();
    install();
    let pages = 64;
    for mapping in [
        truncated(MapMode::ReadOnly, pages, 1),
        truncated(MapMode::Private, pages, 1),
        retired(MapMode::ReadOnly, pages),
    ] {
        thread::scope(|scope| {
            for thread in 0..4 {
                let mapping = &mapping;
                scope.spawn(move || {
                    for place in
                        scattered(2000, pages - 1).map(|place| 1 + (place + thread) % (pages - 1))
                    {
                        let before = settle(mapping);
                        assert_eq!(peek(page_of(mapping, place)), 0);
                        assert!(mapping.slot().faults() > before, "page {place}");
                    }
                });
            }
        });
    }
}

#[test]
fn a_page_of_huge_pages_is_replaced_as_a_whole() {
    survives("a_page_of_huge_pages_is_replaced_as_a_whole", || {
        if !unshare_mounts() {
            return;
        }
        let huge = 2 << 20;
        let number = "/proc/sys/vm/nr_hugepages";
        let before = fs::read_to_string(number).expect("a number");
        let wanted = before.trim().parse::<usize>().expect("a number") + 8;
        let folder = env!("CARGO_TARGET_TMPDIR");
        let none: Option<&str> = None;
        let flags = MsFlags::empty();
        let options = Some("pagesize=2M");
        if fs::write(number, wanted.to_string()).is_err()
            || fs::read_to_string(number).expect("a number").trim() != wanted.to_string()
            || mount(none, folder, Some("hugetlbfs"), flags, options).is_err()
        {
            let _ = fs::write(number, before.trim());
            eprintln!("skipped: no huge pages");
            return;
        }
        install();
        let file = tempfile::tempfile_in(folder).expect("a file");
        file.set_len(4 * huge as u64).expect("a size");
        let mapping = map(&file, MapMode::ReadWrite, 3 * huge + 100);
        assert_eq!(mapping.slot().page_size(), huge);
        poke(mapping.address(), 1);
        file.set_len(huge as u64).expect("a size");
        for _ in 0..3 {
            let before = settle(&mapping);
            assert_eq!(peek(mapping.address() + 3 * huge + 50), 0);
            assert!(settle(&mapping) > before);
        }
        assert_eq!(peek(mapping.address()), 1);
        mapping.retire().expect("retiring");
        assert_eq!(peek(mapping.address()), 0);
        drop(mapping);
        drop(file);
        fs::write(number, before.trim()).expect("a number");
    });
}

#[test]
fn the_neighbours_of_a_dead_mapping_are_unharmed() {
    let _alone = alone();
    install();
    let page = page_size();
    // A row of areas: file, retired, file, truncated, file; each of four pages.
    let flags = MapFlags::MAP_PRIVATE | MapFlags::MAP_NORESERVE;
    // SAFETY: fresh addresses.
    let row = unsafe { mmap_anonymous(None, length(20 * page), ProtFlags::PROT_NONE, flags) };
    let row = row.expect("addresses").addr().get();
    let files: Vec<File> = (0..5).map(|_| file_of(4 * page)).collect();
    let adopt = |index: usize| {
        let start = row + index * 4 * page;
        let flags = MapFlags::MAP_SHARED | MapFlags::MAP_FIXED;
        // SAFETY: these addresses are ours since the mmap above.
        unsafe {
            mmap(
                NonZeroUsize::new(start),
                length(4 * page),
                ProtFlags::PROT_READ,
                flags,
                &files[index],
                0,
            )
            .expect("a mapping");
            Mapping::adopt(start, length(4 * page)).expect("a mapping")
        }
    };
    let mappings: Vec<Mapping> = (0..5).map(adopt).collect();
    mappings[1].retire().expect("retiring");
    files[3].set_len(0).expect("a size");
    for dead in [1, 3] {
        for index in [3, 0, 1, 2] {
            assert_eq!(peek(page_of(&mappings[dead], index)), 0);
        }
    }
    for living in [0, 2, 4] {
        let start = mappings[living].address();
        assert!(
            peek_all(start..start + 4 * page) == bytes_at(0..4 * page),
            "{living}"
        );
    }
}

/// Gives this process mounts of its own, gone with it: `false`, with the reason printed, where that is not allowed.
fn unshare_mounts() -> bool {
    if let Err(errno) = unshare(CloneFlags::CLONE_NEWNS) {
        // Only root may, and not in every container.
        eprintln!("skipped: no mount namespace: {errno}");
        return false;
    }
    let none: Option<&str> = None;
    let private = mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none);
    if let Err(errno) = private {
        eprintln!("skipped: no mounts of its own: {errno}");
    }
    private.is_ok()
}

#[test]
fn holes_of_a_full_filesystem_read_as_zeros_and_what_lies_between_them_stays() {
    survives(
        "holes_of_a_full_filesystem_read_as_zeros_and_what_lies_between_them_stays",
        || {
            if !unshare_mounts() {
                return;
            }
            let none: Option<&str> = None;
            let folder = env!("CARGO_TARGET_TMPDIR");
            mount(
                none,
                folder,
                Some("tmpfs"),
                MsFlags::empty(),
                Some("size=1m"),
            )
            .expect("a tmpfs");
            install();

            const PAGES: usize = 128;
            let page = page_size();
            let living = |index: usize| index.is_multiple_of(5);
            let file = tempfile::tempfile_in(folder).expect("a file");
            file.set_len((PAGES * page) as u64).expect("a size");
            for index in (0..PAGES).filter(|&index| living(index)) {
                let bytes = bytes_at(index * page..(index + 1) * page);
                file.write_all_at(&bytes, (index * page) as u64)
                    .expect("a write");
            }
            let mut filler = tempfile::tempfile_in(folder).expect("a file");
            while filler.write(&[1; 4096]).is_ok() {}

            let reader = map(&file, MapMode::ReadOnly, PAGES * page);
            let writer = map(&file, MapMode::ReadWrite, PAGES * page);
            for index in 0..PAGES {
                poke(page_of(&writer, index), 0xaa);
                let expected = if living(index) { 0xaa } else { 0 };
                assert_eq!(peek(page_of(&reader, index)), expected, "{index}");
            }
            settle(&reader);
            settle(&writer);
            for index in (0..PAGES).filter(|&index| living(index)) {
                let expected = bytes_at(index * page + 1..(index + 1) * page);
                for mapping in [&reader, &writer] {
                    let start = page_of(mapping, index);
                    assert!(peek_all(start + 1..start + page) == expected, "{index}");
                }
            }
        },
    );
}

/// A filesystem in a file, with blocks smaller than a page: `false`, with the reason printed, where there is no
/// mkfs or no loop device.
fn mount_small_blocks(folder: &str) -> bool {
    let image = format!("{folder}/small-blocks.img");
    let target = format!("{folder}/small-blocks");
    File::create(&image)
        .expect("an image")
        .set_len(4 << 20)
        .expect("a size");
    fs::create_dir_all(&target).expect("a folder");
    for command in [
        format!("mkfs.ext4 -q -F -b 1024 -m 0 -O ^has_journal {image}"),
        format!("mount -o loop {image} {target}"),
    ] {
        let mut words = command.split(' ');
        let done = Command::new(words.next().expect("a program"))
            .args(words)
            .output();
        if !done.as_ref().is_ok_and(|done| done.status.success()) {
            eprintln!("skipped: {command}: {done:?}");
            return false;
        }
    }
    fs::remove_file(&image).expect("the mount keeps it");
    true
}

#[test]
fn a_page_that_can_only_be_read_keeps_its_bytes() {
    survives("a_page_that_can_only_be_read_keeps_its_bytes", || {
        if !unshare_mounts() {
            return;
        }
        let folder = env!("CARGO_TARGET_TMPDIR");
        if !mount_small_blocks(folder) {
            return;
        }
        install();
        let page = page_size();
        // Of the page's blocks of 1 KiB only the first is on the disk, and the disk is full.
        let file = tempfile::tempfile_in(format!("{folder}/small-blocks")).expect("a file");
        file.write_all_at(&bytes_at(0..100), 0).expect("a write");
        file.set_len(page as u64).expect("a size");
        file.sync_all().expect("a sync");
        let mut filler = tempfile::tempfile_in(format!("{folder}/small-blocks")).expect("a file");
        while filler.write(&[1; 1024]).is_ok() {}
        let _ = filler.sync_all();

        let writer = map(&file, MapMode::ReadWrite, page);
        let reader = map(&file, MapMode::ReadOnly, page);
        poke(writer.address() + 2000, 0xaa);
        assert!(peek_all(writer.address()..writer.address() + 100) == bytes_at(0..100));
        // That was not written, and no more was lost: with the next blocks free, it would be.
        assert!(settle(&writer) > 0);
        assert!(!writer.slot().is_lost());
        assert_eq!(peek(writer.address() + 2000), 0);
        assert!(peek_all(writer.address()..writer.address() + 100) == bytes_at(0..100));
        assert!(peek_all(reader.address()..reader.address() + 100) == bytes_at(0..100));
        assert_eq!(peek(reader.address() + 2000), 0);
    });
}

// ---- many at once

#[test]
fn threads_that_fault_at_once_all_read_zeros() {
    let _alone = alone();
    install();
    const THREADS: usize = 16;
    for mapping in [
        truncated(MapMode::ReadWrite, 512, 1),
        retired(MapMode::ReadWrite, 512),
    ] {
        let start = Barrier::new(THREADS);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (start, mapping) = (&start, &mapping);
                scope.spawn(move || {
                    start.wait();
                    for step in 0..511 {
                        // Some threads go the same way, others against them.
                        let index = if thread % 4 == 0 {
                            511 - step
                        } else {
                            1 + step
                        };
                        assert_eq!(peek(page_of(mapping, index)), 0);
                    }
                });
            }
        });
    }
}

#[test]
fn readers_get_the_files_bytes_until_it_is_retired_and_then_zeros() {
    let _alone = alone();
    install();
    const PAGES: usize = 256;
    for _ in 0..20 {
        let file = file_of(PAGES * page_size());
        let mapping = map(&file, MapMode::ReadOnly, PAGES * page_size());
        let done = AtomicBool::new(false);
        let under_way = Barrier::new(5);
        thread::scope(|scope| {
            for first in 0..4 {
                let (mapping, done, under_way) = (&mapping, &done, &under_way);
                scope.spawn(move || {
                    for step in 0.. {
                        let index = (first * 61 + step) % PAGES;
                        let was_done = done.load(Ordering::Acquire);
                        let byte = peek(page_of(mapping, index));
                        let before = byte == byte_at(index * page_size());
                        assert!(
                            byte == 0 || before && !was_done,
                            "{byte} of page {index}, {was_done}"
                        );
                        if step == PAGES {
                            under_way.wait();
                        }
                        if was_done && step > 2 * PAGES {
                            break;
                        }
                    }
                });
            }
            under_way.wait();
            assert_eq!(mapping.retire(), Ok(true));
            done.store(true, Ordering::Release);
        });
    }
}

#[test]
fn mappings_come_and_go_while_others_fault() {
    let _alone = alone();
    install();
    thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                let page = page_size();
                let file = file_of(8 * page);
                for round in 0..200 {
                    let mapping = map(&file, MODES[round % 3], 8 * page);
                    let index = (round + thread) % 8;
                    assert_eq!(peek(page_of(&mapping, index)), byte_at(index * page));
                    mapping.retire().expect("retiring");
                    assert_eq!(peek(page_of(&mapping, index)), 0);
                }
            });
        }
    });
}

// ---- the number of areas (vm.max_map_count is their limit)

/// Places in a random order, the same every time.
fn scattered(count: usize, below: usize) -> impl Iterator<Item = usize> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    (0..count).map(move |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    })
}

fn sparse(bytes: usize) -> File {
    let file = tempfile::tempfile().expect("a temporary file");
    file.set_len(bytes as u64).expect("a size");
    file
}

#[test]
fn random_reads_of_a_large_retired_mapping_take_few_areas() {
    let _alone = alone();
    install();
    let mapping = map(&sparse(1 << 30), MapMode::ReadWrite, 1 << 30);
    mapping.retire().expect("retiring");
    let pages = pages_of(mapping.address(), mapping.length());
    let mut most = 0;
    for (count, place) in scattered(10_000, 1 << 30).enumerate() {
        assert_eq!(peek(mapping.address() + place), 0);
        if count < 40 || count % 1000 == 0 {
            most = most.max(areas_in(&pages).len());
        }
    }
    assert!(most < 1500, "{most} areas");
    settle(&mapping);
    assert_eq!(areas_in(&pages).len(), 1);
}

#[test]
fn random_reads_of_a_large_truncated_mapping_take_few_areas() {
    let _alone = alone();
    install();
    for mode in MODES {
        let file = sparse(1 << 30);
        let mapping = map(&file, mode, 1 << 30);
        file.set_len(0).expect("a size");
        let pages = pages_of(mapping.address(), mapping.length());
        thread::scope(|scope| {
            for first in 0..4 {
                let mapping = &mapping;
                scope.spawn(move || {
                    for place in scattered(5000, 1 << 28) {
                        assert_eq!(peek(mapping.address() + (first << 28) + place), 0);
                    }
                });
            }
            for _ in 0..10 {
                let count = areas_in(&pages).len();
                assert!(count < 10_000, "{mode:?}: {count} areas");
            }
        });
        settle(&mapping);
        for place in scattered(3000, 1 << 30) {
            assert_eq!(peek(mapping.address() + place), 0);
            if place % 8 == 0 {
                settle(&mapping);
            }
        }
        settle(&mapping);
        let count = areas_in(&pages).len();
        assert!(count < 3000, "{mode:?}: {count} areas");
        if mode != MapMode::Private {
            assert_eq!(areas_in(&pages).len(), 1, "{mode:?}");
        }
    }
}

#[test]
fn a_sequential_read_of_dead_pages_leaves_the_file_as_the_one_area() {
    let _alone = alone();
    install();
    const PAGES: usize = 10_000;
    let mapping = truncated(MapMode::ReadOnly, PAGES, 1);
    for index in 0..PAGES {
        peek(page_of(&mapping, index));
    }
    settle(&mapping);
    let areas = areas_in(&pages_of(mapping.address(), mapping.length()));
    assert_eq!(areas.len(), 1, "{areas:?}");
}

/// Takes all the areas that the kernel lets this process have.
fn exhaust_areas() {
    let limit = fs::read_to_string("/proc/sys/vm/max_map_count").expect("the limit");
    let limit: usize = limit.trim().parse().expect("a number");
    let page = page_size();
    let flags = MapFlags::MAP_PRIVATE | MapFlags::MAP_NORESERVE;
    // SAFETY: fresh addresses.
    let start =
        unsafe { mmap_anonymous(None, length(2 * limit * page), ProtFlags::PROT_NONE, flags) };
    let start = start.expect("addresses");
    // Every other page gets permissions of its own.
    for index in (1..2 * limit).step_by(2) {
        // SAFETY: within the addresses above, which nobody uses.
        let changed = unsafe { mprotect(start.byte_add(index * page), page, ProtFlags::PROT_READ) };
        if changed == Err(Errno::ENOMEM) {
            return;
        }
        changed.expect("mprotect");
    }
    panic!("there is no limit");
}

#[test]
fn without_areas_to_spare_a_retired_mapping_still_reads_as_zeros() {
    survives(
        "without_areas_to_spare_a_retired_mapping_still_reads_as_zeros",
        || {
            install();
            let mapping = retired(MapMode::ReadOnly, 64);
            exhaust_areas();
            let sum: usize = [30, 7, 63, 0]
                .map(|index| usize::from(peek(page_of(&mapping, index))))
                .iter()
                .sum();
            assert_eq!(sum, 0);
        },
    );
}

#[test]
fn with_little_memory_to_spare_a_retired_mapping_still_reads_as_zeros() {
    survives(
        "with_little_memory_to_spare_a_retired_mapping_still_reads_as_zeros",
        || {
            install();
            let mapping = map(&sparse(1 << 30), MapMode::ReadOnly, 1 << 30);
            mapping.retire().expect("retiring");
            // As a limit on committed memory (vm.overcommit_memory=2), but for this process alone.
            let status = fs::read_to_string("/proc/self/status").expect("the status");
            let data = status
                .lines()
                .find_map(|line| line.strip_prefix("VmData:"))
                .expect("VmData");
            let kibibytes: u64 = data
                .trim()
                .trim_end_matches(" kB")
                .parse()
                .expect("a number");
            let limit = (kibibytes << 10) + (64 << 20);
            setrlimit(Resource::RLIMIT_DATA, limit, limit).expect("a limit");
            for place in scattered(1000, 1 << 30) {
                assert_eq!(peek(mapping.address() + place), 0);
            }
        },
    );
}

#[test]
fn without_areas_to_spare_pages_of_a_truncated_file_still_read_as_zeros() {
    survives(
        "without_areas_to_spare_pages_of_a_truncated_file_still_read_as_zeros",
        || {
            install();
            let page = page_size();
            let file = file_of(64 * page);
            let mapping = map(&file, MapMode::ReadOnly, 64 * page);
            file.set_len(10 * page as u64).expect("a size");
            assert_eq!(peek(page_of(&mapping, 60)), 0); // The thread that re-arms runs, and has its reserve.
            settle(&mapping);
            exhaust_areas();
            let mut sum = 0;
            for index in [30, 10, 50, 63] {
                sum += usize::from(peek(page_of(&mapping, index)));
            }
            assert_eq!(sum, 0);
            settle(&mapping);
            let lost = mapping.slot().is_lost();
            let expected = bytes_at(0..10 * page);
            let mut differ = 0;
            for (offset, byte) in expected.into_iter().enumerate() {
                differ += usize::from(peek(mapping.address() + offset) != byte);
            }
            assert_eq!((differ, lost), (0, false));
        },
    );
}

#[test]
fn without_areas_to_spare_nothing_spins() {
    // More mappings with a fault each than there can be answers to.
    dies_of(
        Signal::SIGBUS,
        "without_areas_to_spare_nothing_spins",
        || {
            install();
            let mappings: Vec<Mapping> = (0..200)
                .map(|_| truncated(MapMode::Private, 3, 0))
                .collect();
            exhaust_areas();
            for mapping in &mappings {
                peek(page_of(mapping, 1));
            }
        },
    );
}

// ---- every other SIGBUS

/// A page of a truncated file that the guard knows nothing of.
fn strangers_dead_page() -> usize {
    let page = page_size();
    let file = file_of(page);
    let flags = MapFlags::MAP_SHARED;
    // SAFETY: fresh addresses.
    let start = unsafe { mmap(None, length(page), ProtFlags::PROT_READ, flags, &file, 0) };
    file.set_len(0).expect("a size");
    start.expect("a mapping").addr().get()
}

fn forget(page: usize) {
    let start = NonNull::new(page as *mut c_void).expect("an address");
    // SAFETY: one page from `strangers_dead_page`.
    unsafe { munmap(start, page_size()) }.expect("munmap");
}

static SIGNALS: AtomicUsize = AtomicUsize::new(0);
static LAST_CODE: AtomicI32 = AtomicI32::new(0);
static LAST_ADDRESS: AtomicUsize = AtomicUsize::new(0);
static LAST_CONTEXT: AtomicUsize = AtomicUsize::new(0);

fn last_signal() -> (usize, i32, usize) {
    let count = SIGNALS.load(Ordering::SeqCst);
    (
        count,
        LAST_CODE.load(Ordering::SeqCst),
        LAST_ADDRESS.load(Ordering::SeqCst),
    )
}

const BUS_ADRERR: i32 = 2;

/// Notes what it is told, and puts a page where one is missing so that the access can go on.
extern "C" fn note(_signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel's, or what the guard passes on.
    let (code, address) = unsafe { ((*info).si_code, (*info).si_addr().addr()) };
    SIGNALS.fetch_add(1, Ordering::SeqCst);
    LAST_CODE.store(code, Ordering::SeqCst);
    LAST_ADDRESS.store(address, Ordering::SeqCst);
    LAST_CONTEXT.store(context.addr(), Ordering::SeqCst);
    if code == BUS_ADRERR {
        // SAFETY: the page is dead.
        let _ = unsafe { replace_with_zeros(page_floor(address, page_size()), page_size()) };
    }
}

/// As [`note`], for a handler that is told nothing but the signal; the page is in [`LAST_ADDRESS`].
extern "C" fn count(_signal: c_int) {
    SIGNALS.fetch_add(1, Ordering::SeqCst);
    // SAFETY: the page is dead.
    let _ = unsafe { replace_with_zeros(LAST_ADDRESS.load(Ordering::SeqCst), page_size()) };
}

fn set_handler(handler: SigHandler, flags: SaFlags) -> SigAction {
    let action = SigAction::new(handler, flags, SigSet::empty());
    // SAFETY: the handlers of this file make system calls and change atomics, no more.
    unsafe { sigaction(Signal::SIGBUS, &action) }.expect("a handler")
}

#[test]
fn without_the_guard_a_fault_ends_the_process() {
    dies_of(
        Signal::SIGBUS,
        "without_the_guard_a_fault_ends_the_process",
        || {
            peek(strangers_dead_page());
        },
    );
}

#[test]
fn with_the_guard_a_strangers_fault_ends_the_process_all_the_same() {
    dies_of(
        Signal::SIGBUS,
        "with_the_guard_a_strangers_fault_ends_the_process_all_the_same",
        || {
            install();
            assert_eq!(peek(page_of(&retired(MapMode::ReadOnly, 1), 0)), 0);
            peek(strangers_dead_page());
        },
    );
}

#[test]
fn a_strangers_fault_gets_the_default_action_where_that_was_set() {
    dies_of(
        Signal::SIGBUS,
        "a_strangers_fault_gets_the_default_action_where_that_was_set",
        || {
            set_handler(SigHandler::SigDfl, SaFlags::empty());
            install();
            peek(strangers_dead_page());
        },
    );
}

#[test]
fn a_strangers_fault_ends_the_process_where_sigbus_was_ignored() {
    dies_of(
        Signal::SIGBUS,
        "a_strangers_fault_ends_the_process_where_sigbus_was_ignored",
        || {
            set_handler(SigHandler::SigIgn, SaFlags::empty());
            install();
            peek(strangers_dead_page());
        },
    );
}

#[test]
fn a_strangers_fault_goes_to_the_handler_that_was_there_before() {
    survives(
        "a_strangers_fault_goes_to_the_handler_that_was_there_before",
        || {
            set_handler(SigHandler::SigAction(note), SaFlags::SA_SIGINFO);
            install();
            install();
            let ours = retired(MapMode::ReadOnly, 1);
            assert_eq!(peek(ours.address()), 0);
            assert_eq!(last_signal(), (0, 0, 0));
            for expected in 1..=3 {
                let page = strangers_dead_page();
                assert_eq!(peek(page + 123), 0);
                assert_eq!(last_signal(), (expected, BUS_ADRERR, page + 123));
                assert_ne!(LAST_CONTEXT.load(Ordering::SeqCst), 0);
                forget(page);
            }
        },
    );
}

#[test]
fn a_strangers_fault_goes_to_a_handler_without_siginfo() {
    survives(
        "a_strangers_fault_goes_to_a_handler_without_siginfo",
        || {
            set_handler(SigHandler::Handler(count), SaFlags::empty());
            install();
            let page = strangers_dead_page();
            LAST_ADDRESS.store(page, Ordering::SeqCst);
            assert_eq!(peek(page), 0);
            assert_eq!(SIGNALS.load(Ordering::SeqCst), 1);
            forget(page);
        },
    );
}

#[test]
fn a_strangers_dead_pages_beside_ours_stay_the_strangers() {
    survives(
        "a_strangers_dead_pages_beside_ours_stay_the_strangers",
        || {
            set_handler(SigHandler::SigAction(note), SaFlags::SA_SIGINFO);
            install();
            let page = page_size();
            for with_retired in [false, true] {
                // Three areas of seven pages each: the one in the middle is ours.
                let file = file_of(21 * page);
                let flags = MapFlags::MAP_SHARED;
                // SAFETY: fresh addresses.
                let start = unsafe {
                    mmap(
                        None,
                        length(21 * page),
                        ProtFlags::PROT_READ,
                        flags,
                        &file,
                        0,
                    )
                };
                let start = start.expect("a mapping").addr().get();
                // SAFETY: nobody else has these addresses.
                let ours =
                    unsafe { Mapping::adopt(start + 7 * page, length(7 * page)) }.expect("ours");
                file.set_len(0).expect("a size");
                if with_retired {
                    ours.retire().expect("retiring");
                }
                // In an order that lets the answers grow in both directions.
                for index in [3, 4, 5, 6, 0, 1, 2] {
                    assert_eq!(peek(page_of(&ours, index)), 0);
                }
                for stranger in [6, 14] {
                    let before = SIGNALS.load(Ordering::SeqCst);
                    assert_eq!(peek(start + stranger * page), 0);
                    let after = (before + 1, BUS_ADRERR, start + stranger * page);
                    assert_eq!(last_signal(), after, "{with_retired}");
                }
                for index in (0..7).chain(14..21) {
                    forget(start + index * page);
                }
            }
        },
    );
}

#[test]
fn a_mapping_that_is_gone_is_a_strangers() {
    survives("a_mapping_that_is_gone_is_a_strangers", || {
        set_handler(SigHandler::SigAction(note), SaFlags::SA_SIGINFO);
        install();
        let page = page_size();
        let file = file_of(page);
        let mapping = map(&file, MapMode::ReadOnly, page);
        let address = mapping.address();
        drop(mapping);
        let flags = MapFlags::MAP_SHARED | MapFlags::MAP_FIXED_NOREPLACE;
        // SAFETY: free addresses.
        unsafe {
            mmap(
                NonZeroUsize::new(address),
                length(page),
                ProtFlags::PROT_READ,
                flags,
                &file,
                0,
            )
        }
        .expect("the same addresses");
        file.set_len(0).expect("a size");
        assert_eq!(peek(address), 0);
        assert_eq!(last_signal(), (1, BUS_ADRERR, address));
        forget(address);
    });
}

/// A siginfo_t as the kernel fills it for a fault: the same on x86-64 and AArch64.
#[repr(C)]
struct FaultInfo {
    signal: c_int,
    errno: c_int,
    code: c_int,
    padding: c_int,
    address: usize,
    rest: [usize; 13],
}

const _: () = assert!(size_of::<FaultInfo>() == size_of::<siginfo_t>());

/// Sends this thread a SIGBUS with this code and address: the kernel lets a process do so to itself.
fn send_to_myself(code: c_int, address: usize) {
    let info = FaultInfo {
        signal: libc::SIGBUS,
        errno: 0,
        code,
        padding: 0,
        address,
        rest: [0; 13],
    };
    let (process, thread) = (Pid::this().as_raw(), gettid().as_raw());
    // SAFETY: `info` is as long as the kernel expects.
    let sent = unsafe {
        libc::syscall(
            libc::SYS_rt_tgsigqueueinfo,
            process,
            thread,
            libc::SIGBUS,
            &raw const info,
        )
    };
    assert_eq!(sent, 0, "{}", Errno::last());
}

#[test]
fn a_sigbus_of_another_kind_is_a_strangers_even_at_an_address_of_ours() {
    survives(
        "a_sigbus_of_another_kind_is_a_strangers_even_at_an_address_of_ours",
        || {
            set_handler(SigHandler::SigAction(note), SaFlags::SA_SIGINFO);
            install();
            let page = page_size();
            let mapping = map(&file_of(page), MapMode::ReadWrite, page);
            let retired = retired(MapMode::ReadWrite, 1);
            // BUS_ADRALN, BUS_OBJERR, BUS_MCEERR_AR, BUS_MCEERR_AO, and SI_QUEUE.
            for (expected, code) in [1, 3, 4, 5, -1].into_iter().enumerate() {
                for (turn, address) in [mapping.address(), retired.address()]
                    .into_iter()
                    .enumerate()
                {
                    send_to_myself(code, address);
                    assert_eq!(last_signal(), (2 * expected + turn + 1, code, address));
                }
            }
            assert!(peek_all(mapping.address()..mapping.address() + page) == bytes_at(0..page));
            // tgkill(2) has no address at all.
            pthread_kill(pthread_self(), Signal::SIGBUS).expect("a signal");
            assert_eq!(SIGNALS.load(Ordering::SeqCst), 11);
            assert_eq!(LAST_CODE.load(Ordering::SeqCst), libc::SI_TKILL);
        },
    );
}

#[test]
fn the_guard_knows_whether_sigbus_comes_to_it_first() {
    survives("the_guard_knows_whether_sigbus_comes_to_it_first", || {
        assert!(!guard::is_installed());
        install();
        assert!(guard::is_installed());
        let guards = set_handler(SigHandler::SigAction(note), SaFlags::SA_SIGINFO);
        assert!(!guard::is_installed());
        // SAFETY: the guard's own action.
        unsafe { sigaction(Signal::SIGBUS, &guards) }.expect("a handler");
        assert!(guard::is_installed());
    });
}

#[test]
fn a_handler_that_came_later_may_ask_the_guard() {
    survives("a_handler_that_came_later_may_ask_the_guard", || {
        static GUARD: AtomicUsize = AtomicUsize::new(0);
        extern "C" fn ask(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
            type Handler = extern "C" fn(c_int, *mut siginfo_t, *mut c_void);
            SIGNALS.fetch_add(1, Ordering::SeqCst);
            // SAFETY: stored below from a handler of this type.
            let guard: Handler = unsafe { std::mem::transmute(GUARD.load(Ordering::SeqCst)) };
            guard(signal, info, context);
        }
        install();
        let guards = set_handler(SigHandler::SigAction(ask), SaFlags::SA_SIGINFO);
        let SigHandler::SigAction(handler) = guards.handler() else {
            panic!("{:?}", guards.handler());
        };
        GUARD.store(handler as usize, Ordering::SeqCst);
        let mapping = retired(MapMode::ReadOnly, 1);
        assert_eq!(peek(mapping.address()), 0);
        assert_eq!(SIGNALS.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn there_is_no_hotspot_in_a_process_without_a_jvm() {
    assert!(HotSpot::find().is_none());
}
