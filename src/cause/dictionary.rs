//! What the keys of one field mean, and what a pattern makes of each: applied once a distinct value, not once a row.

use foldhash::{HashMap, HashMapExt};

use super::pattern::{Pattern, Value};
use super::space::{NO_KEY, Population, Unit, texts};
use crate::canonical::{Entity, Field, Row, Side, Typed};
use crate::reconcile::{KeyColumn, NEVER, Reconciliation};

/// The pattern does not change this value.
const KEEPS: u32 = u32::MAX - 1;
/// The pattern makes a value of it that no record has.
const UNHEARD: u32 = u32::MAX - 2;

/// One field of one entity, on both sides.
pub(super) struct Dictionary<'a> {
    run: &'a Reconciliation,
    pub(super) entity: Entity,
    pub(super) field: Field,
    legacy: KeyColumn<'a>,
    new: KeyColumn<'a>,
    texts: Vec<&'a str>,
    typed: Vec<Typed>,
    keys: HashMap<&'a str, u32>,
}

impl<'a> Dictionary<'a> {
    /// `None` when a side does not map the field.
    pub(super) fn new(run: &'a Reconciliation, entity: Entity, field: Field) -> Option<Self> {
        let column = |side: Side| KeyColumn::of(run.dataset(side).get(entity)?, field);
        let (legacy, new) = (column(Side::Legacy)?, column(Side::New)?);
        let texts = texts(run, entity, field);
        let mut typed = vec![Typed::Missing; texts.len()];
        for side in Side::BOTH {
            let Some(column) = run.dataset(side).get(entity).and_then(|r| r.column(field)) else { continue };
            for code in 0..column.values.len() as u32 {
                let entry = column.values.entry(code);
                if let Some(place) = typed.get_mut(entry.key as usize) {
                    *place = entry.typed;
                }
            }
        }
        let mut keys = HashMap::with_capacity(texts.len());
        for (key, text) in texts.iter().enumerate().skip(1) {
            keys.insert(*text, key as u32);
        }
        Some(Self { run, entity, field, legacy, new, texts, typed, keys })
    }

    /// The keys of a pair of records.
    pub(super) fn keys(&self, unit: Unit) -> (u32, u32) {
        (self.legacy.key(unit.legacy), self.new.key(unit.new))
    }

    /// Distinct values.
    pub(super) const fn len(&self) -> usize {
        self.texts.len()
    }

    /// The canonical text of a key; empty for no value.
    pub(super) fn text(&self, key: u32) -> &'a str {
        self.texts.get(key as usize).copied().unwrap_or_default()
    }

    pub(super) fn value(&self, key: u32) -> Value<'a> {
        Value { text: self.text(key), typed: self.typed.get(key as usize).copied().unwrap_or(Typed::Missing) }
    }

    fn key_of(&self, text: &str) -> u32 {
        if text.is_empty() { 0 } else { self.keys.get(text).copied().unwrap_or(UNHEARD) }
    }

    /// What a pattern makes of every key.
    fn expectations(&self, pattern: &Pattern) -> Vec<u32> {
        let mut expected = vec![KEEPS; self.texts.len()];
        let mut set = |from: u32, to: u32| {
            if let Some(place) = expected.get_mut(from as usize)
                && from != to
            {
                *place = to;
            }
        };
        match pattern {
            Pattern::Pair(from, to) => set(self.key_of(from), self.key_of(to)),
            Pattern::Swap(a, b) => {
                set(self.key_of(a), self.key_of(b));
                set(self.key_of(b), self.key_of(a));
            }
            Pattern::Table(lines) => lines.iter().for_each(|(from, to)| set(self.key_of(from), self.key_of(to))),
            Pattern::Constant(to) => {
                let to = self.key_of(to);
                (0..self.texts.len() as u32).for_each(|from| set(from, to));
            }
            Pattern::Rule(rule) => {
                for from in 1..self.texts.len() as u32 {
                    if let Some(text) = rule.apply(self.value(from)).filter(|t| t != self.text(from)) {
                        set(from, self.key_of(&text));
                    }
                }
            }
            Pattern::Copy(_) | Pattern::Unmapped(..) | Pattern::Speaks(_) => {}
        }
        expected
    }

    /// The texts of another field of the legacy record as keys of this field.
    fn copied(&self, other: Field) -> Option<(KeyColumn<'a>, Vec<u32>)> {
        let records = self.run.legacy.get(self.entity)?;
        let column = KeyColumn::of(records, other)?;
        let map = texts(self.run, self.entity, other).iter().map(|t| self.key_of(t)).collect();
        Some((column, map))
    }
}

/// What re-applying a pattern to a legacy record shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The pattern would leave the record alone.
    Untouched,
    /// The new record is what the pattern makes of the legacy one.
    AsSaid,
    /// The records agree; the pattern would break that.
    Agrees,
    /// The records differ in another way.
    Otherwise,
}

enum How<'a> {
    ByKey(Vec<u32>),
    Copied(KeyColumn<'a>, Vec<u32>),
    /// Raw codes of a side.
    Codes(&'a crate::canonical::Codes, Vec<bool>, Side),
    /// The check may speak of any record.
    Always,
}

/// A pattern, ready to be applied to many records.
pub(super) struct Applied<'a> {
    pub(super) pattern: Pattern,
    how: How<'a>,
}

impl<'a> Applied<'a> {
    /// A pattern of values; `None` when it can not be applied.
    pub(super) fn values(dictionary: &Dictionary<'a>, pattern: Pattern) -> Option<Self> {
        let how = match &pattern {
            Pattern::Copy(other) => {
                let (column, map) = dictionary.copied(*other)?;
                How::Copied(column, map)
            }
            _ => How::ByKey(dictionary.expectations(&pattern)),
        };
        Some(Self { pattern, how })
    }

    /// A check that speaks of whole records.
    pub(super) const fn speaks(check: u8) -> Self {
        Self { pattern: Pattern::Speaks(check), how: How::Always }
    }

    /// A raw code that a side's crosswalk does not know.
    pub(super) fn unmapped(
        run: &'a Reconciliation,
        entity: Entity,
        field: Field,
        side: Side,
        raw: &str,
    ) -> Option<Self> {
        let column = run.dataset(side).get(entity)?.column(field)?;
        let unmapped = |code: u32| column.values.entry(code).key == NEVER && column.values.raw(code) == raw;
        let codes = (0..column.values.len() as u32).map(unmapped).collect();
        Some(Self { pattern: Pattern::Unmapped(side, raw.to_owned()), how: How::Codes(&column.codes, codes, side) })
    }

    /// True when the pattern would change the record.
    pub(super) fn touches(&self, unit: Unit, keys: (u32, u32)) -> bool {
        match &self.how {
            How::ByKey(expected) => expected.get(keys.0 as usize).is_some_and(|e| *e != KEEPS),
            How::Copied(..) => self.expects(unit).is_some_and(|e| e != keys.0),
            How::Codes(codes, which, side) => {
                let row: Row = unit.row(*side);
                (row as usize) < codes.len() && which[codes.get(row as usize) as usize]
            }
            How::Always => true,
        }
    }

    fn expects(&self, unit: Unit) -> Option<u32> {
        let How::Copied(column, map) = &self.how else { return None };
        map.get(column.key(unit.legacy) as usize).copied()
    }

    /// What the comparison says once the pattern is applied to the legacy record.
    pub(super) fn outcome(&self, unit: Unit, keys: (u32, u32)) -> Outcome {
        if !self.touches(unit, keys) {
            return Outcome::Untouched;
        }
        let expected = match &self.how {
            How::ByKey(expected) => expected[keys.0 as usize],
            How::Copied(..) => self.expects(unit).unwrap_or(UNHEARD),
            How::Codes(..) | How::Always => return Outcome::AsSaid,
        };
        match keys.1 {
            new if new == expected => Outcome::AsSaid,
            new if new == keys.0 => Outcome::Agrees,
            _ => Outcome::Otherwise,
        }
    }
}

/// Keys of a unit for a pattern of values; none for whole records.
pub(super) fn keys_of(dictionary: Option<&Dictionary<'_>>, population: Population, unit: Unit) -> (u32, u32) {
    match dictionary {
        Some(d) if population == Population::Paired => d.keys(unit),
        _ => (NO_KEY, NO_KEY),
    }
}
