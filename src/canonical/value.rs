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

/// The dictionary of a canonical column.
#[derive(Debug, Clone, Default)]
pub struct Values {
    pool: StringPool,
    entries: Vec<Entry>,
}

impl Values {
    /// Adds a value and returns its code; `None` when the dictionary is full (4 GiB of text).
    /// `text` is the canonical form; for [`Typed::Missing`], [`Typed::Unmapped`] and [`Typed::Unreadable`] it is not used.
    pub fn push(&mut self, raw: &str, text: &str, typed: Typed) -> Option<u32> {
        let raw_at = self.pool.push(raw)?;
        let text_at = if raw == text { raw_at } else { self.pool.push(text)? };
        let code = u32::try_from(self.entries.len()).ok()?;
        self.entries.push(Entry { raw: raw_at, text: text_at, typed, key: NEVER_EQUAL });
        Some(code)
    }

    /// The entry of a code.
    #[must_use]
    pub fn entry(&self, code: u32) -> &Entry {
        &self.entries[code as usize]
    }

    /// The text as it stood in the file.
    #[must_use]
    pub fn raw(&self, code: u32) -> &str {
        self.pool.get(self.entry(code).raw)
    }

    /// The canonical text.
    #[must_use]
    pub fn text(&self, code: u32) -> &str {
        self.pool.get(self.entry(code).text)
    }

    /// Number of distinct values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True when there is no value at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn entries_mut(&mut self) -> impl Iterator<Item = (&str, &mut Entry)> {
        let pool = &self.pool;
        self.entries.iter_mut().map(move |e| (pool.get(e.text), e))
    }

    /// Bytes held, for memory accounting.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.pool.bytes() + self.entries.capacity() * size_of::<Entry>()
    }
}
