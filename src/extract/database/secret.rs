//! A connection string: read from the environment, never shown.

use crate::error::Error;
use crate::extract::FoundFile;

/// Shorter parts are left in messages: they would take whole words apart and tell nothing.
const SHORTEST: usize = 3;

/// A connection string. Has no `Debug`, so that it can not be printed by chance.
pub(super) struct Secret {
    uri: String,
    parts: Vec<String>,
}

impl Secret {
    /// Takes it from an environment variable.
    ///
    /// # Errors
    /// When the variable is not set.
    pub(super) fn from_environment(file: &FoundFile, variable: &str) -> Result<Self, Error> {
        match std::env::var(variable) {
            Ok(uri) if !uri.trim().is_empty() => Ok(Self::new(uri)),
            _ => Err(Error::Input {
                path: file.path.clone(),
                what: format!("the environment variable {variable} is not set"),
                fix: format!("set {variable} to the connection string of the database"),
                source: None,
            }),
        }
    }

    fn new(uri: String) -> Self {
        let pieces = uri.split([':', '/', '@', '?', '&', '=', ';', ' ', '\'', '"']);
        let mut parts: Vec<String> = pieces.flat_map(|p| [p.to_owned(), unescaped(p)]).collect();
        parts.push(uri.clone());
        parts.retain(|p| p.len() >= SHORTEST);
        // Long ones first, so that no part of one stays.
        parts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        parts.dedup();
        Self { uri, parts }
    }

    /// The whole string, for the driver alone.
    pub(super) fn uri(&self) -> &str {
        &self.uri
    }

    /// A message without any part of it.
    pub(super) fn without(&self, message: &str) -> String {
        self.parts.iter().fold(message.to_owned(), |text, part| text.replace(part.as_str(), "***"))
    }
}

/// Percent escapes as the bytes that they stand for.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape =
            after.get(..2).and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok());
        match escape.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_a_connection_string_stays_in_a_message() {
        let secret = Secret::new("postgresql://reader:s3%40cret@db.example.org:5432/sis?sslmode=require".into());
        let said = "missing \"=\" after \"postgresql://reader:s3%40cret@db.example.org:5432/sis?sslmode=require\", \
                    password s3@cret of reader at db.example.org";
        let shown = secret.without(said);
        for part in ["reader", "cret", "example", "5432", "sis", "require"] {
            assert!(!shown.contains(part), "{part} in {shown}");
        }
        assert!(shown.starts_with("missing \"=\" after"));
    }
}
