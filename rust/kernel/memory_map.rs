//! What is mapped in a range of this process's addresses: `/proc/self/maps`, see proc_pid_maps(5).

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::ops::Range;

/// The parts of a range of whole pages that no file stands behind, in the order of their addresses.
///
/// # Errors
///
/// Where there is no `/proc`, or not this process's.
pub fn anonymous_areas(pages: &Range<usize>) -> io::Result<Vec<Range<usize>>> {
    let mut areas = Vec::new();
    for line in BufReader::new(File::open("/proc/self/maps")?).lines() {
        let Some(area) = parse(&line?) else { continue };
        let start = area.addresses.start.max(pages.start);
        let end = area.addresses.end.min(pages.end);
        if area.addresses.start >= pages.end {
            break;
        }
        if start < end && area.inode == 0 {
            areas.push(start..end);
        }
    }
    Ok(areas)
}

struct Area {
    addresses: Range<usize>,
    /// 0 where there is no file.
    inode: u64,
}

/// A line is `start-end permissions offset device inode path`.
fn parse(line: &str) -> Option<Area> {
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let address = |text| usize::from_str_radix(text, 16).ok();
    Some(Area {
        addresses: address(start)?..address(end)?,
        inode: words.nth(3)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let area = parse("7f00-8f00 rw-p 00001000 fe:01 4711       /a path with  spaces").unwrap();
        assert_eq!((area.addresses, area.inode), (0x7f00..0x8f00, 4711));
        let area = parse("7f00-8f00 rw-p 00000000 00:00 0 ").unwrap();
        assert_eq!((area.addresses, area.inode), (0x7f00..0x8f00, 0));
        assert!(parse("").is_none());
    }
}
