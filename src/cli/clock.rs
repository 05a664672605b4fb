//! The one place that asks the system what time it is.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

/// Now, in the district's time zone. `ROLLPROOF_NOW` (`2026-06-01T12:00:00Z`) replaces the clock, for reproducible runs.
#[must_use]
pub fn now(zone: &TimeZone) -> ZonedDateTime {
    let fixed = std::env::var("ROLLPROOF_NOW").ok().and_then(|text| text.parse::<Timestamp>().ok());
    fixed.unwrap_or_else(Timestamp::now).to_zoned(zone.clone())
}
