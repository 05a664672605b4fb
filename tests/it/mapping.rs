//! The mapping language, from TOML and tables to records: every row accounted for, every value exact.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rollproof::canonical::{Entity, Field, Records, Side, SourceFile, Typed};
use rollproof::diagnostic::Diagnostic;
use rollproof::error::Error;
use rollproof::extract::{RawColumn, Table};
use rollproof::mapping::{IssueKind, LeftOutBy, Mapped, Mapping, map};

const HEAD: &str = "schema = 1\nsystem = \"test\"\nend_date = \"inclusive\"\nschool_year = \"ends\"\n";

fn parse(text: &str) -> Result<Mapping, Vec<Diagnostic>> {
    parse_with(text, &[])
}

fn parse_with(text: &str, files: &[(&str, &str)]) -> Result<Mapping, Vec<Diagnostic>> {
    let files: BTreeMap<PathBuf, String> =
        files.iter().map(|(name, text)| (PathBuf::from("m").join(name), (*text).to_owned())).collect();
    let load = |path: &Path| files.get(path).map(|t| t.as_bytes().to_vec()).ok_or_else(|| "no such file".to_owned());
    Mapping::parse(Path::new("m/mapping.toml"), &format!("{HEAD}{text}"), &load, &BTreeMap::new())
}

fn ok(text: &str) -> Mapping {
    parse(text).unwrap_or_else(|d| panic!("{d:#?}"))
}

/// A table as a reader would hand it over; the first row is the header.
fn table(name: &str, rows: &[&[&str]]) -> Table {
    tables(name, &[rows])
}

/// One table of several files with the same header.
fn tables(name: &str, files: &[&[&[&str]]]) -> Table {
    let header = files[0][0];
    let mut table = Table { name: name.into(), ..Table::default() };
    table.columns = header.iter().map(|h| RawColumn { name: (*h).into(), ..RawColumn::default() }).collect();
    for (i, rows) in files.iter().enumerate() {
        let file =
            table.locations.add_file(SourceFile { name: format!("{name}{i}.csv"), blake3: String::new(), bytes: 0 });
        for (n, row) in rows.iter().enumerate().skip(1) {
            table.locations.push(file, n as u32 + 1, n as u32 + 1);
            for (column, text) in table.columns.iter_mut().zip(*row) {
                let code = (0..column.texts.len() as u32).find(|c| column.texts.get(*c) == *text);
                let code = code.unwrap_or_else(|| column.texts.push(text).unwrap());
                column.codes.push(code);
            }
        }
    }
    table.accounting.records = table.len() as u64;
    table.accounting.rows = table.len() as u64;
    table
}

fn run(mapping: &Mapping, tables: Vec<Table>) -> Mapped {
    map(mapping, tables, Side::Legacy).unwrap_or_else(|e| panic!("{e}"))
}

fn records(mapped: &Mapped, entity: Entity) -> &Records {
    mapped.dataset.get(entity).unwrap()
}

/// The canonical texts of a field, with `-` missing, `?` unmapped, `!` unreadable.
fn column(mapped: &Mapped, entity: Entity, field: Field) -> Vec<String> {
    let records = records(mapped, entity);
    (0..records.len() as u32)
        .map(|row| match records.typed(row, field) {
            Typed::Missing => "-".into(),
            Typed::Unmapped => "?".into(),
            Typed::Unreadable => "!".into(),
            _ => records.text(row, field).unwrap_or("").to_owned(),
        })
        .collect()
}

fn codes(result: Result<Mapping, Vec<Diagnostic>>) -> Vec<&'static str> {
    result.err().unwrap_or_default().iter().map(|d| d.code).collect()
}

const STUDENTS: &str = "[tables.students]\nfile = \"s.csv\"\n[[student]]\nfrom = \"students\"\n";

#[test]
fn a_column_is_renamed_and_each_row_keeps_its_place() {
    let mapping = ok(&format!("{STUDENTS}[student.fields]\nstudent_id = \"ID\"\nlast_name = \"LN\"\n"));
    let mapped = run(&mapping, vec![table("students", &[&["ID", "LN"], &["007", "Bond"], &["7", "Bond"]])]);
    assert_eq!(column(&mapped, Entity::Student, Field::StudentId), ["007", "7"]);
    assert_eq!(column(&mapped, Entity::Student, Field::LastName), ["Bond", "Bond"]);
    let place = records(&mapped, Entity::Student).location(1);
    assert_eq!((place.file, place.record), ("students0.csv", 3));
    assert!(mapped.accounting.iter().all(|a| a.balances() && a.mapped == 2));
}

#[test]
fn filters_leave_rows_out_with_a_count_each() {
    let mapping = ok(&format!(
        "{STUDENTS}where = [\n{{ column = \"TG\", in = [\"\", \" \"], reason = \"active only\" }},\n{{ column = \"SEC\", \
         not_starts_with = \"-\", reason = \"dropped\" }} ]\n[student.fields]\nstudent_id = \"ID\"\n"
    ));
    let rows: &[&[&str]] =
        &[&["ID", "TG", "SEC"], &["1", "", "5"], &["2", "I", "5"], &["3", " ", "-5"], &["4", "I", "-5"]];
    let mapped = run(&mapping, vec![table("students", rows)]);
    assert_eq!(column(&mapped, Entity::Student, Field::StudentId), ["1"]);
    let left: Vec<_> = mapped.accounting[0].left_out.iter().map(|l| (l.reason.as_str(), l.rows)).collect();
    assert_eq!(left, [("active only", 2), ("dropped", 1)]);
    assert!(mapped.accounting[0].balances());
}

#[test]
fn columns_are_joined_and_rows_without_a_partner_are_counted() {
    let text = "[tables.sec]\nfile = \"a\"\n[tables.courses]\nfile = \"b\"\n[[schedule]]\nfrom = \"sec\"\njoin = [{ table = \
                \"courses\", on = { CN = \"CN\" } }]\n[schedule.fields]\nstudent_id = \"ID\"\ncourse = \"CN\"\ntitle = { \
                coalesce = [\"TITLE\", \"courses.CO\"] }\n";
    let mapping = ok(text);
    let sec: &[&[&str]] =
        &[&["ID", "CN", "TITLE"], &["1", "M1", ""], &["2", "M2", "Mine"], &["3", "M9", ""], &["4", "", ""]];
    let courses: &[&[&str]] = &[&["CN", "CO"], &["M1", "Math"], &["M2", "Music"], &["", "Nothing"]];
    let mapped = run(&mapping, vec![table("sec", sec), table("courses", courses)]);
    assert_eq!(column(&mapped, Entity::Schedule, Field::Title), ["Math", "Mine", "-", "-"]);
    assert_eq!(mapped.accounting[0].unmatched, [("courses".to_owned(), 2)]);

    let rejecting = ok(&text.replace("on = { CN = \"CN\" }", "on = { CN = \"CN\" }, unmatched = \"reject\""));
    let mapped = run(&rejecting, vec![table("sec", sec), table("courses", courses)]);
    assert_eq!(mapped.accounting[0].rejected, 2);
    assert_eq!((mapped.rejects[0].record, mapped.rejects[0].kind), (4, "no-joined-row"));
    assert!(mapped.accounting[0].balances());
}

#[test]
fn a_join_by_a_key_that_is_not_unique_is_refused_unless_the_rows_say_the_same() {
    let mapping = ok(
        "[tables.a]\nfile = \"a\"\n[tables.b]\nfile = \"b\"\n[[schedule]]\nfrom = \"a\"\njoin = [{ table = \"b\", \
                      on = { K1 = \"K1\", K2 = \"K2\" } }]\n[schedule.fields]\nstudent_id = \"ID\"\ncourse = \"b.C\"\n",
    );
    let a: &[&[&str]] = &[&["ID", "K1", "K2"], &["1", "1", "11"], &["2", "11", "1"]];
    let b: &[&[&str]] = &[&["K1", "K2", "C"], &["1", "11", "X"], &["11", "1", "Y"], &["1", "11", "X"]];
    let mapped = run(&mapping, vec![table("a", a), table("b", b)]);
    assert_eq!(column(&mapped, Entity::Schedule, Field::Course), ["X", "Y"], "(1,11) is not (11,1)");
    let b: &[&[&str]] = &[&["K1", "K2", "C"], &["1", "11", "X"], &["1", "11", "Z"]];
    let refused = map(&mapping, vec![table("a", a), table("b", b)], Side::New);
    let Err(Error::Input { what, .. }) = refused else { panic!("two rows of one key joined") };
    assert!(what.contains("`b`") && what.contains("K1, K2") && what.contains("record "), "{what}");
}

#[test]
fn codes_go_through_the_crosswalk_and_what_it_does_not_cover_is_told() {
    let text = format!(
        "{STUDENTS}[student.fields]\nstudent_id = \"ID\"\ngrade_level = {{ column = \"GR\", crosswalk = \"grade\" \
         }}\n[crosswalks.grade]\nfile = \"grade.csv\"\nfrom = \"code\"\nto = \"canonical\"\n"
    );
    let mapping = parse_with(&text, &[("grade.csv", "code,canonical\n9,09\n10,10\nX,ignore\n12,12\n")]).unwrap();
    let rows: &[&[&str]] =
        &[&["ID", "GR"], &["1", "9"], &["2", "9"], &["3", "1O"], &["3", "1O"], &["4", "X"], &["5", ""]];
    let mapped = run(&mapping, vec![table("students", rows)]);
    assert_eq!(column(&mapped, Entity::Student, Field::GradeLevel), ["09", "09", "?", "?", "-"]);
    let issue = &mapped.issues[0];
    assert_eq!((issue.kind, issue.raw.as_str(), issue.rows, issue.students), (IssueKind::Unmapped, "1O", 2, 1));
    assert_eq!((issue.first.1, issue.near.as_deref()), (4, Some("10")));
    assert_eq!(mapped.accounting[0].left_out[0].by, LeftOutBy::Ignore);
    assert_eq!(mapped.crosswalks[0].rows, [2, 0, 1, 0]);
    assert_eq!(mapped.crosswalks[0].unused(), [1, 3]);
    assert!(mapped.accounting[0].balances());
}

#[test]
fn a_default_is_used_only_where_declared_and_is_counted() {
    let text = |more: &str| {
        format!(
            "{STUDENTS}[student.fields]\nstudent_id = \"ID\"\nstatus = {{ column = \"S\", crosswalk = \"s\" \
             }}\n[crosswalks.s]\n{more}\n"
        )
    };
    let rows: &[&[&str]] = &[&["ID", "S"], &["1", "A"], &["2", "Q"]];
    let mapped = run(&ok(&text("map = { A = \"active\" }\ndefault = \"other\"")), vec![table("students", rows)]);
    assert_eq!(column(&mapped, Entity::Student, Field::Status), ["active", "other"]);
    assert_eq!((mapped.issues[0].kind, mapped.crosswalks[0].defaulted), (IssueKind::Defaulted, 1));
    let mapped = run(&ok(&text("optional = true")), vec![table("students", rows)]);
    assert_eq!(column(&mapped, Entity::Student, Field::Status), ["A", "Q"]);
    assert_eq!(mapped.crosswalks[0].passed, 2);
    assert!(mapped.issues.is_empty());
    let mapped = run(
        &ok(&text("map = { A = \"active\", \"\" = \"gone\" }")),
        vec![table("students", &[&["ID", "S"], &["1", ""]])],
    );
    assert_eq!(column(&mapped, Entity::Student, Field::Status), ["gone"]);
}

#[test]
fn wide_marks_become_rows() {
    let mapping = ok(
        "[tables.grd]\nfile = \"g\"\nunpivot = { columns = [[\"M1\", \"C1\"], [\"M2\", \"C2\"]], names = [\"S1\", \
                      \"S2\"], name = \"TERM\", values = [\"MARK\", \"CR\"], skip_empty = true }\n[[transcript]]\nfrom = \
                      \"grd\"\n[transcript.fields]\nstudent_id = \"ID\"\nschool_year = { constant = \"2026\" }\nterm = \
                      \"TERM\"\ncourse = \"CN\"\nmark = \"MARK\"\ncredit_earned = \"CR\"\n",
    );
    let rows: &[&[&str]] =
        &[&["ID", "CN", "M1", "C1", "M2", "C2"], &["1", "A", "B+", "5.0", "", ""], &["2", "A", "C", "", "D", "2.50"]];
    let mapped = run(&mapping, vec![table("grd", rows)]);
    assert_eq!(column(&mapped, Entity::Transcript, Field::StudentId), ["1", "2", "2"]);
    assert_eq!(column(&mapped, Entity::Transcript, Field::Term), ["S1", "S1", "S2"]);
    assert_eq!(column(&mapped, Entity::Transcript, Field::Mark), ["B+", "C", "D"]);
    assert_eq!(column(&mapped, Entity::Transcript, Field::CreditEarned), ["5", "-", "2.5"]);
    let account = &mapped.accounting[0];
    assert_eq!((account.table_rows, account.rows_in, account.mapped), (2, 4, 3));
    assert_eq!(records(&mapped, Entity::Transcript).location(2).record, 3);
}

#[test]
fn concatenation_and_expressions_are_computed_once_for_each_distinct_tuple() {
    let mapping = ok(
        "[tables.s]\nfile = \"s\"\n[[schedule]]\nfrom = \"s\"\n[schedule.fields]\nstudent_id = \"ID\"\ncourse = \
                      \"CN\"\nsection = { concat = [\"CN\", \"-\", \"SE\", \"'/x'\"] }\nperiod = { cel = \"SE == '' ? 'none' : \
                      (p.startsWith('P') ? p.substring(1) : p)\", with = { p = \"The Period\" } }\n",
    );
    let rows: &[&[&str]] =
        &[&["ID", "CN", "SE", "The Period"], &["1", "A", "1", "P4"], &["2", "A", "", "P4"], &["3", "A", "1", "P4"]];
    let mapped = run(&mapping, vec![table("s", rows)]);
    assert_eq!(column(&mapped, Entity::Schedule, Field::Section), ["A-1/x", "A-/x", "A-1/x"]);
    assert_eq!(column(&mapped, Entity::Schedule, Field::Period), ["4", "none", "4"]);
    let records = records(&mapped, Entity::Schedule);
    assert_eq!(records.raw(0, Field::Section), Some("A | 1"));
    assert_eq!(records.column(Field::Section).unwrap().values.len(), 2);
}

#[test]
fn several_blocks_of_one_entity_are_added_up() {
    let mapping = ok(
        "[tables.s]\nfile = \"s\"\n[[gpa]]\nfrom = \"s\"\nfields = { student_id = \"ID\", gpa_kind = { constant = \
                      \"weighted\" }, value = \"GP\" }\n[[gpa]]\nfrom = \"s\"\nwhere = { column = \"GPN\", not_empty = true \
                      }\nfields = { student_id = \"ID\", gpa_kind = { constant = \"unweighted\" }, value = \"GPN\", rank = \
                      \"R\" }\n",
    );
    let rows: &[&[&str]] = &[&["ID", "GP", "GPN", "R"], &["1", "3.50", "3.1", "4"], &["2", "2.0", "", "7"]];
    let mapped = run(&mapping, vec![table("s", rows)]);
    assert_eq!(column(&mapped, Entity::Gpa, Field::StudentId), ["1", "2", "1"]);
    assert_eq!(column(&mapped, Entity::Gpa, Field::Value), ["3.5", "2", "3.1"]);
    assert_eq!(column(&mapped, Entity::Gpa, Field::Rank), ["-", "-", "4"]);
    assert_eq!(records(&mapped, Entity::Gpa).column(Field::StudentId).unwrap().values.len(), 2);
    assert_eq!(mapped.accounting.iter().map(|a| a.mapped).sum::<u64>(), 3);
}

#[test]
fn repeated_records_are_one_where_the_mapping_says_distinct() {
    let mapping =
        ok(&format!("{STUDENTS}distinct = true\n[student.fields]\nstudent_id = \"ID\"\nlast_name = \"LN\"\n"));
    let rows: &[&[&str]] = &[&["ID", "LN"], &["1", "A"], &["1", "A"], &["1", "B"], &["01", "A"]];
    let mapped = run(&mapping, vec![table("students", rows)]);
    assert_eq!(column(&mapped, Entity::Student, Field::StudentId), ["1", "1", "01"]);
    assert_eq!(mapped.accounting[0].left_out[0].rows, 1);
}

#[test]
fn a_blank_student_id_keeps_the_row_and_is_counted() {
    let mapping = ok(&format!("{STUDENTS}[student.fields]\nstudent_id = \"ID\"\n"));
    let mapped = run(&mapping, vec![table("students", &[&["ID"], &[""], &["1"]])]);
    assert_eq!(mapped.accounting[0].mapped, 2);
    assert_eq!(mapped.accounting[0].blank_keys, [(Field::StudentId, 1)]);
}

#[test]
fn a_bundle_of_changes_is_refused() {
    let mapping = ok(
        "delta = \"manifest.value=delta\"\n[tables.manifest]\nfile = \"m\"\n[tables.u]\nfile = \"u\"\n[[student]]\nfrom \
                      = \"u\"\nfields = { student_id = \"ID\" }\n",
    );
    let tables = vec![table("manifest", &[&["value"], &["delta"]]), table("u", &[&["ID"], &["1"]])];
    assert!(matches!(map(&mapping, tables, Side::New), Err(Error::Input { .. })));
}

#[test]
fn every_mistake_of_a_mapping_and_its_code_tables_is_told_at_once() {
    let text = "dates = [\"%m/%Y\"]\n[tables.students]\nfle = \"s.csv\"\nheader = false\ncolumns = [\"ID\", \"LN\", \"ID\"]\n[[student]]\nfrom = \
                \"student\"\n[student.fields]\nstudent_id = \"ID\"\nlast_nam = \"LN\"\n[[schedule]]\nfrom = \
                \"students\"\n[schedule.fields]\nstudent_id = \"IDD\"\nterm = { column = \"LN\", crosswalk = \"term\" \
                }\nperiod = { column = \"LN\", capture = \"[0-9]+\", crosswalk = \"perod\" }\n[crosswalks.term]\nfile = \
                \"t.csv\"\n[crosswalks.period]\noptional = true\n";
    let found = parse_with(text, &[("t.csv", "from,to\n1,S1\n1,S2\n2,\n,S1\n3,S9\n4,S1\n5,S2,\n")]).unwrap_err();
    let codes: Vec<_> = found.iter().map(|d| d.code).collect();
    let expected = [
        "date-format",
        "missing-key",
        "unknown-key",
        "column-twice",
        "unknown-table",
        "unknown-field",
        "unmapped-required",
        "unknown-column",
        "capture",
        "unknown-crosswalk",
        "crosswalk-contradiction",
        "crosswalk-no-target",
        "crosswalk-blank",
        "crosswalk-target",
        "crosswalk-not-injective",
        "crosswalk-ragged",
    ];
    for code in expected {
        assert!(codes.contains(&code), "{code} is missing in {codes:?}");
    }
    let fix = |code: &str| found.iter().find(|d| d.code == code).and_then(|d| d.fix.clone()).unwrap_or_default();
    assert_eq!(fix("unknown-field"), "did you mean `last_name`?");
    assert_eq!(fix("unknown-table"), "did you mean `students`?");
    assert_eq!(fix("unknown-crosswalk"), "did you mean `period`?");
    assert_eq!(fix("unknown-column"), "did you mean `ID`?");
}

#[test]
fn conventions_are_required() {
    let text = "schema = 1\nsystem = \"t\"\n[tables.s]\nfile = \"s\"\n[[student]]\nfrom = \"s\"\nfields = { student_id = \"I\" }\n";
    let load = |_: &Path| Err("none".to_owned());
    let found = Mapping::parse(Path::new("m.toml"), text, &load, &BTreeMap::new());
    assert_eq!(codes(found), ["missing-key", "missing-key"]);
}

#[test]
fn layouts_ask_for_the_columns_that_something_uses() {
    let mapping = ok(
        "[tables.s]\nfile = [\"a*.csv\", \"b.zip!c.csv\"]\ndelimiter = \"^\"\nquote = \"none\"\nencoding = \
                      \"windows-1252\"\naliases = { ID = [\"Student ID\"] }\noptional_columns = [\"X\"]\n[[student]]\nfrom = \
                      \"s\"\nwhere = { column = \"TG\", empty = true }\nfields = { student_id = \"ID\", track = \"X\" }\n",
    );
    let layouts = mapping.layouts();
    let columns: Vec<_> = layouts[0].columns.iter().map(|c| (c.name.as_str(), c.optional)).collect();
    assert_eq!(columns, [("TG", false), ("ID", false), ("X", true)]);
    assert_eq!(layouts[0].columns[1].aliases, ["Student ID"]);
}

#[test]
fn an_optional_column_that_no_file_has_is_a_field_not_compared() {
    let mapping = ok(&format!("{STUDENTS}[student.fields]\nstudent_id = \"ID\"\ntrack = \"X\"\n")
        .replace("file = \"s.csv\"", "file = \"s.csv\"\noptional_columns = [\"X\", \"ID\"]"));
    let mut students = table("students", &[&["ID", "X"], &["1", ""]]);
    students.absent = vec!["X".into()];
    let mapped = run(&mapping, vec![students.clone()]);
    assert!(!records(&mapped, Entity::Student).has(Field::Track));
    assert_eq!(mapped.absent, [(Entity::Student, Field::Track, "X".to_owned())]);
    students.absent = vec!["ID".into()];
    let mapped = run(&mapping, vec![students]);
    assert!(mapped.notices.iter().any(|n| n.kind == "required-column-absent" && n.undecidable));
}

fn cells() -> impl Strategy<Value = Vec<[String; 3]>> {
    let id = prop_oneof![Just(""), Just("1"), Just("01"), Just("1.2E+17"), Just("12345678901234567")];
    let mark = prop_oneof![Just("A"), Just("a"), Just(""), Just(" "), Just("NA"), Just("Z")];
    let credit = prop_oneof![Just("2.50"), Just("2.5"), Just("0.1"), Just("0.10000000000000001"), Just("x"), Just("")];
    let row = (id, mark, credit).prop_map(|(a, b, c)| [a.to_owned(), b.to_owned(), c.to_owned()]);
    proptest::collection::vec(row, 1..40)
}

const PROPERTY: &str = "[tables.t]\nfile = \"t\"\n[[transcript]]\nfrom = \"t\"\nwhere = { column = \"MK\", not_in = [\"NA\"] \
                        }\n[transcript.fields]\nstudent_id = \"ID\"\nschool_year = { constant = \"2026\" }\nterm = { constant = \
                        \"S1\" }\ncourse = { concat = [\"ID\", \"-\", \"MK\"] }\nmark = { column = \"MK\", crosswalk = \"m\" \
                        }\ncredit_earned = \"CR\"\n[crosswalks.m]\nmap = { A = \"A\", a = \"A\", Z = \"ignore\" }\n";

fn property_table(files: &[&[[String; 3]]]) -> Table {
    let header: &[&str] = &["ID", "MK", "CR"];
    let rows: Vec<Vec<Vec<&str>>> = files
        .iter()
        .map(|rows| {
            let body = rows.iter().map(|r| r.iter().map(String::as_str).collect());
            std::iter::once(header.to_vec()).chain(body).collect()
        })
        .collect();
    let rows: Vec<Vec<&[&str]>> = rows.iter().map(|f| f.iter().map(Vec::as_slice).collect()).collect();
    let rows: Vec<&[&[&str]]> = rows.iter().map(Vec::as_slice).collect();
    tables("t", &rows)
}

/// Every record as text, whatever its place.
fn rows_of(mapped: &Mapped) -> Vec<Vec<String>> {
    let fields = [Field::StudentId, Field::Course, Field::Mark, Field::CreditEarned];
    let columns: Vec<Vec<String>> = fields.iter().map(|f| column(mapped, Entity::Transcript, *f)).collect();
    (0..columns[0].len()).map(|row| columns.iter().map(|c| c[row].clone()).collect()).collect()
}

proptest! {
    #[test]
    fn order_of_rows_and_split_into_files_change_nothing(rows in cells(), cut in 0usize..40, seed in any::<u64>()) {
        let mapping = ok(PROPERTY);
        let whole = run(&mapping, vec![property_table(&[&rows])]);
        let mut other = rows.clone();
        let length = other.len();
        other.sort_by_key(|row| (seed.wrapping_mul(row[0].len() as u64 + 3) % 7, row.clone()));
        other.rotate_left(cut % length);
        let (left, right) = other.split_at(cut.min(length));
        let split = run(&mapping, vec![property_table(&[left, right])]);
        let (mut a, mut b) = (rows_of(&whole), rows_of(&split));
        a.sort();
        b.sort();
        prop_assert_eq!(a, b);
        let issues = |m: &Mapped| m.issues.iter().map(|i| (i.field, i.kind, i.raw.clone(), i.rows, i.students)).collect::<Vec<_>>();
        prop_assert_eq!(issues(&whole), issues(&split));
        prop_assert_eq!(&whole.accounting, &split.accounting);
        prop_assert!(whole.accounting.iter().all(rollproof::mapping::EntityAccounting::balances));
    }

    #[test]
    fn mapping_each_distinct_value_once_is_mapping_each_row(rows in cells()) {
        let mapping = ok(PROPERTY);
        let together = rows_of(&run(&mapping, vec![property_table(&[&rows])]));
        let alone: Vec<_> =
            rows.iter().flat_map(|row| rows_of(&run(&mapping, vec![property_table(&[std::slice::from_ref(row)])]))).collect();
        prop_assert_eq!(together, alone);
    }
}
