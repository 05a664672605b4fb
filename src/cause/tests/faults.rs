//! Systemic faults as conversions make them, each with what the cause must say.

use super::district::{COURSES, Chance, Table, Tables};
use crate::canonical::{Entity, Field};

/// What a row of the new side becomes.
enum Act {
    /// The field gets this text.
    Set(fn(&Table, usize) -> Option<String>),
    /// The row is not there.
    Drop,
    /// The row is there twice.
    Double,
}

/// A fault: which rows, what happens, and what the cause must say.
pub(super) struct Fault {
    pub(super) name: &'static str,
    pub(super) entity: Entity,
    pub(super) field: Field,
    rows: fn(&Table, usize, &str) -> bool,
    act: Act,
    /// Parts of the sentence; `{}` is the school.
    pub(super) says: &'static [&'static str],
}

/// A planted fault: the rows of the legacy side, or of the new side where it added them.
pub(super) struct Planted {
    pub(super) fault: usize,
    pub(super) school: String,
    pub(super) legacy: Vec<usize>,
    /// Rows as they were added.
    pub(super) added: Vec<Vec<String>>,
}

fn in_school(t: &Table, row: usize, school: &str) -> bool {
    t.get(row, Field::School) == school
}

fn is(t: &Table, row: usize, field: Field, value: &str) -> bool {
    t.get(row, field) == value
}

const fn set(
    name: &'static str,
    entity: Entity,
    field: Field,
    rows: fn(&Table, usize, &str) -> bool,
    to: fn(&Table, usize) -> Option<String>,
    says: &'static [&'static str],
) -> Fault {
    Fault { name, entity, field, rows, act: Act::Set(to), says }
}

const fn drop(
    name: &'static str,
    entity: Entity,
    rows: fn(&Table, usize, &str) -> bool,
    says: &'static [&'static str],
) -> Fault {
    Fault { name, entity, field: Field::StudentId, rows, act: Act::Drop, says }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn number(t: &Table, row: usize, field: Field, by: i64) -> Option<String> {
    Some((t.get(row, field).parse::<i64>().ok()? + by).to_string())
}

fn unsigned(t: &Table, row: usize) -> Option<String> {
    t.get(row, Field::Mark).strip_suffix(['+', '-']).map(str::to_owned)
}

fn day(text: &str, by: i32) -> Option<String> {
    let date: jiff::civil::Date = text.parse().ok()?;
    Some(date.checked_add(jiff::Span::new().days(by)).ok()?.to_string())
}

use Entity::{Enrollment as E, Gpa as G, Schedule as C, Student as S, Transcript as T};
use Field as F;

/// All faults.
pub(super) static FAULTS: &[Fault] = &[
    set(
        "one weight flag",
        T,
        F::GpaWeight,
        |t, r, _| is(t, r, F::Course, "SCI11AP"),
        |_, _| some("0"),
        &["gpa weight", "`1` became `0`", "course SCI11AP"],
    ),
    set(
        "weights of a school's AP",
        T,
        F::GpaWeight,
        |t, r, s| in_school(t, r, s) && is(t, r, F::Level, "ap"),
        |_, _| some("0"),
        &["gpa weight", "school {}", "level ap"],
    ),
    drop(
        "one school's summer",
        T,
        |t, r, s| in_school(t, r, s) && is(t, r, F::Term, "SU"),
        &["transcript records missing", "school {}", "term SU"],
    ),
    drop("transfers", T, |t, r, _| is(t, r, F::Transfer, "true"), &["transcript records missing", "transfer true"]),
    drop(
        "grade 9 history",
        T,
        |t, r, _| is(t, r, F::GradeLevel, "9"),
        &["transcript records missing", "grade level 9"],
    ),
    drop("last rows of the file", T, |t, r, _| r * 100 >= t.rows.len() * 96, &["transcript records missing", "last"]),
    set("P is 2.0", T, F::Mark, |t, r, _| is(t, r, F::Mark, "P"), |_, _| some("2.0"), &["mark `P` became `2.0`"]),
    set("W is WF", T, F::Mark, |t, r, _| is(t, r, F::Mark, "W"), |_, _| some("WF"), &["mark `W` became `WF`"]),
    set(
        "E is F at a school",
        T,
        F::Mark,
        |t, r, s| in_school(t, r, s) && is(t, r, F::Mark, "E"),
        |_, _| some("F"),
        &["mark `E` became `F`", "school {}"],
    ),
    set(
        "plus and minus",
        T,
        F::Mark,
        |t, r, s| in_school(t, r, s) && unsigned(t, r).is_some(),
        unsigned,
        &["mark without its plus or minus", "school {}"],
    ),
    set(
        "S2 in S1 for a year",
        T,
        F::Term,
        |t, r, _| is(t, r, F::Term, "S2") && is(t, r, F::SchoolYear, "2023-24"),
        |_, _| some("S1"),
        &["term `S2` became `S1`", "school year 2023-24"],
    ),
    set(
        "titles cut",
        T,
        F::Title,
        |t, r, _| t.get(r, F::Title).len() > 30,
        |t, r| some(t.get(r, F::Title)[..30].trim_end()),
        &["title cut at 30"],
    ),
    set("teacher defaulted", T, F::Teacher, in_school, |_, _| some("99999"), &["teacher became `99999`", "school {}"]),
    set(
        "areas exchanged",
        T,
        F::SubjectArea,
        |t, r, _| ["art", "cte"].contains(&t.get(r, F::SubjectArea)),
        |t, r| some(if t.get(r, F::SubjectArea) == "art" { "cte" } else { "art" }),
        &["subject area", "`art`", "`cte`", "exchanged"],
    ),
    set(
        "area is elective",
        T,
        F::SubjectArea,
        |t, r, _| is(t, r, F::Course, "CTE07"),
        |_, _| some("elective"),
        &["subject area `cte` became `elective`"],
    ),
    set(
        "credit tenfold",
        T,
        F::CreditAttempted,
        in_school,
        |t, r| {
            some(match t.get(r, F::CreditAttempted) {
                "5" => "50",
                "2.5" => "25",
                _ => "75",
            })
        },
        &["credit attempted 10 times", "school {}"],
    ),
    set(
        "credit cut",
        T,
        F::CreditAttempted,
        |t, r, _| t.get(r, F::CreditAttempted).contains('.'),
        |t, r| t.get(r, F::CreditAttempted).split_once('.').map(|(w, _)| w.to_owned()),
        &["credit attempted", "cut to whole"],
    ),
    set(
        "attempted is earned",
        T,
        F::CreditAttempted,
        |t, r, _| t.get(r, F::CreditAttempted) != t.get(r, F::CreditEarned),
        |t, r| some(t.get(r, F::CreditEarned)),
        &["credit attempted"],
    ),
    set(
        "year one later for transfers",
        T,
        F::SchoolYear,
        |t, r, _| is(t, r, F::Transfer, "true"),
        |t, r| {
            let y: i32 = t.get(r, F::SchoolYear)[..4].parse().ok()?;
            Some(format!("{}-{:02}", y + 1, (y + 2) % 100))
        },
        &["school year 1 year later", "transfer true"],
    ),
    Fault {
        name: "loaded twice",
        entity: T,
        field: F::StudentId,
        rows: |t, r, s| in_school(t, r, s) && is(t, r, F::SchoolYear, "2024-25"),
        act: Act::Double,
        says: &["transcript records loaded twice", "school {}", "school year 2024-25"],
    },
    set(
        "PE out of the GPA",
        T,
        F::InGpa,
        |t, r, _| is(t, r, F::SubjectArea, "pe") && is(t, r, F::InGpa, "true"),
        |_, _| some("false"),
        &["in gpa `true` became `false`", "subject area pe"],
    ),
    set(
        "repeats not flagged",
        T,
        F::RepeatCode,
        |t, r, _| is(t, r, F::RepeatCode, "R"),
        |_, _| some(""),
        &["repeat code `R` became (empty)"],
    ),
    set(
        "IB is regular",
        T,
        F::Level,
        |t, r, _| is(t, r, F::Level, "ib"),
        |_, _| some("regular"),
        &["level `ib` became `regular`"],
    ),
    set(
        "course zeros",
        C,
        F::Course,
        |t, r, _| t.get(r, F::Course).starts_with('0'),
        |t, r| some(t.get(r, F::Course).trim_start_matches('0')),
        &["course without its leading zeros"],
    ),
    set(
        "no earned credit for D",
        T,
        F::CreditEarned,
        |t, r, _| is(t, r, F::Mark, "D"),
        |_, _| some("0"),
        &["credit earned", "mark D"],
    ),
    set(
        "level at the time",
        T,
        F::GradeLevel,
        in_school,
        |t, r| number(t, r, F::GradeLevel, 1),
        &["transcript grade level 1 higher", "school {}"],
    ),
    set(
        "not rolled over",
        S,
        F::GradeLevel,
        in_school,
        |t, r| number(t, r, F::GradeLevel, -1),
        &["student grade level 1 lower", "school {}"],
    ),
    set(
        "special education lost",
        S,
        F::SpecialEducation,
        |t, r, s| in_school(t, r, s) && is(t, r, F::SpecialEducation, "true"),
        |_, _| some("false"),
        &["special education `true` became `false`", "school {}"],
    ),
    set(
        "day and month",
        S,
        F::BirthDate,
        |t, r, _| {
            let b = t.get(r, F::BirthDate);
            b[8..] <= *"12" && b[8..] != b[5..7]
        },
        |t, r| {
            let b = t.get(r, F::BirthDate);
            Some(format!("{}-{}-{}", &b[..4], &b[8..], &b[5..7]))
        },
        &["day and month exchanged"],
    ),
    set(
        "wrong encoding",
        S,
        F::LastName,
        |t, r, _| !t.get(r, F::LastName).is_ascii(),
        |t, r| {
            Some(encoding_rs::WINDOWS_1252.decode_without_bom_handling(t.get(r, F::LastName).as_bytes()).0.into_owned())
        },
        &["last name read in the wrong encoding"],
    ),
    set(
        "no-shows active",
        S,
        F::Status,
        |t, r, _| is(t, r, F::Status, "no-show"),
        |_, _| some("active"),
        &["status `no-show` became `active`"],
    ),
    set("state id lost", S, F::StateId, |t, r, _| is(t, r, F::Cohort, "2027"), |_, _| some(""), &["state id lost"]),
    set("homeroom default", S, F::Homeroom, in_school, |_, _| some("H000"), &["homeroom became `H000`", "school {}"]),
    set(
        "exit a day early",
        E,
        F::ExitDate,
        |t, r, _| !t.get(r, F::ExitDate).is_empty(),
        |t, r| day(t.get(r, F::ExitDate), -1),
        &["exit date 1 day earlier"],
    ),
    drop(
        "second enrollments",
        E,
        |t, r, _| is(t, r, F::Primary, "false"),
        &["enrollment records missing", "primary false"],
    ),
    set(
        "entry defaulted",
        E,
        F::EntryDate,
        |t, r, s| in_school(t, r, s) && is(t, r, F::Primary, "true"),
        |_, _| some("2025-08-01"),
        &["entry date became `2025-08-01`", "school {}"],
    ),
    set(
        "track lost",
        E,
        F::Calendar,
        |t, r, _| is(t, r, F::Calendar, "D"),
        |_, _| some(""),
        &["calendar `D` became (empty)"],
    ),
    set(
        "period plus one",
        C,
        F::Period,
        in_school,
        |t, r| number(t, r, F::Period, 1),
        &["period 1 higher", "school {}"],
    ),
    set(
        "days exchanged",
        C,
        F::Days,
        |t, r, s| in_school(t, r, s) && t.get(r, F::Days).len() == 1,
        |t, r| some(if t.get(r, F::Days) == "A" { "B" } else { "A" }),
        &["days `A` and `B` exchanged", "school {}"],
    ),
    drop(
        "AP sections",
        C,
        |t, r, _| is(t, r, F::Course, COURSES[10].0),
        &["schedule records missing", "course SCI11AP"],
    ),
    set(
        "year as a half",
        C,
        F::Term,
        |t, r, s| in_school(t, r, s) && is(t, r, F::Term, "FY"),
        |_, _| some("S1"),
        &["term `FY` became `S1`", "school {}"],
    ),
    drop("late adds", C, |t, r, _| t.get(r, F::StartDate) > "2026-01-01", &["schedule records missing", "start date"]),
    drop(
        "period nought",
        C,
        |t, r, s| in_school(t, r, s) && is(t, r, F::Period, "0"),
        &["schedule records missing", "school {}", "period 0"],
    ),
    set(
        "teacher of a course",
        C,
        F::Teacher,
        |t, r, s| in_school(t, r, s) && is(t, r, F::Course, "00201"),
        |_, _| some("T777"),
        &["schedule teacher"],
    ),
    set(
        "GPA cut",
        G,
        F::Value,
        |t, r, _| is(t, r, F::GpaKind, "weighted"),
        |t, r| some(&t.get(r, F::Value)[..4]),
        &["gpa value cut to 2 digits", "gpa kind weighted"],
    ),
    drop(
        "unweighted GPAs",
        G,
        |t, r, _| is(t, r, F::GpaKind, "unweighted"),
        &["gpa records missing", "gpa kind unweighted"],
    ),
];

/// Plants a fault into the new side.
pub(super) fn plant(number: usize, tables: &mut Tables, chance: &mut Chance, schools: usize) -> Planted {
    let fault = &FAULTS[number];
    let school = format!("{:03}", 1 + chance.below(schools));
    let mut planted = Planted { fault: number, school, legacy: Vec::new(), added: Vec::new() };
    let table = tables.get_mut(&fault.entity).unwrap();
    let hit: Vec<usize> = (0..table.rows.len()).filter(|r| (fault.rows)(table, *r, &planted.school)).collect();
    match fault.act {
        Act::Set(to) => {
            let column = table.at(fault.field);
            for row in hit {
                if let Some(text) = to(table, row).filter(|t| *t != table.rows[row][column]) {
                    table.rows[row][column] = text;
                    planted.legacy.extend(table.origin[row]);
                }
            }
        }
        Act::Drop => {
            for row in hit.into_iter().rev() {
                table.rows.remove(row);
                planted.legacy.extend(table.origin.remove(row));
            }
        }
        Act::Double => {
            for row in hit {
                planted.legacy.extend(table.origin[row]);
                planted.added.push(table.rows[row].clone());
                table.rows.push(table.rows[row].clone());
                table.origin.push(None);
            }
        }
    }
    planted.legacy.sort_unstable();
    planted
}

impl Fault {
    /// Faults with equal signatures would be planted into the same cells.
    pub(super) fn signature(&self) -> (Entity, Field) {
        (self.entity, self.field)
    }

    pub(super) fn is_rows(&self) -> bool {
        !matches!(self.act, Act::Set(_))
    }
}

/// Single faults: a cell or a row here and there.
pub(super) fn singles(tables: &mut Tables, chance: &mut Chance, per_hundred_thousand: u64) {
    for table in tables.values_mut() {
        let mut row = 0;
        while row < table.rows.len() {
            if chance.next() % 100_000 < per_hundred_thousand {
                match chance.below(10) {
                    0 => {
                        table.rows.remove(row);
                        table.origin.remove(row);
                        continue;
                    }
                    1 => {
                        table.rows.push(table.rows[row].clone());
                        table.origin.push(None);
                    }
                    _ => {
                        let column = 1 + chance.below(table.fields.len() - 1);
                        let other = chance.below(table.rows.len());
                        table.rows[row][column] = table.rows[other][column].clone();
                    }
                }
            }
            row += 1;
        }
    }
}
