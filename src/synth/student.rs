//! One invented student with everything that a student information system keeps of one.

use jiff::civil::Date;

use super::catalogue::Level;

/// Active or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// In class.
    Active,
    /// Enrolled but never came.
    NoShow,
    /// Left during the year.
    Withdrawn,
}

/// A part of the school year, or summer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// All year.
    Year,
    /// First semester.
    First,
    /// Second semester.
    Second,
    /// Summer.
    Summer,
}

impl Term {
    /// The canonical name.
    #[must_use]
    pub const fn canonical(self) -> &'static str {
        match self {
            Self::Year => "FY",
            Self::First => "S1",
            Self::Second => "S2",
            Self::Summer => "SU",
        }
    }
}

/// A stay at a school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stint {
    /// Position of the school in the district.
    pub school: usize,
    /// First day.
    pub entry: Date,
    /// Last day, inclusive.
    pub exit: Option<Date>,
    /// Why it ended; empty while it lasts.
    pub code: &'static str,
    /// The main one.
    pub primary: bool,
}

/// A section of a school's master schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Position of the school in the district.
    pub school: usize,
    /// Number, unique in its school.
    pub number: u32,
    /// Position of the course in the catalogue.
    pub course: usize,
    /// Year or semester.
    pub term: Term,
    /// Period of the day, 0 to 8.
    pub period: u8,
    /// `AB` every day, else `A` or `B` days only.
    pub days: &'static str,
    /// Number of the teacher, unique in the district.
    pub teacher: u32,
    /// Second teacher.
    pub co_teacher: Option<u32>,
    /// Room number.
    pub room: u32,
}

/// A student in a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// Position of the section in the school's sections.
    pub section: usize,
    /// First day.
    pub start: Date,
    /// Last day, inclusive.
    pub end: Date,
    /// Left before its end; kept by some systems and purged by others.
    pub dropped: bool,
}

/// A line of a transcript. Credits and points are in thousandths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graded {
    /// Calendar year in which the school year ends.
    pub year: i16,
    /// When.
    pub term: Term,
    /// Position of the course in the catalogue.
    pub course: usize,
    /// Final mark.
    pub mark: &'static str,
    /// Credit attempted.
    pub attempted: i64,
    /// Credit earned.
    pub earned: i64,
    /// Points of the mark, without any bump; none where a mark has none.
    pub points: Option<i64>,
    /// Level when taken.
    pub level: Level,
    /// `R` on the repeat of a course.
    pub repeat: bool,
    /// Position of the school in the district; none when earned elsewhere.
    pub school: Option<usize>,
    /// Grade level when taken.
    pub grade: i8,
    /// Counts in a GPA.
    pub in_gpa: bool,
    /// Number of the teacher.
    pub teacher: u32,
}

/// A stored GPA: an exact fraction, printed by the layouts with their own digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gpa {
    /// `weighted` or `unweighted`.
    pub kind: &'static str,
    /// Points times credit.
    pub quality: i64,
    /// Credit (the divisor), never 0.
    pub credit: i64,
    /// Place in the class, from 1; 0 when not ranked.
    pub rank: u32,
    /// How many are ranked.
    pub class_size: u32,
    /// Credit attempted in all.
    pub attempted: i64,
    /// Credit earned in all.
    pub earned: i64,
}

/// A line of a graduation audit, in thousandths of a credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Code of the requirement.
    pub code: &'static str,
    /// Needed.
    pub required: i64,
    /// Earned towards it.
    pub earned: i64,
    /// Scheduled towards it.
    pub in_progress: i64,
}

/// A student.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Student {
    /// Number in the district, from 0; ids are made from it.
    pub number: u32,
    /// First name.
    pub first: &'static str,
    /// Middle name, often empty.
    pub middle: &'static str,
    /// Last name.
    pub last: &'static str,
    /// Suffix, mostly empty.
    pub suffix: &'static str,
    /// Name the student goes by, often empty.
    pub preferred: &'static str,
    /// Day of birth.
    pub birth: Date,
    /// Grade level, 0 is kindergarten.
    pub grade: i8,
    /// Position of the home school.
    pub home: usize,
    /// Active or not.
    pub status: Status,
    /// Year of graduation.
    pub cohort: i16,
    /// Graduation track.
    pub track: &'static str,
    /// Special education, 504 plan, English learner, health alert, custody alert.
    pub flags: [bool; 5],
    /// 0 to 3.
    pub ability: usize,
    /// Stays at schools this year.
    pub stints: Vec<Stint>,
    /// Classes this year.
    pub classes: Vec<Class>,
    /// History.
    pub history: Vec<Graded>,
    /// Stored GPAs.
    pub gpas: Vec<Gpa>,
    /// Graduation audit.
    pub requirements: Vec<Requirement>,
}

impl Student {
    /// The district's id: seven digits, zero-padded.
    #[must_use]
    pub fn local_id(number: u32) -> String {
        format!("{:07}", 20_017 + u64::from(number))
    }

    /// The state's id: ten digits.
    #[must_use]
    pub fn state_id(number: u32) -> String {
        (4_000_031_007 + u64::from(number) * 613).to_string()
    }

    /// True in grades 9 to 12.
    #[must_use]
    pub const fn is_high(&self) -> bool {
        self.grade >= 9
    }
}
