//! What copies of whole files rest on: ranges, shared blocks, holes, attributes, and names that replace nothing.

mod common;

use common::{alone, bytes_at, file_of};
use ferronio::kernel::attributes::{copy_extended_attributes, copy_mode, copy_owner, set_times};
use ferronio::kernel::copy_range::copy_file_range;
use ferronio::kernel::file::size;
use ferronio::kernel::holes::{next_data, next_hole};
use ferronio::kernel::reflink::reflink;
use ferronio::kernel::rename::rename_without_replacing;
use nix::errno::Errno;
use nix::libc;
use nix::sys::time::TimeSpec;
use std::ffi::{CStr, CString};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{Read, Seek, SeekFrom};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::Path;

fn content(mut file: &File) -> Vec<u8> {
    let mut content = Vec::new();
    file.rewind().expect("a seek");
    file.read_to_end(&mut content).expect("a read");
    content
}

#[test]
fn a_range_goes_from_one_offset_to_the_other() {
    let _alone = alone();
    let (source, target) = (file_of(100_000), file_of(0));
    let (mut to, mut from) = (10, 5_000);
    let copied = copy_file_range(
        target.as_fd(),
        Some(&mut to),
        source.as_fd(),
        Some(&mut from),
        20_000,
    );
    assert_eq!(copied, Ok(20_000));
    assert_eq!((to, from), (20_010, 25_000));
    assert!(content(&target) == [vec![0; 10], bytes_at(5_000..25_000)].concat());
}

#[test]
fn without_offsets_the_files_positions_serve() {
    let _alone = alone();
    let (mut source, mut target) = (file_of(10_000), file_of(10));
    source.seek(SeekFrom::Start(9_000)).expect("a seek");
    let copied = copy_file_range(target.as_fd(), None, source.as_fd(), None, 5_000);
    assert_eq!(copied, Ok(1_000));
    assert_eq!(source.stream_position().expect("a position"), 10_000);
    assert_eq!(target.stream_position().expect("a position"), 1_010);
    let at_the_end = copy_file_range(target.as_fd(), None, source.as_fd(), None, 5_000);
    assert_eq!(at_the_end, Ok(0));
    assert!(content(&target) == [bytes_at(0..10), bytes_at(9_000..10_000)].concat());
}

#[test]
fn what_is_no_pair_of_ranges_is_refused() {
    let _alone = alone();
    let file = file_of(10_000);
    let copy = |target: &File, to: i64, source: &File, from: i64| {
        let (mut to, mut from) = (to, from);
        copy_file_range(
            target.as_fd(),
            Some(&mut to),
            source.as_fd(),
            Some(&mut from),
            100,
        )
    };
    assert_eq!(copy(&file, 50, &file, 0), Err(Errno::EINVAL));
    assert_eq!(copy(&file_of(0), -1, &file, 0), Err(Errno::EOVERFLOW));
    let folder = File::open("/").expect("the root directory");
    assert_eq!(copy(&file_of(0), 0, &folder, 0), Err(Errno::EISDIR));
    let named = tempfile::NamedTempFile::new().expect("a file");
    let append = OpenOptions::new().append(true).open(named.path());
    assert_eq!(
        copy(&append.expect("the file"), 0, &file, 0),
        Err(Errno::EBADF)
    );
    assert!(content(&file) == bytes_at(0..10_000));
}

#[test]
fn data_and_holes_are_told_apart() {
    let _alone = alone();
    const MIB: i64 = 1 << 20;
    let file = file_of(0);
    file.set_len(8 << 20).expect("a size");
    file.write_all_at(&bytes_at(0..4096), 3 << 20)
        .expect("a write");
    if next_hole(file.as_fd(), 0) == Ok(8 * MIB) {
        eprintln!("skipped: the filesystem of the temporary folder does not know its holes");
        return;
    }
    assert_eq!(next_hole(file.as_fd(), 0), Ok(0));
    assert_eq!(next_data(file.as_fd(), 0), Ok(3 * MIB));
    assert_eq!(next_data(file.as_fd(), 3 * MIB + 17), Ok(3 * MIB + 17));
    let end = next_hole(file.as_fd(), 3 * MIB).expect("a hole");
    assert!((3 * MIB + 4096..8 * MIB).contains(&end), "{end}");
    assert_eq!(next_data(file.as_fd(), end), Err(Errno::ENXIO));
    assert_eq!(next_data(file.as_fd(), 8 * MIB), Err(Errno::ENXIO));
    assert_eq!(next_hole(file.as_fd(), 8 * MIB), Err(Errno::ENXIO));
    assert_eq!(next_data(file.as_fd(), -1), Err(Errno::ENXIO));
}

#[test]
fn blocks_are_shared_or_it_is_said_that_they_cannot_be() {
    let _alone = alone();
    let (source, target) = (file_of(10_000), file_of(0));
    match reflink(target.as_fd(), source.as_fd()) {
        Ok(()) => assert!(content(&target) == bytes_at(0..10_000)),
        Err(errno) => {
            let refusals = [Errno::EOPNOTSUPP, Errno::ENOTTY, Errno::EINVAL];
            assert!(refusals.contains(&errno), "{errno}");
            assert_eq!(size(target.as_fd()), Ok(0));
        }
    }
    let folder = File::open("/").expect("the root directory");
    assert!(reflink(target.as_fd(), folder.as_fd()).is_err());
}

fn set_extended_attribute(file: &File, name: &CStr, value: &[u8]) -> nix::Result<()> {
    // SAFETY: the name ends with a NUL, the value is as long as we say.
    let result = unsafe {
        let start = value.as_ptr().cast();
        libc::fsetxattr(file.as_raw_fd(), name.as_ptr(), start, value.len(), 0)
    };
    Errno::result(result).map(drop)
}

fn extended_attribute(file: &File, name: &CStr) -> Vec<u8> {
    let mut value = vec![0; 100_000];
    // SAFETY: the name ends with a NUL, the buffer is as long as we say.
    let length = unsafe {
        let start = value.as_mut_ptr().cast();
        libc::fgetxattr(file.as_raw_fd(), name.as_ptr(), start, value.len())
    };
    value.truncate(length.try_into().expect("the attribute"));
    value
}

#[test]
fn attributes_are_copied() {
    let _alone = alone();
    let (source, target) = (file_of(10), file_of(20));
    source
        .set_permissions(Permissions::from_mode(0o4751))
        .expect("a mode");
    target
        .set_permissions(Permissions::from_mode(0o600))
        .expect("a mode");
    assert_eq!(copy_mode(target.as_fd(), source.as_fd()), Ok(()));
    assert_eq!(target.metadata().expect("a mode").mode() & 0o7777, 0o4751);
    // Our own, so that everybody may.
    assert_eq!(copy_owner(target.as_fd(), source.as_fd()), Ok(()));

    let times = (TimeSpec::new(1, 999_999_999), TimeSpec::new(-5, 7));
    assert_eq!(set_times(target.as_fd(), times.0, times.1), Ok(()));
    let status = target.metadata().expect("times");
    assert_eq!((status.atime(), status.atime_nsec()), (1, 999_999_999));
    assert_eq!((status.mtime(), status.mtime_nsec()), (-5, 7));
    assert_eq!(
        set_times(target.as_fd(), TimeSpec::new(0, 2_000_000_000), times.1),
        Err(Errno::EINVAL)
    );
}

#[test]
fn extended_attributes_are_copied_all_of_them() {
    let _alone = alone();
    let (source, target) = (file_of(10), file_of(10));
    assert_eq!(
        copy_extended_attributes(target.as_fd(), source.as_fd()),
        Ok(0)
    );
    let values = [
        (c"user.empty", vec![]),
        (c"user.zeros", vec![0; 10]),
        (c"user.long", bytes_at(0..2_000)),
    ];
    for (name, value) in &values {
        if let Err(errno) = set_extended_attribute(&source, name, value) {
            eprintln!("skipped: no extended attributes on the temporary folder: {errno}");
            return;
        }
    }
    assert_eq!(
        copy_extended_attributes(target.as_fd(), source.as_fd()),
        Ok(0)
    );
    for (name, value) in &values {
        assert!(extended_attribute(&target, name) == *value, "{name:?}");
    }
}

fn c_path(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).expect("no NUL")
}

#[test]
fn a_name_that_is_taken_stays_with_its_file() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    let [old, new, free] = ["old", "new", "free"].map(|name| folder.path().join(name));
    fs::write(&old, "old").expect("a file");
    fs::write(&new, "new").expect("a file");
    let rename = |from: &Path, to: &Path| rename_without_replacing(&c_path(from), &c_path(to));

    let first = rename(&new, &free);
    if first == Err(Errno::EINVAL) {
        eprintln!("skipped: the filesystem of the temporary folder cannot do this");
        return;
    }
    assert_eq!(first, Ok(()));
    assert_eq!(rename(&free, &old), Err(Errno::EEXIST));
    assert_eq!(rename(&new, &old), Err(Errno::ENOENT));
    assert_eq!(fs::read(&old).expect("the file"), b"old");
    assert_eq!(fs::read(&free).expect("the file"), b"new");
}
