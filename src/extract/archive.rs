//! ZIP archives: members are streamed, never extracted; what could be read in two ways is refused.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::{Crc, read::DeflateDecoder};
use zip::{CompressionMethod, ZipArchive};

use super::source::Counted;
use crate::error::Error;

/// Members beyond which an archive is refused (S12).
const MAX_MEMBERS: usize = 1_000;

/// The files of an archive, sorted, without folders, hidden files and what macOS adds.
///
/// # Errors
/// When the archive is damaged, or holds two members of one name, a link, an absolute name, `..`, or an encrypted member.
pub(super) fn members(path: &Path) -> Result<Vec<String>, Error> {
    let file = File::open(path).map_err(|e| Error::read(path, e))?;
    let archive = open(path, file)?;
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(|e| broken(path, &e))?;
        let name = entry.name().map_err(|e| broken(path, &e))?.into_owned();
        let file_name = name.rsplit('/').next().unwrap_or_default();
        if entry.is_dir() || name.starts_with("__MACOSX/") || file_name.starts_with('.') {
            continue;
        }
        names.push(name);
    }
    names.sort();
    Ok(names)
}

/// Opens an archive after having refused everything that is unsafe or unclear.
fn open(path: &Path, file: File) -> Result<ZipArchive<File>, Error> {
    let mut archive = ZipArchive::new(file).map_err(|e| broken(path, &e))?;
    let refuse = |what: String| Err(input(path, what, "ask for an archive that holds plain files, each once"));
    if archive.has_duplicate_names() {
        return refuse("two members of the archive have one name; programs would read different ones".into());
    }
    if archive.len() > MAX_MEMBERS {
        return refuse(format!("the archive holds {} members, more than {MAX_MEMBERS}", archive.len()));
    }
    if archive.has_overlapping_entries().map_err(|e| broken(path, &e))? {
        return refuse("members of the archive overlap".into());
    }
    for index in 0..archive.len() {
        let entry = archive.by_index_data(index).map_err(|e| broken(path, &e))?;
        let name = entry.name().map_err(|e| broken(path, &e))?.into_owned();
        let drive = name.as_bytes().get(1) == Some(&b':');
        let climbs = name.split(['/', '\\']).any(|part| part == "..");
        if name.starts_with(['/', '\\']) || drive || climbs || name.contains('\0') {
            return refuse(format!("the archive has a member with an unsafe name: {}", name.escape_debug()));
        }
        if entry.is_symlink() {
            return refuse(format!("the member \"{name}\" is a link"));
        }
        if entry.encrypted() {
            return refuse(format!("the member \"{name}\" is encrypted"));
        }
    }
    Ok(archive)
}

/// Streams one member. The whole archive is hashed first, because its index is part of what decides the content.
///
/// # Errors
/// As [`members`]; and when the member is missing or packed in a way that is not read.
pub(super) fn stream<'a>(
    path: &Path,
    member: &str,
    mut counted: Counted<'a>,
) -> Result<Box<dyn Read + Send + 'a>, Error> {
    io::copy(&mut counted, &mut io::sink()).map_err(|e| Error::read(path, e))?;
    let mut archive = open(path, counted.duplicate().map_err(|e| Error::read(path, e))?)?;
    let Some(index) = archive.index_for_name(member) else {
        return Err(input(path, format!("the archive has no member \"{member}\""), "correct the name after the !"));
    };
    let (start, packed, size, method, crc) = {
        let entry = archive.by_index_raw(index).map_err(|e| broken(path, &e))?;
        let start = entry.data_start().unwrap_or_default();
        (start, entry.compressed_size(), entry.size(), entry.compression(), entry.crc32())
    };
    let mut file = archive.into_inner();
    file.seek(SeekFrom::Start(start)).map_err(|e| Error::read(path, e))?;
    let raw = io::BufReader::with_capacity(1 << 16, file).take(packed);
    let inner: Box<dyn Read + Send> = match method {
        CompressionMethod::Stored => Box::new(raw),
        CompressionMethod::Deflated => Box::new(DeflateDecoder::new(raw)),
        other => {
            return Err(input(
                path,
                format!("the member \"{member}\" is packed by {other}, which is not read"),
                "pack it again with the usual method (deflate)",
            ));
        }
    };
    Ok(Box::new(Checked { inner, crc: Crc::new(), expected: crc, size }))
}

/// Compares length and checksum at the end.
struct Checked {
    inner: Box<dyn Read + Send>,
    crc: Crc,
    expected: u32,
    size: u64,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.crc.update(&buffer[..n]);
        // `Crc::amount` wraps at 4 GiB, as does the comparison.
        if n == 0 && !buffer.is_empty() && (self.crc.sum() != self.expected || self.crc.amount() != self.size as u32) {
            return Err(io::Error::other("the archive is damaged: a member's checksum or length is wrong"));
        }
        Ok(n)
    }
}

fn broken(path: &Path, error: &zip::result::ZipError) -> Error {
    input(path, format!("the archive can not be read: {error}"), "ask for the archive again")
}

fn input(path: &Path, what: impl Into<String>, fix: &str) -> Error {
    Error::Input { path: path.to_owned(), what: what.into(), fix: fix.into(), source: None }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;
    use std::path::PathBuf;

    use zip::write::SimpleFileOptions;

    use super::*;
    use crate::extract::source::Source;
    use crate::extract::{FoundFile, Silent};

    /// An archive of these members.
    pub(in crate::extract) fn archive_of(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, bytes) in members {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn on_disk(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bundle.zip");
        std::fs::write(&path, bytes).unwrap();
        (folder, path)
    }

    fn refusal(bytes: &[u8]) -> String {
        let (_folder, path) = on_disk(bytes);
        members(&path).unwrap_err().to_string()
    }

    fn patched(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
        while let Some(at) = bytes.windows(from.len()).position(|w| w == from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
        bytes
    }

    #[test]
    fn members_are_listed_without_what_macos_adds_and_streamed() {
        let bytes = archive_of(&[("users.csv", b"id\n1\n"), ("__MACOSX/._users.csv", b"x"), ("a/b.csv", b"id\n")]);
        let (_folder, path) = on_disk(&bytes);
        assert_eq!(members(&path).unwrap(), ["a/b.csv", "users.csv"]);
        let found = FoundFile { path, name: "bundle.zip!users.csv".into(), member: Some("users.csv".into()) };
        let mut source = Source::open(&found, &Silent).unwrap();
        let mut text = String::new();
        source.read_to_string(&mut text).unwrap();
        assert_eq!(text, "id\n1\n");
        assert_eq!(source.finish().unwrap().blake3, blake3::hash(&bytes).to_hex().to_string());
    }

    #[test]
    fn two_members_of_one_name_are_refused() {
        let bytes = archive_of(&[("students.csv", b"id\n1\n"), ("studentz.csv", b"id\n2\n")]);
        assert!(refusal(&patched(bytes, b"studentz.csv", b"students.csv")).contains("one name"));
    }

    #[test]
    fn unsafe_names_links_and_encryption_are_refused() {
        assert!(refusal(&patched(archive_of(&[("xx/evil.csv", b"x")]), b"xx/evil", b"../evil")).contains("unsafe"));
        assert!(refusal(&patched(archive_of(&[("xabs.csv", b"x")]), b"xabs", b"/abs")).contains("unsafe"));
        assert!(refusal(&patched(archive_of(&[("C_x.csv", b"x")]), b"C_x", b"C:x")).contains("unsafe"));
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        writer.add_symlink("link.csv", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        assert!(refusal(&writer.finish().unwrap().into_inner()).contains("link"));
    }

    #[test]
    fn a_wrong_checksum_is_an_error() {
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        let mut writer = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        writer.start_file("a.csv", stored).unwrap();
        writer.write_all(b"id\n4711\n").unwrap();
        let bytes = patched(writer.finish().unwrap().into_inner(), b"4711", b"4712");
        let (_folder, path) = on_disk(&bytes);
        let found = FoundFile { path, name: "bundle.zip!a.csv".into(), member: Some("a.csv".into()) };
        let mut source = Source::open(&found, &Silent).unwrap();
        assert!(source.read_to_end(&mut Vec::new()).unwrap_err().to_string().contains("damaged"));
    }
}
