//! What the last complete run knows of a student's findings beside what they are: cause, waiver, since when.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::finding::FindingRow;
use crate::project::Project;
use crate::report::Summary;
use crate::report::html::Repair;

/// Adds cause, waiver and first run to findings, and tells where each cause is repaired. Without a complete run of that
/// label the findings stay as they are.
///
/// # Errors
/// When a run is there and its files can not be read.
pub fn from_last_run(project: &Project, findings: &mut [FindingRow]) -> Result<BTreeMap<String, Repair>, Error> {
    let folder = project.outputs.folder.join(&project.label);
    let (list, summary) = (folder.join("findings.csv"), folder.join("summary.json"));
    if !list.exists() || !summary.exists() {
        return Ok(BTreeMap::new());
    }
    let unusable = |path: &std::path::Path| Error::Input {
        path: path.to_owned(),
        what: "not written by this version".into(),
        fix: "run `rollproof run` again".into(),
        source: None,
    };
    let mut wanted: BTreeMap<String, &mut FindingRow> =
        findings.iter_mut().map(|row| (row.reference.clone(), row)).collect();
    let mut reader = csv::Reader::from_path(&list).map_err(|_| unusable(&list))?;
    for known in reader.deserialize() {
        let known: FindingRow = known.map_err(|_| unusable(&list))?;
        if let Some(row) = wanted.get_mut(&known.reference) {
            (row.cause, row.waiver, row.first_seen) = (known.cause, known.waiver, known.first_seen);
        }
    }
    let text = std::fs::read(&summary).map_err(|e| Error::read(&summary, e))?;
    let summary: Summary = serde_json::from_slice(&text).map_err(|_| unusable(&summary))?;
    let repair = |c: crate::report::summary::CauseLine| (c.name, Repair { what: c.text, place: c.fix_where });
    Ok(summary.causes.into_iter().map(repair).collect())
}
