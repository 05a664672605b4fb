//! The blocks of one entity, put together to its records.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};

use super::view::{View, full};
use crate::canonical::{Codes, Column, Entity, Field, Locations, Records, Typed, Values};
use crate::error::Error;

/// Records of an entity while blocks are added.
pub(super) struct Assembly {
    entity: Entity,
    locations: Locations,
    columns: BTreeMap<Field, Column>,
    blocks: Vec<(u32, u16)>,
}

impl Assembly {
    /// The records of one block.
    pub(super) fn new(
        (entity, block): (Entity, usize),
        view: &View<'_>,
        kept: Option<&[u32]>,
        columns: Vec<(Field, Column)>,
    ) -> Self {
        let table = view.table();
        let locations = match kept {
            None if view.repeat() == 1 => table.locations.clone(),
            _ => {
                let rows = super::select::each(kept, view.rows).map(|row| view.table_row(row));
                let mut locations = Locations::inside(table.locations.spill());
                copy(&table.locations, rows, &mut locations);
                locations
            }
        };
        let blocks = vec![(locations.len() as u32, u16::try_from(block).unwrap_or(u16::MAX))];
        Self { entity, locations, columns: columns.into_iter().collect(), blocks }
    }

    /// Which entity.
    pub(super) const fn entity(&self) -> Entity {
        self.entity
    }

    /// Adds the records of a further block behind. A field that one of the two lacks has no value there.
    pub(super) fn append(mut self, other: Self) -> Result<Self, Error> {
        let (before, added) = (self.locations.len(), other.locations.len());
        copy(&other.locations, 0..added as u32, &mut self.locations);
        self.blocks.extend(other.blocks.iter().map(|(end, number)| (end + before as u32, *number)));
        let mut theirs = other.columns;
        for field in Field::of(self.entity) {
            let (mine, their) = (self.columns.remove(field), theirs.remove(field));
            if mine.is_none() && their.is_none() {
                continue;
            }
            let mine = mine.map_or_else(|| missing(before), Ok)?;
            let their = their.map_or_else(|| missing(added), Ok)?;
            self.columns.insert(*field, join(mine, &their)?);
        }
        Ok(self)
    }

    /// The records.
    pub(super) fn into_records(self) -> Records {
        let mut records = Records::new(self.entity, self.locations);
        records.set_blocks(self.blocks);
        let spill = records.locations().spill().cloned();
        for (field, Column { codes, values }) in self.columns {
            records.set(field, Column { codes: codes.moved_into(spill.as_ref()), values });
        }
        records
    }
}

/// Copies rows with their places; files that both name are one.
fn copy(from: &Locations, rows: impl Iterator<Item = u32>, to: &mut Locations) {
    let files: Vec<u32> = from
        .files()
        .iter()
        .map(|file| match to.files().iter().position(|f| f == file) {
            Some(at) => at as u32,
            None => to.add_file(file.clone()),
        })
        .collect();
    for row in rows {
        let (file, record) = from.key(row);
        to.push(files[file as usize], record, from.get(row).line);
    }
}

fn missing(rows: usize) -> Result<Column, Error> {
    let mut column = Column::default();
    if rows > 0 {
        column.values.push("", "", Typed::Missing).ok_or_else(full)?;
        column.codes = (0..rows).map(|_| 0).collect();
    }
    Ok(column)
}

/// Two columns behind each other; equal values share an entry.
fn join(mut mine: Column, their: &Column) -> Result<Column, Error> {
    let key = |values: &Values, code: u32| {
        let kind = match values.entry(code).typed {
            Typed::Missing => 'm',
            Typed::Unmapped => 'u',
            Typed::Unreadable => 'r',
            _ => 't',
        };
        format!("{kind}{}\u{1f}{}", values.raw(code), values.text(code))
    };
    let mut known: HashMap<String, u32> = HashMap::with_capacity(mine.values.len());
    for code in 0..mine.values.len() as u32 {
        known.entry(key(&mine.values, code)).or_insert(code);
    }
    let mut renumbered = Vec::with_capacity(their.values.len());
    for code in 0..their.values.len() as u32 {
        renumbered.push(match known.get(&key(&their.values, code)) {
            Some(at) => *at,
            None => {
                let (raw, text) = (their.values.raw(code), their.values.text(code));
                mine.values.push(raw, text, their.values.entry(code).typed).ok_or_else(full)?
            }
        });
    }
    let mut codes: Codes = mine.codes;
    codes.reserve(their.codes.len());
    for code in their.codes.iter() {
        codes.push(renumbered[code as usize]);
    }
    Ok(Column { codes, values: mine.values })
}
