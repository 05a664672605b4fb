//! The text of every value of an array of polars (Parquet and Arrow files).

use std::borrow::Cow;

use polars_arrow::array::{
    Array, BinaryArray, BinaryViewArray, BooleanArray, DictionaryArray, DictionaryKey, PrimitiveArray, Utf8Array,
    Utf8ViewArray,
};
use polars_arrow::datatypes::{ArrowDataType, IntegerType, TimeUnit};
use polars_arrow::types::NativeType;

use super::exact::{Unit, day, decimal, midnight, moment, time};
use super::{Cell, MAX_FIELD};

/// Appends the text of every value; false when the type has none.
pub(in crate::extract) fn push_all(array: &dyn Array, cells: &mut Vec<Cell<'static>>) -> bool {
    use ArrowDataType as T;
    let any = array.as_any();
    let dtype = match array.dtype() {
        T::Extension(extension) => &extension.inner,
        plain => plain,
    };
    match dtype {
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
        T::Date64 => each::<i64>(array, cells, midnight),
        T::Time32(of) => {
            let of = unit(*of);
            each::<i32>(array, cells, |ticks| time(i64::from(ticks), of))
        }
        T::Time64(of) => {
            let of = unit(*of);
            each::<i64>(array, cells, |ticks| time(ticks, of))
        }
        T::Timestamp(of, zone) => {
            let (unit, zoned) = (unit(*of), zone.is_some());
            each::<i64>(array, cells, |ticks| moment(ticks, unit, zoned))
        }
        T::Boolean => any.downcast_ref::<BooleanArray>().is_some_and(|a| {
            cells.extend(a.iter().map(|v| v.map_or(Ok(String::new()), |v| Ok(v.to_string())).map(Cow::Owned)));
            true
        }),
        T::Utf8View => any.downcast_ref::<Utf8ViewArray>().is_some_and(|a| texts(a.iter(), cells)),
        T::Utf8 => any.downcast_ref::<Utf8Array<i32>>().is_some_and(|a| texts(a.iter(), cells)),
        T::LargeUtf8 => any.downcast_ref::<Utf8Array<i64>>().is_some_and(|a| texts(a.iter(), cells)),
        T::BinaryView => any.downcast_ref::<BinaryViewArray>().is_some_and(|a| bytes(a.iter(), cells)),
        T::Binary => any.downcast_ref::<BinaryArray<i32>>().is_some_and(|a| bytes(a.iter(), cells)),
        T::LargeBinary => any.downcast_ref::<BinaryArray<i64>>().is_some_and(|a| bytes(a.iter(), cells)),
        T::Dictionary(keys, _, _) => match keys {
            IntegerType::Int8 => of_dictionary::<i8>(array, cells),
            IntegerType::Int16 => of_dictionary::<i16>(array, cells),
            IntegerType::Int32 => of_dictionary::<i32>(array, cells),
            IntegerType::Int64 => of_dictionary::<i64>(array, cells),
            IntegerType::UInt8 => of_dictionary::<u8>(array, cells),
            IntegerType::UInt16 => of_dictionary::<u16>(array, cells),
            IntegerType::UInt32 => of_dictionary::<u32>(array, cells),
            IntegerType::UInt64 => of_dictionary::<u64>(array, cells),
            IntegerType::Int128 | IntegerType::UInt128 => false,
        },
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

fn bytes<'a>(values: impl Iterator<Item = Option<&'a [u8]>>, cells: &mut Vec<Cell<'static>>) -> bool {
    cells.extend(values.map(|bytes| match std::str::from_utf8(bytes.unwrap_or_default()) {
        Ok(text) => Ok(Cow::Owned(text.to_owned())),
        Err(_) => Err("undecodable"),
    }));
    true
}

/// Each row says which entry of the dictionary it holds.
fn of_dictionary<K: DictionaryKey>(array: &dyn Array, cells: &mut Vec<Cell<'static>>) -> bool {
    let Some(array) = array.as_any().downcast_ref::<DictionaryArray<K>>() else { return false };
    let mut entries = Vec::with_capacity(array.values().len());
    if !push_all(array.values().as_ref(), &mut entries) {
        return false;
    }
    cells.extend(array.keys_iter().map(|key| match key {
        Some(key) => entries.get(key).cloned().unwrap_or(Err("no-such-entry")),
        None => Ok(Cow::Borrowed("")),
    }));
    true
}

const fn unit(unit: TimeUnit) -> Unit {
    match unit {
        TimeUnit::Second => Unit::Second,
        TimeUnit::Millisecond => Unit::Milli,
        TimeUnit::Microsecond => Unit::Micro,
        TimeUnit::Nanosecond => Unit::Nano,
    }
}

fn plain(value: impl std::fmt::Display) -> Result<String, &'static str> {
    Ok(value.to_string())
}
