//! The pipes that transfers pass through, kept for the next one when they are empty.

use crate::kernel::pipe::Pipe;
use std::sync::{Mutex, PoisonError};

/// Enough to amortize the calls; small enough that 256 of them fit into what an unprivileged user may have.
const CAPACITY: i32 = 256 << 10;

/// Pipes kept idle: more than that many transfers at once are rare, and each costs two descriptors.
const MOST_IDLE: usize = 16;

static IDLE: Mutex<Vec<Pipe>> = Mutex::new(Vec::new());

/// An empty pipe that belongs to the caller.
///
/// # Errors
///
/// `EMFILE` and `ENFILE`: no descriptors left.
pub fn take() -> nix::Result<Pipe> {
    let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
    idle.map_or_else(|| Pipe::open(CAPACITY), Ok)
}

/// Takes an empty pipe back. A small one, from a time when this user had no more to have, is dropped.
pub fn give_back(pipe: Pipe) {
    if pipe.capacity() != Ok(CAPACITY) {
        return;
    }
    let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
    if idle.len() < MOST_IDLE {
        idle.push(pipe);
    }
}

/// Closes all idle pipes. Returns how many there were.
pub fn close_idle() -> usize {
    std::mem::take(&mut *IDLE.lock().unwrap_or_else(PoisonError::into_inner)).len()
}
