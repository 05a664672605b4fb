//! Exact texts of numbers that files store by parts: decimals digit by digit, days and moments as ISO.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, ToSpan};

const EPOCH: Date = Date::constant(1970, 1, 1);

/// What a stored count of time counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::extract) enum Unit {
    Second,
    Milli,
    Micro,
    Nano,
}

impl Unit {
    /// Units in a second, nanoseconds in a unit.
    const fn scale(self) -> (i64, i64) {
        match self {
            Self::Second => (1, 1_000_000_000),
            Self::Milli => (1_000, 1_000_000),
            Self::Micro => (1_000_000, 1_000),
            Self::Nano => (1_000_000_000, 1),
        }
    }
}

/// An integer with a decimal point before its last `scale` digits.
pub(in crate::extract) fn decimal(value: i128, scale: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// A day by its distance from 1970-01-01.
pub(in crate::extract) fn day(days: i64) -> Result<String, &'static str> {
    let span = 0.days().try_days(days).map_err(|_| "impossible-date")?;
    EPOCH.checked_add(span).map(|date| date.to_string()).map_err(|_| "impossible-date")
}

/// A moment by its distance from the start of 1970-01-01; one with a zone is in UTC and says so.
pub(in crate::extract) fn moment(ticks: i64, unit: Unit, zoned: bool) -> Result<String, &'static str> {
    let (a_second, nanos) = unit.scale();
    let (seconds, rest) = (ticks.div_euclid(a_second), ticks.rem_euclid(a_second));
    let since = SignedDuration::new(seconds, i32::try_from(rest * nanos).unwrap_or_default());
    let at = DateTime::from(EPOCH).checked_add(since).map_err(|_| "impossible-date")?;
    let text = at.to_string();
    Ok(if zoned { format!("{text}Z") } else { text.replace('T', " ") })
}

/// A day stored as a moment: its midnight.
pub(in crate::extract) fn midnight(millis: i64) -> Result<String, &'static str> {
    if millis.rem_euclid(86_400_000) == 0 {
        day(millis.div_euclid(86_400_000))
    } else {
        moment(millis, Unit::Milli, false)
    }
}

/// A time of day by its distance from midnight.
pub(in crate::extract) fn time(ticks: i64, unit: Unit) -> Result<String, &'static str> {
    let (a_second, nanos) = unit.scale();
    let (seconds, rest) = (ticks.div_euclid(a_second), ticks.rem_euclid(a_second));
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let part = |n: i64| i8::try_from(n).map_err(|_| "impossible-time");
    let nano = i32::try_from(rest * nanos).map_err(|_| "impossible-time")?;
    let time = Time::new(part(hour)?, part(minute)?, part(second)?, nano).map_err(|_| "impossible-time")?;
    Ok(time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_keep_their_zeros_and_days_are_iso() {
        assert_eq!(decimal(250, 2), "2.50");
        assert_eq!(decimal(-5, 3), "-0.005");
        assert_eq!(decimal(7, 0), "7");
        assert_eq!(day(0).unwrap(), "1970-01-01");
        assert_eq!(day(-1).unwrap(), "1969-12-31");
        assert_eq!(day(20_454).unwrap(), "2026-01-01");
        assert_eq!(moment(1_767_225_600_500, Unit::Milli, false).unwrap(), "2026-01-01 00:00:00.5");
        assert_eq!(moment(-1, Unit::Second, true).unwrap(), "1969-12-31T23:59:59Z");
        assert!(day(i64::MAX).is_err());
        assert_eq!(midnight(86_400_000).unwrap(), "1970-01-02");
        assert_eq!(time(29_700_000_000, Unit::Micro).unwrap(), "08:15:00");
        assert!(time(-1, Unit::Second).is_err() && time(86_400, Unit::Second).is_err());
    }
}
