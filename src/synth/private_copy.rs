//! A private copy of a side's exports as raw tables, and back: the drill never touches the originals.

use std::path::{Path, PathBuf};

use foldhash::{HashMap, HashMapExt};

use super::binding::{Binding, Place};
use super::raw::{NOBODY, RawRow, RawTable};
use crate::canonical::{Entity, Field};
use crate::error::Error;
use crate::extract::{Delimited, Format, Header, find_files};
use crate::mapping::Mapping;

/// The copied files of a side.
#[derive(Debug)]
pub struct PrivateCopy {
    /// Tables by name in the mapping, rows sorted by student.
    pub tables: Vec<RawTable>,
    /// Ids of the students, by number.
    pub students: Vec<String>,
    /// Tables whose format the drill can not damage; they were copied as they are.
    pub untouched: Vec<String>,
    targets: Vec<(PathBuf, Delimited)>,
}

/// Reads the new side's tables and prepares a copy below `to`.
///
/// # Errors
/// When a file can not be read or copied.
pub fn copy_side(root: &Path, to: &Path, mapping: &Mapping, binding: &Binding) -> Result<PrivateCopy, Error> {
    let mut copy = PrivateCopy { tables: Vec::new(), students: Vec::new(), untouched: Vec::new(), targets: Vec::new() };
    for (name, spec) in &mapping.tables {
        if let Format::Database(_) = &spec.layout.format {
            return Err(Error::Usage {
                what: format!("table {name} comes from a database; a drill damages copies of files only"),
                fix: "export the tables to files, and name a mapping that reads those".into(),
            });
        }
        let files = find_files(root, &spec.layout)?;
        let aliases = |column: &str| {
            let wanted = spec.layout.columns.iter().find(|w| w.aliases.iter().any(|a| a == column));
            wanted.map_or_else(|| column.to_owned(), |w| w.name.clone())
        };
        for file in &files {
            let target = to.join(file.path.strip_prefix(root).unwrap_or(&file.path));
            if let Some(folder) = target.parent() {
                std::fs::create_dir_all(folder).map_err(|e| Error::write(folder, e))?;
            }
            match plain(&spec.layout.format).filter(|_| file.member.is_none() && files.len() == 1) {
                Some(delimited) => {
                    let bytes = std::fs::read(&file.path).map_err(|e| Error::read(&file.path, e))?;
                    let Some(mut table) = parse(&bytes, delimited) else {
                        std::fs::copy(&file.path, &target).map_err(|e| Error::write(&target, e))?;
                        copy.untouched.push(name.clone());
                        continue;
                    };
                    table.file.clone_from(name);
                    // A table is known by the mapping's names; the file keeps its own header.
                    table.header = table.header.iter().map(|h| aliases(h)).collect();
                    copy.tables.push(table);
                    copy.targets.push((target, delimited.clone()));
                }
                None => {
                    std::fs::copy(&file.path, &target).map_err(|e| Error::write(&target, e))?;
                    copy.untouched.push(name.clone());
                }
            }
        }
    }
    copy.number_students(binding);
    Ok(copy)
}

/// Delimited text with its names in the first row, and nothing beside the records.
fn plain(format: &Format) -> Option<&Delimited> {
    match format {
        Format::Delimited(d) if d.header == Header::Row(1) && d.footer_rows == 0 && !d.trailing_delimiter => Some(d),
        _ => None,
    }
}

/// `None` when the bytes are packed or no plain text.
fn parse(bytes: &[u8], layout: &Delimited) -> Option<RawTable> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned(),
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(layout.delimiter)
        .quoting(layout.quote.is_some())
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let header = records.next()?.ok()?;
    let mut table = RawTable::new("", &header.iter().collect::<Vec<_>>());
    for record in records {
        table.rows.push(RawRow::of(NOBODY, record.ok()?.iter()));
    }
    Some(table)
}

impl PrivateCopy {
    fn table(&self, name: &str) -> Option<usize> {
        self.tables.iter().position(|t| t.file == name)
    }

    /// Gives every row the number of its student and sorts rows by it.
    fn number_students(&mut self, binding: &Binding) {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        for pass in [true, false] {
            for block in binding.blocks.iter().filter(|b| (b.entity == Entity::Student) == pass) {
                let Some(table) = self.table(&block.file) else { continue };
                let Some(ids) = self.ids(table, block.place(Field::StudentId)) else { continue };
                for (row, id) in ids.into_iter().enumerate() {
                    let Some(id) = id.filter(|i| !i.is_empty()) else { continue };
                    let next = numbers.len() as u32;
                    let number = match numbers.get(&id) {
                        Some(number) => *number,
                        None if pass => {
                            self.students.push(id.clone());
                            *numbers.entry(id).or_insert(next)
                        }
                        None => continue,
                    };
                    self.tables[table].rows[row].student = number;
                }
            }
        }
        for table in &mut self.tables {
            table.rows.sort_by_key(|r| r.student);
        }
    }

    /// The student id of each row of a table.
    fn ids(&self, table: usize, place: Option<&Place>) -> Option<Vec<Option<String>>> {
        let rows = &self.tables[table];
        match place? {
            Place::Own(column) => {
                let column = rows.column(column)?;
                Some(rows.rows.iter().map(|r| Some(r.cell(column).to_owned())).collect())
            }
            Place::Joined { file, on, column } => {
                let theirs = &self.tables[self.table(file)?];
                let column = theirs.column(column)?;
                let (mine, other) = on.first()?;
                let (mine, other) = (rows.column(mine)?, theirs.column(other)?);
                let known: HashMap<&str, &str> = theirs.rows.iter().map(|r| (r.cell(other), r.cell(column))).collect();
                Some(rows.rows.iter().map(|r| known.get(r.cell(mine)).map(|id| (*id).to_owned())).collect())
            }
            Place::Constant(_) => None,
        }
    }

    /// Writes the tables to their places in the copy, in UTF-8.
    ///
    /// # Errors
    /// When a file can not be written.
    pub fn write(&self) -> Result<(), Error> {
        for (table, (path, layout)) in self.tables.iter().zip(&self.targets) {
            let style = if layout.quote.is_some() { csv::QuoteStyle::Necessary } else { csv::QuoteStyle::Never };
            let mut writer = csv::WriterBuilder::new()
                .delimiter(layout.delimiter)
                .quote_style(style)
                .flexible(true)
                .terminator(csv::Terminator::CRLF)
                .from_path(path)
                .map_err(|e| Error::write(path, std::io::Error::other(e)))?;
            let rows = table.rows.iter().map(|r| (0..r.len()).map(|i| r.cell(i).to_owned()).collect::<Vec<_>>());
            for row in std::iter::once(table.header.clone()).chain(rows) {
                writer.write_record(row).map_err(|e| Error::write(path, std::io::Error::other(e)))?;
            }
            writer.flush().map_err(|e| Error::write(path, e))?;
        }
        Ok(())
    }
}
