//! Keys of named approvers, made and kept locally, and what they sign (Ed25519).

use std::path::Path;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::secret::seed;
use crate::error::Error;

/// What is signed when an evidence archive is: no signature of one kind can stand for another.
pub const EVIDENCE: &str = "rollproof evidence 1";
/// What is signed when the gate is overridden.
pub const OVERRIDE: &str = "rollproof override 1";

/// A named person with a key on this machine.
pub struct Approver {
    name: String,
    key: SigningKey,
}

/// A signature with all that is needed to check it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Who signed.
    pub name: String,
    /// Their public key, in hex: compare it with the one that they gave you.
    pub public_key: String,
    /// The signature, in hex.
    pub signature: String,
}

impl Approver {
    /// Opens the key of a name in a folder (`.rollproof/keys`), or makes one.
    ///
    /// # Errors
    /// When the name is not fit for a file, or the key can not be read or written.
    pub fn open(folder: &Path, name: &str) -> Result<Self, Error> {
        let slug: String =
            name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        if slug.trim_matches('-').is_empty() || name.chars().any(char::is_control) {
            let fix = "give a name with letters: --by \"J. Ruiz\"".into();
            return Err(Error::Usage { what: "an approver needs a name".into(), fix });
        }
        // Two names that differ only in what a file name can not hold are two people.
        let tail = blake3::hash(name.as_bytes()).to_hex();
        let seed = seed(folder, &format!("{slug}-{}", &tail[..8]))?;
        Ok(Self { name: name.to_owned(), key: SigningKey::from_bytes(&seed) })
    }

    /// The public key, in hex, to be given to those who verify.
    #[must_use]
    pub fn public_key(&self) -> String {
        hex(self.key.verifying_key().as_bytes())
    }

    /// Signs bytes of a kind ([`EVIDENCE`], [`OVERRIDE`]); the name is part of what is signed.
    #[must_use]
    pub fn sign(&self, kind: &str, bytes: &[u8]) -> Signature {
        let signature = self.key.sign(&message(kind, &self.name, bytes));
        Signature { name: self.name.clone(), public_key: self.public_key(), signature: hex(&signature.to_bytes()) }
    }
}

impl Signature {
    /// True when the named key signed these very bytes as that kind.
    #[must_use]
    pub fn is_of(&self, kind: &str, bytes: &[u8]) -> bool {
        let check = || -> Option<()> {
            let key = VerifyingKey::from_bytes(&unhex::<32>(&self.public_key)?).ok()?;
            let signature = ed25519_dalek::Signature::from_bytes(&unhex::<64>(&self.signature)?);
            key.verify_strict(&message(kind, &self.name, bytes), &signature).ok()
        };
        check().is_some()
    }

    /// As files hold it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "name": self.name, "public_key": self.public_key, "signature": self.signature })
    }
}

fn message(kind: &str, name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    for part in [kind.as_bytes(), name.as_bytes(), bytes] {
        message.extend((part.len() as u64).to_le_bytes());
        message.extend(part);
    }
    message
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0u8; N];
    if text.len() != N * 2 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}
