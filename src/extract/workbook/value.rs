//! The text of a cell.

use calamine::{Data, ExcelDateTime};

/// The text of a cell, or the kind of fault and why it has none.
pub(super) type Text = Result<String, (&'static str, &'static str)>;

/// Digits that a workbook keeps of a number.
const KEPT_DIGITS: usize = 15;

/// What a careful clerk would type: ids without exponent, days as ISO.
pub(super) fn text(value: &Data) -> Text {
    match value {
        Data::Empty => Ok(String::new()),
        Data::String(text) if text.contains('\0') => Err(("nul", "a NUL character")),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Ok(text.clone()),
        Data::Int(number) => exact(number.to_string()),
        Data::Float(number) => exact(number.to_string()),
        Data::Bool(value) => Ok(value.to_string()),
        Data::DateTime(moment) => moment_text(moment),
        Data::Error(_) => Err(("error-cell", "the cell holds an error such as #N/A")),
    }
}

/// `Display` of a float is the shortest text that reads back as the same number, never with an exponent.
fn exact(text: String) -> Text {
    let digits = text.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    if !text.contains('.') && digits > KEPT_DIGITS {
        return Err(("inexact-number", "a number of more than 15 digits, of which a workbook does not keep the last"));
    }
    if text.contains(['N', 'i']) {
        return Err(("inexact-number", "not a number"));
    }
    Ok(if text == "-0" { "0".into() } else { text })
}

fn moment_text(moment: &ExcelDateTime) -> Text {
    if moment.is_duration() {
        return Err(("duration", "a duration where a day or a text is expected"));
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    if moment.as_f64() < 1.0 {
        return Ok(time);
    }
    Ok(match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        (.., 0) => format!("{date} {time}"),
        _ => format!("{date} {time}.{milli:03}"),
    })
}

#[cfg(test)]
mod tests {
    use calamine::{CellErrorType, ExcelDateTimeType};

    use super::*;

    fn kind(value: &Data) -> &'static str {
        text(value).unwrap_err().0
    }

    #[test]
    fn numbers_have_no_exponent_and_no_invented_digits() {
        assert_eq!(text(&Data::Float(123_456_789_012_345.0)).unwrap(), "123456789012345");
        assert_eq!(text(&Data::Float(3.85)).unwrap(), "3.85");
        assert_eq!(text(&Data::Float(5.0)).unwrap(), "5");
        assert_eq!(text(&Data::Float(-0.0)).unwrap(), "0");
        assert_eq!(text(&Data::Float(0.1)).unwrap(), "0.1");
        assert_eq!(kind(&Data::Float(12_345_678_901_234_567.0)), "inexact-number");
        assert_eq!(kind(&Data::Float(1.0e300)), "inexact-number");
        assert_eq!(kind(&Data::Float(f64::NAN)), "inexact-number");
    }

    #[test]
    fn days_are_iso_and_errors_are_faults() {
        let moment = |value| Data::DateTime(ExcelDateTime::new(value, ExcelDateTimeType::DateTime, false));
        assert_eq!(text(&moment(45_943.0)).unwrap(), "2025-10-13");
        assert_eq!(text(&moment(45_943.5)).unwrap(), "2025-10-13 12:00:00");
        assert_eq!(text(&moment(0.5)).unwrap(), "12:00:00");
        assert_eq!(text(&Data::Bool(true)).unwrap(), "true");
        assert_eq!(kind(&Data::Error(CellErrorType::NA)), "error-cell");
    }
}
