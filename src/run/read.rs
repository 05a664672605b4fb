//! One side: files to tables to canonical records, with the account of every record.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::canonical::{Dataset, Entity, Side, SourceFile, Spill};
use crate::error::Error;
use crate::extract::{self, Accounting, Notice, Progress, Reject, Table};
use crate::mapping::{CodeIssue, CrosswalkUse, EntityAccounting, Mapped, Mapping};

/// What reading and mapping a side said, beside the records themselves.
#[derive(Debug, Default)]
pub struct SideRead {
    /// Every file that was read.
    pub files: Vec<SourceFile>,
    /// What became of the records of every table.
    pub tables: Vec<TableRead>,
    /// Records that readers or joins refused.
    pub rejects: Vec<Reject>,
    /// What readers and mapping want people to know.
    pub notices: Vec<Notice>,
    /// Values that did not map, read, or took a default.
    pub issues: Vec<CodeIssue>,
    /// How the lines of each code table were used.
    pub crosswalks: Vec<CrosswalkUse>,
    /// Columns of the files that nothing reads: (table, column).
    pub not_mapped: Vec<(String, String)>,
}

/// One table and the blocks that it fed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TableRead {
    /// Name in the mapping.
    pub name: String,
    /// Its files, as their rows name them.
    pub files: Vec<String>,
    /// What the reader says.
    pub accounting: Accounting,
    /// What each block of the mapping did with its rows; empty for tables that are only joined.
    pub blocks: Vec<EntityAccounting>,
}

impl TableRead {
    /// The balances of the table: one line a block, or one for a table that is only joined.
    #[must_use]
    pub fn balances(&self) -> Vec<Balance> {
        let of = |entity, rejected: u64, mapped, left_out, holds| Balance {
            table: self.name.clone(),
            entity,
            records: self.accounting.records,
            rows: self.accounting.rows - rejected.min(self.accounting.rows),
            rejected: self.accounting.rejected + rejected,
            mapped,
            left_out,
            holds,
        };
        if self.blocks.is_empty() {
            return vec![of(None, 0, self.accounting.rows, 0, true)];
        }
        self.blocks
            .iter()
            .map(|b| {
                if b.rows_in == b.table_rows {
                    of(Some(b.entity), b.rejected, b.mapped, b.left_out_rows(), b.balances())
                } else {
                    // Wide columns became rows: the block balances in its own rows, the table in its own.
                    of(Some(b.entity), 0, b.table_rows, 0, b.balances())
                }
            })
            .collect()
    }
}

/// Records in = mapped + left out + rejected, for one table and what it became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// The table.
    pub table: String,
    /// What its rows became; `None` when it is only joined.
    pub entity: Option<Entity>,
    /// Records in the files.
    pub records: u64,
    /// Records that are rows and that no join refused.
    pub rows: u64,
    /// Refused by the reader or by a join.
    pub rejected: u64,
    /// Became canonical records.
    pub mapped: u64,
    /// Left out by a declared filter or crosswalk line.
    pub left_out: u64,
    /// True when the block that made it balances.
    pub holds: bool,
}

impl Balance {
    /// True when every record is in exactly one place.
    #[must_use]
    pub const fn balanced(&self) -> bool {
        self.holds && self.records == self.rows + self.rejected && self.rows == self.mapped + self.left_out
    }
}

/// Reads all tables of a side and maps them.
///
/// # Errors
/// When a file can not be read to its end, or a table can not be joined as declared.
pub fn read_side(
    side: Side,
    mapping: &Mapping,
    root: &Path,
    progress: &dyn Progress,
) -> Result<(Dataset, SideRead), Error> {
    map(side, mapping, tables(mapping, root, None, progress)?)
}

/// Reads all tables of a side; their rows go to the temporary file when there is one.
///
/// # Errors
/// When a file can not be read to its end.
pub(super) fn tables(
    mapping: &Mapping,
    root: &Path,
    spill: Option<&Arc<Spill>>,
    progress: &dyn Progress,
) -> Result<Vec<Table>, Error> {
    let layouts = mapping.layouts();
    // All are read before the first error, in the order of the tables, ends it: the same mistake for any thread count.
    let results: Vec<Result<Table, Error>> =
        layouts.par_iter().map(|layout| extract::read_into(root, layout, spill, progress)).collect();
    results.into_iter().collect()
}

/// Maps all tables of a side.
///
/// # Errors
/// When a table can not be joined as declared.
pub(super) fn map(side: Side, mapping: &Mapping, tables: Vec<Table>) -> Result<(Dataset, SideRead), Error> {
    let mut files: Vec<SourceFile> = tables.iter().flat_map(|t| t.locations.files().iter().cloned()).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    files.dedup();
    let mut tables_read: Vec<TableRead> = tables
        .iter()
        .map(|t| TableRead {
            name: t.name.clone(),
            files: t.locations.files().iter().map(|f| f.name.clone()).collect(),
            accounting: t.accounting.clone(),
            blocks: Vec::new(),
        })
        .collect();
    let mut rejects: Vec<Reject> = tables.iter().flat_map(|t| t.rejects.iter().cloned()).collect();
    let mut notices: Vec<Notice> = tables.iter().flat_map(|t| t.notices.iter().cloned()).collect();
    let mut mapped = crate::mapping::map(mapping, tables, side)?;
    rejects.append(&mut mapped.rejects);
    notices.append(&mut mapped.notices);
    notices.sort();
    for block in &mapped.accounting {
        if let Some(table) = tables_read.iter_mut().find(|t| t.name == block.table) {
            table.blocks.push(block.clone());
        }
    }
    let Mapped { dataset, issues, crosswalks, not_mapped, .. } = mapped;
    Ok((dataset, SideRead { files, tables: tables_read, rejects, notices, issues, crosswalks, not_mapped }))
}
