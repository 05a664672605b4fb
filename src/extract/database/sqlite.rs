//! SQLite has no types of columns, only of values: what its driver would write down inexactly is refused.

use std::fmt::Write as _;

use adbc_core::Statement as _;
use adbc_driver_manager::ManagedConnection;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_schema::{DataType, Schema};

use super::Query;
use crate::error::Error;

/// Whole numbers beyond are not exact as floating point.
const EXACT: u64 = 1 << 53;

/// A path becomes a URI that opens read-only, so that a wrong path makes no empty database.
pub(super) fn read_only(uri: &str) -> String {
    if uri.starts_with("file:") || uri == ":memory:" {
        return uri.to_owned();
    }
    let mut escaped = String::from("file:");
    for c in uri.chars() {
        match c {
            '%' | '?' | '#' => {
                let _written = write!(escaped, "%{:02X}", c as u32);
            }
            c => escaped.push(c),
        }
    }
    escaped + "?mode=ro"
}

/// Refuses columns of text that hold floating point numbers (the driver keeps six digits of them), and columns of floating
/// point that hold whole numbers too long for it.
///
/// # Errors
/// Names the column and the cast that helps.
pub(super) fn refuse_mixed(
    query: &Query<'_>,
    connection: &mut ManagedConnection,
    schema: &Schema,
    wanted: &[Option<usize>],
) -> Result<(), Error> {
    let mut names = Vec::new();
    let mut counts = Vec::new();
    for field in wanted.iter().flatten().map(|at| schema.field(*at)) {
        let quoted = format!("\"{}\"", field.name().replace('"', "\"\""));
        let of = match field.data_type() {
            DataType::Float64 => format!("typeof({quoted}) = 'integer' AND abs({quoted}) > {EXACT}"),
            DataType::Int64 => continue,
            _ => format!("typeof({quoted}) = 'real'"),
        };
        counts.push(format!("count(CASE WHEN {of} THEN 1 END)"));
        names.push(field.name().clone());
    }
    if counts.is_empty() {
        return Ok(());
    }
    let inner = query.database.query.trim().trim_end_matches(';');
    let sql = format!("SELECT {} FROM ({inner})", counts.join(", "));
    let mut statement = query.statement(connection, &sql)?;
    let reader = statement.execute().map_err(|e| query.failed(&e))?;
    for batch in reader {
        let batch =
            batch.map_err(|_| query.error("the types of the values could not be counted".into(), "try again"))?;
        for (column, name) in batch.columns().iter().zip(&names) {
            let count = column.as_primitive_opt::<Int64Type>().filter(|c| !c.is_empty()).map_or(0, |c| c.value(0));
            if count > 0 {
                let what =
                    format!("the column \"{name}\" mixes texts and numbers ({count} numbers without an exact text)");
                let fix = format!("say in the query how they are written: CAST({name} AS TEXT) AS {name}");
                return Err(query.error(what, &fix));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_opens_read_only_and_a_uri_stays_as_it_is() {
        assert_eq!(read_only("/data/old sis 100%.db"), "file:/data/old sis 100%25.db?mode=ro");
        assert_eq!(read_only("file:/data/a.db?immutable=1"), "file:/data/a.db?immutable=1");
    }
}
