//! Decimals to the whole numbers that sums are made of, refused where digits would be lost.

use super::rules::{POINT_DIGITS, WEIGHT_UNIT};
use crate::canonical::Decimal;
use crate::policy::rational::Rational;

/// Larger credits are no credits (keeps every sum far inside 128 bits).
const MOST_CREDITS: i64 = 10_000;
/// Larger points are no points.
const MOST_POINTS: i64 = 10_000;

/// Points as millionths; `None` when they need more digits or are absurd.
#[must_use]
pub fn point_units(points: Decimal) -> Option<i64> {
    points.to_scaled(POINT_DIGITS).filter(|p| p.abs() <= MOST_POINTS * 1_000_000)
}

/// Credits as twelve-millionths; `None` when they need more than six digits, are negative or absurd.
#[must_use]
pub fn weight_units(credits: Decimal) -> Option<i64> {
    let millionths = credits.to_scaled(6)?;
    (0..=MOST_CREDITS * 1_000_000).contains(&millionths).then(|| millionths * (WEIGHT_UNIT / 1_000_000))
}

/// A weight as a fraction of credits.
#[must_use]
pub fn weight_of(units: i128) -> Rational {
    Rational::new(units, i128::from(WEIGHT_UNIT)).unwrap_or(Rational::ZERO)
}

/// Points (millionths) as a fraction.
#[must_use]
pub fn points_of(units: i128) -> Rational {
    Rational::new(units, 1_000_000).unwrap_or(Rational::ZERO)
}

/// Points times weight, summed, as a fraction.
#[must_use]
pub fn product_of(units: i128) -> Rational {
    Rational::new(units, i128::from(WEIGHT_UNIT) * 1_000_000).unwrap_or(Rational::ZERO)
}
