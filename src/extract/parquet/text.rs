//! The text of every value of an array: whole numbers and decimals digit by digit, days and moments as ISO.

use std::borrow::Cow;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, ToSpan};
use polars_arrow::array::{Array, BinaryViewArray, BooleanArray, PrimitiveArray, Utf8Array, Utf8ViewArray};
use polars_arrow::datatypes::{ArrowDataType, TimeUnit};
use polars_arrow::types::NativeType;

use super::Cell;

/// Longest text, in bytes (S29).
const MAX_FIELD: usize = 1 << 20;

const EPOCH: Date = Date::constant(1970, 1, 1);

/// Appends the text of every value; false when the type has none.
pub(super) fn push_all(array: &dyn Array, cells: &mut Vec<Cell<'static>>) -> bool {
    use ArrowDataType as T;
    let any = array.as_any();
    match array.dtype() {
        T::Null => {
            cells.extend((0..array.len()).map(|_| Ok(Cow::Borrowed(""))));
            return true;
        }
        T::Int8 => each::<i8>(array, cells, plain),
        T::Int16 => each::<i16>(array, cells, plain),
        T::Int32 => each::<i32>(array, cells, plain),
        T::Int64 => each::<i64>(array, cells, plain),
        T::UInt8 => each::<u8>(array, cells, plain),
        T::UInt16 => each::<u16>(array, cells, plain),
        T::UInt32 => each::<u32>(array, cells, plain),
        T::UInt64 => each::<u64>(array, cells, plain),
        T::Float32 => each::<f32>(array, cells, |v| if v.is_finite() { plain(v) } else { Err("inexact-number") }),
        T::Float64 => each::<f64>(array, cells, |v| if v.is_finite() { plain(v) } else { Err("inexact-number") }),
        T::Decimal(_, scale) => {
            let scale = *scale;
            each::<i128>(array, cells, |v| Ok(decimal(v, scale)))
        }
        T::Date32 => each::<i32>(array, cells, |days| day(i64::from(days))),
        T::Timestamp(unit, zone) => {
            let (unit, zoned) = (*unit, zone.is_some());
            each::<i64>(array, cells, |ticks| moment(ticks, unit, zoned))
        }
        T::Boolean => any.downcast_ref::<BooleanArray>().is_some_and(|a| {
            cells.extend(a.iter().map(|v| v.map_or(Ok(String::new()), |v| Ok(v.to_string())).map(Cow::Owned)));
            true
        }),
        T::Utf8View => any.downcast_ref::<Utf8ViewArray>().is_some_and(|a| texts(a.iter(), cells)),
        T::Utf8 => any.downcast_ref::<Utf8Array<i32>>().is_some_and(|a| texts(a.iter(), cells)),
        T::LargeUtf8 => any.downcast_ref::<Utf8Array<i64>>().is_some_and(|a| texts(a.iter(), cells)),
        T::BinaryView => any.downcast_ref::<BinaryViewArray>().is_some_and(|a| {
            cells.extend(a.iter().map(|bytes| match std::str::from_utf8(bytes.unwrap_or_default()) {
                Ok(text) => Ok(Cow::Owned(text.to_owned())),
                Err(_) => Err("undecodable"),
            }));
            true
        }),
        _ => false,
    }
}

fn each<T: NativeType>(
    array: &dyn Array,
    cells: &mut Vec<Cell<'static>>,
    text: impl Fn(T) -> Result<String, &'static str>,
) -> bool {
    let Some(array) = array.as_any().downcast_ref::<PrimitiveArray<T>>() else { return false };
    cells.extend(array.iter().map(|value| value.map_or(Ok(String::new()), |v| text(*v)).map(Cow::Owned)));
    true
}

fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>, cells: &mut Vec<Cell<'static>>) -> bool {
    cells.extend(values.map(|text| match text {
        Some(text) if text.len() > MAX_FIELD => Err("field-too-long"),
        Some(text) if text.contains('\0') => Err("nul"),
        text => Ok(Cow::Owned(text.unwrap_or_default().to_owned())),
    }));
    true
}

fn plain(value: impl std::fmt::Display) -> Result<String, &'static str> {
    Ok(value.to_string())
}

fn decimal(value: i128, scale: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn day(days: i64) -> Result<String, &'static str> {
    let span = 0.days().try_days(days).map_err(|_| "impossible-date")?;
    EPOCH.checked_add(span).map(|date| date.to_string()).map_err(|_| "impossible-date")
}

fn moment(ticks: i64, unit: TimeUnit, zoned: bool) -> Result<String, &'static str> {
    let (a_second, nanos) = match unit {
        TimeUnit::Second => (1, 1_000_000_000),
        TimeUnit::Millisecond => (1_000, 1_000_000),
        TimeUnit::Microsecond => (1_000_000, 1_000),
        TimeUnit::Nanosecond => (1_000_000_000, 1),
    };
    let (seconds, rest) = (ticks.div_euclid(a_second), ticks.rem_euclid(a_second));
    let since = SignedDuration::new(seconds, i32::try_from(rest * nanos).unwrap_or_default());
    let at = DateTime::from(EPOCH).checked_add(since).map_err(|_| "impossible-date")?;
    let text = at.to_string();
    Ok(if zoned { format!("{text}Z") } else { text.replace('T', " ") })
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
        assert_eq!(moment(1_767_225_600_500, TimeUnit::Millisecond, false).unwrap(), "2026-01-01 00:00:00.5");
        assert_eq!(moment(-1, TimeUnit::Second, true).unwrap(), "1969-12-31T23:59:59Z");
        assert!(day(i64::MAX).is_err());
    }
}
