//! Columns to fields, from their headers (learned from the shipped mappings) and the look of their values.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::canonical::{Decimal, Entity, Field, Kind};
use crate::mapping::{Mapping, Source};

/// A column of an export: its header and some of its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// As the file has it.
    pub header: String,
    /// Distinct values, some hundreds at most.
    pub values: Vec<String>,
}

/// A column proposed for a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnProposal {
    /// The field.
    pub field: Field,
    /// The column.
    pub column: String,
    /// From 0 to 100.
    pub score: u32,
    /// The name that the header was taken for, and what the values say.
    pub why: String,
    /// The date format that reads the values, for dates.
    pub format: Option<&'static str>,
}

/// Date formats that are tried, the usual ones first.
const FORMATS: [&str; 9] = [
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%Y%m%d",
    "%m-%d-%Y",
    "%d.%m.%Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%Y-%m-%dT%H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",
];
/// Proposals below are not worth reading.
const LINE: u32 = 60;

/// Proposes a column for each field of an entity, at most one each, best first.
#[must_use]
pub fn columns(entity: Entity, samples: &[Sample]) -> Vec<ColumnProposal> {
    let known = known_names();
    let mut candidates: Vec<ColumnProposal> = Vec::new();
    for field in Field::of(entity) {
        for sample in samples {
            candidates.extend(candidate(*field, sample, &known));
        }
    }
    candidates.sort_by(|a, b| (b.score, a.field, &a.column).cmp(&(a.score, b.field, &b.column)));
    let (mut fields, mut columns) = (BTreeSet::new(), BTreeSet::new());
    candidates.retain(|c| {
        let free = !fields.contains(&c.field) && !columns.contains(&c.column);
        if free {
            fields.insert(c.field);
            columns.insert(c.column.clone());
        }
        free
    });
    candidates
}

/// What kind of records the columns fit best, with its proposals, and the other kinds whose required fields they hold.
#[must_use]
pub fn kinds(samples: &[Sample], wanted: Option<Entity>) -> ((Entity, Vec<ColumnProposal>), Vec<Entity>) {
    let mut ranked: Vec<(bool, u32, Entity, Vec<ColumnProposal>)> = Entity::ALL
        .into_iter()
        .filter(|entity| wanted.is_none_or(|w| w == *entity))
        .map(|entity| {
            let proposals = columns(entity, samples);
            let has = |field: &Field| proposals.iter().any(|p| p.field == *field);
            let whole = Field::required(entity).iter().all(has);
            (whole, proposals.iter().map(|p| p.score).sum(), entity, proposals)
        })
        .collect();
    // The first of equals in canonical order.
    ranked.sort_by(|a, b| (b.0, b.1).cmp(&(a.0, a.1)).then(a.2.cmp(&b.2)));
    let others = ranked.iter().skip(1).filter(|(whole, ..)| *whole).map(|(_, _, entity, _)| *entity).collect();
    let best = ranked.into_iter().next().map(|(_, _, entity, proposals)| (entity, proposals));
    (best.unwrap_or((Entity::Student, Vec::new())), others)
}

/// The names under which the shipped mappings know each field.
fn known_names() -> BTreeMap<Field, BTreeSet<String>> {
    let mut names: BTreeMap<Field, BTreeSet<String>> = BTreeMap::new();
    for field in Field::ALL {
        names.entry(field).or_default().insert(plain(field.name()));
    }
    let none = BTreeMap::new();
    for name in Mapping::shipped_names() {
        let Some(Ok(mapping)) = Mapping::shipped(name, &none) else { continue };
        for block in &mapping.blocks {
            for spec in block.fields.iter().filter(|s| !matches!(s.source, Source::Constant(_) | Source::Cel(_))) {
                let known = names.entry(spec.field).or_default();
                for column in spec.source.columns() {
                    let table = column.join.map_or(&block.table, |j| &block.joins[j].table);
                    known.insert(plain(column.column.rsplit('.').next().unwrap_or(&column.column)));
                    let wanted = mapping.tables.get(table).map(|t| t.layout.columns.as_slice()).unwrap_or_default();
                    let aliases = wanted.iter().filter(|w| w.name == column.column).flat_map(|w| &w.aliases);
                    known.extend(aliases.map(|a| plain(a.rsplit('.').next().unwrap_or(a))));
                }
            }
        }
    }
    names
}

/// Letters and digits only, lower case.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn candidate(field: Field, sample: &Sample, known: &BTreeMap<Field, BTreeSet<String>>) -> Option<ColumnProposal> {
    let header = plain(&sample.header);
    let (score, name) = known
        .get(&field)?
        .iter()
        .map(|name| (likeness(&header, name), name))
        .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(a.1)))?;
    let (fit, format) = fit(field.kind(), &sample.values);
    let score = score * fit / 100;
    (score >= LINE).then(|| ColumnProposal {
        field,
        column: sample.header.clone(),
        score,
        why: format!("header like `{name}`, {fit} % of the values read as {}", kind_name(field.kind())),
        format,
    })
}

/// From 0 to 100; short names must be equal.
fn likeness(header: &str, name: &str) -> u32 {
    if header == name {
        return 100;
    }
    let (longest, shortest) = (header.len().max(name.len()), header.len().min(name.len()));
    if shortest <= 3 {
        return 0;
    }
    let distance = strsim::damerau_levenshtein(header, name);
    let near = longest.saturating_sub(distance) * 100 / longest;
    let within = if header.contains(name) || name.contains(header) { 60 + 35 * shortest / longest } else { 0 };
    near.max(within) as u32
}

/// How many percent of the values a field of this kind could hold, and the date format.
fn fit(kind: Kind, values: &[String]) -> (u32, Option<&'static str>) {
    let filled: Vec<&str> = values.iter().map(|v| v.trim()).filter(|v| !v.is_empty()).collect();
    if filled.is_empty() {
        return (70, None);
    }
    let share = |test: &dyn Fn(&str) -> bool| (filled.iter().filter(|v| test(v)).count() * 100 / filled.len()) as u32;
    match kind {
        Kind::Date => {
            let reads = |format: &'static str| {
                let day = |v: &str| {
                    let parsed = jiff::fmt::strtime::parse(format, v).ok().and_then(|t| t.to_date().ok());
                    parsed.is_some_and(|d| d.year() >= 1800)
                };
                (share(&day), Some(format))
            };
            FORMATS.into_iter().map(reads).fold((0, None), |best, next| if next.0 > best.0 { next } else { best })
        }
        Kind::Number => (share(&|v| Decimal::parse(v).is_ok()), None),
        Kind::Flag => {
            let words = ["y", "n", "yes", "no", "true", "false", "t", "f", "0", "1"];
            (share(&|v| words.contains(&v.to_lowercase().as_str())), None)
        }
        Kind::Year => (share(&|v| v.chars().filter(char::is_ascii_digit).count() >= 2 && v.len() <= 9), None),
        Kind::Id => (share(&|v| !v.contains(' ') || v.len() < 20), None),
        Kind::Code | Kind::Text | Kind::Term => (100, None),
    }
}

const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Id => "ids",
        Kind::Code => "codes",
        Kind::Text => "texts",
        Kind::Date => "dates",
        Kind::Number => "numbers",
        Kind::Flag => "yes or no",
        Kind::Year => "school years",
        Kind::Term => "terms",
    }
}

/// The proposals as a block of a mapping file, for a person to complete: what is required and not found is said.
#[must_use]
pub fn mapping_text(entity: Entity, table: &str, proposals: &[ColumnProposal]) -> String {
    let mut text = format!("[[{entity}]]\nfrom = \"{table}\"\n[{entity}.fields]\n");
    let quoted = |t: &str| toml::Value::String(t.to_owned()).to_string();
    for field in Field::of(entity) {
        match proposals.iter().find(|p| p.field == *field) {
            Some(p) => {
                let value = match p.format {
                    Some(format) if format != FORMATS[0] => {
                        format!("{{ column = {}, dates = [{}] }}", quoted(&p.column), quoted(format))
                    }
                    _ => quoted(&p.column),
                };
                let _written = writeln!(text, "{field} = {value}   # {} of 100: {}", p.score, p.why);
            }
            None if Field::required(entity).contains(field) => {
                let _written = writeln!(text, "# {field} = \"\"   # required, and no column looks like it");
            }
            None => {}
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(header: &str, values: &[&str]) -> Sample {
        Sample { header: header.into(), values: values.iter().map(|v| (*v).to_owned()).collect() }
    }

    #[test]
    fn headers_are_known_from_the_shipped_mappings_and_values_decide() {
        let samples = [
            sample("Student Number", &["00101", "00102"]),
            sample("Last_Name", &["Ruiz", "Lind"]),
            sample("DOB", &["04/02/2009", "11/30/2008"]),
            sample("Birth Place", &["Addison", "Chicago"]),
            sample("Favourite colour", &["red"]),
        ];
        let found = columns(Entity::Student, &samples);
        let of = |field| found.iter().find(|p| p.field == field).map(|p| p.column.as_str());
        assert_eq!(of(Field::StudentId), Some("Student Number"));
        assert_eq!(of(Field::LastName), Some("Last_Name"));
        assert_eq!(of(Field::BirthDate), Some("DOB"));
        assert!(found.iter().all(|p| p.column != "Favourite colour" && p.column != "Birth Place"), "{found:?}");
        let text = mapping_text(Entity::Student, "students", &found);
        assert!(text.contains("birth_date = { column = \"DOB\", dates = [\"%m/%d/%Y\"] }"), "{text}");
    }

    #[test]
    fn a_required_field_without_a_column_is_said() {
        let text = mapping_text(Entity::Transcript, "t", &columns(Entity::Transcript, &[sample("Mark", &["A"])]));
        assert!(text.contains("mark = \"Mark\"") && text.contains("# course = \"\"   # required"));
    }
}
