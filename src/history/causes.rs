//! A cause over the rehearsals: how many findings it had in each.

use std::collections::BTreeMap;

use super::{History, RunState, marks};
use crate::error::Error;

/// One rehearsal in the life of a cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CausePoint {
    /// Label of the run.
    pub label: String,
    /// When it began.
    pub started: String,
    /// Findings of the cause, what follows from it included; `None` when the run's findings were pruned.
    pub findings: Option<u64>,
    /// Of these, open ones.
    pub open: u64,
}

impl History {
    /// How many findings each rehearsal (the newest whole run of every label) had under a cause, oldest first.
    ///
    /// # Errors
    /// When a run can not be read.
    pub fn of_cause(&self, id: &str) -> Result<Vec<CausePoint>, Error> {
        let mut newest = BTreeMap::new();
        for run in self.runs()?.into_iter().filter(|r| r.whole) {
            newest.insert(run.label.clone(), run);
        }
        let mut runs: Vec<_> = newest.into_values().collect();
        runs.sort_by_key(|r| r.number);
        let mut points = Vec::new();
        for run in runs {
            let kept = match run.state {
                RunState::Pruned => None,
                _ => Some(marks::of_cause(&self.findings_path(&run.id), id)?),
            };
            points.push(CausePoint {
                label: run.label,
                started: run.started,
                findings: kept.map(|(all, _)| all),
                open: kept.map_or(0, |(_, open)| open),
            });
        }
        Ok(points)
    }
}
