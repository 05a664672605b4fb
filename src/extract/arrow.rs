//! Arrow files and streams (IPC; Feather version 2 is the file form), batch by batch, every value as text.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use polars_arrow::array::Array;
use polars_arrow::datatypes::ArrowSchema;
use polars_arrow::io::ipc::read::{FileReader, StreamReader, StreamState, read_file_metadata, read_stream_metadata};
use polars_arrow::record_batch::RecordBatchT;

use super::arrays::{Columns, Target, damaged, nested, push_rows, text, whole};
use super::build::Builder;
use super::source::Source;
use super::{FoundFile, Progress};
use crate::error::Error;

/// What a file starts and ends with; a stream has neither.
const MAGIC: &[u8] = b"ARROW1";

type Batch = RecordBatchT<Box<dyn Array>>;

/// Reads one file or stream.
///
/// # Errors
/// When it is damaged or cut, or a wanted column is missing or nested.
pub(super) fn read(builder: &mut Builder<'_>, file: &FoundFile, progress: &dyn Progress) -> Result<(), Error> {
    let before = builder.mark();
    let position = builder.open_file(file);
    let mut source = Source::open(file, progress)?;
    let bytes = whole(&mut source, file)?;
    let had_header = !bytes.is_empty();
    if had_header {
        // The crate may panic on damaged files.
        let read = catch_unwind(AssertUnwindSafe(|| rows(builder, file, position, bytes)));
        read.unwrap_or_else(|_| Err(damaged(file, "it is damaged: its reader gave up".into())))?;
    }
    builder.judge_emptiness(file, &before, had_header);
    builder.close_file(position, source.finish()?);
    Ok(())
}

fn rows(builder: &mut Builder<'_>, file: &FoundFile, position: u32, bytes: Vec<u8>) -> Result<(), Error> {
    let broken = |error: String| damaged(file, format!("it is damaged or no Arrow file: {error}"));
    let is_file = bytes.starts_with(MAGIC);
    let mut cursor = Cursor::new(bytes);
    if is_file {
        let metadata = read_file_metadata(&mut cursor).map_err(|e| broken(e.to_string()))?;
        let schema = metadata.schema.as_ref().clone();
        let wanted = builder.match_headers(file, &names(&schema))?;
        let batches = FileReader::new(cursor, metadata, some(projection(&wanted)), None);
        let batches = batches.map(|batch| batch.map_err(|e| broken(e.to_string())));
        return push(builder, file, position, (&schema, &wanted), batches);
    }
    let metadata = read_stream_metadata(&mut cursor).map_err(|e| broken(e.to_string()))?;
    let schema = metadata.schema.clone();
    let wanted = builder.match_headers(file, &names(&schema))?;
    let batches = StreamReader::new(cursor, metadata, some(projection(&wanted)));
    let batches = batches.map(|state| match state {
        Ok(StreamState::Some(batch)) => Ok(batch),
        Ok(StreamState::Waiting) => Err(damaged(file, "it is cut off: the mark of its end is missing".into())),
        Err(error) => Err(broken(error.to_string())),
    });
    push(builder, file, position, (&schema, &wanted), batches)
}

fn names(schema: &ArrowSchema) -> Vec<String> {
    schema.iter_names().map(ToString::to_string).collect()
}

/// The wanted positions as the crate asks for them: each once, in order.
fn projection(wanted: &[Option<usize>]) -> Vec<usize> {
    let mut positions: Vec<usize> = wanted.iter().flatten().copied().collect();
    positions.sort_unstable();
    positions.dedup();
    positions
}

/// Without a wanted column all are read, for the count of rows.
fn some(projection: Vec<usize>) -> Option<Vec<usize>> {
    (!projection.is_empty()).then_some(projection)
}

fn push(
    builder: &mut Builder<'_>,
    file: &FoundFile,
    position: u32,
    (schema, wanted): (&ArrowSchema, &[Option<usize>]),
    batches: impl Iterator<Item = Result<Batch, Error>>,
) -> Result<(), Error> {
    let (names, order) = (names(schema), projection(wanted));
    let target = Target { file, position, names: &names, wanted };
    let mut record = 0;
    for batch in batches {
        let batch = batch?;
        let column = |at: usize| {
            let array = order.iter().position(|p| *p == at).and_then(|p| batch.arrays().get(p));
            let mut cells = Vec::with_capacity(batch.len());
            match array {
                Some(array) if text::push_all(array.as_ref(), &mut cells) => Ok(cells),
                Some(array) => Err(nested(file, &names[at], array.dtype())),
                None => Err(damaged(file, format!("a batch does not hold the column \"{}\"", names[at]))),
            }
        };
        let columns: Columns = wanted.iter().map(|at| at.map(column).transpose()).collect::<Result<_, Error>>()?;
        push_rows(builder, &target, &mut record, &columns, batch.len())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use polars_arrow::array::{DictionaryArray, PrimitiveArray, Utf8ViewArray};
    use polars_arrow::datatypes::{ArrowDataType as T, Field, TimeUnit};
    use polars_arrow::io::ipc::write::{Compression, FileWriter, StreamWriter, WriteOptions};

    use super::*;
    use crate::extract::{Encoding, Format, Layout, Silent, Table, WantedColumn, read_files};

    fn sample() -> (ArrowSchema, Batch) {
        let names = Utf8ViewArray::from_slice([Some("Ann"), Some("Zoë")]);
        let keys = PrimitiveArray::<u32>::from([Some(1), Some(0), None]);
        let columns: Vec<(&str, Box<dyn Array>)> = vec![
            ("id", Box::new(Utf8ViewArray::from_slice([Some("007"), Some("NA"), None]))),
            ("name", Box::new(DictionaryArray::try_from_keys(keys, Box::new(names), false).unwrap())),
            ("credit", Box::new(PrimitiveArray::<i128>::from([Some(250), None, Some(-5)]).to(T::Decimal(9, 3)))),
            ("day", Box::new(PrimitiveArray::<i32>::from([Some(0), None, Some(20_454)]).to(T::Date32))),
            ("at", Box::new(PrimitiveArray::<i64>::from([Some(1), None, None]).to(T::Time64(TimeUnit::Microsecond)))),
        ];
        let fields = columns.iter().map(|(name, array)| Field::new((*name).into(), array.dtype().clone(), true));
        let schema: ArrowSchema = fields.map(|field| (field.name.clone(), field)).collect();
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let batch = RecordBatchT::new(3, Arc::new(schema.clone()), arrays);
        (schema, batch)
    }

    fn file(compression: Option<Compression>) -> Vec<u8> {
        let (schema, batch) = sample();
        let mut writer = FileWriter::try_new(Vec::new(), Arc::new(schema), None, WriteOptions { compression }).unwrap();
        writer.write(&batch, None).unwrap();
        writer.write(&batch, None).unwrap();
        writer.finish().unwrap();
        writer.into_inner()
    }

    fn stream(compression: Option<Compression>) -> Vec<u8> {
        let (schema, batch) = sample();
        let mut writer = StreamWriter::new(Vec::new(), WriteOptions { compression });
        writer.start(&schema, None).unwrap();
        writer.write(&batch, None).unwrap();
        writer.write(&batch, None).unwrap();
        writer.finish().unwrap();
        writer.into_inner()
    }

    fn table(bytes: &[u8], wanted: &[&str]) -> Result<Table, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.arrow");
        std::fs::write(&path, bytes).unwrap();
        let column = |name: &&str| WantedColumn { name: (*name).into(), aliases: Vec::new(), optional: false };
        let layout = Layout {
            table: "t".into(),
            files: vec!["f.arrow".into()],
            format: Format::Arrow,
            encoding: Encoding::Auto,
            columns: wanted.iter().map(column).collect(),
            optional: false,
        };
        read_files(&[FoundFile { path, name: "f.arrow".into(), member: None }], &layout, 1 << 20, &Silent)
    }

    #[test]
    fn files_and_streams_of_either_compression_give_the_same_exact_texts() {
        let zstd = || Some(Compression::ZSTD(Default::default()));
        for bytes in [file(None), file(Some(Compression::LZ4)), file(zstd()), stream(None), stream(zstd())] {
            let table = table(&bytes, &["day", "name", "credit", "id", "at"]).unwrap();
            let row = |row| table.columns.iter().map(|c| c.text(row)).collect::<Vec<_>>();
            assert_eq!(row(0), ["1970-01-01", "Zoë", "0.250", "007", "00:00:00.000001"]);
            assert_eq!(row(1), ["", "Ann", "", "NA", ""]);
            assert_eq!(row(5), ["2026-01-01", "", "-0.005", "", ""]);
            assert_eq!((table.len(), table.locations.get(5).record), (6, 6));
        }
    }

    #[test]
    fn cut_and_damaged_files_and_streams_are_errors() {
        for bytes in [file(None), stream(None)] {
            for cut in [1, 9, bytes.len() / 2] {
                assert!(table(&bytes[..bytes.len() - cut], &["id"]).is_err(), "cut by {cut}");
            }
        }
        assert!(table(b"ARROW1\0\0ARROW1", &["id"]).is_err());
        assert!(table(b"id,name\n1,2\n", &["id"]).is_err());
        assert!(table(b"", &["id"]).unwrap().notices[0].undecidable);
    }
}
