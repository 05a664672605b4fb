//! Writes one side of a district, school by school: generated and dressed in parallel, appended in order, so that
//! memory is bounded by a few schools and the bytes do not depend on threads.

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;

use super::district::District;
use super::fault::{Planter, Truth};
use super::layout::{Dress, System};
use super::raw::{RawRow, RawTable, Sink};
use crate::error::Error;

/// How many schools are in memory at once.
const BATCH: usize = 16;

/// What was written.
#[derive(Debug, Clone, Default)]
pub struct Written {
    /// Rows of all files.
    pub rows: u64,
    /// Faults planted, in order of school and student.
    pub truth: Vec<Truth>,
    /// Numbers of the teachers that some row names.
    pub teachers: BTreeSet<u32>,
}

/// Writes the district as one system exports it. `progress` hears the number of students written so far.
///
/// # Errors
/// When a file can not be written.
pub fn write_side(
    district: &District,
    system: System,
    dress: &Dress,
    root: &Path,
    planter: Option<&Planter>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Written, Error> {
    std::fs::create_dir_all(root).map_err(|e| Error::write(root, e))?;
    let mut sink = Sink::new(root, system.style());
    let (mut truth, mut teachers) = (Vec::new(), BTreeSet::new());
    let mut done = 0;
    let empty = system.tables(district, dress);
    for table in &empty {
        sink.append(&ordered(table.clone(), dress))?;
    }
    let schools: Vec<usize> = (0..district.schools.len()).collect();
    for batch in schools.chunks(BATCH) {
        let made: Vec<OneSchool> =
            batch.par_iter().map(|school| one_school(district, system, dress, *school, &empty, planter)).collect();
        for school in made {
            for table in &school.tables {
                sink.append(table)?;
            }
            truth.extend(school.truth);
            teachers.extend(school.teachers);
        }
        done += batch.iter().map(|s| u64::from(district.schools[*s].count)).sum::<u64>();
        progress(done);
    }
    Ok(Written { rows: sink.finish()?, truth, teachers })
}

struct OneSchool {
    tables: Vec<RawTable>,
    truth: Vec<Truth>,
    teachers: BTreeSet<u32>,
}

fn one_school(
    district: &District,
    system: System,
    dress: &Dress,
    school: usize,
    empty: &[RawTable],
    planter: Option<&Planter>,
) -> OneSchool {
    let data = district.school(school);
    let mut tables: Vec<RawTable> =
        empty.iter().map(|t| RawTable { file: t.file.clone(), header: t.header.clone(), rows: Vec::new() }).collect();
    system.write(district, school, &data, dress, &mut tables);
    let truth = planter.map_or_else(Vec::new, |p| p.plant(&district.schools[school], &data, system, &mut tables));
    let mut teachers: BTreeSet<u32> =
        data.sections.iter().flat_map(|s| [Some(s.teacher), s.co_teacher]).flatten().collect();
    teachers.extend(data.students.iter().flat_map(|s| &s.history).map(|r| r.teacher).filter(|t| *t != 0));
    OneSchool { tables: tables.into_iter().map(|t| ordered(t, dress)).collect(), truth, teachers }
}

/// Another order of rows and columns where the dress asks for it.
fn ordered(mut table: RawTable, dress: &Dress) -> RawTable {
    if !dress.shuffled {
        return table;
    }
    // Rows by a hash of their place: a shuffle without chance. Columns backwards.
    let mut keyed: Vec<(u64, RawRow)> = table
        .rows
        .into_iter()
        .enumerate()
        .map(|(i, row)| ((i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15), row))
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    table.rows = keyed
        .into_iter()
        .map(|(_, row)| RawRow::of(row.student, (0..row.len()).rev().map(|i| row.cell(i).to_owned())))
        .collect();
    table.header.reverse();
    table
}
