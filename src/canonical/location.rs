//! Where a record stood in the files that a system exported.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Codes, Spill};

/// One extract file of a side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Path below the side's root, with `/` between parts (and `!member` inside an archive).
    pub name: String,
    /// BLAKE3 of the bytes that were read, in hex.
    pub blake3: String,
    /// Size in bytes as read from disk.
    pub bytes: u64,
}

/// File and record of one row; `line` is where that record starts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location<'a> {
    /// Path below the side's root.
    pub file: &'a str,
    /// Record number in that file, counting from 1, header records included.
    pub record: u32,
    /// Line number in that file where the record starts, counting from 1.
    pub line: u32,
}

/// The locations of all rows of a table, compactly.
#[derive(Debug, Clone, Default)]
pub struct Locations {
    files: Vec<SourceFile>,
    file: Codes,
    record: Codes,
    /// Empty while every record is one line of a file whose first record is on line 1.
    line: Codes,
}

impl Locations {
    /// No rows yet: in memory, or in the file when there is one.
    #[must_use]
    pub fn inside(spill: Option<&Arc<Spill>>) -> Self {
        let empty = || Codes::inside(spill);
        Self { files: Vec::new(), file: empty(), record: empty(), line: empty() }
    }

    /// The file in which the places lie; `None` when they are in memory.
    #[must_use]
    pub fn spill(&self) -> Option<&Arc<Spill>> {
        self.record.spill()
    }

    /// The same places in another order.
    ///
    /// # Panics
    /// When `order` names a row that is not there.
    #[must_use]
    pub fn reordered(self, order: &[u32]) -> Self {
        let line = if self.line.is_empty() { self.line } else { self.line.reordered(order) };
        Self { files: self.files, file: self.file.reordered(order), record: self.record.reordered(order), line }
    }

    /// Registers a file and returns its position.
    pub fn add_file(&mut self, file: SourceFile) -> u32 {
        self.files.push(file);
        (self.files.len() - 1) as u32
    }

    /// Appends a row's place.
    pub fn push(&mut self, file: u32, record: u32, line: u32) {
        if self.line.is_empty() && line != record {
            self.line.clone_from(&self.record);
        }
        if line != record || !self.line.is_empty() {
            self.line.push(line);
        }
        self.file.push(file);
        self.record.push(record);
    }

    /// Appends the places of many rows of a file: record and line of each.
    pub fn extend(&mut self, file: u32, rows: impl ExactSizeIterator<Item = (u32, u32)> + Clone) {
        let largest = rows.clone().map(|(record, line)| record.max(line)).max().unwrap_or(0);
        let differ = rows.clone().any(|(record, line)| line != record);
        if differ && self.line.is_empty() {
            self.line.clone_from(&self.record);
        }
        if differ || !self.line.is_empty() {
            self.line.extend_below(largest, rows.clone().map(|(_, line)| line));
        }
        self.file.extend_below(file, std::iter::repeat_n(file, rows.len()));
        self.record.extend_below(largest, rows.map(|(record, _)| record));
    }

    /// Forgets all rows from `rows` on and all files from `files` on (a file that is read again).
    pub fn truncate(&mut self, files: usize, rows: usize) {
        self.files.truncate(files);
        self.file.truncate(rows);
        self.record.truncate(rows);
        self.line.truncate(rows);
    }

    /// Gives back what is reserved beyond the rows.
    pub fn shrink_to_fit(&mut self) {
        self.file.shrink_to_fit();
        self.record.shrink_to_fit();
        self.line.shrink_to_fit();
    }

    /// What is known of a file only after it has been read.
    pub fn describe_file(&mut self, file: u32, blake3: String, bytes: u64) {
        if let Some(known) = self.files.get_mut(file as usize) {
            known.blake3 = blake3;
            known.bytes = bytes;
        }
    }

    /// The place of a row.
    #[must_use]
    pub fn get(&self, row: u32) -> Location<'_> {
        let i = row as usize;
        Location {
            file: &self.files[self.file.get(i) as usize].name,
            record: self.record.get(i),
            line: if self.line.is_empty() { self.record.get(i) } else { self.line.get(i) },
        }
    }

    /// File position and record number of a row: the order of rows as exported.
    #[must_use]
    pub fn key(&self, row: u32) -> (u32, u32) {
        (self.file.get(row as usize), self.record.get(row as usize))
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.record.len()
    }

    /// True when there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.record.is_empty()
    }

    /// The files.
    #[must_use]
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_kept_once_they_differ_from_records() {
        let mut places = Locations::default();
        let f = places.add_file(SourceFile { name: "a.csv".into(), blake3: String::new(), bytes: 0 });
        places.push(f, 2, 2);
        places.push(f, 3, 3);
        places.push(f, 4, 6);
        places.push(f, 5, 5);
        let lines: Vec<u32> = (0..4).map(|r| places.get(r).line).collect();
        assert_eq!(lines, [2, 3, 6, 5]);
    }

    #[test]
    fn many_places_at_once_are_those_of_one_after_another() {
        let rows = [(2, 2), (3, 3), (4, 6), (5, 7)];
        for first in 0..rows.len() {
            let (mut one_by_one, mut at_once) = (Locations::default(), Locations::default());
            for places in [&mut one_by_one, &mut at_once] {
                places.add_file(SourceFile { name: "a.csv".into(), blake3: String::new(), bytes: 0 });
            }
            rows.iter().for_each(|(record, line)| one_by_one.push(0, *record, *line));
            at_once.extend(0, rows[..first].iter().copied());
            at_once.extend(0, rows[first..].iter().copied());
            let all =
                |places: &Locations| (0..4).map(|r| (places.get(r).record, places.get(r).line)).collect::<Vec<_>>();
            assert_eq!(all(&at_once), all(&one_by_one));
            assert_eq!(at_once.line.len(), one_by_one.line.len());
        }
    }
}
