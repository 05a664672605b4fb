//! Retention: old runs lose their findings; their record and their entries in the chain stay for ever.

use rusqlite::params;
use serde_json::json;

use super::{History, RunState, chain};
use crate::error::Error;

/// Which runs keep their findings. GO runs always do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// How many of the newest runs.
    pub newest: usize,
}

impl History {
    /// Deletes the findings of old runs and returns their ids.
    ///
    /// # Errors
    /// When a file or the store can not be written; runs pruned so far stay pruned.
    pub fn prune(&mut self, keep: Keep) -> Result<Vec<String>, Error> {
        let runs = self.runs()?;
        let old = runs.len().saturating_sub(keep.newest);
        let mut pruned = Vec::new();
        for run in runs.iter().take(old) {
            if run.state == RunState::Pruned || run.verdict.as_deref() == Some("go") {
                continue;
            }
            self.forget_findings(&run.id)?;
            pruned.push(run.id.clone());
        }
        Ok(pruned)
    }

    /// Deletes the findings of these runs, whatever their verdict; their records and entries in the chain stay.
    ///
    /// # Errors
    /// As [`History::prune`].
    pub fn forget(&mut self, runs: &[String]) -> Result<(), Error> {
        let known = self.runs()?;
        let left = known.iter().filter(|r| runs.contains(&r.id) && r.state != RunState::Pruned);
        left.into_iter().try_for_each(|run| self.forget_findings(&run.id))
    }

    fn forget_findings(&mut self, run: &str) -> Result<(), Error> {
        let body = json!({ "kind": "prune", "at": self.now().to_string(), "run": run });
        let mut mark = || -> rusqlite::Result<()> {
            let transaction = self.connection.transaction()?;
            transaction.execute("UPDATE run SET state = 'pruned' WHERE id = ?1", params![run])?;
            chain::append(&transaction, &body)?;
            transaction.commit()
        };
        mark().map_err(|e| super::store::failed(&self.folder.join("history.db"), &e))?;
        // Marked first: a run that says "pruned" and still has its file is harmless, the reverse is not.
        let path = self.findings_path(run);
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::write(&path, e)),
            _ => Ok(()),
        }
    }
}
