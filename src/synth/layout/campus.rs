//! Infinite Campus extracts: flat rosters, transcript courses with their credits in a table of their own; end dates
//! are the last day.

use super::codes::Codes;
use super::parts;
use super::shared::{self, Seat};
use crate::canonical::{Entity, Field};
use crate::synth::binding::{Binding, Block, YearForm, words};
use crate::synth::district::{District, School, SchoolData};
use crate::synth::raw::{RawRow, RawTable};
use crate::synth::student::{Graded, Status, Student, Term};

const PERSON: &str = "Person.csv";
const ENROLLMENT: &str = "Enrollment.csv";
const COURSE: &str = "Course.csv";
const ROSTER: &str = "Roster.csv";
const TRANSCRIPT: &str = "TranscriptCourse.csv";
const CREDIT: &str = "TranscriptCredit.csv";
const GPA: &str = "GPA.csv";
const PROGRESS: &str = "GraduationProgress.csv";

#[rustfmt::skip]
fn headers() -> Vec<RawTable> {
    vec![
        RawTable::new(PERSON, &["studentNumber", "stateID", "lastName", "firstName", "middleName", "suffix", "alias", "birthDate", "grade", "schoolNumber", "enrollmentStatus", "cohortYear", "graduationTrack", "homeroom", "spedStatus", "section504", "englishLearner", "healthAlert", "custodyAlert"]),
        RawTable::new(ENROLLMENT, &["studentNumber", "schoolNumber", "startDate", "endDate", "endStatus", "grade", "serviceType", "calendar"]),
        RawTable::new(COURSE, &["number", "name", "credit", "creditType", "level", "repeatable"]),
        RawTable::new(ROSTER, &["studentNumber", "schoolNumber", "endYear", "courseNumber", "sectionNumber", "term", "period", "dayRotation", "teacherID", "teamTeacherID", "room", "startDate", "endDate", "credit", "dropped"]),
        RawTable::new(TRANSCRIPT, &["transcriptID", "studentNumber", "endYear", "actualTerm", "courseNumber", "courseName", "score", "gpaWeight", "gpaValue", "courseLevel", "repeat", "schoolNumber", "grade", "transfer", "includeInGPA", "teacherID"]),
        RawTable::new(CREDIT, &["transcriptID", "creditType", "creditsAttempted", "creditsEarned"]),
        RawTable::new(GPA, &["studentNumber", "gpaType", "gpa", "rank", "outOf", "creditsAttempted", "creditsEarned"]),
        RawTable::new(PROGRESS, &["studentNumber", "requirement", "required", "earned", "inProgress", "met", "graduationTrack"]),
    ]
}

pub(super) fn tables(district: &District, codes: &Codes<'_>) -> Vec<RawTable> {
    let mut tables = headers();
    tables[2].rows.extend(parts::courses(&district.catalogue, codes));
    tables
}

pub(super) fn write(
    district: &District,
    school: &School,
    data: &SchoolData,
    codes: &Codes<'_>,
    tables: &mut [RawTable],
) {
    for student in &data.students {
        let id = Student::local_id(student.number);
        tables[0].rows.push(identity(student, school, &id, codes));
        enrollments(student, &id, codes, tables);
        for class in shared::written(student, codes.dress) {
            for seat in shared::seats(district, data, class, codes.dress) {
                tables[3].rows.push(roster(district, student, &seat, &id, codes));
            }
        }
        for (place, line) in shared::history(student, codes.dress).iter().enumerate() {
            let transcript = u64::from(student.number) * 128 + place as u64 + 70_001;
            let course = &district.catalogue.courses[line.course];
            tables[4].rows.push(transcript_course(district, student, line, (transcript, &id), codes));
            let credit = RawRow::new(student.number)
                .with(transcript)
                .with(course.area.code())
                .with(codes.credit(line.attempted))
                .with(codes.credit(line.earned));
            tables[5].rows.push(credit);
        }
        summaries(district, student, &id, codes, tables);
    }
}

fn identity(student: &Student, school: &School, id: &str, codes: &Codes<'_>) -> RawRow {
    let row = parts::person(RawRow::new(student.number).with(id), student, codes).with(match student.status {
        Status::Active => "A",
        Status::NoShow => "NS",
        Status::Withdrawn => "W",
    });
    parts::program(row, student, school.kind, codes)
}

fn enrollments(student: &Student, id: &str, codes: &Codes<'_>, tables: &mut [RawTable]) {
    for stint in &student.stints {
        let row = RawRow::new(student.number).with(id);
        tables[1].rows.push(parts::stint(row, stint, student, if stint.primary { "P" } else { "S" }, codes));
    }
}

fn roster(district: &District, student: &Student, seat: &Seat<'_>, id: &str, codes: &Codes<'_>) -> RawRow {
    let section = seat.section;
    let row = RawRow::new(student.number)
        .with(id)
        .with(codes.school(Some(section.school)))
        .with(2026)
        .with(codes.course(&district.catalogue, section.course))
        .with(codes.section(seat.number))
        .with(match seat.term {
            Term::Year => "Year",
            Term::First => "Sem 1",
            Term::Second => "Sem 2",
            Term::Summer => "Summer",
        })
        .with(section.period)
        .with(section.days);
    parts::teachers(row, section, codes)
        .with(codes.room(section.room))
        .with(codes.day(seat.start))
        .with(codes.last_day(Some(seat.end)))
        .with(codes.credit(seat.credit))
        .with(u8::from(seat.dropped))
}

fn transcript_course(
    district: &District,
    student: &Student,
    line: &Graded,
    (transcript, id): (u64, &str),
    codes: &Codes<'_>,
) -> RawRow {
    let course = &district.catalogue.courses[line.course];
    RawRow::new(student.number)
        .with(transcript)
        .with(id)
        .with(line.year)
        .with(match line.term {
            Term::Year => "Year",
            Term::First => "S1",
            Term::Second => "S2",
            Term::Summer => "Summer",
        })
        .with(codes.course(&district.catalogue, line.course))
        .with(&course.title)
        .with(codes.mark(line.mark))
        .with(if line.in_gpa { codes.credit(line.attempted) } else { String::new() })
        .with(codes.points(line.points))
        .with(codes.level(line.level))
        .with(if line.repeat { "R" } else { "" })
        .with(codes.school(line.school))
        .with(codes.grade(line.grade))
        .with(codes.flag(line.school.is_none()))
        .with(codes.flag(line.in_gpa))
        .with(codes.teacher(line.teacher))
}

fn summaries(district: &District, student: &Student, id: &str, codes: &Codes<'_>, tables: &mut [RawTable]) {
    for gpa in &student.gpas {
        let row = RawRow::new(student.number).with(id).with(if gpa.kind == "weighted" {
            "Cumulative Weighted"
        } else {
            "Cumulative Unweighted"
        });
        tables[6].rows.push(parts::gpa(row, gpa, codes));
    }
    for line in shared::audit(district, student, codes.dress) {
        let row = RawRow::new(student.number).with(id);
        tables[7].rows.push(parts::requirement(row, &line, student, codes));
    }
}

pub(super) fn binding() -> Binding {
    use Field as F;
    let student = Block::of(
        Entity::Student,
        PERSON,
        &[
            (F::StudentId, "studentNumber"),
            (F::StateId, "stateID"),
            (F::LastName, "lastName"),
            (F::FirstName, "firstName"),
            (F::MiddleName, "middleName"),
            (F::Suffix, "suffix"),
            (F::PreferredName, "alias"),
            (F::BirthDate, "birthDate"),
            (F::GradeLevel, "grade"),
            (F::School, "schoolNumber"),
            (F::Status, "enrollmentStatus"),
            (F::Cohort, "cohortYear"),
            (F::Track, "graduationTrack"),
            (F::Homeroom, "homeroom"),
            (F::SpecialEducation, "spedStatus"),
            (F::Section504, "section504"),
            (F::EnglishLearner, "englishLearner"),
            (F::HealthAlert, "healthAlert"),
            (F::CustodyAlert, "custodyAlert"),
        ],
    );
    let blocks = vec![student, enrollment(), course(), schedule(), transcript(), gpa(), graduation()];
    let terms = [("FY", "Year"), ("S1", "S1"), ("S2", "S2"), ("SU", "Summer")];
    let mut all = words(Entity::Transcript, F::Term, &terms);
    all.extend(words(Entity::Schedule, F::Term, &[("FY", "Year"), ("S1", "Sem 1"), ("S2", "Sem 2")]));
    all.extend(words(Entity::Student, F::Status, &[("active", "A"), ("no-show", "NS"), ("withdrawn", "W")]));
    // Before the common words: the first that fits wins.
    all.extend(words(Entity::Enrollment, F::Primary, &[("true", "P"), ("false", "S")]));
    all.extend(super::codes::common_words(["1", "0"], ["1", "0"], ["R", "H", "AP"], ["P", "NP"]));
    Binding { blocks, words: all, slashes: true, exclusive: false, year: YearForm::Ends }
}

fn enrollment() -> Block {
    use Field as F;
    let columns = [
        (F::StudentId, "studentNumber"),
        (F::School, "schoolNumber"),
        (F::EntryDate, "startDate"),
        (F::ExitDate, "endDate"),
        (F::ExitCode, "endStatus"),
        (F::GradeLevel, "grade"),
        (F::Primary, "serviceType"),
        (F::Calendar, "calendar"),
    ];
    Block::of(Entity::Enrollment, ENROLLMENT, &columns)
}

fn course() -> Block {
    use Field as F;
    let columns = [
        (F::Course, "number"),
        (F::Title, "name"),
        (F::Credit, "credit"),
        (F::SubjectArea, "creditType"),
        (F::Level, "level"),
        (F::Repeatable, "repeatable"),
    ];
    Block::of(Entity::Course, COURSE, &columns)
}

fn schedule() -> Block {
    use Field as F;
    let columns = [
        (F::StudentId, "studentNumber"),
        (F::School, "schoolNumber"),
        (F::Course, "courseNumber"),
        (F::Section, "sectionNumber"),
        (F::Term, "term"),
        (F::Period, "period"),
        (F::Days, "dayRotation"),
        (F::Teacher, "teacherID"),
        (F::CoTeacher, "teamTeacherID"),
        (F::Room, "room"),
        (F::StartDate, "startDate"),
        (F::EndDate, "endDate"),
        (F::Credit, "credit"),
    ];
    Block::of(Entity::Schedule, ROSTER, &columns).dropped("dropped", "1")
}

fn transcript() -> Block {
    use Field as F;
    let columns = [
        (F::StudentId, "studentNumber"),
        (F::SchoolYear, "endYear"),
        (F::Term, "actualTerm"),
        (F::Course, "courseNumber"),
        (F::Title, "courseName"),
        (F::Mark, "score"),
        (F::GpaWeight, "gpaWeight"),
        (F::GpaPoints, "gpaValue"),
        (F::Level, "courseLevel"),
        (F::RepeatCode, "repeat"),
        (F::School, "schoolNumber"),
        (F::GradeLevel, "grade"),
        (F::Transfer, "transfer"),
        (F::InGpa, "includeInGPA"),
        (F::Teacher, "teacherID"),
    ];
    let theirs =
        [(F::CreditAttempted, "creditsAttempted"), (F::CreditEarned, "creditsEarned"), (F::SubjectArea, "creditType")];
    Block::of(Entity::Transcript, TRANSCRIPT, &columns).joined(CREDIT, &[("transcriptID", "transcriptID")], &theirs)
}

fn gpa() -> Block {
    use Field as F;
    let columns = [
        (F::StudentId, "studentNumber"),
        (F::GpaKind, "gpaType"),
        (F::Value, "gpa"),
        (F::Rank, "rank"),
        (F::ClassSize, "outOf"),
        (F::CreditAttempted, "creditsAttempted"),
        (F::CreditEarned, "creditsEarned"),
    ];
    Block::of(Entity::Gpa, GPA, &columns)
}

fn graduation() -> Block {
    use Field as F;
    let columns = [
        (F::StudentId, "studentNumber"),
        (F::Requirement, "requirement"),
        (F::Required, "required"),
        (F::Earned, "earned"),
        (F::InProgress, "inProgress"),
        (F::Met, "met"),
        (F::Track, "graduationTrack"),
    ];
    Block::of(Entity::Graduation, PROGRESS, &columns)
}
