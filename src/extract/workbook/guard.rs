//! Looks into a workbook's archive before any reader of workbooks does: those would take the memory that a bomb asks for.

use std::io::{Cursor, Read};

use zip::ZipArchive;

/// Largest part of a workbook, inflated.
const MAX_PART: u64 = 1 << 30;
/// Largest ratio of an inflated part to its packed size, beyond [`RATIO_FREE`].
const MAX_RATIO: u64 = 200;
/// Inflated bytes below which the ratio does not count.
const RATIO_FREE: u64 = 100 << 20;

/// The kinds of workbook that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Xlsx,
    Xls,
    Ods,
}

/// What a workbook is, after its parts have been measured.
///
/// # Errors
/// In words: no workbook, a kind that is not read, a bomb, or a damaged archive.
pub(super) fn kind(bytes: &[u8]) -> Result<Kind, String> {
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Ok(Kind::Xls);
    }
    if !bytes.starts_with(b"PK") {
        return Err("it is no workbook (neither XLSX, XLS nor ODS)".into());
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|e| format!("the workbook is damaged: {e}"))?;
    if archive.has_duplicate_names() {
        return Err("two parts of the workbook have one name".into());
    }
    let names: Vec<String> =
        archive.file_names().filter_map(Result::ok).map(|name| name.trim_start_matches('/').to_lowercase()).collect();
    let has = |name: &str| names.iter().any(|known| known == name);
    let kind = if has("xl/workbook.bin") {
        return Err("it is an XLSB workbook, which is not read: save it as XLSX".into());
    } else if names.iter().any(|name| name.starts_with("xl/")) {
        Kind::Xlsx
    } else if has("content.xml") {
        Kind::Ods
    } else {
        return Err("it is an archive, but no workbook".into());
    };
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(|e| format!("the workbook is damaged: {e}"))?;
        let packed = part.compressed_size();
        let mut inflated = 0u64;
        let mut buffer = vec![0u8; 1 << 16];
        loop {
            let n = part.read(&mut buffer).map_err(|e| format!("the workbook is damaged: {e}"))?;
            inflated += n as u64;
            if inflated > MAX_PART || (inflated > RATIO_FREE && inflated / MAX_RATIO > packed.max(1)) {
                return Err(format!("a part of the workbook unpacks to more than {inflated} bytes: refused as a bomb"));
            }
            if n == 0 {
                break;
            }
        }
    }
    Ok(kind)
}
