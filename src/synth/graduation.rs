//! The graduation audit of a student: credits by area with overflow into electives, and what is not a course.

use super::catalogue::Area;
use super::district::{District, SchoolData};
use super::random::{Chance, Purpose};
use super::student::{Requirement, Section, Student, Term};

/// Credits required by area (Los Angeles, DOMAIN.md section 3), in thousandths.
pub const REQUIRED: [i64; 9] = [40_000, 30_000, 30_000, 20_000, 20_000, 10_000, 20_000, 5_000, 35_000];

/// Writes the audits of all high schoolers of a school.
pub(super) fn audit(district: &District, data: &mut SchoolData) {
    let SchoolData { sections, students } = data;
    for student in students.iter_mut().filter(|s| s.is_high()) {
        let mut chance = Chance::of(district.seed, Purpose::Enrollment, (1 << 40) | u64::from(student.number));
        let mut requirements = by_area(district, sections, student);
        let sum = |pick: fn(&Requirement) -> i64| requirements.iter().map(pick).sum::<i64>();
        let total = Requirement {
            code: "TOTAL",
            required: sum(|r| r.required),
            earned: student.history.iter().map(|r| r.earned).sum(),
            in_progress: sum(|r| r.in_progress),
        };
        requirements.push(total);
        for (code, done) in [("SERVICE", 8 * student.grade as u32), ("PATHWAY", 6 * student.grade as u32)] {
            let earned = if chance.percent(done) { 1_000 } else { 0 };
            requirements.push(Requirement { code, required: 1_000, earned, in_progress: 0 });
        }
        student.requirements = requirements;
    }
}

fn by_area(district: &District, sections: &[Section], student: &Student) -> Vec<Requirement> {
    let courses = &district.catalogue.courses;
    let (mut earned, mut coming) = ([0; 9], [0; 9]);
    for row in &student.history {
        earned[courses[row.course].area as usize] += row.earned;
    }
    for class in student.classes.iter().filter(|c| !c.dropped) {
        let section = &sections[class.section];
        let course = &courses[section.course];
        let credit = if section.term == Term::Year { 10_000 } else { 5_000 };
        coming[course.area as usize] += if course.credit { credit } else { 0 };
    }
    let last = Area::ALL.len() - 1;
    for area in 0..last {
        let over = (earned[area] - REQUIRED[area]).max(0);
        earned[area] -= over;
        earned[last] += over;
    }
    Area::ALL
        .iter()
        .enumerate()
        .map(|(i, area)| Requirement {
            code: area.code(),
            required: REQUIRED[i],
            earned: earned[i],
            in_progress: coming[i],
        })
        .collect()
}
