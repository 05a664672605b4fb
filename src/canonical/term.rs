//! Terms as the part of a school year that they cover.

use std::fmt;

/// What part of a school year a term covers, in twelfths, with summer apart.
/// The canonical terms are `FY`, `S1` `S2`, `T1`..`T3`, `Q1`..`Q4`, `H1`..`H6` (six-weeks) and `SU`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TermSpan(u16);

const SUMMER: u16 = 1 << 12;
const YEAR: u16 = (1 << 12) - 1;

impl TermSpan {
    /// The whole year without summer.
    pub const FULL_YEAR: Self = Self(YEAR);
    /// The summer term.
    pub const SUMMER: Self = Self(SUMMER);

    /// All canonical term names.
    pub const NAMES: [&'static str; 17] =
        ["FY", "S1", "S2", "T1", "T2", "T3", "Q1", "Q2", "Q3", "Q4", "H1", "H2", "H3", "H4", "H5", "H6", "SU"];

    /// Reads a canonical term name; `None` for any other text.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let (kind, number) = match name {
            "FY" => return Some(Self::FULL_YEAR),
            "SU" => return Some(Self::SUMMER),
            _ => name.split_at_checked(1)?,
        };
        let parts: u16 = match kind {
            "S" => 2,
            "T" => 3,
            "Q" => 4,
            "H" => 6,
            _ => return None,
        };
        let number: u16 = number.parse().ok().filter(|n| (1..=parts).contains(n))?;
        Some(Self::part(parts, number))
    }

    /// The part of that number (from 1) of a year of so many equal parts (a divisor of twelve).
    #[must_use]
    pub const fn part(parts: u16, number: u16) -> Self {
        let width = 12 / parts;
        Self(((1 << width) - 1) << (width * (number - 1)))
    }

    /// Both spans together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True when the spans share some part of the year.
    #[must_use]
    pub const fn overlaps(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// True when this span holds all of the other.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// How many twelfths of a year it covers (summer counts as none).
    #[must_use]
    pub const fn twelfths(self) -> u32 {
        (self.0 & YEAR).count_ones()
    }
}

impl fmt::Display for TermSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Self::NAMES.iter().find(|n| Self::parse(n) == Some(*self)) {
            Some(name) => f.write_str(name),
            None => write!(f, "part {:013b}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_halves_make_a_year_and_every_name_reads_back() {
        let t = |n| TermSpan::parse(n).unwrap();
        assert_eq!(t("S1").union(t("S2")), t("FY"));
        assert_eq!(t("Q1").union(t("Q2")), t("S1"));
        assert!(!t("FY").overlaps(t("SU")));
        for name in TermSpan::NAMES {
            assert_eq!(t(name).to_string(), name);
        }
        assert_eq!(TermSpan::parse("S3"), None);
        assert_eq!(TermSpan::parse("é"), None);
    }
}
