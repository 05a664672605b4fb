//! A small district in code, to plant faults into: plain tables of texts, both sides alike.

use std::collections::BTreeMap;

use crate::canonical::{Dataset, Entity, Field, Side};
use crate::reconcile::fixture;

/// Repeatable chance.
#[derive(Debug, Clone)]
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub(super) fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    pub(super) fn percent(&mut self, n: u64) -> bool {
        self.next() % 100 < n
    }
}

/// The rows of one entity; `origin` is the row's place in the legacy table, `None` for rows that are not there.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) fields: Vec<Field>,
    pub(super) rows: Vec<Vec<String>>,
    pub(super) origin: Vec<Option<usize>>,
}

impl Table {
    fn of(fields: &[Field]) -> Self {
        Self { fields: fields.to_vec(), ..Self::default() }
    }

    fn push(&mut self, cells: &[&str]) {
        assert_eq!(cells.len(), self.fields.len());
        self.origin.push(Some(self.rows.len()));
        self.rows.push(cells.iter().map(|c| (*c).to_owned()).collect());
    }

    pub(super) fn at(&self, field: Field) -> usize {
        self.fields.iter().position(|f| *f == field).unwrap()
    }

    pub(super) fn get(&self, row: usize, field: Field) -> &str {
        &self.rows[row][self.at(field)]
    }
}

/// All tables of a side.
pub(super) type Tables = BTreeMap<Entity, Table>;

pub(super) const COURSES: [(&str, &str, &str, &str); 16] = [
    ("00101", "English 9", "eng", "regular"),
    ("00102", "English 10", "eng", "regular"),
    ("00103", "English 11 American Literature Honors", "eng", "honors"),
    ("00104", "English Literature and Composition AP", "eng", "ap"),
    ("00201", "Algebra 1", "math", "regular"),
    ("00202", "Geometry", "math", "regular"),
    ("00203", "Algebra 2 and Trigonometry, Honors Level", "math", "honors"),
    ("00204", "Calculus BC", "math", "ap"),
    ("SCI09", "Biology of the Living Earth, Laboratory", "sci", "regular"),
    ("SCI10", "Chemistry", "sci", "regular"),
    ("SCI11AP", "Physics AP", "sci", "ap"),
    ("SCI12IB", "Environmental Systems and Societies IB", "sci", "ib"),
    ("PE01", "Physical Education", "pe", "regular"),
    ("ART01", "Drawing", "art", "regular"),
    ("CTE07", "Introduction to Culinary Arts and Hospitality", "cte", "regular"),
    ("HIS10", "World History", "his", "regular"),
];
pub(super) const YEARS: [&str; 5] = ["2021-22", "2022-23", "2023-24", "2024-25", "2025-26"];
const MARKS: [&str; 14] = ["A", "A-", "B+", "B", "B-", "C+", "C", "C-", "D", "F", "P", "W", "E", "A"];
const LAST: [&str; 12] =
    ["Muñoz", "Lee", "Okafor", "Reyes", "Smith", "Nuñez", "Jørgensen", "Nguyen", "Peña", "Brown", "Garcia", "Kim"];
const FIRST: [&str; 10] = ["Ana", "Ben", "Chloé", "Dev", "Eva", "Finn", "Gus", "Hana", "Ivy", "Jon"];

/// Both sides alike.
pub(super) fn district(seed: u64, students: usize, schools: usize) -> Tables {
    use Field as F;
    let mut chance = Chance(seed);
    let mut student = Table::of(&[
        F::StudentId,
        F::StateId,
        F::FirstName,
        F::LastName,
        F::BirthDate,
        F::GradeLevel,
        F::School,
        F::Status,
        F::Cohort,
        F::Homeroom,
        F::SpecialEducation,
        F::EnglishLearner,
    ]);
    let mut enrollment = Table::of(&[
        F::StudentId,
        F::School,
        F::EntryDate,
        F::ExitDate,
        F::ExitCode,
        F::GradeLevel,
        F::Primary,
        F::Calendar,
    ]);
    let mut schedule = Table::of(&[
        F::StudentId,
        F::SchoolYear,
        F::Term,
        F::Course,
        F::Title,
        F::Period,
        F::Days,
        F::Teacher,
        F::Room,
        F::School,
        F::StartDate,
    ]);
    let mut transcript = Table::of(&[
        F::StudentId,
        F::SchoolYear,
        F::Term,
        F::Course,
        F::Title,
        F::Mark,
        F::CreditAttempted,
        F::CreditEarned,
        F::GpaWeight,
        F::Level,
        F::RepeatCode,
        F::School,
        F::GradeLevel,
        F::Transfer,
        F::SubjectArea,
        F::InGpa,
        F::Teacher,
    ]);
    let mut gpa = Table::of(&[F::StudentId, F::GpaKind, F::Value, F::Rank]);
    for n in 0..students {
        let id = format!("{:07}", 4_100_000 + n * 3);
        let school = format!("{:03}", 1 + n * schools / students);
        let grade = 9 + chance.below(4);
        let (last, first) = (chance.pick(&LAST), chance.pick(&FIRST));
        let born = format!("{}-{:02}-{:02}", 2017 - grade, 1 + chance.below(12), 1 + chance.below(28));
        let status = if chance.percent(4) { "no-show" } else { "active" };
        let flag = |c: &mut Chance, p| if c.percent(p) { "true" } else { "false" };
        let (special, learner) = (flag(&mut chance, 12), flag(&mut chance, 15));
        let level = grade.to_string();
        let (state, cohort, home) =
            (format!("9{id}55"), (2038 - grade).to_string(), format!("H{}{}", school, chance.below(9)));
        student.push(&[&id, &state, first, last, &born, &level, &school, status, &cohort, &home, special, learner]);
        enroll(&mut enrollment, &mut chance, (&id, &school, &level, schools));
        take(&mut schedule, &mut chance, &id, &school);
        history(&mut transcript, &mut chance, &id, &school, grade);
        for kind in ["weighted", "unweighted"] {
            let value = format!("{}.{:04}", 1 + chance.below(3), chance.below(10_000));
            gpa.push(&[&id, kind, &value, &(1 + chance.below(300)).to_string()]);
        }
    }
    [
        (Entity::Student, student),
        (Entity::Enrollment, enrollment),
        (Entity::Schedule, schedule),
        (Entity::Transcript, transcript),
        (Entity::Gpa, gpa),
    ]
    .into()
}

fn enroll(table: &mut Table, chance: &mut Chance, (id, school, grade, schools): (&str, &str, &str, usize)) {
    let entry = format!("2025-08-{:02}", 11 + chance.below(9));
    let calendar = chance.pick(&["A", "B", "C", "D"]);
    let left = chance.percent(8);
    let exit =
        if left { format!("2026-{:02}-{:02}", 1 + chance.below(5), 1 + chance.below(28)) } else { String::new() };
    table.push(&[id, school, &entry, &exit, if left { "T160" } else { "" }, grade, "true", calendar]);
    if chance.percent(6) {
        let other = format!("{:03}", 1 + chance.below(schools));
        table.push(&[id, &other, "2025-09-02", "", "", grade, "false", calendar]);
    }
}

fn take(table: &mut Table, chance: &mut Chance, id: &str, school: &str) {
    let start = chance.below(COURSES.len());
    for period in 0..7 {
        let (course, title, ..) = COURSES[(start + period * 3) % COURSES.len()];
        let term = if period < 3 { "FY" } else { chance.pick(&["S1", "S2"]) };
        let days = chance.pick(&["A", "B", "AB"]);
        let teacher = format!("T{school}{}", (start + period * 3) % COURSES.len());
        let began =
            if chance.percent(7) { format!("2026-01-{:02}", 5 + chance.below(20)) } else { "2025-08-18".into() };
        let room = format!("R{}", chance.below(30));
        table.push(&[id, "2025-26", term, course, title, &period.to_string(), days, &teacher, &room, school, &began]);
    }
}

fn history(table: &mut Table, chance: &mut Chance, id: &str, school: &str, grade: usize) {
    let start = chance.below(COURSES.len());
    for n in 0..10 {
        let (course, title, area, level) = COURSES[(start + n) % COURSES.len()];
        let back = n % (grade - 7);
        let year = YEARS[YEARS.len() - 1 - back.min(YEARS.len() - 1)];
        let term = if chance.percent(10) { "SU" } else { chance.pick(&["S1", "S2"]) };
        let mark = chance.pick(&MARKS);
        let credit = chance.pick(&["5", "2.5", "5", "7.5"]);
        let earned = if ["F", "W"].contains(&mark) { "0" } else { credit };
        let weight = if ["ap", "ib"].contains(&level) { "1" } else { "0" };
        let taken = (grade - back).to_string();
        let transfer = if chance.percent(5) { "true" } else { "false" };
        let repeat = if chance.percent(5) { "R" } else { "" };
        let (in_gpa, teacher) =
            (if mark == "P" { "false" } else { "true" }, format!("T{school}{}", (start + n) % COURSES.len()));
        table.push(&[
            id, year, term, course, title, mark, credit, earned, weight, level, repeat, school, &taken, transfer, area,
            in_gpa, &teacher,
        ]);
    }
}

/// The tables as canonical records.
pub(super) fn dataset(side: Side, tables: &Tables) -> Dataset {
    let mut dataset = Dataset::new(side);
    for (entity, table) in tables {
        dataset.set(fixture::records(*entity, &table.fields, &table.rows));
    }
    dataset
}
