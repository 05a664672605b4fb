//! The codes and value formats of each system: what a crosswalk or a mapping must translate.

use jiff::civil::Date;
use unicode_normalization::UnicodeNormalization;

use super::{Dress, System};
use crate::canonical::{Entity, Field};
use crate::synth::binding::words;
use crate::synth::catalogue::{Catalogue, Level};
use crate::synth::district::Kind;
use crate::synth::ranking;
use crate::synth::student::{Gpa, Student};

/// The codes of one side.
#[derive(Debug, Clone, Copy)]
pub struct Codes<'a> {
    /// The system.
    pub system: System,
    /// How it presents things.
    pub dress: &'a Dress,
}

impl Codes<'_> {
    /// A school's code; `None` is a school outside the district.
    #[must_use]
    pub fn school(&self, school: Option<usize>) -> String {
        match (self.system, school) {
            // 0999 is the school outside.
            (System::Aeries, Some(s)) => format!("{:04}", if s < 988 { s + 11 } else { s + 12 }),
            (System::Aeries, None) => "0999".into(),
            (System::PowerSchool, Some(s)) => (20_100 + s * 3).to_string(),
            (System::PowerSchool, None) => "99999".into(),
            (System::InfiniteCampus, Some(s)) => format!("{:05}", 410 + s * 2),
            (System::InfiniteCampus, None) => "09999".into(),
            (System::OneRoster, Some(s)) => format!("org-{:04}", s + 1),
            (System::OneRoster, None) => "org-external".into(),
        }
    }

    /// A course's code.
    #[must_use]
    pub fn course(&self, catalogue: &Catalogue, course: usize) -> String {
        match self.system {
            System::Aeries => format!("{:06}", 10_003 + course * 97),
            System::PowerSchool => catalogue.courses[course].stem.clone(),
            System::InfiniteCampus => format!("{:05}", 1_207 + course),
            System::OneRoster => format!("crs-{}", catalogue.courses[course].stem.to_lowercase()),
        }
    }

    /// A teacher's code; 0 is nobody.
    #[must_use]
    pub fn teacher(&self, teacher: u32) -> String {
        match (self.system, teacher) {
            (_, 0) => String::new(),
            (System::Aeries, t) => (1_000 + t).to_string(),
            (System::PowerSchool, t) => format!("T{}", 204_117 + t),
            (System::InfiniteCampus, t) => format!("E{:06}", 7_301 + t),
            (System::OneRoster, t) => format!("usr-t{t}"),
        }
    }

    /// A mark.
    #[must_use]
    pub const fn mark(&self, mark: &'static str) -> &'static str {
        match (self.system, mark.as_bytes()) {
            (System::PowerSchool, b"NP") => "N",
            (System::OneRoster, b"P") => "CR",
            (System::OneRoster, b"NP") => "NC",
            _ => mark,
        }
    }

    /// A level of courses.
    #[must_use]
    pub const fn level(&self, level: Level) -> &'static str {
        let words: [&str; 5] = match self.system {
            System::Aeries => ["", "H", "A", "I", "D"],
            System::PowerSchool => ["REG", "HON", "AP", "IB", "DE"],
            System::InfiniteCampus => ["R", "H", "AP", "IB", "C"],
            System::OneRoster => ["regular", "honors", "ap", "ib", "dual"],
        };
        words[level as usize]
    }

    /// A grade level.
    #[must_use]
    pub fn grade(&self, grade: i8) -> String {
        match (self.system, grade) {
            (System::Aeries | System::PowerSchool, g) => g.to_string(),
            (System::InfiniteCampus | System::OneRoster, 0) => "KG".into(),
            (System::InfiniteCampus | System::OneRoster, g) => format!("{g:02}"),
        }
    }

    /// A day.
    #[must_use]
    pub fn day(&self, day: Date) -> String {
        match self.system {
            System::OneRoster => day.to_string(),
            _ => format!("{:02}/{:02}/{:04}", day.month(), day.day(), day.year()),
        }
    }

    /// A last day; empty while it lasts.
    #[must_use]
    pub fn last_day(&self, day: Option<Date>) -> String {
        let exclusive = matches!(self.system, System::PowerSchool | System::OneRoster);
        day.map_or_else(String::new, |d| self.day(if exclusive { d.tomorrow().unwrap_or(d) } else { d }))
    }

    /// A credit, from thousandths of a Californian credit.
    #[must_use]
    pub fn credit(&self, thousandths: i64) -> String {
        let (units, digits) = if self.dress.carnegie { (thousandths, 4) } else { (thousandths, 3) };
        let scale = 10_i64.pow(digits);
        let text = format!("{}.{:0width$}", units / scale, units % scale, width = digits as usize);
        let least = if self.system == System::InfiniteCampus { 3 } else { 1 };
        let point = text.find('.').unwrap_or(text.len());
        let mut end = text.trim_end_matches('0').len();
        end = end.max(point + 1 + least).min(text.len());
        text[..end].to_owned()
    }

    /// Points of a mark; empty when there are none.
    #[must_use]
    pub fn points(&self, thousandths: Option<i64>) -> String {
        thousandths.map_or_else(String::new, |p| format!("{}.{:02}", p / 1_000, p % 1_000 / 10))
    }

    /// A stored GPA.
    #[must_use]
    pub fn gpa(&self, gpa: &Gpa) -> String {
        ranking::printed(gpa, self.dress.gpa_digits)
    }

    /// A rank or class size; empty when not ranked.
    #[must_use]
    pub fn rank(&self, rank: u32) -> String {
        if rank == 0 { String::new() } else { rank.to_string() }
    }

    /// Yes or no.
    #[must_use]
    pub const fn flag(&self, flag: bool) -> &'static str {
        match (self.system, flag) {
            (System::Aeries, true) => "Y",
            (System::Aeries, false) => "N",
            (System::OneRoster, true) => "true",
            (System::OneRoster, false) => "false",
            (_, true) => "1",
            (_, false) => "0",
        }
    }

    /// Why a stay at a school ended.
    #[must_use]
    pub fn exit_code(&self, code: &str) -> String {
        if self.dress.exit_details && !code.is_empty() { format!("{code}-1") } else { code.to_owned() }
    }

    /// A name of a person.
    #[must_use]
    pub fn name(&self, name: &str) -> String {
        let upper = self.system == System::Aeries;
        let text = if upper { name.to_uppercase() } else { name.to_owned() };
        if self.dress.loose_text && !text.is_empty() { format!("{} ", text.nfd()) } else { text }
    }

    /// A room.
    #[must_use]
    pub fn room(&self, room: u32) -> String {
        if self.dress.room_labels { format!("Room {room}") } else { room.to_string() }
    }

    /// A homeroom; younger students sit with a class, older ones have an advisory.
    #[must_use]
    pub fn homeroom(&self, student: &Student, kind: Kind) -> String {
        let number = student.number % 29 + 1;
        let text = if kind == Kind::Elementary { format!("K{number}") } else { format!("ADV {number}") };
        if self.dress.room_labels { format!("{text} hall") } else { text }
    }

    /// A school's calendar: traditional, or year-round track B.
    #[must_use]
    pub const fn calendar(&self, track_b: bool) -> &'static str {
        match (self.system, track_b) {
            (System::Aeries, false) => "TRAD",
            (System::Aeries, true) => "TRK-B",
            (System::InfiniteCampus, false) => "Traditional",
            (System::InfiniteCampus, true) => "Track B",
            (_, false) => "T",
            (_, true) => "B",
        }
    }

    /// The number of a section.
    #[must_use]
    pub fn section(&self, number: u32) -> u32 {
        if self.dress.renumber_sections { number * 3 + 7_000 } else { number }
    }
}

/// The words that every layout has: flags (yes, no), flags of "counts in the GPA", levels, pass and no pass.
pub(super) fn common_words(
    flags: [&str; 2],
    in_gpa: [&str; 2],
    levels: [&str; 3],
    pass: [&str; 2],
) -> Vec<(Entity, Field, String, String)> {
    let mut all = Vec::new();
    for entity in Entity::ALL {
        for field in Field::of(entity).iter().filter(|f| f.kind() == crate::canonical::Kind::Flag) {
            let [yes, no] = if *field == Field::InGpa { in_gpa } else { flags };
            all.extend(words(entity, *field, &[("true", yes), ("false", no)]));
        }
    }
    for entity in [Entity::Transcript, Entity::Course] {
        let [regular, honors, ap] = levels;
        all.extend(words(entity, Field::Level, &[("regular", regular), ("honors", honors), ("ap", ap)]));
    }
    all.extend(words(Entity::Transcript, Field::Mark, &[("P", pass[0]), ("NP", pass[1])]));
    all
}
