//! A requirement file's TOML to [`Requirements`], with every mistake at its place.

use std::path::Path;

use super::rules::{Area, Item, MOST_AREAS, Requirements, Validation};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::document::Node;
use crate::policy::gpa::amounts::weight_units;
use crate::policy::gpa::marks::{rank_of, read_scale};
use crate::policy::gpa::rules::Scale;
use crate::policy::toml::{self, decimal, integer, named_lists, required_text};

/// Reads one requirement file.
///
/// # Errors
/// All mistakes of the file, in its order.
pub fn parse(path: &Path, text: &str) -> Result<Requirements, Vec<Diagnostic>> {
    toml::file(path, text, read)
}

fn read(top: &Node<'_>) -> Option<Requirements> {
    toml::schema(top);
    let name = required_text(top, "graduation");
    let label = top.text("label");
    let _ = top.text("source");
    let scale = read_scale(top, "default");
    let mut areas = Vec::new();
    for section in top.nodes("area") {
        areas.extend(read_area(&section, &scale));
        section.finish();
    }
    if areas.is_empty() || areas.len() > MOST_AREAS {
        let message = format!("the file has {} areas; it needs 1 to {MOST_AREAS}", areas.len());
        top.problems().error("no-areas", top.span(), message, "add [[area]] name = \"english\" credits = \"40\"");
    }
    let mut items = Vec::new();
    for section in top.nodes("item") {
        let (name, label) = (required_text(&section, "name"), section.text("label"));
        let codes = toml::texts(&section, "codes");
        if let Some(name) = name {
            items.push(Item { label: label.map_or_else(|| name.value.clone(), |l| l.value), name: name.value, codes });
        }
        section.finish();
    }
    let name = name?.value;
    let sequence = top.flag("sequence").unwrap_or(false);
    Some(Requirements { label: label.map_or_else(|| name.clone(), |l| l.value), name, scale, areas, items, sequence })
}

fn mark(section: &Node<'_>, key: &'static str, scale: &Scale) -> Option<String> {
    let text = section.text(key)?;
    if rank_of(scale, &text.value).is_none() {
        let message = format!("no mark is called \"{}\"", text.value);
        section.problems().error("unknown-mark", text.span, message, "write one of the marks of this file");
    }
    Some(text.value)
}

fn credits(section: &Node<'_>, key: &'static str) -> Option<i64> {
    let decimal = decimal(section, key)?;
    let units = weight_units(decimal.value);
    if units.is_none() {
        section.problems().error(
            "wrong-value",
            decimal.span,
            format!("{} is no number of credits", decimal.value),
            "write credits of at least 0 with at most six decimals",
        );
    }
    units
}

fn read_area(section: &Node<'_>, scale: &Scale) -> Option<Area> {
    let texts = |key| toml::texts(section, key);
    let cohort = |key| integer(section, key, 1950, 2100).and_then(|n| i16::try_from(n).ok());
    let name = required_text(section, "name");
    let label = section.text("label");
    if !section.has("credits") {
        section.problems().error("missing-key", section.span(), "the area has no `credits`", "add credits = \"10\"");
    }
    let needed = credits(section, "credits");
    let mut validations = Vec::new();
    for below in section.nodes("validation") {
        let prefixes = toml::texts(&below, "prefixes");
        let min_mark = mark(&below, "min_mark", scale);
        if let Some(credits) = credits(&below, "credits") {
            validations.push(Validation { prefixes, min_mark, credits });
        }
        below.finish();
    }
    let groups = section.node("groups").map(|groups| {
        let lists = named_lists(&groups);
        lists.into_iter().map(|(name, prefixes)| (name.value, prefixes)).collect::<Vec<_>>()
    });
    let min_mark = mark(section, "min_mark", scale);
    let cap = credits(section, "cap");
    let area = Area {
        label: label.map_or_else(|| name.as_ref().map_or_else(String::new, |n| n.value.clone()), |l| l.value),
        name: name.as_ref().map_or_else(String::new, |n| n.value.clone()),
        credits: needed.unwrap_or(0),
        min_mark,
        subjects: texts("subjects"),
        courses: texts("courses"),
        prefixes: texts("prefixes"),
        not_courses: texts("not_courses"),
        any: section.flag("any").unwrap_or(false),
        halves: section.flag("halves").unwrap_or(false),
        same_group: section.flag("same_group").unwrap_or(false),
        groups: groups.unwrap_or_default(),
        cap,
        validations,
        from_cohort: cohort("from_cohort"),
        through_cohort: cohort("through_cohort"),
        tracks: texts("tracks"),
    };
    if !area.any && area.subjects.is_empty() && area.courses.is_empty() && area.prefixes.is_empty() {
        let message = "no course can count in this area";
        let fix = "add subjects, courses or prefixes, or any = true";
        section.problems().error("empty-area", section.span(), message, fix);
    }
    (name.is_some() && needed.is_some()).then_some(area)
}
