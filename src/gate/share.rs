//! A part of a whole, compared with a percentage exactly.

use serde::{Deserialize, Serialize};

use crate::canonical::Decimal;

/// A part of a whole: students matched of students expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// How many hold.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
}

impl Share {
    /// `part` of `whole`.
    #[must_use]
    pub const fn new(part: u64, whole: u64) -> Self {
        Self { part, whole }
    }

    /// True when the share is at least `percent`, by cross-multiplication; a share of nothing is never enough, and
    /// neither is one with more parts than the whole has.
    #[must_use]
    pub fn at_least(self, percent: Decimal) -> bool {
        if self.whole == 0 || self.part > self.whole {
            return false;
        }
        let scale = 10i128.pow(u32::from(percent.scale()));
        i128::from(self.part) * 100 * scale >= i128::from(percent.units()) * i128::from(self.whole)
    }

    /// The percentage cut (never rounded up) to three decimals, so that 99.9996 % is not shown as 100 %.
    #[must_use]
    pub fn percent(self) -> Decimal {
        if self.whole == 0 {
            return Decimal::ZERO;
        }
        let thousandths = u128::from(self.part) * 100_000 / u128::from(self.whole);
        Decimal::new(i64::try_from(thousandths).unwrap_or(i64::MAX), 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn a_share_is_compared_without_rounding() {
        assert!(Share::new(995, 1000).at_least(percent("99.5")));
        assert!(!Share::new(994_999, 1_000_000).at_least(percent("99.5")));
        assert!(Share::new(994_999, 1_000_000).at_least(percent("99.4999")));
        assert!(Share::new(u64::MAX, u64::MAX).at_least(percent("100")));
    }

    #[test]
    fn a_share_of_nothing_is_never_enough() {
        assert!(!Share::new(0, 0).at_least(percent("0")));
        assert!(!Share::new(2, 1).at_least(percent("100")));
    }

    #[test]
    fn almost_everything_is_not_shown_as_everything() {
        assert_eq!(Share::new(999_999, 1_000_000).percent().to_string(), "99.999");
        assert_eq!(Share::new(9_999_999, 10_000_000).percent().to_string(), "99.999");
        assert_eq!(Share::new(1, 1).percent().to_string(), "100");
    }
}
