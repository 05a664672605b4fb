//! Parquet, row group by row group, every value as text.
//!
//! Read through polars' own reader of arrays, below its data frames: those need a feature for each type and would
//! turn days and decimals into something else, or not read them at all.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use polars_arrow::datatypes::Field;
use polars_buffer::Buffer;
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, FileMetadata, PageReader, RowGroupMetadata, column_iter_to_arrays,
    infer_schema, read_metadata,
};

use super::arrays::{Cell, Columns, Target, damaged, nested, push_rows, text, whole};
use super::build::Builder;
use super::source::Source;
use super::{FoundFile, Progress};
use crate::error::Error;

/// Reads one file.
///
/// # Errors
/// When it is damaged, a wanted column is missing or nested, or it does not hold the rows that it announces.
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
    let broken = |error: String| damaged(file, format!("it is damaged or no Parquet: {error}"));
    let store = Buffer::from(bytes);
    let metadata = read_metadata(&mut Cursor::new(&store[..])).map_err(|e| broken(e.to_string()))?;
    let schema = infer_schema(&metadata).map_err(|e| broken(e.to_string()))?;
    let fields: Vec<Field> = schema.iter_values().cloned().collect();
    let names: Vec<String> = fields.iter().map(|field| field.name.to_string()).collect();
    let wanted = builder.match_headers(file, &names)?;
    check_count(file, &metadata)?;
    let target = Target { file, position, names: &names, wanted: &wanted };
    let mut record = 0;
    for group in &metadata.row_groups {
        let of = |at: usize| column(file, group, &fields[at], &store);
        let columns: Columns = wanted.iter().map(|at| at.map(of).transpose()).collect::<Result<_, Error>>()?;
        push_rows(builder, &target, &mut record, &columns, group.num_rows())?;
    }
    Ok(())
}

/// The footer must announce as many rows as its row groups hold.
fn check_count(file: &FoundFile, metadata: &FileMetadata) -> Result<(), Error> {
    let held: usize = metadata.row_groups.iter().map(RowGroupMetadata::num_rows).sum();
    if held == metadata.num_rows {
        return Ok(());
    }
    Err(damaged(file, format!("its footer announces {} rows, its row groups hold {held}", metadata.num_rows)))
}

/// All texts of a column in a row group.
fn column(
    file: &FoundFile,
    group: &RowGroupMetadata,
    field: &Field,
    store: &Buffer<u8>,
) -> Result<Vec<Cell<'static>>, Error> {
    let name = field.name.as_str();
    let broken = |what: String| damaged(file, format!("the column \"{name}\" is damaged: {what}"));
    let Some(chunks) = group.columns_under_root_iter(name) else {
        return Err(broken("a row group does not hold it".into()));
    };
    let chunks: Vec<&ColumnChunkMetadata> = chunks.collect();
    let mut pages = Vec::with_capacity(chunks.len());
    for chunk in &chunks {
        let range = chunk.byte_range();
        let (Ok(start), Ok(end)) = (usize::try_from(range.start), usize::try_from(range.end)) else {
            return Err(broken("it lies outside the file".into()));
        };
        if start > end || end > store.len() {
            return Err(broken("it lies outside the file".into()));
        }
        let reader = PageReader::new(Cursor::new(store.clone().sliced(start..end)), chunk, Vec::new(), usize::MAX);
        pages.push(BasicDecompressor::new(reader, Vec::new()));
    }
    let types = chunks.iter().map(|chunk| &chunk.descriptor().descriptor.primitive_type).collect();
    let (arrays, _) = column_iter_to_arrays(pages, types, field.clone(), None).map_err(|e| broken(e.to_string()))?;
    let mut cells = Vec::with_capacity(group.num_rows());
    for array in &arrays {
        if !text::push_all(array.as_ref(), &mut cells) {
            return Err(nested(file, name, field.dtype()));
        }
    }
    if cells.len() != group.num_rows() {
        return Err(broken(format!("it holds {} of {} values", cells.len(), group.num_rows())));
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use polars_arrow::array::{Array, BooleanArray, ListArray, PrimitiveArray, Utf8ViewArray};
    use polars_arrow::datatypes::{ArrowDataType as T, ArrowSchema, TimeUnit};
    use polars_arrow::record_batch::RecordBatchT;
    use polars_parquet::write::{
        CompressionOptions, FileWriter, RowGroupIterator, StatisticsOptions, Version, WriteOptions, get_dtype_encoding,
    };

    use super::*;
    use crate::extract::{Encoding, Format, Layout, Silent, Table, WantedColumn, read_files};

    fn parquet_of(columns: Vec<(&str, Box<dyn Array>)>) -> Vec<u8> {
        let fields = columns.iter().map(|(name, array)| Field::new((*name).into(), array.dtype().clone(), true));
        let schema: ArrowSchema = fields.map(|field| (field.name.clone(), field)).collect();
        let options = WriteOptions {
            statistics: StatisticsOptions::empty(),
            version: Version::V1,
            compression: CompressionOptions::Snappy,
            data_page_size: None,
        };
        let rows = columns[0].1.len();
        let encodings: Vec<_> = columns.iter().map(|(_, array)| get_dtype_encoding(array.dtype())).collect();
        let arrays: Vec<Box<dyn Array>> = columns.into_iter().map(|(_, array)| array).collect();
        let batch = RecordBatchT::new(rows, Arc::new(schema.clone()), arrays);
        let groups = RowGroupIterator::try_new([Ok(batch)].into_iter(), &schema, options, encodings.into()).unwrap();
        let mut writer = FileWriter::try_new(Vec::new(), schema, options).unwrap();
        for group in groups {
            writer.write(rows as u64, group.unwrap()).unwrap();
        }
        writer.end(None).unwrap();
        writer.into_inner()
    }

    fn table(bytes: &[u8], wanted: &[&str]) -> Result<Table, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.parquet");
        std::fs::write(&path, bytes).unwrap();
        let column = |name: &&str| WantedColumn { name: (*name).into(), aliases: Vec::new(), optional: false };
        let layout = Layout {
            table: "t".into(),
            files: vec!["f.parquet".into()],
            format: Format::Parquet,
            encoding: Encoding::Auto,
            columns: wanted.iter().map(column).collect(),
            optional: false,
        };
        read_files(&[FoundFile { path, name: "f.parquet".into(), member: None }], &layout, 1 << 20, &Silent)
    }

    fn rows_of(table: &Table) -> Vec<Vec<&str>> {
        (0..table.len()).map(|row| table.columns.iter().map(|c| c.text(row)).collect()).collect()
    }

    fn sample() -> Vec<(&'static str, Box<dyn Array>)> {
        let decimals = PrimitiveArray::<i128>::from([Some(250), Some(-5), None]).to(T::Decimal(9, 3));
        let days = PrimitiveArray::<i32>::from([Some(0), None, Some(20_454)]).to(T::Date32);
        let moments =
            PrimitiveArray::<i64>::from([Some(0), Some(1), None]).to(T::Timestamp(TimeUnit::Microsecond, None));
        vec![
            ("id", Box::new(Utf8ViewArray::from_slice([Some("007"), Some("NA"), None]))),
            ("number", Box::new(PrimitiveArray::<i64>::from([Some(12_345_678_901_234_567), None, Some(3)]))),
            ("credit", Box::new(decimals)),
            ("day", Box::new(days)),
            ("at", Box::new(moments)),
            ("flag", Box::new(BooleanArray::from([Some(true), Some(false), None]))),
            ("gpa", Box::new(PrimitiveArray::<f64>::from([Some(3.85), Some(f64::NAN), Some(4.0)]))),
        ]
    }

    #[test]
    fn every_type_has_its_exact_text_and_what_has_none_is_a_reject() {
        let bytes = parquet_of(sample());
        let table = table(&bytes, &["id", "number", "credit", "day", "at", "flag", "gpa"]).unwrap();
        assert_eq!(
            rows_of(&table),
            [
                ["007", "12345678901234567", "0.250", "1970-01-01", "1970-01-01 00:00:00", "true", "3.85"],
                ["", "3", "", "2026-01-01", "", "", "4"],
            ]
        );
        assert_eq!((table.rejects[0].kind, table.rejects[0].record), ("inexact-number", 2));
        assert_eq!(table.rejects[0].column, Some((7, "gpa".into())));
    }

    #[test]
    fn only_wanted_columns_are_read_and_nested_ones_are_refused() {
        let list = ListArray::<i64>::new_null(ListArray::<i64>::default_datatype(T::Int64), 3);
        let mut columns = sample();
        columns.push(("list", Box::new(list)));
        let bytes = parquet_of(columns);
        let only = table(&bytes, &["id"]).unwrap();
        assert_eq!((only.len(), only.unused.len()), (3, 7));
        assert!(table(&bytes, &["list"]).unwrap_err().to_string().contains("no plain text"));
        assert!(table(&bytes, &["ids"]).unwrap_err().to_string().contains("\"ids\" is missing"));
    }

    #[test]
    fn damaged_files_are_errors() {
        let bytes = parquet_of(sample());
        assert!(table(&bytes[..bytes.len() - 9], &["id"]).is_err());
        assert!(table(b"PAR1PAR1", &["id"]).is_err());
        let mut flipped = bytes.clone();
        flipped[4..60].fill(0xFF);
        assert!(table(&flipped, &["id"]).is_err());
        assert!(table(b"", &["id"]).unwrap().notices[0].undecidable);
    }
}
