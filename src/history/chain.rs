//! The hash chain over all runs, decisions and sign-offs: what was said once can not be unsaid unseen.

use std::fmt;

use rusqlite::Transaction;
use serde_json::Value;

use super::History;
use crate::error::Error;

/// The hash before the first entry.
const ROOT: &str = "rollproof history";

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainEntry {
    /// Its number, from 1.
    pub number: i64,
    /// What happened, as JSON: `kind`, `at` and the rest. No student data.
    pub body: String,
    /// BLAKE3 of the entry before and the body, in hex.
    pub hash: String,
}

/// An entry that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainFault {
    /// Number of the entry.
    pub number: i64,
    /// What is wrong.
    pub what: &'static str,
}

impl fmt::Display for ChainFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {} of the chain {}", self.number, self.what)
    }
}

fn link(before: &str, body: &str) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in [before, body] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// Every entry that does not follow from the one before. What was cut off at the end can not be seen from inside: the
/// last hash is in each verdict and evidence archive.
#[must_use]
pub fn verify_chain(entries: &[ChainEntry]) -> Vec<ChainFault> {
    let mut faults = Vec::new();
    let mut before = ROOT;
    for (expected, entry) in (1i64..).zip(entries) {
        if entry.number != expected {
            faults.push(ChainFault { number: entry.number, what: "does not follow the one before: one was taken out" });
            return faults;
        }
        if link(before, &entry.body) != entry.hash {
            faults.push(ChainFault { number: entry.number, what: "was changed" });
        }
        before = &entry.hash;
    }
    faults
}

/// Adds an entry inside a transaction; returns its hash.
pub(super) fn append(transaction: &Transaction<'_>, body: &Value) -> rusqlite::Result<String> {
    let last = transaction.query_row("SELECT hash FROM chain ORDER BY number DESC LIMIT 1", [], |row| row.get(0));
    let before = match last {
        Err(rusqlite::Error::QueryReturnedNoRows) => ROOT.to_owned(),
        other => other?,
    };
    let body = body.to_string();
    let hash = link(&before, &body);
    transaction.execute("INSERT INTO chain (body, hash) VALUES (?1, ?2)", [&body, &hash])?;
    Ok(hash)
}

impl History {
    /// Every entry, and those that are not what they were.
    ///
    /// # Errors
    /// When the store can not be read.
    pub fn chain(&self) -> Result<(Vec<ChainEntry>, Vec<ChainFault>), Error> {
        let read = || -> rusqlite::Result<Vec<ChainEntry>> {
            let mut statement = self.connection.prepare("SELECT number, body, hash FROM chain ORDER BY number")?;
            let rows = statement
                .query_map([], |row| Ok(ChainEntry { number: row.get(0)?, body: row.get(1)?, hash: row.get(2)? }))?;
            rows.collect()
        };
        let entries = read().map_err(|e| self.failed(&e))?;
        let faults = verify_chain(&entries);
        Ok((entries, faults))
    }

    /// A body that says so when the clock was not the computer's.
    pub(super) fn stamped(&self, mut body: Value) -> Value {
        if let (true, Some(object)) = (self.clock.is_fixed(), body.as_object_mut()) {
            object.insert("clock".into(), "fixed".into());
        }
        body
    }

    /// Adds what people did: a sign-off, an override, a drill. `kind` and `at` are added here.
    ///
    /// # Errors
    /// When the store can not be written.
    pub fn note(&mut self, kind: &str, mut body: Value) -> Result<String, Error> {
        let at = self.now().to_string();
        body = self.stamped(body);
        if let Some(object) = body.as_object_mut() {
            object.insert("kind".into(), kind.into());
            object.insert("at".into(), at.into());
        }
        let mut run = || -> rusqlite::Result<String> {
            let transaction = self.connection.transaction()?;
            let hash = append(&transaction, &body)?;
            transaction.commit()?;
            Ok(hash)
        };
        run().map_err(|e| super::store::failed(&self.folder.join("history.db"), &e))
    }

    /// The bodies of all entries of a kind, in order.
    ///
    /// # Errors
    /// When the store can not be read.
    pub fn notes(&self, kind: &str) -> Result<Vec<Value>, Error> {
        let (entries, _) = self.chain()?;
        let bodies = entries.iter().filter_map(|e| serde_json::from_str::<Value>(&e.body).ok());
        Ok(bodies.filter(|b| b.get("kind").and_then(Value::as_str) == Some(kind)).collect())
    }
}
