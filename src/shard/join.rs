//! Rows of a partition as records again: those of one shard, or all of them where they stood.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use super::manifest::{Manifest, Shape};
use super::rows::{RowsOf, incomplete};
use super::{Place, REST, shard_folder};
use crate::canonical::{Codes, Column, Dataset, Field, Locations, Records, Row, Side, Spill, Values};
use crate::error::Error;

/// The rows of one folder, in their order there, with the keys that the whole run gave their values; and where each
/// stood among all rows.
pub(super) fn part(
    place: &Place,
    manifest: &Manifest,
    folder: &str,
    side: Side,
    shape: &Shape,
) -> Result<(Records, Vec<Row>), Error> {
    let rows = RowsOf::open(place, manifest, folder, side, shape)?;
    let [file, record, line] = ["file", "record", "line"].map(|name| rows.column(name));
    let mut records = Records::new(shape.entity, locations(&rows, shape, [&file?, &record?, &line?], None)?);
    for (field, _) in &shape.fields {
        records.set(*field, part_column(&rows, *field)?);
    }
    Ok((records, rows.row))
}

/// A column with a dictionary of its own; keys stay those of the whole run.
fn part_column(rows: &RowsOf, field: Field) -> Result<Column, Error> {
    let values = rows.values(field);
    let mut column = Column::default();
    let mut local: HashMap<u32, u32> = HashMap::with_capacity(values.len());
    for value in values {
        let code = value.push(&mut column).ok_or_else(|| rows.wrong("a dictionary is larger than 4 GiB"))?;
        local.insert(value.code, code);
    }
    for code in rows.column(field.name())? {
        let code = local.get(&code).ok_or_else(|| rows.wrong(format!("a value of `{field}` is missing")))?;
        column.codes.push(*code);
    }
    column.values = std::mem::take(&mut column.values).with_keys(values.iter().map(|v| v.key).collect());
    Ok(column)
}

/// Both sides as they were before anybody cut them.
pub(super) fn whole(
    place: &Place,
    manifest: &Manifest,
    side: Side,
    spill: Option<&Arc<Spill>>,
) -> Result<Dataset, Error> {
    let mut dataset = Dataset::new(side);
    for shape in manifest.side(side) {
        dataset.set(whole_records(place, manifest, (side, shape), spill)?);
    }
    Ok(dataset)
}

fn whole_records(
    place: &Place,
    manifest: &Manifest,
    (side, shape): (Side, &Shape),
    spill: Option<&Arc<Spill>>,
) -> Result<Records, Error> {
    let folders = std::iter::once(REST.to_owned()).chain((0..manifest.shards()).map(shard_folder));
    let parts: Vec<RowsOf> =
        folders.map(|folder| RowsOf::open(place, manifest, &folder, side, shape)).collect::<Result<_, Error>>()?;
    let missing = |what: &str| incomplete(place, side, shape.entity, what);
    let mut seen = vec![false; shape.rows as usize];
    for row in parts.iter().flat_map(|part| &part.row) {
        match seen.get_mut(*row as usize) {
            Some(seen) if !*seen => *seen = true,
            _ => return Err(missing("a row stands twice, or where none was")),
        }
    }
    if seen.contains(&false) {
        return Err(missing("a row is missing"));
    }
    drop(seen);
    let back = |name: &str| -> Result<Vec<u32>, Error> {
        let mut column = vec![0; shape.rows as usize];
        for part in &parts {
            for (row, value) in part.row.iter().zip(part.column(name)?) {
                column[*row as usize] = value;
            }
        }
        Ok(column)
    };
    let [file, record, line] = ["file", "record", "line"].map(back);
    let some = parts.first().ok_or_else(|| missing("there are no rows"))?;
    let mut records = Records::new(shape.entity, locations(some, shape, [&file?, &record?, &line?], spill)?);
    records.set_blocks(shape.blocks.clone());
    if shape.mixed {
        records.set_mixed_blocks(back("block")?.into_iter().collect::<Codes>().moved_into(spill));
    }
    for (field, size) in &shape.fields {
        let values = dictionary(&parts, *field, *size).ok_or_else(|| missing("a value is missing"))?;
        let codes = back(field.name())?;
        if codes.iter().any(|code| code >= size) {
            return Err(missing("a value is missing"));
        }
        let mut column = Column { codes: Codes::inside(spill), values };
        column.codes.reserve(codes.len());
        column.codes.extend_below(size.saturating_sub(1), codes.into_iter());
        records.set(*field, column);
    }
    Ok(records)
}

/// The dictionary of a field, put together from the values that the parts use; `None` when one is missing.
fn dictionary(parts: &[RowsOf], field: Field, size: u32) -> Option<Values> {
    let mut all = vec![None; size as usize];
    for value in parts.iter().flat_map(|part| part.values(field)) {
        *all.get_mut(value.code as usize)? = Some(value);
    }
    let mut column = Column::default();
    for (code, value) in all.into_iter().enumerate() {
        if value?.push(&mut column)? != code as u32 {
            return None;
        }
    }
    Some(column.values)
}

fn locations(
    rows: &RowsOf,
    shape: &Shape,
    [file, record, line]: [&[u32]; 3],
    spill: Option<&Arc<Spill>>,
) -> Result<Locations, Error> {
    let mut locations = Locations::inside(spill);
    for source in &shape.sources {
        locations.add_file(source.clone());
    }
    for at in 0..file.len() {
        if file[at] as usize >= shape.sources.len() {
            return Err(rows.wrong("a row comes from a file that is not named"));
        }
        locations.push(file[at], record[at], line[at]);
    }
    Ok(locations)
}
