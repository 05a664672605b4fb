//! Who may see what: names in full, as initials or not at all; programs, health and custody only as "differs";
//! pseudonyms for vendors. Applied to a finding on its way into a file for people; `findings.csv` keeps everything.

use std::collections::BTreeSet;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::summary::is_personal;
use crate::canonical::Field;
use crate::finding::FindingRow;

/// How names are written into packs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Names {
    /// `Okafor, Amara`.
    Full,
    /// `O. A.`: enough beside the local id, and the default.
    #[default]
    Initials,
    /// Nothing.
    None,
}

impl Names {
    /// The setting of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "full" => Some(Self::Full),
            "initials" => Some(Self::Initials),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// What a reader may see.
#[derive(Debug, Clone, Default)]
pub struct Privacy {
    /// Names.
    pub names: Names,
    /// True for readers who may see programs, health and custody flags.
    pub sensitive: bool,
    /// Ids become pseudonyms under this key, and all other personal values are hidden: for vendors.
    pub pseudonym_key: Option<Vec<u8>>,
    /// Columns that this reader does not get; their cells are empty.
    pub without: BTreeSet<Column>,
}

/// A column of packs that a reader may have to do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// The id.
    StudentId,
    /// The name.
    StudentName,
    /// The grade level.
    GradeLevel,
    /// Both values and their difference: that something differs stays.
    Values,
    /// The working or the reason.
    Explanation,
    /// Files and lines.
    Source,
}

impl Column {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::StudentId, Self::StudentName, Self::GradeLevel, Self::Values, Self::Explanation, Self::Source];

    /// As projects name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StudentId => "student_id",
            Self::StudentName => "student_name",
            Self::GradeLevel => "grade_level",
            Self::Values => "values",
            Self::Explanation => "explanation",
            Self::Source => "source",
        }
    }
}

/// What stands in for a value that may not be seen.
pub const HIDDEN: &str = "(differs, not shown)";

impl Privacy {
    /// The finding as this reader may see it.
    #[must_use]
    pub fn apply(&self, row: FindingRow) -> FindingRow {
        let mut row = self.personal(row);
        for column in &self.without {
            leave_out(*column, &mut row);
        }
        row
    }

    fn personal(&self, mut row: FindingRow) -> FindingRow {
        let field = Field::ALL.into_iter().find(|f| f.name() == row.field);
        let sensitive = field.is_some_and(Field::is_sensitive) && !self.sensitive;
        let is_name = row.field.contains("name") || row.field == "suffix";
        let shortened = is_name && self.names != Names::Full;
        let birth = row.field == "birth_date" && self.names == Names::None;
        if let Some(key) = &self.pseudonym_key {
            row.student_id = pseudonym(key, &row.student_id);
            row.student_name.clear();
            // The reference is a plain hash over the id, and ids are few enough to try them all.
            row.reference = format!("{}-{}", row.check, pseudonym(key, &row.reference));
            row.fingerprint = pseudonym(key, &row.fingerprint);
            if is_personal(&row.field) {
                hide(&mut row);
            }
            // What is about whole students, files or unknown students can name them in its words.
            if matches!(row.area.as_str(), "student" | "load") {
                row.note.clear();
                if !row.record.is_empty() {
                    HIDDEN.clone_into(&mut row.record);
                }
            }
            return row;
        }
        if sensitive || birth || (shortened && self.names == Names::None) {
            hide(&mut row);
        }
        row.student_name = match self.names {
            Names::Full => row.student_name,
            Names::Initials => initials(&row.student_name),
            Names::None => String::new(),
        };
        row
    }
}

fn leave_out(column: Column, row: &mut FindingRow) {
    match column {
        Column::StudentId => row.student_id.clear(),
        Column::StudentName => row.student_name.clear(),
        Column::GradeLevel => row.grade_level.clear(),
        Column::Values => hide(row),
        Column::Explanation => {
            row.note.clear();
            row.cause.clear();
        }
        Column::Source => {
            (row.legacy_line, row.new_line) = (0, 0);
            row.legacy_file.clear();
            row.new_file.clear();
        }
    }
}

fn hide(row: &mut FindingRow) {
    for value in [&mut row.legacy_value, &mut row.new_value, &mut row.difference] {
        if !value.is_empty() {
            HIDDEN.clone_into(value);
        }
    }
    row.note.clear();
}

/// `Okafor, Amara` as `O. A.`.
#[must_use]
pub fn initials(name: &str) -> String {
    let letters = name.split([' ', ',']).filter_map(|part| part.chars().find(|c| c.is_alphabetic()));
    letters.map(|c| format!("{c}.")).collect::<Vec<_>>().join(" ")
}

/// A stable stand-in for an id that nobody can undo without the key: 12 hex digits of HMAC-SHA-256.
#[must_use]
pub fn pseudonym(key: &[u8], id: &str) -> String {
    if id.is_empty() {
        return String::new();
    }
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(id.as_bytes());
    mac.finalize().into_bytes().iter().take(6).map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::report::summary::example::finding;

    fn flag() -> FindingRow {
        let mut row = finding("program-flag-changed", Severity::Critical, "0041877", "012");
        row.field = "section_504".into();
        (row.legacy_value, row.new_value) = ("Y".into(), "N".into());
        row
    }

    #[test]
    fn programs_are_hidden_unless_the_reader_may_see_them() {
        let hidden = Privacy::default().apply(flag());
        assert_eq!((hidden.legacy_value.as_str(), hidden.new_value.as_str()), (HIDDEN, HIDDEN));
        let seen = Privacy { sensitive: true, ..Privacy::default() }.apply(flag());
        assert_eq!(seen.legacy_value, "Y");
    }

    #[test]
    fn names_are_written_as_the_project_says() {
        let row = || finding("mark-changed", Severity::Critical, "0041877", "012");
        let with = |names| Privacy { names, ..Privacy::default() }.apply(row()).student_name;
        assert_eq!([with(Names::Full), with(Names::Initials), with(Names::None)], ["Okafor, Amara", "O. A.", ""]);
        let name = Privacy { names: Names::None, ..Privacy::default() };
        assert_eq!(name.apply(finding("name-changed", Severity::Major, "1", "2")).new_value, HIDDEN);
    }

    #[test]
    fn a_vendor_sees_neither_ids_nor_names_but_the_same_stand_in_each_time() {
        let vendor = Privacy { pseudonym_key: Some(b"key".to_vec()), ..Privacy::default() };
        let shown = vendor.apply(finding("name-changed", Severity::Major, "0041877", "012"));
        assert_eq!(shown.student_id, vendor.apply(flag()).student_id);
        assert_ne!(shown.student_id, pseudonym(b"other", "0041877"));
        assert_eq!((shown.student_id.len(), shown.student_name.as_str(), shown.new_value.as_str()), (12, "", HIDDEN));
        let own = finding("name-changed", Severity::Major, "0041877", "012");
        assert_ne!((&shown.reference, &shown.fingerprint), (&own.reference, &own.fingerprint), "ids can be tried");
    }

    #[test]
    fn a_reader_without_a_column_gets_empty_cells() {
        let row = || finding("mark-changed", Severity::Critical, "0041877", "012");
        let without = |column| Privacy { names: Names::Full, without: [column].into(), ..Privacy::default() };
        assert_eq!(without(Column::StudentId).apply(row()).student_id, "");
        assert_eq!(without(Column::StudentName).apply(row()).student_name, "");
        assert_eq!(without(Column::GradeLevel).apply(row()).grade_level, "");
        let values = without(Column::Values).apply(row());
        assert_eq!((values.legacy_value.as_str(), values.student_name.as_str()), (HIDDEN, "Okafor, Amara"));
        assert_eq!(without(Column::Explanation).apply(row()).note, "");
        let source = without(Column::Source).apply(row());
        assert_eq!((source.legacy_file.as_str(), source.new_line), ("", 0));
    }
}
