//! The layouts in which a district can be written: the same facts in the files, codes and conventions of four systems.

mod aeries;
mod campus;
mod codes;
mod oneroster;
mod parts;
mod powerschool;
mod shared;

pub use codes::Codes;

use super::binding::Binding;
use super::district::{District, SchoolData};
use super::raw::{RawTable, Style};

/// A system whose export layout is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum System {
    /// Aeries tables as CSV.
    Aeries,
    /// PowerSchool data export: tabs.
    PowerSchool,
    /// Infinite Campus extracts.
    InfiniteCampus,
    /// OneRoster 1.2 with side files for what it lacks.
    OneRoster,
}

impl System {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Aeries, Self::PowerSchool, Self::InfiniteCampus, Self::OneRoster];

    /// Name of the shipped mapping.
    #[must_use]
    pub const fn mapping(self) -> &'static str {
        match self {
            Self::Aeries => "aeries",
            Self::PowerSchool => "powerschool",
            Self::InfiniteCampus => "infinite-campus",
            Self::OneRoster => "oneroster-1.2",
        }
    }

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Aeries => "Aeries",
            Self::PowerSchool => "PowerSchool",
            Self::InfiniteCampus => "Infinite Campus",
            Self::OneRoster => "OneRoster 1.2",
        }
    }

    /// How its files are written.
    #[must_use]
    pub const fn style(self) -> Style {
        match self {
            Self::Aeries => Style { delimiter: ',', windows_1252: true, crlf: true },
            Self::PowerSchool => Style { delimiter: '\t', windows_1252: false, crlf: false },
            Self::InfiniteCampus => Style { delimiter: ',', windows_1252: false, crlf: true },
            Self::OneRoster => Style { delimiter: ',', windows_1252: false, crlf: false },
        }
    }

    /// Its tables with headers and the rows that belong to no school.
    #[must_use]
    pub fn tables(self, district: &District, dress: &Dress) -> Vec<RawTable> {
        let codes = Codes { system: self, dress };
        match self {
            Self::Aeries => aeries::tables(district, &codes),
            Self::PowerSchool => powerschool::tables(district, &codes),
            Self::InfiniteCampus => campus::tables(district, &codes),
            Self::OneRoster => oneroster::tables(district, &codes),
        }
    }

    /// Appends the rows of one school to the tables of [`Self::tables`].
    pub fn write(self, district: &District, school: usize, data: &SchoolData, dress: &Dress, tables: &mut [RawTable]) {
        let codes = Codes { system: self, dress };
        let school = &district.schools[school];
        match self {
            Self::Aeries => aeries::write(district, school, data, &codes, tables),
            Self::PowerSchool => powerschool::write(district, school, data, &codes, tables),
            Self::InfiniteCampus => campus::write(district, school, data, &codes, tables),
            Self::OneRoster => oneroster::write(district, school, data, &codes, tables),
        }
    }

    /// Where each canonical field stands in its tables.
    #[must_use]
    pub fn binding(self) -> Binding {
        match self {
            Self::Aeries => aeries::binding(),
            Self::PowerSchool => powerschool::binding(),
            Self::InfiniteCampus => campus::binding(),
            Self::OneRoster => oneroster::binding(),
        }
    }
}

/// How a side presents the same facts. The default is how the system itself usually does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dress {
    /// N1: other section numbers.
    pub renumber_sections: bool,
    /// N2: other term numbers (PowerSchool; the others name their terms).
    pub renumber_terms: bool,
    /// N3: decomposed accents, trailing blanks, other case.
    pub loose_text: bool,
    /// N5: credits in Carnegie units, a tenth of Californian ones; the project's mapping declares the factor.
    pub carnegie: bool,
    /// N6: year rows written as two half-year rows.
    pub halves: bool,
    /// N8: rows in another order.
    pub shuffled: bool,
    /// N9: rooms and homerooms with other labels.
    pub room_labels: bool,
    /// N10: credit beyond a requirement shown there instead of under electives.
    pub no_overflow: bool,
    /// N11: dropped classes purged.
    pub purged: bool,
    /// N12: detailed exit codes, which a crosswalk takes back to their parents.
    pub exit_details: bool,
    /// Digits of stored GPAs.
    pub gpa_digits: u32,
}

impl Default for Dress {
    fn default() -> Self {
        Self {
            renumber_sections: false,
            renumber_terms: false,
            loose_text: false,
            carnegie: false,
            halves: false,
            shuffled: false,
            room_labels: false,
            no_overflow: false,
            purged: false,
            exit_details: false,
            gpa_digits: 4,
        }
    }
}
