//! `rollproof evidence`, `verify`, `sign` and `signoff`: what an auditor keeps, and who stands for it.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::history_json::{VerifyJson, to_json};
use super::{Console, FormatChoice, Global, clock, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::history::evidence::{Approver, add_signature, verify, write};
use crate::history::{History, Recorded, Signoff};
use crate::report::visible;

/// Write one archive (-o FILE) that proves a run: hashes of all inputs, settings, verdict, chain
#[derive(Debug, Args)]
pub struct EvidenceCommand {
    /// Name of the run (default: the project's rehearsal)
    #[arg(value_name = "RUN")]
    pub label: Option<String>,
}

impl EvidenceCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no complete run of that name, or the archive can not be written.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        // The answer of this command is the archive itself.
        let Some(archive) = &global.output else {
            let what = "the archive needs a name".into();
            return Err(Error::Usage { what, fix: "rollproof evidence -o R4.zip".into() });
        };
        let project = project::load(global, console, self.label.as_deref())?;
        // Held for writing: no run changes anything while it is gathered.
        let history = History::open(&crate::run::history_folder(&project), clock::clock(&project))?;
        let evidence = crate::run::evidence(&project, &history)?;
        write(archive, &evidence, &[])?;
        console.step(&format!("{} proves run {}", archive.display(), evidence.run));
        console.hint(&format!("rollproof sign {} --by NAME", archive.display()));
        Ok(ExitCode::Success)
    }
}

/// Check an evidence archive, on any machine and without the data
#[derive(Debug, Args)]
pub struct VerifyCommand {
    /// The archive
    pub file: PathBuf,
}

impl VerifyCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the archive can not be read. One that does not hold ends in 1.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let found = verify(&self.file)?;
        let code = if found.faults.is_empty() { ExitCode::Success } else { ExitCode::NoGo };
        let overrides: Vec<String> = found.overrides.iter().map(override_line).collect();
        if global.format == FormatChoice::Json {
            console.answer(&to_json(&VerifyJson::of(&found, overrides))?)?;
            return Ok(code);
        }
        let mut text = String::new();
        for fault in &found.faults {
            let _ = writeln!(text, "changed    {}", visible(&fault.to_string()));
        }
        if found.faults.is_empty() {
            let _ = writeln!(text, "holds      {} files, {} entries of the chain", found.files, found.chain);
        }
        let _ = writeln!(text, "run        {}\nverdict    {}", visible(&found.run), visible(&found.verdict));
        for (name, key) in &found.signed {
            let _ = writeln!(text, "signed     {} with key {key}", visible(name));
        }
        if found.signed.is_empty() {
            let _ = writeln!(text, "signed     by nobody");
        }
        for line in &overrides {
            let _ = writeln!(text, "override   {}", visible(line));
        }
        console.answer(&text)?;
        Ok(code)
    }
}

fn override_line(given: &Recorded) -> String {
    let given = &given.given;
    let checks: Vec<String> = given.checks.iter().map(|(check, n)| format!("{n} {check}")).collect();
    format!(
        "of {} by {}, through {}: {}; reason: {}",
        given.run,
        given.by,
        given.expires,
        given.codes.iter().cloned().chain(checks).collect::<Vec<_>>().join(", "),
        given.reason
    )
}

/// Sign an evidence archive with a key that is made and kept on this machine
#[derive(Debug, Args)]
pub struct SignCommand {
    /// The archive
    pub file: PathBuf,
    /// Who signs
    #[arg(long, value_name = "NAME")]
    pub by: String,
}

impl SignCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the archive does not hold, or can not be written.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, None)?;
        let approver = Approver::open(&crate::run::history_folder(&project).join("keys"), &self.by)?;
        add_signature(&self.file, &approver)?;
        let key = approver.public_key();
        console.answer(&format!(
            "signed by {} with key {key}\ngive this key to those who verify, by another way\n",
            visible(&self.by)
        ))?;
        Ok(ExitCode::Success)
    }
}

/// Put on record that a school looked at its findings; changed findings void it
#[derive(Debug, Args)]
pub struct SignoffCommand {
    /// School code
    pub school: String,
    /// Who signs
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// As what: registrar, counselor, principal
    #[arg(long, value_name = "ROLE")]
    pub role: String,
    /// Name of the run (default: the project's rehearsal)
    #[arg(long, value_name = "RUN")]
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
        let packs = crate::run::pack_hashes(&summary, &folder)?;
        let Some(pack) = packs.get(&self.school) else {
            let fix = match crate::diagnostic::nearest(&self.school, packs.keys().map(String::as_str)) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("the run has {} schools; packs/index.csv lists them", packs.len()),
            };
            return Err(Error::Usage { what: format!("the run has no school {}", self.school), fix });
        };
        let signoff =
            Signoff { school: self.school.clone(), by: self.by.clone(), role: self.role.clone(), pack: pack.clone() };
        let mut history = History::open(&crate::run::history_folder(&project), clock::clock(&project))?;
        history.sign_off(&summary.run.id, &signoff)?;
        let found = history.signoffs(&packs)?;
        console.answer(&format!(
            "{} signed off by {} ({}); {} of {} schools have\nnext: rollproof gate\n",
            visible(&self.school),
            visible(&self.by),
            visible(&self.role),
            found.signed,
            found.schools
        ))?;
        Ok(ExitCode::Success)
    }
}
