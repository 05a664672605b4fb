//! Exact fractions: GPAs before rounding, compared by cross-multiplication and rounded once.

use std::cmp::Ordering;

use crate::canonical::Decimal;

/// An exact fraction in lowest terms with a positive denominator. Arithmetic is checked: `None` instead of a wrong
/// number when 128 bits do not suffice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rational {
    num: i128,
    den: i128,
}

/// What happens to digits that are not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoundMode {
    /// To the nearest, halves away from nought: what registrars mean by "rounded".
    HalfUp,
    /// To the nearest, halves to the even digit: what many databases and statistics packages do.
    HalfEven,
    /// Digits cut off.
    Truncate,
}

impl RoundMode {
    /// The words of policy files.
    pub const NAMES: [(&'static str, Self); 3] =
        [("half-up", Self::HalfUp), ("half-even", Self::HalfEven), ("truncate", Self::Truncate)];

    /// `round half up`, as the working shows it.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::HalfUp => "round half up",
            Self::HalfEven => "round half to even",
            Self::Truncate => "cut off",
        }
    }
}

/// Greatest common divisor of two magnitudes; the binary method, because 128-bit division is slow.
fn gcd(a: u128, b: u128) -> u128 {
    if let (Ok(a), Ok(b)) = (u64::try_from(a), u64::try_from(b)) {
        return u128::from(gcd_small(a, b));
    }
    let (mut a, mut b) = (a, b);
    while b != 0 {
        if let (Ok(x), Ok(y)) = (u64::try_from(a), u64::try_from(b)) {
            return u128::from(gcd_small(x, y));
        }
        (a, b) = (b, a % b);
    }
    a
}

fn gcd_small(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[allow(clippy::should_implement_trait, reason = "checked: operators can not say that 128 bits do not suffice")]
impl Rational {
    /// Nought.
    pub const ZERO: Self = Self { num: 0, den: 1 };

    /// `num / den`; `None` when `den` is nought or a number is too large to negate.
    #[must_use]
    pub fn new(num: i128, den: i128) -> Option<Self> {
        if den == 0 {
            return None;
        }
        let divisor = i128::try_from(gcd(num.unsigned_abs(), den.unsigned_abs())).ok()?;
        let (num, den) = (num / divisor, den / divisor);
        if den < 0 { Some(Self { num: num.checked_neg()?, den: den.checked_neg()? }) } else { Some(Self { num, den }) }
    }

    /// A whole number.
    #[must_use]
    pub const fn whole(value: i128) -> Self {
        Self { num: value, den: 1 }
    }

    /// The numerator in lowest terms.
    #[must_use]
    pub const fn numerator(self) -> i128 {
        self.num
    }

    /// The denominator in lowest terms, positive.
    #[must_use]
    pub const fn denominator(self) -> i128 {
        self.den
    }

    /// True for nought.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.num == 0
    }

    /// True below nought.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.num < 0
    }

    /// Exact sum.
    #[must_use]
    pub fn add(self, other: Self) -> Option<Self> {
        if self.den == other.den {
            return Self::new(self.num.checked_add(other.num)?, self.den);
        }
        let common = i128::try_from(gcd(self.den.unsigned_abs(), other.den.unsigned_abs())).ok()?;
        let (up_self, up_other) = (other.den / common, self.den / common);
        let num = self.num.checked_mul(up_self)?.checked_add(other.num.checked_mul(up_other)?)?;
        Self::new(num, self.den.checked_mul(up_self)?)
    }

    /// The opposite number.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self { num: -self.num, den: self.den }
    }

    /// Exact difference.
    #[must_use]
    pub fn sub(self, other: Self) -> Option<Self> {
        self.add(other.negated())
    }

    /// Exact product.
    #[must_use]
    pub fn mul(self, other: Self) -> Option<Self> {
        // Reduce crosswise first, so that products stay small.
        let left = Self::new(self.num, other.den)?;
        let right = Self::new(other.num, self.den)?;
        Some(Self { num: left.num.checked_mul(right.num)?, den: left.den.checked_mul(right.den)? })
    }

    /// Exact quotient; `None` also when dividing by nought.
    #[must_use]
    pub fn div(self, other: Self) -> Option<Self> {
        self.mul(Self::new(other.den, other.num)?)
    }

    /// Exact sum of many; `None` on overflow.
    pub fn sum(terms: impl IntoIterator<Item = Self>) -> Option<Self> {
        terms.into_iter().try_fold(Self::ZERO, Self::add)
    }

    /// Rounded to `digits` decimals; `None` when the result needs more than 18 digits.
    #[must_use]
    pub fn round(self, digits: u8, mode: RoundMode) -> Option<Decimal> {
        let power = 10i128.checked_pow(u32::from(digits))?;
        let scaled = self.num.unsigned_abs().checked_mul(power.unsigned_abs())?;
        let den = self.den.unsigned_abs();
        let (quotient, rest) = (scaled / den, scaled % den);
        let twice = rest.checked_mul(2)?;
        let up = match mode {
            RoundMode::Truncate => false,
            RoundMode::HalfUp => twice >= den,
            RoundMode::HalfEven => twice > den || (twice == den && quotient % 2 == 1),
        };
        let magnitude = i64::try_from(quotient + u128::from(up)).ok()?;
        (digits <= 18).then(|| Decimal::new(if self.num < 0 { -magnitude } else { magnitude }, digits))
    }

    /// The exact decimal, when it ends within `digits` decimals.
    #[must_use]
    pub fn exact_decimal(self, digits: u8) -> Option<Decimal> {
        let decimal = self.round(digits, RoundMode::Truncate)?;
        (Self::from(decimal) == self).then_some(decimal)
    }

    /// For people: the exact decimal when it ends within six digits, else six digits and an ellipsis.
    #[must_use]
    pub fn show(self) -> String {
        match self.exact_decimal(6) {
            Some(decimal) => decimal.to_string(),
            None => match self.round(6, RoundMode::Truncate) {
                Some(decimal) => format!("{decimal}…"),
                None => format!("{}/{}", self.num, self.den),
            },
        }
    }

    /// [`Self::show`] with a sign: `+0.02`, `−0.225`.
    #[must_use]
    pub fn show_signed(self) -> String {
        let sign = if self.num < 0 { "−" } else { "+" };
        let magnitude = Self { num: self.num.abs(), den: self.den };
        format!("{sign}{}", magnitude.show())
    }
}

impl From<Decimal> for Rational {
    fn from(decimal: Decimal) -> Self {
        let power = 10i128.pow(u32::from(decimal.scale()));
        Self::new(i128::from(decimal.units()), power).unwrap_or(Self::ZERO)
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.num.checked_mul(other.den), other.num.checked_mul(self.den)) {
            (Some(left), Some(right)) => left.cmp(&right),
            // Too large to cross-multiply: compare whole parts, then the reciprocals of what is left.
            _ => {
                let (a, b) = (self.num.div_euclid(self.den), other.num.div_euclid(other.den));
                let (x, y) = (self.num.rem_euclid(self.den), other.num.rem_euclid(other.den));
                a.cmp(&b).then_with(|| match (x, y) {
                    (0, 0) => Ordering::Equal,
                    (0, _) => Ordering::Less,
                    (_, 0) => Ordering::Greater,
                    _ => Self { num: other.den, den: y }.cmp(&Self { num: self.den, den: x }),
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn r(num: i128, den: i128) -> Rational {
        Rational::new(num, den).unwrap()
    }

    fn rounded(num: i128, den: i128, digits: u8, mode: RoundMode) -> String {
        r(num, den).round(digits, mode).unwrap().to_string()
    }

    #[test]
    fn the_domain_vectors_round_as_registrars_round() {
        use RoundMode::{HalfEven, HalfUp, Truncate};
        // B+, B+, B+ on a 3.3 scale is 3.3, not 3.299.
        assert_eq!(rounded(33 * 3, 30, 3, Truncate), "3.3");
        // {4, 3.3, 2.3} is 9.6 / 3 = 3.2.
        assert_eq!(rounded(96, 30, 3, Truncate), "3.2");
        // {4 x 5, 3.7 x 3}: 31.1 / 8 = 3.8875.
        assert_eq!(rounded(311, 80, 3, HalfUp), "3.888");
        assert_eq!(rounded(311, 80, 3, Truncate), "3.887");
        // Ties.
        assert_eq!(rounded(4225, 1000, 2, HalfUp), "4.23");
        assert_eq!(rounded(4225, 1000, 2, HalfEven), "4.22");
        assert_eq!(rounded(3225, 1000, 2, HalfUp), "3.23");
        assert_eq!(rounded(3225, 1000, 2, HalfEven), "3.22");
        assert_eq!(rounded(3235, 1000, 2, HalfEven), "3.24");
        // Double rounding differs from rounding once.
        let twice = Rational::from(r(24_445, 10_000).round(3, HalfUp).unwrap()).round(2, HalfUp).unwrap();
        assert_eq!(twice.to_string(), "2.45");
        assert_eq!(rounded(24_445, 10_000, 2, HalfUp), "2.44");
        assert_eq!(rounded(-5, 1000, 2, HalfUp), "-0.01");
    }

    #[test]
    fn fractions_compare_exactly_even_where_cross_products_overflow() {
        assert!(r(1, 3) > r(333_333, 1_000_000));
        assert_eq!(r(2, 6), r(1, 3));
        assert_eq!(r(1, -2), r(-1, 2));
        let big = i128::MAX / 2;
        assert!(r(big, big - 1) < r(big - 1, big - 2));
        assert!(r(-big, big - 1) > r(-(big - 1), big - 2));
    }

    #[test]
    fn arithmetic_is_exact_and_says_when_it_can_not_be() {
        assert_eq!(r(1, 3).add(r(1, 6)), Some(r(1, 2)));
        assert_eq!(r(1, 3).sub(r(1, 3)), Some(Rational::ZERO));
        assert_eq!(r(2, 3).mul(r(3, 4)), Some(r(1, 2)));
        assert_eq!(r(2, 3).div(Rational::ZERO), None);
        assert_eq!(Rational::whole(i128::MAX).add(Rational::whole(1)), None);
        assert_eq!(r(1, 3).show(), "0.333333…");
        assert_eq!(r(-9, 40).show_signed(), "−0.225");
    }
}
