//! Conditions: what the records of a cause have in common, numbered so that a record is looked up in no time.

use foldhash::HashMap;

use super::attribute::Name;
use super::bits::{BIT, log2};
use super::model::Term;
use super::space::{NO_KEY, Space, Unit};
use crate::canonical::{Entity, Field, Side};

/// One comparison of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Test {
    /// The attribute has this key.
    Is(u32),
    /// The record stands between two places of the attribute's order (of this file, where files have one each).
    Within {
        /// The file; 0 where there is one order.
        key: u32,
        /// First place.
        from: u32,
        /// Last place.
        to: u32,
        /// True when the order ends there.
        ends: bool,
    },
}

impl Test {
    /// True for a stretch (of that file, where the order is that of a file) that a place lies in.
    fn spans(self, is_file: bool, file: u32, place: u32) -> bool {
        match self {
            Self::Within { key, from, to, .. } => (!is_file || key == file) && (from..=to).contains(&place),
            Self::Is(_) => false,
        }
    }
}

/// What a literal is about, for "where to fix".
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    /// A value of a field of the record.
    Record(Field),
    /// A value of a field of the student.
    Student(Field),
    /// A code as a side exported it.
    Raw(Side, Field, String),
    /// A block of the mapping.
    Block(u16),
    /// A stretch of an order, a file.
    Other,
}

/// An attribute and a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Literal {
    pub(super) attribute: u8,
    pub(super) test: Test,
}

/// The literals in use, by number.
#[derive(Debug, Default)]
pub(super) struct Literals {
    all: Vec<Literal>,
    numbers: HashMap<Literal, u16>,
    /// For each attribute and key the number of its literal and one; 0 is none.
    by_key: Vec<Vec<u16>>,
    /// Attributes that some literal looks a key up in.
    used: Vec<usize>,
    /// Stretches by attribute, so that a record is looked up once for all of them.
    ranges: Vec<(usize, Vec<u16>)>,
}

impl Literals {
    /// The number of a literal; `None` when there are too many.
    pub(super) fn number(&mut self, literal: Literal) -> Option<u16> {
        if let Some(number) = self.numbers.get(&literal) {
            return Some(*number);
        }
        let number = u16::try_from(self.all.len()).ok().filter(|n| *n < u16::MAX - 1)?;
        self.all.push(literal);
        self.numbers.insert(literal, number);
        match literal.test {
            Test::Is(key) => {
                let attribute = usize::from(literal.attribute);
                if self.by_key.len() <= attribute {
                    self.by_key.resize(attribute + 1, Vec::new());
                }
                if let Err(at) = self.used.binary_search(&attribute) {
                    self.used.insert(at, attribute);
                }
                let keys = &mut self.by_key[attribute];
                if keys.len() <= key as usize {
                    keys.resize(key as usize + 1, 0);
                }
                keys[key as usize] = number + 1;
            }
            Test::Within { .. } => {
                let attribute = usize::from(literal.attribute);
                match self.ranges.binary_search_by_key(&attribute, |(a, _)| *a) {
                    Ok(at) => self.ranges[at].1.push(number),
                    Err(at) => self.ranges.insert(at, (attribute, vec![number])),
                }
            }
        }
        Some(number)
    }

    pub(super) fn get(&self, number: u16) -> Literal {
        self.all[usize::from(number)]
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The numbers of all literals that hold for a unit, ascending.
    pub(super) fn matched(&self, space: &Space<'_>, unit: Unit, out: &mut Vec<u16>) {
        out.clear();
        for attribute in &self.used {
            if let Some(number) = self.by_key[*attribute].get(space.key(*attribute, unit) as usize)
                && *number > 0
            {
                out.push(number - 1);
            }
        }
        for (attribute, ranges) in &self.ranges {
            let key = space.key(*attribute, unit);
            if key == NO_KEY {
                continue;
            }
            if let Some(place) = space.ordinal(*attribute, unit, key) {
                let is_file = space.attributes[*attribute].name == Name::File;
                out.extend(ranges.iter().copied().filter(|n| self.get(*n).test.spans(is_file, key, place)));
            }
        }
        out.sort_unstable();
    }
}

impl Literal {
    /// True when it holds for a unit.
    pub(super) fn holds(self, space: &Space<'_>, unit: Unit) -> bool {
        let at = usize::from(self.attribute);
        let key = space.key(at, unit);
        match self.test {
            Test::Is(wanted) => key == wanted,
            Test::Within { .. } => {
                let is_file = space.attributes[at].name == Name::File;
                key != NO_KEY && space.ordinal(at, unit, key).is_some_and(|place| self.test.spans(is_file, key, place))
            }
        }
    }

    /// For about how many records it holds.
    pub(super) fn records(self, space: &Space<'_>) -> u64 {
        let attribute = &space.attributes[usize::from(self.attribute)];
        match self.test {
            Test::Is(key) => attribute.counts.get(key as usize).copied().unwrap_or(u64::MAX),
            Test::Within { from, to, .. } => match &attribute.ranks {
                Some(ranks) => {
                    let inside = ranks.iter().zip(&attribute.counts).filter(|(rank, _)| (from..=to).contains(*rank));
                    inside.map(|(_, count)| count).sum()
                }
                None => u64::from(to - from) + 1,
            },
        }
    }

    /// What it takes to name it.
    pub(super) fn price(self, space: &Space<'_>) -> i64 {
        let attribute = &space.attributes[usize::from(self.attribute)];
        let values = match (self.test, attribute.name) {
            (Test::Is(_), Name::File) | (Test::Within { .. }, Name::Record(_) | Name::Student(_) | Name::Entry) => {
                2 * log2(attribute.texts.len() as u64)
            }
            // Few values are no reason to prefer an attribute: a term names a fault better than a flag that goes with it.
            (Test::Is(_), _) => log2(attribute.texts.len() as u64).max(4 * BIT),
            (Test::Within { .. }, _) => log2(space.total) + 4 * BIT,
        };
        // Of two that explain the same, the attribute that stands first is the likelier reason.
        log2(space.attributes.len() as u64) + values + i64::from(self.attribute)
    }

    /// In the words of people.
    pub(super) fn term(self, space: &Space<'_>) -> Term {
        let attribute = &space.attributes[usize::from(self.attribute)];
        let text = |key: u32| attribute.texts.get(key as usize).copied().unwrap_or_default();
        let shown = |key: u32| if text(key).is_empty() { "(empty)".to_owned() } else { text(key).to_owned() };
        let field = match attribute.name {
            Name::Record(field) => field.name().to_owned(),
            Name::Student(field) if space.entity == Entity::Student => field.name().to_owned(),
            Name::Student(field) => format!("student {}", field.name()),
            Name::Raw(side, field) => format!("{side} code of {}", field.name()),
            Name::Entry => "student entry_date".to_owned(),
            Name::Block => "mapping block".to_owned(),
            Name::File => "file".to_owned(),
            Name::Roll => "place by student id".to_owned(),
        };
        let value = match self.test {
            Test::Is(key) if matches!(attribute.name, Name::Raw(..)) => format!("`{}`", text(key)),
            Test::Is(key) => shown(key),
            Test::Within { key, from, to, ends } => match attribute.name {
                Name::File if ends => format!("{}, the last rows from record {from} on", shown(key)),
                Name::File => format!("{}, records {from} to {to}", shown(key)),
                Name::Roll => {
                    let (place, of) = (u64::from(from), (space.run.students.len() as u64).max(1));
                    match ends {
                        true => format!("the last {} of {of} students", of - place),
                        false => format!("the first {} of {of} students", to + 1),
                    }
                }
                _ => self.span(attribute.ranks.as_deref(), &attribute.texts, from, to, ends),
            },
        };
        Term { field, value }
    }

    fn span(self, ranks: Option<&[u32]>, texts: &[&str], from: u32, to: u32, ends: bool) -> String {
        let at = |rank: u32| {
            let key = ranks.and_then(|r| r.iter().position(|p| *p == rank));
            key.and_then(|k| texts.get(k)).copied().unwrap_or_default()
        };
        match (ends, from <= 1) {
            (true, _) => format!("from {} on", at(from)),
            (false, true) => format!("up to {}", at(to)),
            _ => format!("{} to {}", at(from), at(to)),
        }
    }

    /// What it is about.
    pub(super) fn scope(self, space: &Space<'_>) -> Scope {
        let attribute = &space.attributes[usize::from(self.attribute)];
        let Test::Is(key) = self.test else { return Scope::Other };
        let text = attribute.texts.get(key as usize).copied().unwrap_or_default();
        match attribute.name {
            Name::Record(field) => Scope::Record(field),
            Name::Student(field) => Scope::Student(field),
            Name::Raw(side, field) => Scope::Raw(side, field, text.to_owned()),
            Name::Block => text.parse().map_or(Scope::Other, Scope::Block),
            Name::Entry | Name::File | Name::Roll => Scope::Other,
        }
    }

    /// What of it stays the same from rehearsal to rehearsal: the place where a file was cut does not.
    pub(super) fn lasting(self, space: &Space<'_>) -> String {
        let term = self.term(space);
        let name = space.attributes[usize::from(self.attribute)].name;
        match self.test {
            Test::Within { ends, .. } if matches!(name, Name::File | Name::Roll) => {
                format!("{}: {}", term.field, if ends { "end" } else { "part" })
            }
            _ => format!("{}={}", term.field, term.value),
        }
    }
}
