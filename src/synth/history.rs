//! What a student has earned so far: semester marks of several years, repeats, summer, transfers, pass/fail,
//! incompletes, withdrawals, partial credits and middle-school courses for high-school credit.

use super::catalogue::{Course, Level, Shape};
use super::district::{CURRENT_YEAR, District, Kind, School};
use super::program::{advanced_language, advanced_math, choices};
use super::random::{Chance, Purpose};
use super::student::{Graded, Student, Term};

/// Marks with points in thousandths, best first.
pub const MARKS: [(&str, i64); 12] = [
    ("A", 4_000),
    ("A-", 3_700),
    ("B+", 3_300),
    ("B", 3_000),
    ("B-", 2_700),
    ("C+", 2_300),
    ("C", 2_000),
    ("C-", 1_700),
    ("D+", 1_300),
    ("D", 1_000),
    ("D-", 700),
    ("F", 0),
];

/// Points of a mark in thousandths; none for P, NP, I, W and marks of other systems.
#[must_use]
pub fn points(mark: &str) -> Option<i64> {
    MARKS.iter().find(|(m, _)| *m == mark).map(|(_, p)| *p)
}

/// Writes the history of a high schooler.
pub(super) fn write(district: &District, school: &School, student: &mut Student) {
    if !student.is_high() {
        return;
    }
    let mut chance = Chance::of(district.seed, Purpose::History, u64::from(student.number));
    let mut writer = Writer { district, student, home: school.index, transferred: false };
    let mut rows = writer.middle_school(&mut chance);
    writer.transferred = student.grade > 9 && chance.percent(5);
    for grade in 9..student.grade {
        writer.year(grade, &mut chance, &mut rows);
    }
    student.history = rows;
}

struct Writer<'a> {
    district: &'a District,
    student: &'a Student,
    home: usize,
    transferred: bool,
}

impl Writer<'_> {
    fn middle_school(&self, chance: &mut Chance) -> Vec<Graded> {
        let catalogue = &self.district.catalogue;
        let mut rows = Vec::new();
        let taken = [("ALG1", advanced_math(self.student)), ("SPAN1", advanced_language(self.student))];
        for (stem, _) in taken.into_iter().filter(|(_, taken)| *taken) {
            let choice = catalogue.year(stem);
            for (course, term) in [(choice.first, Term::First), (choice.second, Term::Second)] {
                let mut row = self.row(8, term, course, *chance.pick(&["A", "A-", "B+", "B", "C+"]));
                row.in_gpa = false;
                row.school = Some(self.district.first_of(Kind::Middle));
                rows.push(row);
            }
        }
        rows
    }

    fn year(&self, grade: i8, chance: &mut Chance, rows: &mut Vec<Graded>) {
        let catalogue = &self.district.catalogue;
        let elsewhere = self.transferred && grade == 9;
        for choice in choices(catalogue, self.student, grade, chance) {
            let shape = catalogue.courses[choice.first].shape;
            let parts: &[(usize, Term)] = if shape == Shape::YearGraded {
                &[(choice.first, Term::Year)]
            } else {
                &[(choice.first, Term::First), (choice.second, Term::Second)]
            };
            for &(course, term) in parts {
                let mark = self.mark(&catalogue.courses[course], chance);
                let mut row = self.row(grade, term, course, mark);
                if elsewhere {
                    row.school = None;
                    row.teacher = 0;
                }
                if elsewhere && chance.percent(20) {
                    (row.attempted, row.earned) = (row.attempted / 2, row.earned / 2);
                }
                rows.push(row.clone());
                self.repeat(&row, chance, rows);
            }
        }
    }

    /// A failed or poor course is often taken again in summer; credit counts once, both marks count.
    fn repeat(&self, first: &Graded, chance: &mut Chance, rows: &mut Vec<Graded>) {
        let again = match first.mark {
            "F" | "NP" => chance.percent(65),
            "D" | "D-" => chance.percent(15),
            _ => false,
        };
        // A year mark repeated in one summer would be another course; a summer transfer is rare enough to leave out.
        if !again || first.term == Term::Year || first.school.is_none() {
            return;
        }
        let mark = if first.mark == "NP" { "P" } else { *chance.pick(&["A", "B", "B", "C", "C", "D"]) };
        let mut row = self.row(first.grade, Term::Summer, first.course, mark);
        row.repeat = true;
        row.earned = (row.attempted - first.earned).max(0);
        // Both halves of a course failed and repeated in one summer would be two rows of one key.
        if !rows.iter().any(|r| r.term == Term::Summer && r.year == row.year && r.course == row.course) {
            rows.push(row);
        }
    }

    fn mark(&self, course: &Course, chance: &mut Chance) -> &'static str {
        match chance.below(1000) {
            0..=2 => return "I",
            3..=7 => return "W",
            _ => {}
        }
        if course.pass_fail {
            return if chance.percent(93) { "P" } else { "NP" };
        }
        let weights: [u32; 12] = match self.student.ability {
            0 => [4, 3, 4, 8, 6, 8, 14, 7, 5, 13, 4, 24],
            1 => [10, 6, 8, 16, 8, 9, 17, 5, 3, 9, 2, 7],
            2 => [24, 12, 13, 20, 8, 6, 9, 2, 1, 3, 0, 2],
            _ => [46, 18, 13, 14, 4, 2, 2, 0, 0, 1, 0, 0],
        };
        MARKS[chance.weighted(&weights)].0
    }

    fn row(&self, grade: i8, term: Term, course: usize, mark: &'static str) -> Graded {
        let entry = &self.district.catalogue.courses[course];
        let credit = if term == Term::Year { 10_000 } else { 5_000 };
        let (attempted, earned) = match mark {
            "F" | "NP" | "I" => (credit, 0),
            "W" => (0, 0),
            _ => (credit, credit),
        };
        Graded {
            year: CURRENT_YEAR - i16::from(self.student.grade - grade),
            term,
            course,
            mark,
            attempted,
            earned,
            points: points(mark),
            level: entry.level,
            repeat: false,
            school: Some(self.home),
            grade,
            in_gpa: points(mark).is_some(),
            teacher: (self.home * 200 + course % 190) as u32,
        }
    }
}

/// Points with the bump of a weighted GPA: one for honors, AP, IB and dual courses with a C or better.
#[must_use]
pub fn weighted_points(points: i64, level: Level) -> i64 {
    if level.is_weighted() && points >= 2_000 { points + 1_000 } else { points }
}
