//! One policy bound to one side: every distinct value of the side's columns is understood once, not once a row.

use super::amounts::{point_units, weight_units};
use super::marks::{self, Inexact};
use super::rules::{GpaPolicy, Identity, RepeatRule, term_end};
use crate::canonical::{Column, Dataset, Entity, Field, Records, TermSpan, Typed};
use foldhash::{HashMap, HashMapExt};

/// No number: not mapped, empty or unreadable.
pub const NONE: i64 = i64::MIN;
/// No grade level.
pub const NO_GRADE: i8 = i8::MIN;
/// No school year.
pub const NO_YEAR: i16 = i16::MIN;
/// The row does not say its level, subject or flag.
pub(super) const UNSAID: u8 = u8::MAX;

/// Repeat codes that leave a row out when the policy names none (the Ed-Fi words and the usual letters).
const NOT_COUNTED: [&str; 6] =
    ["RepeatNotCounted", "ReplacedNotCounted", "NotCountedOther", "R", "not-counted", "replaced"];

/// What a mark is worth at one level in one era.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worth {
    /// Points before the level.
    pub points: i64,
    /// Points that the level adds.
    pub bump: i64,
    /// What the mark is compared as.
    pub rank: i64,
    /// The mark is in the tables.
    pub known: bool,
    /// The product is exact.
    pub exact: bool,
    /// It goes into the GPA.
    pub in_gpa: bool,
    /// Its credit counts as attempted.
    pub attempted: bool,
    /// Its credit counts as earned.
    pub earned: bool,
    /// It reaches the least mark that gets a level's weight.
    pub weighable: bool,
}

/// A term as the rules need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TermFacts {
    /// The part of the year.
    pub span: TermSpan,
    /// Where it ends, in twelfths; 13 is summer.
    pub end: u8,
    /// How long it is, in twelfths; a summer counts as a semester.
    pub twelfths: u8,
}

/// A course as the rules need it.
#[derive(Debug, Clone, Copy)]
pub struct CourseFacts {
    /// Equal for courses that are one for the repeat rule; in the order of course codes.
    pub identity: u32,
    /// Level of the catalogue.
    pub level: u8,
    /// Subject bits of the catalogue.
    pub subject: u8,
    /// Credit of the catalogue.
    pub credit: i64,
    /// The policy leaves the course out by name.
    pub left_out: bool,
}

/// Subject bit: the policy's lists let the subject in.
pub const SUBJECT_IN: u8 = 1;

/// A policy bound to one side. Owns its tables; the records are handed in again when rows are read.
#[derive(Debug, Clone)]
pub struct Lens {
    worth: Vec<Worth>,
    marks: usize,
    levels: usize,
    /// The distinct pairs (scale, weight) of the eras, and the pair of each era.
    era_table: Vec<usize>,
    pub(super) year: Vec<i16>,
    pub(super) term: Vec<TermFacts>,
    pub(super) course: Vec<CourseFacts>,
    pub(super) attempted: Vec<i64>,
    pub(super) earned: Vec<i64>,
    pub(super) weight: Vec<i64>,
    pub(super) points: Vec<i64>,
    pub(super) level: Vec<u8>,
    pub(super) subject: Vec<u8>,
    pub(super) grade: Vec<i8>,
    pub(super) in_gpa: Vec<bool>,
    pub(super) transfer: Vec<bool>,
    pub(super) not_counted: Vec<bool>,
    /// Level texts that the policy does not know, each taken as regular.
    pub unknown_levels: Vec<String>,
    /// Mark texts that the first era's scale does not know.
    pub unknown_marks: Vec<String>,
}

impl Lens {
    /// Understands a side's transcripts under a policy; `None` when the side maps no transcripts.
    #[must_use]
    pub fn new(policy: &GpaPolicy, side: &Dataset) -> Option<Self> {
        let transcripts = side.get(Entity::Transcript)?;
        let column = |field| transcripts.column(field);
        let mut unknown_levels = Vec::new();
        let levels = codes_of(column(Field::Level), |text, typed| level_of(policy, text, typed, &mut unknown_levels));
        let catalogue = Catalogue::new(policy, side.get(Entity::Course), &mut unknown_levels);
        let mut lens = Self {
            worth: Vec::new(),
            marks: 0,
            levels: policy.levels.len(),
            era_table: Vec::new(),
            year: codes_of(column(Field::SchoolYear), |text, _| {
                crate::canonical::SchoolYear::parse(text).map_or(NO_YEAR, |y| y.0)
            }),
            term: codes_of(column(Field::Term), |text, _| term_facts(text)),
            course: course_facts(policy, column(Field::Course), &catalogue),
            attempted: credits_of(column(Field::CreditAttempted)),
            earned: credits_of(column(Field::CreditEarned)),
            weight: credits_of(column(Field::GpaWeight)),
            points: codes_of(column(Field::GpaPoints), |_, typed| number(typed, point_units)),
            level: levels,
            subject: codes_of(column(Field::SubjectArea), |text, typed| subject_bits(policy, text, typed)),
            grade: codes_of(column(Field::GradeLevel), |text, _| grade_of(text)),
            in_gpa: codes_of(column(Field::InGpa), |_, typed| typed != Typed::Flag(false)),
            transfer: codes_of(column(Field::Transfer), |_, typed| typed == Typed::Flag(true)),
            not_counted: codes_of(column(Field::RepeatCode), |text, typed| is_not_counted(policy, text, typed)),
            unknown_levels: Vec::new(),
            unknown_marks: Vec::new(),
        };
        lens.tabulate_marks(policy, column(Field::Mark));
        unknown_levels.sort();
        unknown_levels.dedup();
        lens.unknown_levels = unknown_levels;
        Some(lens)
    }

    /// Computes the worth of every mark at every level in every era, once.
    fn tabulate_marks(&mut self, policy: &GpaPolicy, column: Option<&Column>) {
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for era in &policy.eras {
            let pair = (era.scale, era.weight);
            let at = pairs.iter().position(|p| *p == pair).unwrap_or_else(|| {
                pairs.push(pair);
                pairs.len() - 1
            });
            self.era_table.push(at);
        }
        let texts: Vec<(String, Typed)> = codes_of(column, |text, typed| (text.to_owned(), typed));
        self.marks = texts.len();
        for (scale, weight) in pairs {
            for (text, typed) in &texts {
                for level in 0..self.levels {
                    self.worth.push(worth(policy, scale, weight, level, text, *typed));
                }
            }
        }
        let known = |m: usize| self.worth.get(m * self.levels).is_some_and(|w| w.known);
        self.unknown_marks = (0..self.marks).filter(|m| !known(*m)).map(|m| texts[m].0.clone()).collect();
        self.unknown_marks.sort();
        self.unknown_marks.dedup();
    }

    /// How many distinct marks there are.
    pub(super) const fn marks(&self) -> usize {
        self.marks
    }

    /// What a mark is worth at every level in every era.
    pub(super) fn worth_of(&self, mark: usize) -> Vec<Worth> {
        let tables = self.worth.chunks((self.marks * self.levels).max(1));
        tables.flat_map(|table| table[mark * self.levels..(mark + 1) * self.levels].iter().copied()).collect()
    }

    /// What a mark (dictionary code) is worth at a level in an era.
    #[must_use]
    pub fn worth(&self, era: usize, mark: u32, level: u8) -> &Worth {
        &self.worth[(self.era_table[era] * self.marks + mark as usize) * self.levels + usize::from(level)]
    }
}

fn worth(policy: &GpaPolicy, scale: usize, weight: usize, level: usize, text: &str, typed: Typed) -> Worth {
    let mut worth = Worth {
        points: 0,
        bump: 0,
        rank: NONE,
        known: false,
        exact: true,
        in_gpa: false,
        attempted: false,
        earned: false,
        weighable: false,
    };
    let (scale, weight) = (&policy.scales[scale], &policy.weights[weight]);
    match typed {
        // A class in progress has no mark yet: it is out, and no riddle.
        Typed::Missing => return Worth { known: true, ..worth },
        Typed::Unmapped | Typed::Unreadable => return worth,
        _ => {}
    }
    let Some(mark) = marks::value(scale, text) else { return worth };
    let least = weight.min_mark.as_deref().and_then(|m| marks::rank_of(scale, m)).unwrap_or(NONE);
    match marks::bump(scale, weight, level, text, &mark) {
        Ok(bump) => worth.bump = bump,
        Err(Inexact) => worth.exact = false,
    }
    Worth {
        points: mark.points.unwrap_or(0),
        rank: mark.rank,
        known: true,
        in_gpa: mark.in_gpa && mark.points.is_some(),
        attempted: mark.attempted,
        earned: mark.earned,
        weighable: mark.in_gpa && mark.rank >= least,
        ..worth
    }
}

/// One value for each code of a column; empty when the column is not mapped.
fn codes_of<T>(column: Option<&Column>, mut of: impl FnMut(&str, Typed) -> T) -> Vec<T> {
    let Some(column) = column else { return Vec::new() };
    (0..column.values.len() as u32)
        .map(|code| {
            let typed = column.values.entry(code).typed;
            let text = match typed {
                Typed::Missing | Typed::Unmapped | Typed::Unreadable => column.values.raw(code),
                _ => column.values.text(code),
            };
            of(text, typed)
        })
        .collect()
}

fn number(typed: Typed, scaled: impl Fn(crate::canonical::Decimal) -> Option<i64>) -> i64 {
    match typed {
        Typed::Number(decimal) => scaled(decimal).unwrap_or(NONE),
        _ => NONE,
    }
}

fn credits_of(column: Option<&Column>) -> Vec<i64> {
    codes_of(column, |_, typed| number(typed, weight_units))
}

fn grade_of(text: &str) -> i8 {
    match text {
        "K" | "KG" | "TK" => 0,
        "PK" => -1,
        _ => text.parse().ok().filter(|g| (-1..=20).contains(g)).unwrap_or(NO_GRADE),
    }
}

fn term_facts(text: &str) -> TermFacts {
    match TermSpan::parse(text) {
        Some(span) => {
            let end = term_end(span);
            let twelfths = if end == 13 { 6 } else { span.twelfths() as u8 };
            TermFacts { span, end, twelfths }
        }
        // A term that is not understood has a row in the year, but no length.
        None => TermFacts { span: TermSpan::FULL_YEAR, end: 12, twelfths: 0 },
    }
}

fn level_of(policy: &GpaPolicy, text: &str, typed: Typed, unknown: &mut Vec<String>) -> u8 {
    if typed == Typed::Missing {
        return UNSAID;
    }
    let text = text.trim();
    let found = policy.levels.iter().position(|level| {
        level.name.eq_ignore_ascii_case(text) || level.codes.iter().any(|c| c.eq_ignore_ascii_case(text))
    });
    match found {
        Some(level) => level as u8,
        None => {
            unknown.push(text.to_owned());
            0
        }
    }
}

fn subject_bits(policy: &GpaPolicy, text: &str, typed: Typed) -> u8 {
    if typed == Typed::Missing {
        return UNSAID;
    }
    let listed = |list: &[String]| list.iter().any(|s| s.eq_ignore_ascii_case(text));
    let include = &policy.include;
    let inside = (include.subjects.is_empty() || listed(&include.subjects)) && !listed(&include.not_subjects);
    let mut bits = u8::from(inside) * SUBJECT_IN;
    for (position, weight) in policy.weights.iter().enumerate().take(6) {
        bits |= u8::from(weight.subjects.is_empty() || listed(&weight.subjects)) << (position + 1);
    }
    bits
}

fn is_not_counted(policy: &GpaPolicy, text: &str, typed: Typed) -> bool {
    if typed == Typed::Missing {
        return false;
    }
    let codes = &policy.repeat.not_counted;
    if codes.is_empty() {
        return policy.repeat.rule == RepeatRule::Coded && NOT_COUNTED.iter().any(|c| c.eq_ignore_ascii_case(text));
    }
    codes.iter().any(|c| c.eq_ignore_ascii_case(text))
}

/// The catalogue's word on level, subject and credit, by course code.
struct Catalogue<'a> {
    by_code: HashMap<&'a str, (u8, u8, i64)>,
}

impl<'a> Catalogue<'a> {
    fn new(policy: &GpaPolicy, courses: Option<&'a Records>, unknown: &mut Vec<String>) -> Self {
        let mut by_code = HashMap::new();
        let Some(courses) = courses else { return Self { by_code } };
        let levels = codes_of(courses.column(Field::Level), |text, typed| level_of(policy, text, typed, unknown));
        let subjects = codes_of(courses.column(Field::SubjectArea), |text, typed| subject_bits(policy, text, typed));
        let credits = credits_of(courses.column(Field::Credit));
        for row in 0..courses.len() as u32 {
            let Some(code) = courses.text(row, Field::Course) else { continue };
            let level = pick(courses.column(Field::Level), &levels, row, UNSAID);
            let subject = pick(courses.column(Field::SubjectArea), &subjects, row, UNSAID);
            let credit = pick(courses.column(Field::Credit), &credits, row, NONE);
            // The first line of a code counts; that there are several is another check's finding.
            by_code.entry(code).or_insert((level, subject, credit));
        }
        Self { by_code }
    }
}

fn pick<T: Copy>(column: Option<&Column>, values: &[T], row: u32, default: T) -> T {
    column.map_or(default, |c| values[c.codes.get(row as usize) as usize])
}

fn course_facts(policy: &GpaPolicy, column: Option<&Column>, catalogue: &Catalogue<'_>) -> Vec<CourseFacts> {
    let texts: Vec<String> = codes_of(column, |text, _| text.to_owned());
    let mut order: Vec<&str> = texts.iter().map(String::as_str).collect();
    for group in &policy.repeat.groups {
        order.extend(group.first().map(String::as_str));
    }
    order.sort_unstable();
    order.dedup();
    let leader = |text: &str| -> u32 {
        let group = policy.repeat.groups.iter().find(|g| g.iter().any(|c| c == text));
        let name = group.and_then(|g| g.first()).map_or(text, String::as_str);
        order.binary_search(&name).unwrap_or(0) as u32
    };
    // Splitting a list of groups by half is the term's business; the identity is the course alone.
    debug_assert!(matches!(policy.repeat.identity, Identity::Course | Identity::CourseHalf));
    texts
        .iter()
        .map(|text| {
            let (level, subject, credit) =
                catalogue.by_code.get(text.as_str()).copied().unwrap_or((UNSAID, UNSAID, NONE));
            let left_out = policy.include.not_courses.iter().any(|c| c == text);
            CourseFacts { identity: leader(text), level, subject, credit, left_out }
        })
        .collect()
}

/// The row's own word, else the catalogue's, else the default.
pub(super) const fn said(own: u8, catalogue: u8, default: u8) -> u8 {
    if own != UNSAID {
        own
    } else if catalogue != UNSAID {
        catalogue
    } else {
        default
    }
}
