//! The one clock. Everything that depends on time is given its reading.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};

use crate::error::Error;

/// Where the time comes from: the computer, or a fixed moment (`--as-of`, tests).
#[derive(Debug, Clone)]
pub enum Clock {
    /// The computer's clock, told in the district's time zone.
    System(TimeZone),
    /// Always this moment.
    Fixed(ZonedDateTime),
}

impl Clock {
    /// The computer's clock in a time zone by its IANA name.
    ///
    /// # Errors
    /// When there is no such time zone.
    pub fn system(time_zone: &str) -> Result<Self, Error> {
        zone(time_zone).map(Self::System)
    }

    /// The last second of a day in a time zone: what `--as-of` means.
    ///
    /// # Errors
    /// When there is no such time zone.
    pub fn end_of(day: jiff::civil::Date, time_zone: &str) -> Result<Self, Error> {
        let end = day.at(23, 59, 59, 0).to_zoned_datetime(zone(time_zone)?);
        end.map(Self::Fixed).map_err(|e| Error::Usage { what: e.to_string(), fix: "choose another day".into() })
    }

    /// True when it is not the computer's clock.
    #[must_use]
    pub const fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed(_))
    }

    /// What it shows now.
    #[must_use]
    pub fn now(&self) -> ZonedDateTime {
        match self {
            Self::System(zone) => Timestamp::now().to_zoned_datetime(zone.clone()),
            Self::Fixed(moment) => moment.clone(),
        }
    }
}

fn zone(name: &str) -> Result<TimeZone, Error> {
    TimeZone::get(name).map_err(|_| Error::Usage {
        what: format!("there is no time zone {name}"),
        fix: "write timezone = \"America/Chicago\" under [migration]: an IANA name".into(),
    })
}
