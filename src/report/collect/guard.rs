//! What may come near a workbook reader: files of the size of a pack, archives that hold what they say.

use std::io::{Cursor, Read};
use std::path::Path;

use zip::ZipArchive;

use super::refused;
use crate::error::Error;

/// Largest file that is read; a pack of 2,000 rows has about 200 KB.
const FILE: u64 = 20 << 20;
/// Most members of a workbook.
const MEMBERS: usize = 200;
/// Most bytes of all members together, inflated.
const INFLATED: u64 = 128 << 20;

/// The bytes of a returned file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let file = std::fs::File::open(path).map_err(|e| Error::read(path, e))?;
    bytes(path, file, |e| Error::read(path, e))
}

/// What a reader holds, as long as it is no larger than a pack can be.
pub(super) fn bytes(
    path: &Path,
    reader: impl Read,
    failed: impl FnOnce(std::io::Error) -> Error,
) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    reader.take(FILE + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > FILE {
        return Err(refused(path, format!("larger than {} MB, which no pack is", FILE >> 20)));
    }
    Ok(bytes)
}

/// Inflates every member once, into nothing, to see that the workbook is no bomb and declares no document type.
pub(super) fn check_archive(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let damaged = |_| refused(path, "not a whole workbook: the archive inside is damaged");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    if archive.len() > MEMBERS {
        return Err(refused(path, format!("{} members in the workbook, at most {MEMBERS} expected", archive.len())));
    }
    let mut left = INFLATED;
    let mut buffer = vec![0; 1 << 16];
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).map_err(damaged)?;
        let mut head = Vec::new();
        loop {
            let read =
                member.read(&mut buffer).map_err(|_| refused(path, "not a whole workbook: a member is damaged"))?;
            if read == 0 {
                break;
            }
            left = left.checked_sub(read as u64).ok_or_else(|| {
                refused(path, format!("it inflates to more than {} MB, which no pack does", INFLATED >> 20))
            })?;
            if head.len() < 4096 {
                head.extend_from_slice(&buffer[..read.min(4096)]);
            }
        }
        if head.windows(9).any(|w| w.eq_ignore_ascii_case(b"<!DOCTYPE")) {
            return Err(refused(path, "it declares a document type, which no spreadsheet program writes"));
        }
    }
    Ok(())
}
