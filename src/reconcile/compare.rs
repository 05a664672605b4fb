//! Columns of both sides that are compared, as dense keys: comparing two cells is comparing two numbers.

use super::model::Both;
use crate::canonical::{Codes, Dataset, Entity, Field, Records, Row};

/// The key of a value that equals nothing (unmapped, unreadable).
pub const NEVER: u32 = u32::MAX;
/// The key of no value.
pub const NONE: u32 = 0;

/// The keys of one column of one side.
#[derive(Debug)]
pub struct KeyColumn<'a> {
    codes: &'a Codes,
    keys: &'a [u32],
}

impl<'a> KeyColumn<'a> {
    /// The keys of a mapped column.
    #[must_use]
    pub fn of(records: &'a Records, field: Field) -> Option<Self> {
        let column = records.column(field)?;
        Some(Self { codes: &column.codes, keys: column.values.keys() })
    }

    /// The key of a row: [`NONE`] for no value, [`NEVER`] for one that equals nothing.
    #[inline]
    #[must_use]
    pub fn key(&self, row: Row) -> u32 {
        self.keys[self.codes.get(row as usize) as usize]
    }

    /// The keys of several rows, put after one another: the width of the codes is asked once, not for each row.
    fn collect(&self, rows: impl Iterator<Item = Row>, out: &mut Vec<u32>) {
        out.clear();
        match self.codes {
            Codes::One(codes) => out.extend(rows.map(|r| self.keys[usize::from(codes[r as usize])])),
            Codes::Two(codes) => out.extend(rows.map(|r| self.keys[usize::from(codes[r as usize])])),
            Codes::Four(codes) => out.extend(rows.map(|r| self.keys[codes[r as usize] as usize])),
            Codes::Paged(codes) => codes.each(rows.map(|r| r as usize), |code| out.push(self.keys[code as usize])),
        }
    }
}

/// A field that both sides map.
#[derive(Debug)]
pub struct Compared<'a> {
    /// The field.
    pub field: Field,
    /// The legacy column.
    pub legacy: KeyColumn<'a>,
    /// The new column.
    pub new: KeyColumn<'a>,
}

impl Compared<'_> {
    /// True when the values are equal. What is unmapped or unreadable equals nothing.
    #[inline]
    #[must_use]
    pub fn equal(&self, legacy: Row, new: Row) -> bool {
        let key = self.legacy.key(legacy);
        key == self.new.key(new) && key != NEVER
    }

    /// True when the values of all pairs are equal. The two vectors are room to work in.
    pub(super) fn all_equal(&self, pairs: &[Both], ours: &mut Vec<u32>, theirs: &mut Vec<u32>) -> bool {
        self.legacy.collect(pairs.iter().map(|b| b.legacy), ours);
        self.new.collect(pairs.iter().map(|b| b.new), theirs);
        ours == theirs && !ours.contains(&NEVER)
    }
}

/// The fields of an entity that both sides map, in canonical order.
#[must_use]
pub fn compared<'a>(legacy: &'a Dataset, new: &'a Dataset, entity: Entity) -> Vec<Compared<'a>> {
    let (Some(legacy), Some(new)) = (legacy.get(entity), new.get(entity)) else { return Vec::new() };
    Field::of(entity)
        .iter()
        .filter_map(|&field| {
            Some(Compared { field, legacy: KeyColumn::of(legacy, field)?, new: KeyColumn::of(new, field)? })
        })
        .collect()
}
