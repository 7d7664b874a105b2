//! What the Rust tests share: files with known bytes, the process's own memory map, a check for what a test
//! leaves behind, and tests in a process of their own.

#![allow(dead_code, reason = "each test program uses a part of it")]

use ferronio::kernel::memory::{page_size, prepare_empty_file};
use ferronio::kernel::memory_map;
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::alarm;
use std::fs::{self, File};
use std::io::Write;
use std::ops::Range;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{env, process, ptr, thread};

/// The byte at each position of a test file: never zero, and other in each page of a neighbourhood.
pub fn byte_at(position: usize) -> u8 {
    ((position + position / 4096 * 7) % 251) as u8 + 1
}

/// The bytes of a test file in a range of positions.
pub fn bytes_at(positions: Range<usize>) -> Vec<u8> {
    positions.map(byte_at).collect()
}

/// A file without a name that holds `length` known bytes.
pub fn file_of(length: usize) -> File {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(&bytes_at(0..length)).expect("a write");
    file
}

/// Reads a byte of memory: once, and really.
pub fn peek(address: usize) -> u8 {
    // SAFETY: the tests only pass addresses that they have mapped.
    unsafe { ptr::with_exposed_provenance::<u8>(address).read_volatile() }
}

/// Writes a byte of memory.
pub fn poke(address: usize, value: u8) {
    // SAFETY: the tests only pass addresses that they have mapped, and that hold nothing else.
    unsafe { ptr::with_exposed_provenance_mut::<u8>(address).write_volatile(value) }
}

/// Reads a range of memory, byte by byte.
pub fn peek_all(addresses: Range<usize>) -> Vec<u8> {
    addresses.map(peek).collect()
}

/// One area of `/proc/self/smaps`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Area {
    pub addresses: Range<usize>,
    /// As the kernel writes them, `r--s` for example.
    pub permissions: String,
    /// The path of the mapped file; empty for none.
    pub name: String,
    /// Bytes in memory.
    pub resident: usize,
    /// Bytes in memory that are not written back to the file.
    pub dirty: usize,
    /// Bytes that are locked in memory.
    pub locked: usize,
    /// What the kernel knows of it, in words of two letters: proc(5), `VmFlags`.
    pub flags: Vec<String>,
}

/// All of this process's areas, by address.
pub fn memory_map() -> Vec<Area> {
    let text = fs::read_to_string("/proc/self/smaps").expect("/proc/self/smaps");
    let mut areas: Vec<Area> = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let first = words.next().expect("no line of smaps is empty");
        if let Some((start, end)) = first.split_once('-') {
            let address = |text| usize::from_str_radix(text, 16).expect("an address");
            areas.push(Area {
                addresses: address(start)..address(end),
                permissions: words.next().expect("permissions").to_owned(),
                name: words.skip(3).collect::<Vec<_>>().join(" "),
                ..Area::default()
            });
            continue;
        }
        let area = areas.last_mut().expect("an area comes before its details");
        let bytes = || -> usize {
            let kibibytes = line.split_whitespace().nth(1).expect("a number");
            1024 * kibibytes.parse::<usize>().expect("a number")
        };
        match first {
            "Rss:" => area.resident = bytes(),
            "Shared_Dirty:" | "Private_Dirty:" => area.dirty += bytes(),
            "Locked:" => area.locked = bytes(),
            "VmFlags:" => area.flags = line.split_whitespace().skip(1).map(str::to_owned).collect(),
            _ => {}
        }
    }
    areas
}

/// The areas that have a part in a range of addresses.
pub fn areas_in(addresses: &Range<usize>) -> Vec<Area> {
    let mut areas = memory_map();
    areas.retain(|area| {
        area.addresses.start < addresses.end && addresses.start < area.addresses.end
    });
    areas
}

/// Whether an area is mapped from the file that stands behind retired ranges.
pub fn is_retired(area: &Area) -> bool {
    area.name.contains("ferronio-retired")
}

/// Keeps the tests of a program from running side by side, and fails the test that leaves a descriptor or a
/// mapping of a file behind. Each test has one, or runs [`in_child`], which does.
pub struct Alone {
    before: Vec<String>,
    _lock: MutexGuard<'static, ()>,
}

pub fn alone() -> Alone {
    static LOCK: Mutex<()> = Mutex::new(());
    let lock = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    // Made once, at the first use, and never closed.
    prepare_empty_file().expect("a sealed memfd");
    memory_map::prepare().expect("/proc/self/maps");
    Alone {
        before: resources(),
        _lock: lock,
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        if !thread::panicking() {
            assert_eq!(resources(), self.before, "left behind, or gone");
        }
    }
}

/// Mapped for a moment by the dynamic linker, on whichever thread first needs a library of its own.
const LINKER_CACHE: &str = "/etc/ld.so.cache";

/// Descriptors with what they are open on, and mappings of files.
fn resources() -> Vec<String> {
    let mut resources: Vec<String> = fs::read_dir("/proc/self/fd")
        .expect("/proc/self/fd")
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            // The one that lists them is closed by now, and has no target any more.
            let target = fs::read_link(&path).ok()?;
            Some(format!("{} -> {}", path.display(), target.display()))
        })
        .filter(|descriptor| !descriptor.contains("-> /proc/"))
        .collect();
    let mapped = memory_map()
        .into_iter()
        .filter(|area| area.name.starts_with('/') && area.name != LINKER_CACHE);
    resources.extend(mapped.map(|area| format!("{:x?} {}", area.addresses, area.name)));
    resources.sort();
    resources
}

/// The whole pages that hold `length` bytes from `address`.
pub fn pages_of(address: usize, length: usize) -> Range<usize> {
    let page = page_size();
    address / page * page..(address + length).next_multiple_of(page)
}

const CHILD: &str = "FERRONIO_TEST_CHILD";
/// The exit status of a child whose body came to its end: no other program has it by chance.
const FINISHED: i32 = 42;
/// Seconds until a child that hangs is killed by SIGALRM.
const PATIENCE: u32 = 120;

/// Runs `body` in a process of its own, where no other test runs. `test` is the name of the test that calls:
/// the child is the same program, told to run this test alone.
fn in_child(test: &str, body: impl FnOnce()) -> Output {
    let checked = alone();
    if env::var_os(CHILD).is_some() {
        alarm::set(PATIENCE);
        body();
        drop(checked);
        process::exit(FINISHED);
    }
    Command::new(env::current_exe().expect("this program"))
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, test)
        .output()
        .expect("a child")
}

/// Runs `body` in a process of its own, which must come to its end.
pub fn survives(test: &str, body: impl FnOnce()) {
    let output = in_child(test, body);
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(FINISHED), "{output:?}");
}

/// Runs `body` in a process of its own, which must be killed by `signal`.
pub fn dies_of(signal: Signal, test: &str, body: impl FnOnce()) {
    let output = in_child(test, || {
        prctl::set_dumpable(false).expect("no core file");
        body();
    });
    assert_eq!(output.status.signal(), Some(signal as i32), "{output:?}");
}
