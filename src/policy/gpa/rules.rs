//! A GPA policy, read and checked: which rows count, what a mark is worth, and how the average is made.

use crate::canonical::{Decimal, Field, SchoolYear, TermSpan};
use crate::policy::rational::RoundMode;

/// Digits behind the point that points are held with.
pub const POINT_DIGITS: u8 = 6;
/// Parts of one credit that weights are held in: six decimals, and twelfths (a trimester is two thirds of a semester).
pub const WEIGHT_UNIT: i64 = 12_000_000;
/// Parts of one grade point.
pub const POINT_UNIT: i64 = 1_000_000;

/// One way to compute one GPA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GpaPolicy {
    /// Kebab-case name.
    pub name: String,
    /// For screens.
    pub label: String,
    /// Which part of a student's years counts.
    pub window: Window,
    /// Which rows of those years count.
    pub include: Include,
    /// Level names and the codes that mean them; the first is regular.
    pub levels: Vec<Level>,
    /// Mark tables.
    pub scales: Vec<Scale>,
    /// Level weights.
    pub weights: Vec<Weight>,
    /// Which scale and weight applies when; the first that fits.
    pub eras: Vec<Era>,
    /// How many semesters may carry an added weight.
    pub caps: Vec<Cap>,
    /// What a second attempt does to the first.
    pub repeat: Repeat,
    /// What the points are divided by.
    pub divisor: Divisor,
    /// What an empty GPA weight means, under [`Divisor::GpaWeight`].
    pub null_weight: NullWeight,
    /// Rows or terms are averaged.
    pub average: Average,
    /// How the result is rounded.
    pub rounding: Rounding,
    /// Who is ranked and how; `None`: ranks are not computed.
    pub rank: Option<RankRule>,
}

/// A grade level and a place in its year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GradeTerm {
    /// Grade level.
    pub grade: i8,
    /// Twelfth of the year in which a term ends; summer is 13.
    pub end: u8,
}

impl GradeTerm {
    /// The place of a term: the end of the part of the year that it covers.
    #[must_use]
    pub fn of(grade: i8, term: TermSpan) -> Self {
        Self { grade, end: term_end(term) }
    }

    /// Reads `12-S1`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (grade, term) = text.split_once('-')?;
        Some(Self::of(grade.parse().ok()?, TermSpan::parse(term)?))
    }
}

/// Where a term ends, in twelfths of its year; 13 for summer.
#[must_use]
pub fn term_end(term: TermSpan) -> u8 {
    if term.overlaps(TermSpan::SUMMER) {
        return 13;
    }
    let mut end = 0;
    for parts in [6, 4, 3] {
        for number in 1..=parts {
            if term.contains(TermSpan::part(parts, number)) {
                end = end.max(number * (12 / parts));
            }
        }
    }
    end as u8
}

/// Which part of a student's years counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Grade levels (when taken) that count; empty: all from 9.
    pub grades: Vec<i8>,
    /// First grade and term that counts.
    pub from: Option<GradeTerm>,
    /// Last grade and term that counts.
    pub through: Option<GradeTerm>,
    /// First school year.
    pub from_year: Option<SchoolYear>,
    /// Last school year.
    pub through_year: Option<SchoolYear>,
    /// Terms that count; empty: all.
    pub terms: Vec<TermSpan>,
    /// A row without a grade level counts.
    pub unknown_grade_counts: bool,
}

/// What rows taken before grade 9 do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MiddleSchool {
    /// Neither GPA nor credit.
    Exclude,
    /// Credit, but no GPA.
    CreditOnly,
    /// Both.
    Count,
}

/// Which rows of the window count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// A row whose `in_gpa` is "no" is left out.
    pub course_flag: bool,
    /// Rows from elsewhere count.
    pub transfer: bool,
    /// Rows taken before grade 9.
    pub middle_school: MiddleSchool,
    /// Subject areas that do not count.
    pub not_subjects: Vec<String>,
    /// Subject areas that count; empty: all.
    pub subjects: Vec<String>,
    /// Course codes that do not count.
    pub not_courses: Vec<String>,
}

/// A level name with the codes that mean it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// `regular`, `honors`, `ap`, ...
    pub name: String,
    /// Codes as they stand in the canonical level, compared without case.
    pub codes: Vec<String>,
}

/// A mark table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    /// Its name.
    pub name: String,
    /// The marks.
    pub marks: Vec<Mark>,
    /// What numbers mean, when marks may be numbers.
    pub numeric: Option<Numeric>,
    /// `A-` is read as `A` where the table has no `A-`.
    pub ignore_signs: bool,
}

/// One mark of a scale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// As it stands in the canonical mark.
    pub text: String,
    /// Points; none when the mark is not in the GPA.
    pub points: Option<i64>,
    /// Goes into the GPA.
    pub in_gpa: bool,
    /// Its credit counts as attempted.
    pub attempted: bool,
    /// Its credit counts as earned.
    pub earned: bool,
    /// Points it is compared as, in minimum marks and repeats.
    pub rank: i64,
}

/// What numeric marks mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numeric {
    /// Rounded to whole numbers first.
    pub round: Option<RoundMode>,
    /// Cut-offs to letters, highest first: from (scaled), mark.
    pub letters: Vec<(i64, String)>,
    /// Straight lines, highest first.
    pub lines: Vec<Line>,
    /// Least number that earns credit (scaled).
    pub pass: i64,
    /// Greatest number that is a mark (scaled).
    pub most: i64,
}

/// Points of a range of numbers: `at + (number - from) * step`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// First number (scaled).
    pub from: i64,
    /// Points there (scaled).
    pub at: i64,
    /// Points for each number more (scaled).
    pub step: i64,
}

/// How a level adds to the points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightKind {
    /// It does not.
    None,
    /// The level has its own points for each mark.
    Table,
    /// Points are added.
    Add,
    /// Points are multiplied.
    Multiply,
    /// Something is added to the average for each semester.
    CumulativeAdd,
    /// The average is multiplied.
    CumulativeMultiply,
}

/// One set of level weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weight {
    /// Its name.
    pub name: String,
    /// How it works.
    pub kind: WeightKind,
    /// The least mark that gets it (text of a mark or a number).
    pub min_mark: Option<String>,
    /// By level (position in [`GpaPolicy::levels`]): points added, or factor (both scaled).
    pub amounts: Vec<Option<i64>>,
    /// By level: own points of marks.
    pub tables: Vec<Vec<(String, i64)>>,
    /// Only courses of these subject areas; empty: all.
    pub subjects: Vec<String>,
    /// Cumulative multiplication only from this many credits of such courses (in [`WEIGHT_UNIT`]).
    pub min_credits: i64,
    /// The most that a cumulative addition gives (scaled).
    pub most: Option<i64>,
}

/// A limit on semesters with added weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    /// Semesters.
    pub max: i64,
    /// Only those taken in these grades; empty: all.
    pub grades: Vec<i8>,
}

/// When which scale and weight applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Era {
    /// First school year of the row.
    pub from_year: Option<SchoolYear>,
    /// Last school year of the row.
    pub through_year: Option<SchoolYear>,
    /// First graduating class.
    pub from_cohort: Option<i16>,
    /// Last graduating class.
    pub through_cohort: Option<i16>,
    /// Position in [`GpaPolicy::scales`].
    pub scale: usize,
    /// Position in [`GpaPolicy::weights`].
    pub weight: usize,
    /// Points are the stored ones, never computed again.
    pub locked: bool,
}

/// What makes two rows attempts of the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// The course code.
    Course,
    /// The course code and the half of the year.
    CourseHalf,
}

/// What happens to attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepeatRule {
    /// All count.
    All,
    /// The best counts.
    Highest,
    /// The last counts.
    Latest,
    /// Their average counts once.
    Average,
    /// A low first attempt goes when a later one is good enough.
    Replace,
    /// The rows' own repeat codes decide.
    Coded,
}

impl RepeatRule {
    /// The words of policy files.
    pub const NAMES: [(&'static str, Self); 6] = [
        ("all", Self::All),
        ("highest", Self::Highest),
        ("latest", Self::Latest),
        ("average", Self::Average),
        ("replace", Self::Replace),
        ("coded", Self::Coded),
    ];
}

/// The repeat rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeat {
    /// What happens.
    pub rule: RepeatRule,
    /// To which rows.
    pub identity: Identity,
    /// Courses that count as one course.
    pub groups: Vec<Vec<String>>,
    /// Only attempts with at most this mark can go.
    pub original_max: Option<String>,
    /// Only an attempt with at least this mark makes another go.
    pub new_min: Option<String>,
    /// Repeated credit counts once.
    pub credit_once: bool,
    /// Repeat codes that take a row out of the GPA.
    pub not_counted: Vec<String>,
}

/// What the points are divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Divisor {
    /// Credits attempted (or potential).
    Attempted,
    /// Credits earned: fails vanish.
    Earned,
    /// The number of rows.
    Count,
    /// The row's own GPA weight.
    GpaWeight,
    /// The part of the year, in semesters.
    Semesters,
}

impl Divisor {
    /// The words of policy files.
    pub const NAMES: [(&'static str, Self); 6] = [
        ("attempted", Self::Attempted),
        ("potential", Self::Attempted),
        ("earned", Self::Earned),
        ("count", Self::Count),
        ("gpa-weight", Self::GpaWeight),
        ("semesters", Self::Semesters),
    ];

    /// What the divisor is called in the working.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Attempted => "credits attempted",
            Self::Earned => "credits earned",
            Self::Count => "rows",
            Self::GpaWeight => "GPA weight",
            Self::Semesters => "semesters",
        }
    }
}

/// What an empty GPA weight means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullWeight {
    /// The row is out: a replaced attempt.
    Exclude,
    /// The credit attempted stands in.
    Attempted,
}

/// What is averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Average {
    /// All rows at once.
    Rows,
    /// The GPAs of the terms.
    Terms,
}

/// How a number is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundStep {
    /// Digits behind the point.
    pub digits: u8,
    /// Which way.
    pub mode: RoundMode,
}

/// How the result is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounding {
    /// The result; `None`: not rounded, compared at the digits that are stored.
    pub result: Option<RoundStep>,
    /// Rounded again, where a district does that.
    pub then: Option<RoundStep>,
    /// Each term first, under [`Average::Terms`].
    pub term: Option<RoundStep>,
    /// The greatest result.
    pub max: Option<Decimal>,
}

/// What happens to equal GPAs in a rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    /// 1, 2, 2, 4.
    Competition,
    /// 1, 2, 2, 3.
    Dense,
    /// 1, 2, 3, 4, by student id.
    Ordinal,
}

impl Tie {
    /// The words of policy files.
    pub const NAMES: [(&'static str, Self); 3] =
        [("competition", Self::Competition), ("dense", Self::Dense), ("ordinal", Self::Ordinal)];
}

/// Who is ranked and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RankRule {
    /// Students are ranked among those who are equal in these.
    pub within: Vec<Field>,
    /// Statuses that are ranked; empty: all.
    pub statuses: Vec<String>,
    /// Equal GPAs.
    pub tie: Tie,
    /// GPAs are compared as rounded, not exactly.
    pub rounded: bool,
}
