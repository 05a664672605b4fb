//! A district of a few students for tests of the gate: made in memory, paired one to one.

use std::collections::BTreeMap;

use crate::canonical::{Column, Dataset, Decimal, Entity, Field, Locations, Records, Side, SourceFile, Typed};
use crate::reconcile::{Both, Matching, Reconciliation, RecordPairs, StudentPair, Tier};

/// Fields and rows of one entity; numbers are recognised by the field.
pub(crate) fn records(entity: Entity, fields: &[Field], rows: &[Vec<String>]) -> Records {
    let mut locations = Locations::default();
    let file = locations.add_file(SourceFile { name: format!("{entity}.csv"), blake3: String::new(), bytes: 1 });
    for row in 0..rows.len() as u32 {
        locations.push(file, row + 2, row + 2);
    }
    let mut records = Records::new(entity, locations);
    for (at, field) in fields.iter().enumerate() {
        let mut column = Column::default();
        let mut known: BTreeMap<&str, u32> = BTreeMap::new();
        for row in rows {
            let text = row[at].as_str();
            let typed = match field.kind() {
                _ if text.is_empty() => Typed::Missing,
                crate::canonical::Kind::Number => Decimal::parse(text).map_or(Typed::Unreadable, Typed::Number),
                crate::canonical::Kind::Flag => Typed::Flag(text == "true"),
                crate::canonical::Kind::Date => text.parse().map_or(Typed::Unreadable, Typed::Date),
                _ => Typed::Text,
            };
            let code = *known.entry(text).or_insert_with(|| column.values.push(text, text, typed).unwrap());
            column.codes.push(code);
        }
        records.set(*field, column);
    }
    records
}

pub(crate) const STUDENT: [Field; 3] = [Field::StudentId, Field::School, Field::GradeLevel];
pub(crate) const TRANSCRIPT: [Field; 6] =
    [Field::StudentId, Field::SchoolYear, Field::Term, Field::Course, Field::Mark, Field::CreditEarned];

/// One side: so many students with four transcript rows each.
pub(crate) fn side(side: Side, students: usize) -> Dataset {
    let id = |s: usize| format!("{s:04}");
    let people: Vec<Vec<String>> =
        (0..students).map(|s| vec![id(s), format!("{:03}", 12 + s % 2), (9 + s % 4).to_string()]).collect();
    let rows: Vec<Vec<String>> = (0..students * 4)
        .map(|r| {
            let (s, course) = (r / 4, format!("C{}", r % 4));
            let mark = ["A", "B", "C", "F"][(s + r) % 4];
            let credit = if mark == "F" { "0" } else { "5" };
            vec![id(s), "2025-26".into(), "S1".into(), course, mark.into(), credit.into()]
        })
        .collect();
    let mut dataset = Dataset::new(side);
    dataset.set(records(Entity::Student, &STUDENT, &people));
    dataset.set(records(Entity::Transcript, &TRANSCRIPT, &rows));
    dataset
}

/// Pairs students by id and transcript rows by (year, term, course); what equals a paired row is a duplicate.
pub(crate) fn pair(mut legacy: Dataset, mut new: Dataset) -> Reconciliation {
    Dataset::align(&mut legacy, &mut new);
    let mut by_id: BTreeMap<String, StudentPair> = BTreeMap::new();
    let (mut of_legacy, mut of_new) = (0, 0);
    for (side, dataset) in [(Side::Legacy, &legacy), (Side::New, &new)] {
        let Some(people) = dataset.get(Entity::Student) else { continue };
        for row in 0..people.len() as u32 {
            let pair = by_id.entry(people.text(row, Field::StudentId).unwrap_or("").to_owned()).or_default();
            match side {
                Side::Legacy if pair.legacy.is_some() => pair.legacy_duplicates.push(row),
                Side::Legacy => (pair.legacy, of_legacy) = (Some(row), of_legacy + 1),
                Side::New if pair.new.is_some() => pair.new_duplicates.push(row),
                Side::New => (pair.new, of_new) = (Some(row), of_new + 1),
            }
        }
    }
    let rows = |dataset: &Dataset| -> BTreeMap<String, Vec<u32>> {
        let mut found: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        let records = dataset.get(Entity::Transcript).unwrap();
        for row in 0..records.len() as u32 {
            found.entry(records.text(row, Field::StudentId).unwrap_or("").to_owned()).or_default().push(row);
        }
        found
    };
    let (l, n) = (rows(&legacy), rows(&new));
    for (id, pair) in &mut by_id {
        let of = |m: &BTreeMap<String, Vec<u32>>| m.get(id).cloned().unwrap_or_default();
        pair.records.insert(Entity::Transcript, pair_rows(&legacy, &new, of(&l), of(&n)));
    }
    let students: Vec<StudentPair> = by_id.into_values().collect();
    let paired = students.iter().filter(|p| p.legacy.is_some() && p.new.is_some()).count() as u64;
    let matching = Matching { legacy: of_legacy, new: of_new, paired, ..Matching::default() };
    Reconciliation { legacy, new, students, matching, compared: vec![Entity::Student, Entity::Transcript] }
}

fn pair_rows(legacy: &Dataset, new: &Dataset, left: Vec<u32>, mut right: Vec<u32>) -> RecordPairs {
    let (l, n) = (legacy.get(Entity::Transcript).unwrap(), new.get(Entity::Transcript).unwrap());
    let same =
        |a: u32, b: u32| [Field::SchoolYear, Field::Term, Field::Course].iter().all(|f| l.key(a, *f) == n.key(b, *f));
    let mut pairs = RecordPairs::default();
    for row in left {
        match right.iter().position(|r| same(row, *r)) {
            Some(at) => pairs.both.push(Both { legacy: row, new: right.remove(at), tier: Tier::Exact }),
            None => pairs.legacy_only.push(row),
        }
    }
    pairs.new_only = right;
    pairs
}
