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
            let body = json!({ "kind": "prune", "at": self.now().to_string(), "run": run.id });
            let mut mark = || -> rusqlite::Result<()> {
                let transaction = self.connection.transaction()?;
                transaction.execute("UPDATE run SET state = 'pruned' WHERE id = ?1", params![run.id])?;
                chain::append(&transaction, &body)?;
                transaction.commit()
            };
            mark().map_err(|e| super::store::failed(&self.folder.join("history.db"), &e))?;
            // Marked first: a run that says "pruned" and still has its file is harmless, the reverse is not.
            let path = self.findings_path(&run.id);
            match std::fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::write(&path, e)),
                _ => pruned.push(run.id.clone()),
            }
        }
        Ok(pruned)
    }
}
