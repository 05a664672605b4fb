//! A student's rows to a GPA: which rows count and why, sums, averages, rounding.

use super::amounts::{points_of, product_of, weight_of};
use super::caps::{apply_caps, cumulative};
use super::lens::{Lens, NO_GRADE, NO_YEAR, NONE, SUBJECT_IN};
use super::repeats::apply_repeats;
use super::rows::CourseRow;
use super::rules::{
    Average, Divisor, GpaPolicy, GradeTerm, MiddleSchool, NullWeight, POINT_UNIT, RoundStep, WEIGHT_UNIT,
};
use crate::canonical::Decimal;
use crate::policy::rational::{Rational, RoundMode};

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It counts.
    Counted,
    /// It counts as one of several averaged attempts.
    Averaged,
    /// Another attempt stands for it.
    Replaced,
    /// Outside the grades, terms or years that count.
    OutsideWindow,
    /// Taken before grade 9.
    MiddleSchool,
    /// The row's flag says no.
    FlaggedOut,
    /// The subject or the course does not count.
    SubjectOut,
    /// From elsewhere, where such rows do not count.
    TransferOut,
    /// The mark does not go into GPAs.
    MarkOut,
    /// The repeat code says no.
    CodedOut,
    /// The GPA weight is empty.
    NoWeight,
    /// Problem: the mark is not in the tables.
    UnknownMark,
    /// Problem: nothing to weigh the row with.
    NoCredit,
    /// Problem: the weighted mark is not exact in six decimals.
    Inexact,
    /// Problem: locked, and no points are stored.
    NoStoredPoints,
}

impl Fate {
    /// The row is in the sums.
    #[must_use]
    pub const fn counts(self) -> bool {
        matches!(self, Self::Counted | Self::Averaged)
    }

    /// The policy can not say what the row is worth.
    #[must_use]
    pub const fn is_problem(self) -> bool {
        matches!(self, Self::UnknownMark | Self::NoCredit | Self::Inexact | Self::NoStoredPoints)
    }

    /// For the working.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Counted => "counts",
            Self::Averaged => "averaged with its repeats",
            Self::Replaced => "replaced by a repeat",
            Self::OutsideWindow => "outside the grades, terms or years that count",
            Self::MiddleSchool => "taken before grade 9",
            Self::FlaggedOut => "flagged as not in the GPA",
            Self::SubjectOut => "subject or course does not count",
            Self::TransferOut => "transfer does not count",
            Self::MarkOut => "mark is not in GPAs",
            Self::CodedOut => "repeat code leaves it out",
            Self::NoWeight => "no GPA weight",
            Self::UnknownMark => "mark is not in the policy's tables",
            Self::NoCredit => "no credit to weigh it with",
            Self::Inexact => "weighted mark needs more than six decimals",
            Self::NoStoredPoints => "locked, but no points are stored",
        }
    }
}

/// What one row brings.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// What became of it.
    pub fate: Fate,
    /// Points without the level's.
    pub points: i64,
    /// Points of the level.
    pub bump: i64,
    /// What it weighs.
    pub weight: i64,
    /// Compared as.
    pub rank: i64,
    /// Divided by this many attempts.
    pub share: i64,
    /// The part of the level's points that caps leave: `bump_part / bump_whole`.
    pub bump_part: i64,
    /// See `bump_part`.
    pub bump_whole: i64,
    /// The level may count in cumulative weights.
    pub weighable: bool,
    /// What the row adds to the whole average: points (millionths) times twelfths of a year.
    pub extra: i64,
}

impl Line {
    /// Points times weight.
    #[must_use]
    pub fn product(&self) -> Option<Rational> {
        if !self.fate.counts() {
            return Some(Rational::ZERO);
        }
        let weight = i128::from(self.weight);
        let whole = i128::from(self.bump_whole);
        let points = i128::from(self.points) * whole + i128::from(self.bump) * i128::from(self.bump_part);
        let unit = i128::from(WEIGHT_UNIT) * i128::from(POINT_UNIT);
        Rational::new(points.checked_mul(weight)?, whole * i128::from(self.share) * unit)
    }

    /// What it adds to the divisor.
    #[must_use]
    pub fn divisor(&self) -> Option<Rational> {
        if !self.fate.counts() {
            return Some(Rational::ZERO);
        }
        Rational::new(i128::from(self.weight), i128::from(WEIGHT_UNIT) * i128::from(self.share))
    }

    /// What it adds to the whole average, before limits.
    #[must_use]
    pub fn added(&self) -> Option<Rational> {
        Rational::new(i128::from(self.extra), 6 * i128::from(POINT_UNIT))
    }

    const fn is_whole(&self) -> bool {
        self.share == 1 && self.bump_part == self.bump_whole
    }
}

/// Space that is used again for every student.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    /// The rows; fill before evaluating.
    pub rows: Vec<CourseRow>,
    /// What became of them, in the same order.
    pub lines: Vec<Line>,
    pub(super) order: Vec<u32>,
}

/// A GPA and what it is made of; the lines are in the [`Scratch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evaluation {
    /// Points times weight, summed.
    pub points: Rational,
    /// The divisor.
    pub weight: Rational,
    /// Added to the average afterwards.
    pub plus: Rational,
    /// The average is multiplied by it.
    pub factor: Rational,
    /// `points / weight * factor + plus`; `None` when nothing counts.
    pub pooled: Option<Rational>,
    /// The result before rounding: [`Self::pooled`], or the average of the terms, held at the greatest result.
    pub exact: Option<Rational>,
    /// The result as a registrar prints it.
    pub value: Option<Decimal>,
    /// Rows that the policy can not judge. The result is only sound without any.
    pub problems: u32,
}

impl Evaluation {
    /// There is a result and every row was understood.
    #[must_use]
    pub const fn is_sound(&self) -> bool {
        self.problems == 0 && self.value.is_some()
    }
}

/// Evaluates the rows of the scratch for a student of a graduating class (unknown: `None`).
#[must_use]
pub fn evaluate(policy: &GpaPolicy, lens: &Lens, cohort: Option<i16>, scratch: &mut Scratch) -> Evaluation {
    scratch.lines.clear();
    for row in &scratch.rows {
        scratch.lines.push(line_of(policy, lens, cohort, row));
    }
    apply_repeats(policy, lens, scratch);
    if !policy.caps.is_empty() {
        apply_caps(policy, scratch);
    }
    total(policy, scratch)
}

/// The era of a row.
#[must_use]
pub fn era_of(policy: &GpaPolicy, year: i16, cohort: Option<i16>) -> usize {
    if policy.eras.len() == 1 {
        return 0;
    }
    let fits = |era: &super::rules::Era| {
        let year_fits = era.from_year.is_none_or(|from| year != NO_YEAR && year >= from.0)
            && era.through_year.is_none_or(|through| year != NO_YEAR && year <= through.0);
        let cohort_fits = era.from_cohort.is_none_or(|from| cohort.is_some_and(|c| c >= from))
            && era.through_cohort.is_none_or(|through| cohort.is_some_and(|c| c <= through));
        year_fits && cohort_fits
    };
    policy.eras.iter().position(fits).unwrap_or(policy.eras.len() - 1)
}

fn line_of(policy: &GpaPolicy, lens: &Lens, cohort: Option<i16>, row: &CourseRow) -> Line {
    let era_at = era_of(policy, row.year, cohort);
    let era = &policy.eras[era_at];
    let worth = lens.worth(era_at, row.mark, row.level);
    let weighs = row.subject & (1 << (era.weight.min(5) + 1)) != 0;
    let mut line = Line {
        fate: Fate::Counted,
        points: worth.points,
        bump: if weighs { worth.bump } else { 0 },
        weight: 0,
        rank: worth.rank,
        share: 1,
        bump_part: 1,
        bump_whole: 1,
        weighable: weighs && worth.weighable,
        extra: 0,
    };
    line.fate = outside(policy, row);
    if line.fate != Fate::Counted {
        return line;
    }
    if era.locked {
        (line.points, line.bump, line.rank) = (row.points, 0, row.points);
        if row.points == NONE {
            line.fate = Fate::NoStoredPoints;
            return line;
        }
    } else if !worth.known {
        line.fate = Fate::UnknownMark;
        return line;
    } else if !worth.in_gpa {
        line.fate = Fate::MarkOut;
        return line;
    } else if !worth.exact {
        line.fate = Fate::Inexact;
        return line;
    }
    match weight_of_row(policy, row) {
        Ok(weight) => line.weight = weight,
        Err(fate) => line.fate = fate,
    }
    line
}

/// [`Fate::Counted`], or why the row is out before its mark is looked at.
fn outside(policy: &GpaPolicy, row: &CourseRow) -> Fate {
    let (window, include) = (&policy.window, &policy.include);
    if row.grade != NO_GRADE && row.grade < 9 && !window.grades.contains(&row.grade) {
        if include.middle_school != MiddleSchool::Count {
            return Fate::MiddleSchool;
        }
    } else if !window.grades.is_empty() && row.grade != NO_GRADE && !window.grades.contains(&row.grade) {
        return Fate::OutsideWindow;
    }
    if row.grade == NO_GRADE && !window.unknown_grade_counts {
        return Fate::OutsideWindow;
    }
    let place = GradeTerm { grade: row.grade, end: row.end };
    let bounded = row.grade != NO_GRADE && row.grade >= 9;
    if bounded && (window.from.is_some_and(|from| place < from) || window.through.is_some_and(|last| place > last)) {
        return Fate::OutsideWindow;
    }
    let early = window.from_year.is_some_and(|from| row.year != NO_YEAR && row.year < from.0);
    let late = window.through_year.is_some_and(|through| row.year != NO_YEAR && row.year > through.0);
    let term_out = !window.terms.is_empty() && !window.terms.contains(&row.span);
    if early || late || term_out {
        Fate::OutsideWindow
    } else if include.course_flag && row.flagged_out {
        Fate::FlaggedOut
    } else if row.left_out || row.subject & SUBJECT_IN == 0 {
        Fate::SubjectOut
    } else if row.transfer && !include.transfer {
        Fate::TransferOut
    } else if row.not_counted {
        Fate::CodedOut
    } else {
        Fate::Counted
    }
}

fn weight_of_row(policy: &GpaPolicy, row: &CourseRow) -> Result<i64, Fate> {
    let or_no_credit = |credit: i64| if credit == NONE { Err(Fate::NoCredit) } else { Ok(credit) };
    match policy.divisor {
        Divisor::Attempted => or_no_credit(row.attempted),
        Divisor::Earned => or_no_credit(row.earned),
        Divisor::Count => Ok(WEIGHT_UNIT),
        Divisor::Semesters if row.twelfths == 0 => Err(Fate::NoCredit),
        Divisor::Semesters => Ok(i64::from(row.twelfths) * (WEIGHT_UNIT / 6)),
        Divisor::GpaWeight if row.weight != NONE => Ok(row.weight),
        Divisor::GpaWeight if policy.null_weight == NullWeight::Attempted => or_no_credit(row.attempted),
        Divisor::GpaWeight => Err(Fate::NoWeight),
    }
}

/// Sums of lines: whole parts as integers, the rest as fractions.
#[derive(Debug, Clone, Copy)]
struct Sums {
    products: i128,
    weights: i128,
    product_rest: Option<Rational>,
    weight_rest: Option<Rational>,
}

impl Sums {
    const fn new() -> Self {
        Self { products: 0, weights: 0, product_rest: Some(Rational::ZERO), weight_rest: Some(Rational::ZERO) }
    }

    fn add(&mut self, line: &Line) {
        if !line.fate.counts() {
            return;
        }
        if line.is_whole() {
            self.products += i128::from(line.points + line.bump) * i128::from(line.weight);
            self.weights += i128::from(line.weight);
            return;
        }
        self.product_rest = self.product_rest.and_then(|sum| sum.add(line.product()?));
        self.weight_rest = self.weight_rest.and_then(|sum| sum.add(line.divisor()?));
    }

    fn points(&self) -> Option<Rational> {
        product_of(self.products).add(self.product_rest?)
    }

    fn weight(&self) -> Option<Rational> {
        weight_of(self.weights).add(self.weight_rest?)
    }

    /// Points by weight without building the two fractions, where everything is whole.
    fn quotient(&self) -> Option<Rational> {
        if self.product_rest? == Rational::ZERO && self.weight_rest? == Rational::ZERO {
            return Rational::new(self.products, self.weights.checked_mul(i128::from(POINT_UNIT))?);
        }
        self.points()?.div(self.weight()?)
    }
}

fn total(policy: &GpaPolicy, scratch: &mut Scratch) -> Evaluation {
    let mut sums = Sums::new();
    let mut problems = 0;
    for line in &scratch.lines {
        sums.add(line);
        problems += u32::from(line.fate.is_problem());
    }
    let (plus, factor) = cumulative(policy, scratch);
    let whole = |exact: Option<Rational>| exact.and_then(|g| g.mul(factor)?.add(plus));
    let plain = factor == Rational::whole(1) && plus == Rational::ZERO;
    let finish = |exact: Option<Rational>| if plain { exact } else { whole(exact) };
    let pooled = finish(sums.quotient());
    let mut exact = match policy.average {
        Average::Rows => pooled,
        Average::Terms => finish(average_of_terms(policy, scratch)),
    };
    if let Some(max) = policy.rounding.max.map(Rational::from) {
        exact = exact.map(|g| g.min(max));
    }
    Evaluation {
        points: sums.points().unwrap_or(Rational::ZERO),
        weight: sums.weight().unwrap_or(Rational::ZERO),
        plus,
        factor,
        pooled,
        exact,
        value: exact.and_then(|g| print(policy, g)),
        problems,
    }
}

/// The mean of the GPAs of the terms, each rounded first where the policy says so.
fn average_of_terms(policy: &GpaPolicy, scratch: &mut Scratch) -> Option<Rational> {
    let Scratch { rows, lines, order } = scratch;
    order.clear();
    order.extend(0..rows.len() as u32);
    let key = |at: u32| (rows[at as usize].year, rows[at as usize].end, rows[at as usize].span);
    order.sort_by_key(|at| key(*at));
    let (mut sum, mut terms) = (Rational::ZERO, 0i128);
    for term in order.chunk_by(|a, b| key(*a) == key(*b)) {
        let mut sums = Sums::new();
        term.iter().for_each(|at| sums.add(&lines[*at as usize]));
        let Some(mut gpa) = sums.quotient() else { continue };
        if let Some(step) = policy.rounding.term {
            gpa = Rational::from(gpa.round(step.digits, step.mode)?);
        }
        sum = sum.add(gpa)?;
        terms += 1;
    }
    sum.div(Rational::whole(terms))
}

/// The exact result as the policy prints it. A policy that does not round is shown to six digits.
#[must_use]
pub fn print(policy: &GpaPolicy, exact: Rational) -> Option<Decimal> {
    let step = |value: Rational, step: RoundStep| value.round(step.digits, step.mode);
    let Some(first) = policy.rounding.result else { return exact.round(6, RoundMode::HalfUp) };
    let value = step(exact, first)?;
    match policy.rounding.then {
        Some(second) => step(Rational::from(value), second),
        None => Some(value),
    }
}

/// True when a stored value is what the policy makes of the exact result. A system may store other digits than a
/// transcript prints (Aeries stores four): then the exact result is rounded to the digits that are stored, the
/// policy's way. A policy that does not round accepts those digits rounded or cut off.
#[must_use]
pub fn reproduces(policy: &GpaPolicy, exact: Rational, stored: Decimal, stored_digits: u8) -> bool {
    let at = |mode| exact.round(stored_digits, mode) == Some(stored);
    match policy.rounding.result {
        None => at(RoundMode::HalfUp) || at(RoundMode::Truncate),
        Some(step) => {
            let printed = policy.rounding.then.unwrap_or(step).digits;
            print(policy, exact) == Some(stored) || (stored_digits != printed && at(step.mode))
        }
    }
}

/// Points of a row for the working: own and level's.
#[must_use]
pub fn points_text(line: &Line) -> String {
    let own = points_of(i128::from(line.points)).show();
    if line.bump == 0 {
        return own;
    }
    let bump = Rational::new(
        i128::from(line.bump) * i128::from(line.bump_part),
        i128::from(POINT_UNIT) * i128::from(line.bump_whole),
    );
    format!("{own} {}", bump.unwrap_or(Rational::ZERO).show_signed())
}
