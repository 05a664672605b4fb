//! Writing all packs of a run, in parallel.

use std::collections::BTreeMap;
use std::path::Path;

use rayon::prelude::*;

use super::csv_pack::{write_csv_pack, write_index};
use super::workbook::{Book, KnownAnswer, PackInfo};
use super::{Pack, PackForms};
use crate::error::Error;
use crate::finding::FindingRow;
use crate::report::privacy::Privacy;
use crate::report::rows::FindingSource;

/// Most findings in one workbook; a school with more gets one a grade.
const ROWS: usize = 2_000;

/// Writes every school's pack into a folder that exists and is empty, and `index.csv`. The same bytes whatever the
/// number of threads. Returns for each school the names of its files, the workbook first where there is one.
///
/// # Errors
/// The first (by school) that could not be written.
pub fn write_packs(
    folder: &Path,
    info: &PackInfo,
    packs: &[Pack],
    source: &dyn FindingSource,
    privacy: &Privacy,
    answers: &BTreeMap<String, KnownAnswer>,
    forms: PackForms,
) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let results: Vec<Result<Vec<String>, Error>> = packs
        .par_iter()
        .map(|pack| {
            let mut files = Vec::new();
            if forms.xlsx {
                files.extend(write_workbooks(folder, info, pack, source, privacy, answers)?);
            }
            if forms.csv {
                write_csv_pack(folder, &info.run, pack, source, privacy)?;
                files.push(format!("{}.csv", pack.stem));
            }
            Ok(files)
        })
        .collect();
    let files = results.into_iter().collect::<Result<Vec<Vec<String>>, Error>>()?;
    write_index(folder, packs)?;
    Ok(packs.iter().map(|p| p.code.clone()).zip(files).collect())
}

fn write_workbooks(
    folder: &Path,
    info: &PackInfo,
    pack: &Pack,
    source: &dyn FindingSource,
    privacy: &Privacy,
    answers: &BTreeMap<String, KnownAnswer>,
) -> Result<Vec<String>, Error> {
    let mut files = Vec::new();
    let rows: Vec<FindingRow> = pack.rows.iter().map(|at| privacy.apply(source.row(*at as usize))).collect();
    for (part, suffix, rows) in parts(rows) {
        let book = Book { info, code: &pack.code, school: &pack.name, part: &part, rows, answers };
        let name = format!("{}{suffix}.xlsx", pack.stem);
        book.write(&folder.join(&name))?;
        files.push(name);
    }
    Ok(files)
}

/// (words, file name suffix, rows): the whole school, or its grades, or pieces of a grade.
fn parts(rows: Vec<FindingRow>) -> Vec<(String, String, Vec<FindingRow>)> {
    if rows.len() <= ROWS {
        return vec![(String::new(), String::new(), rows)];
    }
    let mut grades: BTreeMap<String, Vec<FindingRow>> = BTreeMap::new();
    for row in rows {
        grades.entry(row.grade_level.clone()).or_default().push(row);
    }
    let mut parts = Vec::new();
    for (number, (grade, rows)) in grades.into_iter().enumerate() {
        let safe: String = grade.to_lowercase().chars().filter(char::is_ascii_alphanumeric).take(8).collect();
        // Two grades that look alike in safe letters must not share a file.
        let name = if safe == grade.to_lowercase() && !safe.is_empty() { safe } else { format!("{safe}x{number}") };
        let pieces = rows.len().div_ceil(ROWS);
        for (piece, chunk) in rows.chunks(ROWS).enumerate() {
            let of = if pieces > 1 { format!(" part {} of {pieces}", piece + 1) } else { String::new() };
            let suffix = if pieces > 1 { format!("-grade-{name}-{}", piece + 1) } else { format!("-grade-{name}") };
            parts.push((format!("grade {grade}{of}"), suffix, chunk.to_vec()));
        }
    }
    parts
}

#[cfg(test)]
#[path = "write_tests.rs"]
mod tests;
