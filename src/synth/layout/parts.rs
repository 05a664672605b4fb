//! Runs of cells that several layouts write in the same order.

use super::Codes;
use crate::synth::catalogue::Catalogue;
use crate::synth::district::Kind;
use crate::synth::raw::{NOBODY, RawRow};
use crate::synth::student::{Gpa, Requirement, Section, Stint, Student};

/// The catalogue: code, title, credit, area, level, repeatable.
pub(super) fn courses<'a>(catalogue: &'a Catalogue, codes: &'a Codes<'_>) -> impl Iterator<Item = RawRow> + 'a {
    catalogue.courses.iter().enumerate().map(move |(position, course)| {
        RawRow::new(NOBODY)
            .with(codes.course(catalogue, position))
            .with(&course.title)
            .with(codes.credit(course.credit()))
            .with(course.area.code())
            .with(codes.level(course.level))
            .with(codes.flag(course.repeatable))
    })
}

/// State id, names, birth date, grade level, home school.
pub(super) fn person(row: RawRow, student: &Student, codes: &Codes<'_>) -> RawRow {
    row.with(Student::state_id(student.number))
        .with(codes.name(student.last))
        .with(codes.name(student.first))
        .with(codes.name(student.middle))
        .with(codes.name(student.suffix))
        .with(codes.name(student.preferred))
        .with(codes.day(student.birth))
        .with(codes.grade(student.grade))
        .with(codes.school(Some(student.home)))
}

/// Cohort, track, homeroom, flags.
pub(super) fn program(row: RawRow, student: &Student, kind: Kind, codes: &Codes<'_>) -> RawRow {
    let row = row.with(student.cohort).with(student.track).with(codes.homeroom(student, kind));
    student.flags.into_iter().fold(row, |row, flag| row.with(codes.flag(flag)))
}

/// Both GPAs, both ranks, class size, credits attempted and earned, where they stand in the student's own row.
pub(super) fn gpa_columns(row: RawRow, student: &Student, codes: &Codes<'_>) -> RawRow {
    let gpa = |kind: usize, show: fn(&Codes<'_>, &Gpa) -> String| {
        student.gpas.get(kind).map_or_else(String::new, |g| show(codes, g))
    };
    row.with(gpa(0, |c, g| c.gpa(g)))
        .with(gpa(1, |c, g| c.gpa(g)))
        .with(gpa(0, |c, g| c.rank(g.rank)))
        .with(gpa(1, |c, g| c.rank(g.rank)))
        .with(gpa(0, |c, g| c.rank(g.class_size)))
        .with(gpa(0, |c, g| c.credit(g.attempted)))
        .with(gpa(0, |c, g| c.credit(g.earned)))
}

/// A GPA in a row of its own: value, rank, class size, credits attempted and earned.
pub(super) fn gpa(row: RawRow, gpa: &Gpa, codes: &Codes<'_>) -> RawRow {
    row.with(codes.gpa(gpa))
        .with(codes.rank(gpa.rank))
        .with(codes.rank(gpa.class_size))
        .with(codes.credit(gpa.attempted))
        .with(codes.credit(gpa.earned))
}

/// School, entry, exit, exit code, grade level, primary, calendar.
pub(super) fn stint(row: RawRow, stint: &Stint, student: &Student, primary: &str, codes: &Codes<'_>) -> RawRow {
    row.with(codes.school(Some(stint.school)))
        .with(codes.day(stint.entry))
        .with(codes.last_day(stint.exit))
        .with(codes.exit_code(stint.code))
        .with(codes.grade(student.grade))
        .with(primary)
        .with(codes.calendar(stint.school % 9 == 4))
}

/// Teacher and second teacher of a section.
pub(super) fn teachers(row: RawRow, section: &Section, codes: &Codes<'_>) -> RawRow {
    row.with(codes.teacher(section.teacher)).with(section.co_teacher.map_or_else(String::new, |t| codes.teacher(t)))
}

/// A line of the audit: requirement, required, earned, in progress, met, track.
pub(super) fn requirement(row: RawRow, line: &Requirement, student: &Student, codes: &Codes<'_>) -> RawRow {
    row.with(line.code)
        .with(codes.credit(line.required))
        .with(codes.credit(line.earned))
        .with(codes.credit(line.in_progress))
        .with(codes.flag(line.earned >= line.required))
        .with(student.track)
}
