//! What a school signs: its findings, as a hash that a new run with the same findings keeps.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::Error;
use crate::report::Summary;

/// The columns of `findings.csv` that a sign-off stands for.
const SIGNED: [&str; 5] = ["fingerprint", "severity", "legacy_value", "new_value", "waiver"];

/// For every school of a run: a hash over its findings, whatever their order. Findings of no school are nobody's to sign.
///
/// # Errors
/// When the findings can not be read.
pub fn pack_hashes(summary: &Summary, folder: &Path) -> Result<BTreeMap<String, String>, Error> {
    let path = folder.join("findings.csv");
    let broken = |e: csv::Error| Error::Input {
        path: path.clone(),
        what: e.to_string(),
        fix: "run `rollproof run` again".into(),
        source: None,
    };
    let mut reader = csv::Reader::from_path(&path).map_err(broken)?;
    let header = reader.headers().map_err(broken)?.clone();
    let column = |name: &str| {
        let bare = |h: &str| h.trim_start_matches('\u{feff}') == name;
        header.iter().position(bare).ok_or_else(|| Error::Bug(format!("findings.csv has no column {name}")))
    };
    let (school, signed) = (column("school")?, SIGNED.map(column));
    let mut lines: BTreeMap<String, Vec<blake3::Hash>> =
        summary.schools.iter().filter(|s| !s.code.is_empty()).map(|s| (s.code.clone(), Vec::new())).collect();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let mut hasher = blake3::Hasher::new();
        for at in &signed {
            let Ok(at) = at else { return Err(Error::Bug("findings.csv lacks a column".into())) };
            let cell = record.get(*at).unwrap_or("");
            hasher.update(&(cell.len() as u64).to_le_bytes());
            hasher.update(cell.as_bytes());
        }
        let code = record.get(school).unwrap_or("");
        if let Some(list) = lines.get_mut(code) {
            list.push(hasher.finalize());
        }
    }
    let hash = |mut list: Vec<blake3::Hash>| {
        list.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
        let mut hasher = blake3::Hasher::new();
        list.iter().for_each(|h| _ = hasher.update(h.as_bytes()));
        hasher.finalize().to_hex().to_string()
    };
    Ok(lines.into_iter().map(|(code, list)| (code, hash(list))).collect())
}
