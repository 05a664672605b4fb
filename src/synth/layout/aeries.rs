//! Aeries tables as CSV: STU, ENR, CRS, MST, SEC, HIS, and the graduation status; upper-case names, zero-padded ids,
//! Windows-1252.

use super::codes::Codes;
use super::shared;
use crate::canonical::{Entity, Field};
use crate::synth::binding::{Binding, Block, YearForm, words};
use crate::synth::district::{District, School, SchoolData};
use crate::synth::raw::{NOBODY, RawRow, RawTable};
use crate::synth::student::{Gpa, Graded, Status, Student, Term};

const STU: &str = "STU.csv";
const ENR: &str = "ENR.csv";
const CRS: &str = "CRS.csv";
const MST: &str = "MST.csv";
const SEC: &str = "SEC.csv";
const HIS: &str = "HIS.csv";
const GRQ: &str = "GRQ.csv";

#[rustfmt::skip]
fn headers() -> Vec<RawTable> {
    vec![
        RawTable::new(STU, &["ID", "CID", "LN", "FN", "MN", "SX", "AKA", "BD", "GR", "SC", "TG", "GYR", "TRK", "HR", "SPE", "504", "EL", "HLT", "CST", "GP", "GPN", "CR", "CRN", "CS", "CA", "CC"]),
        RawTable::new(ENR, &["ID", "SC", "ED", "LD", "ER", "GR", "PR", "CAL"]),
        RawTable::new(CRS, &["CN", "CO", "CR", "SA", "LV", "RP"]),
        RawTable::new(MST, &["SC", "SE", "CN", "SM", "PD", "DY", "TN", "TN2", "RM", "CR"]),
        RawTable::new(SEC, &["ID", "SC", "SE", "DE", "DL", "TG"]),
        RawTable::new(HIS, &["PID", "YR", "TE", "CN", "CO", "MK", "CA", "CC", "GW", "GPT", "HL", "RT", "ST", "GR", "TF", "SA", "NG", "TN"]),
        RawTable::new(GRQ, &["PID", "RQ", "CR", "CE", "CP", "MT", "TRK"]),
    ]
}

pub(super) fn tables(district: &District, codes: &Codes<'_>) -> Vec<RawTable> {
    let mut tables = headers();
    for (position, course) in district.catalogue.courses.iter().enumerate() {
        let row = RawRow::new(NOBODY)
            .with(codes.course(&district.catalogue, position))
            .with(&course.title)
            .with(codes.credit(course.credit()))
            .with(course.area.code())
            .with(codes.level(course.level))
            .with(codes.flag(course.repeatable));
        tables[2].rows.push(row);
    }
    tables
}

pub(super) fn write(
    district: &District,
    school: &School,
    data: &SchoolData,
    codes: &Codes<'_>,
    tables: &mut [RawTable],
) {
    for section in &data.sections {
        for (term, number) in shared::halves(section, codes.dress) {
            let row = RawRow::new(NOBODY)
                .with(codes.school(Some(section.school)))
                .with(codes.section(number))
                .with(codes.course(&district.catalogue, section.course))
                .with(semester(term))
                .with(section.period)
                .with(section.days)
                .with(codes.teacher(section.teacher))
                .with(section.co_teacher.map_or_else(String::new, |t| codes.teacher(t)))
                .with(codes.room(section.room))
                .with(codes.credit(shared::credit(district, section, term)));
            tables[3].rows.push(row);
        }
    }
    for student in &data.students {
        let id = Student::local_id(student.number);
        tables[0].rows.push(identity(student, school, &id, codes));
        write_student(district, data, student, &id, codes, tables);
    }
}

const fn semester(term: Term) -> &'static str {
    match term {
        Term::Year => "Y",
        Term::First => "F",
        Term::Second => "S",
        Term::Summer => "R",
    }
}

fn identity(student: &Student, school: &School, id: &str, codes: &Codes<'_>) -> RawRow {
    let gpa = |kind: usize, show: fn(&Codes<'_>, &Gpa) -> String| {
        student.gpas.get(kind).map_or_else(String::new, |g| show(codes, g))
    };
    let mut row = RawRow::new(student.number)
        .with(id)
        .with(Student::state_id(student.number))
        .with(codes.name(student.last))
        .with(codes.name(student.first))
        .with(codes.name(student.middle))
        .with(codes.name(student.suffix))
        .with(codes.name(student.preferred))
        .with(codes.day(student.birth))
        .with(codes.grade(student.grade))
        .with(codes.school(Some(student.home)))
        .with(match student.status {
            Status::Active => "",
            Status::NoShow => "N",
            Status::Withdrawn => "I",
        })
        .with(student.cohort)
        .with(student.track)
        .with(codes.homeroom(student, school.kind));
    for flag in student.flags {
        row.push(codes.flag(flag));
    }
    row.with(gpa(0, |c, g| c.gpa(g)))
        .with(gpa(1, |c, g| c.gpa(g)))
        .with(gpa(0, |c, g| c.rank(g.rank)))
        .with(gpa(1, |c, g| c.rank(g.rank)))
        .with(gpa(0, |c, g| c.rank(g.class_size)))
        .with(gpa(0, |c, g| c.credit(g.attempted)))
        .with(gpa(0, |c, g| c.credit(g.earned)))
}

fn write_student(
    district: &District,
    data: &SchoolData,
    student: &Student,
    id: &str,
    codes: &Codes<'_>,
    tables: &mut [RawTable],
) {
    for stint in &student.stints {
        let row = RawRow::new(student.number)
            .with(id)
            .with(codes.school(Some(stint.school)))
            .with(codes.day(stint.entry))
            .with(codes.last_day(stint.exit))
            .with(codes.exit_code(stint.code))
            .with(codes.grade(student.grade))
            .with(codes.flag(stint.primary))
            .with(codes.calendar(stint.school % 9 == 4));
        tables[1].rows.push(row);
    }
    for class in shared::written(student, codes.dress) {
        for seat in shared::seats(district, data, class, codes.dress) {
            let row = RawRow::new(student.number)
                .with(id)
                .with(codes.school(Some(seat.section.school)))
                .with(codes.section(seat.number))
                .with(codes.day(seat.start))
                .with(codes.last_day(Some(seat.end)))
                .with(if seat.dropped { "D" } else { "" });
            tables[4].rows.push(row);
        }
    }
    for line in shared::history(student, codes.dress) {
        tables[5].rows.push(history_row(district, student, &line, id, codes));
    }
    for line in shared::audit(district, student, codes.dress) {
        let row = RawRow::new(student.number)
            .with(id)
            .with(line.code)
            .with(codes.credit(line.required))
            .with(codes.credit(line.earned))
            .with(codes.credit(line.in_progress))
            .with(codes.flag(line.earned >= line.required))
            .with(student.track);
        tables[6].rows.push(row);
    }
}

fn history_row(district: &District, student: &Student, line: &Graded, id: &str, codes: &Codes<'_>) -> RawRow {
    let course = &district.catalogue.courses[line.course];
    RawRow::new(student.number)
        .with(id)
        .with(line.year)
        .with(match line.term {
            Term::Year => "Y",
            Term::First => "1",
            Term::Second => "2",
            Term::Summer => "S",
        })
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
        .with(codes.flag(!line.in_gpa))
        .with(codes.teacher(line.teacher))
}

pub(super) fn binding() -> Binding {
    use Field as F;
    let student = Block::of(
        Entity::Student,
        STU,
        &[
            (F::StudentId, "ID"),
            (F::StateId, "CID"),
            (F::LastName, "LN"),
            (F::FirstName, "FN"),
            (F::MiddleName, "MN"),
            (F::Suffix, "SX"),
            (F::PreferredName, "AKA"),
            (F::BirthDate, "BD"),
            (F::GradeLevel, "GR"),
            (F::School, "SC"),
            (F::Status, "TG"),
            (F::Cohort, "GYR"),
            (F::Track, "TRK"),
            (F::Homeroom, "HR"),
            (F::SpecialEducation, "SPE"),
            (F::Section504, "504"),
            (F::EnglishLearner, "EL"),
            (F::HealthAlert, "HLT"),
            (F::CustodyAlert, "CST"),
        ],
    );
    let gpa = |kind: &str, value: &str, rank: &str| {
        Block::of(
            Entity::Gpa,
            STU,
            &[
                (F::StudentId, "ID"),
                (F::Value, value),
                (F::Rank, rank),
                (F::ClassSize, "CS"),
                (F::CreditAttempted, "CA"),
                (F::CreditEarned, "CC"),
            ],
        )
        .constant(F::GpaKind, kind)
    };
    let blocks = vec![
        student,
        enrollment(),
        course(),
        schedule(),
        transcript(),
        gpa("weighted", "GP", "CR"),
        gpa("unweighted", "GPN", "CRN"),
        graduation(),
    ];
    let mut all = words(Entity::Transcript, F::Term, &[("FY", "Y"), ("S1", "1"), ("S2", "2"), ("SU", "S")]);
    all.extend(words(Entity::Schedule, F::Term, &[("FY", "Y"), ("S1", "F"), ("S2", "S")]));
    all.extend(words(Entity::Student, F::Status, &[("active", ""), ("no-show", "N"), ("withdrawn", "I")]));
    all.extend(super::codes::common_words(["Y", "N"], ["N", "Y"], ["", "H", "A"], ["P", "NP"]));
    Binding { blocks, words: all, slashes: true, exclusive: false, year: YearForm::Ends }
}

fn enrollment() -> Block {
    use Field as F;
    Block::of(
        Entity::Enrollment,
        ENR,
        &[
            (F::StudentId, "ID"),
            (F::School, "SC"),
            (F::EntryDate, "ED"),
            (F::ExitDate, "LD"),
            (F::ExitCode, "ER"),
            (F::GradeLevel, "GR"),
            (F::Primary, "PR"),
            (F::Calendar, "CAL"),
        ],
    )
}

fn course() -> Block {
    use Field as F;
    let columns = [
        (F::Course, "CN"),
        (F::Title, "CO"),
        (F::Credit, "CR"),
        (F::SubjectArea, "SA"),
        (F::Level, "LV"),
        (F::Repeatable, "RP"),
    ];
    Block::of(Entity::Course, CRS, &columns)
}

fn schedule() -> Block {
    use Field as F;
    Block::of(
        Entity::Schedule,
        SEC,
        &[(F::StudentId, "ID"), (F::School, "SC"), (F::Section, "SE"), (F::StartDate, "DE"), (F::EndDate, "DL")],
    )
    .joined(
        MST,
        &[("SC", "SC"), ("SE", "SE")],
        &[
            (F::Course, "CN"),
            (F::Term, "SM"),
            (F::Period, "PD"),
            (F::Days, "DY"),
            (F::Teacher, "TN"),
            (F::CoTeacher, "TN2"),
            (F::Room, "RM"),
            (F::Credit, "CR"),
        ],
    )
    .dropped("TG", "D")
}

fn transcript() -> Block {
    use Field as F;
    Block::of(
        Entity::Transcript,
        HIS,
        &[
            (F::StudentId, "PID"),
            (F::SchoolYear, "YR"),
            (F::Term, "TE"),
            (F::Course, "CN"),
            (F::Title, "CO"),
            (F::Mark, "MK"),
            (F::CreditAttempted, "CA"),
            (F::CreditEarned, "CC"),
            (F::GpaWeight, "GW"),
            (F::GpaPoints, "GPT"),
            (F::Level, "HL"),
            (F::RepeatCode, "RT"),
            (F::School, "ST"),
            (F::GradeLevel, "GR"),
            (F::Transfer, "TF"),
            (F::SubjectArea, "SA"),
            (F::InGpa, "NG"),
            (F::Teacher, "TN"),
        ],
    )
}

fn graduation() -> Block {
    use Field as F;
    let columns = [
        (F::StudentId, "PID"),
        (F::Requirement, "RQ"),
        (F::Required, "CR"),
        (F::Earned, "CE"),
        (F::InProgress, "CP"),
        (F::Met, "MT"),
        (F::Track, "TRK"),
    ];
    Block::of(Entity::Graduation, GRQ, &columns)
}
