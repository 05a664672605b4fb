//! Opens a file of any packing as a stream of its bytes, hashing what is read from disk and noticing when the file
//! changes meanwhile.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use flate2::read::MultiGzDecoder;

use super::{FoundFile, Progress, archive};
use crate::canonical::SourceFile;
use crate::error::Error;

/// Inflated bytes of one file beyond which nothing is read (S12).
const MAX_INFLATED: u64 = 20 << 30;
/// Beyond this many inflated bytes, the ratio to the packed bytes counts.
const RATIO_FREE: u64 = 100 << 20;
/// The largest ratio of inflated to packed bytes.
const MAX_RATIO: u64 = 200;

/// What was read from disk so far.
#[derive(Debug, Default)]
struct Tally {
    hasher: blake3::Hasher,
    bytes: u64,
}

/// A file being read.
pub(super) struct Source<'a> {
    reader: Box<dyn Read + Send + 'a>,
    tally: Arc<Mutex<Tally>>,
    before: Metadata,
    path: PathBuf,
    name: String,
}

/// The way from a found file's name to how it is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Zstd,
}

fn packing(name: &str) -> Packing {
    let lower = name.to_ascii_lowercase();
    if lower.ends_with(".gz") {
        Packing::Gzip
    } else if lower.ends_with(".zst") || lower.ends_with(".zstd") {
        Packing::Zstd
    } else {
        Packing::Plain
    }
}

impl<'a> Source<'a> {
    /// Opens a found file, or its member.
    ///
    /// # Errors
    /// When it can not be opened, or is an archive that is not safe to read.
    pub(super) fn open(file: &FoundFile, progress: &'a dyn Progress) -> Result<Self, Error> {
        let disk = File::open(&file.path).map_err(|e| Error::read(&file.path, e))?;
        let before = disk.metadata().map_err(|e| Error::read(&file.path, e))?;
        if before.is_dir() {
            return Err(input(&file.path, "it is a folder", "name a file, or a pattern of files in it"));
        }
        let tally = Arc::new(Mutex::new(Tally::default()));
        let counted =
            Counted { inner: disk, tally: Arc::clone(&tally), name: file.name.clone(), total: before.len(), progress };
        let (stream, inner_name): (Box<dyn Read + Send + 'a>, &str) = match &file.member {
            Some(member) => (archive::stream(&file.path, member, counted)?, member),
            None => (Box::new(counted), file.name.as_str()),
        };
        let packed: Arc<Mutex<Tally>> = Arc::clone(&tally);
        let reader: Box<dyn Read + Send + 'a> = match packing(inner_name) {
            Packing::Plain if file.member.is_none() => stream,
            Packing::Plain => Box::new(Limited { inner: stream, packed, inflated: 0 }),
            Packing::Gzip => Box::new(Limited { inner: MultiGzDecoder::new(stream), packed, inflated: 0 }),
            Packing::Zstd => {
                let decoder = zstd::stream::read::Decoder::new(stream).map_err(|e| Error::read(&file.path, e))?;
                Box::new(Limited { inner: decoder, packed, inflated: 0 })
            }
        };
        Ok(Self { reader, tally, before, path: file.path.clone(), name: file.name.clone() })
    }

    /// After the last byte: what was read, for the evidence.
    ///
    /// # Errors
    /// When the file changed while it was read.
    pub(super) fn finish(mut self) -> Result<SourceFile, Error> {
        let changed = || {
            input(
                &self.path,
                "the file changed while it was being read",
                "wait until the export is complete, then run again",
            )
        };
        // Whatever follows the last packed byte belongs to the file's hash too.
        io::copy(&mut self.reader, &mut io::sink()).map_err(|e| Error::read(&self.path, e))?;
        let after = std::fs::metadata(&self.path).map_err(|e| Error::read(&self.path, e))?;
        let tally = self.tally.lock().map_err(|_| Error::Bug("a reader stopped while counting bytes".into()))?;
        let same_time = match (after.modified(), self.before.modified()) {
            (Ok(now), Ok(then)) => now == then,
            _ => true,
        };
        if tally.bytes != after.len() || after.len() != self.before.len() || !same_time {
            return Err(changed());
        }
        Ok(SourceFile {
            name: self.name.clone(),
            blake3: tally.hasher.finalize().to_hex().to_string(),
            bytes: tally.bytes,
        })
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

fn input(path: &Path, what: &str, fix: &str) -> Error {
    Error::Input { path: path.to_owned(), what: what.into(), fix: fix.into(), source: None }
}

/// Counts and hashes what comes from disk.
pub(super) struct Counted<'a> {
    inner: File,
    tally: Arc<Mutex<Tally>>,
    name: String,
    total: u64,
    progress: &'a dyn Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        let mut tally = self.tally.lock().map_err(|_| io::Error::other("a reader stopped while counting bytes"))?;
        tally.hasher.update(&buffer[..n]);
        tally.bytes += n as u64;
        self.progress.bytes_read(&self.name, tally.bytes, self.total);
        Ok(n)
    }
}

impl Counted<'_> {
    /// The file itself, for readers that jump; nothing is counted through it.
    pub(super) fn duplicate(&self) -> io::Result<File> {
        self.inner.try_clone()
    }
}

/// Stops a small file that unpacks to a huge one.
struct Limited<R> {
    inner: R,
    packed: Arc<Mutex<Tally>>,
    inflated: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.inflated += n as u64;
        if self.inflated > RATIO_FREE {
            let packed = self.packed.lock().map_or(0, |t| t.bytes);
            if self.inflated > MAX_INFLATED || self.inflated / MAX_RATIO > packed.max(1) {
                return Err(io::Error::other(format!(
                    "it unpacks to more than {} bytes from {packed}: refused as an archive bomb",
                    self.inflated
                )));
            }
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::extract::Silent;

    fn found(path: PathBuf) -> FoundFile {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        FoundFile { path, name, member: None }
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn read_all(name: &str, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let mut source = Source::open(&found(path), &Silent).map_err(|e| e.to_string())?;
        let mut out = Vec::new();
        source.read_to_end(&mut out).map_err(|e| e.to_string())?;
        let evidence = source.finish().map_err(|e| e.to_string())?;
        assert_eq!(evidence.blake3, blake3::hash(bytes).to_hex().to_string());
        assert_eq!(evidence.bytes, bytes.len() as u64);
        Ok(out)
    }

    #[test]
    fn a_gzip_of_two_members_is_read_to_its_end() {
        let bytes = [gzip(b"id\n1\n"), gzip(b"2\n")].concat();
        assert_eq!(read_all("a.csv.gz", &bytes).unwrap(), b"id\n1\n2\n");
    }

    #[test]
    fn a_cut_gzip_or_zstd_is_an_error() {
        let bytes = gzip(&b"id\n1\n2\n3\n".repeat(100));
        assert!(read_all("a.csv.gz", &bytes[..bytes.len() - 5]).is_err());
        let bytes = zstd::encode_all(&b"id\n1\n2\n3\n".repeat(100)[..], 3).unwrap();
        assert_eq!(read_all("a.csv.ZST", &bytes).unwrap().len(), 900);
        assert!(read_all("a.csv.zst", &bytes[..bytes.len() - 5]).is_err());
    }

    #[test]
    fn a_gzip_followed_by_something_else_is_an_error() {
        assert!(read_all("a.csv.gz", &[gzip(b"id\n"), b"id\n1\n".to_vec()].concat()).is_err());
    }

    #[test]
    fn a_bomb_is_refused() {
        let bytes = zstd::encode_all(io::repeat(b'0').take(300 << 20), 1).unwrap();
        assert!(read_all("a.csv.zst", &bytes).unwrap_err().contains("bomb"));
    }

    #[test]
    fn a_file_that_grows_while_it_is_read_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, b"id\n1\n").unwrap();
        let mut source = Source::open(&found(path.clone()), &Silent).unwrap();
        io::copy(&mut source, &mut io::sink()).unwrap();
        std::fs::write(&path, b"id\n1\n2\n").unwrap();
        assert!(source.finish().unwrap_err().to_string().contains("changed"));
    }
}
