//! Checking an archive on any machine: every byte of it, the chain inside, and the signatures.

use std::fmt;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use zip::ZipArchive;

use super::archive::{CHAIN, MANIFEST, Manifest, SCHEMA, SIGNATURES, build, json, line};
use super::{Approver, EVIDENCE, Signature};
use crate::error::Error;
use crate::history::{ChainEntry, Recorded, verify_chain};

/// Something in an archive that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which file of the archive; `the archive` for its own structure.
    pub file: String,
    /// What is wrong with it.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.what)
    }
}

/// What an archive says, when it was checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// The run's id.
    pub run: String,
    /// `go`, `no-go`, `cannot-decide`.
    pub verdict: String,
    /// Number of files.
    pub files: u64,
    /// Entries of the chain.
    pub chain: u64,
    /// Who signed, with their public keys; only signatures that hold.
    pub signed: Vec<(String, String)>,
    /// Every override of the gate in the chain, oldest first.
    pub overrides: Vec<Recorded>,
    /// Everything that is not as it was; empty when all is well.
    pub faults: Vec<Fault>,
}

/// Checks an archive.
///
/// # Errors
/// When the file can not be read. What is wrong inside is in [`Verified::faults`].
pub fn verify(path: &Path) -> Result<Verified, Error> {
    let bytes = std::fs::read(path).map_err(|e| Error::read(path, e))?;
    Ok(check(&bytes))
}

/// Adds an approver's signature to an archive that holds.
///
/// # Errors
/// When the archive does not hold, or can not be read or written; it then stays as it was.
pub fn add_signature(path: &Path, approver: &Approver) -> Result<(), Error> {
    let bytes = std::fs::read(path).map_err(|e| Error::read(path, e))?;
    let verified = check(&bytes);
    if let Some(fault) = verified.faults.first() {
        let fix = "get the archive again from who made it; never sign a changed one".into();
        return Err(Error::Usage { what: format!("the archive does not hold: {fault}"), fix });
    }
    let Ok(mut files) = unpack(&bytes) else { return Err(Error::Bug("an archive that holds can not be read".into())) };
    let manifest = files.iter().find(|(n, _)| n == MANIFEST).map(|(_, b)| b.clone()).unwrap_or_default();
    let before = files.iter().find(|(n, _)| n == SIGNATURES).map(|(_, b)| b.clone());
    let mut signatures: Vec<Signature> = before.and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default();
    let new = approver.sign(EVIDENCE, &manifest);
    signatures.retain(|s| s.public_key != new.public_key);
    signatures.push(new);
    files.retain(|(n, _)| n != SIGNATURES);
    files.push((SIGNATURES.into(), json(&signatures)?));
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|e| Error::write(path, e))?;
    file.write_all(&build(&files)?).map_err(|e| Error::write(path, e))?;
    file.as_file().sync_all().map_err(|e| Error::write(path, e))?;
    file.persist(path).map_err(|e| Error::write(path, e.error))?;
    Ok(())
}

type Files = Vec<(String, Vec<u8>)>;

/// The files of an archive, in their order.
fn unpack(bytes: &[u8]) -> Result<Files, Fault> {
    let broken = |what: String| Fault { file: "the archive".into(), what };
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|e| broken(format!("it is no archive ({e})")))?;
    let mut files = Vec::new();
    for at in 0..zip.len() {
        let mut file = zip.by_index(at).map_err(|e| broken(format!("file {at} can not be opened ({e})")))?;
        let name = file.name().map(std::borrow::Cow::into_owned);
        let name = name.map_err(|e| broken(format!("file {at} has no readable name ({e})")))?;
        let mut content = Vec::new();
        let read = file.read_to_end(&mut content);
        read.map_err(|e| Fault { file: name.clone(), what: format!("its bytes were changed ({e})") })?;
        files.push((name, content));
    }
    Ok(files)
}

fn check(bytes: &[u8]) -> Verified {
    let mut verified = Verified::default();
    let files = match unpack(bytes) {
        Ok(files) => files,
        Err(fault) => {
            verified.faults.push(fault);
            return verified;
        }
    };
    verified.files = files.len() as u64;
    let mut fault = |file: &str, what: &str| verified.faults.push(Fault { file: file.into(), what: what.into() });
    let content = |name: &str| files.iter().find(|(n, _)| n == name).map(|(_, b)| b.as_slice());
    let manifest = content(MANIFEST).and_then(|b| serde_json::from_slice::<Manifest>(b).ok());
    let Some(manifest) = manifest.filter(|m| m.schema <= SCHEMA) else {
        fault(MANIFEST, "it is missing, changed or of a newer rollproof");
        return verified;
    };
    for expected in &manifest.files {
        match content(&expected.name) {
            None => fault(&expected.name, "it is missing"),
            Some(found) if line(&expected.name, found) != *expected => fault(&expected.name, "it was changed"),
            Some(_) => {}
        }
    }
    for (name, _) in &files {
        if name != MANIFEST && name != SIGNATURES && !manifest.files.iter().any(|l| l.name == *name) {
            fault(name, "it is not in the manifest");
        }
    }
    if build(&files).ok().as_deref() != Some(bytes) {
        fault("the archive", "it is not written as rollproof writes it: bytes between the files were changed");
    }
    verified.run.clone_from(&manifest.run);
    let decided = chain(content(CHAIN), &manifest, &mut verified);
    let verdict = content("verdict.json").and_then(|b| serde_json::from_slice::<serde_json::Value>(b).ok());
    let word = |key: &str| verdict.as_ref()?.get(key)?.as_str().map(str::to_owned);
    verified.verdict = word("verdict").unwrap_or_default();
    let mut verdict_fault = |what: &str| verified.faults.push(Fault { file: "verdict.json".into(), what: what.into() });
    if word("run").as_deref() != Some(manifest.run.as_str()) {
        verdict_fault("it is of another run");
    } else if decided.is_some() && decided != Some((word("verdict"), word("chain"))) {
        verdict_fault("it is not the last answer that the chain holds for this run");
    } else if decided.is_none() {
        verdict_fault("the chain holds no answer for this run");
    }
    signatures(content(SIGNATURES), content(MANIFEST).unwrap_or_default(), &mut verified);
    verified
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ChainLine {
    number: i64,
    body: String,
    hash: String,
}

/// The chain must follow from its root, end where the manifest says, and hold the decision of the verdict.
/// Returns the last answer of the run: its verdict and the hash of its entry.
fn chain(
    lines: Option<&[u8]>,
    manifest: &Manifest,
    verified: &mut Verified,
) -> Option<(Option<String>, Option<String>)> {
    let mut fault = |what: String| verified.faults.push(Fault { file: CHAIN.into(), what });
    let text = lines.and_then(|l| std::str::from_utf8(l).ok()).unwrap_or("");
    let parsed: Result<Vec<ChainLine>, _> = text.lines().map(serde_json::from_str).collect();
    let Ok(parsed) = parsed else {
        fault("a line of it can not be read".into());
        return None;
    };
    let entries: Vec<ChainEntry> =
        parsed.into_iter().map(|l| ChainEntry { number: l.number, body: l.body, hash: l.hash }).collect();
    verify_chain(&entries).iter().for_each(|f| fault(f.to_string()));
    if entries.last().map(|e| e.hash.as_str()) != Some(manifest.chain.as_str()) {
        fault("it does not end where the manifest says: entries were cut off".into());
    }
    let bodies: Vec<serde_json::Value> =
        entries.iter().map(|e| serde_json::from_str(&e.body).unwrap_or_default()).collect();
    let word = |body: &serde_json::Value, key: &str| body.get(key).and_then(|v| v.as_str()).map(str::to_owned);
    let is = |body: &serde_json::Value, kind: &str| {
        word(body, "kind").as_deref() == Some(kind) && word(body, "run").as_deref() == Some(manifest.run.as_str())
    };
    let of_run = |b: &&serde_json::Value| {
        is(b, "run") && word(b, "findings_hash").as_deref() == Some(manifest.findings_hash.as_str())
    };
    if bodies.iter().filter(of_run).count() != 1 {
        fault("the run and its findings are not in it".into());
    }
    for (entry, body) in entries.iter().zip(&bodies).filter(|(_, b)| word(b, "kind").as_deref() == Some("override")) {
        match Recorded::of(body) {
            Some(given) if given.holds => verified.overrides.push(given),
            _ => verified.faults.push(Fault {
                file: CHAIN.into(),
                what: format!("the signature of the override in entry {} does not hold", entry.number),
            }),
        }
    }
    verified.chain = entries.len() as u64;
    let last = entries.iter().zip(&bodies).rev().find(|(_, b)| is(b, "decision"));
    last.map(|(entry, body)| (word(body, "verdict"), Some(entry.hash.clone())))
}

fn signatures(bytes: Option<&[u8]>, manifest: &[u8], verified: &mut Verified) {
    let Some(bytes) = bytes else { return };
    let mut fault = |what: String| verified.faults.push(Fault { file: SIGNATURES.into(), what });
    let Ok(list) = serde_json::from_slice::<Vec<Signature>>(bytes) else {
        fault("it can not be read".into());
        return;
    };
    for signature in list {
        if signature.is_of(EVIDENCE, manifest) {
            verified.signed.push((signature.name, signature.public_key));
        } else {
            fault(format!("the signature of {} does not hold", signature.name));
        }
    }
}
