//! The canonical records of one side: dictionary-coded columns with the place of every row.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};
use rayon::prelude::*;

use super::value::NEVER_EQUAL;
use super::{Codes, Entity, Field, Location, Locations, Side, Typed, Values};

/// Position of a record inside its entity's [`Records`].
pub type Row = u32;

/// One canonical column.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// One code a row.
    pub codes: Codes,
    /// The distinct values.
    pub values: Values,
}

/// All records of one entity of one side.
#[derive(Debug, Clone)]
pub struct Records {
    entity: Entity,
    columns: Vec<Option<Column>>,
    locations: Locations,
    /// One past the last row of each block of the mapping, and the block's number; empty when rows are mixed.
    blocks: Vec<(Row, u16)>,
    /// The block of each row, where reordering mixed the rows of several blocks.
    mixed: Option<Codes>,
}

impl Records {
    /// No records, no columns.
    #[must_use]
    pub fn new(entity: Entity, locations: Locations) -> Self {
        let columns = vec![None; Field::ALL.len()];
        Self { entity, columns, locations, blocks: Vec::new(), mixed: None }
    }

    /// Adds a mapped column.
    ///
    /// # Panics
    /// When its length differs from the number of rows: a bug of the mapping.
    pub fn set(&mut self, field: Field, column: Column) {
        assert_eq!(column.codes.len(), self.len(), "column {field} of {} has another length", self.entity);
        self.columns[field as usize] = Some(column);
    }

    /// Says which block of the mapping made which rows: one past the last row, and the block's number from 1.
    pub fn set_blocks(&mut self, blocks: Vec<(Row, u16)>) {
        self.blocks = blocks;
    }

    /// One past the last row of each block of the mapping, and the block's number; nothing when [`Self::reordered`] mixed
    /// the rows of several blocks.
    #[must_use]
    pub fn blocks(&self) -> &[(Row, u16)] {
        &self.blocks
    }

    /// True when [`Self::reordered`] mixed the rows of several blocks.
    #[must_use]
    pub const fn is_mixed(&self) -> bool {
        self.mixed.is_some()
    }

    /// Says which block of the mapping made each row, where they are mixed.
    ///
    /// # Panics
    /// When there is not one number a row.
    pub fn set_mixed_blocks(&mut self, numbers: Codes) {
        assert_eq!(numbers.len(), self.len(), "one block a row");
        self.mixed = Some(numbers);
    }

    /// How many rows each block of the mapping made, by its number; blocks without a row are not named.
    #[must_use]
    pub fn block_sizes(&self) -> BTreeMap<u16, u64> {
        let mut sizes = BTreeMap::new();
        let mut start = 0;
        for (end, number) in &self.blocks {
            *sizes.entry(*number).or_default() += u64::from(end - start);
            start = *end;
        }
        sizes.retain(|_, rows| *rows > 0);
        for number in self.mixed.iter().flat_map(Codes::iter) {
            *sizes.entry(number as u16).or_default() += 1;
        }
        sizes
    }

    /// The number of the mapping's block that made a row, from 1; 0 when that is not known.
    #[must_use]
    pub fn block(&self, row: Row) -> u16 {
        match &self.mixed {
            Some(mixed) => mixed.get(row as usize) as u16,
            None => self.blocks.iter().find(|(end, _)| row < *end).map_or(0, |(_, number)| *number),
        }
    }

    /// The same records in another order: `order` says which row stands at each new place. Rows may be left out. The
    /// dictionaries stay as they are.
    ///
    /// # Panics
    /// When `order` names a row that is not there.
    #[must_use]
    pub fn reordered(&self, order: &[Row]) -> Self {
        self.clone().into_reordered(order)
    }

    /// As [`Self::reordered`], without a second copy of the dictionaries.
    ///
    /// # Panics
    /// When `order` names a row that is not there.
    #[must_use]
    pub fn into_reordered(self, order: &[Row]) -> Self {
        let several = self.mixed.is_some() || self.blocks.len() > 1;
        let mixed = several.then(|| order.iter().map(|row| u32::from(self.block(*row))).collect::<Codes>());
        let permuted = |column: Column| Column { codes: column.codes.reordered(order), values: column.values };
        Self {
            entity: self.entity,
            mixed: mixed.map(|m| m.moved_into(self.locations.spill())),
            columns: self.columns.into_par_iter().map(|column| column.map(permuted)).collect(),
            blocks: match self.blocks.as_slice() {
                [(_, number)] => vec![(order.len() as Row, *number)],
                _ => Vec::new(),
            },
            locations: self.locations.reordered(order),
        }
    }

    /// Which entity.
    #[must_use]
    pub const fn entity(&self) -> Entity {
        self.entity
    }

    /// Number of records.
    #[must_use]
    pub fn len(&self) -> usize {
        self.locations.len()
    }

    /// True when there is no record.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.locations.is_empty()
    }

    /// True when the mapping fills this field.
    #[inline]
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.columns[field as usize].is_some()
    }

    /// The column of a field, when mapped.
    #[inline]
    #[must_use]
    pub fn column(&self, field: Field) -> Option<&Column> {
        self.columns[field as usize].as_ref()
    }

    /// The fields that the mapping fills.
    pub fn fields(&self) -> impl Iterator<Item = Field> + '_ {
        Field::of(self.entity).iter().copied().filter(|f| self.has(*f))
    }

    /// The value as it stood in the file; `None` when the field is not mapped.
    #[inline]
    #[must_use]
    pub fn raw(&self, row: Row, field: Field) -> Option<&str> {
        let column = self.column(field)?;
        Some(column.values.raw(column.codes.get(row as usize)))
    }

    /// The canonical text; `None` when the field is not mapped or has no value.
    #[inline]
    #[must_use]
    pub fn text(&self, row: Row, field: Field) -> Option<&str> {
        let column = self.column(field)?;
        let code = column.codes.get(row as usize);
        match column.values.entry(code).typed {
            Typed::Missing | Typed::Unmapped | Typed::Unreadable => None,
            _ => Some(column.values.text(code)),
        }
    }

    /// What the value means; [`Typed::Missing`] also when the field is not mapped.
    #[inline]
    #[must_use]
    pub fn typed(&self, row: Row, field: Field) -> Typed {
        self.column(field).map_or(Typed::Missing, |c| c.values.entry(c.codes.get(row as usize)).typed)
    }

    /// The side-independent key of a value: equal keys are equal values. `None` when the field is not mapped
    /// or the value equals nothing (unmapped or unreadable).
    #[inline]
    #[must_use]
    pub fn key(&self, row: Row, field: Field) -> Option<u32> {
        let column = self.column(field)?;
        let key = column.values.entry(column.codes.get(row as usize)).key;
        (key != NEVER_EQUAL).then_some(key)
    }

    /// Where the record stood.
    #[must_use]
    pub fn location(&self, row: Row) -> Location<'_> {
        self.locations.get(row)
    }

    /// Sorts rows as they were exported: by block of the mapping, file and record, whatever order they stand in now.
    #[must_use]
    pub fn exported(&self, row: Row) -> (u16, u32, u32, Row) {
        let (file, record) = self.locations.key(row);
        (self.block(row), file, record, row)
    }

    /// All locations.
    #[must_use]
    pub const fn locations(&self) -> &Locations {
        &self.locations
    }
}

/// All canonical records of one side.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Which side.
    pub side: Side,
    records: Vec<Option<Records>>,
}

impl Dataset {
    /// A side without any entity.
    #[must_use]
    pub fn new(side: Side) -> Self {
        Self { side, records: vec![None; Entity::ALL.len()] }
    }

    /// Puts the records of an entity in.
    pub fn set(&mut self, records: Records) {
        let at = records.entity() as usize;
        self.records[at] = Some(records);
    }

    /// Takes the records of an entity out.
    pub fn take(&mut self, entity: Entity) -> Option<Records> {
        self.records[entity as usize].take()
    }

    /// The records of an entity; `None` when the side does not map it.
    #[inline]
    #[must_use]
    pub fn get(&self, entity: Entity) -> Option<&Records> {
        self.records[entity as usize].as_ref()
    }

    /// The entities that this side maps.
    pub fn entities(&self) -> impl Iterator<Item = Entity> + '_ {
        Entity::ALL.into_iter().filter(|e| self.get(*e).is_some())
    }

    /// Numbers the values of each (entity, field) alike on both sides, so that comparing two cells is
    /// comparing two numbers. Full texts decide, never hashes. Missing equals missing.
    pub fn align(legacy: &mut Self, new: &mut Self) {
        let mut tasks = Vec::new();
        for (ours, theirs) in legacy.records.iter_mut().zip(&mut new.records) {
            let mut theirs = theirs.as_mut().map(|r| r.columns.iter_mut());
            let mut ours = ours.as_mut().map(|r| r.columns.iter_mut());
            for _ in Field::ALL {
                let ours = ours.as_mut().and_then(Iterator::next).and_then(Option::as_mut);
                let theirs = theirs.as_mut().and_then(Iterator::next).and_then(Option::as_mut);
                if ours.is_some() || theirs.is_some() {
                    tasks.push([ours, theirs]);
                }
            }
        }
        // The columns with the most values first: the last task should be a small one.
        tasks.sort_by_key(|task| std::cmp::Reverse(task.iter().flatten().map(|c| c.values.len()).max()));
        tasks.into_par_iter().with_max_len(1).for_each(align_columns);
    }
}

/// Numbers the values of a column of both sides.
fn align_columns(columns: [Option<&mut Column>; 2]) {
    let most = columns.iter().flatten().map(|c| c.values.len()).max().unwrap_or(0);
    let mut known: HashMap<&str, u32> = HashMap::with_capacity(most);
    let mut numbered: Vec<Vec<u32>> = Vec::new();
    for column in columns.iter().flatten() {
        let values = &column.values;
        let mut keys = Vec::with_capacity(values.len());
        for code in 0..values.len() as u32 {
            keys.push(match values.entry(code).typed {
                Typed::Missing => 0,
                Typed::Unmapped | Typed::Unreadable => NEVER_EQUAL,
                _ => {
                    let next = known.len() as u32 + 1;
                    *known.entry(values.text(code)).or_insert(next)
                }
            });
        }
        numbered.push(keys);
    }
    drop(known);
    for (column, keys) in columns.into_iter().flatten().zip(numbered) {
        column.values.set_keys(keys);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::SourceFile;

    fn side(side: Side, marks: &[(&str, Typed)]) -> Dataset {
        let mut locations = Locations::default();
        let file = locations.add_file(SourceFile { name: "t.csv".into(), blake3: String::new(), bytes: 0 });
        let mut column = Column::default();
        for (i, (text, typed)) in marks.iter().enumerate() {
            locations.push(file, i as u32 + 2, i as u32 + 2);
            let code = column.values.push(text, text, *typed).unwrap();
            column.codes.push(code);
        }
        let mut records = Records::new(Entity::Transcript, locations);
        records.set(Field::Mark, column);
        let mut dataset = Dataset::new(side);
        dataset.set(records);
        dataset
    }

    #[test]
    fn reordered_rows_keep_values_places_and_blocks() {
        let marks = [("A", Typed::Text), ("", Typed::Missing), ("P*", Typed::Unmapped), ("A", Typed::Text)];
        let dataset = side(Side::Legacy, &marks);
        let mut records = dataset.get(Entity::Transcript).unwrap().clone();
        records.set_blocks(vec![(2, 1), (4, 2)]);
        let tell = |r: &Records, row| {
            let at = r.location(row);
            (r.raw(row, Field::Mark).unwrap().to_owned(), r.typed(row, Field::Mark), at.record, at.line, r.block(row))
        };
        let order = [3, 0, 2];
        let other = records.reordered(&order);
        assert_eq!(other.len(), 3);
        for (at, row) in order.into_iter().enumerate() {
            assert_eq!(tell(&other, at as Row), tell(&records, row));
        }
        assert_eq!(other.block_sizes(), BTreeMap::from([(1, 1), (2, 2)]));
        let back = other.reordered(&[1, 2, 0]);
        assert_eq!((0..3).map(|row| tell(&back, row)).collect::<Vec<_>>(), [0, 2, 3].map(|row| tell(&records, row)));
        records.set_blocks(vec![(4, 7)]);
        assert_eq!(records.reordered(&[2, 1]).blocks(), [(2, 7)]);
    }

    #[test]
    fn equal_texts_get_equal_keys_and_unmapped_equals_nothing() {
        let mut legacy = side(Side::Legacy, &[("A", Typed::Text), ("", Typed::Missing), ("P*", Typed::Unmapped)]);
        let mut new =
            side(Side::New, &[("", Typed::Missing), ("B", Typed::Text), ("A", Typed::Text), ("P*", Typed::Unmapped)]);
        Dataset::align(&mut legacy, &mut new);
        let key = |d: &Dataset, row| d.get(Entity::Transcript).unwrap().key(row, Field::Mark);
        assert_eq!(key(&legacy, 0), key(&new, 2));
        assert_ne!(key(&legacy, 0), key(&new, 1));
        assert_eq!(key(&legacy, 1), key(&new, 0));
        assert_eq!(key(&legacy, 2), None);
        assert_eq!(key(&new, 3), None);
    }
}
