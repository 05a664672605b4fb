//! Every trap that delimited text sets for a reader, each a test (this file is `#[cfg(test)]` in its parent).

use proptest::prelude::*;

use crate::extract::{
    Delimited, Encoding, FixedWidth, Format, FoundFile, Header, Layout, Reject, Silent, Table, WantedColumn, read_files,
};

fn plain() -> Delimited {
    Delimited {
        delimiter: b',',
        quote: Some(b'"'),
        header: Header::Row(1),
        repeated_header: false,
        footer_rows: 0,
        comment: None,
        trailing_delimiter: false,
        blank_lines: false,
    }
}

fn layout(delimited: Delimited, wanted: &[&str]) -> Layout {
    let column = |name: &&str| WantedColumn { name: (*name).into(), aliases: Vec::new(), optional: false };
    Layout {
        table: "students".into(),
        files: vec!["*.csv".into()],
        format: Format::Delimited(delimited),
        encoding: Encoding::Auto,
        columns: wanted.iter().map(column).collect(),
        optional: false,
    }
}

/// Reads contents as files of one table, cut into chunks of a size.
fn try_read(contents: &[&[u8]], layout: &Layout, chunk: usize) -> Result<Table, crate::error::Error> {
    let folder = tempfile::tempdir().unwrap();
    let file = |(index, bytes): (usize, &&[u8])| {
        let name = format!("f{index}.csv");
        let path = folder.path().join(&name);
        std::fs::write(&path, bytes).unwrap();
        FoundFile { path, name, member: None }
    };
    let files: Vec<FoundFile> = contents.iter().enumerate().map(file).collect();
    read_files(&files, layout, chunk, &Silent)
}

fn read(text: &[u8], layout: &Layout) -> Table {
    try_read(&[text], layout, super::CHUNK).unwrap()
}

fn rows(table: &Table) -> Vec<Vec<String>> {
    (0..table.len()).map(|row| table.columns.iter().map(|c| c.text(row).to_owned()).collect()).collect()
}

fn kinds(table: &Table) -> Vec<&'static str> {
    table.rejects.iter().map(|r| r.kind).collect()
}

fn notices(table: &Table) -> Vec<(&'static str, bool)> {
    table.notices.iter().map(|n| (n.kind, n.undecidable)).collect()
}

/// The only reject of a text under a header, and the ids of the rows that stay.
fn only_reject(text: &[u8], wanted: &[&str]) -> (Reject, Vec<String>) {
    let table = read(text, &layout(plain(), wanted));
    assert_eq!(table.rejects.len(), 1, "{:?}", table.rejects);
    assert_eq!(table.accounting.records, table.accounting.rows + 1);
    (table.rejects[0].clone(), rows(&table).into_iter().map(|r| r[0].clone()).collect())
}

#[test]
fn ids_zeros_blanks_na_and_quoted_newlines_stay_the_text_they_are() {
    let text = b"id,name\n00123,NA\n12345678901234567,\"a\r\nb\"\n, \n007,\"say \"\"hi\"\"\"\n1e5,\"\"\n";
    let table = read(text, &layout(plain(), &["name", "id"]));
    let expected = [["NA", "00123"], ["a\r\nb", "12345678901234567"], [" ", ""], ["say \"hi\"", "007"], ["", "1e5"]];
    assert_eq!(rows(&table), expected);
    assert_eq!(table.locations.get(2).line, 5);
    assert_eq!(table.locations.get(2).record, 4);
    assert_eq!((table.accounting.headers, table.accounting.records), (1, 5));
}

#[test]
fn a_byte_order_mark_and_crlf_are_no_part_of_the_data() {
    let table = read(b"\xEF\xBB\xBFid,name\r\n1,Ann\r\n", &layout(plain(), &["id", "name"]));
    assert_eq!(rows(&table), [["1", "Ann"]]);
    assert_eq!(notices(&table), [("bom", false)]);
}

#[test]
fn carriage_returns_alone_may_end_the_lines() {
    let table = read(b"id,name\r1,Ann\r2,Bob\r", &layout(plain(), &["id", "name"]));
    assert_eq!(rows(&table), [["1", "Ann"], ["2", "Bob"]]);
    assert_eq!(table.locations.get(1).line, 3);
}

#[test]
fn a_lone_carriage_return_inside_a_field_is_a_reject() {
    let (reject, ids) = only_reject(b"id,name\n1,An\rn\n2,Bob\n", &["id"]);
    assert_eq!((reject.kind, reject.line, reject.raw.as_str()), ("lone-cr", 2, "1,An\rn"));
    assert_eq!(reject.column, Some((2, "name".into())));
    assert_eq!(ids, ["2"]);
}

#[test]
fn an_open_quote_is_one_reject_that_says_what_was_not_read() {
    let table = read(b"id,name\n1,Ann\n2,\"Bob\n3,Cyd\n4,Dee\n", &layout(plain(), &["id"]));
    assert_eq!(rows(&table), [["1"]]);
    let reject = &table.rejects[0];
    assert_eq!((reject.kind, reject.record, reject.line, reject.byte), ("open-quote", 3, 3, 14));
    assert!(reject.reason.contains("field 2") && reject.reason.contains("not read"), "{}", reject.reason);
    assert_eq!(reject.raw, "2,\"Bob\n3,Cyd\n4,Dee\n");
    assert!(notices(&table).contains(&("open-quote", true)));
}

#[test]
fn an_empty_fifth_field_under_four_headers_is_a_reject() {
    let (reject, ids) = only_reject(b"id,school,name,area\n2,,Bob,South,\n3,a,Cyd,N\n", &["id"]);
    assert_eq!((reject.kind, reject.raw.as_str()), ("ragged-row", "2,,Bob,South,"));
    assert!(reject.reason.contains("expected 4 fields, found 5"), "{}", reject.reason);
    assert_eq!(ids, ["3"]);
}

#[test]
fn too_few_fields_are_a_reject_that_names_the_first_missing_column() {
    let (reject, _) = only_reject(b"id,name,grade\n1,Ann\n", &["id"]);
    assert_eq!((reject.kind, reject.column), ("ragged-row", Some((3, "grade".into()))));
}

#[test]
fn a_missing_comma_before_a_quoted_field_with_a_comma_is_a_reject() {
    let (reject, ids) = only_reject(b"id,name,area\n1,Ann\"Hill, A\"\n2,Bob,S\n", &["id"]);
    assert_eq!((reject.kind, reject.byte, reject.column), ("quote-in-unquoted", 13, Some((2, "name".into()))));
    assert_eq!(ids, ["2"]);
}

#[test]
fn text_after_a_closing_quote_is_a_reject() {
    let (reject, ids) = only_reject(b"id,name\n1,\"Bob\" Jr\n2,Cyd\n", &["id"]);
    assert_eq!((reject.kind, reject.raw.as_str()), ("text-after-quote", "1,\"Bob\" Jr"));
    assert_eq!(ids, ["2"]);
}

#[test]
fn a_blank_line_is_a_reject_unless_declared() {
    let text = b"id,name\n1,Ann\n\n2,Bob\n";
    let (reject, ids) = only_reject(text, &["id"]);
    assert_eq!((reject.kind, reject.line, ids.len()), ("blank-line", 3, 2));
    let table = read(text, &layout(Delimited { blank_lines: true, ..plain() }, &["id"]));
    assert_eq!((table.rejects.len(), table.accounting.declared_out, table.accounting.records), (0, 1, 2));
}

#[test]
fn a_nul_is_a_reject() {
    let (reject, ids) = only_reject(b"id,name\n1,A\0n\n2,Bob\n", &["id"]);
    assert_eq!((reject.kind, reject.column), ("nul", Some((2, "name".into()))));
    assert_eq!(ids, ["2"]);
}

#[test]
fn broken_utf8_rejects_its_records_only_and_loses_no_byte() {
    let layout = Layout { encoding: Encoding::Named("utf-8".into()), ..layout(plain(), &["id"]) };
    let table = read(b"id,name\n1,Jos\xe9\n2,Jos\xed\n3,Jos\xc3\xa9\n", &layout);
    assert_eq!(kinds(&table), ["undecodable", "undecodable"]);
    assert_eq!(table.rejects[0].raw, "1,Jos\\xe9");
    assert_eq!(table.rejects[1].raw, "2,Jos\\xed");
    assert_eq!(table.rejects[0].column, Some((2, "name".into())));
    assert!(table.rejects[0].reason.contains("5 bytes after"), "{}", table.rejects[0].reason);
    assert_eq!(rows(&table), [["3"]]);
}

#[test]
fn a_guessed_encoding_is_told_and_two_letters_stay_two() {
    let table = read(b"id,name\n1,Jos\xe9\n2,Jos\xed\n", &layout(plain(), &["name"]));
    assert_eq!(rows(&table), [["José"], ["Josí"]]);
    assert_eq!(notices(&table), [("encoding-guessed", true)]);
    let table = read(b"id,name\n1,Jos\xe9\n2,\x81\n", &layout(plain(), &["name"]));
    assert_eq!(
        (kinds(&table), table.rejects[0].raw.as_str(), table.rejects[0].byte),
        (vec!["undecodable"], "2,\\x81", 15)
    );
}

#[test]
fn one_latin_file_among_utf8_files_is_read_as_such() {
    let table =
        try_read(&[b"n\nJos\xc3\xa9\n", b"n\nJos\xe9\n", b"n\nJos\xc3\xad\n"], &layout(plain(), &["n"]), 4).unwrap();
    assert_eq!(rows(&table), [["José"], ["José"], ["Josí"]]);
    assert_eq!(table.columns[0].texts.len(), 2);
    assert_eq!(
        table.notices.iter().map(|n| (n.file.as_str(), n.kind)).collect::<Vec<_>>(),
        [("f1.csv", "encoding-guessed")]
    );
}

#[test]
fn utf_16_is_read_by_its_mark_or_by_declaration() {
    let text = "id,name\r\n1,Zoë\r\n2,\"a\nb\"\r\n,x,\r\n";
    let le: Vec<u8> = [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for chunk in [1, 7, 1 << 20] {
        let table = try_read(&[&le], &layout(plain(), &["name"]), chunk).unwrap();
        assert_eq!(rows(&table), [["Zoë"], ["a\nb"]]);
        assert_eq!((table.rejects[0].line, table.rejects[0].byte), (5, 2 + 2 * 25));
    }
    let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert!(try_read(&[&be], &layout(plain(), &["name"]), 64).is_err());
    let declared = Layout { encoding: Encoding::Named("utf-16be".into()), ..layout(plain(), &["name"]) };
    assert_eq!(rows(&read(&be, &declared)), [["Zoë"], ["a\nb"]]);
}

#[test]
fn a_repeated_header_is_a_reject_unless_declared() {
    let text = b"id,name\n1,Ann\nid,name\n2,Bob\n\"id\",name\n";
    let table = read(text, &layout(plain(), &["id"]));
    assert_eq!(kinds(&table), ["repeated-header", "repeated-header"]);
    let table = read(text, &layout(Delimited { repeated_header: true, ..plain() }, &["id"]));
    assert_eq!((table.accounting.headers, table.accounting.rows, table.rejects.len()), (3, 2, 0));
}

#[test]
fn declared_columns_headers_below_the_top_footers_comments_and_trailing_delimiters() {
    let declared = Delimited { header: Header::Declared(vec!["id".into(), "name".into()]), ..plain() };
    assert_eq!(rows(&read(b"1,Ann\n2,Bob\n", &layout(declared, &["name"]))), [["Ann"], ["Bob"]]);

    let odd = Delimited {
        delimiter: b'|',
        header: Header::Row(2),
        footer_rows: 2,
        comment: Some(b'#'),
        trailing_delimiter: true,
        ..plain()
    };
    let text = b"# by \"x\nReport of today\nid|name|\n1|Ann|\n# 2|\n2|Bob|\n\n(2 rows selected)\n";
    for chunk in 1..text.len() {
        let table = try_read(&[text], &layout(odd.clone(), &["name"]), chunk).unwrap();
        assert_eq!(rows(&table), [["Ann"], ["Bob"]], "{chunk}");
        assert_eq!((table.accounting.records, table.accounting.declared_out, table.accounting.headers), (2, 5, 1));
        assert_eq!((table.locations.get(1).record, table.locations.get(1).line), (6, 6));
        assert_eq!(table.columns[0].texts.len(), 2);
    }
}

#[test]
fn a_footer_never_hides_an_open_quote_or_a_record() {
    let layout = layout(Delimited { footer_rows: 1, ..plain() }, &["id"]);
    let table = read(b"id,name\n1,Ann\n2,\"Bob\n3,Cyd\n(3 rows)\n", &layout);
    assert_eq!((kinds(&table), rows(&table)), (vec!["open-quote"], vec![vec!["1".to_owned()]]));
    assert!(notices(&table).contains(&("open-quote", true)));
    let table = read(b"id,name\n1,Ann\n2,Bob\n", &layout);
    assert_eq!((rows(&table), notices(&table)), (vec![vec!["1".to_owned()]], vec![("footer-is-data", true)]));
}

#[test]
fn without_quoting_a_quote_is_a_character() {
    let none = Delimited { quote: None, delimiter: b'\t', ..plain() };
    assert_eq!(rows(&read(b"id\tname\n1\t5'10\"\n2\t\"x\n", &layout(none, &["name"]))), [["5'10\""], ["\"x"]]);
}

#[test]
fn empty_and_header_only_files_are_said_so_and_decide_nothing() {
    assert_eq!(notices(&read(b"", &layout(plain(), &["id"]))), [("empty-file", true)]);
    assert_eq!(notices(&read(b"\xEF\xBB\xBF", &layout(plain(), &["id"]))), [("bom", false), ("empty-file", true)]);
    assert_eq!(notices(&read(b"id,name\n", &layout(plain(), &["id"]))), [("header-only", true)]);
    let cut = read(b"id\n1\n2", &layout(plain(), &["id"]));
    assert_eq!((notices(&cut), cut.len()), (vec![("no-final-newline", false)], 2));
}

#[test]
fn missing_and_doubled_headers_are_errors_and_differing_ones_are_told() {
    let error = try_read(&[b"id,nmae\n1,a\n"], &layout(plain(), &["name"]), 64).unwrap_err().to_string();
    assert!(error.contains("\"name\" is missing") && error.contains("\"nmae\""), "{error}");
    assert!(try_read(&[b"id,id\n1,2\n"], &layout(plain(), &["id"]), 64).is_err());
    let table = try_read(&[b"id,name\n1,a\n", b"name,id,x\nb,2,y\n"], &layout(plain(), &["id", "name"]), 64).unwrap();
    assert_eq!(rows(&table), [["1", "a"], ["2", "b"]]);
    assert_eq!((notices(&table), table.unused), (vec![("headers-differ", false)], vec!["x".to_owned()]));
}

#[test]
fn an_optional_column_that_no_file_has_is_empty_and_said_to_be_absent() {
    let mut layout = layout(plain(), &["id", "x", "y"]);
    layout.columns[1].optional = true;
    layout.columns[2].optional = true;
    let table = try_read(&[b"id\n1\n", b"id,y\n2,b\n"], &layout, 64).unwrap();
    assert_eq!(rows(&table), [["1", "", ""], ["2", "", "b"]]);
    assert_eq!(table.absent, ["x"]);
}

#[test]
fn fixed_positions_are_cut_by_character_and_lengths_are_held() {
    let columns = vec![("id".to_owned(), 1, 4), ("name".to_owned(), 5, 9), ("credit".to_owned(), 10, 12)];
    let fixed = FixedWidth { columns, length: Some(12), header_rows: 1 };
    let text = "REPORT\n0001Zo\u{eb}  100\n0002Bob  050 \n 003     NC \r\n0004Dee  0\rx\n".as_bytes();
    let mut layout = layout(plain(), &["credit", "id", "name"]);
    layout.format = Format::FixedWidth(fixed.clone());
    for chunk in [1, 5, 1 << 20] {
        let table = try_read(&[text], &layout, chunk).unwrap();
        assert_eq!(rows(&table), [["100", "0001", "Zo\u{eb}"], ["NC", "003", ""]]);
        assert_eq!((kinds(&table), table.rejects[0].line), (vec!["line-length", "lone-cr"], 3));
        assert_eq!((table.accounting.declared_out, table.accounting.records), (1, 4));
    }
    layout.format = Format::FixedWidth(FixedWidth { length: None, header_rows: 0, ..fixed });
    let table = read(b"0001\n0002Bob\n", &layout);
    assert_eq!(rows(&table), [["", "0001", ""], ["", "0002", "Bob"]]);
    let latin = read(b"0001Jos\xe9 100\n", &layout);
    assert_eq!(
        (rows(&latin), notices(&latin)),
        (vec![vec!["100".into(), "0001".into(), "Jos\u{e9}".into()]], vec![("encoding-guessed", true)])
    );
}

#[test]
fn shifted_fields_do_not_become_equal() {
    let table = read(b"id,a,b\nx,1,13.5\nx,11,3.5\n", &layout(plain(), &["a", "b"]));
    assert_eq!(rows(&table), [["1", "13.5"], ["11", "3.5"]]);
}

#[test]
fn fields_records_and_column_counts_have_limits() {
    let long = format!("id,name\n1,{}\n2,b\n", "x".repeat((1 << 20) + 1));
    let (reject, ids) = only_reject(long.as_bytes(), &["id"]);
    assert_eq!((reject.kind, ids), ("field-too-long", vec!["2".to_owned()]));
    let wide = format!("id\n1\n{}\n2\n", ",".repeat(5_000));
    assert_eq!(only_reject(wide.as_bytes(), &["id"]).0.kind, "too-many-columns");
    let endless = format!("id,name\n1,\"{}\n", "x\n".repeat(9 << 20));
    let table = try_read(&[endless.as_bytes(), b"id,name\n9,z\n"], &layout(plain(), &["id"]), 1 << 20).unwrap();
    assert_eq!((kinds(&table), rows(&table)), (vec!["open-quote"], vec![vec!["9".to_owned()]]));
    assert!(notices(&table).contains(&("open-quote", true)));
}

#[test]
fn a_thousand_columns_are_read() {
    let header: Vec<String> = (0..1_000).map(|i| format!("c{i}")).collect();
    let text = format!("{}\n{}\n", header.join(","), vec!["v"; 1_000].join(","));
    assert_eq!(rows(&read(text.as_bytes(), &layout(plain(), &["c999", "c0"]))), [["v", "v"]]);
}

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

fn everything(table: &Table) -> impl PartialEq + std::fmt::Debug {
    let texts: Vec<Vec<String>> = table.columns.iter().map(|c| c.texts.iter().map(str::to_owned).collect()).collect();
    let places: Vec<(String, u32, u32)> = (0..table.len() as u32)
        .map(|row| table.locations.get(row))
        .map(|place| (place.file.to_owned(), place.record, place.line))
        .collect();
    (rows(table), texts, places, table.accounting.clone(), table.rejects.clone(), table.notices.clone())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn garbage_is_accounted_for_and_read_alike_by_any_chunks_and_threads(
        body in "[ab\"\"\"\",,\n\n\r#é\u{0}]{0,120}",
        broken in proptest::option::of(0usize..100),
        declared in any::<(bool, bool, bool)>(),
        footer in 0u32..3,
        chunk in 1usize..40,
        threads in 1usize..4,
    ) {
        let mut bytes = format!("a,b\n{body}").into_bytes();
        if let Some(at) = broken.filter(|at| *at + 4 < bytes.len()) {
            bytes.insert(at + 4, 0xE9);
        }
        let (blank_lines, repeated_header, comment) = declared;
        let delimited = Delimited {
            blank_lines, repeated_header, footer_rows: footer, comment: comment.then_some(b'#'), ..plain()
        };
        let mut layout = layout(delimited, &["b", "a"]);
        for encoding in [Encoding::Auto, Encoding::Named("utf-8".into()), Encoding::Named("windows-1252".into())] {
            layout.encoding = encoding;
            let whole = try_read(&[&bytes], &layout, 1 << 20).unwrap();
            let a = &whole.accounting;
            prop_assert_eq!(a.records, a.rows + a.rejected);
            prop_assert_eq!(a.rejected as usize, whole.rejects.len());
            let pieces = pool(threads).install(|| try_read(&[&bytes], &layout, chunk)).unwrap();
            prop_assert_eq!(format!("{:?}", everything(&whole)), format!("{:?}", everything(&pieces)));
        }
    }

    #[test]
    fn what_a_correct_writer_writes_comes_back_exactly(
        cells in proptest::collection::vec(("[a\"\n\r,é ]{0,6}", "[0-9\"]{0,4}"), 1..30),
        crlf in any::<bool>(),
        chunk in 1usize..60,
    ) {
        let end = if crlf { "\r\n" } else { "\n" };
        let quote = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let mut text = format!("x,y{end}");
        for (x, y) in &cells {
            text.push_str(&format!("{},{}{end}", quote(x), quote(y)));
        }
        let table = try_read(&[text.as_bytes()], &layout(plain(), &["x", "y"]), chunk).unwrap();
        let expected: Vec<Vec<String>> = cells.iter().map(|(x, y)| vec![x.clone(), y.clone()]).collect();
        prop_assert_eq!(rows(&table), expected);
        prop_assert!(table.rejects.is_empty());
    }
}
