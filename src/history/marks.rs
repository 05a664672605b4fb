//! The findings of a run as the history keeps them: identity, check, school, severity, waiver. A Parquet file a run.

use std::fs::File;
use std::path::Path;

use polars::prelude::{Column, DataFrame, NamedFrom, ParquetReader, ParquetWriter, SerReader, Series};

use super::identity::IdentityKey;
use super::store::create_private;
use crate::error::Error;
use crate::finding::{FindingRow, Severity};

/// What the history wants to know of a finding. Nothing of it is written but its keyed identity, check, severity,
/// school, cause and waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingMark<'a> {
    /// Identity that survives re-export, row order, section numbers and changed severities.
    pub fingerprint: &'a str,
    /// Name of the check.
    pub check: &'a str,
    /// How bad.
    pub severity: Severity,
    /// School code.
    pub school: &'a str,
    /// Name of the cause.
    pub cause: &'a str,
    /// Id of the waiver that covers it; empty when it is open.
    pub waiver: &'a str,
}

impl<'a> FindingMark<'a> {
    /// Of a finding as files show it.
    #[must_use]
    pub fn of(row: &'a FindingRow) -> Self {
        Self {
            fingerprint: &row.fingerprint,
            check: &row.check,
            severity: row.severity,
            school: &row.school,
            cause: &row.cause,
            waiver: &row.waiver,
        }
    }
}

/// A finding read back from the history.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kept {
    pub(super) identity: u128,
    pub(super) check: String,
    pub(super) school: String,
    pub(super) severity: String,
    pub(super) open: bool,
}

/// Writes the findings, in order of identity, durably under their final name. Returns the file's BLAKE3.
pub(super) fn write(path: &Path, marks: &[FindingMark<'_>], key: &IdentityKey) -> Result<String, Error> {
    let mut order: Vec<(u128, usize)> =
        marks.iter().enumerate().map(|(i, m)| (key.identity(m.fingerprint), i)).collect();
    order.sort_unstable_by_key(|(identity, i)| (*identity, marks[*i].check, marks[*i].school, *i));
    let text = |name: &str, of: fn(&FindingMark<'_>) -> String| -> Column {
        let values: Vec<String> = order.iter().map(|(_, i)| of(&marks[*i])).collect();
        Series::new(name.into(), values).into()
    };
    let high: Vec<u64> = order.iter().map(|(id, _)| (id >> 64) as u64).collect();
    let low: Vec<u64> = order.iter().map(|(id, _)| *id as u64).collect();
    let columns = vec![
        Series::new("identity_high".into(), high).into(),
        Series::new("identity_low".into(), low).into(),
        text("check", |m| m.check.to_owned()),
        text("school", |m| m.school.to_owned()),
        text("severity", |m| m.severity.name().to_owned()),
        text("cause", |m| m.cause.to_owned()),
        text("waiver", |m| m.waiver.to_owned()),
    ];
    let broken = |e: polars::prelude::PolarsError| Error::write(path, std::io::Error::other(e.to_string()));
    let mut frame = DataFrame::new(order.len(), columns).map_err(broken)?;
    let partial = path.with_extension("partial");
    if partial.exists() {
        std::fs::remove_file(&partial).map_err(|e| Error::write(&partial, e))?;
    }
    let file = create_private(&partial)?;
    ParquetWriter::new(&file).finish(&mut frame).map_err(broken)?;
    file.sync_all().map_err(|e| Error::write(&partial, e))?;
    drop(file);
    std::fs::rename(&partial, path).map_err(|e| Error::write(path, e))?;
    sync_folder(path.parent())?;
    hash(path)
}

/// Makes names in a folder durable.
pub(super) fn sync_folder(folder: Option<&Path>) -> Result<(), Error> {
    #[cfg(unix)]
    if let Some(folder) = folder {
        File::open(folder).and_then(|f| f.sync_all()).map_err(|e| Error::write(folder, e))?;
    }
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// BLAKE3 of a file, in hex.
pub(super) fn hash(path: &Path) -> Result<String, Error> {
    let mut hasher = blake3::Hasher::new();
    let file = File::open(path).map_err(|e| Error::read(path, e))?;
    hasher.update_reader(file).map_err(|e| Error::read(path, e))?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Reads the findings of a run back.
pub(super) fn read(path: &Path) -> Result<Vec<Kept>, Error> {
    let broken = |what: String| Error::Input {
        path: path.to_owned(),
        what,
        fix: "restore .rollproof/findings from a backup; without it this run can not be compared".into(),
        source: None,
    };
    let file = File::open(path).map_err(|e| Error::read(path, e))?;
    let frame = ParquetReader::new(file).finish().map_err(|e| broken(e.to_string()))?;
    let lost = |e: polars::prelude::PolarsError| broken(e.to_string());
    let number = |name: &str| frame.column(name).and_then(|c| c.u64().cloned()).map_err(lost);
    let text = |name: &str| frame.column(name).and_then(|c| c.str().cloned()).map_err(lost);
    let (high, low) = (number("identity_high")?, number("identity_low")?);
    let (check, school) = (text("check")?, text("school")?);
    let (severity, waiver) = (text("severity")?, text("waiver")?);
    (0..frame.height())
        .map(|i| {
            let word = |c: &polars::prelude::StringChunked| c.get(i).map(str::to_owned);
            let half = |c: &polars::prelude::UInt64Chunked| c.get(i).map(u128::from);
            let kept = || {
                Some(Kept {
                    identity: (half(&high)? << 64) | half(&low)?,
                    check: word(&check)?,
                    school: word(&school)?,
                    severity: word(&severity)?,
                    open: word(&waiver)?.is_empty(),
                })
            };
            kept().ok_or_else(|| broken(format!("row {i} has an empty cell")))
        })
        .collect()
}

/// How many findings of a run stand under a cause, and how many of them are open.
pub(super) fn of_cause(path: &Path, id: &str) -> Result<(u64, u64), Error> {
    let broken = |e: polars::prelude::PolarsError| Error::Input {
        path: path.to_owned(),
        what: e.to_string(),
        fix: "restore .rollproof/findings from a backup; without it this run can not be compared".into(),
        source: None,
    };
    let file = File::open(path).map_err(|e| Error::read(path, e))?;
    let frame = ParquetReader::new(file).finish().map_err(broken)?;
    let text = |name: &str| frame.column(name).and_then(|c| c.str().cloned()).map_err(broken);
    let (cause, waiver) = (text("cause")?, text("waiver")?);
    let (mut all, mut open) = (0, 0);
    for i in (0..frame.height()).filter(|i| cause.get(*i) == Some(id)) {
        all += 1;
        open += u64::from(waiver.get(i).is_none_or(str::is_empty));
    }
    Ok((all, open))
}
