//! The course catalogue of an invented district: areas, levels, A/B halves, year and semester courses.

use std::collections::BTreeMap;

/// Subject areas, as graduation requirements name them (DOMAIN.md section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Area {
    /// English.
    English,
    /// Mathematics.
    Math,
    /// Laboratory science.
    Science,
    /// Social science.
    Social,
    /// A language other than English.
    Language,
    /// Visual and performing arts.
    Arts,
    /// Physical education.
    PhysicalEducation,
    /// Health.
    Health,
    /// Everything else.
    Elective,
}

impl Area {
    /// All areas in the order of requirements; electives last, because they take the overflow.
    pub const ALL: [Self; 9] = [
        Self::English,
        Self::Math,
        Self::Science,
        Self::Social,
        Self::Language,
        Self::Arts,
        Self::PhysicalEducation,
        Self::Health,
        Self::Elective,
    ];

    /// The code that all layouts write.
    #[must_use]
    pub const fn code(self) -> &'static str {
        ["ENG", "MATH", "SCI", "SOC", "LOTE", "VPA", "PE", "HLTH", "ELEC"][self as usize]
    }
}

/// How demanding a course is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// No bump.
    Regular,
    /// Honors.
    Honors,
    /// Advanced Placement.
    Ap,
    /// International Baccalaureate.
    Ib,
    /// Dual enrollment with a college.
    Dual,
}

impl Level {
    /// The canonical word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        ["regular", "honors", "ap", "ib", "dual"][self as usize]
    }

    /// True when a good mark earns an extra point in a weighted GPA.
    #[must_use]
    pub const fn is_weighted(self) -> bool {
        !matches!(self, Self::Regular)
    }
}

/// How a course lies in the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// First half, with a code of its own.
    HalfA,
    /// Second half, with a code of its own.
    HalfB,
    /// All year under one code, a mark each semester.
    Year,
    /// All year under one code, one mark at the end.
    YearGraded,
    /// One semester.
    Semester,
}

/// One course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    /// Unique stem, the base of every layout's code: `ALG1A`.
    pub stem: String,
    /// Title.
    pub title: String,
    /// Subject area.
    pub area: Area,
    /// Level.
    pub level: Level,
    /// How it lies in the year.
    pub shape: Shape,
    /// Marks are P and NP.
    pub pass_fail: bool,
    /// May be taken again for credit.
    pub repeatable: bool,
    /// Gives high-school credit.
    pub credit: bool,
}

impl Course {
    /// Credit of the whole course in thousandths of a California credit (a semester is 5).
    #[must_use]
    pub const fn credit(&self) -> i64 {
        match self.shape {
            _ if !self.credit => 0,
            Shape::HalfA | Shape::HalfB | Shape::Semester => 5_000,
            Shape::Year | Shape::YearGraded => 10_000,
        }
    }
}

/// The courses of a slot of the day: what is taken in the first and in the second semester.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Choice {
    /// Position of the course of the first semester.
    pub first: usize,
    /// Position of the course of the second semester; the same for year courses.
    pub second: usize,
}

/// All courses, and where each stem is.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// The courses; a position is the identity of a course in the district.
    pub courses: Vec<Course>,
    stems: BTreeMap<String, usize>,
    /// How many numbered electives there are.
    extra: usize,
}

type Spec = (&'static str, &'static str, Area, Level, char);

/// `h` two halves, `y` year, `g` year with one mark, `s` semester, `r` as `g` but repeatable, `p` pass/fail year,
/// `n` year without credit.
#[rustfmt::skip]
const BASE: [Spec; 83] = {
    use Area::{Arts, Elective, English, Health, Language, Math, PhysicalEducation as Pe, Science, Social};
    use Level::{Ap, Dual, Honors, Ib, Regular};
    [
        ("HRK", "Homeroom Kindergarten", Elective, Regular, 'n'), ("HR1", "Homeroom Grade 1", Elective, Regular, 'n'),
        ("HR2", "Homeroom Grade 2", Elective, Regular, 'n'), ("HR3", "Homeroom Grade 3", Elective, Regular, 'n'),
        ("HR4", "Homeroom Grade 4", Elective, Regular, 'n'), ("HR5", "Homeroom Grade 5", Elective, Regular, 'n'),
        ("PEE", "Elementary PE", Pe, Regular, 'n'),
        ("ENG6", "English 6", English, Regular, 'n'), ("MTH6", "Math 6", Math, Regular, 'n'), ("SCI6", "Science 6", Science, Regular, 'n'),
        ("SOC6", "Ancient History", Social, Regular, 'n'), ("PE6", "PE 6", Pe, Regular, 'n'), ("ART6", "Art Wheel", Arts, Regular, 'n'), ("LNG6", "Language Explore", Language, Regular, 'n'),
        ("ENG7", "English 7", English, Regular, 'n'), ("MTH7", "Math 7", Math, Regular, 'n'), ("SCI7", "Science 7", Science, Regular, 'n'),
        ("SOC7", "Medieval History", Social, Regular, 'n'), ("PE7", "PE 7", Pe, Regular, 'n'), ("ART7", "Beginning Chorus", Arts, Regular, 'n'), ("LNG7", "Coding, Beginning", Elective, Regular, 'n'),
        ("ENG8", "English 8", English, Regular, 'n'), ("MTH8", "Math 8", Math, Regular, 'n'), ("SCI8", "Science 8", Science, Regular, 'n'),
        ("SOC8", "US History 8", Social, Regular, 'n'), ("PE8", "PE 8", Pe, Regular, 'n'), ("ART8", "Orchestra", Arts, Regular, 'n'), ("LNG8", "Study Skills", Elective, Regular, 'n'),
        ("ENG9", "English 9", English, Regular, 'h'), ("ENG9H", "English 9 Honors", English, Honors, 'h'),
        ("ENG10", "English 10", English, Regular, 'h'), ("ENG10H", "English 10 Honors", English, Honors, 'h'),
        ("AMLIT", "American Literature", English, Regular, 'h'), ("APLANG", "AP English Language", English, Ap, 'y'),
        ("EXPOS", "Expository Composition", English, Regular, 'h'), ("APLIT", "AP English Literature", English, Ap, 'y'), ("IBENG", "IB English HL", English, Ib, 'y'),
        ("ALG1", "Algebra 1", Math, Regular, 'h'), ("GEOM", "Geometry", Math, Regular, 'h'), ("GEOMH", "Geometry Honors", Math, Honors, 'h'),
        ("ALG2", "Algebra 2", Math, Regular, 'h'), ("ALG2H", "Algebra 2 Honors", Math, Honors, 'h'), ("STATS", "Statistics", Math, Regular, 'y'),
        ("PRECALC", "Precalculus Honors", Math, Honors, 'y'), ("APCALC", "AP Calculus AB", Math, Ap, 'y'), ("APSTAT", "AP Statistics", Math, Ap, 'y'),
        ("BIO", "Biology", Science, Regular, 'h'), ("BIOH", "Biology Honors", Science, Honors, 'h'), ("CHEM", "Chemistry", Science, Regular, 'h'),
        ("CHEMH", "Chemistry Honors", Science, Honors, 'h'), ("PHYS", "Physics", Science, Regular, 'y'), ("APPHYS", "AP Physics 1", Science, Ap, 'y'),
        ("ENVSCI", "Environmental Science", Science, Regular, 'y'), ("APBIO", "AP Biology", Science, Ap, 'y'),
        ("ETHN", "Ethnic Studies", Social, Regular, 's'), ("GEOG", "World Geography", Social, Regular, 's'),
        ("WHIST", "World History", Social, Regular, 'h'), ("APWRLD", "AP World History", Social, Ap, 'y'),
        ("USHIST", "US History", Social, Regular, 'h'), ("APUSH", "AP US History", Social, Ap, 'y'),
        ("GOV", "Principles of American Democracy", Social, Regular, 's'), ("APGOV", "AP US Government", Social, Ap, 's'),
        ("ECON", "Economics", Social, Regular, 's'), ("DPSY", "College Psychology, Introduction", Social, Dual, 's'),
        ("SPAN1", "Spanish 1", Language, Regular, 'h'), ("SPAN2", "Spanish 2", Language, Regular, 'h'), ("SPAN3", "Spanish 3 Honors", Language, Honors, 'h'), ("APSPAN", "AP Spanish Language", Language, Ap, 'y'),
        ("FREN1", "French 1", Language, Regular, 'h'), ("FREN2", "French 2", Language, Regular, 'h'), ("FREN3", "French 3", Language, Regular, 'h'),
        ("PE9", "PE 9", Pe, Regular, 'y'), ("PE10", "PE 10", Pe, Regular, 'y'), ("WTRAIN", "Weight Training", Pe, Regular, 'r'), ("JROTC", "JROTC Leadership", Pe, Regular, 'g'),
        ("HEALTH", "Health", Health, Regular, 's'), ("LIFE", "Life Skills", Elective, Regular, 's'),
        ("ART1", "Drawing and Painting", Arts, Regular, 'y'), ("BAND", "Concert Band", Arts, Regular, 'r'), ("THEA", "Theater Arts", Arts, Regular, 'y'),
        ("APCSP", "AP Computer Science Principles", Elective, Ap, 'y'), ("YEARB", "Yearbook", Elective, Regular, 'r'), ("AIDE", "Student Aide", Elective, Regular, 'p'),
    ]
};

impl Catalogue {
    /// The base courses and `extra` numbered electives.
    #[must_use]
    pub fn new(extra: usize) -> Self {
        let mut catalogue = Self { courses: Vec::new(), stems: BTreeMap::new(), extra };
        for (stem, title, area, level, shape) in BASE {
            catalogue.add_spec(stem, title, area, level, shape);
        }
        for number in 0..extra {
            catalogue.add(Course {
                stem: format!("EL{number:04}"),
                title: format!("Career Pathway {}", number + 101),
                area: Area::Elective,
                level: Level::Regular,
                shape: Shape::Year,
                pass_fail: false,
                repeatable: false,
                credit: true,
            });
        }
        catalogue
    }

    fn add_spec(&mut self, stem: &str, title: &str, area: Area, level: Level, letter: char) {
        let course = |stem: String, title: String, shape| Course {
            stem,
            title,
            area,
            level,
            shape,
            pass_fail: letter == 'p',
            repeatable: letter == 'r',
            credit: letter != 'n',
        };
        match letter {
            'h' => {
                self.add(course(format!("{stem}A"), format!("{title} A"), Shape::HalfA));
                self.add(course(format!("{stem}B"), format!("{title} B"), Shape::HalfB));
            }
            's' => self.add(course(stem.into(), title.into(), Shape::Semester)),
            'g' | 'r' => self.add(course(stem.into(), title.into(), Shape::YearGraded)),
            _ => self.add(course(stem.into(), title.into(), Shape::Year)),
        }
    }

    fn add(&mut self, course: Course) {
        self.stems.insert(course.stem.clone(), self.courses.len());
        self.courses.push(course);
    }

    /// The position of a stem, or of its A half.
    fn position(&self, stem: &str) -> usize {
        let half = || self.stems.get(&format!("{stem}A"));
        self.stems.get(stem).or_else(half).copied().unwrap_or_default()
    }

    /// A course all year long, in one or in two halves.
    #[must_use]
    pub fn year(&self, stem: &str) -> Choice {
        let first = self.position(stem);
        let second = if self.courses[first].shape == Shape::HalfA { first + 1 } else { first };
        Choice { first, second }
    }

    /// Two semester courses.
    #[must_use]
    pub fn semesters(&self, first: &str, second: &str) -> Choice {
        Choice { first: self.position(first), second: self.position(second) }
    }

    /// A numbered elective, or a base one where there are none.
    #[must_use]
    pub fn elective(&self, number: usize) -> Choice {
        match number.checked_rem(self.extra) {
            Some(number) => self.year(&format!("EL{number:04}")),
            None => self.year("APCSP"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_follow_each_other_and_stems_are_unique() {
        let catalogue = Catalogue::new(3);
        assert_eq!(catalogue.stems.len(), catalogue.courses.len());
        let algebra = catalogue.year("ALG1");
        assert_eq!(catalogue.courses[algebra.first].title, "Algebra 1 A");
        assert_eq!(catalogue.courses[algebra.second].stem, "ALG1B");
        assert_eq!(catalogue.year("STATS").first, catalogue.year("STATS").second);
        assert_eq!(catalogue.courses[catalogue.elective(7).first].stem, "EL0001");
    }
}
