//! OneRoster 1.2 CSV, and side files for what it lacks: transcript, GPA and graduation. End dates are the day after;
//! what the specification has no column for stands in `metadata.` columns at the right end.

use super::codes::Codes;
use super::parts;
use super::shared::{self, Seat};
use crate::canonical::{Entity, Field};
use crate::synth::binding::{Binding, Block, YearForm, words};
use crate::synth::district::{District, Kind, School, SchoolData};
use crate::synth::raw::{NOBODY, RawRow, RawTable};
use crate::synth::student::{Graded, Status, Student, Term};

const MANIFEST: &str = "manifest.csv";
const ORGS: &str = "orgs.csv";
const SESSIONS: &str = "academicSessions.csv";
const COURSES: &str = "courses.csv";
const CLASSES: &str = "classes.csv";
const USERS: &str = "users.csv";
const ROLES: &str = "roles.csv";
const DEMOGRAPHICS: &str = "demographics.csv";
const ENROLLMENTS: &str = "enrollments.csv";
const TRANSCRIPT: &str = "transcript.csv";
const GPA: &str = "gpa.csv";
const GRADUATION: &str = "graduation.csv";

const TERMS: [(Term, &str, &str); 3] =
    [(Term::Year, "FY", "schoolYear"), (Term::First, "S1", "semester"), (Term::Second, "S2", "semester")];

#[rustfmt::skip]
fn headers() -> Vec<RawTable> {
    vec![
        RawTable::new(MANIFEST, &["propertyName", "value"]),
        RawTable::new(ORGS, &["sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"]),
        RawTable::new(SESSIONS, &["sourcedId", "status", "dateLastModified", "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"]),
        RawTable::new(COURSES, &["sourcedId", "status", "dateLastModified", "schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes", "metadata.credit", "metadata.level", "metadata.repeatable"]),
        RawTable::new(CLASSES, &["sourcedId", "status", "dateLastModified", "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId", "termSourcedIds", "subjects", "subjectCodes", "periods", "metadata.days", "metadata.teacher", "metadata.coTeacher", "metadata.credit"]),
        RawTable::new(USERS, &["sourcedId", "status", "dateLastModified", "enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password", "userMasterIdentifier", "resourceSourcedIds", "preferredGivenName", "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns", "metadata.suffix", "metadata.enrollStatus", "metadata.cohort", "metadata.track", "metadata.homeroom", "metadata.sped", "metadata.section504", "metadata.englishLearner", "metadata.healthAlert", "metadata.custodyAlert"]),
        RawTable::new(ROLES, &["sourcedId", "status", "dateLastModified", "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId", "metadata.exitCode", "metadata.grade", "metadata.calendar"]),
        RawTable::new(DEMOGRAPHICS, &["sourcedId", "status", "dateLastModified", "birthDate", "sex"]),
        RawTable::new(ENROLLMENTS, &["sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate", "metadata.dropped"]),
        RawTable::new(TRANSCRIPT, &["userSourcedId", "schoolYear", "term", "courseCode", "title", "mark", "creditAttempted", "creditEarned", "gpaWeight", "gpaPoints", "level", "repeatCode", "orgSourcedId", "grade", "transfer", "subject", "inGpa", "teacherSourcedId"]),
        RawTable::new(GPA, &["userSourcedId", "kind", "value", "rank", "classSize", "creditAttempted", "creditEarned"]),
        RawTable::new(GRADUATION, &["userSourcedId", "requirement", "required", "earned", "inProgress", "met", "track"]),
    ]
}

pub(super) fn tables(district: &District, codes: &Codes<'_>) -> Vec<RawTable> {
    let mut tables = headers();
    for (name, value) in [("manifest.version", "1.0"), ("oneroster.version", "1.2"), ("source.systemName", "rollproof")]
    {
        tables[0].rows.push(RawRow::of(NOBODY, [name, value]));
    }
    for file in ["academicSessions", "classes", "courses", "demographics", "enrollments", "orgs", "roles", "users"] {
        tables[0].rows.push(RawRow::of(NOBODY, [format!("file.{file}"), "bulk".to_owned()]));
    }
    tables[1].rows.push(RawRow::of(NOBODY, ["org-district", "", "", "District", "district", "", ""]));
    for (position, course) in district.catalogue.courses.iter().enumerate() {
        let code = codes.course(&district.catalogue, position);
        let row = RawRow::of(NOBODY, [&format!("c{position}"), "", "", "", &course.title, &code, "", "org-district"])
            .with(course.area.code())
            .with("")
            .with(codes.credit(course.credit()))
            .with(codes.level(course.level))
            .with(codes.flag(course.repeatable));
        tables[3].rows.push(row);
    }
    tables
}

fn session(school: usize, term: Term) -> String {
    format!("ses-{}-{}", school + 1, term.canonical())
}

pub(super) fn write(
    district: &District,
    school: &School,
    data: &SchoolData,
    codes: &Codes<'_>,
    tables: &mut [RawTable],
) {
    let org = codes.school(Some(school.index));
    tables[1].rows.push(RawRow::of(NOBODY, [org.as_str(), "", "", &school.name, "school", &org, "org-district"]));
    for (term, title, kind) in TERMS {
        let (first, last) = crate::synth::program::term_days(term);
        let parent = if term == Term::Year { String::new() } else { session(school.index, Term::Year) };
        let row = RawRow::of(NOBODY, [&session(school.index, term), "", "", title, kind])
            .with(codes.day(first))
            .with(codes.last_day(Some(last)))
            .with(parent)
            .with(2026);
        tables[2].rows.push(row);
    }
    for section in &data.sections {
        for (term, number) in shared::halves(section, codes.dress) {
            let row = RawRow::of(NOBODY, [&class_id(section.school, number, codes), "", ""])
                .with(&district.catalogue.courses[section.course].title)
                .with("")
                .with(format_args!("c{}", section.course))
                .with(codes.section(number))
                .with("scheduled")
                .with(codes.room(section.room))
                .with(codes.school(Some(section.school)))
                .with(session(section.school, term))
                .with("")
                .with("")
                .with(section.period)
                .with(section.days);
            let row = parts::teachers(row, section, codes).with(codes.credit(shared::credit(district, section, term)));
            tables[4].rows.push(row);
        }
    }
    for student in &data.students {
        write_student(district, school.kind, data, student, codes, tables);
    }
}

fn class_id(school: usize, number: u32, codes: &Codes<'_>) -> String {
    format!("cls-{}-{}", school + 1, codes.section(number))
}

fn user(student: &Student, id: &str, kind: Kind, codes: &Codes<'_>) -> RawRow {
    let mut row =
        RawRow::of(student.number, [id, "", "", if student.status == Status::Active { "true" } else { "false" }])
            .with("")
            .with("")
            .with(codes.name(student.first))
            .with(codes.name(student.last))
            .with(codes.name(student.middle))
            .with(Student::local_id(student.number));
    for _ in 0..4 {
        row.push("");
    }
    let row = row
        .with(codes.grade(student.grade))
        .with("")
        .with(Student::state_id(student.number))
        .with("")
        .with(codes.name(student.preferred))
        .with("")
        .with("")
        .with(codes.school(Some(student.home)))
        .with("")
        .with(codes.name(student.suffix))
        .with(match student.status {
            Status::Active => "active",
            Status::NoShow => "no-show",
            Status::Withdrawn => "withdrawn",
        });
    parts::program(row, student, kind, codes)
}

fn write_student(
    district: &District,
    kind: Kind,
    data: &SchoolData,
    student: &Student,
    codes: &Codes<'_>,
    tables: &mut [RawTable],
) {
    let number = student.number;
    let id = format!("usr-s{}", number + 1);
    tables[5].rows.push(user(student, &id, kind, codes));
    tables[7].rows.push(RawRow::of(number, [&id, "", ""]).with(codes.day(student.birth)).with(""));
    for (place, stint) in student.stints.iter().enumerate() {
        let row = RawRow::of(number, [&format!("rol-{number}-{place}"), "", "", &id])
            .with(if stint.primary { "primary" } else { "secondary" })
            .with("student")
            .with(codes.day(stint.entry))
            .with(codes.last_day(stint.exit))
            .with(codes.school(Some(stint.school)))
            .with("")
            .with(codes.exit_code(stint.code))
            .with(codes.grade(student.grade))
            .with(codes.calendar(stint.school % 9 == 4));
        tables[6].rows.push(row);
    }
    for (place, class) in shared::written(student, codes.dress).enumerate() {
        for seat in shared::seats(district, data, class, codes.dress) {
            tables[8].rows.push(enrollment_row(student, &seat, (&id, place), codes));
        }
    }
    for line in shared::history(student, codes.dress) {
        tables[9].rows.push(transcript_row(district, student, &line, &id, codes));
    }
    for gpa in &student.gpas {
        tables[10].rows.push(parts::gpa(RawRow::of(number, [&id, gpa.kind]), gpa, codes));
    }
    for line in shared::audit(district, student, codes.dress) {
        tables[11].rows.push(parts::requirement(RawRow::of(number, [&id]), &line, student, codes));
    }
}

fn enrollment_row(student: &Student, seat: &Seat<'_>, (id, place): (&str, usize), codes: &Codes<'_>) -> RawRow {
    RawRow::of(student.number, [&format!("enr-{}-{place}-{}", student.number, seat.term.canonical()), "", ""])
        .with(class_id(seat.section.school, seat.number, codes))
        .with(codes.school(Some(seat.section.school)))
        .with(id)
        .with("student")
        .with("false")
        .with(codes.day(seat.start))
        .with(codes.last_day(Some(seat.end)))
        .with(codes.flag(seat.dropped))
}

fn transcript_row(district: &District, student: &Student, line: &Graded, id: &str, codes: &Codes<'_>) -> RawRow {
    let course = &district.catalogue.courses[line.course];
    RawRow::new(student.number)
        .with(id)
        .with(line.year)
        .with(line.term.canonical())
        .with(codes.course(&district.catalogue, line.course))
        .with(&course.title)
        .with(codes.mark(line.mark))
        .with(codes.credit(line.attempted))
        .with(codes.credit(line.earned))
        .with(if line.in_gpa { codes.credit(line.attempted) } else { String::new() })
        .with(codes.points(line.points))
        .with(codes.level(line.level))
        .with(if line.repeat { "R" } else { "" })
        .with(codes.school(line.school))
        .with(codes.grade(line.grade))
        .with(codes.flag(line.school.is_none()))
        .with(course.area.code())
        .with(codes.flag(line.in_gpa))
        .with(codes.teacher(line.teacher))
}

/// Everything hops through the sourced id.
const HOP: (&str, &[(&str, &str)], &[(Field, &str)]) =
    (USERS, &[("userSourcedId", "sourcedId")], &[(Field::StudentId, "identifier")]);

#[rustfmt::skip]
pub(super) fn binding() -> Binding {
    use Field as F;
    let student = Block::of(Entity::Student, USERS, &[
        (F::StudentId, "identifier"), (F::StateId, "userMasterIdentifier"), (F::LastName, "familyName"),
        (F::FirstName, "givenName"), (F::MiddleName, "middleName"), (F::Suffix, "metadata.suffix"),
        (F::PreferredName, "preferredGivenName"), (F::GradeLevel, "grades"), (F::School, "primaryOrgSourcedId"),
        (F::Status, "metadata.enrollStatus"), (F::Cohort, "metadata.cohort"), (F::Track, "metadata.track"),
        (F::Homeroom, "metadata.homeroom"), (F::SpecialEducation, "metadata.sped"),
        (F::Section504, "metadata.section504"), (F::EnglishLearner, "metadata.englishLearner"),
        (F::HealthAlert, "metadata.healthAlert"), (F::CustodyAlert, "metadata.custodyAlert"),
    ])
    .joined(DEMOGRAPHICS, &[("sourcedId", "sourcedId")], &[(F::BirthDate, "birthDate")]);
    let enrollment = Block::of(Entity::Enrollment, ROLES, &[
        (F::School, "orgSourcedId"), (F::EntryDate, "beginDate"), (F::ExitDate, "endDate"),
        (F::ExitCode, "metadata.exitCode"), (F::GradeLevel, "metadata.grade"), (F::Primary, "roleType"),
        (F::Calendar, "metadata.calendar"),
    ])
    .joined(HOP.0, HOP.1, HOP.2)
    .only("role", "student");
    let course = Block::of(Entity::Course, COURSES, &[
        (F::Course, "courseCode"), (F::Title, "title"), (F::Credit, "metadata.credit"), (F::SubjectArea, "subjects"),
        (F::Level, "metadata.level"), (F::Repeatable, "metadata.repeatable"),
    ]);
    let schedule = Block::of(Entity::Schedule, ENROLLMENTS, &[
        (F::School, "schoolSourcedId"), (F::StartDate, "beginDate"), (F::EndDate, "endDate"),
    ])
    .joined(HOP.0, HOP.1, HOP.2)
    .joined(CLASSES, &[("classSourcedId", "sourcedId")], &[
        // The course is a further hop: its own id in the class stands for its code.
        (F::Course, "courseSourcedId"), (F::Section, "classCode"), (F::Term, "termSourcedIds"), (F::Period, "periods"),
        (F::Days, "metadata.days"), (F::Teacher, "metadata.teacher"), (F::CoTeacher, "metadata.coTeacher"),
        (F::Room, "location"), (F::Credit, "metadata.credit"),
    ])
    .dropped("metadata.dropped", "true")
    .only("role", "student");
    let [transcript, gpa, graduation] = side_files();
    let mut all = words(Entity::Transcript, F::Term, &[("FY", "FY"), ("S1", "S1"), ("S2", "S2"), ("SU", "SU")]);
    all.extend(words(Entity::Schedule, F::Term, &[("FY", "..FY"), ("S1", "..S1"), ("S2", "..S2")]));
    let statuses = [("active", "active"), ("no-show", "no-show"), ("withdrawn", "withdrawn")];
    all.extend(words(Entity::Student, F::Status, &statuses));
    all.extend(words(Entity::Enrollment, F::Primary, &[("true", "primary"), ("false", "secondary")]));
    all.extend(super::codes::common_words(["true", "false"], ["true", "false"], ["regular", "honors", "ap"], ["CR", "NC"]));
    Binding {
        blocks: vec![student, enrollment, course, schedule, transcript, gpa, graduation],
        words: all,
        slashes: false,
        exclusive: true,
        year: YearForm::Ends,
    }
}

/// The files that stand beside the specification's own.
#[rustfmt::skip]
fn side_files() -> [Block; 3] {
    use Field as F;
    let transcript = Block::of(Entity::Transcript, TRANSCRIPT, &[
        (F::SchoolYear, "schoolYear"), (F::Term, "term"), (F::Course, "courseCode"), (F::Title, "title"),
        (F::Mark, "mark"), (F::CreditAttempted, "creditAttempted"), (F::CreditEarned, "creditEarned"),
        (F::GpaWeight, "gpaWeight"), (F::GpaPoints, "gpaPoints"), (F::Level, "level"), (F::RepeatCode, "repeatCode"),
        (F::School, "orgSourcedId"), (F::GradeLevel, "grade"), (F::Transfer, "transfer"), (F::SubjectArea, "subject"),
        (F::InGpa, "inGpa"), (F::Teacher, "teacherSourcedId"),
    ])
    .joined(HOP.0, HOP.1, HOP.2);
    let gpa = Block::of(Entity::Gpa, GPA, &[
        (F::GpaKind, "kind"), (F::Value, "value"), (F::Rank, "rank"), (F::ClassSize, "classSize"),
        (F::CreditAttempted, "creditAttempted"), (F::CreditEarned, "creditEarned"),
    ])
    .joined(HOP.0, HOP.1, HOP.2);
    let graduation = Block::of(Entity::Graduation, GRADUATION, &[
        (F::Requirement, "requirement"), (F::Required, "required"), (F::Earned, "earned"),
        (F::InProgress, "inProgress"), (F::Met, "met"), (F::Track, "track"),
    ])
    .joined(HOP.0, HOP.1, HOP.2);
    [transcript, gpa, graduation]
}
