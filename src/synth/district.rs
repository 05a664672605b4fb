//! A district made from a seed and a size: its schools, and one school's students at a time, so that a state fits in
//! the memory of one school.

use std::collections::BTreeMap;

use super::catalogue::Catalogue;
use super::random::{Chance, Purpose};
use super::student::{Class, Section, Student};
use super::{graduation, history, identity, names, program, ranking};

/// The school year that a district is in, by the calendar year in which it ends.
pub const CURRENT_YEAR: i16 = 2026;

/// Elementary, middle or high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Kindergarten to 5.
    Elementary,
    /// 6 to 8.
    Middle,
    /// 9 to 12.
    High,
}

impl Kind {
    /// First grade level and number of grade levels.
    #[must_use]
    pub const fn grades(self) -> (i8, u32) {
        match self {
            Self::Elementary => (0, 6),
            Self::Middle => (6, 3),
            Self::High => (9, 4),
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Elementary => "Elementary",
            Self::Middle => "Middle School",
            Self::High => "High School",
        }
    }
}

/// One school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct School {
    /// Position in the district.
    pub index: usize,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: Kind,
    /// Number of its first student.
    pub first: u32,
    /// How many students.
    pub count: u32,
}

/// A district: everything follows from the seed.
#[derive(Debug, Clone)]
pub struct District {
    /// The seed.
    pub seed: u64,
    /// All courses.
    pub catalogue: Catalogue,
    /// All schools.
    pub schools: Vec<School>,
}

/// Everything of one school.
#[derive(Debug, Clone)]
pub struct SchoolData {
    /// The master schedule.
    pub sections: Vec<Section>,
    /// The students, by number.
    pub students: Vec<Student>,
}

impl District {
    /// Plans a district of at least 26 students.
    #[must_use]
    pub fn generate(seed: u64, students: u32) -> Self {
        let students = students.max(26);
        // Shares of DOMAIN.md section 8: 31.2 % in grades 9 to 12; the rest by grade levels.
        let high = (u64::from(students) * 312 / 1000) as u32;
        let middle = (u64::from(students) * 229 / 1000) as u32;
        let mut schools = Vec::new();
        let mut first = 0;
        for (kind, total, size, least) in [
            (Kind::Elementary, students - high - middle, 500, 3),
            (Kind::Middle, middle, 800, 2),
            (Kind::High, high, 1300, 1),
        ] {
            let number = (total / size).max(least);
            for place in 0..number {
                let count = total / number + u32::from(place < total % number);
                let index = schools.len();
                schools.push(School { index, name: school_name(index, kind), kind, first, count });
                first += count;
            }
        }
        Self { seed, catalogue: Catalogue::new(electives(students)), schools }
    }

    /// How many students there are.
    #[must_use]
    pub fn students(&self) -> u32 {
        self.schools.iter().map(|s| s.count).sum()
    }

    /// A school of a kind that is not the given one, if there is one: where transfers come from.
    #[must_use]
    pub fn other_school(&self, than: usize, chance: &mut Chance) -> Option<usize> {
        // Schools of a kind lie side by side: a state has too many of them to look at each for every student.
        let kind = self.schools[than].kind;
        let first = self.first_of(kind);
        let count = self.schools.partition_point(|s| s.kind <= kind) - first;
        (count > 1).then(|| {
            let other = first + chance.below(count - 1);
            if other < than { other } else { other + 1 }
        })
    }

    /// The first school of a kind.
    #[must_use]
    pub fn first_of(&self, kind: Kind) -> usize {
        self.schools.partition_point(|s| s.kind < kind)
    }

    /// Makes one school. It depends on nothing but the seed, the size of the district and the school's position.
    #[must_use]
    pub fn school(&self, index: usize) -> SchoolData {
        let school = &self.schools[index];
        let mut sections = SectionBook::new(self, school);
        let mut students: Vec<Student> =
            (0..school.count).map(|place| identity::student(self, school, place)).collect();
        for (place, student) in students.iter_mut().enumerate() {
            program::enroll(self, school, student);
            program::schedule(self, school, student, place, &mut sections);
            history::write(self, school, student);
        }
        ranking::rank(&mut students);
        let mut data = SchoolData { sections: sections.finish(), students };
        graduation::audit(self, &mut data);
        data
    }
}

/// A district of 650,000 has 9,000 courses (DOMAIN.md section 8).
fn electives(students: u32) -> usize {
    (students as usize / 80).min(9_000)
}

fn school_name(index: usize, kind: Kind) -> String {
    let place = names::PLACES[index * 7 % names::PLACES.len()];
    let round = index / names::PLACES.len();
    if round == 0 { format!("{place} {}", kind.word()) } else { format!("{place} {} {}", round + 1, kind.word()) }
}

/// What makes a section: course, term (as number), grade level and group of students.
type SectionKey = (usize, u8, i8, usize);

/// The sections of a school as students ask for them.
#[derive(Debug)]
pub struct SectionBook {
    school: usize,
    seed: u64,
    known: BTreeMap<SectionKey, usize>,
    sections: Vec<Section>,
}

impl SectionBook {
    fn new(district: &District, school: &School) -> Self {
        Self { school: school.index, seed: district.seed, known: BTreeMap::new(), sections: Vec::new() }
    }

    /// The section of a key, made on first use by `make` (which need not set the number).
    pub fn section(&mut self, key: SectionKey, make: impl FnOnce(&mut Chance) -> Section) -> usize {
        if let Some(position) = self.known.get(&key) {
            return *position;
        }
        let position = self.sections.len();
        let subject = ((self.school as u64) << 24) | (1 + position as u64);
        let mut section = make(&mut Chance::of(self.seed, Purpose::School, subject));
        if section.number == 0 {
            section.number = 101 + position as u32;
        }
        self.sections.push(section);
        self.known.insert(key, position);
        position
    }

    /// A section of the same term as another, of a course that none of the classes is in.
    #[must_use]
    pub fn like(&self, position: usize, classes: &[Class]) -> Option<usize> {
        let term = self.sections[position].term;
        let taken = |course| classes.iter().any(|c| self.sections[c.section].course == course);
        let after = (position + 1..self.sections.len()).chain(0..position);
        after.into_iter().find(|p| self.sections[*p].term == term && !taken(self.sections[*p].course))
    }

    fn finish(self) -> Vec<Section> {
        self.sections
    }
}
