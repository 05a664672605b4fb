//! A private copy of the new side's exports that faults can be planted into: the tables as the strict reader reads
//! them, whatever their format, written again as delimited text. The originals are only read.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use foldhash::{HashMap, HashMapExt};

use super::bind::bind;
use super::binding::{Binding, Place};
use super::raw::{NOBODY, RawRow, RawTable, Style, line};
use crate::canonical::{Entity, Field};
use crate::error::Error;
use crate::extract::{Delimited, Encoding, Format, Header, Silent, Table, read};
use crate::mapping::Mapping;

/// Faults are planted among this many students; a larger district gives evenly spread groups of neighbours.
const STUDENTS: usize = 6_000;
/// Size of such a group: a fault may need the student next door.
const GROUP: usize = 60;

/// The new side, read and ready to be damaged.
#[derive(Debug)]
pub struct PrivateCopy {
    /// What the mapping's cells are.
    pub binding: Binding,
    /// The students that faults may be planted into, by number.
    pub students: Vec<(u32, String)>,
    /// The new side's mapping, reading the copy.
    pub mapping: Mapping,
    /// Tables that are no delimited text in the export and are in the copy: (table, format).
    pub converted: Vec<(String, &'static str)>,
    tables: Vec<Table>,
    /// By table: the rows that may be damaged, by student.
    near: Vec<RawTable>,
    /// By table: the positions of all other rows.
    rest: Vec<Vec<u32>>,
}

impl PrivateCopy {
    /// Reads the exports below `root`.
    ///
    /// # Errors
    /// When a file can not be read.
    pub fn read(root: &Path, mapping: &Mapping) -> Result<Self, Error> {
        let mut copy = Self {
            binding: bind(mapping),
            students: Vec::new(),
            mapping: mapping.clone(),
            converted: Vec::new(),
            tables: Vec::new(),
            near: Vec::new(),
            rest: Vec::new(),
        };
        for (name, spec) in &mut copy.mapping.tables {
            let mut table = read(root, &spec.layout, &Silent)?;
            table.name.clone_from(name);
            if !matches!(spec.layout.format, Format::Delimited(_)) && !table.is_empty() {
                copy.converted.push((name.clone(), word(&spec.layout.format)));
            }
            spec.layout.files = vec![format!("table-{}.csv", copy.tables.len() + 1)];
            spec.layout.encoding = Encoding::Named("utf-8".into());
            spec.layout.format = Format::Delimited(plain(&spec.layout.format));
            copy.tables.push(table);
        }
        copy.sort_rows();
        Ok(copy)
    }

    /// The rows that may be damaged, by table.
    #[must_use]
    pub fn rows(&self) -> Vec<RawTable> {
        self.near.clone()
    }

    /// Writes the copy below `to`, with damaged rows in place of [`Self::rows`].
    ///
    /// # Errors
    /// When a file can not be written.
    pub fn write(&self, damaged: &[RawTable], to: &Path) -> Result<(), Error> {
        for ((table, rest), damaged) in self.tables.iter().zip(&self.rest).zip(damaged) {
            let Some(layout) = self.mapping.tables.get(&table.name).map(|t| &t.layout) else { continue };
            // An optional table that the export lacks stays missing.
            if table.columns.is_empty() || (table.is_empty() && layout.optional) {
                continue;
            }
            let (Format::Delimited(form), Some(name)) = (&layout.format, layout.files.first()) else { continue };
            let path = to.join(name);
            write_table(&path, form, table, rest, damaged).map_err(|e| Error::write(&path, e))?;
        }
        Ok(())
    }

    /// Gives every row the number of its student, and keeps the rows of those that faults may hit.
    fn sort_rows(&mut self) {
        let (numbers, names) = self.number_students();
        let all = names.len();
        let groups = (STUDENTS / GROUP).max(1);
        let chosen = |number: u32| {
            let group = number as usize / GROUP;
            let of = all.div_ceil(GROUP);
            all <= STUDENTS || group * groups / of != (group + 1) * groups / of
        };
        self.students = (0..).zip(names).filter(|(n, _)| chosen(*n)).collect();
        for table in &self.tables {
            let owners = self.owners(table, &numbers);
            let headers: Vec<&str> = present(table).map(|c| c.name.as_str()).collect();
            let mut near = RawTable::new(&table.name, &headers);
            let mut rest = Vec::new();
            for (row, owner) in (0..table.len()).zip(owners) {
                match owner {
                    Owner::Student(number) if chosen(number) => near.rows.push(raw_row(table, row, number)),
                    Owner::Nobody => near.rows.push(raw_row(table, row, NOBODY)),
                    Owner::Student(_) | Owner::Stranger => rest.push(row as u32),
                }
            }
            near.rows.sort_by_key(|r| r.student);
            self.near.push(near);
            self.rest.push(rest);
        }
    }

    /// Numbers by id, in the order in which the student records stand.
    fn number_students(&self) -> (HashMap<String, u32>, Vec<String>) {
        let (mut numbers, mut names) = (HashMap::new(), Vec::new());
        for block in self.binding.of(Entity::Student) {
            let Some(table) = self.table(&block.file) else { continue };
            let only = block.only.as_ref().and_then(|(c, text)| Some((table.column(c)?, text)));
            for (row, id) in self.ids(table, block.place(Field::StudentId)).into_iter().enumerate() {
                let is_student = only.is_none_or(|(column, text)| column.text(row) == text);
                let Some(id) = id.filter(|id| !id.is_empty() && is_student) else { continue };
                if !numbers.contains_key(id) {
                    numbers.insert(id.to_owned(), names.len() as u32);
                    names.push(id.to_owned());
                }
            }
        }
        (numbers, names)
    }

    /// Whose each row of a table is.
    fn owners(&self, table: &Table, numbers: &HashMap<String, u32>) -> Vec<Owner> {
        let mut owners = vec![Owner::Nobody; table.len()];
        for block in self.binding.blocks.iter().filter(|b| b.file == table.name) {
            for (owner, id) in owners.iter_mut().zip(self.ids(table, block.place(Field::StudentId))) {
                let Some(id) = id.filter(|id| !id.is_empty()) else { continue };
                match numbers.get(id) {
                    Some(number) => *owner = Owner::Student(*number),
                    // A record without a student is nothing that a fault needs; a teacher's row may be joined.
                    None if block.only.is_none() => *owner = Owner::Stranger,
                    None => {}
                }
            }
        }
        owners
    }

    fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|t| t.name == name)
    }

    /// The student id of each row; nothing where the mapping makes it of several columns.
    fn ids<'a>(&'a self, table: &'a Table, place: Option<&Place>) -> Vec<Option<&'a str>> {
        let found = match place {
            Some(Place::Own(column)) => {
                table.column(column).map(|c| (0..table.len()).map(|row| Some(c.text(row))).collect())
            }
            Some(Place::Joined { file, on, column }) => self.joined_ids(table, (file, on, column)),
            Some(Place::Constant(_)) | None => None,
        };
        found.unwrap_or_else(|| vec![None; table.len()])
    }

    fn joined_ids<'a>(
        &'a self,
        table: &'a Table,
        (file, on, column): (&str, &[(String, String)], &str),
    ) -> Option<Vec<Option<&'a str>>> {
        let theirs = self.table(file)?;
        let column = theirs.column(column)?;
        let (mine, other) = on.first()?;
        let (mine, other) = (table.column(mine)?, theirs.column(other)?);
        let known: HashMap<&str, &str> = (0..theirs.len()).map(|r| (other.text(r), column.text(r))).collect();
        Some((0..table.len()).map(|row| known.get(mine.text(row)).copied()).collect())
    }
}

/// Whose a row is.
#[derive(Debug, Clone, Copy)]
enum Owner {
    Student(u32),
    /// No block makes a student's record of it: a section, a teacher.
    Nobody,
    /// A student that no student record names.
    Stranger,
}

/// The columns that the files have.
fn present(table: &Table) -> impl Iterator<Item = &crate::extract::RawColumn> {
    table.columns.iter().filter(|c| !table.absent.contains(&c.name))
}

fn raw_row(table: &Table, row: usize, student: u32) -> RawRow {
    RawRow::of(student, present(table).map(|c| c.text(row)))
}

fn write_table(
    path: &Path,
    form: &Delimited,
    table: &Table,
    rest: &[u32],
    damaged: &RawTable,
) -> Result<(), std::io::Error> {
    let style = Style { delimiter: char::from(form.delimiter), windows_1252: false, crlf: true };
    let mut file = BufWriter::with_capacity(1 << 16, File::create(path)?);
    let mut buffer = String::new();
    line(&mut buffer, style, damaged.header.iter().map(String::as_str));
    for row in &damaged.rows {
        line(&mut buffer, style, (0..row.len()).map(|i| row.cell(i)));
    }
    for row in rest {
        line(&mut buffer, style, present(table).map(|c| c.text(*row as usize)));
        if buffer.len() > 1 << 16 {
            file.write_all(buffer.as_bytes())?;
            buffer.clear();
        }
    }
    file.write_all(buffer.as_bytes())?;
    file.flush()
}

/// The copy's form: the delimiter of the export, with quotes where a cell needs them.
fn plain(format: &Format) -> Delimited {
    let delimiter = if let Format::Delimited(d) = format { d.delimiter } else { b',' };
    Delimited {
        delimiter,
        quote: Some(b'"'),
        header: Header::Row(1),
        repeated_header: false,
        footer_rows: 0,
        comment: None,
        trailing_delimiter: false,
        blank_lines: false,
    }
}

const fn word(format: &Format) -> &'static str {
    match format {
        Format::Delimited(_) => "delimited text",
        Format::FixedWidth(_) => "fixed width",
        Format::Workbook { .. } => "a workbook",
        Format::Parquet => "Parquet",
        Format::Json { .. } => "JSON",
        Format::Xml { .. } => "XML",
        Format::Database(_) => "a database",
        Format::Arrow => "Arrow",
    }
}
