//! School years, named by the calendar year in which they end.

use std::fmt;

/// The school year that ends in this calendar year: 2026 is 2025-26.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchoolYear(pub i16);

impl SchoolYear {
    /// Reads the canonical form `2025-26`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (start, end) = text.split_once('-')?;
        if start.len() != 4 || end.len() != 2 {
            return None;
        }
        let start: i16 = start.parse().ok()?;
        let end: i16 = end.parse().ok()?;
        ((start + 1) % 100 == end).then_some(Self(start + 1))
    }
}

impl fmt::Display for SchoolYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}", self.0 - 1, self.0.rem_euclid(100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_prints_as_its_span_and_reads_back() {
        assert_eq!(SchoolYear(2026).to_string(), "2025-26");
        assert_eq!(SchoolYear(2000).to_string(), "1999-00");
        assert_eq!(SchoolYear::parse("1999-00"), Some(SchoolYear(2000)));
        assert_eq!(SchoolYear::parse("2025-27"), None);
    }
}
