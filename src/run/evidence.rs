//! What the evidence of a run holds: hashes of all inputs, settings, the answer, and what people put on record.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;

use super::{convert, measured_file, overrides};
use crate::canonical::Field;
use crate::error::Error;
use crate::history::History;
use crate::history::evidence::{Evidence, InputLine};
use crate::mapping::Mapping;
use crate::project::{MatchRule, PolicyRef, Project};
use crate::report::Summary;
use crate::report::summary::FileLine;

/// The evidence of the last complete run of the project's label. No student data: crosswalks of student ids and the
/// students that waivers name are left out, with the hashes of their files told.
///
/// # Errors
/// When there is no complete run, or something of it can not be read.
pub fn evidence(project: &Project, history: &History) -> Result<Evidence, Error> {
    let folder = project.outputs.folder.join(&project.label);
    history.restore(&folder)?;
    let (summary, measured) = measured_file(&folder)?;
    let verdict_path = folder.join("verdict.json");
    let verdict = std::fs::read(&verdict_path).map_err(|e| Error::read(&verdict_path, e))?;
    let record = history.find(&summary.run.id)?;
    let config = Config::of(project);
    let text = |value: &serde_json::Value| -> Result<Vec<u8>, Error> {
        let bytes = serde_json::to_vec_pretty(value).map_err(|e| Error::Bug(e.to_string()))?;
        Ok([bytes, vec![b'\n']].concat())
    };
    let value = |v: serde_json::Result<serde_json::Value>| v.map_err(|e| Error::Bug(e.to_string()));
    let papers = [
        ("measured.json", value(serde_json::to_value(&measured))?),
        ("method.json", value(serde_json::to_value(&summary.method))?),
        ("files.json", json!(config.hashes)),
        ("waivers.json", waivers(project)?),
        ("drill.json", json!(history.drill_paper(&super::configuration_hash(project))?)),
        ("signoffs.json", json!(history.all_signoffs()?)),
        ("overrides.json", value(serde_json::to_value(overrides(history)?))?),
    ];
    let papers: Result<Vec<_>, Error> = papers.iter().map(|(name, v)| Ok(((*name).to_owned(), text(v)?))).collect();
    Ok(Evidence {
        run: record.id,
        version: record.version,
        inputs: inputs(&summary),
        findings_hash: record.findings_hash,
        verdict,
        config: config.files,
        papers: papers?,
        chain: history.chain()?.0,
    })
}

fn inputs(summary: &Summary) -> Vec<InputLine> {
    let line = |f: &FileLine| InputLine {
        side: f.side.clone(),
        name: f.name.clone(),
        bytes: f.bytes,
        blake3: f.blake3.clone(),
    };
    summary.method.files.iter().map(line).collect()
}

/// Waivers as they stand, the students that they name only counted.
fn waivers(project: &Project) -> Result<serde_json::Value, Error> {
    let list: Vec<serde_json::Value> = convert::waivers(project)?
        .list
        .iter()
        .map(|w| {
            json!({
                "id": w.id, "check": w.check, "schools": w.schools, "courses": w.courses, "files": w.files,
                "cause": w.cause, "students": w.students.len(), "refs": w.refs.len(), "broad": w.broad, "max": w.max,
                "reason": w.reason, "owner": w.owner, "approver": w.approver, "added": w.added.to_string(),
                "expires": w.expires.to_string(),
            })
        })
        .collect();
    Ok(json!({ "blake3": super::waivers_hash(project), "waivers": list }))
}

/// The files that the run was configured by.
#[derive(Default)]
struct Config {
    files: Vec<(String, Vec<u8>)>,
    /// Name, BLAKE3 and whether the file itself is in the archive.
    hashes: Vec<serde_json::Value>,
    seen: BTreeSet<String>,
}

impl Config {
    fn of(project: &Project) -> Self {
        let mut config = Self::default();
        config.add("rollproof.toml", &project.path, true);
        for (side, spec) in [("legacy", &project.legacy), ("new", &project.new)] {
            config.add(&format!("mapping-{side}.toml"), &spec.mapping.path, true);
            let private = of_students(&spec.mapping);
            for (name, crosswalk) in &spec.mapping.crosswalks {
                let open = !private.contains(name.as_str());
                config.add(&format!("crosswalks/{side}-{name}.csv"), &crosswalk.path, open);
            }
        }
        for rule in &project.matching {
            let MatchRule::Crosswalk(name) = rule else { continue };
            if let Some(crosswalk) = project.crosswalks.get(name) {
                config.add(&format!("crosswalks/match-{name}.csv"), &crosswalk.path, false);
            }
        }
        let mut policies: Vec<(String, &PolicyRef)> = Vec::new();
        for (kind, of) in &project.policies.gpa {
            policies.push((format!("{kind}-legacy"), &of.legacy));
            policies.push((format!("{kind}-new"), &of.new));
        }
        policies.extend(project.policies.graduation.iter().map(|p| ("graduation".to_owned(), p)));
        for (kind, policy) in policies {
            match policy {
                PolicyRef::File(path) => config.add(&format!("policies/{}.toml", plain(&kind)), path, true),
                PolicyRef::Shipped(name) => config.hashes.push(json!({ "policy": kind, "shipped": name })),
            }
        }
        // Exceptions name single students.
        for (side, path) in ["legacy", "new"].into_iter().zip(&project.policies.exceptions) {
            if let Some(path) = path {
                config.add(&format!("policies/exceptions-{side}.toml"), path, false);
            }
        }
        if let Some(path) = project.waivers.file.as_deref().filter(|p| p.is_file()) {
            config.add("waivers.toml", path, false);
        }
        config
    }

    fn add(&mut self, name: &str, path: &Path, open: bool) {
        let bytes = std::fs::read(path).unwrap_or_else(|_| crate::project::source_of(path).into_bytes());
        // Tables that stand inside the mapping itself are in it already.
        if bytes.is_empty() || !self.seen.insert(name.to_owned()) {
            return;
        }
        let hash = blake3::hash(&bytes).to_hex().to_string();
        self.hashes.push(json!({ "name": name, "bytes": bytes.len(), "blake3": hash, "in_archive": open }));
        if open {
            self.files.push((name.to_owned(), bytes));
        }
    }
}

/// Crosswalks whose codes are students.
fn of_students(mapping: &Mapping) -> BTreeSet<&str> {
    let fields = mapping.blocks.iter().flat_map(|b| &b.fields);
    let private = fields.filter(|f| crate::report::summary::is_personal(f.field.name()) || f.field == Field::StudentId);
    private.filter_map(|f| f.crosswalk.as_deref()).collect()
}

/// A kind as a file name.
fn plain(kind: &str) -> String {
    kind.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}
