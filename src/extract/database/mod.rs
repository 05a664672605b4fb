//! A table by a query, through a database's ADBC driver, which is loaded when a mapping names one: nothing else of this
//! program opens a connection.
//!
//! The connection string comes from the environment and appears in no message; what a driver says is shown without its
//! parts, and what it says while rows are read only where it is about the query, as it may quote them.

mod driver;
mod secret;
mod sqlite;
mod text;

use std::path::PathBuf;

use adbc_core::error::{Error as AdbcError, Status};
use adbc_core::options::{OptionStatement, OptionValue};
use adbc_core::{Connection as _, Database as _, Driver as _, Optionable as _, Statement as _};
use adbc_driver_manager::{ManagedConnection, ManagedStatement};
use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::Schema;

use self::secret::Secret;
use super::arrays::{Columns, Target, push_rows};
use super::build::Builder;
use super::{Database, FoundFile};
use crate::canonical::SourceFile;
use crate::error::Error;

/// What the rows of a query stand under, in place of a file's name: `query:students`.
pub(super) const PREFIX: &str = "query:";

/// Rows that SQLite's driver looks at before it settles on the type of a column.
const SQLITE_ROWS: i64 = 65_536;

/// Reads the rows of one query.
///
/// # Errors
/// When the driver can not be loaded, the database not reached, the query not be carried out, or a column has no exact
/// text.
pub(super) fn read(builder: &mut Builder<'_>, database: &Database) -> Result<(), Error> {
    let name = format!("{PREFIX}{}", builder.layout.table);
    let file = FoundFile { path: PathBuf::from(&name), name, member: None };
    let before = builder.mark();
    let position = builder.open_file(&file);
    let secret = Secret::from_environment(&file, &database.uri_env)?;
    let query = Query { file: &file, database, secret: &secret };
    let mut connection = query.connect()?;
    query.check(&mut connection)?;
    let read = query.rows(builder, position, &mut connection)?;
    builder.judge_emptiness(&file, &before, true);
    builder.close_file(position, read);
    Ok(())
}

/// A query on its way.
struct Query<'a> {
    file: &'a FoundFile,
    database: &'a Database,
    secret: &'a Secret,
}

impl Query<'_> {
    /// Whether the driver is that of a database, by its name or that of its library.
    fn is(&self, name: &str) -> bool {
        let library = self.database.driver.rsplit(['/', '\\']).next().unwrap_or_default();
        library.to_ascii_lowercase().contains(name)
    }

    fn is_sqlite(&self) -> bool {
        self.is("sqlite")
    }

    fn connect(&self) -> Result<ManagedConnection, Error> {
        let mut driver = driver::load(self.file, &self.database.driver)?;
        let uri = if self.is_sqlite() { sqlite::read_only(self.secret.uri()) } else { self.secret.uri().to_owned() };
        let options = [(adbc_core::options::OptionDatabase::Uri, OptionValue::from(uri))];
        let fix = format!("check the connection string in {} and that the database is up", self.database.uri_env);
        let failed = |e: AdbcError| self.error(format!("no connection: {}", self.said(&e)), &fix);
        let mut connection =
            driver.new_database_with_opts(options).and_then(|d| d.new_connection()).map_err(&failed)?;
        self.forbid_writing(&mut connection)?;
        Ok(connection)
    }

    /// A query can not change what it reads, where the database has a word for that.
    fn forbid_writing(&self, connection: &mut ManagedConnection) -> Result<(), Error> {
        if self.is_sqlite() {
            return Ok(()); // opened read-only
        }
        if self.is("postgresql") {
            let said = self.statement(connection, "SET default_transaction_read_only = on")?.execute_update();
            let failed = |e: AdbcError| {
                self.error(format!("no read-only session: {}", self.said(&e)), "ask for the right to read")
            };
            return said.map(drop).map_err(failed);
        }
        // Drivers that do not know the option say so, and go on.
        let read_only = adbc_core::options::OptionConnection::ReadOnly;
        let _refused = connection.set_option(read_only, OptionValue::from("true"));
        Ok(())
    }

    fn statement(&self, connection: &mut ManagedConnection, sql: &str) -> Result<ManagedStatement, Error> {
        let failed = |e: AdbcError| self.error(format!("no statement: {}", self.said(&e)), "try again");
        let mut statement = connection.new_statement().map_err(&failed)?;
        statement.set_sql_query(sql).map_err(&failed)?;
        if self.is_sqlite() {
            let rows = OptionStatement::Other("adbc.sqlite.query.batch_rows".into());
            statement.set_option(rows, OptionValue::Int(SQLITE_ROWS)).map_err(&failed)?;
        }
        Ok(statement)
    }

    /// What is wrong with the query itself can be told in full: no row has been read yet.
    fn check(&self, connection: &mut ManagedConnection) -> Result<(), Error> {
        match self.statement(connection, &self.database.query)?.prepare() {
            Err(e) if e.status != Status::NotImplemented => {
                let what = format!("the database does not accept the query: {}", self.said(&e));
                Err(self.error(what, "correct `query` of this table in the mapping"))
            }
            _ => Ok(()),
        }
    }

    fn rows(
        &self,
        builder: &mut Builder<'_>,
        position: u32,
        connection: &mut ManagedConnection,
    ) -> Result<SourceFile, Error> {
        let mut statement = self.statement(connection, &self.database.query)?;
        let reader = statement.execute().map_err(|e| self.failed(&e))?;
        let schema = reader.schema();
        let names: Vec<String> = schema.fields().iter().map(|f| f.name().clone()).collect();
        let wanted = builder.match_headers(self.file, &names)?;
        self.refuse_inexact(&schema, &wanted)?;
        if self.is_sqlite() {
            sqlite::refuse_mixed(self, connection, &schema, &wanted)?;
        }
        let target = Target { file: self.file, position, names: &names, wanted: &wanted };
        let (mut record, mut tally) = (0, Tally::default());
        for batch in reader {
            let batch = batch.map_err(|_| self.failed(&AdbcError::with_message_and_status("", Status::Unknown)))?;
            let columns = self.columns(&batch, &wanted)?;
            tally.add(&columns, batch.num_rows());
            push_rows(builder, &target, &mut record, &columns, batch.num_rows())?;
        }
        Ok(tally.into_file(&self.file.name))
    }

    fn columns(&self, batch: &RecordBatch, wanted: &[Option<usize>]) -> Result<Columns, Error> {
        let column = |at: usize| {
            let mut cells = Vec::with_capacity(batch.num_rows());
            if text::push_all(batch.column(at).as_ref(), batch.schema().field(at), &mut cells) {
                return Ok(cells);
            }
            Err(self.no_text(batch.schema().field(at)))
        };
        wanted.iter().map(|at| at.map(column).transpose()).collect()
    }

    /// Types whose value the driver gives without what is needed to write it down.
    fn refuse_inexact(&self, schema: &Schema, wanted: &[Option<usize>]) -> Result<(), Error> {
        let fields = wanted.iter().flatten().map(|at| schema.field(*at));
        let inexact = fields.filter(|f| !text::is_exact(f)).collect::<Vec<_>>();
        inexact.first().map_or(Ok(()), |field| Err(self.no_text(field)))
    }

    fn no_text(&self, field: &arrow_schema::Field) -> Error {
        let name = field.name();
        let kind = text::type_name(field);
        self.error(
            format!("the column \"{name}\" is of type {kind}, which has no exact text here"),
            &format!("cast it in the query: CAST({name} AS text) AS {name}, or AS numeric for money"),
        )
    }

    /// What a driver says, without any part of the connection string.
    fn said(&self, error: &AdbcError) -> String {
        let message = self.secret.without(error.message.trim());
        let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{message} ({})", code(error))
    }

    /// While rows are read, a driver's message may quote them: only its kind is told, except of class 42 of SQLSTATE, which
    /// is about the query's own words.
    fn failed(&self, error: &AdbcError) -> Error {
        if sqlstate(error).is_some_and(|state| state.starts_with("42")) {
            let what = format!("the database does not accept the query: {}", self.said(error));
            return self.error(what, "correct `query` of this table in the mapping");
        }
        self.error(
            format!(
                "the query stopped ({}); the database's own words may quote data and are not repeated",
                code(error)
            ),
            "run the query in the database's own client to see why; a column that mixes types can be CAST to text",
        )
    }

    fn error(&self, what: String, fix: &str) -> Error {
        Error::Input { path: self.file.path.clone(), what, fix: fix.to_owned(), source: None }
    }
}

/// Kind of a driver's error and, where it has one, SQLSTATE.
fn code(error: &AdbcError) -> String {
    sqlstate(error)
        .map_or_else(|| format!("{:?}", error.status), |state| format!("{:?}, SQLSTATE {state}", error.status))
}

fn sqlstate(error: &AdbcError) -> Option<String> {
    let state: String = error.sqlstate.iter().filter_map(|c| u8::try_from(*c).ok()).map(char::from).collect();
    (state != "00000" && state.len() == 5 && state.chars().all(|c| c.is_ascii_alphanumeric())).then_some(state)
}

/// The evidence of what a query gave: a hash over the texts of its rows, each with its length.
#[derive(Default)]
struct Tally {
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Tally {
    fn add(&mut self, columns: &Columns, rows: usize) {
        for row in 0..rows {
            for cells in columns.iter().flatten() {
                let text = cells[row].as_deref().unwrap_or("?");
                self.hasher.update(&(text.len() as u64).to_le_bytes());
                self.hasher.update(text.as_bytes());
                self.bytes += text.len() as u64;
            }
        }
    }

    fn into_file(self, name: &str) -> SourceFile {
        SourceFile { name: name.to_owned(), blake3: self.hasher.finalize().to_hex().to_string(), bytes: self.bytes }
    }
}
