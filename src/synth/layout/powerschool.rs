//! PowerSchool data export: Students, CC, Sections, Terms, Courses, StoredGrades and two views, tab-separated, joined
//! through internal ids; end dates are the day after.

use super::codes::Codes;
use super::parts;
use super::shared::{self, Seat};
use crate::canonical::{Entity, Field};
use crate::synth::binding::{Binding, Block, YearForm, words};
use crate::synth::district::{District, School, SchoolData};
use crate::synth::raw::{NOBODY, RawRow, RawTable};
use crate::synth::student::{Graded, Status, Student, Term};

const STUDENTS: &str = "students.txt";
const ENROLLMENTS: &str = "ps_enrollment_all.txt";
const COURSES: &str = "courses.txt";
const TERMS: &str = "terms.txt";
const SECTIONS: &str = "sections.txt";
const CC: &str = "cc.txt";
const STORED: &str = "storedgrades.txt";
const GRADREQ: &str = "u_gradreq.txt";

#[rustfmt::skip]
fn headers() -> Vec<RawTable> {
    vec![
        RawTable::new(STUDENTS, &["dcid", "id", "student_number", "state_studentnumber", "last_name", "first_name", "middle_name", "name_suffix", "preferred_name", "dob", "grade_level", "schoolid", "enroll_status", "classof", "track", "home_room", "sped", "section_504", "ell", "med_alert", "guardian_alert", "cumulative_gpa", "simple_gpa", "class_rank", "simple_rank", "class_size", "credit_attempted", "credit_earned"]),
        RawTable::new(ENROLLMENTS, &["studentid", "schoolid", "entrydate", "exitdate", "exitcode", "grade_level", "primary", "calendar"]),
        RawTable::new(COURSES, &["course_number", "course_name", "credit_hours", "credittype", "course_level", "repeatable"]),
        RawTable::new(TERMS, &["dcid", "id", "schoolid", "yearid", "name", "abbreviation", "isyearrec"]),
        RawTable::new(SECTIONS, &["dcid", "id", "course_number", "section_number", "termid", "teacher", "coteacher", "schoolid", "room", "credit"]),
        RawTable::new(CC, &["dcid", "studentid", "sectionid", "course_number", "section_number", "termid", "dateenrolled", "dateleft", "expression", "schoolid"]),
        RawTable::new(STORED, &["dcid", "studentid", "termid", "storecode", "course_number", "course_name", "grade", "gpa_points", "gpa_weight", "potentialcrhrs", "earnedcrhrs", "credit_type", "course_level", "excludefromgpa", "repeat_code", "schoolid", "is_transfer", "grade_level", "teacher"]),
        RawTable::new(GRADREQ, &["studentid", "requirement", "required", "earned", "inprogress", "met", "track"]),
    ]
}

pub(super) fn tables(district: &District, codes: &Codes<'_>) -> Vec<RawTable> {
    let mut tables = headers();
    tables[2].rows.extend(parts::courses(&district.catalogue, codes));
    tables
}

/// `3501`: years since 1990 and a number of the term, which is unique only within a school.
fn term_id(year: i16, term: Term, codes: &Codes<'_>) -> i32 {
    let number = match term {
        Term::Year => 0,
        Term::First => 1,
        Term::Second => 2,
        Term::Summer => 3,
    };
    (i32::from(year) - 1991) * 100 + if codes.dress.renumber_terms { 20 + number } else { number }
}

/// Internal ids differ from every number that people know.
fn internal(student: u32) -> u64 {
    u64::from(student) * 3 + 9_001
}

fn section_id(seat: (usize, u32), codes: &Codes<'_>) -> u64 {
    (seat.0 as u64 + 1) * 10_000_000 + u64::from(codes.section(seat.1))
}

pub(super) fn write(
    district: &District,
    school: &School,
    data: &SchoolData,
    codes: &Codes<'_>,
    tables: &mut [RawTable],
) {
    for (i, (term, name)) in
        [(Term::Year, "FY"), (Term::First, "S1"), (Term::Second, "S2"), (Term::Summer, "SU")].into_iter().enumerate()
    {
        let row = RawRow::new(NOBODY)
            .with(school.index * 10 + i + 1)
            .with(term_id(2026, term, codes))
            .with(codes.school(Some(school.index)))
            .with(35)
            .with(["2025-2026", "Semester 1", "Semester 2", "Summer"][i])
            .with(name)
            .with(u8::from(i == 0));
        tables[3].rows.push(row);
    }
    for section in &data.sections {
        for (term, number) in shared::halves(section, codes.dress) {
            let id = section_id((section.school, number), codes);
            let row = RawRow::new(NOBODY)
                .with(id + 1)
                .with(id)
                .with(codes.course(&district.catalogue, section.course))
                .with(codes.section(number))
                .with(term_id(2026, term, codes));
            let row = parts::teachers(row, section, codes)
                .with(codes.school(Some(section.school)))
                .with(codes.room(section.room))
                .with(codes.credit(shared::credit(district, section, term)));
            tables[4].rows.push(row);
        }
    }
    for student in &data.students {
        tables[0].rows.push(identity(student, school, codes));
        write_student(district, data, student, codes, tables);
    }
}

fn identity(student: &Student, school: &School, codes: &Codes<'_>) -> RawRow {
    let id = internal(student.number);
    let row = RawRow::new(student.number).with(id + 500_000_000).with(id).with(Student::local_id(student.number));
    let row = parts::person(row, student, codes).with(match student.status {
        Status::Active => 0,
        Status::NoShow => -1,
        Status::Withdrawn => 2,
    });
    parts::gpa_columns(parts::program(row, student, school.kind, codes), student, codes)
}

fn write_student(
    district: &District,
    data: &SchoolData,
    student: &Student,
    codes: &Codes<'_>,
    tables: &mut [RawTable],
) {
    let id = internal(student.number);
    for stint in &student.stints {
        let row = RawRow::new(student.number).with(id);
        tables[1].rows.push(parts::stint(row, stint, student, codes.flag(stint.primary), codes));
    }
    for (place, class) in shared::written(student, codes.dress).enumerate() {
        for seat in shared::seats(district, data, class, codes.dress) {
            let dcid = id * 64 + place as u64 * 2 + u64::from(seat.term == Term::Second);
            tables[5].rows.push(seat_row(district, student, &seat, (id, dcid), codes));
        }
    }
    for (place, line) in shared::history(student, codes.dress).iter().enumerate() {
        tables[6].rows.push(stored(district, student, line, (id, id * 128 + place as u64), codes));
    }
    for line in shared::audit(district, student, codes.dress) {
        let row = RawRow::new(student.number).with(id);
        tables[7].rows.push(parts::requirement(row, &line, student, codes));
    }
}

fn seat_row(
    district: &District,
    student: &Student,
    seat: &Seat<'_>,
    (id, dcid): (u64, u64),
    codes: &Codes<'_>,
) -> RawRow {
    let section = section_id((seat.section.school, seat.number), codes);
    RawRow::new(student.number)
        .with(dcid)
        .with(id)
        // A dropped class keeps its section under a minus sign.
        .with(format_args!("{}{section}", if seat.dropped { "-" } else { "" }))
        .with(codes.course(&district.catalogue, seat.section.course))
        .with(codes.section(seat.number))
        .with(term_id(2026, seat.term, codes))
        .with(codes.day(seat.start))
        .with(codes.last_day(Some(seat.end)))
        .with(format_args!(
            "{}({})",
            seat.section.period,
            if seat.section.days == "AB" { "A-B" } else { seat.section.days }
        ))
        .with(codes.school(Some(seat.section.school)))
}

fn stored(district: &District, student: &Student, line: &Graded, (id, dcid): (u64, u64), codes: &Codes<'_>) -> RawRow {
    let course = &district.catalogue.courses[line.course];
    RawRow::new(student.number)
        .with(dcid)
        .with(id)
        .with(term_id(line.year, line.term, codes))
        .with(match line.term {
            Term::Year => "Y1",
            Term::First => "S1",
            Term::Second => "S2",
            Term::Summer => "SU",
        })
        .with(codes.course(&district.catalogue, line.course))
        .with(&course.title)
        .with(codes.mark(line.mark))
        .with(codes.points(line.points))
        .with(if line.in_gpa { codes.credit(line.attempted) } else { String::new() })
        .with(codes.credit(line.attempted))
        .with(codes.credit(line.earned))
        .with(course.area.code())
        .with(codes.level(line.level))
        .with(codes.flag(!line.in_gpa))
        .with(if line.repeat { "R" } else { "" })
        .with(codes.school(line.school))
        .with(codes.flag(line.school.is_none()))
        .with(codes.grade(line.grade))
        .with(codes.teacher(line.teacher))
}

/// Everything hops through the internal id.
const HOP: (&str, &[(&str, &str)], &[(Field, &str)]) =
    (STUDENTS, &[("studentid", "id")], &[(Field::StudentId, "student_number")]);

pub(super) fn binding() -> Binding {
    use Field as F;
    let student = Block::of(
        Entity::Student,
        STUDENTS,
        &[
            (F::StudentId, "student_number"),
            (F::StateId, "state_studentnumber"),
            (F::LastName, "last_name"),
            (F::FirstName, "first_name"),
            (F::MiddleName, "middle_name"),
            (F::Suffix, "name_suffix"),
            (F::PreferredName, "preferred_name"),
            (F::BirthDate, "dob"),
            (F::GradeLevel, "grade_level"),
            (F::School, "schoolid"),
            (F::Status, "enroll_status"),
            (F::Cohort, "classof"),
            (F::Track, "track"),
            (F::Homeroom, "home_room"),
            (F::SpecialEducation, "sped"),
            (F::Section504, "section_504"),
            (F::EnglishLearner, "ell"),
            (F::HealthAlert, "med_alert"),
            (F::CustodyAlert, "guardian_alert"),
        ],
    );
    let gpa = |kind: &str, value: &str, rank: &str| {
        let columns = [
            (F::StudentId, "student_number"),
            (F::Value, value),
            (F::Rank, rank),
            (F::ClassSize, "class_size"),
            (F::CreditAttempted, "credit_attempted"),
            (F::CreditEarned, "credit_earned"),
        ];
        Block::of(Entity::Gpa, STUDENTS, &columns).constant(F::GpaKind, kind)
    };
    let blocks = vec![
        student,
        enrollment(),
        course(),
        schedule(),
        transcript(),
        gpa("weighted", "cumulative_gpa", "class_rank"),
        gpa("unweighted", "simple_gpa", "simple_rank"),
        graduation(),
    ];
    let mut all = words(Entity::Transcript, F::Term, &[("FY", "Y1"), ("S1", "S1"), ("S2", "S2"), ("SU", "SU")]);
    all.extend(words(Entity::Schedule, F::Term, &[("FY", "..00"), ("S1", "..01"), ("S2", "..02")]));
    all.extend(words(Entity::Student, F::Status, &[("active", "0"), ("no-show", "-1"), ("withdrawn", "2")]));
    all.extend(super::codes::common_words(["1", "0"], ["0", "1"], ["REG", "HON", "AP"], ["P", "N"]));
    Binding { blocks, words: all, slashes: true, exclusive: true, year: YearForm::Prefix1990 }
}

fn enrollment() -> Block {
    use Field as F;
    let columns = [
        (F::School, "schoolid"),
        (F::EntryDate, "entrydate"),
        (F::ExitDate, "exitdate"),
        (F::ExitCode, "exitcode"),
        (F::GradeLevel, "grade_level"),
        (F::Primary, "primary"),
        (F::Calendar, "calendar"),
    ];
    Block::of(Entity::Enrollment, ENROLLMENTS, &columns).joined(HOP.0, HOP.1, HOP.2)
}

fn course() -> Block {
    use Field as F;
    let columns = [
        (F::Course, "course_number"),
        (F::Title, "course_name"),
        (F::Credit, "credit_hours"),
        (F::SubjectArea, "credittype"),
        (F::Level, "course_level"),
        (F::Repeatable, "repeatable"),
    ];
    Block::of(Entity::Course, COURSES, &columns)
}

fn schedule() -> Block {
    use Field as F;
    let columns = [
        (F::Term, "termid"),
        (F::Course, "course_number"),
        (F::Section, "section_number"),
        (F::School, "schoolid"),
        (F::Period, "expression"),
        (F::Days, "expression"),
        (F::StartDate, "dateenrolled"),
        (F::EndDate, "dateleft"),
    ];
    let theirs = [(F::Teacher, "teacher"), (F::CoTeacher, "coteacher"), (F::Room, "room"), (F::Credit, "credit")];
    Block::of(Entity::Schedule, CC, &columns)
        .joined(HOP.0, HOP.1, HOP.2)
        .joined(SECTIONS, &[("sectionid", "id")], &theirs)
        .dropped("sectionid", "-")
}

fn transcript() -> Block {
    use Field as F;
    let columns = [
        (F::SchoolYear, "termid"),
        (F::Term, "storecode"),
        (F::Course, "course_number"),
        (F::Title, "course_name"),
        (F::Mark, "grade"),
        (F::CreditAttempted, "potentialcrhrs"),
        (F::CreditEarned, "earnedcrhrs"),
        (F::GpaWeight, "gpa_weight"),
        (F::GpaPoints, "gpa_points"),
        (F::Level, "course_level"),
        (F::RepeatCode, "repeat_code"),
        (F::School, "schoolid"),
        (F::GradeLevel, "grade_level"),
        (F::Transfer, "is_transfer"),
        (F::SubjectArea, "credit_type"),
        (F::InGpa, "excludefromgpa"),
        (F::Teacher, "teacher"),
    ];
    Block::of(Entity::Transcript, STORED, &columns).joined(HOP.0, HOP.1, HOP.2)
}

fn graduation() -> Block {
    use Field as F;
    let columns = [
        (F::Requirement, "requirement"),
        (F::Required, "required"),
        (F::Earned, "earned"),
        (F::InProgress, "inprogress"),
        (F::Met, "met"),
        (F::Track, "track"),
    ];
    Block::of(Entity::Graduation, GRADREQ, &columns).joined(HOP.0, HOP.1, HOP.2)
}
