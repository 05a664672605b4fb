//! The text of every value that a driver gives.

use std::borrow::Cow;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType, Time64NanosecondType,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayAccessor};
use arrow_schema::{DataType, Field, TimeUnit};

use crate::extract::NULL;
use crate::extract::arrays::exact::{Unit, day, decimal, midnight, moment, time};
use crate::extract::arrays::{Cell, MAX_FIELD};

/// The database's own name of a column's type, where its driver tells it.
pub(super) fn type_name(field: &Field) -> String {
    let told = field.metadata().get("POSTGRESQL:type").cloned();
    told.unwrap_or_else(|| field.data_type().to_string())
}

/// False for types whose value comes without its meaning: money without its decimals, bytes that only the database knows.
pub(super) fn is_exact(field: &Field) -> bool {
    let binary = matches!(field.data_type(), DataType::Binary | DataType::LargeBinary | DataType::BinaryView);
    type_name(field) != "money" && !(binary && extension(field) == Some("arrow.opaque"))
}

fn extension(field: &Field) -> Option<&str> {
    field.metadata().get("ARROW:extension:name").map(String::as_str)
}

/// Appends the text of every value; false when the type has none. NULL is told apart from an empty text.
pub(super) fn push_all(array: &dyn Array, field: &Field, cells: &mut Vec<Cell<'static>>) -> bool {
    use DataType as T;
    match array.data_type() {
        T::Null => cells.extend((0..array.len()).map(|_| Ok(Cow::Borrowed(NULL)))),
        T::Int8 => plain::<Int8Type>(array, cells),
        T::Int16 => plain::<Int16Type>(array, cells),
        T::Int32 => plain::<Int32Type>(array, cells),
        T::Int64 => plain::<Int64Type>(array, cells),
        T::UInt8 => plain::<UInt8Type>(array, cells),
        T::UInt16 => plain::<UInt16Type>(array, cells),
        T::UInt32 => plain::<UInt32Type>(array, cells),
        T::UInt64 => plain::<UInt64Type>(array, cells),
        T::Float32 => each::<Float32Type>(array, cells, |v| finite(v.is_finite(), v)),
        T::Float64 => each::<Float64Type>(array, cells, |v| finite(v.is_finite(), v)),
        T::Decimal128(_, scale) => {
            let Ok(scale) = usize::try_from(*scale) else { return false };
            each::<Decimal128Type>(array, cells, |v| Ok(decimal(v, scale)));
        }
        T::Boolean => values(array.as_boolean(), cells, |v| Ok(v.to_string())),
        T::Utf8 => values(array.as_string::<i32>(), cells, text),
        T::LargeUtf8 => values(array.as_string::<i64>(), cells, text),
        T::Utf8View => values(array.as_string_view(), cells, text),
        T::Binary => values(array.as_binary::<i32>(), cells, bytes),
        T::LargeBinary => values(array.as_binary::<i64>(), cells, bytes),
        T::BinaryView => values(array.as_binary_view(), cells, bytes),
        T::FixedSizeBinary(16) if extension(field) == Some("arrow.uuid") => {
            values(array.as_fixed_size_binary(), cells, |v| Ok(uuid(v)));
        }
        T::Date32 => each::<Date32Type>(array, cells, |v| day(i64::from(v))),
        T::Date64 => each::<Date64Type>(array, cells, midnight),
        T::Time32(TimeUnit::Second) => each::<Time32SecondType>(array, cells, |v| time(i64::from(v), Unit::Second)),
        T::Time32(_) => each::<Time32MillisecondType>(array, cells, |v| time(i64::from(v), Unit::Milli)),
        T::Time64(TimeUnit::Microsecond) => each::<Time64MicrosecondType>(array, cells, |v| time(v, Unit::Micro)),
        T::Time64(_) => each::<Time64NanosecondType>(array, cells, |v| time(v, Unit::Nano)),
        T::Timestamp(unit, zone) => {
            let zoned = zone.is_some();
            match unit {
                TimeUnit::Second => each::<TimestampSecondType>(array, cells, |v| moment(v, Unit::Second, zoned)),
                TimeUnit::Millisecond => {
                    each::<TimestampMillisecondType>(array, cells, |v| moment(v, Unit::Milli, zoned))
                }
                TimeUnit::Microsecond => {
                    each::<TimestampMicrosecondType>(array, cells, |v| moment(v, Unit::Micro, zoned))
                }
                TimeUnit::Nanosecond => each::<TimestampNanosecondType>(array, cells, |v| moment(v, Unit::Nano, zoned)),
            }
        }
        _ => return false,
    }
    true
}

fn plain<T: ArrowPrimitiveType>(array: &dyn Array, cells: &mut Vec<Cell<'static>>)
where
    T::Native: std::fmt::Display,
{
    each::<T>(array, cells, |v| Ok(v.to_string()));
}

fn each<T: ArrowPrimitiveType>(
    array: &dyn Array,
    cells: &mut Vec<Cell<'static>>,
    text: impl Fn(T::Native) -> Result<String, &'static str>,
) {
    values(array.as_primitive::<T>(), cells, text);
}

fn values<A: ArrayAccessor>(
    array: A,
    cells: &mut Vec<Cell<'static>>,
    text: impl Fn(A::Item) -> Result<String, &'static str>,
) {
    cells.extend(
        (0..array.len()).map(|row| {
            if array.is_null(row) { Ok(Cow::Borrowed(NULL)) } else { text(array.value(row)).map(Cow::Owned) }
        }),
    );
}

/// The shortest text that reads back as the same number.
fn finite(finite: bool, value: impl std::fmt::Display) -> Result<String, &'static str> {
    if finite { Ok(value.to_string()) } else { Err("inexact-number") }
}

fn text(text: &str) -> Result<String, &'static str> {
    match text {
        text if text.len() > MAX_FIELD => Err("field-too-long"),
        text if text.contains('\0') => Err("nul"),
        text => Ok(text.to_owned()),
    }
}

fn bytes(bytes: &[u8]) -> Result<String, &'static str> {
    std::str::from_utf8(bytes).map_err(|_| "undecodable").and_then(text)
}

fn uuid(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|b| format!("{b:02x}")).collect();
    [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| hex.get(part).unwrap_or_default().to_owned()).join("-")
}
