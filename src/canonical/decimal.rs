//! Exact decimals: what credits, points and GPAs are made of. No floating point anywhere.

use std::cmp::Ordering;
use std::fmt;

/// An exact decimal of at most 18 significant digits, held without trailing zeros, so that
/// `2.50` and `2.5` are one value and `0.1` and `0.10000000000000001` are two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    units: i64,
    scale: u8,
}

/// Why a text is not an exact decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Nothing but a sign, a point or blanks.
    #[error("no digits")]
    Empty,
    /// A character that is neither a digit nor the one decimal point (exponents are refused).
    #[error("not a plain decimal number")]
    Malformed,
    /// More digits than are held exactly.
    #[error("more than 18 significant digits")]
    TooLong,
}

const POW10: [i64; 19] = {
    let mut table = [1i64; 19];
    let mut i = 1;
    while i < 19 {
        table[i] = table[i - 1] * 10;
        i += 1;
    }
    table
};

impl Decimal {
    /// Nought.
    pub const ZERO: Self = Self { units: 0, scale: 0 };

    /// `units / 10^scale`, normalised. `scale` is at most 18.
    #[must_use]
    pub const fn new(mut units: i64, mut scale: u8) -> Self {
        if units == 0 {
            return Self::ZERO;
        }
        while scale > 0 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        Self { units, scale }
    }

    /// Reads `-12.50`, `+3`, `.5`, `5.`; refuses blanks, signs elsewhere, separators, `1e5`, `NaN`.
    ///
    /// # Errors
    /// Says whether there were no digits, a foreign character, or too many digits.
    pub fn parse(text: &str) -> Result<Self, DecimalError> {
        let (negative, digits) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let (mut units, mut scale, mut seen, mut point) = (0i64, 0u8, false, false);
        let digits = trim_fraction_zeros(digits);
        for &byte in digits {
            match byte {
                b'0'..=b'9' => {
                    seen = true;
                    units = units
                        .checked_mul(10)
                        .and_then(|u| u.checked_add(i64::from(byte - b'0')))
                        .filter(|u| *u < POW10[18])
                        .ok_or(DecimalError::TooLong)?;
                    if point {
                        scale += 1;
                        if scale > 18 {
                            return Err(DecimalError::TooLong);
                        }
                    }
                }
                b'.' if !point => point = true,
                _ => return Err(DecimalError::Malformed),
            }
        }
        if !seen {
            return Err(DecimalError::Empty);
        }
        Ok(Self::new(if negative { -units } else { units }, scale))
    }

    /// The whole units at the normalised scale.
    #[must_use]
    pub const fn units(self) -> i64 {
        self.units
    }

    /// How many digits stand behind the point, without trailing zeros.
    #[must_use]
    pub const fn scale(self) -> u8 {
        self.scale
    }

    /// The value as an integer count of `10^-scale`; `None` when that would lose digits or overflow.
    #[must_use]
    pub fn to_scaled(self, scale: u8) -> Option<i64> {
        let up = scale.checked_sub(self.scale)?;
        self.units.checked_mul(*POW10.get(usize::from(up))?)
    }

    /// Exact sum; `None` on overflow.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        Some(Self::new(self.to_scaled(scale)?.checked_add(other.to_scaled(scale)?)?, scale))
    }

    /// Exact difference; `None` on overflow.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(Self { units: -other.units, scale: other.scale })
    }

    /// Exact product; `None` when more than 18 digits would be needed.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let (mut units, mut scale) = (i128::from(self.units) * i128::from(other.units), self.scale + other.scale);
        while scale > 0 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        let units = i64::try_from(units).ok()?;
        (scale <= 18).then(|| Self::new(units, scale))
    }

    /// True for nought.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.units == 0
    }
}

/// Drops zeros that end a fraction, so that `0.1000000000000000000` is not too long.
fn trim_fraction_zeros(digits: &[u8]) -> &[u8] {
    if !digits.contains(&b'.') {
        return digits;
    }
    let end = digits.iter().rposition(|b| *b != b'0').map_or(0, |i| i + 1);
    // Keep one zero before the point of "0." so that it still counts as a digit.
    if digits[..end] == *b"." && digits.len() > 1 { &digits[..=end] } else { &digits[..end] }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let scale = self.scale.max(other.scale);
        let up = |d: &Self| i128::from(d.units) * i128::from(POW10[usize::from(scale - d.scale)]);
        up(self).cmp(&up(other))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.units.unsigned_abs();
        let sign = if self.units < 0 { "-" } else { "" };
        if self.scale == 0 {
            return write!(f, "{sign}{magnitude}");
        }
        let one = POW10[usize::from(self.scale)].unsigned_abs();
        let width = usize::from(self.scale);
        write!(f, "{sign}{}.{:0width$}", magnitude / one, magnitude % one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        Decimal::parse(text).map_or_else(|e| e.to_string(), |d| d.to_string())
    }

    #[test]
    fn trailing_zeros_are_one_value_and_extra_digits_are_another() {
        assert_eq!(show("2.50"), "2.5");
        assert_eq!(Decimal::parse("2.50"), Decimal::parse("2.5"));
        assert_ne!(Decimal::parse("0.1"), Decimal::parse("0.10000000000000001"));
        assert_eq!(show("-.5"), "-0.5");
        assert_eq!(show("0.000"), "0");
        assert_eq!(show(".0"), "0");
        assert_eq!(show("5."), "5");
        assert_eq!(show("0.10000000000000000000000"), "0.1");
        assert_eq!(show("100"), "100");
    }

    #[test]
    fn what_is_not_a_plain_decimal_is_refused() {
        for text in ["1e5", "inf", "NaN", "1,000", "1.2.3", "--1", " 1", "1 "] {
            assert_eq!(Decimal::parse(text), Err(DecimalError::Malformed), "{text}");
        }
        for text in ["", "-", ".", "+"] {
            assert_eq!(Decimal::parse(text), Err(DecimalError::Empty), "{text}");
        }
        assert_eq!(Decimal::parse("1234567890123456789"), Err(DecimalError::TooLong));
    }

    #[test]
    fn order_and_arithmetic_are_exact() {
        let d = |t: &str| Decimal::parse(t).unwrap();
        assert!(d("0.1") < d("0.10000000000000001"));
        assert_eq!(d("0.1").checked_add(d("0.2")), Some(d("0.3")));
        assert_eq!(d("5").checked_mul(d("0.1")), Some(d("0.5")));
        assert_eq!(d("2.5").to_scaled(4), Some(25_000));
        assert_eq!(d("2.55555").to_scaled(4), None);
    }
}
