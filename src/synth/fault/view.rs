//! Raw tables of one school, seen by student and canonical field: what faults look at and damage.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use crate::canonical::{Entity, Field};
use crate::synth::binding::{Binding, Place};
use crate::synth::raw::{RawRow, RawTable};

/// A record: a row of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rec {
    block: usize,
    row: usize,
}

/// Where a field's cell is.
#[derive(Debug, Clone, Copy)]
struct Cell {
    table: usize,
    row: usize,
    column: usize,
}

/// Rows of a file by the text of their key cells.
type KeyIndex = HashMap<String, usize>;

/// The tables of one school.
#[derive(Debug)]
pub(super) struct View<'a> {
    pub(super) binding: &'a Binding,
    tables: &'a mut Vec<RawTable>,
    by_student: Vec<HashMap<u32, (usize, usize)>>,
    keys: HashMap<(usize, Vec<usize>), KeyIndex>,
    dead: HashSet<(usize, usize)>,
    next: u64,
    /// Fields that a fault asked for and the binding has not.
    pub(super) missing: BTreeSet<(Entity, Field)>,
}

impl<'a> View<'a> {
    pub(super) fn new(binding: &'a Binding, tables: &'a mut Vec<RawTable>) -> Self {
        let by_student = tables.iter().map(index).collect();
        Self {
            binding,
            tables,
            by_student,
            keys: HashMap::new(),
            dead: HashSet::new(),
            next: 1,
            missing: BTreeSet::new(),
        }
    }

    fn table(&self, file: &str) -> Option<usize> {
        self.tables.iter().position(|t| t.file == file)
    }

    /// The records of a student, dropped rows left out.
    pub(super) fn records(&self, entity: Entity, student: u32) -> Vec<Rec> {
        self.select(entity, student, false)
    }

    /// The dropped rows of a student.
    pub(super) fn dropped(&self, entity: Entity, student: u32) -> Vec<Rec> {
        self.select(entity, student, true)
    }

    fn select(&self, entity: Entity, student: u32, dropped: bool) -> Vec<Rec> {
        let mut found = Vec::new();
        for (position, block) in self.binding.blocks.iter().enumerate().filter(|(_, b)| b.entity == entity) {
            let Some(table) = self.table(&block.file) else { continue };
            let Some((from, to)) = self.by_student[table].get(&student).copied() else { continue };
            let raw = &self.tables[table];
            let drop_column = block.dropped.as_ref().and_then(|(c, text)| Some((raw.column(c)?, text)));
            let only_column = block.only.as_ref().and_then(|(c, text)| Some((raw.column(c)?, text)));
            for row in from..to {
                let cells = &raw.rows[row];
                let is_dropped = drop_column.is_some_and(|(c, text)| cells.cell(c).starts_with(text.as_str()));
                let is_kept = only_column.is_none_or(|(c, text)| cells.cell(c) == text);
                if is_kept && is_dropped == dropped && !self.dead.contains(&(table, row)) {
                    found.push(Rec { block: position, row });
                }
            }
        }
        found
    }

    /// The student record.
    pub(super) fn student(&self, student: u32) -> Option<Rec> {
        self.records(Entity::Student, student).first().copied()
    }

    /// The number of the student that a record belongs to.
    pub(super) fn owner(&self, rec: Rec) -> u32 {
        self.table(&self.binding.blocks[rec.block].file).map_or(u32::MAX, |t| self.tables[t].rows[rec.row].student)
    }

    fn locate(&mut self, rec: Rec, field: Field) -> Option<Cell> {
        let block = &self.binding.blocks[rec.block];
        let own = self.table(&block.file)?;
        let Some(place) = block.place(field) else {
            self.missing.insert((block.entity, field));
            return None;
        };
        match place {
            Place::Own(column) => Some(Cell { table: own, row: rec.row, column: self.tables[own].column(column)? }),
            Place::Joined { file, on, column } => {
                let table = self.table(file)?;
                let column = self.tables[table].column(column)?;
                let theirs: Vec<usize> =
                    on.iter().map(|(_, t)| self.tables[table].column(t)).collect::<Option<Vec<_>>>()?;
                let mine: Vec<usize> =
                    on.iter().map(|(m, _)| self.tables[own].column(m)).collect::<Option<Vec<_>>>()?;
                let key = key_of(&self.tables[own].rows[rec.row], &mine);
                let tables = &self.tables;
                let rows = self.keys.entry((table, theirs)).or_insert_with_key(|(table, theirs)| {
                    tables[*table].rows.iter().enumerate().map(|(i, r)| (key_of(r, theirs), i)).collect()
                });
                Some(Cell { table, row: *rows.get(&key)?, column })
            }
            Place::Constant(_) => None,
        }
    }

    /// The raw text of a field.
    pub(super) fn get(&mut self, rec: Rec, field: Field) -> Option<String> {
        if let Some(Place::Constant(text)) = self.binding.blocks[rec.block].place(field) {
            return Some(text.clone());
        }
        let cell = self.locate(rec, field)?;
        Some(self.tables[cell.table].rows[cell.row].cell(cell.column).to_owned())
    }

    /// The canonical word of a field with a closed vocabulary.
    pub(super) fn word(&mut self, rec: Rec, field: Field) -> Option<String> {
        let raw = self.get(rec, field)?;
        let entity = self.binding.blocks[rec.block].entity;
        self.binding.decode(entity, field, &raw).map(str::to_owned)
    }

    /// Sets the raw text of a field. A cell of a shared row (a section of the master schedule) is not changed for
    /// everybody: the row is copied under a new key that only this record points to.
    pub(super) fn set(&mut self, rec: Rec, field: Field, text: &str) -> Option<()> {
        let cell = self.locate(rec, field)?;
        let owner = self.owner(rec);
        if self.tables[cell.table].rows[cell.row].student == owner {
            self.tables[cell.table].rows[cell.row].set(cell.column, text);
            return Some(());
        }
        let block = &self.binding.blocks[rec.block];
        let Some(Place::Joined { on, .. }) = block.place(field).cloned() else { return None };
        let own = self.table(&block.file)?;
        let mut copy = self.tables[cell.table].rows[cell.row].clone();
        copy.set(cell.column, text);
        // The last key column is the most particular one (the section, not the school).
        let (mine, theirs) = on.last()?;
        let (mine, theirs) = (self.tables[own].column(mine)?, self.tables[cell.table].column(theirs)?);
        let fresh = format!("{}9{:04}", copy.cell(theirs), self.next);
        self.next += 1;
        copy.set(theirs, &fresh);
        copy.student = owner;
        self.tables[own].rows[rec.row].set(mine, &fresh);
        self.tables[cell.table].rows.push(copy);
        self.keys.retain(|(table, _), _| *table != cell.table);
        Some(())
    }

    /// Sets a canonical word.
    pub(super) fn set_word(&mut self, rec: Rec, field: Field, canonical: &str) -> Option<()> {
        let now = self.get(rec, field)?;
        let entity = self.binding.blocks[rec.block].entity;
        let raw = self.binding.encode(entity, field, canonical, &now)?;
        (raw != now).then_some(())?;
        self.set(rec, field, &raw)
    }

    /// Takes the row of a record out.
    pub(super) fn remove(&mut self, rec: Rec) {
        if let Some(table) = self.table(&self.binding.blocks[rec.block].file) {
            self.dead.insert((table, rec.row));
        }
    }

    /// Takes all rows of a student out of all tables.
    pub(super) fn remove_student(&mut self, student: u32) {
        for table in 0..self.tables.len() {
            if let Some((from, to)) = self.by_student[table].get(&student).copied() {
                self.dead.extend((from..to).map(|row| (table, row)));
            }
        }
    }

    /// Adds a copy of a record's row, for the same or another student, and returns it.
    pub(super) fn copy(&mut self, rec: Rec) -> Option<Rec> {
        let table = self.table(&self.binding.blocks[rec.block].file)?;
        let row = self.tables[table].rows[rec.row].clone();
        self.tables[table].rows.push(row);
        Some(Rec { block: rec.block, row: self.tables[table].rows.len() - 1 })
    }

    /// Lets a record belong to another student, as a wrong key would: all cells that say whose it is are copied from
    /// a record of that student.
    pub(super) fn give(&mut self, rec: Rec, like: Rec) -> Option<()> {
        let block = &self.binding.blocks[rec.block];
        let table = self.table(&block.file)?;
        let column = match block.place(Field::StudentId)? {
            Place::Own(column) => column.clone(),
            Place::Joined { on, .. } => on.first()?.0.clone(),
            Place::Constant(_) => return None,
        };
        let column = self.tables[table].column(&column)?;
        let text = self.tables[table].rows[like.row].cell(column).to_owned();
        let student = self.tables[table].rows[like.row].student;
        self.tables[table].rows[rec.row].set(column, &text);
        self.tables[table].rows[rec.row].student = student;
        Some(())
    }

    /// Another id for a student in every table that carries it.
    pub(super) fn rename(&mut self, student: u32, id: &str) {
        for block in &self.binding.blocks {
            let Some(Place::Own(column)) = block.place(Field::StudentId) else { continue };
            let Some(table) = self.table(&block.file) else { continue };
            let Some(column) = self.tables[table].column(column) else { continue };
            let Some((from, to)) = self.by_student[table].get(&student).copied() else { continue };
            for row in from..to {
                self.tables[table].rows[row].set(column, id);
            }
        }
    }

    /// Clears the mark of a dropped row.
    pub(super) fn undrop(&mut self, rec: Rec) -> Option<()> {
        let block = &self.binding.blocks[rec.block];
        let (column, starts) = block.dropped.clone()?;
        let table = self.table(&block.file)?;
        let column = self.tables[table].column(&column)?;
        let row = &mut self.tables[table].rows[rec.row];
        let text = row.cell(column).strip_prefix(starts.as_str()).unwrap_or_default().to_owned();
        let text = if text.is_empty() && starts == "true" {
            "false".to_owned()
        } else if text.is_empty() && starts == "1" {
            "0".to_owned()
        } else {
            text
        };
        row.set(column, &text);
        Some(())
    }

    /// Shifts the cells of a record's row by one.
    pub(super) fn shift(&mut self, rec: Rec, field: Field) -> Option<()> {
        let cell = self.locate(rec, field)?;
        let row = &mut self.tables[cell.table].rows[cell.row];
        let text = row.cell(cell.column).to_owned();
        let half = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(i, _)| i);
        let (left, right) = text.split_at(half);
        row.set(cell.column, left);
        row.insert(cell.column + 1, right);
        Some(())
    }

    /// Takes removed rows out. After this the view is of no more use.
    pub(super) fn finish(self) {
        let mut dead: Vec<Vec<bool>> = self.tables.iter().map(|t| vec![false; t.rows.len()]).collect();
        for (table, row) in self.dead {
            dead[table][row] = true;
        }
        for (table, dead) in self.tables.iter_mut().zip(dead) {
            let mut gone = dead.into_iter();
            table.rows.retain(|_| !gone.next().unwrap_or(false));
        }
    }
}

/// Rows of a student lie one after the other.
fn index(table: &RawTable) -> HashMap<u32, (usize, usize)> {
    let mut map: HashMap<u32, (usize, usize)> = HashMap::new();
    for (i, row) in table.rows.iter().enumerate() {
        map.entry(row.student).or_insert((i, i)).1 = i + 1;
    }
    map
}

fn key_of(row: &RawRow, columns: &[usize]) -> String {
    columns.iter().map(|c| row.cell(*c)).collect::<Vec<_>>().join("\u{1f}")
}
