//! `rollproof gate`: decides again from the last complete run, and refuses one that is stale.

use clap::Args;
use jiff::civil::Date;

use super::{Console, FormatChoice, Global, ci, project, run};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::history::History;
use crate::report::json;

/// Say GO, NO-GO or CANNOT DECIDE from the last complete run
///
/// Compares nothing again, but makes sure that the run is complete and that inputs and settings are still the ones
/// that it was made from. The answer goes on record and into the run's verdict.json. Ends in GO (0), NO-GO (1) or
/// CANNOT DECIDE (3, 4, 5).
#[derive(Debug, Args)]
pub struct GateCommand {
    /// Name of the run (default: the project's rehearsal)
    #[arg(value_name = "RUN")]
    pub label: Option<String>,
    /// Show every condition, also those that pass
    #[arg(long)]
    pub all: bool,
    /// Ask also for the end of a later day: waivers may have ended by then, extracts may be too old
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
}

impl GateCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no complete run of that name, or the answer can not be put on record.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, self.label.as_deref())?;
        let clock = super::clock::clock(&project);
        let now = clock.now();
        let mut history = History::open(&crate::run::history_folder(&project), clock)?;
        if let Some(day) = self.as_of.filter(|day| *day < now.date()) {
            let what = format!("{day} is over; the gate is asked of today or of a later day");
            return Err(Error::Usage { what, fix: "`rollproof runs show` tells what it said on earlier days".into() });
        }
        let mut again = crate::run::again(&project, &history, &now)?;
        again.record(&project, &mut history, &now)?;
        let mut code = again.decision.exit_code();
        // A later day is asked only when today says GO: what does not hold today does not hold then.
        if let Some(day) = self.as_of.filter(|_| code == ExitCode::Success) {
            let then = again.as_of(day);
            code = then.exit_code();
            let from = format!("{} · asked for {day}", again.summary.verdict.decided_from);
            crate::run::add_decision(&mut again.summary, &then, from);
        }
        match global.format {
            FormatChoice::Json => console.answer(&json::summary_json(&again.summary)?)?,
            FormatChoice::Text => console.answer(&run::gate_text(&again.summary, console, self.all))?,
        }
        ci::tell(&again.summary, true, console)?;
        Ok(code)
    }
}
