//! The identity of a finding across runs, kept so that nobody can guess a student from it.
//!
//! A fingerprint is a hash of check, student, record and field; ids are few, and so it could be guessed by trying all
//! of them. The history stores an HMAC of it, whose key lies beside the store and in no backup of it.

use std::io::{Read, Write};
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::Sha256;

use super::store::create_private;
use crate::error::Error;

/// The project's key of identities.
pub(super) struct IdentityKey([u8; 32]);

impl IdentityKey {
    /// Reads the key, or makes one.
    pub(super) fn load(path: &Path) -> Result<Self, Error> {
        let mut key = [0u8; 32];
        match std::fs::File::open(path) {
            Ok(mut file) => {
                file.read_exact(&mut key).map_err(|e| Error::read(path, e))?;
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                SysRng
                    .try_fill_bytes(&mut key)
                    .map_err(|e| Error::write(path, std::io::Error::other(e.to_string())))?;
                // Whole or not there: a run that is killed here must not leave half a key.
                let partial = path.with_extension("partial");
                if partial.exists() {
                    std::fs::remove_file(&partial).map_err(|e| Error::write(&partial, e))?;
                }
                let mut file = create_private(&partial)?;
                file.write_all(&key).and_then(|()| file.sync_all()).map_err(|e| Error::write(&partial, e))?;
                std::fs::rename(&partial, path).map_err(|e| Error::write(path, e))?;
            }
            Err(e) => return Err(Error::read(path, e)),
        }
        Ok(Self(key))
    }

    /// The stored identity of a fingerprint.
    pub(super) fn identity(&self, fingerprint: &str) -> u128 {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return 0 };
        mac.update(fingerprint.as_bytes());
        let bytes = mac.finalize().into_bytes();
        bytes.first_chunk::<16>().map_or(0, |b| u128::from_be_bytes(*b))
    }
}
