//! What all layouts share: year rows and half-year rows, overflow of credits.

use jiff::civil::Date;

use super::Dress;
use crate::synth::catalogue::Area;
use crate::synth::district::{District, SchoolData};
use crate::synth::graduation::REQUIRED;
use crate::synth::program::{MID_END, MID_START};
use crate::synth::student::{Class, Graded, Requirement, Section, Student, Term};

/// A row of a student's schedule as it is written: a year class may be two of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat<'a> {
    /// The section.
    pub(super) section: &'a Section,
    /// Number before [`super::Codes::section`].
    pub(super) number: u32,
    /// Part of the year.
    pub(super) term: Term,
    /// First day.
    pub(super) start: Date,
    /// Last day, inclusive.
    pub(super) end: Date,
    /// Credit in thousandths.
    pub(super) credit: i64,
    /// Left before its end.
    pub(super) dropped: bool,
}

/// The written sections of a school's section: one, or a half each.
pub(super) fn halves(section: &Section, dress: &Dress) -> Vec<(Term, u32)> {
    if dress.halves && section.term == Term::Year {
        vec![(Term::First, section.number * 10 + 1), (Term::Second, section.number * 10 + 2)]
    } else {
        vec![(section.term, section.number)]
    }
}

/// Credit of a written section in thousandths.
pub(super) fn credit(district: &District, section: &Section, term: Term) -> i64 {
    match term {
        _ if !district.catalogue.courses[section.course].credit => 0,
        Term::Year => 10_000,
        _ => 5_000,
    }
}

/// The rows of a class.
pub(super) fn seats<'a>(district: &District, data: &'a SchoolData, class: &Class, dress: &Dress) -> Vec<Seat<'a>> {
    let section = &data.sections[class.section];
    let mut seats: Vec<Seat<'a>> = halves(section, dress)
        .into_iter()
        .map(|(term, number)| {
            let split = term != section.term;
            Seat {
                section,
                number,
                term,
                start: if split && term == Term::Second { class.start.max(MID_START) } else { class.start },
                end: if split && term == Term::First { class.end.min(MID_END) } else { class.end },
                credit: credit(district, section, term),
                dropped: class.dropped,
            }
        })
        .collect();
    seats.retain(|s| s.start <= s.end);
    seats
}

/// The classes of a student that a side writes.
pub(super) fn written<'a>(student: &'a Student, dress: &'a Dress) -> impl Iterator<Item = &'a Class> {
    student.classes.iter().filter(|c| !(c.dropped && dress.purged))
}

/// The transcript rows as a side writes them: a year row may be two half rows with its mark.
pub(super) fn history(student: &Student, dress: &Dress) -> Vec<Graded> {
    let mut rows = Vec::with_capacity(student.history.len());
    for row in &student.history {
        if dress.halves && row.term == Term::Year {
            for term in [Term::First, Term::Second] {
                rows.push(Graded { term, attempted: row.attempted / 2, earned: row.earned / 2, ..row.clone() });
            }
        } else {
            rows.push(row.clone());
        }
    }
    rows
}

/// The audit as a side writes it. Without overflow, credit beyond a requirement stays where it was earned,
/// and electives show what they need at most.
pub(super) fn audit(district: &District, student: &Student, dress: &Dress) -> Vec<Requirement> {
    let mut lines = student.requirements.clone();
    if !dress.no_overflow || lines.is_empty() {
        return lines;
    }
    let electives = Area::Elective as usize;
    for (area, required) in REQUIRED.iter().enumerate().take(electives) {
        let all: i64 = student
            .history
            .iter()
            .filter(|r| district.catalogue.courses[r.course].area as usize == area)
            .map(|r| r.earned)
            .sum();
        let over = (all - required).max(0);
        // Only what electives do not need moves: every deficit stays what it was.
        let spare = (lines[electives].earned - REQUIRED[electives]).max(0).min(over);
        lines[area].earned += spare;
        lines[electives].earned -= spare;
    }
    lines
}
