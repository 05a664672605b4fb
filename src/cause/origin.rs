//! Where canonical values come from: the lines of mappings and code tables, asked for only where there is a cause.

use crate::canonical::{Entity, Field, Side};

/// The files that made the canonical records.
pub trait Origins: std::fmt::Debug + Send + Sync {
    /// The lines that fill a field of one side, one for each block of the mapping.
    fn fields(&self, side: Side, entity: Entity, field: Field) -> Vec<Origin>;

    /// The line of a code table for a code of a side, as it would be with another target. Line 0 when the table does
    /// not have the code; `None` when there is no table to write into.
    fn code(&self, origin: &Origin, raw: &str, to: &str) -> Option<CodeLine>;

    /// `policies/gpa.toml line 14`: the line of the policy of a kind of GPA that begins so; the file alone where there is
    /// no such line.
    fn policy(&self, side: Side, kind: &str, begins: &str) -> Option<String>;

    /// Who repairs what a side's system holds in a field (in records) of an entity; empty when the project does not say.
    fn owner(&self, side: Side, entity: Entity, field: Option<Field>) -> String;
}

/// The line that fills a canonical field of one side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The block of the mapping, from 1.
    pub block: u16,
    /// `STU.GR`: table and column in that system's own words.
    pub column: String,
    /// The mapping file.
    pub file: String,
    /// The line, from 1; 0 when it is not known.
    pub line: u32,
    /// The line as written.
    pub text: String,
    /// The code table that the field is looked up in, when one is in use.
    pub crosswalk: Option<String>,
    /// The end dates of the side are the day after.
    pub is_end_exclusive: bool,
    /// School years are written by the year in which they start; `None` when they are written in full.
    pub is_year_of_start: Option<bool>,
    /// Formats of dates.
    pub dates: Vec<String>,
    /// Who repairs the line, when the project says so.
    pub owner: String,
}

impl Origin {
    /// `mappings/aeries/mapping.toml line 42`.
    #[must_use]
    pub fn place(&self) -> String {
        if self.line == 0 { self.file.clone() } else { format!("{} line {}", self.file, self.line) }
    }
}

/// A line of a code table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeLine {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 when it is to be added.
    pub line: u32,
    /// The whole line as it should be.
    pub text: String,
    /// Who repairs it, when the project says so.
    pub owner: String,
}

/// Nothing is known of where values come from.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoOrigins;

impl Origins for NoOrigins {
    fn fields(&self, _: Side, _: Entity, _: Field) -> Vec<Origin> {
        Vec::new()
    }

    fn code(&self, _: &Origin, _: &str, _: &str) -> Option<CodeLine> {
        None
    }

    fn policy(&self, _: Side, _: &str, _: &str) -> Option<String> {
        None
    }

    fn owner(&self, _: Side, _: Entity, _: Option<Field>) -> String {
        String::new()
    }
}

/// A mapping line with one more setting, or with another value of it; `None` when the line is not of a form that can be
/// written on.
pub(super) fn with_setting(text: &str, key: &str, value: &str) -> Option<String> {
    let (name, given) = text.split_once('=')?;
    let (name, given) = (name.trim(), given.trim());
    if let Some((column, _)) = given.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        return Some(format!("{name} = {{ column = \"{column}\", {key} = {value} }}"));
    }
    let inside = given.strip_prefix('{')?;
    let inside = inside[..inside.rfind('}')?].trim();
    let mut settings: Vec<String> = Vec::new();
    let mut is_set = false;
    for setting in parts(inside) {
        let is_it = setting.split_once('=').is_some_and(|(k, _)| k.trim() == key);
        settings.push(if is_it { format!("{key} = {value}") } else { setting });
        is_set |= is_it;
    }
    if !is_set {
        settings.push(format!("{key} = {value}"));
    }
    Some(format!("{name} = {{ {} }}", settings.join(", ")))
}

/// The settings of an inline table: commas inside texts and lists do not part them.
fn parts(inside: &str) -> Vec<String> {
    let (mut list, mut part, mut depth, mut quoted) = (Vec::new(), String::new(), 0, false);
    for c in inside.chars() {
        match c {
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                list.push(std::mem::take(&mut part).trim().to_owned());
                continue;
            }
            _ => {}
        }
        part.push(c);
    }
    list.push(part.trim().to_owned());
    list.retain(|p| !p.is_empty());
    list
}

#[cfg(test)]
mod tests {
    use super::with_setting;

    #[test]
    fn a_setting_is_added_or_replaced_and_the_rest_of_the_line_stays() {
        let with = |text| with_setting(text, "factor", "\"0.1\"").unwrap();
        assert_eq!(with("credit = \"CR\""), "credit = { column = \"CR\", factor = \"0.1\" }");
        assert_eq!(with("credit = \"CR\"  # units"), "credit = { column = \"CR\", factor = \"0.1\" }");
        let list = "x = { coalesce = [\"A\", \"B\"], factor = \"10\", null = [\",\"] }";
        assert_eq!(with(list), "x = { coalesce = [\"A\", \"B\"], factor = \"0.1\", null = [\",\"] }");
        assert_eq!(with_setting("a sentence", "factor", "1"), None);
    }
}
