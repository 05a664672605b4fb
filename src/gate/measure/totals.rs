//! Control totals by school and grade: students, class rows, transcript rows, credits, grade points, marks.
//!
//! A total that differs is explained when findings of its students say so. What is left over is a difference that no
//! check saw, and so it is counted here from the rows of the students that have no finding of that kind of record.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Decimal, Entity, Field, Records, Row, Side, Typed};
use crate::finding::{Findings, Subject};
use crate::gate::ControlTotals;
use crate::reconcile::{Reconciliation, RecordPairs, StudentPair};

/// Which students' records have findings.
#[derive(Debug, Clone, Default)]
pub struct Explained {
    students: BTreeSet<u32>,
    records: BTreeSet<(u32, Entity)>,
}

impl Explained {
    /// From all findings, whatever their severity: a finding explains the records of its kind of its student; one on
    /// the whole student, the school or the grade explains everything of the student.
    #[must_use]
    pub fn by(findings: &Findings) -> Self {
        let mut explained = Self::default();
        for finding in &findings.rows {
            let Subject::Student(position) = finding.subject else { continue };
            let moves = matches!(finding.field, None | Some(Field::School | Field::GradeLevel));
            if finding.entity == Entity::Student && moves {
                explained.students.insert(position);
            }
            explained.records.insert((position, finding.entity));
        }
        explained
    }

    fn has(&self, position: u32, entity: Entity) -> bool {
        self.students.contains(&position) || self.records.contains(&(position, entity))
    }
}

/// Compares the totals of every school and grade.
#[must_use]
pub fn control_totals(reconciliation: &Reconciliation, explained: &Explained) -> ControlTotals {
    let mut cells: BTreeMap<(String, String), Cell> = BTreeMap::new();
    for (position, pair) in reconciliation.students.iter().enumerate() {
        let position = position as u32;
        let place = place(reconciliation, pair);
        let cell = cells.entry(place).or_default();
        if !explained.has(position, Entity::Student) {
            cell.add("students", Side::Legacy, count(usize::from(pair.legacy.is_some())));
            cell.add("students", Side::New, count(usize::from(pair.new.is_some())));
        }
        for entity in reconciliation.compared.iter().copied() {
            if let Some(records) = reconciliation.pairs(position, entity)
                && !explained.has(position, entity)
            {
                of_records(reconciliation, entity, records, cell);
            }
        }
    }
    let mut totals = ControlTotals::default();
    for ((school, grade), cell) in cells {
        totals.compared += cell.sums.len() as u64;
        for (measure, [legacy, new]) in cell.sums.iter().filter(|(_, [l, n])| l != n || l.is_none()) {
            let show = |d: &Option<Decimal>| d.map_or_else(|| "too large".into(), |d| d.to_string());
            totals.unexplained.push(format!(
                "school {school} grade {grade}: {measure} {} / {}",
                show(legacy),
                show(new)
            ));
        }
    }
    totals
}

/// School and grade level of a student: the legacy side's, else the new one's.
fn place(reconciliation: &Reconciliation, pair: &StudentPair) -> (String, String) {
    let text = |field| {
        let of = |records: Option<&Records>, row: Option<Row>| Some(records?.text(row?, field)?.to_owned());
        of(reconciliation.legacy.get(Entity::Student), pair.legacy)
            .or_else(|| of(reconciliation.new.get(Entity::Student), pair.new))
            .unwrap_or_else(|| "-".into())
    };
    (text(Field::School), text(Field::GradeLevel))
}

/// The sums of one school and grade, (legacy, new); `None` once a sum is too large to be exact.
#[derive(Debug, Default)]
struct Cell {
    sums: BTreeMap<String, [Option<Decimal>; 2]>,
}

impl Cell {
    fn add(&mut self, measure: &str, side: Side, value: Decimal) {
        if !self.sums.contains_key(measure) {
            self.sums.insert(measure.to_owned(), [Some(Decimal::ZERO); 2]);
        }
        if let Some(sums) = self.sums.get_mut(measure) {
            let sum = &mut sums[side as usize];
            *sum = sum.and_then(|s| s.checked_add(value));
        }
    }
}

fn count(n: usize) -> Decimal {
    Decimal::new(i64::try_from(n).unwrap_or(i64::MAX), 0)
}

fn of_records(reconciliation: &Reconciliation, entity: Entity, records: RecordPairs<'_>, cell: &mut Cell) {
    let (Some(legacy), Some(new)) = (reconciliation.legacy.get(entity), reconciliation.new.get(entity)) else { return };
    let fields: Vec<Field> = match entity {
        Entity::Transcript => {
            let sums = [Field::CreditAttempted, Field::CreditEarned, Field::GpaPoints];
            sums.into_iter().filter(|f| legacy.has(*f) && new.has(*f)).collect()
        }
        Entity::Schedule | Entity::Enrollment => Vec::new(),
        _ => return,
    };
    let marks = entity == Entity::Transcript && legacy.has(Field::Mark) && new.has(Field::Mark);
    for (side, of_side) in [(Side::Legacy, legacy), (Side::New, new)] {
        for group in groups(records, side) {
            cell.add(&format!("{entity} rows"), side, count(1));
            // A year row and its two halves agree in credit; points and marks stand on each of them.
            let mut points = BTreeSet::new();
            let mut seen = BTreeSet::new();
            for row in group {
                for field in &fields {
                    let Typed::Number(value) = of_side.typed(row, *field) else { continue };
                    if *field != Field::GpaPoints || points.insert(value) {
                        cell.add(&format!("{entity} {field}"), side, value);
                    }
                }
                if marks {
                    seen.insert(of_side.text(row, Field::Mark).unwrap_or("(none)"));
                }
            }
            for mark in seen {
                cell.add(&format!("mark {mark}"), side, count(1));
            }
        }
    }
}

/// The rows of one side, those of a split pair together.
fn groups(records: RecordPairs<'_>, side: Side) -> Vec<Vec<Row>> {
    let pick = |pair: (&[Row], &[Row])| if side == Side::Legacy { pair.0.to_vec() } else { pair.1.to_vec() };
    let mut groups: Vec<Vec<Row>> =
        records.both().map(|b| vec![if side == Side::Legacy { b.legacy } else { b.new }]).collect();
    groups.extend(records.split().map(pick));
    let single = match side {
        Side::Legacy => [records.legacy_only(), records.legacy_duplicates()],
        Side::New => [records.new_only(), records.new_duplicates()],
    };
    groups.extend(single.into_iter().flatten().map(|row| vec![*row]));
    groups.extend(records.ambiguous().flat_map(|pair| pick(pair).into_iter().map(|row| vec![row])));
    groups
}

#[cfg(test)]
mod tests {
    use super::super::district::{TRANSCRIPT, pair, records, side};
    use super::*;
    use crate::canonical::Dataset;
    use crate::finding::{Change, Finding, Severity};

    fn with_rows(change: impl Fn(usize, &mut Vec<String>)) -> Reconciliation {
        let new = side(Side::New, 8);
        let old = new.get(Entity::Transcript).unwrap();
        let rows: Vec<Vec<String>> = (0..old.len())
            .map(|r| {
                let mut row: Vec<String> =
                    TRANSCRIPT.iter().map(|f| old.text(r as u32, *f).unwrap_or("").to_owned()).collect();
                change(r, &mut row);
                row
            })
            .collect();
        let mut changed: Dataset = side(Side::New, 8);
        changed.set(records(Entity::Transcript, &TRANSCRIPT, &rows));
        pair(side(Side::Legacy, 8), changed)
    }

    #[test]
    fn equal_sides_have_equal_totals() {
        let totals = control_totals(&with_rows(|_, _| {}), &Explained::default());
        assert_eq!(totals.unexplained, Vec::<String>::new());
        assert!(totals.compared > 8);
    }

    #[test]
    fn a_credit_that_no_finding_explains_is_told_with_its_school_and_grade() {
        let found = with_rows(|r, row| {
            if r == 0 {
                row[5] = "4.5".into()
            }
        });
        let totals = control_totals(&found, &Explained::default());
        assert_eq!(totals.unexplained, ["school 012 grade 9: transcript credit_earned 30 / 29.5"]);
    }

    #[test]
    fn a_finding_of_the_student_and_kind_of_record_explains_it() {
        let found = with_rows(|r, row| {
            if r == 0 {
                row[4] = "D".into()
            }
        });
        assert_eq!(control_totals(&found, &Explained::default()).unexplained.len(), 2, "one mark less, another more");
        let finding = |entity| Finding {
            subject: Subject::Student(0),
            check: 0,
            severity: Severity::Critical,
            entity,
            change: Change::Changed,
            field: Some(Field::Mark),
            legacy: Some(0),
            new: Some(0),
            note: 0,
            values: (0, 0),
        };
        let explained = |entity| Explained::by(&Findings { rows: vec![finding(entity)], ..Findings::default() });
        assert_eq!(control_totals(&found, &explained(Entity::Transcript)).unexplained, Vec::<String>::new());
        assert_eq!(control_totals(&found, &explained(Entity::Schedule)).unexplained.len(), 2);
    }

    #[test]
    fn credits_exchanged_between_grades_are_seen_although_the_district_total_is_equal() {
        let found = with_rows(|r, row| match r {
            0 => row[5] = "4".into(),
            7 => row[5] = "6".into(),
            _ => {}
        });
        assert_eq!(control_totals(&found, &Explained::default()).unexplained.len(), 2);
    }
}
