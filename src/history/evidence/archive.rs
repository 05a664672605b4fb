//! Writing the archive. It is made byte for byte the same from the same contents, so that every byte of it is checked.

use std::io::{Cursor, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::super::marks::sync_folder;
use super::super::{ChainEntry, store::create_private};
use super::Signature;
use crate::error::Error;

/// The archive's format.
pub(super) const SCHEMA: u32 = 1;
/// The list of all other files.
pub(super) const MANIFEST: &str = "manifest.json";
/// Signatures over the manifest; the one file that may be added to.
pub(super) const SIGNATURES: &str = "signatures.json";
/// Entries of the chain, one a line.
pub(super) const CHAIN: &str = "chain.jsonl";

/// One input file, as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputLine {
    /// `legacy` or `new`.
    pub side: String,
    /// Path below the side's root.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// BLAKE3, in hex.
    pub blake3: String,
}

/// What goes into the archive. No student data: config files are taken as they are, findings only as a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The run's id.
    pub run: String,
    /// Version of rollproof.
    pub version: String,
    /// The inputs.
    pub inputs: Vec<InputLine>,
    /// BLAKE3 of the run's findings on record.
    pub findings_hash: String,
    /// `verdict.json` as written.
    pub verdict: Vec<u8>,
    /// Project, mapping, crosswalk, policy and waiver files: name and bytes. Waivers may name students by id: they are
    /// put in as a hash only, unless the caller decides otherwise.
    pub config: Vec<(String, Vec<u8>)>,
    /// Further papers: `drill.json`, `signoffs.json`.
    pub papers: Vec<(String, Vec<u8>)>,
    /// The chain up to and including the decision.
    pub chain: Vec<ChainEntry>,
}

/// One file of the archive, in its manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestLine {
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) blake3: String,
    pub(super) sha256: String,
}

/// The manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) schema: u32,
    pub(super) run: String,
    pub(super) version: String,
    pub(super) findings_hash: String,
    pub(super) chain: String,
    pub(super) files: Vec<ManifestLine>,
}

/// Writes the archive to a new file.
///
/// # Errors
/// When the file exists, a name leads out of the archive or occurs twice, or it can not be written.
pub fn write(path: &Path, evidence: &Evidence, signatures: &[Signature]) -> Result<(), Error> {
    let mut files = contents(evidence)?;
    let manifest = manifest(evidence, &files)?;
    files.insert(0, (MANIFEST.into(), manifest));
    if !signatures.is_empty() {
        files.push((SIGNATURES.into(), json(&signatures)?));
    }
    let bytes = build(&files)?;
    save(path, &bytes)
}

/// All files but manifest and signatures, sorted by name.
fn contents(evidence: &Evidence) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut files = vec![
        ("verdict.json".to_owned(), evidence.verdict.clone()),
        ("inputs.json".to_owned(), json(&evidence.inputs)?),
        (CHAIN.to_owned(), chain_lines(&evidence.chain)?),
    ];
    files.extend(evidence.config.iter().map(|(name, bytes)| (format!("config/{name}"), bytes.clone())));
    files.extend(evidence.papers.iter().map(|(name, bytes)| (format!("papers/{name}"), bytes.clone())));
    files.sort();
    for pair in files.windows(2) {
        if pair[0].0 == pair[1].0 {
            return Err(Error::Bug(format!("{} is in the evidence twice", pair[0].0)));
        }
    }
    for (name, _) in &files {
        let odd = |part: &str| part.is_empty() || part == "." || part == ".." || part.contains(['\\', ':']);
        if name.split('/').any(odd) {
            return Err(Error::Bug(format!("{name} is no name inside an archive")));
        }
    }
    Ok(files)
}

fn manifest(evidence: &Evidence, files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, Error> {
    json(&Manifest {
        schema: SCHEMA,
        run: evidence.run.clone(),
        version: evidence.version.clone(),
        findings_hash: evidence.findings_hash.clone(),
        chain: evidence.chain.last().map(|e| e.hash.clone()).unwrap_or_default(),
        files: files.iter().map(|(name, bytes)| line(name, bytes)).collect(),
    })
}

/// A file's line of the manifest.
pub(super) fn line(name: &str, bytes: &[u8]) -> ManifestLine {
    let sha256: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
    let blake3 = blake3::hash(bytes).to_hex().to_string();
    ManifestLine { name: name.to_owned(), bytes: bytes.len() as u64, blake3, sha256 }
}

fn chain_lines(chain: &[ChainEntry]) -> Result<Vec<u8>, Error> {
    let mut lines = Vec::new();
    for entry in chain {
        let line = serde_json::json!({ "number": entry.number, "body": entry.body, "hash": entry.hash });
        serde_json::to_writer(&mut lines, &line).map_err(|e| Error::Bug(e.to_string()))?;
        lines.push(b'\n');
    }
    Ok(lines)
}

/// Pretty JSON with a final newline.
pub(super) fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| Error::Bug(e.to_string()))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// The archive's bytes: stored, with one fixed date, in the given order.
pub(super) fn build(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, Error> {
    let broken = |e: zip::result::ZipError| Error::Bug(format!("zip: {e}"));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o600);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options).map_err(broken)?;
        zip.write_all(bytes).map_err(|e| Error::Bug(format!("zip: {e}")))?;
    }
    Ok(zip.finish().map_err(broken)?.into_inner())
}

/// Writes a new private file durably under its final name.
pub(super) fn save(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut file = create_private(path)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|e| Error::write(path, e))?;
    sync_folder(path.parent().filter(|p| !p.as_os_str().is_empty()))
}
