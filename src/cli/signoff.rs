//! `rollproof signoff`: a school says that it has looked at its pack.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;

use super::{Console, Global, clock, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::history::{History, Signoff};
use crate::report::Summary;

/// Record that a school has looked at its pack
///
/// The sign-off holds for the pack as it is: when its findings change, it is void.
#[derive(Debug, Args)]
pub struct SignoffCommand {
    /// School code
    pub school: String,
    /// Who signs
    #[arg(long)]
    pub by: String,
    /// As what: registrar, counselor, principal
    #[arg(long)]
    pub role: String,
    /// Name of the run (default: the project's rehearsal)
    #[arg(long, env = "ROLLPROOF_LABEL", value_name = "LABEL")]
    pub label: Option<String>,
}

impl SignoffCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no complete run, no such school, or the history can not be written.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, self.label.as_deref())?;
        let folder = project.outputs.folder.join(&project.label);
        let (summary, _) = crate::run::measured_file(&folder)?;
        let packs = pack_hashes(&folder, &summary)?;
        let Some(pack) = packs.get(&self.school) else {
            let codes: Vec<&str> = packs.keys().map(String::as_str).collect();
            let what = format!("the run has no pack of school {}", self.school);
            return Err(Error::Usage { what, fix: format!("schools: {}", codes.join(", ")) });
        };
        let mut history = History::open(&crate::run::history_folder(&project), clock::clock(&project))?;
        let signoff =
            Signoff { school: self.school.clone(), by: self.by.clone(), role: self.role.clone(), pack: pack.clone() };
        history.sign_off(&summary.run.id, &signoff)?;
        console.answer(&format!("school {} signed off by {} ({})", self.school, self.by, self.role))?;
        Ok(ExitCode::Success)
    }
}

/// The hash of every school's pack, by school code; a pack that is gone has none, and no sign-off holds for it.
///
/// # Errors
/// When a pack is there and can not be read.
pub fn pack_hashes(folder: &Path, summary: &Summary) -> Result<BTreeMap<String, String>, Error> {
    let mut hashes = BTreeMap::new();
    for school in summary.schools.iter().filter(|s| !s.code.is_empty() && !s.pack.is_empty()) {
        let paths = ["csv", "xlsx"].map(|ending| folder.join(format!("{}.{ending}", school.pack)));
        let hash = match paths.iter().find(|p| p.is_file()) {
            Some(path) => {
                let bytes = std::fs::read(path).map_err(|e| Error::read(path, e))?;
                blake3::hash(&bytes).to_hex().to_string()
            }
            None => String::new(),
        };
        hashes.insert(school.code.clone(), hash);
    }
    Ok(hashes)
}
