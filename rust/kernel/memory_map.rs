//! What is mapped in a range of this process's addresses: `/proc/self/maps`, see proc_pid_maps(5).

use std::ffi::{CStr, OsString};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// Open since [`prepare`]: when it is needed, there may be no descriptor to be had.
static MAPS: Mutex<Option<File>> = Mutex::new(None);

/// Opens what the others read. Idempotent.
///
/// # Errors
///
/// Where there is no `/proc`, or not this process's.
pub fn prepare() -> io::Result<()> {
    let mut maps = MAPS.lock().unwrap_or_else(PoisonError::into_inner);
    if maps.is_none() {
        *maps = Some(File::open("/proc/self/maps")?);
    }
    Ok(())
}

/// The parts of a range of whole pages that no file stands behind, in the order of their addresses.
///
/// # Errors
///
/// Those of pread(2), and `NotFound` before [`prepare`].
pub fn anonymous_areas(pages: &Range<usize>) -> io::Result<Vec<Range<usize>>> {
    let text = read()?;
    let areas = text.split(|&byte| byte == b'\n').filter_map(parse);
    Ok(areas
        .filter(|area| area.inode == 0)
        .map(|area| area.addresses.start.max(pages.start)..area.addresses.end.min(pages.end))
        .filter(|part| part.start < part.end)
        .collect())
}

/// A file, as the memory map knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedFile {
    /// Its name when it was opened, followed through all later renames.
    pub path: PathBuf,
    /// Whether that does not lead to it any more.
    pub is_deleted: bool,
    /// The position in the file of the first page that was asked for.
    pub position: u64,
}

/// The file that is mapped in a range of whole pages, in one piece but for what may lie over some of its pages: other
/// than the file `but`, and `None` if there is no such page.
///
/// # Errors
///
/// As [`anonymous_areas`].
pub fn file_in(pages: &Range<usize>, but: &CStr) -> io::Result<Option<MappedFile>> {
    let text = read()?;
    let but = but.to_string_lossy();
    let file = text
        .split(|&byte| byte == b'\n')
        .filter_map(|line| Some((parse(line)?, line)))
        .filter(|(area, _)| area.inode != 0)
        .filter(|(area, _)| area.addresses.start < pages.end && pages.start < area.addresses.end)
        .map(|(area, line)| area.file(line, pages.start))
        .find(|file| !file.path.as_os_str().to_string_lossy().contains(&*but));
    Ok(file)
}

fn read() -> io::Result<Vec<u8>> {
    let maps = MAPS.lock().unwrap_or_else(PoisonError::into_inner);
    let maps = maps.as_ref().ok_or(io::ErrorKind::NotFound)?;
    let mut text = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        match maps.read_at(&mut chunk, text.len() as u64)? {
            0 => return Ok(text),
            length => text.extend_from_slice(&chunk[..length]),
        }
    }
}

struct Area {
    addresses: Range<usize>,
    /// Where the area begins in its file.
    offset: u64,
    /// 0 where there is no file.
    inode: u64,
}

/// A line is `start-end permissions offset device inode path`. All but the path is ASCII; that may be any bytes.
fn parse(line: &[u8]) -> Option<Area> {
    let mut words = line.split(|&byte| byte == b' ');
    let mut word = || words.next().and_then(|word| str::from_utf8(word).ok());
    let (start, end) = word()?.split_once('-')?;
    let address = |text| usize::from_str_radix(text, 16).ok();
    let (_permissions, offset, _device) = (word()?, word()?, word()?);
    Some(Area {
        addresses: address(start)?..address(end)?,
        offset: u64::from_str_radix(offset, 16).ok()?,
        inode: word()?.parse().ok()?,
    })
}

/// What the kernel writes after the name of a file that has none any more.
const DELETED: &[u8] = b" (deleted)";

impl Area {
    /// The file of this area, which `line` describes, as one that is mapped from the page at `start` on.
    fn file(&self, line: &[u8], start: usize) -> MappedFile {
        let name = line.splitn(6, |&byte| byte == b' ').nth(5);
        let name = name.unwrap_or_default().trim_ascii_start();
        let path = name.strip_suffix(DELETED);
        // The difference of two addresses, in either direction.
        let position = (start as u64).wrapping_sub(self.addresses.start as u64);
        MappedFile {
            path: OsString::from_vec(path.unwrap_or(name).to_vec()).into(),
            is_deleted: path.is_some(),
            position: self.offset.wrapping_add(position),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let area =
            parse(b"7f00-8f00 rw-p 00001000 fe:01 4711       /a path\xe9 with  spaces").unwrap();
        assert_eq!((area.addresses, area.inode), (0x7f00..0x8f00, 4711));
        let area = parse(b"7f00-8f00 rw-p 00000000 00:00 0 ").unwrap();
        assert_eq!((area.addresses, area.inode), (0x7f00..0x8f00, 0));
        assert!(parse(b"").is_none());
    }

    #[test]
    fn files_are_known_by_name_and_position() {
        let line = b"7f000-8f000 rw-s 00003000 fe:01 4711       /a path\xe9 with  spaces (deleted)";
        let file = parse(line).unwrap().file(line, 0x80000);
        let path = OsString::from_vec(b"/a path\xe9 with  spaces".to_vec());
        assert_eq!(file.path.into_os_string(), path);
        assert!(file.is_deleted);
        assert_eq!(file.position, 0x4000);
        let line = b"7f000-8f000 rw-s 00003000 fe:01 4711 /a";
        let file = parse(line).unwrap().file(line, 0x7e000);
        assert_eq!(
            (file.path, file.is_deleted, file.position),
            ("/a".into(), false, 0x2000)
        );
    }
}
