//! What the kernel counts for every thread anyway, and tells everybody: `getrusage(2)` with `RUSAGE_THREAD`.

use nix::sys::resource::{UsageWho, getrusage};

/// Totals of a thread since its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Page faults that took no device: the page was in memory, or needed no content.
    pub minor_faults: i64,
    /// Page faults that waited for a device.
    pub major_faults: i64,
    /// How often the thread had to wait for something, and another one ran.
    pub voluntary_switches: i64,
    /// How often another one was given its processor.
    pub involuntary_switches: i64,
}

/// Those of the calling thread: one system call.
///
/// # Errors
///
/// None that is known, other than a seccomp filter's.
pub fn of_this_thread() -> nix::Result<Usage> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD)?;
    Ok(Usage {
        minor_faults: usage.minor_page_faults(),
        major_faults: usage.major_page_faults(),
        voluntary_switches: usage.voluntary_context_switches(),
        involuntary_switches: usage.involuntary_context_switches(),
    })
}
