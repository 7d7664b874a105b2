//! Mappings of the JDK's that the guard answers for, as long as the JDK keeps them.
//!
//! Java tells when one was made, and when one is about to be unmapped: by its address, since it unmaps it itself. One that
//! was made before is *found* and told later, when it may be gone already and its addresses another's. So as long as there
//! is a search, what goes is noted.

use super::pages_of;
use super::registry::{self, Backing, Registration, Sharing};
use crate::kernel::file;
use crate::kernel::memory::{self, EMPTY_FILE};
use crate::kernel::memory_map::{self, MappedFile};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Off,
    Searching,
    On,
}

struct Watch {
    phase: Phase,
    /// By their first addresses.
    ranges: BTreeMap<usize, Registration>,
    /// Where mappings have gone since the search began.
    gone: BTreeSet<usize>,
    /// Of mappings that are gone, and nobody has asked for.
    faults: Vec<Faults>,
    /// Mappings so far.
    total: u64,
}

static WATCH: Mutex<Watch> = Mutex::new(Watch {
    phase: Phase::Off,
    ranges: BTreeMap::new(),
    gone: BTreeSet::new(),
    faults: Vec::new(),
    total: 0,
});

/// Held while a mapping is looked at that Java may be about to unmap: it waits for us.
fn watch() -> MutexGuard<'static, Watch> {
    WATCH.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Pages of a mapping that an access could not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults {
    /// The mapped file, if the kernel says so.
    pub file: Option<MappedFile>,
    /// How many pages.
    pub pages: u64,
    /// Where the page begins that was missed last, in bytes: in the file if that is known, else in the mapping.
    pub latest: u64,
    /// Bytes mapped, in whole pages.
    pub length: usize,
    /// Whether some of the pages cannot come back.
    pub is_lost: bool,
}

impl Faults {
    /// Those of a mapping that are reported for the first time. To be called before it is unmapped.
    fn of(range: &Registration) -> Option<Faults> {
        let pages = range.slot().take_report()?;
        let file = memory_map::file_in(&range.pages(), EMPTY_FILE).unwrap_or(None);
        let position = file.as_ref().map_or(0, |file| file.position);
        Some(Faults {
            file,
            pages,
            latest: position + range.slot().latest_fault().unwrap_or(0) as u64,
            length: range.pages().len(),
            is_lost: range.slot().is_lost(),
        })
    }

    /// The size of the file now, if its name leads to it.
    pub fn size_of_file(&self) -> Option<i64> {
        let file = self.file.as_ref().filter(|file| !file.is_deleted)?;
        file::size_by_name(&file.path)
    }
}

/// Begins to watch, and to search: from now on both kinds of mappings are told.
pub fn begin() {
    watch().phase = Phase::Searching;
}

/// All that were there before are found.
pub fn end_search() {
    let mut watch = watch();
    watch.phase = Phase::On;
    watch.gone.clear();
}

/// A mapping was made: it is watched from now on if any are. `false` for what is no mapping, or comes too late.
pub fn made(start: usize, length: usize) -> bool {
    is_page(start) && {
        let mut watch = watch();
        watch.phase != Phase::Off && watch.enter(start, length)
    }
}

/// A mapping was found that had not begun to be unmapped when [`begin`] had returned. `false` if it has gone since, or is
/// watched already.
pub fn found(start: usize, length: usize) -> bool {
    let mut watch = watch();
    is_page(start)
        && watch.phase == Phase::Searching
        && !watch.gone.contains(&start)
        && !watch.ranges.contains_key(&start)
        && watch.enter(start, length)
}

/// A mapping is about to be unmapped, or is somebody else's from now on: when this returns, the guard has let go of it.
/// `true` if there are faults in it to be reported.
pub fn going(start: usize) -> bool {
    let mut watch = watch();
    if watch.phase == Phase::Searching {
        watch.gone.insert(start);
    }
    let Some(range) = watch.ranges.remove(&start) else {
        return false;
    };
    let faults = Faults::of(&range);
    let unreported = faults.is_some();
    watch.faults.extend(faults);
    drop(watch); // Whoever has these addresses next has unmapped them before: not until we return.
    drop(range);
    unreported
}

/// Ends it for all, each by `leave`. Who unmaps one meanwhile waits.
pub fn end(leave: impl Fn(Registration)) {
    let mut watch = watch();
    watch.phase = Phase::Off;
    watch.gone.clear();
    while let Some((_, range)) = watch.ranges.pop_first() {
        let faults = Faults::of(&range);
        watch.faults.extend(faults);
        leave(range);
    }
}

/// Mappings that are watched now.
pub fn number() -> usize {
    watch().ranges.len()
}

/// Mappings that were ever watched.
pub fn total() -> u64 {
    watch().total
}

/// Faults that nobody has reported yet: to one caller.
pub fn take_faults() -> Vec<Faults> {
    let mut watch = watch();
    let mut faults = std::mem::take(&mut watch.faults);
    faults.extend(watch.ranges.values().filter_map(Faults::of));
    faults
}

fn is_page(start: usize) -> bool {
    start != 0 && memory::page_floor(start, memory::page_size()) == start
}

impl Watch {
    fn enter(&mut self, start: usize, length: usize) -> bool {
        let backing = Backing {
            sharing: Sharing::Unknown,
            page: memory::page_size(),
        };
        let Ok(pages) = pages_of(start, length, backing.page) else {
            return false;
        };
        if pages.is_empty() {
            return false;
        }
        self.ranges
            .insert(start, registry::register(pages, backing));
        self.total += 1;
        true
    }
}
