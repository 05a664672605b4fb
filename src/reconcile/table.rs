//! The paired records of one entity, of all students, in flat vectors; the pairs lie where the records do, in memory or in
//! the temporary file.

use std::ops::Range;
use std::sync::Arc;

use super::model::{Both, Tier};
use crate::canonical::{Codes, Row, Side, Spill};

const ASSIGNED: u32 = 1 << 31;

/// A pair in eight bytes; the tier is the top bit of the legacy row.
#[derive(Debug, Clone, Copy)]
struct Packed {
    legacy: u32,
    new: u32,
}

impl Packed {
    const fn of(both: Both) -> Self {
        let tier = match both.tier {
            Tier::Exact => 0,
            Tier::Assigned => ASSIGNED,
        };
        Self { legacy: both.legacy | tier, new: both.new }
    }

    const fn unpack(self) -> Both {
        let tier = if self.legacy & ASSIGNED == 0 { Tier::Exact } else { Tier::Assigned };
        Both { legacy: self.legacy & !ASSIGNED, new: self.new, tier }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    LegacyOnly,
    NewOnly,
    LegacyDuplicates,
    NewDuplicates,
    Split,
    Ambiguous,
}

/// Rows that are not one-to-one: `legacy` of them first, then `new` of them, from `start`.
#[derive(Debug, Clone, Copy)]
struct Group {
    start: u32,
    legacy: u32,
    new: u32,
    sort: Sort,
}

/// The paired records of one entity of some students, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct PairTable {
    /// By student: see [`RecordPairs::is_same`].
    same: Vec<bool>,
    both_ends: Vec<u32>,
    both: Pairs,
    group_ends: Vec<u32>,
    groups: Vec<Group>,
    rows: Vec<Row>,
}

/// How the records of one entity of one student pair; written by pairing, then packed.
#[derive(Debug, Clone, Default)]
pub(super) struct Paired {
    pub(super) both: Vec<Both>,
    pub(super) split: Vec<(Vec<Row>, Vec<Row>)>,
    pub(super) legacy_only: Vec<Row>,
    pub(super) new_only: Vec<Row>,
    pub(super) legacy_duplicates: Vec<Row>,
    pub(super) new_duplicates: Vec<Row>,
    pub(super) ambiguous: Vec<(Vec<Row>, Vec<Row>)>,
}

impl Paired {
    /// True when every record has exactly one partner.
    pub(super) const fn is_complete(&self) -> bool {
        self.split.is_empty()
            && self.legacy_only.is_empty()
            && self.new_only.is_empty()
            && self.legacy_duplicates.is_empty()
            && self.new_duplicates.is_empty()
            && self.ambiguous.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.both.clear();
        self.split.clear();
        self.legacy_only.clear();
        self.new_only.clear();
        self.legacy_duplicates.clear();
        self.new_duplicates.clear();
        self.ambiguous.clear();
    }
}

/// Pairs of all students, one after the other.
#[derive(Debug, Clone)]
enum Pairs {
    Memory(Vec<Packed>),
    /// The halves of [`Packed`].
    File(Codes, Codes),
}

impl Default for Pairs {
    fn default() -> Self {
        Self::Memory(Vec::new())
    }
}

impl Pairs {
    fn len(&self) -> usize {
        match self {
            Self::Memory(pairs) => pairs.len(),
            Self::File(legacy, _) => legacy.len(),
        }
    }

    #[inline]
    fn get(&self, at: usize) -> Packed {
        match self {
            Self::Memory(pairs) => pairs[at],
            Self::File(legacy, new) => Packed { legacy: legacy.get(at), new: new.get(at) },
        }
    }

    fn extend(&mut self, more: impl Iterator<Item = Packed>) {
        match self {
            Self::Memory(pairs) => pairs.extend(more),
            Self::File(legacy, new) => more.for_each(|pair| {
                legacy.push(pair.legacy);
                new.push(pair.new);
            }),
        }
    }
}

impl PairTable {
    /// No students yet; their pairs go to the file when there is one.
    pub(super) fn inside(spill: Option<&Arc<Spill>>) -> Self {
        let both = match spill {
            Some(_) => Pairs::File(Codes::inside(spill), Codes::inside(spill)),
            None => Pairs::default(),
        };
        Self { both, ..Self::default() }
    }

    /// Appends the next student; `same` as [`RecordPairs::is_same`] says it.
    pub(super) fn push(&mut self, paired: &mut Paired, same: bool) {
        self.same.push(same);
        paired.both.sort_unstable_by_key(|b| (b.legacy, b.new));
        self.both.extend(paired.both.iter().map(|b| Packed::of(*b)));
        self.both_ends.push(self.both.len() as u32);
        self.group(Sort::LegacyOnly, &mut paired.legacy_only, &mut []);
        self.group(Sort::NewOnly, &mut [], &mut paired.new_only);
        self.group(Sort::LegacyDuplicates, &mut paired.legacy_duplicates, &mut []);
        self.group(Sort::NewDuplicates, &mut [], &mut paired.new_duplicates);
        for (legacy, new) in &mut paired.split {
            self.group(Sort::Split, legacy, new);
        }
        for (legacy, new) in &mut paired.ambiguous {
            self.group(Sort::Ambiguous, legacy, new);
        }
        self.group_ends.push(self.groups.len() as u32);
    }

    fn group(&mut self, sort: Sort, legacy: &mut [Row], new: &mut [Row]) {
        if legacy.is_empty() && new.is_empty() {
            return;
        }
        legacy.sort_unstable();
        new.sort_unstable();
        let start = self.rows.len() as u32;
        self.rows.extend_from_slice(legacy);
        self.rows.extend_from_slice(new);
        self.groups.push(Group { start, legacy: legacy.len() as u32, new: new.len() as u32, sort });
    }

    /// Appends the students of another table.
    pub(super) fn append(&mut self, other: &Self) {
        let (both, groups, rows) = (self.both.len() as u32, self.groups.len() as u32, self.rows.len() as u32);
        self.same.extend_from_slice(&other.same);
        self.both.extend((0..other.both.len()).map(|at| other.both.get(at)));
        self.both_ends.extend(other.both_ends.iter().map(|e| e + both));
        self.groups.extend(other.groups.iter().map(|g| Group { start: g.start + rows, ..*g }));
        self.group_ends.extend(other.group_ends.iter().map(|e| e + groups));
        self.rows.extend_from_slice(&other.rows);
    }

    /// Makes room for the pairs of `rows` more rows.
    pub(super) fn reserve(&mut self, students: usize, rows: usize) {
        self.same.reserve(students);
        if let Pairs::Memory(both) = &mut self.both {
            both.reserve(rows);
        }
        self.both_ends.reserve(students);
        self.group_ends.reserve(students);
    }

    /// The records of one student.
    #[inline]
    pub(super) fn get(&self, position: u32) -> RecordPairs<'_> {
        let range = |ends: &[u32]| {
            let at = position as usize;
            let start = if at == 0 { 0 } else { ends[at - 1] as usize };
            start..ends[at] as usize
        };
        RecordPairs {
            same: self.same[position as usize],
            both: Stretch::of(&self.both, range(&self.both_ends)),
            groups: &self.groups[range(&self.group_ends)],
            rows: &self.rows,
        }
    }

    #[cfg(test)]
    pub(super) fn tamper(&mut self, position: u32) {
        let mut copy = Self::default();
        for student in 0..self.both_ends.len() as u32 {
            let pairs = self.get(student);
            let mut paired = Paired {
                both: pairs.both().collect(),
                legacy_only: pairs.legacy_only().to_vec(),
                new_only: pairs.new_only().to_vec(),
                ..Paired::default()
            };
            if student == position {
                paired.both.pop();
                paired.legacy_only.push(paired.both[0].legacy);
            }
            copy.push(&mut paired, false);
        }
        *self = copy;
    }

    pub(super) fn bytes(&self) -> usize {
        let both = if let Pairs::Memory(both) = &self.both { both.capacity() } else { 0 };
        both * size_of::<Packed>()
            + self.groups.capacity() * size_of::<Group>()
            + self.same.capacity()
            + (self.both_ends.capacity() + self.group_ends.capacity() + self.rows.capacity()) * 4
    }
}

/// The pairs of one student.
#[derive(Debug, Clone, Copy)]
enum Stretch<'a> {
    Memory(&'a [Packed]),
    File(&'a Pairs, usize, usize),
}

impl<'a> Stretch<'a> {
    #[inline]
    fn of(pairs: &'a Pairs, range: Range<usize>) -> Self {
        match pairs {
            Pairs::Memory(all) => Self::Memory(&all[range]),
            file @ Pairs::File(..) => Self::File(file, range.start, range.len()),
        }
    }

    #[inline]
    const fn len(&self) -> usize {
        match self {
            Self::Memory(pairs) => pairs.len(),
            Self::File(_, _, len) => *len,
        }
    }

    #[inline]
    fn get(&self, at: usize) -> Packed {
        match self {
            Self::Memory(pairs) => pairs[at],
            Self::File(pairs, start, _) => pairs.get(start + at),
        }
    }
}

/// The records of one entity of one student, paired.
#[derive(Debug, Clone, Copy)]
pub struct RecordPairs<'a> {
    same: bool,
    both: Stretch<'a>,
    groups: &'a [Group],
    rows: &'a [Row],
}

impl<'a> RecordPairs<'a> {
    /// One record each side.
    #[inline]
    pub fn both(&self) -> impl ExactSizeIterator<Item = Both> + use<'a> {
        let both = self.both;
        (0..both.len()).map(move |at| both.get(at).unpack())
    }

    /// Legacy records without a partner.
    #[must_use]
    pub fn legacy_only(&self) -> &'a [Row] {
        self.one(Sort::LegacyOnly)
    }

    /// New records without a partner.
    #[must_use]
    pub fn new_only(&self) -> &'a [Row] {
        self.one(Sort::NewOnly)
    }

    /// Legacy records without a partner that equal, in all compared fields, a record that has one.
    #[must_use]
    pub fn legacy_duplicates(&self) -> &'a [Row] {
        self.one(Sort::LegacyDuplicates)
    }

    /// New records without a partner that equal, in all compared fields, a record that has one: loaded twice.
    #[must_use]
    pub fn new_duplicates(&self) -> &'a [Row] {
        self.one(Sort::NewDuplicates)
    }

    /// Several records of one side that together are one or several of the other: a year row and two halves.
    pub fn split(&self) -> impl Iterator<Item = (&'a [Row], &'a [Row])> + use<'a> {
        self.several(Sort::Split)
    }

    /// Groups for which no unique answer exists.
    pub fn ambiguous(&self) -> impl Iterator<Item = (&'a [Row], &'a [Row])> + use<'a> {
        self.several(Sort::Ambiguous)
    }

    /// All rows of a side, in no particular order.
    #[must_use]
    pub fn rows(&self, side: Side) -> Vec<Row> {
        let mut rows: Vec<Row> = match side {
            Side::Legacy => self.both().map(|b| b.legacy).collect(),
            Side::New => self.both().map(|b| b.new).collect(),
        };
        for group in self.groups {
            let (legacy, new) = self.halves(*group);
            rows.extend_from_slice(if side == Side::Legacy { legacy } else { new });
        }
        rows
    }

    /// How many rows the side has.
    #[must_use]
    pub fn count(&self, side: Side) -> usize {
        let of = |g: &Group| if side == Side::Legacy { g.legacy } else { g.new } as usize;
        self.both.len() + self.groups.iter().map(of).sum::<usize>()
    }

    /// True when every record has exactly one partner.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.groups.is_empty()
    }

    /// True when every record has exactly one partner and equals it in every field that both sides map. The student's id
    /// is not looked at, and section numbers never.
    #[must_use]
    pub const fn is_same(&self) -> bool {
        self.same
    }

    fn halves(&self, group: Group) -> (&'a [Row], &'a [Row]) {
        let rows = &self.rows[group.start as usize..(group.start + group.legacy + group.new) as usize];
        rows.split_at(group.legacy as usize)
    }

    fn one(&self, sort: Sort) -> &'a [Row] {
        let Some(group) = self.groups.iter().find(|g| g.sort == sort) else { return &[] };
        &self.rows[group.start as usize..(group.start + group.legacy + group.new) as usize]
    }

    fn several(&self, sort: Sort) -> impl Iterator<Item = (&'a [Row], &'a [Row])> + use<'a> {
        let this = *self;
        self.groups.iter().filter(move |g| g.sort == sort).map(move |g| this.halves(*g))
    }
}
