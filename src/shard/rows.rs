//! The rows of one entity of one side that belong together, and the values that they use, as two Parquet files.

use std::collections::BTreeMap;

use super::frame::{Frame, Stored};
use super::manifest::{Manifest, Shape};
use super::{Place, damaged};
use crate::canonical::{Column, Decimal, Entity, Field, Records, Row, Side, Typed};
use crate::error::Error;

/// Names of the two files of an entity of a side.
pub(super) fn names(folder: &str, side: Side, entity: Entity) -> [String; 2] {
    ["rows", "values"].map(|what| format!("{folder}/{side}-{entity}.{what}.parquet"))
}

/// Writes some rows with the values that `used` names (by field, in the order of the shape's fields; codes ascending).
pub(super) fn write(
    place: &Place,
    folder: &str,
    (side, records): (Side, &Records),
    rows: &[Row],
    used: &[(Field, Vec<u32>)],
) -> Result<[(String, String); 2], Error> {
    let [rows_name, values_name] = names(folder, side, records.entity());
    let mut frame = Frame::default();
    let places = || rows.iter().map(|row| records.locations().key(*row));
    frame.numbers("row", rows.to_vec());
    frame.numbers("file", places().map(|p| p.0).collect());
    frame.numbers("record", places().map(|p| p.1).collect());
    frame.numbers("line", rows.iter().map(|row| records.location(*row).line).collect());
    if records.is_mixed() {
        frame.numbers("block", rows.iter().map(|row| u32::from(records.block(*row))).collect());
    }
    for (field, _) in used {
        let Some(column) = records.column(*field) else { continue };
        frame.numbers(field.name(), rows.iter().map(|row| column.codes.get(*row as usize)).collect());
    }
    let rows_hash = frame.write(&place.path(&rows_name))?;
    let values_hash = write_values(records, used)?.write(&place.path(&values_name))?;
    Ok([(rows_name, rows_hash), (values_name, values_hash)])
}

fn write_values(records: &Records, used: &[(Field, Vec<u32>)]) -> Result<Frame, Error> {
    let (mut fields, mut codes, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    let (mut raws, mut texts, mut means) = (Vec::new(), Vec::new(), Vec::new());
    for (field, of_field) in used {
        let Some(column) = records.column(*field) else { continue };
        for code in of_field {
            let entry = column.values.entry(*code);
            let (raw, text) = (column.values.raw(*code), column.values.text(*code));
            fields.push(field.name());
            codes.push(*code);
            keys.push(entry.key);
            raws.push(raw);
            texts.push((text != raw).then_some(text));
            means.push(word(entry.typed));
        }
    }
    let mut frame = Frame::default();
    frame.texts("field", fields);
    frame.numbers("code", codes);
    frame.texts("raw", raws);
    frame.optional_texts("text", texts);
    frame.texts("means", means.iter().map(String::as_str).collect());
    frame.numbers("key", keys);
    Ok(frame)
}

/// What a value means, as a text.
fn word(typed: Typed) -> String {
    match typed {
        Typed::Missing => "missing".into(),
        Typed::Text => "text".into(),
        Typed::Date(day) => format!("day {day}"),
        Typed::Number(number) => format!("number {number}"),
        Typed::Flag(true) => "yes".into(),
        Typed::Flag(false) => "no".into(),
        Typed::Unmapped => "unmapped".into(),
        Typed::Unreadable => "unreadable".into(),
    }
}

fn meaning(word: &str) -> Option<Typed> {
    Some(match word {
        "missing" => Typed::Missing,
        "text" => Typed::Text,
        "yes" => Typed::Flag(true),
        "no" => Typed::Flag(false),
        "unmapped" => Typed::Unmapped,
        "unreadable" => Typed::Unreadable,
        other => match other.split_once(' ')? {
            ("day", day) => Typed::Date(day.parse().ok()?),
            ("number", number) => Typed::Number(Decimal::parse(number).ok()?),
            _ => return None,
        },
    })
}

/// A distinct value of a column.
#[derive(Debug, Clone)]
pub(super) struct Value {
    pub(super) code: u32,
    pub(super) key: u32,
    raw: String,
    /// The canonical text, where it is another.
    text: Option<String>,
    typed: Typed,
}

impl Value {
    /// Adds it to a dictionary.
    pub(super) fn push(&self, column: &mut Column) -> Option<u32> {
        column.values.push(&self.raw, self.text.as_deref().unwrap_or(&self.raw), self.typed)
    }
}

/// Some rows of one entity of one side, read back.
#[derive(Debug)]
pub(super) struct RowsOf {
    /// Where each row stood among all rows of the entity.
    pub(super) row: Vec<Row>,
    table: Stored,
    values: BTreeMap<Field, Vec<Value>>,
}

impl RowsOf {
    /// Opens the two files and holds them to their hashes.
    pub(super) fn open(
        place: &Place,
        manifest: &Manifest,
        folder: &str,
        side: Side,
        shape: &Shape,
    ) -> Result<Self, Error> {
        let [rows, values] = names(folder, side, shape.entity);
        let table = Stored::open(place.path(&rows), manifest.hash_of(place, &rows)?)?;
        let values = Stored::open(place.path(&values), manifest.hash_of(place, &values)?)?;
        let row = table.numbers("row")?;
        Ok(Self { row, table, values: read_values(&values, shape.entity)? })
    }

    /// A column of the rows: `file`, `record`, `line`, or the codes of a field.
    pub(super) fn column(&self, name: &str) -> Result<Vec<u32>, Error> {
        let column = self.table.numbers(name)?;
        if column.len() == self.row.len() {
            return Ok(column);
        }
        Err(self.table.wrong(format!("the column `{name}` has {} of {} cells", column.len(), self.row.len())))
    }

    /// The values of a field, codes ascending.
    pub(super) fn values(&self, field: Field) -> &[Value] {
        self.values.get(&field).map_or(&[], Vec::as_slice)
    }

    /// What is wrong with the rows, as an error.
    pub(super) fn wrong(&self, what: impl Into<String>) -> Error {
        self.table.wrong(what)
    }
}

fn read_values(stored: &Stored, entity: Entity) -> Result<BTreeMap<Field, Vec<Value>>, Error> {
    let (fields, codes, keys) = (stored.texts("field")?, stored.numbers("code")?, stored.numbers("key")?);
    let (raws, texts) = (stored.texts("raw")?, stored.optional_texts("text")?);
    let means = stored.texts("means")?;
    let mut values: BTreeMap<Field, Vec<Value>> = BTreeMap::new();
    let entries = fields.iter().zip(codes).zip(keys).zip(raws).zip(texts).zip(means);
    for (((((field, code), key), raw), text), means) in entries {
        let field = Field::parse(entity, field);
        let Some((field, typed)) = field.zip(meaning(&means)) else {
            return Err(stored.wrong("it names a field or a meaning that this version does not know"));
        };
        values.entry(field).or_default().push(Value { code, key, raw, text, typed });
    }
    Ok(values)
}

/// The records hold another number of rows or values than the manifest says.
pub(super) fn incomplete(place: &Place, side: Side, entity: Entity, what: &str) -> Error {
    damaged(&place.0, format!("the {side} {entity} records are not whole: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_meaning_reads_back() {
        let number = |t| Typed::Number(Decimal::parse(t).unwrap());
        let all = [
            Typed::Missing,
            Typed::Text,
            Typed::Date("2008-02-29".parse().unwrap()),
            Typed::Date("0001-01-01".parse().unwrap()),
            number("-12.500"),
            number("123456789012345678"),
            number("0.000000000000000001"),
            Typed::Flag(true),
            Typed::Flag(false),
            Typed::Unmapped,
            Typed::Unreadable,
        ];
        for typed in all {
            assert_eq!(meaning(&word(typed)), Some(typed));
        }
        assert_eq!(meaning("perhaps"), None);
        assert_eq!(meaning("number 1e5"), None);
    }
}
