//! A requirement file, read and checked.

use crate::policy::gpa::rules::Scale;

/// Most areas that a file may have: a row's areas are bits.
pub const MOST_AREAS: usize = 30;

/// What a student needs to graduate, or to enter a university.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirements {
    /// Kebab-case name.
    pub name: String,
    /// For screens.
    pub label: String,
    /// How marks compare.
    pub scale: Scale,
    /// Credit areas, in the order in which vendors fill them; electives last.
    pub areas: Vec<Area>,
    /// Requirements that are no courses.
    pub items: Vec<Item>,
    /// Codes end in `A` and `B`: the second half needs the first.
    pub sequence: bool,
}

/// One area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    /// Kebab-case name; also what a stored requirement may be called.
    pub name: String,
    /// For screens.
    pub label: String,
    /// Credits needed, in parts of `WEIGHT_UNIT`.
    pub credits: i64,
    /// The least mark that counts here.
    pub min_mark: Option<String>,
    /// Subject areas whose courses count.
    pub subjects: Vec<String>,
    /// Course codes that count, substitutions among them.
    pub courses: Vec<String>,
    /// Beginnings of course codes that count.
    pub prefixes: Vec<String>,
    /// Course codes that do not count, whatever their subject.
    pub not_courses: Vec<String>,
    /// Every course counts: electives, and what other areas have too much.
    pub any: bool,
    /// A half counts only with the other half.
    pub halves: bool,
    /// All credits from one group of courses: one language.
    pub same_group: bool,
    /// The groups: name and beginnings of codes. Without any, the letters that a code begins with.
    pub groups: Vec<(String, Vec<String>)>,
    /// The most that one course may give, in parts of `WEIGHT_UNIT`.
    pub cap: Option<i64>,
    /// Passing one of these courses gives credits here: a higher course validates a lower one.
    pub validations: Vec<Validation>,
    /// First graduating class.
    pub from_cohort: Option<i16>,
    /// Last graduating class.
    pub through_cohort: Option<i16>,
    /// Only these tracks; empty: all.
    pub tracks: Vec<String>,
}

impl Area {
    /// True when the area is asked of a student of that class and track.
    #[must_use]
    pub fn applies(&self, cohort: Option<i16>, track: Option<&str>) -> bool {
        let from = self.from_cohort.is_none_or(|from| cohort.is_some_and(|c| c >= from));
        let through = self.through_cohort.is_none_or(|through| cohort.is_some_and(|c| c <= through));
        let on_track = self.tracks.is_empty() || track.is_some_and(|t| self.tracks.iter().any(|known| known == t));
        from && through && on_track
    }
}

/// A higher course that stands for lower ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validation {
    /// Beginnings of codes of the higher course.
    pub prefixes: Vec<String>,
    /// The least mark.
    pub min_mark: Option<String>,
    /// Credits given.
    pub credits: i64,
}

/// A requirement that is no course: an exam, service learning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What the stored requirement is called.
    pub name: String,
    /// For screens.
    pub label: String,
    /// What systems call it, beside its name.
    pub codes: Vec<String>,
}

impl Item {
    /// True when a stored requirement is this item.
    #[must_use]
    pub fn is(&self, code: &str) -> bool {
        self.name.eq_ignore_ascii_case(code) || self.codes.iter().any(|c| c.eq_ignore_ascii_case(code))
    }
}
