//! What pairing finds out: which records of the two sides are the same thing.

use std::collections::BTreeMap;

use crate::canonical::{Dataset, Entity, Row};

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
}

/// One student: on both sides, or on one.
#[derive(Debug, Clone, Default)]
pub struct StudentPair {
    /// The legacy student record (the first in file order when there are several).
    pub legacy: Option<Row>,
    /// The new student record.
    pub new: Option<Row>,
    /// Further records of the same student on the legacy side.
    pub legacy_duplicates: Vec<Row>,
    /// Further records of the same student on the new side.
    pub new_duplicates: Vec<Row>,
    /// Which rule of `[matching]` paired them (its position).
    pub rule: u8,
    /// Paired records by entity (every entity but student and course that both sides map).
    pub records: BTreeMap<Entity, RecordPairs>,
    /// Rows of entities that only one side maps, legacy then new; shown by `explain`, never compared.
    pub uncompared: BTreeMap<Entity, (Vec<Row>, Vec<Row>)>,
}

/// The records of one entity of one student, paired.
#[derive(Debug, Clone, Default)]
pub struct RecordPairs {
    /// One record each side.
    pub both: Vec<Both>,
    /// Several records of one side that together are one or several of the other: a year row and two halves.
    pub split: Vec<(Vec<Row>, Vec<Row>)>,
    /// Legacy records without a partner.
    pub legacy_only: Vec<Row>,
    /// New records without a partner.
    pub new_only: Vec<Row>,
    /// New records without a partner that equal, in all compared fields, a record that has one: loaded twice.
    pub new_duplicates: Vec<Row>,
    /// Legacy records without a partner that equal a record that has one.
    pub legacy_duplicates: Vec<Row>,
    /// Groups for which no unique answer exists.
    pub ambiguous: Vec<(Vec<Row>, Vec<Row>)>,
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

/// How students were matched, for the report and the gate.
#[derive(Debug, Clone, Default)]
pub struct Matching {
    /// Students of the legacy side (distinct).
    pub legacy: u64,
    /// Students of the new side (distinct).
    pub new: u64,
    /// Students on both sides.
    pub paired: u64,
    /// Per candidate id: name, and how many of the legacy students it would pair alone.
    pub candidates: Vec<(String, u64)>,
    /// For unpaired legacy students: positions of unpaired new ones that look alike by name and birth date, best first.
    pub suggestions: BTreeMap<u32, Vec<u32>>,
    /// Pairs whose names and birth dates are each other's: (pair, pair).
    pub swapped: Vec<(u32, u32)>,
    /// Rows of other entities whose student no student record names, by entity: (legacy, new).
    pub orphans: BTreeMap<Entity, (Vec<Row>, Vec<Row>)>,
}
