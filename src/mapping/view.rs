//! The rows of a block before they are mapped: the table's, with wide columns as rows and joined columns beside.

use std::borrow::Cow;
use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};

use super::spec::{Block, ColumnRef, Join, Mapping, Unpivot};
use super::tuples::Tuples;
use crate::canonical::{Codes, StringPool};
use crate::error::Error;
use crate::extract::{NULL, RawColumn, Table};

/// No row of the joined table.
pub(super) const NO_ROW: u32 = u32::MAX;

/// A column of the view: the code `texts.len()` stands for "no joined row".
#[derive(Clone)]
pub(super) struct ViewColumn<'t> {
    pub(super) texts: Cow<'t, StringPool>,
    pub(super) codes: Cow<'t, Codes>,
    /// True when every text occurs and no joined row is missing.
    pub(super) all_used: bool,
}

impl ViewColumn<'_> {
    /// The text of a code; a missing joined row is empty.
    pub(super) fn text(&self, code: u32) -> &str {
        if (code as usize) < self.texts.len() { self.texts.get(code) } else { "" }
    }

    /// How many codes there may be.
    pub(super) fn distinct(&self) -> usize {
        self.texts.len() + 1
    }
}

/// The rows of a block.
pub(super) struct View<'t> {
    table: &'t Table,
    joined: Vec<(&'t Table, Vec<u32>)>,
    /// Wide columns: how many rows each table row became.
    repeat: usize,
    melted: BTreeMap<String, ViewColumn<'t>>,
    /// Rows of the view.
    pub(super) rows: usize,
}

impl<'t> View<'t> {
    /// Joins and unpivots.
    ///
    /// # Errors
    /// A joined table whose key is not unique is a mistake of the mapping.
    pub(super) fn new(mapping: &Mapping, block: &Block, tables: &'t [Table]) -> Result<Self, Error> {
        let find = |name: &str| {
            tables.iter().find(|t| t.name == name).ok_or_else(|| Error::Bug(format!("table {name} was not read")))
        };
        let table = find(&block.table)?;
        let unpivot = mapping.tables.get(&block.table).and_then(|t| t.unpivot.as_ref());
        let mut view = match unpivot {
            Some(unpivot) => Self::melt(table, unpivot)?,
            None => Self { table, joined: Vec::new(), repeat: 1, melted: BTreeMap::new(), rows: table.len() },
        };
        for join in &block.joins {
            let right = find(&join.table)?;
            let rows = view.join(mapping, join, right)?;
            view.joined.push((right, rows));
        }
        Ok(view)
    }

    /// The table row of a view row.
    pub(super) fn table_row(&self, row: usize) -> u32 {
        (row / self.repeat) as u32
    }

    /// The table of the rows.
    pub(super) const fn table(&self) -> &'t Table {
        self.table
    }

    /// How many rows each table row became.
    pub(super) const fn repeat(&self) -> usize {
        self.repeat
    }

    /// The row of a joined table that a view row found.
    pub(super) fn joined_row(&self, join: usize, row: usize) -> u32 {
        self.joined[join].1[row]
    }

    /// True when no file has that (optional) column, or the (optional) table has no file.
    pub(super) fn is_absent(&self, column: &ColumnRef) -> bool {
        let table = column.join.map_or(self.table, |j| self.joined[j].0);
        table.absent.contains(&column.column) || table.locations.files().is_empty()
    }

    /// A column by its name.
    ///
    /// # Errors
    /// When the reader did not hand it over: a bug.
    pub(super) fn column(&self, column: &ColumnRef) -> Result<ViewColumn<'t>, Error> {
        if column.join.is_none()
            && let Some(melted) = self.melted.get(&column.column)
        {
            return Ok(melted.clone());
        }
        let (table, rows) = match column.join {
            None => (self.table, None),
            Some(j) => (self.joined[j].0, Some(&self.joined[j].1)),
        };
        let raw = raw_column(table, &column.column)?;
        let texts = Cow::Borrowed(&raw.texts);
        Ok(match rows {
            Some(rows) => {
                let missing = raw.texts.len() as u32;
                let code = |row: &u32| if *row == NO_ROW { missing } else { raw.codes.get(*row as usize) };
                ViewColumn { texts, codes: Cow::Owned(fill(&raw.codes, rows.iter().map(code))), all_used: false }
            }
            None if self.repeat == 1 => ViewColumn { texts, codes: Cow::Borrowed(&raw.codes), all_used: true },
            None => {
                let codes = fill(&raw.codes, (0..self.rows).map(|row| raw.codes.get(row / self.repeat)));
                ViewColumn { texts, codes: Cow::Owned(codes), all_used: true }
            }
        })
    }

    /// Wide columns to rows: row r of the table becomes rows r*n .. r*n+n of the view.
    fn melt(table: &'t Table, unpivot: &Unpivot) -> Result<Self, Error> {
        let repeat = unpivot.groups.len().max(1);
        let rows = table.len() * repeat;
        let mut melted = BTreeMap::new();
        let mut names = StringPool::default();
        for (label, _) in &unpivot.groups {
            names.push(label).ok_or_else(full)?;
        }
        let codes: Codes = (0..rows).map(|row| (row % repeat) as u32).collect();
        let all_used = !table.is_empty();
        melted
            .insert(unpivot.name.clone(), ViewColumn { texts: Cow::Owned(names), codes: Cow::Owned(codes), all_used });
        for (i, value) in unpivot.values.iter().enumerate() {
            let mut pool = Pool::default();
            let mut sources: Vec<(&RawColumn, Vec<u32>)> = Vec::new();
            for (_, columns) in &unpivot.groups {
                let raw = raw_column(table, &columns[i])?;
                let codes = raw.texts.iter().map(|t| pool.number(t)).collect::<Option<Vec<u32>>>().ok_or_else(full)?;
                sources.push((raw, codes));
            }
            let code = |row: usize| {
                let (raw, numbers) = &sources[row % repeat];
                numbers[raw.codes.get(row / repeat) as usize]
            };
            let codes = sources.first().map_or_else(Codes::default, |(raw, _)| fill(&raw.codes, (0..rows).map(code)));
            let column = ViewColumn { texts: Cow::Owned(pool.texts), codes: Cow::Owned(codes), all_used: true };
            melted.insert(value.clone(), column);
        }
        Ok(Self { table, joined: Vec::new(), repeat, melted, rows })
    }

    /// For every row, the row of the right table with the same key. Each distinct key is looked up once.
    fn join(&self, mapping: &Mapping, join: &Join, right: &Table) -> Result<Vec<u32>, Error> {
        let mut left_columns = Vec::new();
        let mut numbers: Vec<HashMap<&str, u32>> = Vec::new();
        let mut blanks: Vec<[Option<usize>; 2]> = Vec::new();
        let mut right_columns = Vec::new();
        for (left, column) in &join.on {
            left_columns.push(self.column(left)?);
            let raw = raw_column(right, column)?;
            numbers.push(raw.texts.iter().zip(0..).collect());
            blanks.push([raw.texts.iter().position(str::is_empty), raw.texts.iter().position(|t| t == NULL)]);
            right_columns.push((Cow::Borrowed(&raw.codes), raw.texts.len()));
        }
        let tuples = Tuples::of(&right_columns, right.len());
        let first = first_rows(mapping, join, right, &tuples, &blanks)?;
        let left_codes: Vec<_> = left_columns.iter().map(|c| (Cow::Borrowed(c.codes.as_ref()), c.distinct())).collect();
        let left = Tuples::of(&left_codes, self.rows);
        let number = |column: usize, code: u32| match left_columns[column].text(code) {
            "" | NULL => None,
            text => numbers[column].get(text).copied(),
        };
        let mut found = Vec::with_capacity(left.len);
        if numbers.len() == 1 {
            // Tuples of one column are its codes.
            found.extend((0..left.len as u32).map(|code| number(0, code).map_or(NO_ROW, |at| first[at as usize])));
        } else {
            let mut by_key: HashMap<Vec<u32>, u32> = HashMap::with_capacity(tuples.len);
            let mut parts = Vec::new();
            for (tuple, row) in first.iter().enumerate() {
                tuples.parts(tuple as u32, &mut parts);
                by_key.insert(parts.clone(), *row);
            }
            let mut key = Vec::new();
            for tuple in 0..left.len as u32 {
                left.parts(tuple, &mut parts);
                key.clear();
                key.extend(parts.iter().enumerate().map_while(|(column, code)| number(column, *code)));
                found.push(by_key.get(&key).copied().unwrap_or(NO_ROW));
            }
        }
        Ok(left.codes.iter().map(|tuple| found[*tuple as usize]).collect())
    }
}

/// Codes that lie where others do.
fn fill(beside: &Codes, codes: impl Iterator<Item = u32>) -> Codes {
    let mut filled = beside.beside();
    filled.reserve(codes.size_hint().0);
    codes.for_each(|code| filled.push(code));
    filled
}

/// The row of each distinct key; a key with an empty part joins nothing, on either side.
fn first_rows(
    mapping: &Mapping,
    join: &Join,
    right: &Table,
    tuples: &Tuples,
    blanks: &[[Option<usize>; 2]],
) -> Result<Vec<u32>, Error> {
    let mut parts = Vec::new();
    let blank: Vec<bool> = (0..tuples.len as u32)
        .map(|tuple| {
            tuples.parts(tuple, &mut parts);
            parts.iter().zip(blanks).any(|(code, blank)| blank.contains(&Some(*code as usize)))
        })
        .collect();
    let mut first = vec![NO_ROW; tuples.len];
    for (row, tuple) in tuples.codes.iter().enumerate() {
        let tuple = *tuple as usize;
        if blank[tuple] {
            continue;
        }
        match first[tuple] {
            NO_ROW => first[tuple] = row as u32,
            // Rows that say the same in all that is read are as good as one.
            known if same_row(right, known as usize, row) => {}
            _ => return Err(not_unique(mapping, join, right, row as u32)),
        }
    }
    Ok(first)
}

/// Texts numbered by value.
#[derive(Default)]
pub(super) struct Pool {
    pub(super) texts: StringPool,
    numbers: HashMap<String, u32>,
}

impl Pool {
    /// The number of a text; `None` when the pool is full.
    pub(super) fn number(&mut self, text: &str) -> Option<u32> {
        if let Some(number) = self.numbers.get(text) {
            return Some(*number);
        }
        let number = self.texts.push(text)?;
        self.numbers.insert(text.to_owned(), number);
        Some(number)
    }
}

/// A dictionary passed 4 GiB.
pub(super) fn full() -> Error {
    Error::Usage {
        what: "a column has more than 4 GiB of distinct texts".into(),
        fix: "split the export, or leave the column out of the mapping".into(),
    }
}

fn raw_column<'t>(table: &'t Table, name: &str) -> Result<&'t RawColumn, Error> {
    table.column(name).ok_or_else(|| Error::Bug(format!("column {name} of table {} was not read", table.name)))
}

fn same_row(table: &Table, a: usize, b: usize) -> bool {
    table.columns.iter().all(|c| c.codes.get(a) == c.codes.get(b))
}

fn not_unique(mapping: &Mapping, join: &Join, right: &Table, row: u32) -> Error {
    let keys = join.on.iter().map(|(_, column)| column.as_str()).collect::<Vec<_>>().join(", ");
    let place = right.locations.get(row);
    // The rows are the export's: another mapping would not make two answers one.
    Error::Input {
        path: place.file.into(),
        what: format!(
            "record {} has the {keys} of an earlier row of table `{}` and says something else; rows of {} are joined by it",
            place.record, join.table, mapping.system
        ),
        fix: "ask for an export with one row a key, or let the mapping join by more columns; a join may never double rows"
            .into(),
        source: None,
    }
}
