//! Counts of one column.

use serde::Serialize;

use super::dates;
use crate::extract::RawColumn;

/// A column with at most this many distinct texts may be a code column.
const CODES: usize = 20;
/// A code stands in at least this many rows on average, so that names of a few students are never shown.
const ROWS_A_CODE: u64 = 5;

/// What the texts of a column look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Looks {
    /// Nothing but empty texts.
    Empty,
    /// Days.
    Date,
    /// Plain decimal numbers.
    Number,
    /// Numbers in scientific notation: ids that went through a spreadsheet.
    Scientific,
    /// Anything else.
    Text,
}

/// A code and its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ValueCount {
    /// The code.
    pub value: String,
    /// Rows that hold it.
    pub rows: u64,
}

/// Counts of one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnInspection {
    /// The header, or `column_3`.
    pub name: String,
    /// Distinct texts, the empty one included.
    pub distinct: u64,
    /// Rows with an empty text.
    pub empty: u64,
    /// Rows with blanks only.
    pub blank: u64,
    /// Rows with blanks before or after the text.
    pub padded: u64,
    /// Rows with a number that starts with a zero (`007`, but not `0.5` or `0`).
    pub leading_zeros: u64,
    /// Shortest text, in characters, of those that are not empty.
    pub shortest: usize,
    /// Longest text, in characters.
    pub longest: usize,
    /// Every row has a text of its own.
    pub candidate_key: bool,
    /// What the texts look like.
    pub looks: Looks,
    /// Formats that read every text, more than one when the days do not decide.
    pub date_formats: Vec<&'static str>,
    /// The codes of a code column, with their rows.
    pub values: Vec<ValueCount>,
}

/// Counts a column.
pub(super) fn inspect(column: &RawColumn) -> ColumnInspection {
    let mut rows_of = vec![0u64; column.texts.len()];
    for code in column.codes.iter() {
        rows_of[code as usize] += 1;
    }
    let counted: Vec<(&str, u64)> = column.texts.iter().zip(rows_of).filter(|(_, rows)| *rows > 0).collect();
    let rows: u64 = counted.iter().map(|(_, rows)| rows).sum();
    let count = |wanted: &dyn Fn(&str) -> bool| -> u64 {
        counted.iter().filter(|(text, _)| wanted(text)).map(|(_, rows)| rows).sum()
    };
    let present: Vec<&str> = counted.iter().map(|(text, _)| text.trim()).filter(|text| !text.is_empty()).collect();
    let lengths = || counted.iter().map(|(text, _)| text.chars().count());
    let date_formats = dates::formats_of(&present);
    let empty = count(&str::is_empty);
    ColumnInspection {
        name: column.name.clone(),
        distinct: counted.len() as u64,
        empty,
        blank: count(&|text| !text.is_empty() && text.trim().is_empty()),
        padded: count(&|text| !text.trim().is_empty() && text.trim() != text),
        leading_zeros: count(&has_leading_zero),
        shortest: lengths().filter(|n| *n > 0).min().unwrap_or(0),
        longest: lengths().max().unwrap_or(0),
        candidate_key: rows > 0 && empty == 0 && counted.len() as u64 == rows,
        looks: looks(&present, &date_formats),
        date_formats,
        values: codes(&counted, rows),
    }
}

fn codes(counted: &[(&str, u64)], rows: u64) -> Vec<ValueCount> {
    if counted.len() > CODES || rows < ROWS_A_CODE * counted.len() as u64 {
        return Vec::new();
    }
    let mut values: Vec<ValueCount> =
        counted.iter().map(|(value, rows)| ValueCount { value: (*value).to_owned(), rows: *rows }).collect();
    values.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.value.cmp(&b.value)));
    values
}

fn has_leading_zero(text: &str) -> bool {
    let text = text.trim();
    text.len() > 1 && text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit())
}

fn looks(present: &[&str], date_formats: &[&str]) -> Looks {
    let number = |text: &str| crate::canonical::Decimal::parse(text).is_ok();
    let scientific = |text: &str| {
        text.split_once(['e', 'E']).is_some_and(|(mantissa, power)| {
            mantissa.contains('.') && number(mantissa) && power.starts_with(['+', '-']) && number(power)
        })
    };
    if present.is_empty() {
        Looks::Empty
    } else if !date_formats.is_empty() {
        Looks::Date
    } else if present.iter().any(|text| scientific(text)) {
        Looks::Scientific
    } else if present.iter().all(|text| number(text)) {
        Looks::Number
    } else {
        Looks::Text
    }
}
