//! Causes in the words of people. No student data: values of names, births and ids are withheld.

use std::fmt::Write as _;

use super::group::Kind;
use super::model::{Settings, Term};
use super::pattern::Pattern;
use super::prove::{Draft, Shape};
use super::space::Population;
use crate::canonical::Field;

/// What happened and where, one sentence.
pub(super) fn sentence(draft: &Draft, settings: &Settings) -> String {
    let mut text = pattern(draft, settings);
    text.push_str(&condition(&draft.condition));
    text
}

/// ` for school 012, term SU`; nothing when all records are meant.
pub(super) fn condition(terms: &[Term]) -> String {
    if terms.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = terms.iter().map(|t| format!("{} {}", t.field.replace('_', " "), t.value)).collect();
    format!(" for {}", shown.join(", "))
}

/// What happened.
pub(super) fn pattern(draft: &Draft, settings: &Settings) -> String {
    let what = what(draft.kind);
    let withheld = draft.kind.field.is_some_and(is_personal);
    let shown = |value: &str| match value {
        "" => "(empty)".to_owned(),
        _ if withheld => "(withheld)".to_owned(),
        value => format!("`{value}`"),
    };
    let shape = match draft.shape {
        Shape::Kept => String::new(),
        Shape::Merged => format!("{} records merged: ", draft.kind.entity),
        Shape::Split => format!("{} records split: ", draft.kind.entity),
    };
    let text = match &draft.pattern {
        Pattern::Pair(from, to) => format!("{what} {} became {}", shown(from), shown(to)),
        Pattern::Swap(a, b) => format!("{what} {} and {} exchanged", shown(a), shown(b)),
        Pattern::Constant(to) if to.is_empty() => format!("{what} lost"),
        Pattern::Constant(to) => format!("{what} became {} whatever it was", shown(to)),
        Pattern::Copy(other) => format!("{what} holds the {}", spaced(other.name())),
        Pattern::Table(lines) => format!("{what} translated by another table ({} codes)", lines.len()),
        Pattern::Rule(rule) => rule.words(&what),
        Pattern::Unmapped(side, raw) => format!("{what} {} of the {side} side has no crosswalk line", shown(raw)),
        Pattern::Policy(rule, _) => format!("{what} computed by another rule: {rule}"),
        Pattern::Speaks(check) => speaks(draft, *check, settings),
    };
    let mut text = format!("{shape}{text}");
    let more: Vec<String> = draft.also.iter().map(|k| what_of(*k, draft.kind)).collect();
    if !more.is_empty() {
        let mut more = more;
        more.sort();
        more.dedup();
        let _ = write!(text, " (and {})", more.join(", "));
    }
    text
}

fn speaks(draft: &Draft, check: u8, settings: &Settings) -> String {
    let name = settings.checks.get(usize::from(check)).copied().unwrap_or("check");
    match draft.kind.population {
        Population::Legacy => format!("{} records missing ({name})", draft.kind.entity),
        Population::New => format!("{} records too many ({name})", draft.kind.entity),
        Population::Doubled => format!("{} records loaded twice ({name})", draft.kind.entity),
        Population::Split => {
            format!("{} not the same in sum where records were split or merged ({name})", what(draft.kind))
        }
        _ if name == "student-swapped" => "students exchanged for each other (student-swapped)".to_owned(),
        _ => format!("{}: {name}", what(draft.kind)),
    }
}

/// `transcript mark`.
fn what(kind: Kind) -> String {
    kind.field.map_or_else(|| kind.entity.to_string(), |f| format!("{} {}", kind.entity, spaced(f.name())))
}

/// Of another kind beside the leading one: only what differs.
fn what_of(kind: Kind, leading: Kind) -> String {
    match kind.field {
        None if kind.entity == leading.entity && kind.population == Population::Legacy => "records missing".to_owned(),
        None if kind.entity == leading.entity && kind.population == Population::New => "records too many".to_owned(),
        Some(field) if kind.entity == leading.entity => spaced(field.name()),
        _ => what(kind),
    }
}

fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// `transcript.mark`.
pub(super) fn place(kind: Kind) -> String {
    kind.field.map_or_else(|| kind.entity.to_string(), |f| format!("{}.{f}", kind.entity))
}

/// Values that say who a student is.
pub(super) const fn is_personal(field: Field) -> bool {
    matches!(
        field,
        Field::StudentId
            | Field::StateId
            | Field::FirstName
            | Field::MiddleName
            | Field::LastName
            | Field::PreferredName
            | Field::BirthDate
    )
}
