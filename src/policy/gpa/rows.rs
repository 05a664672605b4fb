//! Canonical transcript rows to the few numbers that the rules look at.

use super::lens::{CourseFacts, Lens, NO_GRADE, NO_YEAR, NONE, TermFacts, said};
use crate::canonical::{Codes, Field, Records, Row, TermSpan};

/// One transcript row, understood. Plain numbers; the texts stay in the records.
#[derive(Debug, Clone, Copy)]
pub struct CourseRow {
    /// The record.
    pub row: Row,
    /// Equal for courses that are one for the repeat rule.
    pub course: u32,
    /// Dictionary code of the mark.
    pub mark: u32,
    /// School year by its end; [`NO_YEAR`] when unknown.
    pub year: i16,
    /// Part of the year.
    pub span: TermSpan,
    /// Where the term ends, in twelfths; 13 is summer.
    pub end: u8,
    /// Length of the term in twelfths; a summer counts as a semester.
    pub twelfths: u8,
    /// Grade level when taken; [`NO_GRADE`] when unknown.
    pub grade: i8,
    /// Position of the level in the policy.
    pub level: u8,
    /// Subject bits.
    pub subject: u8,
    /// The row is from elsewhere.
    pub transfer: bool,
    /// The row's flag leaves it out of the GPA.
    pub flagged_out: bool,
    /// The row's repeat code leaves it out.
    pub not_counted: bool,
    /// The policy leaves the course out by name.
    pub left_out: bool,
    /// Credit attempted, in parts of [`super::rules::WEIGHT_UNIT`]; [`NONE`] when there is none.
    pub attempted: i64,
    /// Credit earned.
    pub earned: i64,
    /// The row's own GPA weight.
    pub weight: i64,
    /// Stored points.
    pub points: i64,
}

/// Reads rows of one side through a lens.
#[derive(Debug, Clone, Copy)]
pub struct RowReader<'a> {
    lens: &'a Lens,
    columns: [Option<&'a Codes>; FIELDS.len()],
}

const FIELDS: [Field; 14] = [
    Field::SchoolYear,
    Field::Term,
    Field::Course,
    Field::Mark,
    Field::CreditAttempted,
    Field::CreditEarned,
    Field::GpaWeight,
    Field::GpaPoints,
    Field::Level,
    Field::SubjectArea,
    Field::GradeLevel,
    Field::InGpa,
    Field::Transfer,
    Field::RepeatCode,
];

pub(super) const WHOLE_YEAR: TermFacts = TermFacts { span: TermSpan::FULL_YEAR, end: 12, twelfths: 12 };
pub(super) const NO_COURSE: CourseFacts =
    CourseFacts { identity: u32::MAX, level: u8::MAX, subject: u8::MAX, credit: NONE, left_out: false };

impl<'a> RowReader<'a> {
    /// Over the transcript records that the lens was made from.
    #[must_use]
    pub fn new(lens: &'a Lens, transcripts: &'a Records) -> Self {
        Self { lens, columns: FIELDS.map(|f| transcripts.column(f).map(|c| &c.codes)) }
    }

    fn code(&self, at: usize, row: Row) -> Option<usize> {
        self.columns[at].map(|codes| codes.get(row as usize) as usize)
    }

    fn value<T: Copy>(&self, at: usize, values: &[T], row: Row, default: T) -> T {
        self.code(at, row).and_then(|code| values.get(code).copied()).unwrap_or(default)
    }

    /// One row.
    #[inline]
    #[must_use]
    pub fn read(&self, row: Row) -> CourseRow {
        let lens = self.lens;
        let term = self.value(1, &lens.term, row, WHOLE_YEAR);
        let course = self.value(2, &lens.course, row, NO_COURSE);
        let earned = self.value(5, &lens.earned, row, NONE);
        let mut attempted = self.value(4, &lens.attempted, row, NONE);
        // Only a side that has no such column at all falls back on the catalogue: an empty cell is a fault of the row.
        if lens.attempted.is_empty() {
            attempted = if course.credit == NONE { earned } else { course.credit };
        }
        CourseRow {
            row,
            course: course.identity,
            mark: self.code(3, row).unwrap_or(0) as u32,
            year: self.value(0, &lens.year, row, NO_YEAR),
            span: term.span,
            end: term.end,
            twelfths: term.twelfths,
            grade: self.value(10, &lens.grade, row, NO_GRADE),
            level: said(self.value(8, &lens.level, row, u8::MAX), course.level, 0),
            subject: said(self.value(9, &lens.subject, row, u8::MAX), course.subject, u8::MAX),
            transfer: self.value(12, &lens.transfer, row, false),
            flagged_out: !self.value(11, &lens.in_gpa, row, true),
            not_counted: self.value(13, &lens.not_counted, row, false),
            left_out: course.left_out,
            attempted,
            earned,
            weight: self.value(6, &lens.weight, row, NONE),
            points: self.value(7, &lens.points, row, NONE),
        }
    }
}
