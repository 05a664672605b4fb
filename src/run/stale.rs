//! Are the inputs still the ones that a run was made from?

use std::path::Path;

use serde::Deserialize;

use super::method::hash_file;
use crate::canonical::{Side, SourceFile};
use crate::error::Error;
use crate::gate::Measured;
use crate::project::Project;
use crate::report::Summary;

/// Files of a recorded run that are gone, have another size or, when `deep`, other bytes; and a changed project file.
#[must_use]
pub fn changed_since(project: &Project, summary: &Summary) -> Vec<String> {
    let mut changed = Vec::new();
    for file in &summary.method.files {
        let side = if file.side == Side::Legacy.name() { Side::Legacy } else { Side::New };
        if is_changed(project, side, &file.name, &file.blake3) {
            changed.push(format!("{side}/{}", file.name));
        }
    }
    if !summary.method.project_blake3.is_empty() && hash_file(&project.path) != summary.method.project_blake3 {
        changed.push(project.path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned()));
    }
    for (side, recorded) in [Side::Legacy, Side::New].into_iter().zip(&summary.method.sides) {
        let text = crate::project::source_of(&project.side(side).mapping.path);
        if blake3::hash(text.as_bytes()).to_hex().as_str() != recorded.blake3 {
            changed.push(format!("{side} mapping {}", recorded.mapping));
        }
    }
    changed
}

/// Those of a side's files that are gone or hold other bytes.
#[must_use]
pub fn changed_files(project: &Project, side: Side, files: &[SourceFile]) -> Vec<String> {
    let changed = files.iter().filter(|file| is_changed(project, side, &file.name, &file.blake3));
    changed.map(|file| format!("{side}/{}", file.name)).collect()
}

/// Nobody can see whether the rows of a query have changed.
fn is_changed(project: &Project, side: Side, name: &str, blake3: &str) -> bool {
    if crate::extract::is_query(name) {
        return false;
    }
    let path = project.side(side).root.join(name.split('!').next().unwrap_or(name));
    let now = if path.is_file() { hash_file(&path) } else { String::new() };
    now != blake3
}

/// BLAKE3 of the waiver file, in hex; empty when the project names none.
#[must_use]
pub fn waivers_hash(project: &Project) -> String {
    project.waivers.file.as_deref().filter(|path| path.is_file()).map(hash_file).unwrap_or_default()
}

#[derive(Debug, Deserialize)]
struct MeasuredFile {
    measured: Measured,
}

/// What a complete run measured.
///
/// # Errors
/// When there is no complete run in the folder, or it was written by another version.
pub fn measured_file(folder: &Path) -> Result<(Summary, Measured), Error> {
    let summary = read(&folder.join("summary.json"))?;
    let MeasuredFile { measured } = read(&folder.join("measured.json"))?;
    if measured.today.is_none() {
        return Err(Error::Input {
            path: folder.join("measured.json"),
            what: "it says nothing of what was measured".into(),
            fix: "run `rollproof run` again".into(),
            source: None,
        });
    }
    Ok((summary, measured))
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, Error> {
    let missing = |what: String| Error::Input {
        path: path.to_owned(),
        what,
        fix: "run `rollproof run` first; only a complete run can be decided".into(),
        source: None,
    };
    let text = std::fs::read_to_string(path).map_err(|e| missing(e.to_string()))?;
    serde_json::from_str(&text).map_err(|e| missing(format!("not written by this version: {e}")))
}
