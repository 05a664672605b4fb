//! `rollproof purge`: takes away what was written about students, with a certificate.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::{Console, Global, clock, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::history::History;
use crate::report::OutFile;
use crate::run::purge::{Purge, Signed, list, plan, purge};

/// Delete what was written about students, with a certificate
///
/// Deletes the folders of runs (findings, packs, reports) and the findings that the history keeps of them; counts,
/// verdicts and hashes stay. Without --yes it only lists what would go. The systems' own exports are never touched.
#[derive(Debug, Args)]
pub struct PurgeCommand {
    /// Only this run; may be repeated (default: all runs)
    #[arg(long = "run", value_name = "LABEL")]
    pub runs: Vec<String>,
    /// Also the answers that were kept and the key of pseudonyms
    #[arg(long)]
    pub everything: bool,
    /// Also a folder that `collect --to` made; may be repeated
    #[arg(long, value_name = "DIR")]
    pub also: Vec<PathBuf>,
    /// Who deletes
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Why, as "contract ended"
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Where the certificate goes (default: purge-certificate-<time>.txt beside the project file)
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
    /// Do it
    #[arg(long)]
    pub yes: bool,
}

impl PurgeCommand {
    /// Does it.
    ///
    /// # Errors
    /// When something that was named is not rollproof's, or can not be deleted.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, None)?;
        let mut history = History::open(&crate::run::history_folder(&project), clock::clock(&project))?;
        let what = Purge { runs: self.runs.clone(), everything: self.everything, also: self.also.clone() };
        let plan = plan(&project, &history, &what)?;
        if !self.yes {
            let mut text = list(&plan);
            let _ = writeln!(text, "{} files would be deleted; nothing was. With --yes they are.", plan.files.len());
            console.answer(&text)?;
            return Ok(ExitCode::Success);
        }
        let missing = |what: &str, fix: &str| Error::Usage { what: what.into(), fix: fix.into() };
        let by = self.by.as_deref().filter(|t| !t.trim().is_empty());
        let by = by.ok_or_else(|| missing("the certificate needs a name", "add --by \"J. Ruiz\""))?;
        let reason = self.reason.as_deref().filter(|t| !t.trim().is_empty());
        let reason = reason.ok_or_else(|| missing("the certificate needs a reason", "add --reason \"...\""))?;
        let now = history.now();
        let name = format!("purge-certificate-{}.txt", now.strftime("%Y%m%d-%H%M%S"));
        let path = self.certificate.clone().unwrap_or_else(|| project.folder.join(name));
        // Before anything goes: a purge without its certificate can not be made up for.
        let mut file = OutFile::create(&path)?;
        let at = now.strftime("%Y-%m-%d %H:%M %Z").to_string();
        let text = purge(&plan, &mut history, &Signed { by, reason, at: &at })?;
        std::io::Write::write_all(&mut file, text.as_bytes()).map_err(|e| Error::write(&path, e))?;
        file.finish()?;
        console.answer(&format!("{} files deleted; certificate: {}", plan.files.len(), path.display()))?;
        Ok(ExitCode::Success)
    }
}
