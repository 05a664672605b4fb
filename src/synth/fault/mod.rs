//! Planted faults: the 111 classes of DOMAIN.md section 9, each damaging the raw cells of the new side's files the way
//! a bad conversion would, with a truth list that a scoreboard is held against.

mod credit;
mod gpa;
mod load;
mod people;
mod schedule;
mod site;
mod transcript;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashSet, HashSetExt};

use super::binding::Binding;
use super::district::{District, Kind, School, SchoolData};
use super::layout::{Dress, System};
use super::random::{Chance, Purpose};
use super::raw::RawTable;
use super::student::Student;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;
use site::Site;
use view::View;

/// How a class is planted.
#[derive(Debug, Clone, Copy)]
pub enum Plant {
    /// Into one student's rows; gives nothing back where it would change nothing.
    Student(fn(&mut Site<'_, '_>) -> Option<Vec<Hit>>),
    /// Into the project file: the new side's exports are of another day than it says.
    Day,
    /// Not at all, because the canonical model or the files can not show it; the text says why.
    Unseen(&'static str),
}

/// A class of faults.
#[derive(Debug, Clone, Copy)]
pub struct Class {
    /// Number: 1 is F01.
    pub id: u8,
    /// What went wrong.
    pub text: &'static str,
    /// Whose records it damages.
    pub entity: Entity,
    /// Any of these checks names it rightly; the first is the usual one.
    pub checks: &'static [&'static str],
    /// At least this severity is right.
    pub severity: Severity,
    /// So few students can have it that it is tried first.
    pub rare: bool,
    /// How it is planted.
    pub plant: Plant,
}

impl Class {
    const fn of(
        id: u8,
        text: &'static str,
        entity: Entity,
        checks: &'static [&'static str],
        severity: Severity,
        plant: fn(&mut Site<'_, '_>) -> Option<Vec<Hit>>,
    ) -> Self {
        Self { id, text, entity, checks, severity, rare: false, plant: Plant::Student(plant) }
    }

    const fn rare(mut self) -> Self {
        self.rare = true;
        self
    }

    const fn day(id: u8, text: &'static str, checks: &'static [&'static str]) -> Self {
        let (entity, severity) = (Entity::Student, Severity::Critical);
        Self { id, text, entity, checks, severity, rare: false, plant: Plant::Day }
    }

    /// What a finding must be to name the class rightly.
    #[must_use]
    pub const fn expected(&self) -> Expected {
        Expected { checks: self.checks, severity: self.severity }
    }

    /// `F07`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("F{:02}", self.id)
    }
}

/// What must be said of a damaged student.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Any of these checks is right; the first is the usual one.
    pub checks: &'static [&'static str],
    /// At least this severity is right.
    pub severity: Severity,
}

/// A student that a planted fault damages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Number of the student.
    pub student: u32,
    /// Which record, in the raw words of the new side.
    pub record: String,
    /// What must be said of the student, where it is not what the class says.
    pub expected: Option<Expected>,
}

/// A line of the truth list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    /// Class number.
    pub class: u8,
    /// The student's id as both systems print it.
    pub student_id: String,
    /// Whose records are damaged.
    pub entity: Entity,
    /// Which record, in the raw words of the new side.
    pub record: String,
    /// What must be said of the student.
    pub expected: Expected,
    /// Faults of one class at one school belong together.
    pub cluster: String,
}

/// All classes in order of number.
#[must_use]
pub fn classes() -> Vec<Class> {
    let mut all: Vec<Class> =
        [people::CLASSES, transcript::CLASSES, credit::CLASSES, gpa::CLASSES, schedule::CLASSES, load::CLASSES]
            .concat();
    all.sort_by_key(|c| c.id);
    all
}

/// Which faults to plant into which students.
#[derive(Debug, Clone)]
pub struct Planter {
    seed: u64,
    choice: Choice,
}

#[derive(Debug, Clone)]
enum Choice {
    /// Classes mixed over a share (in millionths) of all students.
    Mixed(Vec<u8>, u32),
    /// Exactly these.
    Listed(Vec<(u32, u8)>),
}

impl Planter {
    /// Every given class, mixed, at most one a student, in a share of all students (in millionths).
    #[must_use]
    pub const fn mixed(seed: u64, classes: Vec<u8>, millionths: u32) -> Self {
        Self { seed, choice: Choice::Mixed(classes, millionths) }
    }

    /// Exactly these faults: number of the student, class.
    #[must_use]
    pub const fn listed(seed: u64, faults: Vec<(u32, u8)>) -> Self {
        Self { seed, choice: Choice::Listed(faults) }
    }

    /// One fault of each class, on students spread over the district, each on another one. Classes that no student can
    /// have in this layout and dress are left out.
    #[must_use]
    pub fn one_each(seed: u64, district: &District, system: System, dress: &Dress, classes: &[u8]) -> Self {
        let mut left = classes.to_vec();
        let mut list = Vec::new();
        let empty = system.tables(district, dress);
        // High schools come last in a district and first here: their students can have every kind of fault.
        let schools: Vec<usize> = (0..district.schools.len()).collect();
        let (young, high): (Vec<usize>, Vec<usize>) =
            schools.into_iter().partition(|s| district.schools[*s].kind != Kind::High);
        let mut quota = left.len().div_ceil(3);
        for school in young.into_iter().chain(high) {
            let mut tables = empty.clone();
            for table in &mut tables {
                table.rows.clear();
            }
            let data = district.school(school);
            system.write(district, school, &data, dress, &mut tables);
            if district.schools[school].kind == Kind::High {
                quota = usize::MAX;
            }
            let found = try_each(seed, &data, system, &mut tables, (&mut left, &mut quota));
            list.extend(found);
        }
        Self::listed(seed, list)
    }

    /// The given classes, each into up to `each` of the given students (number, id), into tables of any binding.
    /// One student gets one fault.
    #[must_use]
    pub fn drill(
        binding: &Binding,
        students: &[(u32, String)],
        (wanted, each): (&[u8], usize),
        tables: &mut Vec<RawTable>,
    ) -> Drilled {
        let mut view = View::new(binding, tables);
        let ids: BTreeMap<u32, &str> = students.iter().map(|(number, id)| (*number, id.as_str())).collect();
        // Who is not among the given students is left alone, also as a neighbour.
        let last = ids.keys().next_back().copied().unwrap_or_default();
        let mut touched: HashSet<u32> = (0..=last).filter(|number| !ids.contains_key(number)).collect();
        let mut drilled = Drilled { truth: Vec::new(), missing: Vec::new() };
        let mut order: Vec<Class> = classes().into_iter().filter(|c| wanted.contains(&c.id)).collect();
        // First those that need a history, which few students have.
        order.sort_by_key(|c| {
            (matches!(c.entity, Entity::Student | Entity::Enrollment | Entity::Schedule), !c.rare, c.id)
        });
        for class in order {
            view.missing.clear();
            let mut planted = 0;
            // Each class starts elsewhere, so that the first students do not carry everything.
            let start = usize::from(class.id) * 7919;
            for place in 0..students.len() {
                let (number, _) = students[(start + place) % students.len()];
                let mut chance = Chance::of(u64::from(class.id), Purpose::Fault, u64::from(number));
                let mut site =
                    Site { view: &mut view, student: number, chance: &mut chance, touched: &touched, known: None };
                let Some(hits) = attempt(&class, &mut site) else { continue };
                touched.extend(hits.iter().map(|h| h.student));
                drilled.truth.extend(hits.into_iter().map(|hit| Truth {
                    class: class.id,
                    student_id: ids.get(&hit.student).map_or_else(String::new, |id| (*id).to_owned()),
                    entity: class.entity,
                    record: hit.record,
                    expected: hit.expected.unwrap_or(class.expected()),
                    cluster: class.name(),
                }));
                planted += 1;
                if planted == each {
                    break;
                }
            }
            drilled.missing.push((class.id, view.missing.clone()));
        }
        view.finish();
        drilled
    }

    /// The faults of a listed planter.
    #[must_use]
    pub fn list(&self) -> &[(u32, u8)] {
        match &self.choice {
            Choice::Listed(list) => list,
            Choice::Mixed(..) => &[],
        }
    }

    /// Plants into the raw tables of one school.
    #[must_use]
    pub fn plant(&self, school: &School, data: &SchoolData, system: System, tables: &mut Vec<RawTable>) -> Vec<Truth> {
        let all = classes();
        let wanted = data.students.iter().filter_map(|student| {
            let mut chance = Chance::of(self.seed, Purpose::Fault, u64::from(student.number));
            let classes = self.wanted(student.number, &all, &mut chance);
            (!classes.is_empty()).then_some((student, chance, classes))
        });
        let wanted: Vec<(&Student, Chance, Vec<u8>)> = wanted.collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        let binding = system.binding();
        let mut view = View::new(&binding, tables);
        let mut touched = HashSet::new();
        let mut truth = Vec::new();
        for (student, mut chance, classes) in wanted {
            let number = student.number;
            for class in classes {
                let Some(class) = all.iter().find(|c| c.id == class) else { continue };
                let mut site = Site {
                    view: &mut view,
                    student: number,
                    chance: &mut chance,
                    touched: &touched,
                    known: Some(student),
                };
                let Some(hits) = attempt(class, &mut site) else { continue };
                touched.extend(hits.iter().map(|h| h.student));
                truth.extend(hits.into_iter().map(|hit| Truth {
                    class: class.id,
                    student_id: Student::local_id(hit.student),
                    entity: class.entity,
                    record: hit.record,
                    expected: hit.expected.unwrap_or(class.expected()),
                    cluster: format!("{}-{}", class.name(), school.index),
                }));
                if matches!(self.choice, Choice::Mixed(..)) {
                    break;
                }
            }
        }
        view.finish();
        truth
    }

    /// The classes to try on a student, in order.
    fn wanted(&self, student: u32, all: &[Class], chance: &mut Chance) -> Vec<u8> {
        match &self.choice {
            Choice::Listed(list) => list.iter().filter(|(s, _)| *s == student).map(|(_, c)| *c).collect(),
            Choice::Mixed(classes, millionths) => {
                if !chance.millionths(*millionths) || classes.is_empty() {
                    return Vec::new();
                }
                let is_rare = |id: &u8| all.iter().any(|c| c.id == *id && c.rare);
                let mut order = classes.clone();
                for place in (1..order.len()).rev() {
                    order.swap(place, chance.below(place + 1));
                }
                // Rare ones first, each for a third of the students, so that they neither starve nor crowd out others.
                let (mut rare, usual): (Vec<u8>, Vec<u8>) = order.into_iter().partition(is_rare);
                rare.retain(|_| chance.percent(30));
                rare.into_iter().chain(usual).collect()
            }
        }
    }
}

/// What a drill planted.
#[derive(Debug)]
pub struct Drilled {
    /// What was planted.
    pub truth: Vec<Truth>,
    /// By class: the fields that it asked for and the mapping has no column for.
    pub missing: Vec<(u8, BTreeSet<(Entity, Field)>)>,
}

/// Tries the classes that are left on the students of a school; `quota` bounds how many are planted.
fn try_each(
    seed: u64,
    data: &SchoolData,
    system: System,
    tables: &mut Vec<RawTable>,
    (left, quota): (&mut Vec<u8>, &mut usize),
) -> Vec<(u32, u8)> {
    let (binding, all) = (system.binding(), classes());
    let mut view = View::new(&binding, tables);
    let (mut touched, mut list) = (HashSet::new(), Vec::new());
    // Strides of a prime number: neighbours in a school rarely share its grade level.
    let count = data.students.len();
    for student in (0..count).map(|i| &data.students[(i * 37 + 5) % count]) {
        let number = student.number;
        if touched.contains(&number) {
            continue;
        }
        for place in 0..left.len() {
            if *quota == 0 {
                return list;
            }
            let Some(class) = all.iter().find(|c| c.id == left[place]) else { continue };
            let mut chance = Chance::of(seed, Purpose::Fault, u64::from(number));
            let mut site =
                Site { view: &mut view, student: number, chance: &mut chance, touched: &touched, known: Some(student) };
            if let Some(hits) = attempt(class, &mut site) {
                touched.extend(hits.iter().map(|h| h.student));
                list.push((number, class.id));
                left.remove(place);
                *quota -= 1;
                break;
            }
        }
    }
    list
}

fn attempt(class: &Class, site: &mut Site<'_, '_>) -> Option<Vec<Hit>> {
    if site.touched.contains(&site.student) {
        return None;
    }
    match class.plant {
        Plant::Student(plant) => plant(site),
        Plant::Day | Plant::Unseen(_) => None,
    }
}
