//! Are both sides the same extract? A system compared with itself always agrees.

use std::collections::BTreeSet;

use crate::canonical::{Codes, Column, Dataset, Entity, Field, SourceFile, Typed, Values};

/// True unless something cheap shows that the sides do not hold the same rows: other entities, fields, numbers of
/// records, or texts in any column. What two systems write in their own ways ends here, after a few small columns.
#[must_use]
pub fn could_be_same(legacy: &Dataset, new: &Dataset) -> bool {
    let mut columns: Vec<(&Column, &Column)> = Vec::new();
    for entity in Entity::ALL {
        let (ours, theirs) = match (legacy.get(entity), new.get(entity)) {
            (None, None) => continue,
            (Some(ours), Some(theirs)) if ours.len() == theirs.len() => (ours, theirs),
            _ => return false,
        };
        for field in Field::of(entity) {
            match (ours.column(*field), theirs.column(*field)) {
                (None, None) => {}
                (Some(ours), Some(theirs)) => columns.push((ours, theirs)),
                _ => return false,
            }
        }
    }
    columns.sort_by_key(|(ours, theirs)| ours.values.len() + theirs.values.len());
    columns.iter().all(|(ours, theirs)| raw_texts(&ours.values) == raw_texts(&theirs.values))
}

fn raw_texts(values: &Values) -> Vec<&str> {
    let mut texts: Vec<&str> = (0..values.len() as u32).map(|code| values.raw(code)).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

/// A digest of what a side says, whatever the order of rows and files: for every entity the sum of its rows' hashes.
/// Equal digests of two sides mean equal canonical content; raw texts are part of it, so that two systems that hold
/// the same values but write them in their own ways do not look like one extract. Each distinct text is hashed once.
#[must_use]
pub fn content_digest(side: &Dataset) -> String {
    let mut all = blake3::Hasher::new();
    for entity in Entity::ALL {
        let Some(records) = side.get(entity) else { continue };
        let columns: Vec<(&Codes, Vec<u128>)> = records
            .fields()
            .filter_map(|field| records.column(field).map(|c| (&c.codes, hashes(field, &c.values))))
            .collect();
        let row = |row| columns.iter().fold(0u128, |sum, (codes, of)| sum.wrapping_add(of[codes.get(row) as usize]));
        let total = (0..records.len()).fold(0u128, |sum, at| sum.wrapping_add(mixed(row(at))));
        all.update(entity.name().as_bytes());
        all.update(&(records.len() as u64).to_le_bytes());
        all.update(&total.to_le_bytes());
    }
    all.finalize().to_hex().to_string()
}

/// The hash of each distinct value of a field.
fn hashes(field: Field, values: &Values) -> Vec<u128> {
    let hash = |code| {
        let mapped = !matches!(values.entry(code).typed, Typed::Missing);
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[field as u8, u8::from(mapped)]);
        hasher.update(values.raw(code).as_bytes());
        let hash = hasher.finalize();
        let (halves, _) = hash.as_bytes().as_chunks::<16>();
        halves.first().map_or(0, |half| u128::from_le_bytes(*half))
    };
    (0..values.len() as u32).map(hash).collect()
}

/// Ties the cells of a row together: without it, cells that change places between rows would not be seen.
const fn mixed(row: u128) -> u128 {
    let once = (row ^ (row >> 67)).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    (once ^ (once >> 59)).wrapping_mul(0xbf58_476d_1ce4_e5b9_94d0_49bb_1331_11eb)
}

/// Why the two sides are the same extract; `None` when they are not. `files` are the files of each side with their
/// hashes; `digests` those of [`content_digest`].
#[must_use]
pub fn same_extract(legacy: &[SourceFile], new: &[SourceFile], digests: (&str, &str)) -> Option<String> {
    let of_new: BTreeSet<&str> = new.iter().filter(|f| f.bytes > 0).map(|f| f.blake3.as_str()).collect();
    let shared: Vec<&SourceFile> =
        legacy.iter().filter(|f| f.bytes > 0 && of_new.contains(f.blake3.as_str())).collect();
    let with_rows = legacy.iter().filter(|f| f.bytes > 0).count();
    if let Some(first) = shared.first() {
        let more = if shared.len() > 1 { format!(" and {} more files", shared.len() - 1) } else { String::new() };
        return Some(format!("{}{more} of {with_rows} have the same bytes on both sides", first.name));
    }
    let (l, n) = digests;
    (!l.is_empty() && l == n).then(|| "every row of both sides holds the same texts".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::{Locations, Records, Side};

    fn file(name: &str, hash: &str, bytes: u64) -> SourceFile {
        SourceFile { name: name.into(), blake3: hash.into(), bytes }
    }

    fn two(which: Side, rows: &[(&str, &str)]) -> Dataset {
        let mut dataset = side(which, &rows.iter().map(|r| r.0).collect::<Vec<_>>());
        let mut records = dataset.get(Entity::Transcript).unwrap().clone();
        let mut column = Column::default();
        for (_, course) in rows {
            let code = column.values.push(course, course, Typed::Text).unwrap();
            column.codes.push(code);
        }
        records.set(Field::Course, column);
        dataset.set(records);
        dataset
    }

    #[test]
    fn cells_that_change_places_between_rows_are_seen() {
        let a = two(Side::Legacy, &[("A", "ALG"), ("B", "BIO")]);
        let b = two(Side::New, &[("B", "ALG"), ("A", "BIO")]);
        assert!(could_be_same(&a, &b), "every column holds the same texts");
        assert_ne!(content_digest(&a), content_digest(&b));
        assert_eq!(content_digest(&a), content_digest(&two(Side::New, &[("B", "BIO"), ("A", "ALG")])));
        assert!(!could_be_same(&a, &two(Side::New, &[("B", "BIO"), ("A", "GEO")])));
        assert!(!could_be_same(&a, &side(Side::New, &["A", "B"])));
    }

    fn side(side: Side, marks: &[&str]) -> Dataset {
        let mut locations = Locations::default();
        let place = locations.add_file(file("t.csv", "", 1));
        let mut column = Column::default();
        for (i, mark) in marks.iter().enumerate() {
            locations.push(place, i as u32 + 2, i as u32 + 2);
            let code = column.values.push(mark, mark, Typed::Text).unwrap();
            column.codes.push(code);
        }
        let mut records = Records::new(Entity::Transcript, locations);
        records.set(Field::Mark, column);
        let mut dataset = Dataset::new(side);
        dataset.set(records);
        dataset
    }

    #[test]
    fn one_shared_file_is_enough() {
        let why = same_extract(&[file("a.csv", "x", 3), file("b.csv", "y", 3)], &[file("c.csv", "x", 3)], ("1", "2"));
        assert!(why.unwrap().starts_with("a.csv of 2"));
        assert_eq!(same_extract(&[file("a.csv", "x", 3)], &[file("c.csv", "z", 3)], ("1", "2")), None);
    }

    #[test]
    fn empty_files_are_not_the_same_extract() {
        assert_eq!(same_extract(&[file("a.csv", "x", 0)], &[file("c.csv", "x", 0)], ("", "")), None);
    }

    #[test]
    fn the_same_rows_in_another_order_are_the_same_extract() {
        let a = content_digest(&side(Side::Legacy, &["A", "B", "A"]));
        assert_eq!(a, content_digest(&side(Side::New, &["B", "A", "A"])));
        assert_ne!(a, content_digest(&side(Side::New, &["B", "B", "A"])));
        assert_ne!(a, content_digest(&side(Side::New, &["A", "B"])));
    }
}
