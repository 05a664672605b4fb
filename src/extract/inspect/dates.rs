//! Which date formats read every text of a column.

use jiff::civil::Date;

/// The formats that exports use, in the order in which they are proposed.
const FORMATS: [&str; 14] = [
    "%Y-%m-%d",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%Y%m%d",
    "%m%d%Y",
    "%m-%d-%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%d-%b-%Y",
    "%d-%b-%y",
    "%b %d, %Y",
    "%Y/%m/%d",
];

/// Texts that are looked at; distinct days of a school are fewer.
const ENOUGH: usize = 20_000;

/// The formats that read every one of these texts (none when there is no text).
pub(super) fn formats_of(texts: &[&str]) -> Vec<&'static str> {
    let Some(first) = texts.first() else { return Vec::new() };
    let reads = |format: &&'static str, text: &str| {
        plausible(format, text) && Date::strptime(format, text).is_ok_and(|day| (1900..=2100).contains(&day.year()))
    };
    let mut formats: Vec<&'static str> = FORMATS.into_iter().filter(|format| reads(format, first)).collect();
    for text in texts.iter().take(ENOUGH) {
        formats.retain(|format| reads(format, text));
        if formats.is_empty() {
            break;
        }
    }
    formats
}

/// Spares the parser texts of another length; digits alone are a date only with all eight.
fn plausible(format: &str, text: &str) -> bool {
    match format {
        "%Y%m%d" | "%m%d%Y" => text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit()),
        "%Y-%m-%d" => text.len() == 10,
        f if f.ends_with("%y") => {
            text.len() <= 9 && text.len() >= 6 && text.rsplit(['/', '-']).next().is_some_and(|y| y.len() == 2)
        }
        _ => (8..=12).contains(&text.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_do_not_decide_leave_both_orders_open() {
        assert_eq!(formats_of(&["01/02/2010", "03/04/2011"]), ["%m/%d/%Y", "%d/%m/%Y"]);
        assert_eq!(formats_of(&["01/02/2010", "01/31/2011"]), ["%m/%d/%Y"]);
        assert_eq!(formats_of(&["2010-02-28"]), ["%Y-%m-%d"]);
        assert_eq!(formats_of(&["20100228", "20101301"]), Vec::<&str>::new());
        assert_eq!(formats_of(&["12345678"]), Vec::<&str>::new());
        assert_eq!(formats_of(&[]), Vec::<&str>::new());
    }
}
