//! Nothing may change in silence: whatever differs in a field or a row that both sides hold is some finding.

use std::fmt::Write as _;

use super::testing::rows;
use crate::canonical::{Entity, Field, Kind};

/// What no check speaks of, on purpose.
const SILENT: &[(Entity, Field, &str)] = &[
    (Entity::Schedule, Field::Section, "section numbers are made anew by every system; rosters are compared"),
    (Entity::Course, Field::Course, "the key: rows without it are no course"),
    (Entity::Course, Field::Repeatable, "a setting of the catalogue; the marks that it would change are compared"),
];

/// Two values of a field that differ.
fn values(entity: Entity, field: Field) -> (&'static str, &'static str) {
    match field.kind() {
        Kind::Id => ("0077", "0078"),
        Kind::Code if field == Field::GradeLevel => ("11", "10"),
        Kind::Code if field == Field::Status => ("active", "inactive"),
        Kind::Code if field == Field::Mark => ("A", "B"),
        Kind::Code if field == Field::Period => ("1", "2"),
        Kind::Code => ("C1", "C2"),
        Kind::Text => ("Orchard", "Meadow"),
        Kind::Date if field == Field::ExitDate || field == Field::EndDate => ("2026-06-12", "2026-05-12"),
        Kind::Date => ("2025-08-18", "2025-09-18"),
        Kind::Number if entity == Entity::Gpa && field == Field::Value => ("3.25", "3.75"),
        Kind::Number => ("5", "7"),
        Kind::Flag => ("true", "false"),
        Kind::Year => ("2024-25", "2023-24"),
        Kind::Term => ("S1", "S2"),
    }
}

/// A side: student 1, and beside it one row of `entity` for each list of cells.
fn side(entity: Entity, cells: &[Vec<String>]) -> String {
    let fields = Field::of(entity).iter().map(|f| f.name()).collect::<Vec<_>>().join("|");
    let mut text = String::new();
    if entity != Entity::Student {
        text.push_str("student: student_id|grade_level\n1|11\n2|11\n");
    }
    let _ = writeln!(text, "{}: {fields}", entity.name());
    for row in cells {
        let _ = writeln!(text, "{}", row.join("|"));
    }
    text
}

fn row(entity: Entity) -> Vec<String> {
    let cell = |field: &Field| match field {
        Field::StudentId => "1".to_owned(),
        other => values(entity, *other).0.to_owned(),
    };
    Field::of(entity).iter().map(cell).collect()
}

/// How many findings there are when the new side holds `after` where legacy holds `before`.
fn told(entity: Entity, before: &[Vec<String>], after: &[Vec<String>]) -> usize {
    rows(&side(entity, before), &side(entity, after)).len()
}

#[test]
fn equal_rows_of_every_entity_give_no_finding() {
    for entity in Entity::ALL {
        assert_eq!(told(entity, &[row(entity)], &[row(entity)]), 0, "{entity:?}");
    }
}

#[test]
fn no_field_changes_is_lost_or_appears_in_silence() {
    let mut silent = Vec::new();
    for entity in Entity::ALL {
        for (at, field) in Field::of(entity).iter().enumerate().filter(|(_, f)| **f != Field::StudentId) {
            if SILENT.iter().any(|s| (s.0, s.1) == (entity, *field)) {
                continue;
            }
            let base = row(entity);
            let with = |value: &str| {
                let mut cells = base.clone();
                value.clone_into(&mut cells[at]);
                cells
            };
            let other = values(entity, *field).1;
            let cases = [
                ("changed", base.clone(), with(other)),
                ("lost", base.clone(), with("")),
                ("came", with(""), base.clone()),
                ("turned back", with(other), base.clone()),
            ];
            for (case, before, after) in cases {
                if told(entity, &[before], &[after]) == 0 {
                    silent.push(format!("{}.{field} {case}", entity.name()));
                }
            }
        }
    }
    assert_eq!(silent, [] as [String; 0]);
}

#[test]
fn no_row_is_lost_added_or_doubled_in_silence() {
    let mut silent = Vec::new();
    for entity in Entity::ALL {
        let base = row(entity);
        let mut other = base.clone();
        // Another record of the same student: another key, all else alike.
        for (at, field) in Field::of(entity).iter().enumerate() {
            let is_key = matches!(field, Field::Course | Field::GpaKind | Field::Requirement | Field::EntryDate);
            if is_key || (entity == Entity::Student && *field == Field::StudentId) {
                let value = if *field == Field::StudentId { "3" } else { values(entity, *field).1 };
                value.clone_into(&mut other[at]);
            }
        }
        let last = base.len() - 1;
        let mut contradicting = base.clone();
        let field = Field::of(entity)[last];
        values(entity, field).1.clone_into(&mut contradicting[last]);
        let one = vec![base.clone()];
        for (case, before, after) in [
            ("lost", vec![base.clone(), other.clone()], one.clone()),
            ("added", one.clone(), vec![base.clone(), other.clone()]),
            ("doubled", one.clone(), vec![base.clone(), base.clone()]),
            ("doubled with another value", one.clone(), vec![base.clone(), contradicting.clone()]),
            ("merged", vec![base.clone(), contradicting.clone()], one.clone()),
        ] {
            // A crosswalk may merge two courses into one.
            let is_meant = (entity, case) == (Entity::Course, "merged");
            if !is_meant && told(entity, &before, &after) == 0 {
                silent.push(format!("{} {case}", entity.name()));
            }
        }
    }
    assert_eq!(silent, [] as [String; 0]);
}
