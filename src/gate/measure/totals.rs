//! Control totals by school and grade: students, class rows, transcript rows, credits, grade points, marks.
//!
//! A total that differs is explained when findings of its students say so. What is left over is a difference that no
//! check saw, and so it is counted here from the rows of the students that have no finding of that kind of record.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

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

/// Students that one task adds up.
const CHUNK: usize = 4096;

/// The sums of every school and grade.
type Cells = BTreeMap<(String, String), Cell>;

/// Every control total of every school and grade, with what became of it.
#[must_use]
pub fn control_lines(reconciliation: &Reconciliation, explained: &Explained) -> Vec<ControlLine> {
    let show = |sum: Option<Decimal>| sum.map_or_else(|| "too large".into(), |d| d.to_string());
    let differ = |[legacy, new]: &[Option<Decimal>; 2]| legacy != new || legacy.is_none();
    let measures = Measures::of(reconciliation);
    let mut lines = Vec::new();
    for ((school, grade), cell) in cells(reconciliation, explained, &measures) {
        for (measure, Sums { all, open }) in cell.named(&measures) {
            let unexplained = differ(&open).then(|| (show(open[0]), show(open[1])));
            let state = match () {
                () if unexplained.is_some() => "unexplained",
                () if differ(&all) => "explained",
                () => "equal",
            };
            let [legacy, new] = all.map(show);
            let (school, grade, measure) = (school.clone(), grade.clone(), measure.to_owned());
            lines.push(ControlLine { school, grade, measure, legacy, new, state, unexplained });
        }
    }
    lines
}

fn cells(reconciliation: &Reconciliation, explained: &Explained, measures: &Measures) -> Cells {
    let starts: Vec<usize> = (0..reconciliation.students.len()).step_by(CHUNK).collect();
    let parts: Vec<Cells> = starts.par_iter().map(|start| chunk(reconciliation, explained, measures, *start)).collect();
    let mut cells = Cells::new();
    for (place, cell) in parts.into_iter().flatten() {
        cells.entry(place).or_default().merge(&cell);
    }
    cells
}

fn chunk(reconciliation: &Reconciliation, explained: &Explained, measures: &Measures, start: usize) -> Cells {
    let mut cells = Cells::new();
    for position in start..(start + CHUNK).min(reconciliation.students.len()) {
        let pair = &reconciliation.students[position];
        let position = position as u32;
        let cell = cells.entry(place(reconciliation, pair)).or_default();
        cell.open = !explained.has(position, Entity::Student);
        cell.add(STUDENTS, Side::Legacy, count(usize::from(pair.legacy.is_some())));
        cell.add(STUDENTS, Side::New, count(usize::from(pair.new.is_some())));
        for entity in reconciliation.compared.iter().copied() {
            if let Some(measured) = &measures.of_entity[entity as usize]
                && let Some(records) = reconciliation.pairs(position, entity)
            {
                cell.open = !explained.has(position, entity);
                of_records(reconciliation, (entity, measured), records, cell);
            }
        }
    }
    cells
}

/// The first measure.
const STUDENTS: usize = 0;

/// What is added up, by number.
struct Measures {
    names: Vec<String>,
    of_entity: [Option<OfEntity>; Entity::ALL.len()],
}

/// Numbers of the measures of an entity.
struct OfEntity {
    rows: usize,
    sums: Vec<(Field, usize)>,
    /// By side and code of the mark; empty where marks are not counted.
    marks: [Vec<usize>; 2],
}

impl Measures {
    fn of(reconciliation: &Reconciliation) -> Self {
        let mut measures = Self { names: vec!["students".into()], of_entity: Default::default() };
        for entity in [Entity::Enrollment, Entity::Schedule, Entity::Transcript] {
            let both = [&reconciliation.legacy, &reconciliation.new].map(|side| side.get(entity));
            let [Some(legacy), Some(new)] = both else { continue };
            let mapped = |field: &Field| legacy.has(*field) && new.has(*field);
            let rows = measures.number(format!("{entity} rows"));
            let mut of = OfEntity { rows, sums: Vec::new(), marks: Default::default() };
            if entity == Entity::Transcript {
                for field in [Field::CreditAttempted, Field::CreditEarned, Field::GpaPoints].into_iter().filter(mapped)
                {
                    of.sums.push((field, measures.number(format!("{entity} {field}"))));
                }
                if mapped(&Field::Mark) {
                    of.marks = [measures.marks(legacy), measures.marks(new)];
                }
            }
            measures.of_entity[entity as usize] = Some(of);
        }
        measures
    }

    fn number(&mut self, name: String) -> usize {
        self.names.iter().position(|n| *n == name).unwrap_or_else(|| {
            self.names.push(name);
            self.names.len() - 1
        })
    }

    fn marks(&mut self, records: &Records) -> Vec<usize> {
        let Some(values) = records.column(Field::Mark).map(|c| &c.values) else { return Vec::new() };
        (0..values.len() as u32)
            .map(|code| match values.entry(code).typed {
                Typed::Missing | Typed::Unmapped | Typed::Unreadable => self.number("mark (none)".into()),
                _ => self.number(format!("mark {}", values.text(code))),
            })
            .collect()
    }
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

/// The sums of one school and grade, by measure.
#[derive(Debug, Default)]
struct Cell {
    sums: Vec<Option<Sums>>,
    /// True while records are added that no finding explains.
    open: bool,
}

/// Sums of (legacy, new); `None` once one is too large to be exact.
#[derive(Debug, Clone, Copy)]
struct Sums {
    all: [Option<Decimal>; 2],
    /// Of the records that no finding explains.
    open: [Option<Decimal>; 2],
}

impl Cell {
    fn sums(&mut self, measure: usize) -> &mut Sums {
        if self.sums.len() <= measure {
            self.sums.resize(measure + 1, None);
        }
        let zero = [Some(Decimal::ZERO); 2];
        self.sums[measure].get_or_insert(Sums { all: zero, open: zero })
    }

    fn add(&mut self, measure: usize, side: Side, value: Decimal) {
        let open = self.open;
        let sums = self.sums(measure);
        let lists = if open { [Some(&mut sums.all), Some(&mut sums.open)] } else { [Some(&mut sums.all), None] };
        for list in lists.into_iter().flatten() {
            let sum = &mut list[side as usize];
            *sum = sum.and_then(|s| s.checked_add(value));
        }
    }

    fn merge(&mut self, other: &Self) {
        for (measure, theirs) in other.sums.iter().enumerate() {
            let Some(theirs) = theirs else { continue };
            let ours = self.sums(measure);
            for (list, their) in [(&mut ours.all, &theirs.all), (&mut ours.open, &theirs.open)] {
                for (sum, their) in list.iter_mut().zip(their) {
                    *sum = sum.zip(*their).and_then(|(s, t)| s.checked_add(t));
                }
            }
        }
    }

    /// In order of the measures' names.
    fn named<'m>(&self, measures: &'m Measures) -> Vec<(&'m str, Sums)> {
        let named = measures.names.iter().zip(&self.sums).filter_map(|(name, sums)| Some((name.as_str(), (*sums)?)));
        let mut list: Vec<(&str, Sums)> = named.collect();
        list.sort_unstable_by_key(|(name, _)| *name);
        list
    }
}

fn count(n: usize) -> Decimal {
    Decimal::new(i64::try_from(n).unwrap_or(i64::MAX), 0)
}

fn of_records(
    reconciliation: &Reconciliation,
    (entity, measured): (Entity, &OfEntity),
    records: RecordPairs<'_>,
    cell: &mut Cell,
) {
    for side in Side::BOTH {
        let Some(of_side) = reconciliation.dataset(side).get(entity) else { continue };
        let mut adder = Adder { of_side, side, measured, cell, points: Vec::new(), marks: Vec::new() };
        let pick = |(legacy, new)| if side == Side::Legacy { legacy } else { new };
        for both in records.both() {
            adder.group(&[pick((both.legacy, both.new))]);
        }
        records.split().for_each(|(legacy, new)| adder.group(if side == Side::Legacy { legacy } else { new }));
        let single = match side {
            Side::Legacy => [records.legacy_only(), records.legacy_duplicates()],
            Side::New => [records.new_only(), records.new_duplicates()],
        };
        let ambiguous = records.ambiguous().map(|(legacy, new)| if side == Side::Legacy { legacy } else { new });
        for row in single.into_iter().chain(ambiguous).flatten() {
            adder.group(&[*row]);
        }
    }
}

/// Adds the rows of one side, those of a split pair together.
struct Adder<'a> {
    of_side: &'a Records,
    side: Side,
    measured: &'a OfEntity,
    cell: &'a mut Cell,
    points: Vec<Decimal>,
    marks: Vec<usize>,
}

impl Adder<'_> {
    fn group(&mut self, rows: &[Row]) {
        self.cell.add(self.measured.rows, self.side, count(1));
        // A year row and its two halves agree in credit; points and marks stand on each of them.
        self.points.clear();
        self.marks.clear();
        for row in rows {
            for (field, measure) in &self.measured.sums {
                let Typed::Number(value) = self.of_side.typed(*row, *field) else { continue };
                if *field == Field::GpaPoints {
                    if self.points.contains(&value) {
                        continue;
                    }
                    self.points.push(value);
                }
                self.cell.add(*measure, self.side, value);
            }
            let by_code = &self.measured.marks[self.side as usize];
            let Some(column) = self.of_side.column(Field::Mark).filter(|_| !by_code.is_empty()) else { continue };
            let mark = by_code[column.codes.get(*row as usize) as usize];
            if !self.marks.contains(&mark) {
                self.marks.push(mark);
                self.cell.add(mark, self.side, count(1));
            }
        }
    }
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
        let found = with_rows(|r, row| {
            if r == 0 {
                row[5] = "4.5".into();
            }
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
