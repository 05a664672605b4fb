//! `rollproof collect`: what schools wrote into their packs.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Console, Global, project, run};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::finding::FindingRow;
use crate::report::collect::{
    AnswerStore, Collected, Keys, collect, collect_screen, proposed_waivers, read_returned, write_answers,
    write_corrections, write_problems,
};
use crate::report::{OutFile, private_folder};

/// Read returned workbooks and CSVs: answers taken, unclear, conflicting, edited
///
/// Writes answers.csv, problems.csv, a correction list for each system and proposed waivers to a new folder, and keeps
/// the answers: the packs of later runs show them where both values are unchanged. Nothing is applied by itself. Ends
/// with exit code 1 when something needs a second look.
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
    /// Private key of age for packs that come back encrypted (may be named several times)
    ///
    /// The file that `age-keygen` wrote. Such packs (`.age`) are opened in memory only.
    #[arg(short, long, value_name = "FILE")]
    pub identity: Vec<PathBuf>,
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
        if !self.dry_run && self.to.exists() {
            let what = format!("{} is there already, and nothing is overwritten", self.to.display());
            return Err(Error::Usage { what, fix: "name a new folder with --to DIR".into() });
        }
        let keys = Keys::read(&self.identity)?;
        let returned =
            files(&self.paths)?.iter().map(|f| read_returned(f, &keys)).collect::<Result<Vec<_>, Error>>()?;
        let path = project.outputs.folder.join(&project.label).join("findings.csv");
        let mut failed = None;
        let current = findings(&path)?.map_while(|row| row.map_err(|e| failed = Some(e)).ok());
        let mut collected = collect(&returned, &project.label, current, &crate::run::views(&project)?);
        if let Some(error) = failed {
            return Err(error);
        }
        let kept = crate::run::answers_folder(&project);
        let mut store = AnswerStore::read(&kept)?;
        store.take(&mut collected, &returned);
        if !self.dry_run {
            self.write(&collected)?;
            private_folder(&kept)?;
            store.write(&kept)?;
        }
        console.answer(&collect_screen(&collected, &project.label, run::look(console)))?;
        if !self.dry_run {
            console.hint(&format!("written to {}; {} answers are kept for later runs", self.to.display(), store.len()));
        }
        Ok(if collected.problems.is_empty() { ExitCode::Success } else { ExitCode::NoGo })
    }

    fn write(&self, collected: &Collected) -> Result<(), Error> {
        private_folder(&self.to)?;
        write_answers(&self.to.join("answers.csv"), &collected.answers)?;
        write_problems(&self.to, &collected.problems)?;
        write_corrections(&self.to, &collected.answers)?;
        let waivers = proposed_waivers(&collected.answers);
        OutFile::write_all_of(self.to.join("proposed-waivers.toml"), waivers.as_bytes())
    }
}

/// The findings of a run, one at a time.
///
/// # Errors
/// When there is no such run, or its file is not of this version.
pub fn findings(path: &Path) -> Result<impl Iterator<Item = Result<FindingRow, Error>> + use<>, Error> {
    let reader = csv::Reader::from_path(path);
    let path = path.to_owned();
    let unusable = move |what: String| Error::Input {
        path: path.clone(),
        what,
        fix: "run `rollproof run` for the label that is meant".into(),
        source: None,
    };
    let reader = reader.map_err(|e| unusable(e.to_string()))?;
    Ok(reader.into_deserialize().map(move |row| row.map_err(|_| unusable("not written by this version".into()))))
}

/// Files as named, and the workbooks and CSVs of folders, also encrypted ones, sorted.
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
            let open =
                if found.extension().is_some_and(|e| e == "age") { found.with_extension("") } else { found.clone() };
            let wanted = open.extension().is_some_and(|e| e == "xlsx" || e == "csv");
            // `~$x.xlsx` is what Excel leaves beside a file that is open.
            let ours = found.file_name().is_some_and(|n| n != "index.csv" && !n.to_string_lossy().starts_with("~$"));
            if wanted && ours {
                files.push(found);
            }
        }
    }
    files.sort();
    Ok(files)
}
