//! Many short texts in one buffer, addressed by position.

/// An append-only list of texts in one allocation.
#[derive(Debug, Clone, Default)]
pub struct StringPool {
    text: String,
    ends: Vec<u32>,
}

impl StringPool {
    /// Appends a text and returns its position; `None` once the pool would pass 4 GiB or 4 billion texts.
    pub fn push(&mut self, text: &str) -> Option<u32> {
        let end = u32::try_from(self.text.len() + text.len()).ok()?;
        let position = u32::try_from(self.ends.len()).ok()?;
        self.text.push_str(text);
        self.ends.push(end);
        Some(position)
    }

    /// The text at a position.
    ///
    /// # Panics
    /// When the position is past the end.
    #[inline]
    #[must_use]
    pub fn get(&self, position: u32) -> &str {
        let position = position as usize;
        let start = if position == 0 { 0 } else { self.ends[position - 1] as usize };
        &self.text[start..self.ends[position] as usize]
    }

    /// The bytes of the text at a position.
    ///
    /// # Panics
    /// When the position is past the end.
    #[inline]
    #[must_use]
    pub fn bytes_at(&self, position: u32) -> &[u8] {
        let position = position as usize;
        let start = if position == 0 { 0 } else { self.ends[position - 1] as usize };
        &self.text.as_bytes()[start..self.ends[position] as usize]
    }

    /// All texts, one behind the other.
    #[must_use]
    pub fn whole(&self) -> &str {
        &self.text
    }

    /// How many texts are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True when no text is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All texts in order of position.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|i| self.get(i as u32))
    }

    /// Bytes held, for memory accounting.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * 4
    }
}
