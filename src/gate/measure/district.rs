//! A district of a few students for tests of the gate, made in memory.

use std::collections::BTreeMap;

use crate::canonical::{Column, Dataset, Decimal, Entity, Field, Locations, Records, Side, SourceFile, Typed};
use crate::reconcile::{MatchRules, Reconciliation, reconcile};

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

/// Pairs both sides.
pub(crate) fn pair(legacy: Dataset, new: Dataset) -> Reconciliation {
    reconcile(legacy, new, &MatchRules::default())
}
