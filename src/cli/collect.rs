//! `rollproof collect`: what schools wrote into their packs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::{Console, Global, project, run};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::finding::FindingRow;
use crate::report::OutFile;
use crate::report::collect::{
    collect, collect_screen, proposed_waivers, read_returned, write_answers, write_corrections,
};

/// Read returned workbooks and CSVs: answers taken, unclear, conflicting, edited
///
/// Writes answers.csv, a correction list for each system and proposed waivers to a new folder. Nothing is applied by
/// itself. Ends with exit code 1 when something needs a second look.
#[derive(Debug, Args)]
pub struct CollectCommand {
    /// Returned files, or folders of them
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
    /// A new folder for what comes of it
    #[arg(long, value_name = "DIR", default_value = "collected")]
    pub to: PathBuf,
    /// Name of the run that the packs belong to (default: the project's rehearsal)
    #[arg(long, env = "ROLLPROOF_LABEL", value_name = "LABEL")]
    pub label: Option<String>,
    /// Only say what would be taken
    #[arg(long)]
    pub dry_run: bool,
}

impl CollectCommand {
    /// Does it.
    ///
    /// # Errors
    /// When a file is no pack, or the run is not there.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, self.label.as_deref())?;
        let path = project.outputs.folder.join(&project.label).join("findings.csv");
        let current = findings(&path)?;
        let files = files(&self.paths)?;
        let returned = files.iter().map(|f| read_returned(f)).collect::<Result<Vec<_>, Error>>()?;
        let collected = collect(&returned, &project.label, &current, &crate::run::privacy_of(&project));
        if !self.dry_run {
            std::fs::create_dir(&self.to).map_err(|e| Error::write(&self.to, e))?;
            write_answers(&self.to.join("answers.csv"), &collected.answers)?;
            write_corrections(&self.to, &collected.answers)?;
            let waivers = proposed_waivers(&collected.answers);
            OutFile::write_all_of(self.to.join("proposed-waivers.toml"), waivers.as_bytes())?;
        }
        console.answer(&collect_screen(&collected, &project.label, run::look(console)))?;
        Ok(if collected.problems.is_empty() { ExitCode::Success } else { ExitCode::NoGo })
    }
}

fn findings(path: &std::path::Path) -> Result<BTreeMap<String, FindingRow>, Error> {
    let unusable = |what: String| Error::Input {
        path: path.to_owned(),
        what,
        fix: "run `rollproof run` for the label that the packs were made in".into(),
        source: None,
    };
    let mut reader = csv::Reader::from_path(path).map_err(|e| unusable(e.to_string()))?;
    let mut rows = BTreeMap::new();
    for row in reader.deserialize() {
        let row: FindingRow = row.map_err(|_| unusable("not written by this version".into()))?;
        rows.insert(row.reference.clone(), row);
    }
    Ok(rows)
}

/// Files as named, and the workbooks and CSVs of folders, sorted.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = std::fs::read_dir(path).map_err(|e| Error::read(path, e))?;
        for entry in entries {
            let found = entry.map_err(|e| Error::read(path, e))?.path();
            let wanted = found.extension().is_some_and(|e| e == "xlsx" || e == "csv");
            if wanted && found.file_stem().is_some_and(|s| s != "index") {
                files.push(found);
            }
        }
    }
    files.sort();
    Ok(files)
}
