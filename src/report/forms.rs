//! All forms of a summary that are files, written into a run's folder in one call.

use std::path::Path;

use super::html::{Samples, report_html, summary_html};
use super::summary::{Summary, Tally};
use super::{OutFile, csv, github, json, junit, markdown};
use crate::error::Error;

/// Writes `report.html` and `summary.html`, and returns their names. `min_group` is the smallest group of students
/// that the one page shows.
///
/// # Errors
/// When a file can not be written.
pub fn write_html(folder: &Path, summary: &Summary, samples: &Samples, min_group: u64) -> Result<Vec<String>, Error> {
    let pages = [("report.html", report_html(summary, samples)?), ("summary.html", summary_html(summary, min_group)?)];
    write(folder, pages)
}

/// Writes `summary.md` and `junit.xml`, and returns their names.
///
/// # Errors
/// When a file can not be written.
pub fn write_counts(folder: &Path, summary: &Summary) -> Result<Vec<String>, Error> {
    write(folder, [("summary.md", markdown::markdown(summary)), ("junit.xml", junit::junit(summary)?)])
}

/// Writes `summary.json`. Call it last: it names the files that were written before.
///
/// # Errors
/// When the file can not be written.
pub fn write_json(folder: &Path, summary: &Summary) -> Result<(), Error> {
    OutFile::write_all_of(folder.join("summary.json"), json::summary_json(summary)?.as_bytes())
}

/// Writes `pairs.csv`: call it before the tally goes into the summary.
///
/// # Errors
/// When the file can not be written.
pub fn write_pairs(folder: &Path, tally: &Tally) -> Result<String, Error> {
    csv::write_pairs(&folder.join("pairs.csv"), tally.all_pairs())?;
    Ok("pairs.csv".into())
}

/// Appends the step summary to the file that a GitHub Actions job names; other runs do not call this.
///
/// # Errors
/// When the file can not be written.
pub fn append_step_summary(path: &Path, summary: &Summary) -> Result<(), Error> {
    let open = std::fs::OpenOptions::new().append(true).create(true).open(path);
    let text = github::step_summary(summary);
    open.and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes())).map_err(|e| Error::write(path, e))
}

fn write<const N: usize>(folder: &Path, files: [(&str, String); N]) -> Result<Vec<String>, Error> {
    let mut names = Vec::with_capacity(N);
    for (name, text) in files {
        OutFile::write_all_of(folder.join(name), text.as_bytes())?;
        names.push(name.to_owned());
    }
    Ok(names)
}

#[cfg(test)]
#[path = "forms_tests.rs"]
mod tests;
