//! A table in the making: columns, places, counts, rejects and notices of all files of one table.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::intern::Growing;
use super::{Accounting, FoundFile, Layout, Notice, RawColumn, Reject, Table, headers, suspicious};
use crate::canonical::{Locations, SourceFile, Spill};
use crate::error::Error;

/// Rejects beyond which the layout must be wrong and reading stops.
const MAX_REJECTS: usize = 1_000_000;

/// Collects what the readers find.
#[derive(Debug)]
pub(super) struct Builder<'a> {
    pub(super) layout: &'a Layout,
    pub(super) columns: Vec<Growing>,
    locations: Locations,
    pub(super) accounting: Accounting,
    rejects: Vec<Reject>,
    notices: Vec<Notice>,
    unused: Vec<String>,
    /// For each wanted column: some file has it.
    present: Vec<bool>,
    /// Name and headers of the first file.
    first: Option<(String, Vec<String>)>,
}

/// A state to go back to when a file must be read again.
#[derive(Debug)]
pub(super) struct Mark {
    rows: usize,
    files: usize,
    texts: Vec<usize>,
    accounting: Accounting,
    rejects: usize,
    notices: usize,
    unused: usize,
    present: Vec<bool>,
    had_first: bool,
}

impl Mark {
    /// Records counted so far.
    pub(super) const fn records(&self) -> u64 {
        self.accounting.records
    }
}

impl<'a> Builder<'a> {
    /// A table without rows; where memory must not hold them, they go to the file.
    pub(super) fn new(layout: &'a Layout, spill: Option<&Arc<Spill>>) -> Self {
        Self {
            layout,
            columns: vec![Growing::inside(spill); layout.columns.len()],
            locations: Locations::inside(spill),
            accounting: Accounting::default(),
            rejects: Vec::new(),
            notices: Vec::new(),
            unused: Vec::new(),
            present: vec![false; layout.columns.len()],
            first: None,
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            rows: self.locations.len(),
            files: self.locations.files().len(),
            texts: self.columns.iter().map(|c| c.dictionary.len()).collect(),
            accounting: self.accounting.clone(),
            rejects: self.rejects.len(),
            notices: self.notices.len(),
            unused: self.unused.len(),
            present: self.present.clone(),
            had_first: self.first.is_some(),
        }
    }

    pub(super) fn rollback(&mut self, mark: &Mark) {
        for (column, texts) in self.columns.iter_mut().zip(&mark.texts) {
            if column.dictionary.len() > *texts {
                column.dictionary.truncate(*texts);
            }
            column.codes.truncate(mark.rows);
        }
        self.locations.truncate(mark.files, mark.rows);
        self.accounting = mark.accounting.clone();
        self.rejects.truncate(mark.rejects);
        self.notices.truncate(mark.notices);
        self.unused.truncate(mark.unused);
        self.present.clone_from(&mark.present);
        if !mark.had_first {
            self.first = None;
        }
    }

    /// Registers a file before its first row.
    pub(super) fn open_file(&mut self, file: &FoundFile) -> u32 {
        self.locations.add_file(SourceFile { name: file.name.clone(), blake3: String::new(), bytes: 0 })
    }

    /// What is known of a file after its last byte.
    pub(super) fn close_file(&mut self, file: u32, read: SourceFile) {
        self.locations.describe_file(file, read.blake3, read.bytes);
    }

    /// Positions of the wanted columns among a file's headers.
    ///
    /// # Errors
    /// See [`headers::find`].
    pub(super) fn match_headers(&mut self, file: &FoundFile, names: &[String]) -> Result<Vec<Option<usize>>, Error> {
        let found = headers::find(&file.path, names, &self.layout.columns)?;
        for (wanted, header) in &found.loose {
            let text =
                format!("the column \"{header}\" was taken for \"{wanted}\": they differ only in case or blanks");
            self.notice(file, "header-case", text, false);
        }
        for name in found.unused {
            if !self.unused.contains(&name) {
                self.unused.push(name);
            }
        }
        for (present, position) in self.present.iter_mut().zip(&found.positions) {
            *present |= position.is_some();
        }
        self.compare_headers(file, names);
        Ok(found.positions)
    }

    fn compare_headers(&mut self, file: &FoundFile, names: &[String]) {
        let Some((first, known)) = &self.first else {
            self.first = Some((file.name.clone(), names.to_vec()));
            return;
        };
        let here: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let there: BTreeSet<&str> = known.iter().map(String::as_str).collect();
        if here == there {
            return;
        }
        let list = |set: Vec<&&str>| set.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", ");
        let (more, fewer) = (here.difference(&there).collect::<Vec<_>>(), there.difference(&here).collect::<Vec<_>>());
        let more = if more.is_empty() { String::new() } else { format!("; only here: {}", list(more)) };
        let fewer = if fewer.is_empty() { String::new() } else { format!("; not here: {}", list(fewer)) };
        let text = format!("the headers differ from those of {first}{more}{fewer}");
        self.notice(file, "headers-differ", text, false);
    }

    pub(super) fn notice(&mut self, file: &FoundFile, kind: &'static str, text: impl Into<String>, undecidable: bool) {
        self.notices.push(Notice { file: file.name.clone(), kind, text: text.into(), undecidable });
    }

    /// Records the place of a row whose cells are (or will be) in the columns.
    ///
    /// # Errors
    /// When a file has more than four billion lines.
    pub(super) fn place(&mut self, file: u32, record: u64, line: u64) -> Result<(), Error> {
        let (Ok(record), Ok(line)) = (u32::try_from(record), u32::try_from(line)) else {
            return Err(self.too_large());
        };
        self.locations.push(file, record, line);
        self.accounting.rows += 1;
        self.accounting.records += 1;
        Ok(())
    }

    /// Records the places of rows in their order, each counted from nought after what came `before`: records, lines.
    ///
    /// # Errors
    /// When a file has more than four billion lines.
    pub(super) fn places(&mut self, file: u32, before: (u64, u64), rows: &[(u32, u32)]) -> Result<(), Error> {
        let Some((last_record, last_line)) = rows.last() else { return Ok(()) };
        let most = (before.0 + u64::from(*last_record) + 1).max(before.1 + u64::from(*last_line) + 1);
        if u32::try_from(most).is_err() {
            return Err(self.too_large());
        }
        let (record, line) = (before.0 as u32 + 1, before.1 as u32 + 1);
        self.locations.extend(file, rows.iter().map(|(r, l)| (record + r, line + l)));
        self.accounting.rows += rows.len() as u64;
        self.accounting.records += rows.len() as u64;
        Ok(())
    }

    /// Appends a whole row, one text a wanted column.
    ///
    /// # Errors
    /// When a dictionary or a number is full.
    pub(super) fn row<'t>(
        &mut self,
        file: u32,
        (record, line): (u64, u64),
        mut cell: impl FnMut(usize) -> &'t str,
    ) -> Result<(), Error> {
        for index in 0..self.columns.len() {
            if self.columns[index].push(cell(index).as_bytes()).is_none() {
                return Err(self.too_large());
            }
        }
        self.place(file, record, line)
    }

    /// Refuses a record.
    ///
    /// # Errors
    /// When there are so many that the layout must be wrong.
    pub(super) fn reject(&mut self, reject: Reject) -> Result<(), Error> {
        self.accounting.rejected += 1;
        self.accounting.records += 1;
        self.rejects.push(reject);
        if self.rejects.len() <= MAX_REJECTS {
            return Ok(());
        }
        let first = &self.rejects[0];
        Err(Error::Input {
            path: first.file.clone().into(),
            what: format!(
                "more than {MAX_REJECTS} records are not as declared; the first is record {} (line {}): {}",
                first.record, first.line, first.reason
            ),
            fix: "correct the layout of this table in the mapping, or ask for the export again".into(),
            source: None,
        })
    }

    /// The error for more distinct texts or lines than are held.
    pub(super) fn too_large(&self) -> Error {
        Error::Input {
            path: self.layout.table.clone().into(),
            what: "the table has more than 4 billion lines, or more than 4 GiB of distinct texts in one column".into(),
            fix: "split the export into partitions".into(),
            source: None,
        }
    }

    /// Says what an empty file is worth, after its last record. `before` is the state before its first.
    pub(super) fn judge_emptiness(&mut self, file: &FoundFile, before: &Mark, had_header: bool) {
        if self.accounting.records > before.accounting.records {
            return;
        }
        if had_header {
            self.notice(file, "header-only", "the file has a header and no record: nothing can be compared", true);
        } else {
            self.notice(file, "empty-file", "the file is empty: nothing can be compared", true);
        }
    }

    /// The finished table.
    ///
    /// # Errors
    /// When the counts do not add up: a bug of a reader, never let through.
    pub(super) fn finish(mut self) -> Result<Table, Error> {
        let a = &self.accounting;
        let rows = self.locations.len() as u64;
        let lengths_agree = self.columns.iter().all(|c| c.codes.len() as u64 == rows);
        if a.records != a.rows + a.rejected
            || a.rows != rows
            || a.rejected != self.rejects.len() as u64
            || !lengths_agree
        {
            return Err(Error::Bug(format!(
                "the records of table {} do not add up: {a:?}, {rows} rows",
                self.layout.table
            )));
        }
        let table = match &self.layout.format {
            super::Format::Database(_) => format!("{}{}", super::database::PREFIX, self.layout.table),
            _ => self.layout.files.join(", "),
        };
        for (wanted, column) in self.layout.columns.iter().zip(&self.columns) {
            for (kind, text, undecidable) in suspicious::find(&wanted.name, column.dictionary.texts()) {
                self.notices.push(Notice { file: table.clone(), kind, text, undecidable });
            }
        }
        self.notices.sort();
        self.locations.shrink_to_fit();
        let wanted = self.layout.columns.iter().zip(&self.present);
        let absent =
            wanted.filter(|(column, present)| column.optional && !**present).map(|(column, _)| column.name.clone());
        let absent = absent.collect();
        let columns = self.layout.columns.iter().zip(self.columns);
        Ok(Table {
            name: self.layout.table.clone(),
            columns: columns
                .map(|(wanted, mut grown)| {
                    grown.codes.shrink_to_fit();
                    RawColumn { name: wanted.name.clone(), texts: grown.dictionary.into_texts(), codes: grown.codes }
                })
                .collect(),
            unused: self.unused,
            absent,
            locations: self.locations,
            accounting: self.accounting,
            rejects: self.rejects,
            notices: self.notices,
        })
    }
}
