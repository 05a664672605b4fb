//! Are both sides the same extract? A system compared with itself always agrees.

use std::collections::BTreeSet;

use crate::canonical::{Dataset, Entity, Field, SourceFile, Typed};

/// A digest of what a side says, whatever the order of rows and files: for every entity the sum of its rows' hashes.
/// Equal digests of two sides mean equal canonical content; raw texts are part of it, so that two systems that hold
/// the same values but write them in their own ways do not look like one extract.
#[must_use]
pub fn content_digest(side: &Dataset) -> String {
    let mut all = blake3::Hasher::new();
    for entity in Entity::ALL {
        let Some(records) = side.get(entity) else { continue };
        let fields: Vec<Field> = records.fields().collect();
        let mut sum = [0u128; 2];
        for row in 0..records.len() as u32 {
            let mut hasher = blake3::Hasher::new();
            for field in &fields {
                let raw = records.raw(row, *field).unwrap_or_default();
                let mapped = !matches!(records.typed(row, *field), Typed::Missing);
                hasher.update(&[*field as u8, u8::from(mapped)]);
                hasher.update(&(raw.len() as u64).to_le_bytes());
                hasher.update(raw.as_bytes());
            }
            let hash = hasher.finalize();
            for (half, total) in hash.as_bytes().as_chunks::<16>().0.iter().zip(&mut sum) {
                *total = total.wrapping_add(u128::from_le_bytes(*half));
            }
        }
        all.update(entity.name().as_bytes());
        all.update(&(records.len() as u64).to_le_bytes());
        for total in sum {
            all.update(&total.to_le_bytes());
        }
    }
    all.finalize().to_hex().to_string()
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
    use crate::canonical::{Column, Locations, Records, Side};

    fn file(name: &str, hash: &str, bytes: u64) -> SourceFile {
        SourceFile { name: name.into(), blake3: hash.into(), bytes }
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
