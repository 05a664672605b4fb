//! `rollproof override`: a GO against the gate, that named people take upon themselves, signed and told for ever.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use clap::Args;
use jiff::civil::Date;

use super::{Console, Global, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::history::evidence::{Approver, OVERRIDE};
use crate::history::{History, Override};
use crate::report::visible;
use crate::run::Again;

/// Put a signed GO against the gate on record; the gate's own answer stays NO-GO
///
/// Names every reason of the gate and every check with its count of open findings; what grows beyond these is not
/// covered. What CAN NOT be decided can not be overridden. The override stands in the history, in every later report
/// and in the evidence, and can not be taken back. `gate` and `run --gate` end in 1 all the same.
#[derive(Debug, Args)]
pub struct OverrideCommand {
    /// Name of the run (default: the project's rehearsal)
    #[arg(value_name = "RUN")]
    pub label: Option<String>,
    /// A reason code of the gate that is accepted: critical-open (again for each)
    #[arg(long, value_name = "CODE")]
    pub accept: Vec<String>,
    /// A check and how many of its open findings are accepted: mark-changed=2 (again for each)
    #[arg(long, value_name = "CHECK=N", value_parser = count)]
    pub check: Vec<(String, u64)>,
    /// Why
    #[arg(long)]
    pub reason: String,
    /// Who takes it upon themselves; their key is made and kept on this machine
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// Last day, through its end in the district's time zone
    #[arg(long, value_name = "DATE")]
    pub expires: Date,
}

fn count(text: &str) -> Result<(String, u64), String> {
    let parts = text.split_once('=').and_then(|(check, n)| Some((check.to_owned(), n.parse().ok()?)));
    parts.ok_or_else(|| "write a check and a number: mark-changed=2".into())
}

impl OverrideCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the gate says GO or CANNOT DECIDE, when something that is open is not named, or when it can not be put on
    /// record.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, self.label.as_deref())?;
        let clock = super::clock::clock(&project);
        let now = clock.now();
        let folder = crate::run::history_folder(&project);
        let mut history = History::open(&folder, clock)?;
        let again = crate::run::again(&project, &history, &now)?;
        let given = Override {
            run: again.summary.run.id.clone(),
            checks: self.check.iter().cloned().collect(),
            codes: self.accept.clone(),
            reason: self.reason.clone(),
            by: self.by.clone(),
            expires: self.expires,
        };
        self.refuse(&again, &given, now.date(), project.waivers.max_days)?;
        let approver = Approver::open(&folder.join("keys"), &self.by)?;
        again.record(&project, &mut history, &now)?;
        history.record_override(&given, &approver.sign(OVERRIDE, given.to_json().to_string().as_bytes()))?;
        let line = crate::run::overrides(&history)?.pop().map(|o| o.sentence()).unwrap_or_default();
        console.answer(&format!(
            "{}\nthe gate's answer stays NO-GO (exit code 1); signed with key {}\nnext: rollproof evidence -o FILE\n",
            visible(&line),
            approver.public_key()
        ))?;
        Ok(ExitCode::Success)
    }

    fn refuse(&self, again: &Again, given: &Override, today: Date, max_days: u32) -> Result<(), Error> {
        let verdict = &again.decision.verdict;
        if verdict.reasons().is_empty() {
            let fix = "there is nothing to override".into();
            return Err(Error::Usage { what: format!("the gate says {}", verdict.words()), fix });
        }
        let open = again.open_by_check();
        let mut lacks = given.lacks(&again.decision, &open, today);
        let days = today.until(self.expires).map_or(i64::MAX, |span| i64::from(span.get_days()));
        if days > i64::from(max_days) {
            lacks.push(format!("it holds for {days} days; at most {max_days} are allowed"));
        }
        let known: BTreeMap<&str, u64> =
            again.summary.checks.iter().map(|c| (c.check.as_str(), c.open.total)).collect();
        for (check, n) in given.checks.iter().filter(|(c, n)| known.get(c.as_str()).copied().unwrap_or(0) < **n) {
            lacks.push(format!("it accepts {n} of {check}, {} are open", known.get(check.as_str()).unwrap_or(&0)));
        }
        if lacks.is_empty() {
            return Ok(());
        }
        let mut fix = String::from("name all that is accepted:");
        for reason in verdict.reasons() {
            let _ = write!(fix, " --accept {}", reason.code);
        }
        for (check, n) in &open {
            let _ = write!(fix, " --check {check}={n}");
        }
        if verdict.name() == "cannot-decide" {
            fix = "do what `rollproof gate` says first; only a NO-GO can be overridden".into();
        }
        Err(Error::Usage { what: format!("this override does not cover the answer: {}", lacks.join("; ")), fix })
    }
}
