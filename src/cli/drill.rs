//! `rollproof drill`: faults of every known kind, planted into a private copy of the new exports, or into an invented
//! district.

use clap::Args;
use serde_json::json;

use super::demo::InventChoice;
use super::{Console, FormatChoice, Global, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::history::History;
use crate::run::{self, board};

/// Prove on your own data which faults this project would have let through
///
/// Copies the new system's exports to a private place, plants each applicable fault class into the copy, compares, and
/// reports which faults the present mapping, matching, severities, waivers and gate would have let through, with the
/// fix. The originals are only read; the copy is taken away. Ends with exit code 1 when a critical class goes unseen.
///
/// With --synthetic no project is needed: an invented district carries every class of faults, and the scoreboard says
/// how many were planted, found on the right student, named by the right check and judged severely enough, and what
/// legitimate differences make. Ends with exit code 1 when anything is wrong with it.
#[derive(Debug, Args)]
pub struct DrillCommand {
    /// Name of the run (default: the project's rehearsal)
    #[arg(long, env = "ROLLPROOF_LABEL", value_name = "LABEL")]
    pub label: Option<String>,
    /// Print the scoreboard of an invented district instead
    #[arg(long)]
    pub synthetic: bool,
    /// Students of the invented district
    #[arg(long, value_name = "N", default_value_t = 5_000, requires = "synthetic", help_heading = "With --synthetic", value_parser = clap::value_parser!(u32).range(26..=10_000_000))]
    pub students: u32,
    /// What to invent
    #[command(flatten, next_help_heading = "With --synthetic")]
    pub choice: InventChoice,
}

impl DrillCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the project, an input or the copy is unusable.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let tell = |line: &str| console.hint(line);
        leave_nothing_when_interrupted();
        if self.synthetic {
            return self.synthetic(global, console, &tell);
        }
        let project = project::load(global, console, self.label.as_deref())?;
        let clock = super::clock::clock(&project);
        let drill = run::drill(&project, &clock, &tell)?;
        let detail = drill.to_json();
        let mut history = History::open(&run::history_folder(&project), clock)?;
        history.record_drill(&run::configuration_hash(&project), drill.counts(), &detail)?;
        match global.format {
            FormatChoice::Text => console.answer(&drill.text())?,
            FormatChoice::Json => console.answer(&pretty(&detail)?)?,
        }
        let blind = drill.unseen_critical().next().is_some();
        Ok(if blind { ExitCode::NoGo } else { ExitCode::Success })
    }

    fn synthetic(&self, global: &Global, console: &Console, tell: &dyn Fn(&str)) -> Result<ExitCode, Error> {
        let what = self.choice.of(self.students, 300_000);
        let found = board::synthetic(&what, tell)?;
        match global.format {
            FormatChoice::Text => console.answer(&found.text())?,
            FormatChoice::Json => {
                let class = |s: &crate::synth::ClassScore| {
                    json!({
                        "class": s.class.name(), "fault": s.class.text, "severity": s.class.severity.to_string(),
                        "planted": s.planted, "found": s.found, "named": s.named, "severe": s.severe,
                        "said": s.said, "instead": s.instead,
                    })
                };
                let list = |m: &std::collections::BTreeMap<(crate::finding::Severity, String), usize>| {
                    let line = |((severity, check), n): (&(crate::finding::Severity, String), &usize)| json!({ "severity": severity.to_string(), "check": check, "findings": n });
                    m.iter().map(line).collect::<Vec<_>>()
                };
                let control = |c: &board::ControlScore| json!({ "control": c.name, "false": c.false_findings });
                let value = json!({
                    "students": found.students,
                    "classes": found.board.classes.iter().map(class).collect::<Vec<_>>(),
                    "false_findings": list(&found.board.false_findings),
                    "about_no_student": list(&found.board.not_about_a_student),
                    "controls": found.controls.iter().map(control).collect::<Vec<_>>(),
                });
                console.answer(&pretty(&value)?)?;
            }
        }
        Ok(if found.is_perfect() { ExitCode::Success } else { ExitCode::NoGo })
    }
}

/// Copies of students' records do not outlive the command, whoever ends it.
#[cfg(unix)]
fn leave_nothing_when_interrupted() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    // Without a handler an interrupt ends the process as ever, and the next drill takes the copy away.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]) else { return };
    std::thread::spawn(move || {
        if signals.forever().next().is_some() {
            run::remove_private_folders();
            #[expect(clippy::exit, reason = "what the other threads do is of no more use")]
            std::process::exit(ExitCode::Interrupted as i32)
        }
    });
}

/// An interrupt ends the process here as ever; the next drill takes the copy away.
#[cfg(not(unix))]
const fn leave_nothing_when_interrupted() {}

fn pretty(value: &serde_json::Value) -> Result<String, Error> {
    serde_json::to_string_pretty(value).map_err(|e| Error::Bug(e.to_string()))
}
