//! A requirement file's TOML to [`Requirements`], with every mistake at its place.

use std::path::Path;

use super::rules::{Area, Item, MOST_AREAS, Requirements, Validation};
use crate::diagnostic::Diagnostic;
use crate::policy::gpa::amounts::weight_units;
use crate::policy::gpa::marks::{rank_of, read_scale};
use crate::policy::gpa::rules::Scale;
use crate::policy::reader::{Mistakes, Section, document};

/// Reads one requirement file.
///
/// # Errors
/// All mistakes of the file, in its order.
pub fn parse(path: &Path, text: &str) -> Result<Requirements, Vec<Diagnostic>> {
    let mistakes = Mistakes::new(path);
    let table = document(text, &mistakes);
    let requirements = {
        let top = Section::new(table.get_ref(), 0..text.len().min(1), "", &mistakes);
        let requirements = read(&top);
        top.finish();
        requirements
    };
    match requirements {
        Some(requirements) if mistakes.is_empty() => Ok(requirements),
        _ => Err(mistakes.into_sorted()),
    }
}

fn read(top: &Section<'_>) -> Option<Requirements> {
    if top.integer("schema", 1, 1).is_none() && !top.has("schema") {
        top.mistakes().note("missing-key", top.span(), "the file has no `schema`", "add schema = 1");
    }
    let name = top.required_text("graduation");
    let label = top.text("label");
    let _ = top.text("source");
    let scale = read_scale(top, "default");
    let mut areas = Vec::new();
    for section in top.sections("area") {
        areas.extend(read_area(&section, &scale));
        section.finish();
    }
    if areas.is_empty() || areas.len() > MOST_AREAS {
        let message = format!("the file has {} areas; it needs 1 to {MOST_AREAS}", areas.len());
        top.mistakes().note("no-areas", top.span(), message, "add [[area]] name = \"english\" credits = \"40\"");
    }
    let mut items = Vec::new();
    for section in top.sections("item") {
        let (name, label) = (section.required_text("name"), section.text("label"));
        let codes = section.texts("codes").into_iter().map(|t| t.value).collect();
        if let Some(name) = name {
            items.push(Item { label: label.map_or_else(|| name.value.clone(), |l| l.value), name: name.value, codes });
        }
        section.finish();
    }
    let name = name?.value;
    let sequence = top.flag("sequence", false);
    Some(Requirements { label: label.map_or_else(|| name.clone(), |l| l.value), name, scale, areas, items, sequence })
}

fn mark(section: &Section<'_>, key: &'static str, scale: &Scale) -> Option<String> {
    let text = section.text(key)?;
    if rank_of(scale, &text.value).is_none() {
        let message = format!("no mark is called \"{}\"", text.value);
        section.mistakes().note("unknown-mark", text.span, message, "write one of the marks of this file");
    }
    Some(text.value)
}

fn credits(section: &Section<'_>, key: &'static str) -> Option<i64> {
    let decimal = section.decimal(key)?;
    let units = weight_units(decimal.value);
    if units.is_none() {
        section.mistakes().note(
            "wrong-value",
            decimal.span,
            format!("{} is no number of credits", decimal.value),
            "write credits of at least 0 with at most six decimals",
        );
    }
    units
}

fn read_area(section: &Section<'_>, scale: &Scale) -> Option<Area> {
    let texts = |key| section.texts(key).into_iter().map(|t| t.value).collect::<Vec<String>>();
    let cohort = |key| section.integer(key, 1950, 2100).and_then(|n| i16::try_from(n).ok());
    let name = section.required_text("name");
    let label = section.text("label");
    if !section.has("credits") {
        section.mistakes().note("missing-key", section.span(), "the area has no `credits`", "add credits = \"10\"");
    }
    let needed = credits(section, "credits");
    let mut validations = Vec::new();
    for below in section.sections("validation") {
        let prefixes = below.texts("prefixes").into_iter().map(|t| t.value).collect();
        let min_mark = mark(&below, "min_mark", scale);
        if let Some(credits) = credits(&below, "credits") {
            validations.push(Validation { prefixes, min_mark, credits });
        }
        below.finish();
    }
    let groups = section.section("groups").map(|groups| {
        let lists = groups.named_lists();
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
        any: section.flag("any", false),
        halves: section.flag("halves", false),
        same_group: section.flag("same_group", false),
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
        section.mistakes().note("empty-area", section.span(), message, fix);
    }
    (name.is_some() && needed.is_some()).then_some(area)
}
