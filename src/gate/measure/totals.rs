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

/// One control total of one school and grade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlLine {
    /// School code.
    pub school: String,
    /// Grade level.
    pub grade: String,
    /// `students`, `transcript rows`, `transcript credit_earned`, `mark A`.
    pub measure: String,
    /// Total of the legacy side.
    pub legacy: String,
    /// Total of the new side.
    pub new: String,
    /// `equal`, `explained` (findings of its students say why) or `unexplained`.
    pub state: &'static str,
    /// The totals of the students without a finding (legacy, new), when these differ.
    pub unexplained: Option<(String, String)>,
}

/// Compares the totals of every school and grade.
#[must_use]
pub fn control_totals(lines: &[ControlLine]) -> ControlTotals {
    let told = |l: &ControlLine| {
        let (legacy, new) = l.unexplained.as_ref()?;
        Some(format!("school {} grade {}: {} {legacy} / {new}", l.school, l.grade, l.measure))
    };
    ControlTotals { compared: lines.len() as u64, unexplained: lines.iter().filter_map(told).collect() }
}

/// Every control total of every school and grade, with what became of it.
#[must_use]
pub fn control_lines(reconciliation: &Reconciliation, explained: &Explained) -> Vec<ControlLine> {
    let show = |sum: Option<Decimal>| sum.map_or_else(|| "too large".into(), |d| d.to_string());
    let differ = |[legacy, new]: &[Option<Decimal>; 2]| legacy != new || legacy.is_none();
    let mut lines = Vec::new();
    for ((school, grade), cell) in cells(reconciliation, explained) {
        for (measure, Sums { all, open }) in cell.sums {
            let unexplained = differ(&open).then(|| (show(open[0]), show(open[1])));
            let state = match () {
                () if unexplained.is_some() => "unexplained",
                () if differ(&all) => "explained",
                () => "equal",
            };
            let [legacy, new] = all.map(show);
            let (school, grade) = (school.clone(), grade.clone());
            lines.push(ControlLine { school, grade, measure, legacy, new, state, unexplained });
        }
    }
    lines
}

fn cells(reconciliation: &Reconciliation, explained: &Explained) -> BTreeMap<(String, String), Cell> {
    let mut cells: BTreeMap<(String, String), Cell> = BTreeMap::new();
    for (position, pair) in reconciliation.students.iter().enumerate() {
        let position = position as u32;
        let cell = cells.entry(place(reconciliation, pair)).or_default();
        cell.open = !explained.has(position, Entity::Student);
        cell.add("students", Side::Legacy, count(usize::from(pair.legacy.is_some())));
        cell.add("students", Side::New, count(usize::from(pair.new.is_some())));
        for entity in reconciliation.compared.iter().copied() {
            if let Some(records) = reconciliation.pairs(position, entity) {
                cell.open = !explained.has(position, entity);
                of_records(reconciliation, entity, records, cell);
            }
        }
    }
    cells
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

/// The sums of one school and grade.
#[derive(Debug, Default)]
struct Cell {
    sums: BTreeMap<String, Sums>,
    /// True while records are added that no finding explains.
    open: bool,
}

/// Sums of (legacy, new); `None` once one is too large to be exact.
#[derive(Debug)]
struct Sums {
    all: [Option<Decimal>; 2],
    /// Of the records that no finding explains.
    open: [Option<Decimal>; 2],
}

impl Cell {
    fn add(&mut self, measure: &str, side: Side, value: Decimal) {
        if !self.sums.contains_key(measure) {
            let zero = [Some(Decimal::ZERO); 2];
            self.sums.insert(measure.to_owned(), Sums { all: zero, open: zero });
        }
        let Some(sums) = self.sums.get_mut(measure) else { return };
        let lists = if self.open { [Some(&mut sums.all), Some(&mut sums.open)] } else { [Some(&mut sums.all), None] };
        for list in lists.into_iter().flatten() {
            let sum = &mut list[side as usize];
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
        let totals = control_totals(&control_lines(&with_rows(|_, _| {}), &Explained::default()));
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
        let totals = control_totals(&control_lines(&found, &Explained::default()));
        assert_eq!(totals.unexplained, ["school 012 grade 9: transcript credit_earned 30 / 29.5"]);
    }

    #[test]
    fn a_finding_of_the_student_and_kind_of_record_explains_it() {
        let found = with_rows(|r, row| {
            if r == 0 {
                row[4] = "D".into()
            }
        });
        assert_eq!(
            control_totals(&control_lines(&found, &Explained::default())).unexplained.len(),
            2,
            "one mark less, another more"
        );
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
        assert_eq!(
            control_totals(&control_lines(&found, &explained(Entity::Transcript))).unexplained,
            Vec::<String>::new()
        );
        assert_eq!(control_totals(&control_lines(&found, &explained(Entity::Schedule))).unexplained.len(), 2);
    }

    #[test]
    fn every_total_is_listed_with_what_became_of_it() {
        let found = with_rows(|r, row| match r {
            0 => row[5] = "4.5".into(),
            _ => {}
        });
        let changed = |lines: &[ControlLine]| -> Vec<(String, &'static str)> {
            let moved = lines.iter().filter(|l| l.state != "equal");
            moved.map(|l| (format!("{} {} {} {} {}", l.school, l.grade, l.measure, l.legacy, l.new), l.state)).collect()
        };
        let all = control_lines(&found, &Explained::default());
        assert_eq!(changed(&all), [("012 9 transcript credit_earned 30 29.5".to_owned(), "unexplained")]);
        assert!(all.iter().any(|l| l.measure == "students") && all.iter().any(|l| l.measure.starts_with("mark ")));
        let explained = Explained { records: [(0, Entity::Transcript)].into(), ..Explained::default() };
        assert_eq!(changed(&control_lines(&found, &explained))[0].1, "explained");
    }

    #[test]
    fn credits_exchanged_between_grades_are_seen_although_the_district_total_is_equal() {
        let found = with_rows(|r, row| match r {
            0 => row[5] = "4".into(),
            7 => row[5] = "6".into(),
            _ => {}
        });
        assert_eq!(control_totals(&control_lines(&found, &Explained::default())).unexplained.len(), 2);
    }
}
