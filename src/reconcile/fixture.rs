//! Datasets written down as text, for tests: an entity line with its fields, then a line a record.
//! `?X` is a code without a crosswalk line, `!X` is unreadable, `raw~canonical` has two forms, blank is no value.

use std::collections::BTreeMap;

use crate::canonical::{Column, Dataset, Decimal, Entity, Field, Kind, Locations, Records, Side, SourceFile, Typed};

/// Reads a dataset. Panics on a text that makes no sense: it is a test's own mistake.
pub(crate) fn side(side: Side, text: &str) -> Dataset {
    let mut dataset = Dataset::new(side);
    let mut tables: BTreeMap<Entity, (Vec<Field>, Vec<Vec<String>>)> = BTreeMap::new();
    let mut current = None;
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        if let Some((name, fields)) = line.split_once(": ")
            && let Some(entity) = Entity::parse(name)
        {
            let fields = fields.split('|').map(|f| Field::parse(entity, f).expect(f)).collect();
            tables.insert(entity, (fields, Vec::new()));
            current = Some(entity);
            continue;
        }
        let table = tables.get_mut(&current.expect("an entity line first")).unwrap();
        let cells: Vec<String> = line.split('|').map(|c| c.trim().to_owned()).collect();
        assert_eq!(cells.len(), table.0.len(), "{line}");
        table.1.push(cells);
    }
    for (entity, (fields, rows)) in tables {
        dataset.set(records(entity, &fields, &rows));
    }
    dataset
}

/// Both sides.
pub(crate) fn sides(legacy: &str, new: &str) -> (Dataset, Dataset) {
    (side(Side::Legacy, legacy), side(Side::New, new))
}

/// Records from cells.
pub(crate) fn records(entity: Entity, fields: &[Field], rows: &[Vec<String>]) -> Records {
    let mut locations = Locations::default();
    let file = locations.add_file(SourceFile { name: format!("{entity}.csv"), blake3: String::new(), bytes: 0 });
    for row in 0..rows.len() as u32 {
        locations.push(file, row + 2, row + 2);
    }
    let mut records = Records::new(entity, locations);
    for (at, field) in fields.iter().enumerate() {
        let mut column = Column::default();
        let mut known: BTreeMap<&str, u32> = BTreeMap::new();
        for row in rows {
            let cell = row[at].as_str();
            let code = *known.entry(cell).or_insert_with(|| {
                let (raw, text, typed) = value(field.kind(), cell);
                column.values.push(&raw, &text, typed).unwrap()
            });
            column.codes.push(code);
        }
        records.set(*field, column);
    }
    records
}

fn value(kind: Kind, cell: &str) -> (String, String, Typed) {
    if let Some(code) = cell.strip_prefix('?') {
        return (code.into(), String::new(), Typed::Unmapped);
    }
    if let Some(text) = cell.strip_prefix('!') {
        return (text.into(), String::new(), Typed::Unreadable);
    }
    let (raw, text) = cell.split_once('~').unwrap_or((cell, cell));
    if text.is_empty() {
        return (raw.into(), String::new(), Typed::Missing);
    }
    let typed = match kind {
        Kind::Date => Typed::Date(text.parse().unwrap()),
        Kind::Number => Typed::Number(Decimal::parse(text).unwrap()),
        Kind::Flag => Typed::Flag(text == "true"),
        _ => Typed::Text,
    };
    let canonical = if let Typed::Number(number) = typed { number.to_string() } else { text.to_owned() };
    (raw.into(), canonical, typed)
}
