//! What is mapped in a range of this process's addresses: `/proc/self/maps`, see proc_pid_maps(5).

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, PoisonError};

/// Open since [`prepare`]: when it is needed, there may be no descriptor to be had.
static MAPS: Mutex<Option<File>> = Mutex::new(None);

/// Opens what [`anonymous_areas`] reads. Idempotent.
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
    /// 0 where there is no file.
    inode: u64,
}

/// A line is `start-end permissions offset device inode path`. All but the path is ASCII; that may be any bytes.
fn parse(line: &[u8]) -> Option<Area> {
    let mut words = line.split(|&byte| byte == b' ');
    let mut word = || words.next().and_then(|word| str::from_utf8(word).ok());
    let (start, end) = word()?.split_once('-')?;
    let address = |text| usize::from_str_radix(text, 16).ok();
    let (_permissions, _offset, _device) = (word()?, word()?, word()?);
    Some(Area {
        addresses: address(start)?..address(end)?,
        inode: word()?.parse().ok()?,
    })
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
}
