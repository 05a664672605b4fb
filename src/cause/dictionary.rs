//! What the keys of one field mean, and what a pattern makes of each: applied once a distinct value, not once a row.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};
use rayon::prelude::*;

use super::attribute::texts;
use super::pattern::{Pattern, Rule, Value};
use super::space::{NO_KEY, Population, Unit};
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

    /// The key of the legacy record.
    pub(super) fn legacy_key(&self, unit: Unit) -> u32 {
        self.legacy.key(unit.legacy)
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

    /// What a pattern of a few values makes of each of them, by key.
    fn few(&self, pairs: &[(&String, &String)]) -> How<'a> {
        let key = |text: &str| if text.is_empty() { Some(0) } else { self.keys.get(text).copied() };
        let mut few: Vec<(u32, u32)> = pairs
            .iter()
            .filter_map(|(from, to)| Some((key(from)?, self.key_of(to))))
            .filter(|(from, to)| from != to)
            .collect();
        few.sort_unstable();
        How::Few(few.into())
    }

    /// What a code table makes of every key.
    fn by_table(&self, lines: &[(String, String)]) -> How<'a> {
        let mut expected = vec![KEEPS; self.texts.len()];
        for (from, to) in lines.iter().filter(|(from, to)| from != to) {
            if let Some(place) = self.keys.get(from.as_str()).and_then(|key| expected.get_mut(*key as usize)) {
                *place = self.key_of(to);
            }
        }
        How::ByKey(expected.into())
    }

    /// What a rule makes of every key.
    fn by_rule(&self, rule: Rule) -> How<'a> {
        let expected = |from: u32| match rule.apply(self.value(from)) {
            Some(text) if from > 0 && text != self.text(from) => self.key_of(&text),
            _ => KEEPS,
        };
        How::ByKey((0..self.texts.len() as u32).into_par_iter().with_min_len(4096).map(expected).collect())
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

#[derive(Clone)]
enum How<'a> {
    /// Legacy key to new key, ascending; all others stay.
    Few(Arc<[(u32, u32)]>),
    /// Every key below the second number becomes the first.
    ToOne(u32, u32),
    ByKey(Arc<[u32]>),
    Copied(Arc<(KeyColumn<'a>, Vec<u32>)>),
    /// Raw codes of a side.
    Codes(&'a crate::canonical::Codes, Arc<[bool]>, Side),
    /// The check may speak of any record.
    Always,
}

/// A pattern, ready to be applied to many records.
#[derive(Clone)]
pub(super) struct Applied<'a> {
    pub(super) pattern: Pattern,
    how: How<'a>,
}

impl<'a> Applied<'a> {
    /// A pattern of values; `None` when it can not be applied.
    pub(super) fn values(dictionary: &Dictionary<'a>, pattern: Pattern) -> Option<Self> {
        let how = match &pattern {
            Pattern::Copy(other) => How::Copied(Arc::new(dictionary.copied(*other)?)),
            Pattern::Pair(from, to) => dictionary.few(&[(from, to)]),
            Pattern::Swap(a, b) => dictionary.few(&[(a, b), (b, a)]),
            Pattern::Table(lines) => dictionary.by_table(lines),
            Pattern::Constant(to) => How::ToOne(dictionary.key_of(to), dictionary.len() as u32),
            Pattern::Rule(rule) => dictionary.by_rule(*rule),
            Pattern::Unmapped(..) | Pattern::Policy(..) | Pattern::Speaks(_) => return None,
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

    /// The legacy keys that the pattern would change, where they are a few.
    pub(super) fn few(&self) -> Option<impl Iterator<Item = u32> + '_> {
        match &self.how {
            How::Few(few) => Some(few.iter().map(|(from, _)| *from)),
            _ => None,
        }
    }

    /// What the pattern makes of a record; [`KEEPS`] when it leaves it alone.
    fn expected(&self, unit: Unit, key: u32) -> u32 {
        match &self.how {
            How::Few(few) => few.binary_search_by_key(&key, |(from, _)| *from).map_or(KEEPS, |at| few[at].1),
            How::ToOne(to, below) => {
                if key != *to && key < *below {
                    *to
                } else {
                    KEEPS
                }
            }
            How::ByKey(expected) => expected.get(key as usize).copied().unwrap_or(KEEPS),
            How::Copied(other) => {
                let copied = other.1.get(other.0.key(unit.legacy) as usize).copied();
                copied.filter(|copied| *copied != key).unwrap_or(KEEPS)
            }
            How::Codes(codes, which, side) => {
                let row: Row = unit.row(*side);
                let is_one = (row as usize) < codes.len() && which[codes.get(row as usize) as usize];
                if is_one { UNHEARD } else { KEEPS }
            }
            How::Always => UNHEARD,
        }
    }

    /// True when the pattern would change the record with that legacy key.
    pub(super) fn touches(&self, unit: Unit, key: u32) -> bool {
        self.expected(unit, key) != KEEPS
    }

    /// What the comparison says once the pattern is applied to the legacy record.
    pub(super) fn outcome(&self, unit: Unit, keys: (u32, u32)) -> Outcome {
        match self.expected(unit, keys.0) {
            KEEPS => Outcome::Untouched,
            _ if matches!(self.how, How::Codes(..) | How::Always) => Outcome::AsSaid,
            expected if keys.1 == expected => Outcome::AsSaid,
            _ if keys.1 == keys.0 => Outcome::Agrees,
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
