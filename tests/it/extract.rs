//! One suite for every reader: the same records, written in each format, must come out as the same table, and each
//! way of being broken must be said.

use std::io::Write;
use std::path::Path;

use rollproof::error::Error;
use rollproof::extract::{
    Delimited, Encoding, FixedWidth, Format, Header, Layout, Silent, Table, WantedColumn, find_files, read,
};

/// What a reader has, so that a test knows whom it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Has {
    /// Its bytes are text: byte order marks and encodings.
    Text,
    /// A header line, in which a name could stand twice.
    HeaderLine,
    /// Names of its columns, in whatever form.
    Names,
    /// Records whose members are named one by one, so that a name could stand twice in one.
    Members,
    /// One value or tree a file: where it is broken, all of it is refused.
    Whole,
    /// Texts longer than a reader takes.
    LongTexts,
}

use Has::{HeaderLine, LongTexts, Members, Names, Text, Whole};

/// A reader: name, file, the format for these columns, the bytes of these rows, what it has.
struct Reader {
    name: &'static str,
    file: &'static str,
    format: fn(&[&str]) -> Format,
    write: fn(&[&str], &[Vec<String>]) -> Vec<u8>,
    has: &'static [Has],
}

/// The readers: a new one joins the suite with its line here.
const READERS: &[Reader] = &[
    Reader {
        name: "commas",
        file: "rows.csv",
        format: |_| delimited(b','),
        write: |c, r| lines(",", c, r),
        has: &[Text, HeaderLine, Names, LongTexts],
    },
    Reader {
        name: "tabs",
        file: "rows.txt",
        format: |_| delimited(b'\t'),
        write: |c, r| lines("\t", c, r),
        has: &[Text, HeaderLine, Names, LongTexts],
    },
    Reader { name: "fixed width", file: "rows.txt", format: fixed, write: |_, r| fixed_lines(r), has: &[Text] },
    Reader {
        name: "JSON",
        file: "rows.json",
        format: |_| json(false),
        write: json_document,
        has: &[Text, Names, Members, Whole, LongTexts],
    },
    Reader {
        name: "JSON lines",
        file: "rows.json",
        format: |_| json(true),
        write: json_lines,
        has: &[Text, Names, Members, LongTexts],
    },
    Reader {
        name: "XML",
        file: "rows.xml",
        format: |_| Format::Xml { record: "Row".into(), explode: None },
        write: xml,
        has: &[Text, Names, Whole, LongTexts],
    },
    Reader {
        name: "workbook",
        file: "rows.xlsx",
        format: |_| Format::Workbook { sheet: None, header_row: 1 },
        write: workbook,
        has: &[HeaderLine, Names, Whole, LongTexts],
    },
    Reader {
        name: "Parquet",
        file: "rows.parquet",
        format: |_| Format::Parquet,
        write: parquet,
        has: &[Names, Whole, LongTexts],
    },
    Reader {
        name: "Arrow file",
        file: "rows.arrow",
        format: |_| Format::Arrow,
        write: arrow_file,
        has: &[Names, Whole, LongTexts],
    },
    Reader {
        name: "Arrow stream",
        file: "rows.arrows",
        format: |_| Format::Arrow,
        write: arrow_stream,
        has: &[Names, Whole, LongTexts],
    },
];

impl Reader {
    fn has(&self, what: Has) -> bool {
        self.has.contains(&what)
    }
}

/// The readers that have all of this.
fn with(what: &'static [Has]) -> impl Iterator<Item = &'static Reader> {
    READERS.iter().filter(move |reader| what.iter().all(|w| reader.has(*w)))
}

const WIDTH: u32 = 24;

fn delimited(delimiter: u8) -> Format {
    Format::Delimited(Delimited {
        delimiter,
        quote: Some(b'"'),
        header: Header::Row(1),
        repeated_header: false,
        footer_rows: 0,
        comment: None,
        trailing_delimiter: false,
        blank_lines: false,
    })
}

fn fixed(columns: &[&str]) -> Format {
    Format::FixedWidth(FixedWidth {
        columns: (0..columns.len() as u32)
            .map(|i| (columns[i as usize].to_owned(), i * WIDTH + 1, (i + 1) * WIDTH))
            .collect(),
        length: Some(columns.len() as u32 * WIDTH),
        header_rows: 0,
    })
}

fn json(lines: bool) -> Format {
    Format::Json { records: if lines { String::new() } else { "/data".into() }, lines, explode: None }
}

fn lines(delimiter: &str, columns: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let quote = |t: &str| format!("\"{}\"", t.replace('"', "\"\""));
    let mut text = columns.join(delimiter) + "\n";
    for row in rows {
        text += &row.iter().map(|t| quote(t)).collect::<Vec<_>>().join(delimiter);
        text.push('\n');
    }
    text.into_bytes()
}

fn fixed_lines(rows: &[Vec<String>]) -> Vec<u8> {
    let line = |row: &Vec<String>| row.iter().map(|t| format!("{t:<24}")).collect::<String>() + "\n";
    rows.iter().map(line).collect::<String>().into_bytes()
}

fn object(columns: &[&str], row: &[String]) -> String {
    let members = columns.iter().zip(row);
    let members: serde_json::Map<_, _> = members.map(|(c, t)| ((*c).to_owned(), t.clone().into())).collect();
    serde_json::Value::Object(members).to_string()
}

fn json_document(columns: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let rows: Vec<String> = rows.iter().map(|row| object(columns, row)).collect();
    format!("{{\"page\": 1,\n\"data\": [\n{}\n]}}", rows.join(",\n")).into_bytes()
}

fn json_lines(columns: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    rows.iter().map(|row| object(columns, row) + "\n").collect::<String>().into_bytes()
}

fn xml(columns: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let escape = |t: &str| t.replace('&', "&amp;").replace('<', "&lt;");
    let mut text = String::from("<?xml version=\"1.0\"?>\n<Rows xmlns=\"urn:x\">\n");
    for row in rows {
        text += "<Row>";
        for (column, value) in columns.iter().zip(row) {
            text += &format!("<{column}>{}</{column}>", escape(value));
        }
        text += "</Row>\n";
    }
    (text + "</Rows>\n").into_bytes()
}

fn workbook(columns: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (c, name) in columns.iter().enumerate() {
        sheet.write_string(0, c as u16, *name).unwrap();
    }
    for (r, row) in rows.iter().enumerate() {
        for (c, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            sheet.write_string(r as u32 + 1, c as u16, text).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

type Batch = polars_arrow::record_batch::RecordBatchT<Box<dyn polars_arrow::array::Array>>;

/// Columns of text as polars holds them.
fn batch(columns: &[&str], rows: &[Vec<String>]) -> (polars_arrow::datatypes::ArrowSchema, Batch) {
    use polars_arrow::array::{Array, Utf8ViewArray};
    use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
    // A name that stands twice has no place in such a schema.
    let fields = columns.iter().map(|name| Field::new((*name).into(), ArrowDataType::Utf8View, true));
    let schema: ArrowSchema = fields.map(|field| (field.name.clone(), field)).collect();
    let texts = |c: usize| rows.iter().map(|row| Some(row[c].as_str())).collect::<Vec<_>>();
    let arrays = (0..columns.len()).map(|c| Box::new(Utf8ViewArray::from_slice(texts(c))) as Box<dyn Array>).collect();
    let batch = Batch::new(rows.len(), std::sync::Arc::new(schema.clone()), arrays);
    (schema, batch)
}

fn arrow_file(columns: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    use polars_arrow::io::ipc::write::{Compression, FileWriter, WriteOptions};
    let (schema, batch) = batch(columns, rows);
    let options = WriteOptions { compression: Some(Compression::LZ4) };
    let mut writer = FileWriter::try_new(Vec::new(), std::sync::Arc::new(schema), None, options).unwrap();
    writer.write(&batch, None).unwrap();
    writer.finish().unwrap();
    writer.into_inner()
}

fn arrow_stream(columns: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    use polars_arrow::io::ipc::write::{StreamWriter, WriteOptions};
    let (schema, batch) = batch(columns, rows);
    let mut writer = StreamWriter::new(Vec::new(), WriteOptions { compression: None });
    writer.start(&schema, None).unwrap();
    writer.write(&batch, None).unwrap();
    writer.finish().unwrap();
    writer.into_inner()
}

/// A Parquet file whose columns are all text.
fn parquet(columns: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    use polars_parquet::write as pq;
    let (schema, batch) = batch(columns, rows);
    let options = pq::WriteOptions {
        statistics: pq::StatisticsOptions::empty(),
        version: pq::Version::V1,
        compression: pq::CompressionOptions::Snappy,
        data_page_size: None,
    };
    let encodings = vec![vec![pq::Encoding::Plain]; columns.len()];
    let groups = pq::RowGroupIterator::try_new([Ok(batch)].into_iter(), &schema, options, encodings.into()).unwrap();
    let mut writer = pq::FileWriter::try_new(Vec::new(), schema, options).unwrap();
    for group in groups {
        writer.write(rows.len() as u64, group.unwrap()).unwrap();
    }
    writer.end(None).unwrap();
    writer.into_inner()
}

fn layout(reader: &Reader, columns: &[&str], wanted: &[&str], file: &str) -> Layout {
    let column = |name: &&str| WantedColumn { name: (*name).into(), aliases: Vec::new(), optional: false };
    Layout {
        table: "rows".into(),
        files: vec![file.into()],
        format: (reader.format)(columns),
        encoding: Encoding::Auto,
        columns: wanted.iter().map(column).collect(),
        optional: false,
    }
}

fn read_bytes(reader: &Reader, columns: &[&str], wanted: &[&str], name: &str, bytes: &[u8]) -> Result<Table, Error> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    read(folder.path(), &layout(reader, columns, wanted, name), &Silent)
}

fn rows_of(table: &Table) -> Vec<Vec<String>> {
    (0..table.len()).map(|row| table.columns.iter().map(|c| c.text(row).to_owned()).collect()).collect()
}

fn owned(rows: &[&[&str]]) -> Vec<Vec<String>> {
    rows.iter().map(|row| row.iter().map(|t| (*t).to_owned()).collect()).collect()
}

const COLUMNS: [&str; 3] = ["id", "name", "credit"];

fn sample() -> Vec<Vec<String>> {
    owned(&[
        &["00123", "Zoë <O'Neil> & Co", "0.10000000000000001"],
        &["12345678901234567", "NA", "2.50"],
        &["1e5", "", "=1+1"],
        &["00123", "Zoë <O'Neil> & Co", "2.5"],
    ])
}

#[test]
fn every_reader_gives_the_exact_texts_of_the_wanted_columns() {
    for reader in READERS {
        let bytes = (reader.write)(&COLUMNS, &sample());
        let table = read_bytes(reader, &COLUMNS, &["credit", "id", "name"], reader.file, &bytes).unwrap();
        let expected: Vec<Vec<String>> =
            sample().into_iter().map(|row| vec![row[2].clone(), row[0].clone(), row[1].clone()]).collect();
        assert_eq!(rows_of(&table), expected);
        assert_eq!((table.accounting.records, table.accounting.rows, table.rejects.len()), (4, 4, 0));
        assert_eq!(table.locations.files()[0].blake3, blake3::hash(&bytes).to_hex().to_string());
        assert!(table.locations.get(1).line > table.locations.get(0).line);
        let table = read_bytes(reader, &COLUMNS, &["id"], reader.file, &bytes).unwrap();
        assert_eq!(table.unused, ["name", "credit"]);
    }
}

#[test]
fn every_reader_reads_packed_files_and_members() {
    for reader in READERS {
        let bytes = (reader.write)(&COLUMNS, &sample());
        let name = reader.file.to_owned();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&bytes).unwrap();
        let gzip = gzip.finish().unwrap();
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        archive.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(&bytes).unwrap();
        let archive = archive.finish().unwrap().into_inner();
        let zstd = zstd::encode_all(bytes.as_slice(), 3).unwrap();
        for (packed, content) in
            [(format!("{name}.gz"), &gzip), (format!("{name}.zst"), &zstd), ("b.zip".into(), &archive)]
        {
            let table = read_bytes(reader, &COLUMNS, &COLUMNS, &packed, content).unwrap();
            assert_eq!(rows_of(&table), sample(), "{packed}");
            let cut = &content[..content.len() - 6];
            assert!(read_bytes(reader, &COLUMNS, &COLUMNS, &packed, cut).is_err(), "cut {packed}");
        }
    }
}

#[test]
fn every_reader_says_that_a_file_is_empty_or_holds_no_record() {
    for reader in READERS {
        for bytes in [Vec::new(), (reader.write)(&COLUMNS, &[])] {
            let table = read_bytes(reader, &COLUMNS, &COLUMNS, reader.file, &bytes).unwrap();
            assert!(table.is_empty());
            assert!(table.notices.iter().any(|n| n.undecidable), "{} {:?}", reader.name, table.notices);
        }
    }
}

#[test]
fn every_reader_refuses_a_missing_column() {
    for reader in with(&[Names]) {
        let bytes = (reader.write)(&COLUMNS, &sample());
        let error = read_bytes(reader, &COLUMNS, &["id", "credits"], reader.file, &bytes).unwrap_err().to_string();
        assert!(error.contains("\"credits\" is missing") && error.contains("\"credit\""), "{error}");
    }
}

#[test]
fn every_reader_with_a_header_refuses_one_that_stands_twice() {
    for reader in with(&[HeaderLine]) {
        let bytes = (reader.write)(&["id", "id", "x"], &sample());
        assert!(read_bytes(reader, &COLUMNS, &["id"], reader.file, &bytes).unwrap_err().to_string().contains("twice"));
    }
}

#[test]
fn every_reader_of_trees_rejects_a_name_that_stands_twice() {
    for reader in with(&[Members]) {
        let bytes = (reader.write)(&["id", "xd"], &owned(&[&["1", "2"], &["3", "4"]]));
        let bytes = String::from_utf8(bytes).unwrap().replacen("\"xd\"", "\"id\"", 1);
        let table = read_bytes(reader, &COLUMNS, &["id"], reader.file, bytes.as_bytes()).unwrap();
        assert_eq!((rows_of(&table), table.rejects[0].kind), (owned(&[&["3"]]), "duplicate-key"));
    }
}

#[test]
fn every_reader_takes_a_byte_order_mark_off() {
    for reader in with(&[Text]) {
        let bytes = [b"\xEF\xBB\xBF".to_vec(), (reader.write)(&COLUMNS, &sample())].concat();
        let table = read_bytes(reader, &COLUMNS, &COLUMNS, reader.file, &bytes).unwrap();
        assert_eq!(rows_of(&table), sample());
        assert!(table.notices.iter().any(|n| n.kind == "bom"));
    }
}

#[test]
fn every_reader_reads_utf_16_by_its_mark() {
    for reader in with(&[Text]) {
        let text = String::from_utf8((reader.write)(&COLUMNS, &sample())).unwrap();
        let bytes: Vec<u8> = "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        let table = read_bytes(reader, &COLUMNS, &COLUMNS, reader.file, &bytes).unwrap();
        assert_eq!(rows_of(&table), sample());
    }
}

#[test]
fn no_reader_lets_two_broken_bytes_become_one_letter() {
    for reader in with(&[Text]) {
        let bytes = (reader.write)(&["id", "name"], &owned(&[&["1", "Jos~"], &["2", "Jos^"], &["3", "Ann"]]));
        let bytes: Vec<u8> = bytes
            .iter()
            .map(|b| {
                if *b == b'~' {
                    0xE9
                } else if *b == b'^' {
                    0xED
                } else {
                    *b
                }
            })
            .collect();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("f"), bytes).unwrap();
        let mut layout = layout(reader, &["id", "name"], &["id", "name"], "f");
        layout.encoding = Encoding::Named("utf-8".into());
        match read(folder.path(), &layout, &Silent) {
            Ok(table) => {
                assert_eq!(rows_of(&table), owned(&[&["3", "Ann"]]));
                assert_eq!(table.rejects.iter().map(|r| r.kind).collect::<Vec<_>>(), ["undecodable", "undecodable"]);
                assert_ne!(table.rejects[0].raw.replace('1', "2"), table.rejects[1].raw);
            }
            // A document that is one value or one tree is refused as a whole, with the line.
            Err(error) => assert!(reader.has(Whole) && error.to_string().contains("line"), "{} {error}", reader.name),
        }
        layout.encoding = Encoding::Named("windows-1252".into());
        let table = read(folder.path(), &layout, &Silent).unwrap();
        assert_eq!(rows_of(&table), owned(&[&["1", "José"], &["2", "Josí"], &["3", "Ann"]]));
    }
}

#[test]
fn every_reader_reads_a_thousand_columns() {
    for reader in READERS {
        let names: Vec<String> = (0..1_000).map(|i| format!("c{i}")).collect();
        let columns: Vec<&str> = names.iter().map(String::as_str).collect();
        let row: Vec<String> = (0..1_000).map(|i| format!("v{i}")).collect();
        let bytes = (reader.write)(&columns, &[row.clone(), row]);
        let table = read_bytes(reader, &columns, &["c999", "c0"], reader.file, &bytes).unwrap();
        assert_eq!(rows_of(&table), owned(&[&["v999", "v0"], &["v999", "v0"]]));
    }
}

#[test]
fn every_reader_refuses_a_text_that_is_too_long() {
    for reader in with(&[LongTexts]) {
        let length = if reader.file.ends_with("xlsx") { 32_767 } else { (1 << 20) + 1 };
        let bytes = (reader.write)(&["id", "name"], &owned(&[&["1", &"x".repeat(length)], &["2", "b"]]));
        let table = read_bytes(reader, &["id", "name"], &["id", "name"], reader.file, &bytes).unwrap();
        assert_eq!((rows_of(&table), table.rejects[0].kind), (owned(&[&["2", "b"]]), "field-too-long"));
        assert_eq!(table.rejects[0].column, Some((2, "name".into())));
    }
}

#[test]
fn every_reader_says_that_a_file_is_cut_off() {
    for reader in READERS {
        let bytes = (reader.write)(&COLUMNS, &sample());
        match read_bytes(reader, &COLUMNS, &COLUMNS, reader.file, &bytes[..bytes.len() - 12]) {
            Ok(table) => assert!(!table.rejects.is_empty() && table.len() == 3, "{}", reader.name),
            Err(error) => assert!(reader.has(Whole), "{} {error}", reader.name),
        }
    }
}

#[test]
fn several_files_are_one_table_whatever_the_order_of_their_columns() {
    for reader in with(&[Names]) {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, columns: &[&str], rows: &[&[&str]]| {
            std::fs::write(folder.path().join(name), (reader.write)(columns, &owned(rows))).unwrap();
        };
        write("a.x", &["id", "name"], &[&["1", "Ann"]]);
        write("b.x", &["name", "id", "more"], &[&["Bob", "2", "z"]]);
        let table = read(folder.path(), &layout(reader, &["id"], &["id", "name"], "*.x"), &Silent).unwrap();
        assert_eq!(rows_of(&table), owned(&[&["1", "Ann"], &["2", "Bob"]]));
        assert_eq!(table.notices.iter().map(|n| n.kind).collect::<Vec<_>>(), ["headers-differ"]);
        assert_eq!((table.unused.as_slice(), table.locations.get(1).file), (["more".to_owned()].as_slice(), "b.x"));
    }
}

#[test]
fn a_missing_file_is_an_error_unless_the_table_is_optional() {
    let folder = tempfile::tempdir().unwrap();
    let mut layout = layout(&READERS[0], &COLUMNS, &COLUMNS, "STU*.csv");
    let error = read(folder.path(), &layout, &Silent).unwrap_err();
    assert!(error.to_string().contains("STU*.csv") && error.fix().is_some());
    layout.optional = true;
    assert!(read(folder.path(), &layout, &Silent).unwrap().is_empty());
    assert!(find_files(Path::new("/no/such/folder"), &layout).is_err());
}
