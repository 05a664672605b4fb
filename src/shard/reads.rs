//! What reading both sides said, as a file: everything beside the records themselves.

use std::collections::BTreeSet;
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::manifest::Manifest;
use super::{Place, damaged, files};
use crate::canonical::SourceFile;
use crate::error::Error;
use crate::extract::{Notice, Reject};
use crate::mapping::{CodeIssue, CrosswalkUse};
use crate::run::{Reads, SideRead, TableRead};

/// Name of the file. It holds rejected records: student data.
const FILE: &str = "reads.json";

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    files: Vec<SourceFile>,
    tables: Vec<TableRead>,
    rejects: Vec<KeptReject>,
    notices: Vec<KeptNotice>,
    issues: Vec<CodeIssue>,
    crosswalks: Vec<CrosswalkUse>,
    not_mapped: Vec<(String, String)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptReject {
    file: String,
    record: u64,
    line: u64,
    byte: u64,
    column: Option<(usize, String)>,
    kind: String,
    reason: String,
    raw: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptNotice {
    file: String,
    kind: String,
    text: String,
    undecidable: bool,
}

impl Kept {
    fn of(read: &SideRead) -> Self {
        let reject = |r: &Reject| KeptReject {
            file: r.file.clone(),
            record: r.record,
            line: r.line,
            byte: r.byte,
            column: r.column.clone(),
            kind: r.kind.to_owned(),
            reason: r.reason.clone(),
            raw: r.raw.clone(),
        };
        let notice = |n: &Notice| KeptNotice {
            file: n.file.clone(),
            kind: n.kind.to_owned(),
            text: n.text.clone(),
            undecidable: n.undecidable,
        };
        Self {
            files: read.files.clone(),
            tables: read.tables.clone(),
            rejects: read.rejects.iter().map(reject).collect(),
            notices: read.notices.iter().map(notice).collect(),
            issues: read.issues.clone(),
            crosswalks: read.crosswalks.clone(),
            not_mapped: read.not_mapped.clone(),
        }
    }

    fn into_read(self) -> SideRead {
        let reject = |r: KeptReject| Reject {
            file: r.file,
            record: r.record,
            line: r.line,
            byte: r.byte,
            column: r.column,
            kind: kind(r.kind),
            reason: r.reason,
            raw: r.raw,
        };
        let notice =
            |n: KeptNotice| Notice { file: n.file, kind: kind(n.kind), text: n.text, undecidable: n.undecidable };
        SideRead {
            files: self.files,
            tables: self.tables,
            rejects: self.rejects.into_iter().map(reject).collect(),
            notices: self.notices.into_iter().map(notice).collect(),
            issues: self.issues,
            crosswalks: self.crosswalks,
            not_mapped: self.not_mapped,
        }
    }
}

/// A kind of reject or notice for as long as the program runs. There are a few dozen, and each is kept once.
fn kind(text: String) -> &'static str {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(kind) = known.get(text.as_str()) {
        return kind;
    }
    let kind: &'static str = Box::leak(text.into_boxed_str());
    known.insert(kind);
    kind
}

/// Writes what reading said; returns the name of the file and its BLAKE3.
pub(super) fn write(place: &Place, reads: &Reads) -> Result<(String, String), Error> {
    let kept = [Kept::of(&reads.legacy), Kept::of(&reads.new)];
    let text = serde_json::to_vec(&kept).map_err(|e| Error::Bug(e.to_string()))?;
    Ok((FILE.to_owned(), files::write(&place.path(FILE), &text)?))
}

/// Reads it back.
pub(super) fn read(place: &Place, manifest: &Manifest) -> Result<Reads, Error> {
    let path = place.path(FILE);
    let bytes = files::read(&path, manifest.hash_of(place, FILE)?)?;
    let kept: [Kept; 2] =
        serde_json::from_slice(&bytes).map_err(|e| damaged(&path, format!("it does not read: {e}")))?;
    let [legacy, new] = kept.map(Kept::into_read);
    Ok(Reads { legacy, new })
}
