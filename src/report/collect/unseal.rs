//! Packs that came back encrypted with age: opened in memory with the keys that the caller names, never on disk.

use std::path::Path;

#[cfg(feature = "age")]
use super::guard;
use crate::error::Error;

/// What every age file begins with.
const MAGIC: &[u8] = b"age-encryption.org/";

/// Private keys that returned packs may be encrypted for; none by default.
#[derive(Default)]
pub struct Keys {
    #[cfg(feature = "age")]
    keys: Vec<age::x25519::Identity>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(..)")
    }
}

impl Keys {
    /// Reads key files as `age-keygen` writes them: a key a line, `#` before remarks.
    ///
    /// # Errors
    /// When a file cannot be read or holds no key, or this program was built without encryption. No message repeats
    /// what is in the file.
    #[cfg(feature = "age")]
    pub fn read(files: &[std::path::PathBuf]) -> Result<Self, Error> {
        let mut keys = Vec::new();
        for path in files {
            let text = std::fs::read_to_string(path).map_err(|e| Error::read(path, e))?;
            let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
            let before = keys.len();
            for line in lines {
                keys.push(line.parse().map_err(|_| no_key(path))?);
            }
            if keys.len() == before {
                return Err(no_key(path));
            }
        }
        Ok(Self { keys })
    }

    /// Without age there are no keys to read.
    ///
    /// # Errors
    /// When a file is named.
    #[cfg(not(feature = "age"))]
    pub fn read(files: &[std::path::PathBuf]) -> Result<Self, Error> {
        match files.first() {
            None => Ok(Self::default()),
            Some(path) => Err(locked(path, "this program was built without age and opens no encrypted file")),
        }
    }

    /// The bytes as they are, or what is sealed in them.
    pub(super) fn open(&self, path: &Path, bytes: Vec<u8>) -> Result<Vec<u8>, Error> {
        if bytes.starts_with(MAGIC) { self.unseal(path, &bytes) } else { Ok(bytes) }
    }

    #[cfg(feature = "age")]
    fn unseal(&self, path: &Path, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        if self.keys.is_empty() {
            return Err(locked(path, "it is encrypted"));
        }
        let damaged = "it is encrypted, and damaged or cut off";
        let sealed = age::Decryptor::new(bytes).map_err(|_| locked(path, damaged))?;
        let reader = sealed
            .decrypt(self.keys.iter().map(|key| key as &dyn age::Identity))
            .map_err(|_| locked(path, "it is encrypted for another key"))?;
        guard::bytes(path, reader, |_| locked(path, damaged))
    }

    #[cfg(not(feature = "age"))]
    fn unseal(&self, path: &Path, _: &[u8]) -> Result<Vec<u8>, Error> {
        Err(locked(path, "it is encrypted, and this program was built without age"))
    }
}

#[cfg(feature = "age")]
fn no_key(path: &Path) -> Error {
    Error::Input {
        path: path.to_owned(),
        what: "no private key of age".into(),
        fix: "name the file that `age-keygen -o FILE` wrote; it has a line AGE-SECRET-KEY-1…".into(),
        source: None,
    }
}

/// A file that stays closed.
fn locked(path: &Path, what: &str) -> Error {
    Error::Input {
        path: path.to_owned(),
        what: what.into(),
        fix: "name the private key with --identity FILE, or open it where the key is: age -d -i KEY -o FILE FILE.age"
            .into(),
        source: None,
    }
}
