//! Writing all packs of a run, in parallel.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use rayon::prelude::*;

use super::csv_pack::{write_csv_pack, write_index};
use super::workbook::{Book, KnownAnswer, PackInfo};
use super::{Pack, PackForms, Seals, Sink};
use crate::error::Error;
use crate::finding::FindingRow;
use crate::report::privacy::Privacy;
use crate::report::rows::FindingSource;

/// Most findings in one workbook; a school with more gets one a grade.
const ROWS: usize = 2_000;

/// What all packs of one kind of reader have in common.
pub struct PackJob<'a> {
    /// A folder that exists and is empty.
    pub folder: &'a Path,
    /// What a pack says beside its findings.
    pub info: &'a PackInfo,
    /// Where the findings come from.
    pub source: &'a dyn FindingSource,
    /// What the reader may see.
    pub privacy: &'a Privacy,
    /// Answers that still hold, by the finding's own reference.
    pub answers: &'a BTreeMap<String, KnownAnswer>,
    /// Which forms are written.
    pub forms: PackForms,
    /// Whose keys they are encrypted for.
    pub seals: &'a Seals,
}

/// Writes every pack of a job, and `index.csv`. The same bytes whatever the number of threads, but for what is sealed.
/// Returns for each school the names of its files, the workbook first where there is one.
///
/// # Errors
/// The first (by school) that could not be written.
pub fn write_packs(job: &PackJob<'_>, packs: &[Pack]) -> Result<BTreeMap<String, Vec<String>>, Error> {
    let results: Vec<Result<Vec<String>, Error>> = packs.par_iter().map(|pack| job.write(pack)).collect();
    let files = results.into_iter().collect::<Result<Vec<Vec<String>>, Error>>()?;
    write_index(job.folder, packs, &files)?;
    Ok(packs.iter().map(|p| p.code.clone()).zip(files).collect())
}

impl PackJob<'_> {
    fn write(&self, pack: &Pack) -> Result<Vec<String>, Error> {
        let mut files = Vec::new();
        if self.forms.xlsx && !pack.whole {
            self.workbooks(pack, &mut files)?;
        }
        if self.forms.csv || pack.whole {
            let sink = self.sink(pack, format!("{}.csv", pack.stem), &mut files)?;
            write_csv_pack(sink, &self.info.run, pack, self.source, self.privacy, self.answers)?;
        }
        Ok(files)
    }

    /// A new file of a pack; its name goes to `files`.
    fn sink(&self, pack: &Pack, name: String, files: &mut Vec<String>) -> Result<Sink, Error> {
        let sink = Sink::create(&self.folder.join(&name), self.seals.of(&pack.code))?;
        files.push(sink.path().file_name().map_or(name, |n| n.to_string_lossy().into_owned()));
        Ok(sink)
    }

    fn workbooks(&self, pack: &Pack, files: &mut Vec<String>) -> Result<(), Error> {
        let mut answers = BTreeMap::new();
        let mut rows = Vec::with_capacity(pack.rows.len());
        for at in &pack.rows {
            let row = self.source.row(*at as usize);
            let known = self.answers.get(&row.reference);
            let shown = self.privacy.apply(row);
            if let Some(answer) = known {
                answers.insert(shown.reference.clone(), answer.clone());
            }
            rows.push(shown);
        }
        for (part, suffix, rows) in parts(rows) {
            let book =
                Book { info: self.info, code: &pack.code, school: &pack.name, part: &part, rows, answers: &answers };
            let mut sink = self.sink(pack, format!("{}{suffix}.xlsx", pack.stem), files)?;
            let bytes = book.bytes().map_err(|e| Error::write(sink.path(), std::io::Error::other(e.to_string())))?;
            sink.write_all(&bytes).map_err(|e| Error::write(sink.path(), e))?;
            sink.finish()?;
        }
        Ok(())
    }
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
