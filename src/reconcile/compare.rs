//! Columns of both sides that are compared, as dense keys: comparing two cells is comparing two numbers.

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
