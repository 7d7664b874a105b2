//! What of a mapping is in memory, as the kernel shows it: advice, load, evict, lock.

mod common;

use common::{Area, alone, areas_in, bytes_at, file_of, peek, peek_all, poke, survives};
use ferronio::kernel::memory::{MapMode, page_size};
use ferronio::kernel::paging::{Advice, lock_limit};
use ferronio::mapping::Mapping;
use nix::errno::Errno;
use nix::libc;
use nix::sys::prctl;
use nix::sys::resource::{Resource, setrlimit};
use std::fs::File;
use std::num::NonZeroUsize;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;

const MODES: [MapMode; 3] = [MapMode::ReadOnly, MapMode::ReadWrite, MapMode::Private];

/// Pages of each mapping here.
const PAGES: usize = 64;

fn map(file: &File, mode: MapMode) -> Mapping {
    let length = NonZeroUsize::new(PAGES * page_size()).expect("a length");
    Mapping::map(file.as_fd(), mode, 0, length).expect("a mapping")
}

fn file() -> File {
    file_of(PAGES * page_size())
}

/// The area that holds page `index` of a mapping.
fn area_of(mapping: &Mapping, index: usize) -> Area {
    let start = mapping.address() + index * page_size();
    let areas = areas_in(&(start..start + 1));
    areas.into_iter().next().expect("an area")
}

fn areas_of(mapping: &Mapping) -> Vec<Area> {
    areas_in(&(mapping.address()..mapping.address() + mapping.length()))
}

fn resident(mapping: &Mapping) -> usize {
    areas_of(mapping).iter().map(|area| area.resident).sum()
}

fn locked(mapping: &Mapping) -> usize {
    areas_of(mapping).iter().map(|area| area.locked).sum()
}

#[test]
fn advice_is_for_the_pages_of_its_range() {
    let _alone = alone();
    let page = page_size();
    let file = file();
    for mode in MODES {
        for (advice, flag) in [
            (Advice::Sequential, "sr"),
            (Advice::Random, "rr"),
            (Advice::DontDump, "dd"),
        ] {
            let mapping = map(&file, mode);
            let has_flag = |index| area_of(&mapping, index).flags.iter().any(|has| has == flag);
            mapping
                .advise(10 * page + 100, page, advice)
                .expect("advice");
            let advised: Vec<usize> = (0..PAGES).filter(|&index| has_flag(index)).collect();
            assert_eq!(advised, [10, 11], "{mode:?} {advice:?}");
            mapping
                .advise(0, PAGES * page, Advice::Normal)
                .expect("advice");
            assert_eq!(
                has_flag(10),
                advice == Advice::DontDump,
                "{mode:?} {advice:?}"
            );
            mapping
                .advise(0, PAGES * page, Advice::WillNeed)
                .expect("advice");
            let content = peek_all(mapping.address()..mapping.address() + PAGES * page);
            assert!(content == bytes_at(0..PAGES * page));
        }
    }
}

#[test]
fn ranges_outside_the_mapping_are_refused_and_empty_ones_are_nothing() {
    let _alone = alone();
    let mapping = map(&file(), MapMode::ReadWrite);
    let all = mapping.length();
    for (offset, length) in [
        (0, all + 1),
        (all, 1),
        (all + 1, 0),
        (1, usize::MAX),
        (usize::MAX, 1),
    ] {
        assert_eq!(
            mapping.advise(offset, length, Advice::Random),
            Err(Errno::EINVAL)
        );
        assert_eq!(mapping.evict(offset, length), Err(Errno::EINVAL));
        assert_eq!(mapping.lock(offset, length), Err(Errno::EINVAL));
        assert_eq!(mapping.unlock(offset, length), Err(Errno::EINVAL));
    }
    for offset in [0, 100, all] {
        assert_eq!(mapping.advise(offset, 0, Advice::Random), Ok(()));
        assert_eq!(mapping.evict(offset, 0), Ok(()));
        assert_eq!(mapping.lock(offset, 0), Ok(()));
        assert_eq!(mapping.unlock(offset, 0), Ok(()));
    }
    assert_eq!(areas_of(&mapping).len(), 1);
    assert_eq!(resident(&mapping), 0);
}

#[test]
fn evicted_pages_leave_the_mapping_and_come_back_from_the_file() {
    let _alone = alone();
    let page = page_size();
    let file = file();
    let mapping = map(&file, MapMode::ReadWrite);
    mapping.load(0, mapping.length()).expect("loading");
    assert_eq!(resident(&mapping), mapping.length());
    poke(mapping.address() + 20 * page, 0xaa);

    // No whole page: nothing happens, but what was written goes to the file.
    mapping.evict(20 * page, page - 1).expect("evicting");
    assert_eq!(resident(&mapping), mapping.length());
    mapping.evict(0, mapping.length()).expect("evicting");

    assert_eq!(resident(&mapping), 0);
    let mut content = [0; 1];
    file.read_exact_at(&mut content, 20 * page as u64)
        .expect("a read");
    assert_eq!(content, [0xaa]);
    assert_eq!(peek(mapping.address() + 20 * page), 0xaa);
    let rest = peek_all(mapping.address()..mapping.address() + 20 * page);
    assert!(rest == bytes_at(0..20 * page));
}

#[test]
fn locked_pages_stay_until_they_are_unlocked() {
    let _alone = alone();
    let page = page_size();
    for mode in MODES {
        let mapping = map(&file(), mode);
        mapping.lock(10 * page + 100, page).expect("locking");
        assert_eq!(locked(&mapping), 2 * page, "{mode:?}");
        assert_eq!(mapping.evict(0, mapping.length()), Err(Errno::EINVAL));
        assert_eq!(area_of(&mapping, 10).resident, 2 * page);
        mapping.unlock(0, mapping.length()).expect("unlocking");
        mapping.unlock(0, mapping.length()).expect("unlocking");
        assert_eq!(locked(&mapping), 0);
        mapping.lock(0, mapping.length()).expect("locking");
        mapping.retire().expect("retiring");
        assert_eq!(locked(&mapping), 0);
    }
}

#[test]
fn pages_that_the_file_does_not_have_are_not_locked() {
    let _alone = alone();
    let page = page_size();
    let file = file();
    let mapping = map(&file, MapMode::ReadWrite);
    file.set_len(10 * page as u64).expect("a size");
    assert_eq!(mapping.lock(0, mapping.length()), Err(Errno::ENOMEM));
    assert_eq!(locked(&mapping), 0);
    mapping.lock(0, 10 * page).expect("locking");
}

/// For root has no limits. This process only; what the kernel says of it stays readable for it.
fn become_nobody() {
    // SAFETY: no memory is touched, and no other thread runs anything here.
    let status = unsafe {
        if libc::geteuid() == 0 {
            libc::setuid(65_534)
        } else {
            0
        }
    };
    assert_eq!(status, 0, "another user");
    prctl::set_dumpable(true).expect("readable entries in proc");
}

#[test]
fn past_the_limit_nothing_of_the_range_is_locked() {
    survives("past_the_limit_nothing_of_the_range_is_locked", || {
        let page = page_size();
        let limit = 8 * page as u64;
        let file = file();
        setrlimit(Resource::RLIMIT_MEMLOCK, limit, limit).expect("a limit");
        become_nobody();
        assert_eq!(lock_limit(), Ok(Some(limit)));
        let mapping = map(&file, MapMode::ReadWrite);
        mapping.lock(0, 8 * page).expect("locking");
        assert_eq!(mapping.lock(20 * page, page), Err(Errno::ENOMEM));
        assert_eq!(locked(&mapping), 8 * page);
        assert_eq!(mapping.lock(0, 9 * page), Err(Errno::ENOMEM));
        assert_eq!(locked(&mapping), 0);
    });
}
