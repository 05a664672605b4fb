//! The clock that commands hand on: the computer's, or a fixed moment for reproducible runs.

use jiff::Timestamp;

use crate::history::Clock;
use crate::project::Project;

/// The clock in the district's time zone. `ROLLPROOF_NOW` (`2026-06-01T12:00:00Z`) replaces the computer's.
#[must_use]
pub fn clock(project: &Project) -> Clock {
    let zone = project.migration.timezone.clone();
    let fixed = std::env::var("ROLLPROOF_NOW").ok().and_then(|text| text.parse::<Timestamp>().ok());
    match fixed {
        Some(moment) => Clock::Fixed(moment.to_zoned_datetime(zone)),
        None => Clock::System(zone),
    }
}
