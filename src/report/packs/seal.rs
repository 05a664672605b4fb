//! Packs for one reader only: encrypted with age for the public key of the school, or as they are.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::report::outfile::OutFile;

/// Ending of an encrypted file, after its own.
pub const SEALED: &str = ".age";

/// Whose keys packs are encrypted for; none by default.
#[derive(Debug, Clone, Default)]
pub struct Seals {
    by_school: BTreeMap<String, Key>,
    others: Option<Key>,
}

#[cfg(feature = "age")]
type Key = age::x25519::Recipient;
#[cfg(not(feature = "age"))]
type Key = std::convert::Infallible;

impl Seals {
    /// Reads public keys by school code; `*` is for every other school.
    ///
    /// # Errors
    /// When a key is none, or this program was built without encryption: a pack that should be sealed is never
    /// written open.
    pub fn parse(keys: &BTreeMap<String, String>) -> Result<Self, Error> {
        let mut seals = Self::default();
        for (school, text) in keys {
            let key = parse(school, text)?;
            if school == "*" {
                seals.others = Some(key);
            } else {
                seals.by_school.insert(school.clone(), key);
            }
        }
        Ok(seals)
    }

    /// The key of a school.
    pub(crate) fn of(&self, school: &str) -> Option<&Key> {
        self.by_school.get(school).or(self.others.as_ref())
    }

    /// True when nothing is encrypted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_school.is_empty() && self.others.is_none()
    }
}

#[cfg(feature = "age")]
fn parse(school: &str, text: &str) -> Result<Key, Error> {
    text.trim().parse().map_err(|why| Error::Usage {
        what: format!("the public key for school {school} is not one of age: {why}"),
        fix: "write the line `age1...` that `age-keygen` printed, under privacy.encrypt".into(),
    })
}

#[cfg(not(feature = "age"))]
fn parse(school: &str, _: &str) -> Result<Key, Error> {
    Err(Error::Usage {
        what: format!("packs of school {school} are to be encrypted, and this program was built without age"),
        fix: "build rollproof with the feature `age`, or take privacy.encrypt out".into(),
    })
}

/// A file of a pack being written, open or sealed.
pub(crate) struct Sink {
    path: PathBuf,
    inner: Inner,
}

enum Inner {
    Open(OutFile),
    #[cfg(feature = "age")]
    Sealed(age::stream::StreamWriter<OutFile>),
}

impl Sink {
    /// Creates the file; a sealed one gets [`SEALED`] behind its name.
    pub(crate) fn create(path: &Path, key: Option<&Key>) -> Result<Self, Error> {
        let Some(key) = key else {
            return Ok(Self { path: path.to_owned(), inner: Inner::Open(OutFile::create(path)?) });
        };
        sealed(path, key)
    }

    /// Where it stands.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what is left and keeps the file.
    pub(crate) fn finish(self) -> Result<(), Error> {
        match self.inner {
            Inner::Open(file) => file.finish(),
            #[cfg(feature = "age")]
            Inner::Sealed(writer) => writer.finish().map_err(|e| Error::write(&self.path, e))?.finish(),
        }
    }
}

#[cfg(feature = "age")]
fn sealed(path: &Path, key: &Key) -> Result<Sink, Error> {
    let mut name = path.as_os_str().to_owned();
    name.push(SEALED);
    let path = PathBuf::from(name);
    let failed = |e: String| Error::write(&path, std::io::Error::other(e));
    let keys = std::iter::once(key as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(keys).map_err(|e| failed(e.to_string()))?;
    let writer = encryptor.wrap_output(OutFile::create(&path)?).map_err(|e| failed(e.to_string()))?;
    Ok(Sink { path, inner: Inner::Sealed(writer) })
}

#[cfg(not(feature = "age"))]
fn sealed(_: &Path, key: &Key) -> Result<Sink, Error> {
    match *key {}
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match &mut self.inner {
            Inner::Open(file) => file.write(bytes),
            #[cfg(feature = "age")]
            Inner::Sealed(writer) => writer.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match &mut self.inner {
            Inner::Open(file) => file.flush(),
            #[cfg(feature = "age")]
            Inner::Sealed(writer) => writer.flush(),
        }
    }
}

#[cfg(test)]
#[cfg(feature = "age")]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn only_the_school_s_own_key_opens_a_sealed_file() {
        let folder = tempfile::tempdir().unwrap();
        let (school, other) = (age::x25519::Identity::generate(), age::x25519::Identity::generate());
        let keys = BTreeMap::from([("012".to_owned(), school.to_public().to_string())]);
        let seals = Seals::parse(&keys).unwrap();
        assert!(seals.of("090").is_none(), "no key, no seal");
        let mut sink = Sink::create(&folder.path().join("a.csv"), seals.of("012")).unwrap();
        sink.write_all(b"0041877").unwrap();
        sink.finish().unwrap();
        assert!(!folder.path().join("a.csv").exists());
        let bytes = std::fs::read(folder.path().join("a.csv.age")).unwrap();
        assert!(!bytes.windows(7).any(|w| w == b"0041877"));
        let open = |key: &age::x25519::Identity| -> Option<Vec<u8>> {
            let mut plain = Vec::new();
            let reader = age::Decryptor::new(&bytes[..]).ok()?.decrypt(std::iter::once(key as &dyn age::Identity));
            reader.ok()?.read_to_end(&mut plain).ok()?;
            Some(plain)
        };
        assert_eq!(open(&school).as_deref(), Some(&b"0041877"[..]));
        assert_eq!(open(&other), None);
    }

    #[test]
    fn the_key_of_a_star_is_for_every_other_school() {
        let keys = ["012", "*"].map(|s| (s.to_owned(), age::x25519::Identity::generate().to_public().to_string()));
        let seals = Seals::parse(&keys.into()).unwrap();
        assert_ne!(seals.of("012").map(ToString::to_string), seals.of("090").map(ToString::to_string));
        assert!(seals.of("").is_some());
    }

    #[test]
    fn a_key_that_is_none_is_an_error_and_not_an_open_file() {
        let keys = BTreeMap::from([("*".to_owned(), "age1nonsense".to_owned())]);
        assert!(matches!(Seals::parse(&keys), Err(Error::Usage { .. })));
    }

    #[test]
    fn a_sealed_file_that_is_not_finished_is_not_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let key = age::x25519::Identity::generate().to_public();
        drop(Sink::create(&folder.path().join("a.csv"), Some(&key)).unwrap());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
