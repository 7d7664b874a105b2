//! Areas of memory kept for the moment when the kernel gives the process no more of them (vm.max_map_count): an answer
//! to a fault needs two, and re-arming some for a moment. Without one to be had, an access to a page of a truncated
//! file could not be survived.

use crate::kernel::memory;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Pages, each an area: enough for as many threads that fault at the same moment as usually run.
const PAGES: usize = 64;

/// Where they begin; 0 if they were given away.
static START: AtomicUsize = AtomicUsize::new(0);

/// Sees to it that there is a reserve. For one thread at a time, an ordinary one.
pub(super) fn fill() {
    if START.load(Ordering::Acquire) == 0
        && let Ok(start) = memory::reserve_areas(PAGES)
    {
        START.store(start, Ordering::Release);
    }
}

/// Gives the reserve away: `false` if that was done before. Async-signal-safe.
fn release() -> bool {
    let start = START.swap(0, Ordering::AcqRel);
    // SAFETY: mapped by `fill`, which has also asked for the page size first; nothing was ever there.
    start != 0 && unsafe { memory::unmap(start, PAGES * memory::page_size()) }.is_ok()
}

/// Runs `action`, and if it fails once more with the reserve given away, if there is one. Async-signal-safe.
pub(super) fn or_with_reserve<T>(action: impl Fn() -> nix::Result<T>) -> nix::Result<T> {
    action().or_else(|errno| if release() { action() } else { Err(errno) })
}
