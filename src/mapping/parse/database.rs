//! `format = "database"`: driver, connection string by the name of an environment variable, query.

use crate::diagnostic::document::Node;
use crate::extract::Database;

/// The keys of a table that is read by a query.
pub(super) fn read(node: &Node<'_>) -> Database {
    let required = |key, fix| node.required_text(key, fix);
    let driver =
        required("driver", "name the ADBC driver (\"sqlite\", \"postgresql\", ...) or the path of its library");
    let variable =
        required("uri_env", "name the environment variable that holds the connection string: uri_env = \"SIS_URI\"");
    let query =
        required("query", "write the query that gives the rows: query = \"SELECT ID, LN FROM STU ORDER BY ID\"");
    // The span is the table's: a message that shows the line would show the secret.
    let refused = |key: &str| {
        let message = format!("`{key}` does not belong into a mapping: it may hold a password");
        let fix = "put the connection string into an environment variable and name that: uri_env = \"SIS_URI\"";
        node.problems().error("secret-in-mapping", node.span(), message, fix);
    };
    for key in ["uri", "password", "connection"] {
        if node.get(key).is_some() {
            refused(key);
        }
    }
    if let Some(variable) = &variable
        && !variable.value.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    {
        refused("uri_env");
    }
    if let Some(query) = &query {
        let first = query.value.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        if !["select", "with", "values", "table"].contains(&first.as_str()) {
            let fix = "write one statement that only reads: SELECT ..., or WITH ... SELECT ...";
            node.problems().error(
                "wrong-value",
                query.span.clone(),
                "the query does not start with SELECT or WITH",
                fix,
            );
        }
    }
    if let Some(file) = node.texts("file").and_then(|f| f.into_iter().next()) {
        let fix = "take `file` out; `query` says where the rows come from";
        node.problems().error("unknown-key", file.span, "a database has a query, not a file", fix);
    }
    let text = |value: Option<crate::diagnostic::document::At<String>>| value.map_or_else(String::new, |v| v.value);
    Database { driver: text(driver), uri_env: text(variable), query: text(query) }
}
