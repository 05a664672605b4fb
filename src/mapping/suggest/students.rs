//! Students that are the same on both sides for certain: the witnesses of every other proposal.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::canonical::{Dataset, Entity, Field, Records, Row};

/// Attributes that must agree for a line of the student table to stand above the line.
const SURE: u32 = 3;

/// Students paired for certain, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StudentPairs {
    /// Legacy row and new row, in order of the legacy id, with how many of the attributes agree.
    pub pairs: Vec<(Row, Row, u32)>,
    /// True when the ids themselves are the same on both sides, so that no code table is needed.
    pub same_ids: bool,
    /// Legacy students without a certain partner.
    pub unpaired: u64,
}

/// What must agree, in this order of trust; each list is one way.
const WAYS: [&[Field]; 5] = [
    &[Field::StateId, Field::BirthDate],
    &[Field::LastName, Field::FirstName, Field::BirthDate],
    &[Field::StateId, Field::LastName],
    &[Field::StateId, Field::FirstName],
    &[Field::LastName, Field::BirthDate, Field::GradeLevel],
];

/// What may bear a pair out or speak against it.
const ATTRIBUTES: [Field; 5] = [Field::StateId, Field::LastName, Field::FirstName, Field::BirthDate, Field::GradeLevel];

/// Pairs students by id where most ids are the same, else by what only one student of each side has.
#[must_use]
pub fn students(legacy: &Dataset, new: &Dataset) -> StudentPairs {
    let (Some(left), Some(right)) = (legacy.get(Entity::Student), new.get(Entity::Student)) else {
        return StudentPairs::default();
    };
    let by_id = unique_pairs(left, right, &[Field::StudentId], &BTreeSet::new(), &BTreeSet::new());
    let borne_out = by_id.iter().filter(|(l, n)| agreeing(left, right, *l, *n) >= 2).count();
    let same_ids = borne_out * 2 > left.len().min(right.len());
    let mut taken: (BTreeSet<Row>, BTreeSet<Row>) = Default::default();
    let mut pairs = Vec::new();
    let ways: Vec<&[Field]> = if same_ids { vec![&[Field::StudentId]] } else { WAYS.to_vec() };
    for way in ways {
        for (l, n) in unique_pairs(left, right, way, &taken.0, &taken.1) {
            let agree = agreeing(left, right, l, n);
            if agree >= 2 || (same_ids && agree >= 1) {
                taken.0.insert(l);
                taken.1.insert(n);
                pairs.push((l, n, agree));
            }
        }
    }
    pairs.sort_by_key(|(l, n, _)| (left.text(*l, Field::StudentId).map(str::to_owned), *l, *n));
    let unpaired = (left.len() - pairs.len()) as u64;
    StudentPairs { pairs, same_ids, unpaired }
}

/// Rows whose texts of these fields stand once on each side, and are equal without case.
fn unique_pairs(
    left: &Records,
    right: &Records,
    fields: &[Field],
    left_taken: &BTreeSet<Row>,
    right_taken: &BTreeSet<Row>,
) -> Vec<(Row, Row)> {
    let index = |records: &Records, taken: &BTreeSet<Row>| {
        let mut rows: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for row in (0..records.len() as Row).filter(|r| !taken.contains(r)) {
            let texts: Option<Vec<String>> =
                fields.iter().map(|f| records.text(row, *f).map(|t| t.trim().to_lowercase())).collect();
            if let Some(texts) = texts {
                rows.entry(texts.join("\u{1f}")).or_default().push(row);
            }
        }
        rows
    };
    let theirs = index(right, right_taken);
    let ours = index(left, left_taken);
    ours.into_iter()
        .filter_map(|(key, rows)| match (rows.as_slice(), theirs.get(&key).map(Vec::as_slice)) {
            ([l], Some([n])) => Some((*l, *n)),
            _ => None,
        })
        .collect()
}

fn agreeing(left: &Records, right: &Records, l: Row, n: Row) -> u32 {
    let same = |field: &Field| match (left.text(l, *field), right.text(n, *field)) {
        (Some(a), Some(b)) => a.trim().to_lowercase() == b.trim().to_lowercase(),
        _ => false,
    };
    ATTRIBUTES.iter().filter(|f| same(f)).count() as u32
}

impl StudentPairs {
    /// The code table of student ids, for a project's `crosswalk:NAME`: `from,to,support,note`.
    #[must_use]
    pub fn csv(&self, legacy: &Dataset, new: &Dataset) -> String {
        let mut text = "from,to,support,note\n".to_owned();
        let (Some(left), Some(right)) = (legacy.get(Entity::Student), new.get(Entity::Student)) else { return text };
        for (l, n, agree) in &self.pairs {
            let id = |records: &Records, row| super::cell(records.text(row, Field::StudentId).unwrap_or(""));
            let (ours, theirs) = (id(left, *l), id(right, *n));
            // Below the line the target is empty, so that nobody takes a guess for an answer.
            let (to, note) = if *agree < SURE {
                (String::new(), super::cell(&format!("perhaps {theirs}")))
            } else {
                (theirs, String::new())
            };
            let _written = writeln!(text, "{ours},{to},{agree},{note}");
        }
        text
    }
}
