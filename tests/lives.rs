//! Generated lives of many mappings of one file, compared step by step with a model.

mod common;

use common::{alone, bytes_at, file_of, pages_of, peek, poke};
use ferronio::guard;
use ferronio::kernel::memory::{MapMode, page_size};
use ferronio::mapping::{Mapping, registry};
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::HashMap;
use std::fs::File;
use std::num::NonZeroUsize;
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;

const FILE_SIZE: usize = 60_000;

/// What can happen. A mapping and a place in it are chosen among those that there are.
#[derive(Clone, Debug)]
enum Step {
    Map(MapMode, std::ops::Range<usize>),
    Read(Index, Index),
    Write(Index, Index, u8),
    Force(Index, Index, Index),
    Retire(Index),
    Drop(Index),
    DropAll(Vec<Index>),
}

fn step() -> impl Strategy<Value = Step> {
    let mode = prop_oneof![
        Just(MapMode::ReadOnly),
        Just(MapMode::ReadWrite),
        Just(MapMode::Private)
    ];
    let range = (0..FILE_SIZE, 1..=FILE_SIZE)
        .prop_map(|(start, length)| start..FILE_SIZE.min(start + length));
    let index = any::<Index>;
    prop_oneof![
        4 => (mode, range).prop_map(|(mode, range)| Step::Map(mode, range)),
        8 => (index(), index()).prop_map(|(which, place)| Step::Read(which, place)),
        8 => (index(), index(), any::<u8>()).prop_map(|(which, place, byte)| Step::Write(which, place, byte)),
        2 => (index(), index(), index()).prop_map(|(which, from, to)| Step::Force(which, from, to)),
        2 => index().prop_map(Step::Retire),
        2 => index().prop_map(Step::Drop),
        1 => prop::collection::vec(index(), 1..10).prop_map(Step::DropAll),
    ]
}

/// A mapping, and what is known of it beyond the file's content.
struct Modelled {
    mapping: Mapping,
    mode: MapMode,
    position: usize,
    /// A private mapping's own pages, by their number in the file.
    copies: HashMap<usize, Vec<u8>>,
    /// What was written after it was retired: that may be seen for a while.
    lost: HashMap<usize, u8>,
}

impl Modelled {
    fn map(file: &File, mode: MapMode, range: std::ops::Range<usize>) -> Modelled {
        let length = NonZeroUsize::new(range.len()).expect("a length");
        let mapping = Mapping::map(file.as_fd(), mode, range.start as i64, length);
        Modelled {
            mapping: mapping.expect("a mapping"),
            mode,
            position: range.start,
            copies: HashMap::new(),
            lost: HashMap::new(),
        }
    }

    fn check(&self, offset: usize, content: &[u8]) {
        let address = self.mapping.address() + offset;
        let byte = peek(address);
        let slot = registry::find(address).expect("the guard knows the address");
        assert_eq!(slot.is_retired(), self.mapping.is_retired());
        assert_eq!(
            slot.pages(),
            Some(pages_of(self.mapping.address(), self.mapping.length()))
        );
        if self.mapping.is_retired() {
            assert!(
                byte == 0 || self.lost.get(&offset) == Some(&byte),
                "{byte} at {offset}"
            );
            return;
        }
        let position = self.position + offset;
        let expected = match self.copies.get(&(position / page_size())) {
            Some(copy) => copy[position % page_size()],
            None => content[position],
        };
        assert_eq!(byte, expected, "at {offset}");
    }

    fn write(&mut self, offset: usize, byte: u8, content: &mut [u8]) {
        let position = self.position + offset;
        if self.mapping.is_retired() {
            // One that was read-only is not any more: Java's buffers refuse, the memory need not.
            self.lost.insert(offset, byte);
        } else {
            match self.mode {
                MapMode::ReadOnly => return,
                MapMode::ReadWrite => content[position] = byte,
                MapMode::Private => {
                    let page = position / page_size();
                    let copy = self.copies.entry(page).or_insert_with(|| {
                        let end = content.len().min((page + 1) * page_size());
                        content[page * page_size()..end].to_vec()
                    });
                    copy[position % page_size()] = byte;
                }
            }
        }
        poke(self.mapping.address() + offset, byte);
    }
}

fn live(steps: Vec<Step>) {
    let file = file_of(FILE_SIZE);
    let mut content = bytes_at(0..FILE_SIZE);
    let mut mappings: Vec<Modelled> = Vec::new();
    for step in steps {
        if let Step::Map(mode, range) = step {
            mappings.push(Modelled::map(&file, mode, range));
            continue;
        }
        if mappings.is_empty() {
            continue;
        }
        let count = mappings.len();
        match step {
            Step::Map(..) => unreachable!("done above"),
            Step::Read(which, place) => {
                let one = &mappings[which.index(count)];
                one.check(place.index(one.mapping.length()), &content);
            }
            Step::Write(which, place, byte) => {
                let one = &mut mappings[which.index(count)];
                one.write(place.index(one.mapping.length()), byte, &mut content);
            }
            Step::Force(which, from, length) => {
                let mapping = &mappings[which.index(count)].mapping;
                let from = from.index(mapping.length());
                let length = length.index(mapping.length() - from);
                assert_eq!(mapping.force(from, length), Ok(()));
            }
            Step::Retire(which) => {
                let mapping = &mappings[which.index(count)].mapping;
                let first = !mapping.is_retired();
                assert_eq!(mapping.retire(), Ok(first));
            }
            Step::Drop(which) => drop(mappings.swap_remove(which.index(count))),
            Step::DropAll(which) => {
                let dropped: Vec<Mapping> = which
                    .iter()
                    .take(count)
                    .map(|which| mappings.swap_remove(which.index(mappings.len())).mapping)
                    .collect();
                let addresses: Vec<usize> = dropped.iter().map(Mapping::address).collect();
                Mapping::drop_all(dropped);
                for address in addresses {
                    assert!(registry::find(address).is_none(), "{address:#x}");
                }
            }
        }
    }
    for one in &mappings {
        for offset in (0..one.mapping.length()).step_by(997) {
            one.check(offset, &content);
        }
    }
    let mut in_file = vec![0; FILE_SIZE];
    file.read_exact_at(&mut in_file, 0).expect("a read");
    assert!(in_file == content);
}

#[test]
fn mappings_live_as_the_model_says() {
    let _alone = alone();
    guard::install(None).expect("the guard");
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(steps in prop::collection::vec(step(), 1..80))| live(steps));
}
