//! Aeries tables as CSV: STU, ENR, CRS, MST, SEC, HIS, and the graduation status; upper-case names, zero-padded ids,
//! Windows-1252.

use super::codes::Codes;
use super::{parts, shared};
use crate::canonical::{Entity, Field};
use crate::synth::binding::{Binding, Block, YearForm, words};
use crate::synth::district::{District, School, SchoolData};
use crate::synth::raw::{NOBODY, RawRow, RawTable};
use crate::synth::student::{Graded, Status, Student, Term};

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
    for section in &data.sections {
        for (term, number) in shared::halves(section, codes.dress) {
            let row = RawRow::new(NOBODY)
                .with(codes.school(Some(section.school)))
                .with(codes.section(number))
                .with(codes.course(&district.catalogue, section.course))
                .with(semester(term))
                .with(section.period)
                .with(section.days);
            let row = parts::teachers(row, section, codes)
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
    let row = parts::person(RawRow::new(student.number).with(id), student, codes).with(match student.status {
        Status::Active => "",
        Status::NoShow => "N",
        Status::Withdrawn => "I",
    });
    parts::gpa_columns(parts::program(row, student, school.kind, codes), student, codes)
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
        let row = RawRow::new(student.number).with(id);
        tables[1].rows.push(parts::stint(row, stint, student, codes.flag(stint.primary), codes));
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
        let row = RawRow::new(student.number).with(id);
        tables[6].rows.push(parts::requirement(row, &line, student, codes));
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
