//! The tables of `history.db`, version by version. A version is never changed once released; a new one is added.

use rusqlite::{Connection, Transaction};

use crate::error::Error;
use std::path::Path;

/// The version that this program writes.
pub const VERSION: i64 = MIGRATIONS.len() as i64;

/// `RPRF`: marks the file as ours.
pub(super) const APPLICATION_ID: i64 = 0x5250_5246;

/// What leads from each version to the next one.
const MIGRATIONS: [&str; 3] = [
    // 1: runs, counts, chain.
    "CREATE TABLE run (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        label TEXT NOT NULL,
        started TEXT NOT NULL,
        version TEXT NOT NULL,
        project_hash TEXT NOT NULL,
        inputs_hash TEXT NOT NULL,
        legacy_as_of TEXT NOT NULL,
        new_as_of TEXT NOT NULL,
        whole INTEGER NOT NULL CHECK (whole IN (0, 1)),
        findings INTEGER NOT NULL CHECK (findings >= 0),
        findings_hash TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('recorded', 'decided', 'pruned')),
        verdict TEXT CHECK (verdict IN ('go', 'no-go', 'cannot-decide')),
        exit_code INTEGER,
        clean INTEGER CHECK (clean IN (0, 1))
    ) STRICT;
    CREATE TABLE count (
        run INTEGER NOT NULL REFERENCES run (number),
        check_name TEXT NOT NULL,
        school TEXT NOT NULL,
        severity TEXT NOT NULL CHECK (severity IN ('critical', 'major', 'minor', 'info')),
        open INTEGER NOT NULL,
        waived INTEGER NOT NULL,
        PRIMARY KEY (run, check_name, school, severity)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE chain (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        body TEXT NOT NULL,
        hash TEXT NOT NULL UNIQUE
    ) STRICT;",
    // 2: a run's chain entry is found by its id.
    "CREATE INDEX run_label ON run (label, number);",
    // 3: how large a run was, and which exports stood on which side. Runs from before have no known volume.
    "ALTER TABLE run ADD COLUMN students INTEGER NOT NULL DEFAULT 0 CHECK (students >= 0);
    ALTER TABLE run ADD COLUMN records INTEGER NOT NULL DEFAULT 0 CHECK (records >= 0);
    ALTER TABLE run ADD COLUMN legacy_inputs TEXT NOT NULL DEFAULT '';
    ALTER TABLE run ADD COLUMN new_inputs TEXT NOT NULL DEFAULT '';",
];

/// Brings a store to [`VERSION`], in one transaction.
///
/// # Errors
/// When the file is not ours, is of a newer program, or can not be written.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), Error> {
    let found = version(connection, path)?;
    if found > VERSION {
        return Err(Error::Output {
            path: path.to_owned(),
            what: format!("it is of format {found}, this program writes format {VERSION}"),
            fix: "use the newer rollproof; this one may read the history, never overwrite it".into(),
            source: None,
        });
    }
    let step = |transaction: &Transaction<'_>, from: i64| -> rusqlite::Result<()> {
        for sql in MIGRATIONS.iter().skip(usize::try_from(from).unwrap_or(usize::MAX)) {
            transaction.execute_batch(sql)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", VERSION)
    };
    let run = |connection: &mut Connection| -> rusqlite::Result<()> {
        let transaction = connection.transaction()?;
        step(&transaction, found)?;
        transaction.commit()
    };
    if found < VERSION { run(connection).map_err(|e| super::store::failed(path, &e)) } else { Ok(()) }
}

/// The version of a store; 0 for a new, empty one.
pub(super) fn version(connection: &Connection, path: &Path) -> Result<i64, Error> {
    let read = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let found = read("user_version").and_then(|v| Ok((v, read("application_id")?)));
    let (version, application) = found.map_err(|e| super::store::failed(path, &e))?;
    let is_new = version == 0 && application == 0;
    if !is_new && application != APPLICATION_ID {
        return Err(Error::Input {
            path: path.to_owned(),
            what: "it is not a rollproof history".into(),
            fix: "move that file away".into(),
            source: None,
        });
    }
    Ok(version)
}

/// The SQL of all versions up to one, for tests of migrations.
#[cfg(test)]
pub(super) fn sql_up_to(version: usize) -> String {
    MIGRATIONS[..version].join("\n")
}
