//! Who a student is: names, birthday, grade level, flags, twins.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::district::{CURRENT_YEAR, District, School};
use super::names;
use super::random::{Chance, Purpose};
use super::student::{Status, Student};

/// What twins share.
struct Family {
    last: &'static str,
    birth: Date,
}

/// Makes the student at a place of a school, without enrollments, classes and history.
pub(super) fn student(district: &District, school: &School, place: u32) -> Student {
    let number = school.first + place;
    let mut chance = Chance::of(district.seed, Purpose::Identity, u64::from(number));
    let grade = grade_at(school, place);
    let own = family(&mut chance, grade);
    let family = if place > 0 && grade_at(school, place - 1) == grade && chance.millionths(8_000) {
        let mut elder = Chance::of(district.seed, Purpose::Identity, u64::from(number - 1));
        family(&mut elder, grade)
    } else {
        own
    };
    let high = grade >= 9;
    let sometimes = |chance: &mut Chance, percent, list: &[&'static str]| {
        if chance.percent(percent) { *chance.pick::<&'static str>(list) } else { "" }
    };
    Student {
        number,
        first: *chance.pick(&names::FIRST),
        middle: sometimes(&mut chance, 40, &names::MIDDLE),
        last: family.last,
        suffix: sometimes(&mut chance, 3, &names::SUFFIX),
        preferred: sometimes(&mut chance, 12, &names::PREFERRED),
        birth: family.birth,
        grade,
        home: school.index,
        status: match chance.below(1000) {
            0..=19 => Status::Withdrawn,
            20..=22 => Status::NoShow,
            _ => Status::Active,
        },
        cohort: CURRENT_YEAR + 12 - i16::from(grade),
        track: if !high {
            ""
        } else if chance.percent(6) {
            "ALT"
        } else {
            "STD"
        },
        flags: [
            chance.percent(13),
            chance.percent(3),
            chance.percent(18),
            chance.percent(5),
            chance.millionths(15_000),
        ],
        ability: chance.weighted(&[25, 35, 25, 15]),
        stints: Vec::new(),
        classes: Vec::new(),
        history: Vec::new(),
        gpas: Vec::new(),
        requirements: Vec::new(),
    }
}

/// The grade levels of a school lie one after the other.
pub(super) fn grade_at(school: &School, place: u32) -> i8 {
    let (first, levels) = school.kind.grades();
    first + (u64::from(place) * u64::from(levels) / u64::from(school.count.max(1))) as i8
}

fn family(chance: &mut Chance, grade: i8) -> Family {
    let last = *chance.pick(&names::LAST);
    let oldest = date(2019 - i16::from(grade), 9, 2);
    let birth = oldest.checked_add((chance.below(365) as i64).days()).unwrap_or(oldest);
    Family { last, birth }
}
