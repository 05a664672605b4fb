//! Requirements bound to one side: for every distinct course, subject and mark, the areas where it counts.

use foldhash::{HashMap, HashMapExt};

use super::rules::{Area, Requirements};
use crate::canonical::{Column, Dataset, Entity, Field, Records, Row, SchoolYear, TermSpan, Typed};
use crate::policy::gpa::alike::same_by_key;
use crate::policy::gpa::amounts::weight_units;
use crate::policy::gpa::marks::{rank_of, value};
use crate::policy::gpa::rules::term_end;

/// A course as the requirements see it.
#[derive(Debug, Clone)]
pub struct CourseView {
    /// Areas that name the course, by code.
    pub named: u32,
    /// Areas that refuse it by code.
    pub refused: u32,
    /// Catalogue credit.
    pub credit: Option<i64>,
    /// Areas of the catalogue's subject.
    pub subject: u32,
    /// May be passed again for credit.
    pub repeatable: bool,
    /// Equal for equal codes on one side, in the order of codes, transcripts and schedules alike.
    pub identity: u32,
    /// The code.
    pub code: String,
    /// The code without its half, and the half: `ALG1` and `A`.
    pub stem: (String, Option<char>),
    /// Equal for courses of equal stems.
    pub stem_number: u32,
}

/// One row that gives credit, or will.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credit {
    /// The record.
    pub row: Row,
    /// Position in the lens's courses.
    pub course: u32,
    /// Areas where it counts.
    pub mask: u32,
    /// Credits.
    pub amount: i64,
    /// School year by its end, nought when unknown.
    pub year: i16,
    /// Part of the year.
    pub span: TermSpan,
    /// Where it ends.
    pub end: u8,
    /// What the mark is compared as.
    pub rank: i64,
}

/// Requirements bound to one side.
#[derive(Debug, Clone)]
pub struct RequirementLens {
    /// All courses of transcripts and schedules.
    pub courses: Vec<CourseView>,
    transcript_course: Vec<u32>,
    schedule_course: Vec<u32>,
    transcript_subject: Vec<Option<u32>>,
    mark_areas: Vec<u32>,
    mark_rank: Vec<i64>,
    transcript_time: Times,
    schedule_time: Times,
    any: u32,
    /// Codes as the files have them, where they are others than the canonical ones.
    raw: HashMap<String, u32>,
}

/// What each distinct school year and term means.
#[derive(Debug, Clone)]
struct Times {
    years: Vec<i16>,
    spans: Vec<(TermSpan, u8)>,
}

impl Times {
    fn of(records: Option<&Records>) -> Self {
        let of = |field| texts(records.and_then(|r| r.column(field)));
        let read = |typed: &Typed| !matches!(typed, Typed::Missing | Typed::Unmapped | Typed::Unreadable);
        let year = |text: &str| SchoolYear::parse(text).map_or(0, |y| y.0);
        let span = |text: &str| TermSpan::parse(text).unwrap_or(TermSpan::FULL_YEAR);
        Self {
            years: of(Field::SchoolYear).iter().map(|(t, typed)| if read(typed) { year(t) } else { 0 }).collect(),
            spans: of(Field::Term)
                .iter()
                .map(|(t, typed)| if read(typed) { span(t) } else { TermSpan::FULL_YEAR })
                .map(|span| (span, term_end(span)))
                .collect(),
        }
    }

    fn year(&self, records: &Records, row: Row) -> i16 {
        code(records, row, Field::SchoolYear).map_or(0, |c| self.years[c])
    }

    fn span(&self, records: &Records, row: Row) -> (TermSpan, u8) {
        code(records, row, Field::Term).map_or((TermSpan::FULL_YEAR, 12), |c| self.spans[c])
    }
}

impl RequirementLens {
    /// Understands one side.
    #[must_use]
    pub fn new(requirements: &Requirements, side: &Dataset) -> Self {
        let transcripts = side.get(Entity::Transcript);
        let schedules = side.get(Entity::Schedule);
        let of = |records: Option<&Records>, field| texts(records.and_then(|r| r.column(field)));
        let (taken, planned) = (of(transcripts, Field::Course), of(schedules, Field::Course));
        let mut codes: Vec<&str> = taken.iter().chain(&planned).map(|(text, _)| text.as_str()).collect();
        codes.sort_unstable();
        codes.dedup();
        let catalogue = Catalogue::new(requirements, side.get(Entity::Course));
        let mut courses: Vec<CourseView> =
            codes.iter().enumerate().map(|(at, code)| catalogue.view(requirements, code, at as u32)).collect();
        number_stems(&mut courses);
        let position = |text: &String| codes.binary_search(&text.as_str()).unwrap_or(0) as u32;
        let marks = of(transcripts, Field::Mark);
        Self {
            transcript_course: taken.iter().map(|(text, _)| position(text)).collect(),
            schedule_course: planned.iter().map(|(text, _)| position(text)).collect(),
            transcript_subject: of(transcripts, Field::SubjectArea)
                .iter()
                .map(|(text, typed)| (*typed != Typed::Missing).then(|| subject_areas(requirements, text)))
                .collect(),
            mark_areas: marks.iter().map(|(text, _)| mark_areas(requirements, text)).collect(),
            mark_rank: marks.iter().map(|(t, _)| rank_of(&requirements.scale, t).unwrap_or(i64::MIN)).collect(),
            transcript_time: Times::of(transcripts),
            schedule_time: Times::of(schedules),
            any: areas_where(requirements, |area| area.any),
            raw: raw_codes([transcripts, schedules], position),
            courses,
        }
    }

    /// True when equal rows are worth the same under both lenses: the sides map the same columns, and values that are equal
    /// mean the same.
    #[must_use]
    pub fn agree(lenses: [&Self; 2], sides: [&Dataset; 2]) -> bool {
        const FIELDS: [(Entity, &[Field]); 3] = [
            (Entity::Student, &[Field::Cohort, Field::Track]),
            (Entity::Transcript, &[Field::CreditEarned, Field::CreditAttempted]),
            (Entity::Schedule, &[Field::Credit, Field::Status]),
        ];
        let column = |side: usize, entity, field| sides[side].get(entity).and_then(|records| records.column(field));
        let same_columns = FIELDS.iter().all(|(entity, fields)| {
            fields.iter().all(|f| column(0, *entity, *f).is_some() == column(1, *entity, *f).is_some())
        });
        let [ours, theirs] = lenses;
        let course = |lens: &Self, codes: &[u32]| -> Vec<_> {
            let view = |at: &u32| &lens.courses[*at as usize];
            let facts = |c: &CourseView| (c.named, c.refused, c.credit, c.subject, c.repeatable, c.stem.clone());
            codes.iter().map(|at| facts(view(at))).collect()
        };
        let columns = |entity, field| [column(0, entity, field), column(1, entity, field)];
        let (t, s) = (Entity::Transcript, Entity::Schedule);
        let marks =
            |lens: &Self| lens.mark_areas.iter().copied().zip(lens.mark_rank.iter().copied()).collect::<Vec<_>>();
        let (taken, planned) = (|l: &Self| course(l, &l.transcript_course), |l: &Self| course(l, &l.schedule_course));
        let (of_history, of_classes) =
            ([&ours.transcript_time, &theirs.transcript_time], [&ours.schedule_time, &theirs.schedule_time]);
        same_columns
            && same_by_key(columns(t, Field::Course), [&taken(ours), &taken(theirs)])
            && same_by_key(columns(s, Field::Course), [&planned(ours), &planned(theirs)])
            && same_by_key(columns(t, Field::SubjectArea), [&ours.transcript_subject, &theirs.transcript_subject])
            && same_by_key(columns(t, Field::Mark), [&marks(ours), &marks(theirs)])
            && [(t, of_history), (s, of_classes)].into_iter().all(|(entity, [a, b])| {
                same_by_key(columns(entity, Field::SchoolYear), [&a.years, &b.years])
                    && same_by_key(columns(entity, Field::Term), [&a.spans, &b.spans])
            })
    }

    /// The course of a code, canonical or as the side's files have it.
    #[must_use]
    pub fn course(&self, code: &str) -> Option<u32> {
        let canonical = self.courses.binary_search_by(|view| view.code.as_str().cmp(code)).ok();
        canonical.map(|at| at as u32).or_else(|| self.raw.get(code).copied())
    }

    /// The credit of a transcript row; `None` when it earned none.
    #[must_use]
    pub fn earned(&self, records: &Records, row: Row) -> Option<Credit> {
        let credit = number(records, row, Field::CreditEarned);
        let course_at = code(records, row, Field::Course)?;
        let course = self.transcript_course[course_at];
        let view = &self.courses[course as usize];
        let mark = code(records, row, Field::Mark);
        let rank = mark.map_or(i64::MIN, |m| self.mark_rank[m]);
        let passed = mark.is_some_and(|m| self.mark_areas[m] != 0);
        // A side without earned credits: a passing mark earns what was attempted, else the catalogue's credit.
        let amount = match credit {
            Some(credit) => credit,
            None if records.has(Field::CreditEarned) || !passed => return None,
            None => number(records, row, Field::CreditAttempted).or(view.credit)?,
        };
        let subject = code(records, row, Field::SubjectArea).and_then(|s| self.transcript_subject[s]);
        let areas = self.areas(view, subject) & mark.map_or(0, |m| self.mark_areas[m]);
        let (span, end) = self.transcript_time.span(records, row);
        (amount > 0).then(|| Credit {
            row,
            course,
            mask: areas,
            amount,
            year: self.transcript_time.year(records, row),
            span,
            end,
            rank,
        })
    }

    /// The credit that a scheduled class will give, if passed.
    #[must_use]
    pub fn planned(&self, records: &Records, row: Row) -> Option<Credit> {
        let course = self.schedule_course[code(records, row, Field::Course)?];
        let view = &self.courses[course as usize];
        let amount = number(records, row, Field::Credit).or(view.credit).unwrap_or(0);
        let (span, end) = self.schedule_time.span(records, row);
        Some(Credit {
            row,
            course,
            mask: self.areas(view, None),
            amount,
            year: self.schedule_time.year(records, row),
            span,
            end,
            rank: i64::MAX,
        })
    }

    fn areas(&self, view: &CourseView, subject: Option<u32>) -> u32 {
        (view.named | subject.unwrap_or(view.subject) | self.any) & !view.refused
    }
}

fn code(records: &Records, row: Row, field: Field) -> Option<usize> {
    records.column(field).map(|c| c.codes.get(row as usize) as usize)
}

fn number(records: &Records, row: Row, field: Field) -> Option<i64> {
    match records.typed(row, field) {
        Typed::Number(decimal) => weight_units(decimal),
        _ => None,
    }
}

/// Order of time of a credit.
pub(super) fn time(credit: &Credit) -> (i16, u8) {
    (credit.year, credit.end)
}

/// Codes of the files by the course that they became.
fn raw_codes(tables: [Option<&Records>; 2], position: impl Fn(&String) -> u32) -> HashMap<String, u32> {
    let mut codes = HashMap::new();
    for column in tables.into_iter().flatten().filter_map(|records| records.column(Field::Course)) {
        for at in 0..column.values.len() as u32 {
            let (raw, text) = (column.values.raw(at), column.values.text(at));
            if raw != text && column.values.entry(at).typed == Typed::Text {
                codes.entry(raw.to_owned()).or_insert_with(|| position(&text.to_owned()));
            }
        }
    }
    codes
}

fn texts(column: Option<&Column>) -> Vec<(String, Typed)> {
    let Some(column) = column else { return Vec::new() };
    (0..column.values.len() as u32)
        .map(|code| match column.values.entry(code).typed {
            typed @ (Typed::Missing | Typed::Unmapped | Typed::Unreadable) => {
                (column.values.raw(code).to_owned(), typed)
            }
            typed => (column.values.text(code).to_owned(), typed),
        })
        .collect()
}

fn areas_where(requirements: &Requirements, fits: impl Fn(&Area) -> bool) -> u32 {
    let bits = requirements.areas.iter().enumerate().filter(|(_, area)| fits(area));
    bits.fold(0, |mask, (at, _)| mask | (1 << at))
}

fn subject_areas(requirements: &Requirements, text: &str) -> u32 {
    areas_where(requirements, |area| area.subjects.iter().any(|s| s.eq_ignore_ascii_case(text)))
}

/// Areas whose least mark the mark reaches. A mark that earns credit and does not compare (P, CR) is good enough.
fn mark_areas(requirements: &Requirements, text: &str) -> u32 {
    let scale = &requirements.scale;
    let Some(mark) = value(scale, text) else { return 0 };
    if !mark.earned {
        return 0;
    }
    areas_where(requirements, |area| match area.min_mark.as_deref().and_then(|m| rank_of(scale, m)) {
        Some(least) => mark.rank == i64::MIN || mark.rank >= least,
        None => true,
    })
}

struct Catalogue<'a> {
    by_code: HashMap<&'a str, (Option<i64>, u32, bool)>,
}

impl<'a> Catalogue<'a> {
    fn new(requirements: &Requirements, courses: Option<&'a Records>) -> Self {
        let mut by_code = HashMap::new();
        if let Some(courses) = courses {
            for row in 0..courses.len() as u32 {
                let Some(code) = courses.text(row, Field::Course) else { continue };
                let subject = courses.text(row, Field::SubjectArea).map_or(0, |s| subject_areas(requirements, s));
                let repeatable = courses.typed(row, Field::Repeatable) == Typed::Flag(true);
                by_code.entry(code).or_insert((number(courses, row, Field::Credit), subject, repeatable));
            }
        }
        Self { by_code }
    }

    fn view(&self, requirements: &Requirements, code: &str, identity: u32) -> CourseView {
        let (credit, subject, repeatable) = self.by_code.get(code).copied().unwrap_or((None, 0, false));
        let named = areas_where(requirements, |area| {
            area.courses.iter().any(|c| c == code) || area.prefixes.iter().any(|p| code.starts_with(p.as_str()))
        });
        let refused = areas_where(requirements, |area| area.not_courses.iter().any(|c| c == code));
        let (stem, stem_number) = (stem(code), identity);
        CourseView { named, refused, credit, subject, repeatable, identity, code: code.to_owned(), stem, stem_number }
    }
}

/// Courses of one stem get one number: that of the first.
fn number_stems(courses: &mut [CourseView]) {
    let mut known: HashMap<String, u32> = HashMap::new();
    for course in courses {
        course.stem_number = *known.entry(course.stem.0.clone()).or_insert(course.identity);
    }
}

/// `ALG1A` is the half `A` of `ALG1`; other codes are whole.
fn stem(code: &str) -> (String, Option<char>) {
    match code.chars().next_back() {
        Some(half @ ('A' | 'B')) if code.len() > 2 => (code[..code.len() - 1].to_owned(), Some(half)),
        _ => (code.to_owned(), None),
    }
}
