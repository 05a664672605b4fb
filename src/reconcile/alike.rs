//! Students who look alike: suggestions for leftovers, doubles, and pairs that are each other's. Never a match.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};

use super::fold::{fold, skeleton};
use super::model::StudentPair;
use crate::canonical::{Dataset, Entity, Field, Row};

/// Names and birth date, folded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Identity {
    first: String,
    last: String,
    born: String,
}

impl Identity {
    /// `None` when a name or the birth date is missing: too little to recognise anybody.
    fn of(dataset: &Dataset, row: Option<Row>) -> Option<Self> {
        let (records, row) = (dataset.get(Entity::Student)?, row?);
        let text = |field| records.text(row, field);
        Some(Self {
            first: fold(text(Field::FirstName)?),
            last: fold(text(Field::LastName)?),
            born: text(Field::BirthDate)?.to_owned(),
        })
    }

    /// How alike, in thousandths: names by edit distance, birth dates by equality or day and month swapped.
    fn likeness(&self, other: &Self) -> usize {
        let name = |i: &Self| skeleton(&format!("{} {}", i.first, i.last));
        let (a, b) = (name(self), name(other));
        let length = a.chars().count().max(b.chars().count()).max(1);
        let names = 700 - 700 * strsim::damerau_levenshtein(&a, &b).min(length) / length;
        let same = if self.born == other.born {
            300
        } else if swapped_day(&self.born) == Some(other.born.clone()) {
            200
        } else {
            0
        };
        names + same
    }
}

/// `2008-03-04` for `2008-04-03`.
fn swapped_day(iso: &str) -> Option<String> {
    let mut parts = iso.split('-');
    Some(format!("{}-{2}-{1}", parts.next()?, parts.next()?, parts.next()?))
}

/// Most candidates compared with one student: a block larger than this says nothing.
const BLOCK: usize = 50;

/// For each unpaired legacy student the unpaired new ones that look alike, best first, at most three.
pub(super) fn suggestions(legacy: &Dataset, new: &Dataset, students: &[StudentPair]) -> BTreeMap<u32, Vec<u32>> {
    let leftover = |legacy_side: bool| {
        students.iter().enumerate().filter(move |(_, s)| !s.is_paired() && s.on_legacy == legacy_side)
    };
    let mut blocks: HashMap<String, Vec<(u32, Identity)>> = HashMap::new();
    for (position, student) in leftover(false) {
        let Some(identity) = Identity::of(new, student.new) else { continue };
        for key in block_keys(&identity) {
            blocks.entry(key).or_default().push((position as u32, identity.clone()));
        }
    }
    let mut found = BTreeMap::new();
    for (position, student) in leftover(true) {
        let Some(identity) = Identity::of(legacy, student.legacy) else { continue };
        let mut alike: Vec<(usize, u32)> = block_keys(&identity)
            .iter()
            .filter_map(|key| blocks.get(key))
            .filter(|block| block.len() <= BLOCK)
            .flatten()
            .map(|(other, theirs)| (identity.likeness(theirs), *other))
            .filter(|(likeness, _)| *likeness >= 750)
            .collect();
        alike.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        alike.dedup_by_key(|a| a.1);
        if !alike.is_empty() {
            found.insert(position as u32, alike.into_iter().take(3).map(|a| a.1).collect());
        }
    }
    found
}

/// Two students share a block when they share a birth date (also with day and month swapped) or a full name.
fn block_keys(identity: &Identity) -> Vec<String> {
    let mut keys = vec![format!("b{}", identity.born), format!("n{} {}", identity.first, identity.last)];
    keys.extend(swapped_day(&identity.born).filter(|s| *s != identity.born).map(|s| format!("b{s}")));
    keys
}

/// New students unknown to legacy who share the state id, or names and birth date, with a new student who is paired.
pub(super) fn doubles(new: &Dataset, students: &[StudentPair]) -> BTreeMap<u32, u32> {
    let Some(records) = new.get(Entity::Student) else { return BTreeMap::new() };
    let keys = |row: Option<Row>| {
        let state = row.and_then(|r| records.text(r, Field::StateId)).map(|s| format!("s{s}"));
        let identity = Identity::of(new, row).map(|i| format!("i{}\u{1}{}\u{1}{}", i.first, i.last, i.born));
        [state, identity].into_iter().flatten()
    };
    let mut wanted: HashMap<String, Vec<u32>> = HashMap::new();
    for (position, student) in students.iter().enumerate().filter(|(_, s)| !s.on_legacy) {
        for key in keys(student.new) {
            wanted.entry(key).or_default().push(position as u32);
        }
    }
    let mut found = BTreeMap::new();
    if wanted.is_empty() {
        return found;
    }
    for (position, student) in students.iter().enumerate().filter(|(_, s)| s.is_paired()) {
        for key in keys(student.new) {
            for double in wanted.get(&key).into_iter().flatten() {
                found.entry(*double).or_insert(position as u32);
            }
        }
    }
    found
}

/// Pairs whose names and birth dates are each other's.
pub(super) fn swapped(legacy: &Dataset, new: &Dataset, students: &[StudentPair]) -> Vec<(u32, u32)> {
    let (Some(ours), Some(theirs)) = (legacy.get(Entity::Student), new.get(Entity::Student)) else { return Vec::new() };
    let differs = |s: &StudentPair, field| match (s.legacy, s.new) {
        (Some(l), Some(n)) => ours.key(l, field) != theirs.key(n, field),
        _ => false,
    };
    let changed: Vec<(u32, Identity, Identity)> = students
        .iter()
        .enumerate()
        .filter(|(_, s)| s.is_paired())
        .filter(|(_, s)| differs(s, Field::BirthDate) || differs(s, Field::FirstName) || differs(s, Field::LastName))
        .filter_map(|(at, s)| Some((at as u32, Identity::of(legacy, s.legacy)?, Identity::of(new, s.new)?)))
        .filter(|(_, l, n)| l != n && !is_day_and_month(l, n))
        .collect();
    mutual(&changed)
}

/// Only the date differs, by its own day and month: two namesakes born on 4 March and 3 April whose dates were both read
/// in the wrong order are no swap.
fn is_day_and_month(legacy: &Identity, new: &Identity) -> bool {
    (&legacy.first, &legacy.last) == (&new.first, &new.last) && swapped_day(&legacy.born).as_ref() == Some(&new.born)
}

/// Positions whose two values are each other's, each position once.
pub(super) fn mutual<T: Eq + std::hash::Hash + Ord>(changed: &[(u32, T, T)]) -> Vec<(u32, u32)> {
    let mut by_pair: HashMap<(&T, &T), Vec<u32>> = HashMap::new();
    for (position, legacy, new) in changed {
        by_pair.entry((legacy, new)).or_default().push(*position);
    }
    let mut found = Vec::new();
    for (position, legacy, new) in changed {
        // One such pair is a swap; several with the same values can not be told apart.
        if let Some([other]) = by_pair.get(&(new, legacy)).map(Vec::as_slice)
            && position < other
        {
            found.push((*position, *other));
        }
    }
    found.sort_unstable();
    found
}
