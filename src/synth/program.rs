//! Where a student is enrolled and which classes the student takes: a conflict-free day by construction.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::catalogue::{Catalogue, Choice, Shape};
use super::district::{District, Kind, School, SectionBook};
use super::random::{Chance, Purpose};
use super::student::{Class, Section, Status, Stint, Student, Term};

/// First day of the year.
pub const FIRST_DAY: Date = date(2025, 8, 18);
/// Last day of the first semester.
pub const MID_END: Date = date(2025, 12, 19);
/// First day of the second semester.
pub const MID_START: Date = date(2026, 1, 12);
/// Last day of the year.
pub const LAST_DAY: Date = date(2026, 6, 11);

/// How many students of one grade level move through the day together.
const GROUP: usize = 54;

/// Writes the stays at schools of this year.
pub(super) fn enroll(district: &District, school: &School, student: &mut Student) {
    let mut chance = Chance::of(district.seed, Purpose::Enrollment, u64::from(student.number));
    let mut entry = FIRST_DAY;
    let came_from = if chance.percent(14) { district.other_school(school.index, &mut chance) } else { None };
    if let Some(other) = came_from {
        let days = 20 + chance.below(60) as i64;
        let exit = FIRST_DAY.checked_add(days.days()).unwrap_or(FIRST_DAY);
        student.stints.push(Stint { school: other, entry, exit: Some(exit), code: "T160", primary: true });
        entry = exit.checked_add(3.days()).unwrap_or(exit);
    } else if chance.percent(5) {
        entry = FIRST_DAY.checked_add((5 + chance.below(60) as i64).days()).unwrap_or(FIRST_DAY);
    }
    let (exit, code) = match student.status {
        Status::Active => (None, ""),
        Status::NoShow => (Some(entry), "N420"),
        Status::Withdrawn => (entry.checked_add((1 + chance.below(30) as i64).days()).ok(), "T200"),
    };
    student.stints.push(Stint { school: school.index, entry, exit, code, primary: true });
    if student.status == Status::Active && student.grade >= 9 && chance.percent(4) {
        if let Some(other) = career_center(district, school) {
            student.stints.push(Stint { school: other, entry, exit: None, code: "", primary: false });
        }
    }
}

/// Where high schoolers of a school take a class beside their own.
fn career_center(district: &District, school: &School) -> Option<usize> {
    let first = district.first_of(Kind::High);
    let middle = district.first_of(Kind::Middle);
    let center = if school.index == first { middle } else { first };
    (center != school.index).then_some(center)
}

/// Writes the classes of this year, each into a section of the book.
pub(super) fn schedule(
    district: &District,
    school: &School,
    student: &mut Student,
    place: usize,
    book: &mut SectionBook,
) {
    if student.status != Status::Active {
        return;
    }
    let mut chance = Chance::of(district.seed, Purpose::Program, u64::from(student.number));
    let choices = choices(&district.catalogue, student, student.grade, &mut chance);
    let group = place / GROUP;
    let slots = choices.len();
    for (slot, choice) in choices.into_iter().enumerate() {
        let period = ((slot + group) % slots + 1) as u8;
        take(district, school, student, choice, (group, slot, period), book);
    }
    if student.is_high() && chance.percent(10) {
        let choice = district.catalogue.year("JROTC");
        take(district, school, student, choice, (group, 7, 0), book);
    }
    if let Some(center) = student.stints.iter().find(|s| !s.primary).map(|s| s.school) {
        let choice = district.catalogue.semesters("DPSY", "DPSY");
        visit(student, choice.first, (center, school.index), book);
    }
    change_classes(student, book, &mut chance);
}

/// Adds the one or two classes of a slot.
fn take(
    district: &District,
    school: &School,
    student: &mut Student,
    choice: Choice,
    (group, slot, period): (usize, usize, u8),
    book: &mut SectionBook,
) {
    let shape = district.catalogue.courses[choice.first].shape;
    let terms: &[(usize, Term)] = if matches!(shape, Shape::Year | Shape::YearGraded) {
        &[(choice.first, Term::Year)]
    } else {
        &[(choice.first, Term::First), (choice.second, Term::Second)]
    };
    let entry = student.stints.iter().find(|s| s.primary && s.exit.is_none()).map_or(FIRST_DAY, |s| s.entry);
    for &(course, term) in terms {
        let key = (course, term as u8, student.grade, group);
        let days = if school.index % 2 == 1 && slot == 5 {
            "A"
        } else if school.index % 2 == 1 && slot == 6 {
            "B"
        } else {
            "AB"
        };
        let section = book.section(key, |chance| {
            let teacher = |chance: &mut Chance| (school.index * 200 + slot * 24 + chance.below(24)) as u32;
            let first = teacher(chance);
            let second = Some(teacher(chance)).filter(|t| *t != first && chance.percent(9));
            Section {
                school: school.index,
                number: 0,
                course,
                term,
                period,
                days,
                teacher: first,
                co_teacher: second,
                room: (100 + slot * 24 + chance.below(24)) as u32,
            }
        });
        let (from, to) = term_days(term);
        if to > entry {
            student.classes.push(Class { section, start: from.max(entry), end: to, dropped: false });
        }
    }
}

/// Adds the class at another school.
fn visit(student: &mut Student, course: usize, (center, home): (usize, usize), book: &mut SectionBook) {
    let section = book.section((course, Term::Second as u8, -1, 0), |chance| Section {
        school: center,
        number: 50_000 + home as u32,
        course,
        term: Term::Second,
        period: 8,
        days: "AB",
        teacher: (center * 200 + 190 + chance.below(8)) as u32,
        co_teacher: None,
        room: 500,
    });
    student.classes.push(Class { section, start: MID_START, end: LAST_DAY, dropped: false });
}

/// First and last day of a term.
#[must_use]
pub const fn term_days(term: Term) -> (Date, Date) {
    match term {
        Term::First => (FIRST_DAY, MID_END),
        Term::Second => (MID_START, LAST_DAY),
        Term::Year | Term::Summer => (FIRST_DAY, LAST_DAY),
    }
}

/// Some classes start late, and some students left another class for them.
fn change_classes(student: &mut Student, book: &SectionBook, chance: &mut Chance) {
    if !student.is_high() || student.classes.is_empty() || !chance.percent(6) {
        return;
    }
    let position = chance.below(student.classes.len());
    let class = &mut student.classes[position];
    let late = class.start.checked_add((5 + chance.below(5) as i64).days()).unwrap_or(class.start);
    let left = Class { section: class.section, start: class.start, end: late, dropped: true };
    class.start = late.checked_add(1.days()).unwrap_or(late);
    if chance.percent(50) {
        if let Some(section) = book.like(left.section, &student.classes) {
            student.classes.push(Class { section, ..left });
        }
    }
}

/// What a student of a profile takes in a grade level, in order of the slots of the day.
pub(super) fn choices(catalogue: &Catalogue, student: &Student, grade: i8, chance: &mut Chance) -> Vec<Choice> {
    match grade {
        0..=5 => {
            let stem = ["HRK", "HR1", "HR2", "HR3", "HR4", "HR5"][grade as usize];
            vec![catalogue.year(stem), catalogue.year("PEE")]
        }
        6..=8 => middle(catalogue, student, grade),
        _ => high(catalogue, student, grade, chance),
    }
}

fn middle(catalogue: &Catalogue, student: &Student, grade: i8) -> Vec<Choice> {
    let mut stems = ["ENG", "MTH", "SCI", "SOC", "PE", "ART", "LNG"].map(|s| format!("{s}{grade}"));
    if grade == 8 && advanced_math(student) {
        stems[1] = "ALG1".into();
    }
    if grade == 8 && advanced_language(student) {
        stems[6] = "SPAN1".into();
    }
    stems.iter().map(|s| catalogue.year(s)).collect()
}

/// Took Algebra 1 in middle school.
pub(super) const fn advanced_math(student: &Student) -> bool {
    student.ability >= 2
}

/// Took Spanish 1 in middle school.
pub(super) const fn advanced_language(student: &Student) -> bool {
    student.ability == 3 && student.number.is_multiple_of(2)
}

fn high(catalogue: &Catalogue, student: &Student, grade: i8, chance: &mut Chance) -> Vec<Choice> {
    let year = (grade - 9) as usize;
    let strong = student.ability >= 2;
    let top = student.ability == 3;
    let pick = |plain: [&'static str; 4], honors: [&'static str; 4]| if strong { honors[year] } else { plain[year] };
    let english =
        pick(["ENG9", "ENG10", "AMLIT", "EXPOS"], ["ENG9H", "ENG10H", "APLANG", if top { "IBENG" } else { "APLIT" }]);
    let math = ["ALG1", "GEOM", "ALG2", if top { "PRECALC" } else { "STATS" }, if top { "APCALC" } else { "APSTAT" }];
    let math = match math[year + usize::from(advanced_math(student))] {
        "GEOM" if strong => "GEOMH",
        "ALG2" if top => "ALG2H",
        other => other,
    };
    let science = pick(["BIO", "CHEM", "PHYS", "ENVSCI"], ["BIOH", "CHEMH", "APPHYS", "APBIO"]);
    let social = match (year, strong) {
        (0, _) => catalogue.semesters("ETHN", "GEOG"),
        (3, true) => catalogue.semesters("APGOV", "ECON"),
        (3, false) => catalogue.semesters("GOV", "ECON"),
        _ => catalogue.year(pick(["", "WHIST", "USHIST", ""], ["", "APWRLD", "APUSH", ""])),
    };
    let spanish = ["SPAN1", "SPAN2", "SPAN3", "APSPAN", "APSPAN"];
    let language = if student.number.is_multiple_of(3) && !advanced_language(student) {
        ["FREN1", "FREN2", "FREN3", "THEA"][year]
    } else if advanced_language(student) && year == 3 {
        "BAND"
    } else {
        spanish[year + usize::from(advanced_language(student))]
    };
    let body = match year {
        2 => catalogue.semesters("HEALTH", "LIFE"),
        0 | 1 => catalogue.year(["PE9", "PE10"][year]),
        _ => catalogue.year("WTRAIN"),
    };
    let elective = match year {
        0 => catalogue.year("ART1"),
        _ if student.number % 4 == 1 => catalogue.year(if student.number % 8 == 1 { "AIDE" } else { "YEARB" }),
        _ => catalogue.elective(student.number as usize * 3 + year * 31 + chance.below(2)),
    };
    vec![
        catalogue.year(english),
        catalogue.year(math),
        catalogue.year(science),
        social,
        catalogue.year(language),
        body,
        elective,
    ]
}
