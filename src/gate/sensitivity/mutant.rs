//! One planted difference: another value in a cell of the new side, or a row dropped, added or doubled there.

use jiff::ToSpan;

use crate::canonical::{Decimal, Entity, Field, Kind, Records, Row, SchoolYear, TermSpan, Typed};

/// What is done to a row of the new side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowFault {
    /// It is left out.
    Dropped,
    /// Another one is added, of a course that no one has.
    Added,
    /// It is there twice.
    Doubled,
}

/// A kind of planted difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mutation {
    /// Another value in a field.
    Cell(Entity, Field),
    /// Something done to a row.
    Row(Entity, RowFault),
}

impl Mutation {
    /// As reasons name it: `transcript.mark`, `transcript (row dropped)`.
    #[must_use]
    pub fn name(self) -> String {
        match self {
            Self::Cell(entity, field) => format!("{entity}.{field}"),
            Self::Row(entity, fault) => {
                let word = match fault {
                    RowFault::Dropped => "dropped",
                    RowFault::Added => "added",
                    RowFault::Doubled => "doubled",
                };
                format!("{entity} (row {word})")
            }
        }
    }

    /// Whose records it touches.
    #[must_use]
    pub const fn entity(self) -> Entity {
        match self {
            Self::Cell(entity, _) | Self::Row(entity, _) => entity,
        }
    }
}

/// Another value for a cell: near enough that only a comparison sees it, far enough to matter.
pub(super) fn other_value(records: &Records, row: Row, field: Field) -> Option<(String, Typed)> {
    let now = records.typed(row, field);
    let text = records.text(row, field)?;
    match now {
        Typed::Number(value) => {
            // A twentieth of a point moves a printed GPA, half a credit a class.
            let step = if field == Field::Value { Decimal::new(5, 2) } else { Decimal::new(5, 1) };
            let other = value.checked_add(step)?;
            Some((other.to_string(), Typed::Number(other)))
        }
        Typed::Flag(value) => Some(((!value).to_string(), Typed::Flag(!value))),
        Typed::Date(day) => {
            let other = day.checked_add(40.days()).ok()?;
            Some((other.to_string(), Typed::Date(other)))
        }
        Typed::Text => Some((other_text(records, field, text), Typed::Text)),
        Typed::Missing | Typed::Unmapped | Typed::Unreadable => None,
    }
}

/// Another text of the same field that occurs in the sample, else one that does not occur.
fn other_text(records: &Records, field: Field, text: &str) -> String {
    match field.kind() {
        Kind::Year => {
            if let Some(year) = SchoolYear::parse(text) {
                return SchoolYear(year.0 - 1).to_string();
            }
        }
        Kind::Term => {
            let apart = |name: &&&str| match (TermSpan::parse(name), TermSpan::parse(text)) {
                (Some(a), Some(b)) => !a.overlaps(b),
                _ => **name != text,
            };
            return TermSpan::NAMES.iter().find(apart).map_or_else(|| "SU".into(), |n| (*n).to_owned());
        }
        _ => {}
    }
    let other = (0..records.len() as u32).find_map(|r| records.text(r, field).filter(|t| *t != text));
    other.map_or_else(|| format!("{text}~"), str::to_owned)
}
