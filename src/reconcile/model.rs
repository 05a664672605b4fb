//! What pairing finds out: which records of the two sides are the same thing. Compact: a student is a few dozen
//! bytes, a paired record is eight.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::group::Csr;
use super::sections::SectionPair;
use super::table::{PairTable, RecordPairs};
use crate::canonical::{Dataset, Entity, Field, Row, Side, Spill, StringPool};

/// One value for each entity.
pub(super) type PerEntity<T> = [Option<T>; Entity::ALL.len()];

/// Both sides, paired. Students are sorted by their id text, so that every run walks them alike.
#[derive(Debug)]
pub struct Reconciliation {
    /// The legacy side.
    pub legacy: Dataset,
    /// The new side.
    pub new: Dataset,
    /// Every student of either side.
    pub students: Vec<StudentPair>,
    /// How students were matched.
    pub matching: Matching,
    /// Entities that both sides map, and so are compared.
    pub compared: Vec<Entity>,
    /// The course catalogue, paired by course code.
    pub courses: CoursePairs,
    /// Sections of the legacy side and the new section that most of their students sit in.
    pub sections: Vec<SectionPair>,
    pub(super) ids: StringPool,
    /// New ids of students whose two ids differ.
    pub(super) new_ids: BTreeMap<u32, String>,
    pub(super) tables: PerEntity<PairTable>,
    pub(super) owners: [PerEntity<Vec<u32>>; 2],
    pub(super) loose: [PerEntity<Csr>; 2],
}

/// One student: on both sides, or on one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StudentPair {
    /// The legacy student record; `None` when the student is not there, or is only implied by other records.
    pub legacy: Option<Row>,
    /// The new student record.
    pub new: Option<Row>,
    /// The legacy side knows the student.
    pub on_legacy: bool,
    /// The new side knows the student.
    pub on_new: bool,
    /// Which rule of `[matching]` paired them (its position).
    pub rule: u8,
}

impl StudentPair {
    /// True when the side knows the student.
    #[must_use]
    pub const fn on(&self, side: Side) -> bool {
        match side {
            Side::Legacy => self.on_legacy,
            Side::New => self.on_new,
        }
    }

    /// The student record of a side.
    #[must_use]
    pub const fn record(&self, side: Side) -> Option<Row> {
        match side {
            Side::Legacy => self.legacy,
            Side::New => self.new,
        }
    }

    /// True when both sides know the student.
    #[must_use]
    pub const fn is_paired(&self) -> bool {
        self.on_legacy && self.on_new
    }
}

/// Two records that are the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Both {
    /// The legacy record.
    pub legacy: Row,
    /// The new record.
    pub new: Row,
    /// How they were paired.
    pub tier: Tier,
}

/// How two records were paired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// All of the entity's key fields agree.
    Exact,
    /// The cheapest assignment inside the student, by a clear margin.
    Assigned,
}

/// The course catalogue of both sides, by course code.
#[derive(Debug, Clone, Default)]
pub struct CoursePairs {
    /// Courses that stand on both sides.
    pub both: Vec<Both>,
    /// Legacy courses without a partner.
    pub legacy_only: Vec<Row>,
    /// New courses without a partner.
    pub new_only: Vec<Row>,
    /// What is left of codes that stand more than once on a side, after crosswalks: (legacy, new). One of the two is
    /// empty.
    pub several: Vec<(Vec<Row>, Vec<Row>)>,
}

/// How students were matched, for the report and the gate.
#[derive(Debug, Clone, Default)]
pub struct Matching {
    /// Students of the legacy side (distinct).
    pub legacy: u64,
    /// Students of the new side (distinct).
    pub new: u64,
    /// Students on both sides.
    pub paired: u64,
    /// Students on both sides under one district id.
    pub kept_id: u64,
    /// Per candidate id: name, and how many of the legacy students it would pair alone.
    pub candidates: Vec<(String, u64)>,
    /// Names of the rules, by position.
    pub rules: Vec<String>,
    /// How many students each rule paired, by position.
    pub by_rule: Vec<u64>,
    /// For unpaired legacy students: positions of unpaired new ones that look alike by name and birth date, best first.
    pub suggestions: BTreeMap<u32, Vec<u32>>,
    /// Pairs whose names and birth dates are each other's: (pair, pair).
    pub swapped: Vec<(u32, u32)>,
    /// Pairs whose transcripts are each other's: (pair, pair).
    pub swapped_transcripts: Vec<(u32, u32)>,
    /// Further records of a student's id, by student: (legacy, new).
    pub duplicates: BTreeMap<u32, (Vec<Row>, Vec<Row>)>,
    /// New students (position) that share a state id, or name and birth date, with another new student (position)
    /// although the legacy side knows only that other one.
    pub doubles: BTreeMap<u32, u32>,
    /// Rows of other entities whose student no student record names, by entity: (legacy, new).
    pub orphans: BTreeMap<Entity, (Vec<Row>, Vec<Row>)>,
    /// Rows without a student id, by entity: (legacy, new).
    pub blank: BTreeMap<Entity, (Vec<Row>, Vec<Row>)>,
    /// Rows whose student id does not read (`2.0017E+4`) or has no line in its code table, by entity: (legacy, new).
    pub unreadable: BTreeMap<Entity, (Vec<Row>, Vec<Row>)>,
}

impl Reconciliation {
    /// One side.
    #[must_use]
    pub const fn dataset(&self, side: Side) -> &Dataset {
        match side {
            Side::Legacy => &self.legacy,
            Side::New => &self.new,
        }
    }

    /// The temporary file in which the records lie; `None` when they are in memory.
    #[must_use]
    pub fn spill(&self) -> Option<&Arc<Spill>> {
        Side::BOTH
            .into_iter()
            .find_map(|side| Entity::ALL.into_iter().find_map(|e| self.dataset(side).get(e)?.locations().spill()))
    }

    /// The id of a student as the legacy side writes it canonically (the new side's when legacy has none).
    #[must_use]
    pub fn student_id(&self, position: u32) -> &str {
        self.ids.get(position)
    }

    /// The district ids of a student on both sides, canonical; `None` when the student is not on both.
    #[must_use]
    pub fn ids(&self, position: u32) -> Option<(&str, &str)> {
        let legacy = self.ids.get(position);
        let new = self.new_ids.get(&position).map_or(legacy, String::as_str);
        self.students[position as usize].is_paired().then_some((legacy, new))
    }

    /// The id of a student on the new side, where it is another than [`Self::student_id`].
    #[must_use]
    pub fn new_id(&self, position: u32) -> Option<&str> {
        self.new_ids.get(&position).map(String::as_str)
    }

    /// The position of the student with that canonical id.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<u32> {
        let (mut low, mut high) = (0, self.students.len() as u32);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.ids.get(middle).cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }

    /// The paired records of one entity of one student; `None` when the entity is not compared.
    #[inline]
    #[must_use]
    pub fn pairs(&self, position: u32, entity: Entity) -> Option<RecordPairs<'_>> {
        Some(self.tables[entity as usize].as_ref()?.get(position))
    }

    /// All rows of one entity of one student on one side, in row order, paired or not, compared or not.
    #[must_use]
    pub fn rows(&self, position: u32, side: Side, entity: Entity) -> Vec<Row> {
        if let Some(table) = &self.tables[entity as usize] {
            let mut rows = table.get(position).rows(side);
            rows.sort_unstable();
            return rows;
        }
        self.loose[side as usize][entity as usize].as_ref().map_or_else(Vec::new, |c| c.get(position).to_vec())
    }

    /// The student that a record belongs to; `None` for orphans and rows without an id.
    #[inline]
    #[must_use]
    pub fn owner(&self, side: Side, entity: Entity, row: Row) -> Option<u32> {
        let owners = self.owners[side as usize][entity as usize].as_ref()?;
        let codes = &self.dataset(side).get(entity)?.column(Field::StudentId)?.codes;
        let position = owners[codes.get(row as usize) as usize];
        (position != u32::MAX).then_some(position)
    }

    /// Forgets the last pair of a student and uses its first legacy row twice: what no pairing may do.
    #[cfg(test)]
    pub(crate) fn tamper(&mut self, position: u32, entity: Entity) {
        if let Some(table) = &mut self.tables[entity as usize] {
            table.tamper(position);
        }
    }

    /// Bytes that pairing holds beside the datasets, for memory accounting.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let tables: usize = self.tables.iter().flatten().map(PairTable::bytes).sum();
        let owners: usize = self.owners.iter().flatten().flatten().map(|v| v.capacity() * 4).sum();
        let loose: usize = self.loose.iter().flatten().flatten().map(Csr::bytes).sum();
        tables + owners + loose + self.ids.bytes() + self.students.capacity() * size_of::<StudentPair>()
    }
}
