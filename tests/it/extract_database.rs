//! Databases read for real through ADBC's drivers: SQLite, and a PostgreSQL that the test starts on a socket of its own.
//! Where a driver or a server is not at hand, the test says that it is skipped.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rollproof::extract::{Database, Encoding, Format, Layout, Silent, Table, WantedColumn, read};

use crate::support::{Project, project_toml};

/// The library of a driver: `ROLLPROOF_ADBC_NAME`, else that of the Python package of the same driver.
fn driver(name: &str) -> Option<PathBuf> {
    let variable = format!("ROLLPROOF_ADBC_{}", name.to_uppercase());
    if let Some(path) = std::env::var_os(variable).map(PathBuf::from).filter(|p| p.is_file()) {
        return Some(path);
    }
    let script = format!("import adbc_driver_{name} as d; print(d._driver_path())");
    let output = Command::new("python3").args(["-c", &script]).stderr(Stdio::null()).output().ok();
    let path = output.and_then(|o| String::from_utf8(o.stdout).ok()).map(|t| PathBuf::from(t.trim()));
    let found = path.filter(|p| p.is_file());
    if found.is_none() {
        println!(
            "skipped: no ADBC driver for {name} (pip install adbc-driver-{name}, or set ROLLPROOF_ADBC_{})",
            name.to_uppercase()
        );
    }
    found
}

/// A connection string under a name of its own in this process's environment is set once, by the test's runner.
fn table(driver: &Path, uri_env: &str, query: &str, wanted: &[&str]) -> Result<Table, String> {
    let column = |name: &&str| WantedColumn { name: (*name).into(), aliases: Vec::new(), optional: false };
    let database = Database { driver: driver.display().to_string(), uri_env: uri_env.into(), query: query.into() };
    let layout = Layout {
        table: "rows".into(),
        files: Vec::new(),
        format: Format::Database(database),
        encoding: Encoding::Auto,
        columns: wanted.iter().map(column).collect(),
        optional: false,
    };
    read(Path::new("."), &layout, &Silent).map_err(|e| format!("{e} / {}", e.fix().unwrap_or_default()))
}

const MAPPING: &str = r#"
schema = 1
system = "old-sis"
end_date = "inclusive"
school_year = "ends"
null = ["NONE"]
[tables.stu]
format = "database"
driver = "DRIVER"
uri_env = "OLD_SIS"
query = """
  SELECT id, ln, bd, gpa FROM stu ORDER BY id
"""
[[student]]
from = "stu"
fields = { student_id = "id", last_name = "ln", birth_date = "bd" }
[[gpa]]
from = "stu"
where = { column = "gpa", not_empty = true, reason = "no GPA" }
fields = { student_id = "id", gpa_kind = { constant = "weighted" }, value = "gpa" }
"#;

const NEW: &str = r#"
schema = 1
system = "new-sis"
end_date = "inclusive"
school_year = "ends"
[tables.stu]
file = "stu.csv"
[[student]]
from = "stu"
fields = { student_id = "id", last_name = "ln", birth_date = "bd" }
[[gpa]]
from = "stu"
where = { column = "gpa", not_empty = true, reason = "no GPA" }
fields = { student_id = "id", gpa_kind = { constant = "weighted" }, value = "gpa" }
"#;

/// A project whose legacy side is a database and whose new side differs in one name.
fn project(driver: &str) -> Project {
    Project::with_files(&[
        ("rollproof.toml", project_toml(["old.toml", "new.toml"], ["legacy", "new"]).as_bytes()),
        ("old.toml", MAPPING.replace("DRIVER", driver).as_bytes()),
        ("new.toml", NEW.as_bytes()),
        ("legacy/.keep", b""),
        (
            "new/stu.csv",
            b"id,ln,bd,gpa\n007,Ruiz,2009-04-02,3.1000000000000001\n008,,2010-11-30,\n009,Poe,2010-12-01,2.5\n",
        ),
    ])
}

fn run(project: &Project, driver: &str, library: &Path, uri: &str) -> (String, String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_rollproof"))
        .args(["run", "--label", "R1"])
        .current_dir(project.path(""))
        .env("ROLLPROOF_NOW", crate::support::NOW)
        .env(format!("ROLLPROOF_ADBC_{}", driver.to_uppercase()), library)
        .env("OLD_SIS", uri)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

/// The whole way: the findings of a run whose legacy side was read by queries.
fn holds_the_difference(project: &Project, driver: &str, library: &Path, uri: &str) {
    let (out, err, code) = run(project, driver, library, uri);
    assert_eq!(code, Some(0), "{out}\n{err}");
    let findings = crate::support::rows(&project.path("out/R1/findings.csv"));
    let seen: Vec<(&str, &str)> = findings
        .iter()
        .map(|f| (f["student_id"].as_str(), f["check"].as_str()))
        .filter(|(id, _)| !id.is_empty())
        .collect();
    assert!(seen.iter().any(|(id, check)| *id == "009" && check.contains("name")), "{seen:?}");
    assert!(seen.iter().all(|(id, _)| *id != "007"), "a number, a date and an id are the same on both sides: {seen:?}");
    assert!(
        findings.iter().any(|f| f.values().any(|v| v.contains("query:stu"))),
        "places name the query: {findings:?}"
    );
}

#[test]
fn a_sqlite_database_is_read_by_queries_from_a_project() {
    let Some(library) = driver("sqlite") else { return };
    let project = project("sqlite");
    let path = project.path("old sis 100%.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(
        "CREATE TABLE stu (id TEXT, ln TEXT, bd TEXT, gpa TEXT);
         INSERT INTO stu VALUES ('007', 'Ruiz', '2009-04-02', '3.1000000000000001'),
           ('008', NULL, '2010-11-30', NULL), ('009', 'Po', '2010-12-01', '2.5');",
    )
    .unwrap();
    holds_the_difference(&project, "sqlite", &library, &path.display().to_string());
}

#[test]
fn what_sqlite_can_not_say_exactly_is_refused_with_the_cast_that_helps() {
    let Some(library) = driver("sqlite") else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch(
        "CREATE TABLE t (n INTEGER, r REAL, t TEXT, mixed);
         INSERT INTO t VALUES (12345678901234567, 2.5, '', 0.1), (NULL, 0.1, NULL, 'NC'), (7, 1e300, 'x', 3);",
    )
    .unwrap();
    let ask = |query: &str, wanted: &str| {
        let mapping = format!(
            "schema = 1\nsystem = \"s\"\nend_date = \"inclusive\"\nschool_year = \"ends\"\n[tables.t]\nformat = \"database\"\n\
             driver = \"{}\"\nuri_env = \"OLD_SIS\"\nquery = \"{query}\"\n[[student]]\nfrom = \"t\"\nfields = {{ student_id = \
             \"{wanted}\" }}\n",
            library.display()
        );
        let project = Project::with_files(&[
            ("rollproof.toml", project_toml(["old.toml", "new.toml"], ["legacy", "new"]).as_bytes()),
            ("old.toml", mapping.as_bytes()),
            ("new.toml", NEW.as_bytes()),
            ("legacy/.keep", b""),
            ("new/stu.csv", b"id,ln,bd,gpa\n007,Ruiz,2009-04-02,3.1\n"),
        ]);
        run(&project, "sqlite", &library, &path.display().to_string())
    };
    let (_, err, code) = ask("SELECT mixed FROM t", "mixed");
    assert!(code == Some(3) && err.contains("mixes texts and numbers") && err.contains("CAST(mixed AS TEXT)"), "{err}");
    let (_, err, code) = ask("SELECT nope FROM t", "nope");
    assert!(code == Some(3) && err.contains("no such column: nope"), "{err}");
    let (out, err, code) = ask("SELECT CAST(mixed AS TEXT) AS mixed FROM t", "mixed");
    assert!(code != Some(3), "{out} {err}");
}

#[test]
fn a_connection_string_is_never_shown_and_has_no_place_in_a_mapping() {
    let Some(library) = driver("postgresql") else { return };
    let project = project("postgresql");
    let uri = "postgresql://reader:hunter2secret@/sis?host=/nowhere/at/all";
    let (out, err, code) = run(&project, "postgresql", &library, uri);
    assert_eq!(code, Some(3), "{out} {err}");
    assert!(err.contains("OLD_SIS") && err.contains("query:stu"), "{err}");
    for part in ["hunter2", "reader:", "/nowhere"] {
        assert!(!out.contains(part) && !err.contains(part), "{part}: {out} {err}");
    }
    project.edit("old.toml", "uri_env = \"OLD_SIS\"", "uri = \"postgresql://reader:hunter2secret@/sis\"");
    let answer = project.rollproof(&["check"]);
    let text = format!("{}{}", answer.out, answer.err);
    assert!(text.contains("does not belong into a mapping") && !text.contains("hunter2"), "{text}");
}

/// A PostgreSQL of the test's own: a fresh cluster that listens on a socket in a folder, and nowhere else.
struct Server {
    process: Child,
    folder: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

/// PostgreSQL refuses to run as root: then all is done as `nobody`.
fn as_somebody(program: &Path) -> Command {
    let root = std::fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0);
    if !root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(program);
    command
}

impl Server {
    fn start() -> Option<Self> {
        let name = |folder: &Path| folder.join("initdb").is_file() && folder.join("postgres").is_file();
        let mut places: Vec<PathBuf> =
            std::env::var_os("PATH").map(|p| std::env::split_paths(&p).collect()).unwrap_or_default();
        places.extend((12..20).rev().map(|v| PathBuf::from(format!("/usr/lib/postgresql/{v}/bin"))));
        let Some(bin) = places.into_iter().find(|p| name(p)) else {
            println!("skipped: no PostgreSQL here (apt-get install postgresql)");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("pg").tempdir_in("/tmp").ok()?;
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        std::fs::set_permissions(folder.path(), open).ok()?;
        let data = folder.path().join("data");
        let made = as_somebody(&bin.join("initdb"))
            .args(["-U", "t", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-locale", "-D"])
            .arg(&data)
            .current_dir("/")
            .output();
        if !made.as_ref().is_ok_and(|o| o.status.success()) {
            let said = made.map_or_else(|e| e.to_string(), |o| String::from_utf8_lossy(&o.stderr).into_owned());
            println!("skipped: PostgreSQL can not make a cluster: {said}");
            return None;
        }
        let process = as_somebody(&bin.join("postgres"))
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .args(["-c", "listen_addresses=", "-c", "fsync=off"])
            .current_dir("/")
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let server = Self { process, folder };
        for _ in 0..100 {
            if server.folder.path().join(".s.PGSQL.5432").exists() && server.sql("SELECT 1").is_ok() {
                return Some(server);
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        println!("skipped: PostgreSQL did not start within 10 seconds");
        None
    }

    fn uri(&self) -> String {
        format!("postgresql:///postgres?host={}&user=t", self.folder.path().display())
    }

    /// Makes data through the driver itself, so that no other client is needed.
    fn sql(&self, sql: &str) -> Result<(), String> {
        use adbc_core::{Connection, Database, Driver, Statement};
        let library = driver("postgresql").ok_or("no driver")?;
        let version = adbc_core::options::AdbcVersion::V110;
        let mut driver = adbc_driver_manager::ManagedDriver::load_dynamic_from_filename(library, None, version)
            .map_err(|e| e.to_string())?;
        let options = [(adbc_core::options::OptionDatabase::Uri, self.uri().into())];
        let database = driver.new_database_with_opts(options).map_err(|e| e.to_string())?;
        let mut connection = database.new_connection().map_err(|e| e.to_string())?;
        let mut statement = connection.new_statement().map_err(|e| e.to_string())?;
        statement.set_sql_query(sql).map_err(|e| e.to_string())?;
        statement.execute_update().map(drop).map_err(|e| e.to_string())
    }
}

#[test]
fn a_postgresql_database_is_read_by_queries_from_a_project() {
    let Some(library) = driver("postgresql") else { return };
    let Some(server) = Server::start() else { return };
    server.sql("CREATE TABLE stu (id varchar(10), ln text, bd date, gpa numeric)").unwrap();
    server
        .sql(
            "INSERT INTO stu VALUES ('007', 'Ruiz', '2009-04-02', 3.1000000000000001), ('008', NULL, '2010-11-30', NULL), \
             ('009', 'Po', '2010-12-01', 2.5)",
        )
        .unwrap();
    let project = project("postgresql");
    holds_the_difference(&project, "postgresql", &library, &server.uri());
    // A query that writes is stopped by the session, even where its first word only reads.
    project.edit(
        "old.toml",
        "SELECT id, ln, bd, gpa FROM stu ORDER BY id",
        "WITH gone AS (DELETE FROM stu RETURNING *) SELECT id, ln, bd, gpa FROM gone",
    );
    let (out, err, code) = run(&project, "postgresql", &library, &server.uri());
    assert_eq!(code, Some(3), "{out} {err}");
    assert!(err.contains("25006"), "read-only transaction: {err}");
    server.sql(TYPES).unwrap();
    server.sql(VALUES).unwrap();
    server.sql("CREATE TABLE s (v text)").unwrap();
    server.sql("INSERT INTO s VALUES ('Zachary')").unwrap();
    // In a process of its own, whose environment names the database.
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "extract_database::what_a_driver_gives_is_the_exact_text", "--ignored", "--nocapture"])
        .env(URI, server.uri())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&child.stderr));
}

const TYPES: &str = "CREATE TABLE x (a numeric, b money, c uuid, d char(4), e json, f time, g timestamptz, h date, i boolean, \
                     j float8, k timestamp, l smallint, m text, n bigint, o int[])";
const VALUES: &str = "INSERT INTO x VALUES (0.10000000000000000001, 12.34, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'ab', \
                      '{\"a\":1}', '08:15', '2026-01-02 03:04:05+00', '2026-01-02', true, 3.85, '2026-01-02 03:04:05', 3, '', \
                      12345678901234567, '{1}'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, \
                      NULL, NULL, NULL), ('NaN', NULL, NULL, NULL, NULL, NULL, NULL, 'infinity', NULL, NULL, NULL, NULL, NULL, \
                      NULL, NULL)";

#[test]
#[ignore = "the PostgreSQL test starts it, with a server"]
fn what_a_driver_gives_is_the_exact_text() {
    let (Some(library), Ok(_)) = (driver("postgresql"), std::env::var(URI)) else { return };
    exact_texts(&library);
    messages_hold_no_data(&library);
}

fn exact_texts(library: &Path) {
    let wanted = ["a", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"];
    let got = table(library, URI, "SELECT a,c,d,e,f,g,h,i,j,k,l,m,n FROM x", &wanted).unwrap();
    let row = |row| got.columns.iter().map(|c| c.text(row)).collect::<Vec<_>>();
    assert_eq!(
        row(0),
        [
            "0.10000000000000000001",
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "ab  ",
            "{\"a\":1}",
            "08:15:00",
            "2026-01-02T03:04:05Z",
            "2026-01-02",
            "true",
            "3.85",
            "2026-01-02 03:04:05",
            "3",
            "",
            "12345678901234567",
        ]
    );
    assert!(row(1).iter().all(|t| *t == rollproof::extract::NULL), "NULL is no empty text");
    assert_eq!((got.len(), got.rejects[0].kind, got.rejects[0].record), (2, "impossible-date", 3));
    assert_eq!((got.locations.get(1).file, got.locations.get(1).record), ("query:rows", 2));
    for (column, kind) in [("b", "money"), ("o", "_int4")] {
        let error = table(library, URI, &format!("SELECT {column} FROM x"), &[column]).unwrap_err();
        assert!(error.contains(kind) && error.contains("CAST"), "{error}");
    }
    let empty = table(library, URI, "SELECT a FROM x WHERE false", &["a"]).unwrap();
    assert!(empty.notices.iter().any(|n| n.undecidable), "{:?}", empty.notices);
}

fn messages_hold_no_data(library: &Path) {
    let error = table(library, URI, "SELECT v::int AS v FROM s", &["v"]).unwrap_err();
    assert!(!error.contains("Zachary") && error.contains("client"), "{error}");
    let error = table(library, URI, "SELECT v FROM nope", &["v"]).unwrap_err();
    assert!(error.contains("nope") && error.contains("42P01"), "{error}");
    let error = table(library, URI, "SELECT v FROM s", &["w"]).unwrap_err();
    assert!(error.contains("\"w\" is missing"), "{error}");
}

/// The variable that in-process readings name.
const URI: &str = "ROLLPROOF_TEST_URI";
