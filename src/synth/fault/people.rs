//! Faults of identity and enrollment: F01 to F21.

use jiff::ToSpan;
use jiff::civil::Date;

use super::site::Site;
use super::{Class, Expected, Hit};
use crate::canonical::Entity::{Enrollment, Student};
use crate::canonical::{Entity, Field};
use crate::finding::Severity::{Critical, Major};

pub(super) const CLASSES: &[Class] = &[
    Class::of(1, "active student filtered out by status code", Student, &["student-missing"], Critical, |s| {
        let student = s.view.student(s.student)?;
        (s.word(student, Field::Status) == "active").then_some(())?;
        let hit = s.whole();
        s.view.remove_student(s.student);
        Some(vec![hit])
    }),
    Class::of(2, "blank state id", Student, &["state-id-changed", "value-lost"], Major, |s| {
        s.edit(Student, Field::StateId, |_, _, _| Some(String::new()))
    }),
    Class::of(3, "twins of one name and birthday merged", Student, &["student-missing"], Critical, twins_merged).rare(),
    Class::of(
        4,
        "twins' transcripts swapped",
        Entity::Transcript,
        &["transcript-row-missing", "transcript-row-unexpected", "mark-changed", "student-swapped"],
        Critical,
        twins_swapped,
    )
    .rare(),
    Class::of(
        5,
        "leading zeros stripped from the student id",
        Student,
        &["student-id-changed", "student-missing", "student-unexpected"],
        Major,
        |s| {
            let rec = s.view.student(s.student)?;
            let id = s.get(rec, Field::StudentId);
            let short = id.trim_start_matches('0').to_owned();
            (short != id).then_some(())?;
            s.view.rename(s.student, &short);
            Some(vec![s.whole()])
        },
    ),
    Class::of(
        6,
        "leading zeros stripped from a course code",
        Entity::Transcript,
        &["course-recoded", "transcript-row-missing"],
        Critical,
        |s| s.edit(Entity::Transcript, Field::Course, |_, _, code| Some(code.trim_start_matches('0').to_owned())),
    ),
    Class::of(7, "state id in scientific notation", Student, &["value-unreadable", "state-id-changed"], Major, |s| {
        s.edit(Student, Field::StateId, |_, _, id| {
            Some(format!("{}.{}E+{}", id.get(..1)?, id.get(1..6)?, id.len() - 1))
        })
    }),
    Class::of(8, "UTF-8 read as Windows-1252", Student, &["name-garbled", "name-changed"], Major, |s| {
        s.edit(Student, Field::LastName, |_, _, name| garbled(name))
            .or_else(|| s.edit(Student, Field::FirstName, |_, _, name| garbled(name)))
    }),
    Class::of(9, "surname split wrongly", Student, &["name-changed"], Major, |s| {
        s.edit(Student, Field::LastName, |_, _, name| name.split_once([' ', '-']).map(|(_, last)| last.to_owned()))
    }),
    Class::of(10, "day and month of birth swapped", Student, &["birth-date-changed"], Major, |s| {
        let slashes = s.view.binding.slashes;
        s.edit(Student, Field::BirthDate, |_, _, day| {
            let read = read_day(day, slashes)?;
            (read.day() <= 12).then_some(())?;
            Some(show_day(Date::new(read.year(), read.day(), read.month()).ok()?, slashes))
        })
    }),
    Class::of(11, "grade level rolled over twice", Student, &["grade-level-changed"], Critical, |s| {
        s.edit(Student, Field::GradeLevel, |_, _, grade| {
            let number: u8 = grade.parse().ok()?;
            (number < 12).then(|| format!("{:0width$}", number + 1, width = grade.len()))
        })
    }),
    Class::of(
        12,
        "legal and preferred name swapped",
        Student,
        &["name-changed", "preferred-name-changed"],
        Major,
        |s| {
            let rec = s.view.student(s.student)?;
            let (first, preferred) = (s.get(rec, Field::FirstName), s.get(rec, Field::PreferredName));
            (!preferred.is_empty() && first != preferred).then_some(())?;
            s.view.set(rec, Field::FirstName, &preferred)?;
            s.view.set(rec, Field::PreferredName, &first)?;
            Some(vec![s.whole()])
        },
    ),
    Class::of(13, "concurrent enrollment dropped", Enrollment, &["enrollment-missing"], Major, |s| {
        s.drop_one(Enrollment, |s, r| !s.is(r, Field::Primary))
    })
    .rare(),
    Class::of(14, "secondary enrollment loaded as primary", Enrollment, &["primary-enrollment-changed"], Major, |s| {
        s.edit_word(Enrollment, Field::Primary, "true", |s, r| !s.is(r, Field::Primary))
    })
    .rare(),
    Class::of(15, "exit date one day off", Enrollment, &["enrollment-dates-changed"], Major, |s| {
        let slashes = s.view.binding.slashes;
        s.edit(Enrollment, Field::ExitDate, |_, _, day| {
            Some(show_day(read_day(day, slashes)?.tomorrow().ok()?, slashes))
        })
    }),
    Class::of(16, "two stays collapsed into one", Enrollment, &["enrollment-missing"], Major, |s| {
        let stays = s.all(Enrollment);
        let (first, second) = (*stays.first()?, *stays.get(1)?);
        (s.is(first, Field::Primary) && s.is(second, Field::Primary)).then_some(())?;
        let entry = s.get(first, Field::EntryDate);
        let hit = s.hit(Enrollment, first);
        s.view.remove(first);
        s.view.set(second, Field::EntryDate, &entry)?;
        Some(vec![hit])
    }),
    Class::of(17, "two schools mapped to one", Student, &["school-changed"], Critical, |s| {
        let stays = s.all(Enrollment);
        let here = s.view.student(s.student)?;
        let here = s.get(here, Field::School);
        let other = stays.into_iter().map(|r| s.get(r, Field::School)).find(|school| *school != here)?;
        s.edit(Student, Field::School, |_, _, _| Some(other.clone()))
    }),
    Class::of(18, "no-show loaded as active", Student, &["status-changed"], Major, |s| {
        s.edit_word(Student, Field::Status, "active", |s, r| s.word(r, Field::Status) == "no-show")
    })
    .rare(),
    Class::of(19, "program flag lost", Student, &["program-flag-changed"], Critical, |s| {
        const FLAGS: [Field; 5] = [
            Field::SpecialEducation,
            Field::Section504,
            Field::EnglishLearner,
            Field::HealthAlert,
            Field::CustodyAlert,
        ];
        let rec = s.view.student(s.student)?;
        let field = FLAGS.into_iter().find(|f| s.is(rec, *f))?;
        s.view.set_word(rec, field, "false")?;
        Some(vec![s.whole()])
    }),
    Class::of(20, "year-round calendar lost", Enrollment, &["calendar-changed"], Major, |s| {
        let usual = s.borrowed_calendar()?;
        s.edit(Enrollment, Field::Calendar, |_, _, now| now.contains('B').then(|| usual.clone()))
    }),
    Class::of(21, "exit code replaced by a default", Enrollment, &["exit-code-changed"], Major, |s| {
        s.edit(Enrollment, Field::ExitCode, |_, _, code| (!code.is_empty()).then(|| "E999".to_owned()))
    }),
];

impl Site<'_, '_> {
    /// The calendar that most schools of the layout have.
    fn borrowed_calendar(&mut self) -> Option<String> {
        let stays = self.all(Enrollment);
        let now = self.get(*stays.first()?, Field::Calendar);
        Some(match now.as_str() {
            "B" => "T".into(),
            "TRK-B" => "TRAD".into(),
            "Track B" => "Traditional".into(),
            _ => return None,
        })
    }
}

/// What shows that a student has another one's rows too.
const TWO_LIVES: &[&str] = &[
    "class-unexpected",
    "transcript-row-unexpected",
    "transcript-row-duplicated",
    "schedule-conflict-introduced",
    "ambiguous-match",
];

/// The younger twin's rows go to the elder, and the younger is gone.
fn twins_merged(s: &mut Site<'_, '_>) -> Option<Vec<Hit>> {
    let (own, _) = s.twin()?;
    let elder = s.student - 1;
    let hit = s.whole();
    let mut given = 0;
    for entity in [Entity::Transcript, Entity::Schedule] {
        let Some(like) = s.view.records(entity, elder).first().copied() else { continue };
        for rec in s.view.records(entity, s.student) {
            s.view.give(rec, like)?;
            given += 1;
        }
    }
    // Twins without a row to merge would be one student less, which is another class.
    (given > 0).then_some(())?;
    for entity in [Enrollment, Entity::Graduation] {
        for rec in s.view.records(entity, s.student) {
            s.view.remove(rec);
        }
    }
    s.view.remove(own);
    // The elder's rows hold two lives now.
    let expected = Some(Expected { checks: TWO_LIVES, severity: Major });
    Some(vec![hit, Hit { student: elder, record: "the younger twin's rows".into(), expected }])
}

/// Each twin has the other's transcript.
fn twins_swapped(s: &mut Site<'_, '_>) -> Option<Vec<Hit>> {
    s.twin()?;
    let elder = s.student - 1;
    let (mine, theirs) = (s.all(Entity::Transcript), s.view.records(Entity::Transcript, elder));
    let (own, other) = (*mine.first()?, *theirs.first()?);
    // Copies keep the keys to give while the rows themselves change owners.
    let (own_key, other_key) = (s.view.copy(own)?, s.view.copy(other)?);
    for rec in &mine {
        s.view.give(*rec, other_key)?;
    }
    for rec in &theirs {
        s.view.give(*rec, own_key)?;
    }
    s.view.remove(own_key);
    s.view.remove(other_key);
    Some(vec![s.whole(), Hit { student: elder, record: String::new(), expected: None }])
}

/// What a UTF-8 name looks like when it is read as Windows-1252. Bytes that are no characters there stop most loaders,
/// so names with them are left alone.
fn garbled(name: &str) -> Option<String> {
    if name.is_ascii() {
        return None;
    }
    let text = encoding_rs::WINDOWS_1252.decode_without_bom_handling(name.as_bytes()).0.into_owned();
    (!text.chars().any(char::is_control)).then_some(text)
}

/// A day as the layouts write it.
pub(super) fn read_day(text: &str, slashes: bool) -> Option<Date> {
    if !slashes {
        return text.parse().ok();
    }
    let mut parts = text.split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Writes a day as the layout does.
pub(super) fn show_day(day: Date, slashes: bool) -> String {
    if slashes { format!("{:02}/{:02}/{:04}", day.month(), day.day(), day.year()) } else { day.to_string() }
}

/// The day before, as the layout writes it.
pub(super) fn day_before(text: &str, slashes: bool) -> Option<String> {
    Some(show_day(read_day(text, slashes)?.checked_sub(1.days()).ok()?, slashes))
}
