//! The store: opened by one writer at a time, checked before it is used.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::identity::IdentityKey;
use super::{Clock, schema};
use crate::error::Error;

/// How long a second run waits for the first one to finish its writing.
const WAIT: Duration = Duration::from_secs(10);

/// The history of a project.
pub struct History {
    pub(super) folder: PathBuf,
    pub(super) connection: Connection,
    pub(super) key: IdentityKey,
    pub(super) clock: Clock,
    /// Version of the store on disk.
    pub(super) version: i64,
    /// Held until the store is dropped; `None` when it was opened for reading.
    _lock: Option<File>,
}

impl std::fmt::Debug for History {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("History").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl History {
    /// Opens the store in a folder (`.rollproof`) for writing and makes it when there is none.
    ///
    /// # Errors
    /// When another run holds it, when it is damaged or of a newer program, or when it can not be written.
    pub fn open(folder: &Path, clock: Clock) -> Result<Self, Error> {
        create_private_folder(folder)?;
        create_private_folder(&folder.join("findings"))?;
        let lock = lock(&folder.join("lock"))?;
        let path = folder.join("history.db");
        if !path.exists() {
            create_private(&path)?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut connection = connect(&path, flags)?;
        let settle = |c: &Connection| -> rusqlite::Result<()> {
            c.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
            c.pragma_update(None, "synchronous", "FULL")?;
            c.pragma_update(None, "secure_delete", "ON")
        };
        settle(&connection).map_err(|e| failed(&path, &e))?;
        schema::migrate(&mut connection, &path)?;
        let key = IdentityKey::load(&folder.join("history.key"))?;
        Ok(Self { folder: folder.to_owned(), connection, key, clock, version: schema::VERSION, _lock: Some(lock) })
    }

    /// Opens the store for reading only, also while a run writes, and also of a newer program.
    ///
    /// # Errors
    /// When there is none, or it is damaged.
    pub fn read(folder: &Path, clock: Clock) -> Result<Self, Error> {
        let path = folder.join("history.db");
        if !path.exists() {
            return Err(Error::Usage {
                what: format!("{} holds no history yet", folder.display()),
                fix: "`rollproof run` makes the first entry".into(),
            });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = connect(&path, flags)?;
        let version = schema::version(&connection, &path)?;
        let key = IdentityKey::load(&folder.join("history.key"))?;
        Ok(Self { folder: folder.to_owned(), connection, key, clock, version, _lock: None })
    }

    /// Reads the whole store, its chain and the findings of every run, and says what is wrong; empty when nothing is.
    ///
    /// # Errors
    /// When it can not be read at all.
    pub fn integrity(&self) -> Result<Vec<String>, Error> {
        let path = self.folder.join("history.db");
        let mut found = pragma_rows(&self.connection, "integrity_check").map_err(|e| failed(&path, &e))?;
        found.retain(|line| line != "ok");
        found.extend(self.chain()?.1.into_iter().map(|fault| fault.to_string()));
        for run in self.runs()?.iter().filter(|r| r.state != super::RunState::Pruned) {
            let path = self.findings_path(&run.id);
            match super::marks::hash(&path) {
                Ok(hash) if hash == run.findings_hash => {}
                Ok(_) => found.push(format!("findings/{}.parquet was changed", run.id)),
                Err(_) => found.push(format!("findings/{}.parquet can not be read", run.id)),
            }
        }
        Ok(found)
    }

    /// The time as this history sees it.
    #[must_use]
    pub fn now(&self) -> jiff::ZonedDateTime {
        self.clock.now()
    }

    pub(super) fn failed(&self, error: &rusqlite::Error) -> Error {
        failed(&self.folder.join("history.db"), error)
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(WAIT)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.pragma_update(None, "cell_size_check", true)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        Ok(connection)
    };
    let connection = open().map_err(|e| failed(path, &e))?;
    match pragma_rows(&connection, "quick_check") {
        Ok(lines) if lines == ["ok"] => Ok(connection),
        Ok(lines) => Err(damaged(path, lines.first().cloned().unwrap_or_default())),
        Err(e) if is_disk(&e) => Err(failed(path, &e)),
        Err(e) => Err(damaged(path, e.to_string())),
    }
}

/// True for what the disk is to blame for, not the store: nobody should move a good history away for it.
fn is_disk(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{CannotOpen, DiskFull, PermissionDenied, ReadOnly, SystemIoFailure};
    let disk = [CannotOpen, DiskFull, PermissionDenied, ReadOnly, SystemIoFailure];
    error.sqlite_error_code().is_some_and(|code| disk.contains(&code))
}

fn pragma_rows(connection: &Connection, name: &str) -> rusqlite::Result<Vec<String>> {
    let mut lines = Vec::new();
    connection.pragma_query(None, name, |row| {
        lines.push(row.get(0)?);
        Ok(())
    })?;
    Ok(lines)
}

fn damaged(path: &Path, what: String) -> Error {
    Error::Input {
        path: path.to_owned(),
        what: format!("the history is damaged: {what}"),
        fix: "restore it from a backup, or move it away; runs that it held can then not be compared".into(),
        source: None,
    }
}

/// Waits for the other run, up to [`WAIT`].
fn lock(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|e| Error::write(path, e))?;
    let step = Duration::from_millis(50);
    for _ in 0..WAIT.as_millis() / step.as_millis() {
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => return Ok(file),
            Err(fs4::TryLockError::WouldBlock) => std::thread::sleep(step),
            Err(fs4::TryLockError::Error(e)) => return Err(Error::write(path, e)),
        }
    }
    Err(Error::Output {
        path: path.to_owned(),
        what: "another rollproof is writing to this project".into(),
        fix: "wait until it is done".into(),
        source: None,
    })
}

/// An error of the store.
pub(super) fn failed(path: &Path, error: &rusqlite::Error) -> Error {
    Error::write(path, std::io::Error::other(error.to_string()))
}

/// A new file that only its owner may read; it must not exist.
pub(super) fn create_private(path: &Path) -> Result<File, Error> {
    let mut options = OpenOptions::new();
    options.create_new(true).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|e| Error::write(path, e))
}

/// A folder that only its owner may enter; one that exists is left as it is.
pub(super) fn create_private_folder(path: &Path) -> Result<(), Error> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|e| Error::write(path, e))
}
