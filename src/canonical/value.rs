//! Canonical values: the text in the file, the canonical text it became, and what it means.

use jiff::civil::Date;

use super::{Decimal, StringPool};

/// What a canonical value means, by the kind of its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// No value: the cell was empty or a declared null word.
    Missing,
    /// A text, an id or a code; the canonical text says which.
    Text,
    /// A calendar day.
    Date(Date),
    /// An exact number.
    Number(Decimal),
    /// Yes or no.
    Flag(bool),
    /// A code that no crosswalk line covers. It equals nothing, not even itself.
    Unmapped,
    /// A text that the field's declared format does not read. It equals nothing, not even itself.
    Unreadable,
}

/// One distinct value of a column.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Position of the raw text in the pool (columns joined by ` | ` when several made the value).
    pub raw: u32,
    /// Position of the canonical text in the pool; equal texts are equal values.
    pub text: u32,
    /// What it means.
    pub typed: Typed,
    /// Number that is equal on both sides for equal values; set by [`super::Dataset::align`].
    pub key: u32,
}

/// The key of values that equal nothing (unmapped, unreadable).
pub(super) const NEVER_EQUAL: u32 = u32::MAX;

/// The dictionary of a canonical column. Most columns hold texts that are canonical as they stand: what such a column
/// would only repeat is not kept.
#[derive(Debug, Clone, Default)]
pub struct Values {
    pool: StringPool,
    /// Position of each raw text; empty while it is the code itself.
    raws: Vec<u32>,
    /// Position of each canonical text; empty while it is the raw one.
    texts: Vec<u32>,
    /// What each value means; empty while all are texts.
    typed: Vec<Typed>,
    keys: Vec<u32>,
}

impl Values {
    /// Adds a value and returns its code; `None` when the dictionary is full (4 GiB of text).
    /// `text` is the canonical form; for [`Typed::Missing`], [`Typed::Unmapped`] and [`Typed::Unreadable`] it is not used.
    pub fn push(&mut self, raw: &str, text: &str, typed: Typed) -> Option<u32> {
        let raw_at = self.pool.push(raw)?;
        let text_at = if raw == text { raw_at } else { self.pool.push(text)? };
        let code = u32::try_from(self.keys.len()).ok()?;
        if self.texts.is_empty() && text_at != raw_at {
            self.texts = (0..code).map(|c| self.raw_at(c)).collect();
            self.texts.reserve(1);
        }
        if !self.texts.is_empty() || text_at != raw_at {
            self.texts.push(text_at);
        }
        if self.raws.is_empty() && raw_at != code {
            self.raws = (0..code).collect();
        }
        if !self.raws.is_empty() || raw_at != code {
            self.raws.push(raw_at);
        }
        if self.typed.is_empty() && typed != Typed::Text {
            self.typed = vec![Typed::Text; code as usize];
        }
        if !self.typed.is_empty() || typed != Typed::Text {
            self.typed.push(typed);
        }
        self.keys.push(NEVER_EQUAL);
        Some(code)
    }

    #[inline]
    fn raw_at(&self, code: u32) -> u32 {
        self.raws.get(code as usize).copied().unwrap_or(code)
    }

    #[inline]
    fn text_at(&self, code: u32) -> u32 {
        self.texts.get(code as usize).copied().unwrap_or_else(|| self.raw_at(code))
    }

    /// The entry of a code.
    ///
    /// # Panics
    /// When there is no such code.
    #[inline]
    #[must_use]
    pub fn entry(&self, code: u32) -> Entry {
        let typed = self.typed.get(code as usize).copied().unwrap_or(Typed::Text);
        Entry { raw: self.raw_at(code), text: self.text_at(code), typed, key: self.keys[code as usize] }
    }

    /// The text as it stood in the file.
    #[inline]
    #[must_use]
    pub fn raw(&self, code: u32) -> &str {
        self.pool.get(self.raw_at(code))
    }

    /// The canonical text.
    #[inline]
    #[must_use]
    pub fn text(&self, code: u32) -> &str {
        self.pool.get(self.text_at(code))
    }

    /// True when every value is canonical as it stood in the file.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.texts.is_empty()
    }

    /// The key of each code; see [`Entry::key`].
    #[inline]
    #[must_use]
    pub fn keys(&self) -> &[u32] {
        &self.keys
    }

    /// Number of distinct values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// True when there is no value at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The same values with keys that an alignment with the other side gave them before.
    ///
    /// # Panics
    /// When there is not one key a value.
    #[must_use]
    pub fn with_keys(mut self, keys: Vec<u32>) -> Self {
        assert_eq!(keys.len(), self.keys.len(), "one key a value");
        self.keys = keys;
        self
    }

    pub(super) fn set_keys(&mut self, keys: Vec<u32>) {
        debug_assert_eq!(keys.len(), self.keys.len());
        self.keys = keys;
    }

    /// Bytes held, for memory accounting.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let numbers = self.raws.capacity() + self.texts.capacity() + self.keys.capacity();
        self.pool.bytes() + numbers * 4 + self.typed.capacity() * size_of::<Typed>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_texts_and_meanings_whatever_came_before_them() {
        let pushed = [
            ("a", "a", Typed::Text),
            ("b", "b", Typed::Text),
            ("", "", Typed::Missing),
            (" C", "c", Typed::Text),
            ("Y", "true", Typed::Flag(true)),
            ("d", "d", Typed::Text),
        ];
        for first in 0..pushed.len() {
            let mut values = Values::default();
            let order: Vec<_> = pushed[first..].iter().chain(&pushed[..first]).collect();
            for (at, (raw, text, typed)) in order.iter().enumerate() {
                assert_eq!(values.push(raw, text, *typed), Some(at as u32));
            }
            for (code, (raw, text, typed)) in order.iter().enumerate() {
                let code = code as u32;
                assert_eq!((values.raw(code), values.text(code)), (*raw, *text));
                assert_eq!((values.entry(code).typed, values.entry(code).key), (*typed, NEVER_EQUAL));
            }
            assert_eq!(values.len(), pushed.len());
        }
    }
}
