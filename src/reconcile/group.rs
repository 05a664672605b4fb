//! Records grouped by student, once: which student each distinct id is, then the rows of each student side by side.

use foldhash::HashMap;

use crate::canonical::{Entity, Field, Records, Row, Typed};

/// The rows of each student, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct Csr {
    ends: Vec<u32>,
    rows: Vec<Row>,
}

impl Csr {
    /// Groups the rows of `records` by `owners` (a student position for each code of the id column).
    pub(super) fn build(records: &Records, owners: &[u32], students: usize) -> Self {
        let Some(ids) = records.column(Field::StudentId) else { return Self { ends: vec![0; students], rows: vec![] } };
        let mut ends = vec![0u32; students];
        for code in ids.codes.iter() {
            let owner = owners[code as usize];
            if owner != u32::MAX {
                ends[owner as usize] += 1;
            }
        }
        let mut total = 0;
        for end in &mut ends {
            let count = *end;
            *end = total;
            total += count;
        }
        let mut rows = vec![0; total as usize];
        for (row, code) in ids.codes.iter().enumerate() {
            let owner = owners[code as usize];
            if owner != u32::MAX {
                let at = &mut ends[owner as usize];
                rows[*at as usize] = row as Row;
                *at += 1;
            }
        }
        Self { ends, rows }
    }

    /// The rows of a student, in row order.
    pub(super) fn get(&self, position: u32) -> &[Row] {
        let at = position as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.rows[start..self.ends[at] as usize]
    }

    /// The rows of all students, one student after the other.
    pub(super) fn into_rows(self) -> Vec<Row> {
        self.rows
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn bytes(&self) -> usize {
        (self.ends.capacity() + self.rows.capacity()) * 4
    }
}

/// Which student each distinct id of the records is; `u32::MAX` for ids that no student has and for no id. `id_at` tells
/// the id of a position on this side: exports mostly go by id, so that the next id mostly is the next student's.
pub(super) fn owners<'a>(
    records: &Records,
    positions: &HashMap<&str, u32>,
    id_at: impl Fn(u32) -> Option<&'a str>,
) -> Vec<u32> {
    let Some(ids) = records.column(Field::StudentId) else { return Vec::new() };
    let mut next = 0;
    (0..ids.values.len() as u32)
        .map(|code| match ids.values.entry(code).typed {
            Typed::Missing | Typed::Unmapped | Typed::Unreadable => u32::MAX,
            _ => {
                let id = ids.values.text(code);
                let is_next = id_at(next) == Some(id);
                let owner = if is_next { next } else { positions.get(id).copied().unwrap_or(u32::MAX) };
                if owner != u32::MAX {
                    next = owner + 1;
                }
                owner
            }
        })
        .collect()
}

/// Rows that belong to no student.
#[derive(Debug, Default)]
pub(super) struct Strays {
    /// Those whose id nobody has.
    pub(super) orphans: Vec<Row>,
    /// Those without an id.
    pub(super) blank: Vec<Row>,
    /// Those whose id does not read.
    pub(super) unreadable: Vec<Row>,
}

/// The rows that belong to no student.
pub(super) fn strays(records: &Records, owners: &[u32]) -> Strays {
    let mut strays = Strays::default();
    let Some(ids) = records.column(Field::StudentId) else { return strays };
    if owners.iter().all(|o| *o != u32::MAX) {
        return strays;
    }
    for (row, code) in ids.codes.iter().enumerate() {
        if owners[code as usize] == u32::MAX {
            match ids.values.entry(code).typed {
                Typed::Missing => strays.blank.push(row as Row),
                Typed::Unmapped | Typed::Unreadable => strays.unreadable.push(row as Row),
                _ => strays.orphans.push(row as Row),
            }
        }
    }
    strays
}

/// True for entities whose records belong to students, other than the student itself.
pub(super) const fn belongs_to_student(entity: Entity) -> bool {
    !matches!(entity, Entity::Student | Entity::Course)
}
