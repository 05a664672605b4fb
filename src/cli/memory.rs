//! Amounts of memory as people write them.

use crate::run::LEAST_MEMORY;

const UNITS: [(&str, u64); 7] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("B", 1),
];

/// Bytes of `2GiB`, `900 MB`.
///
/// # Errors
/// When it is no amount, or too little to work in.
pub fn parse(text: &str) -> Result<u64, String> {
    let wanted = "expected an amount such as 2GiB, 900MiB or 4GB";
    let text = text.trim();
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let (unit, number) = (&text[number.len()..], number.trim_end());
    let (_, size) = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).ok_or(wanted)?;
    let bytes = number.parse::<u64>().ok().and_then(|n| n.checked_mul(*size)).ok_or(wanted)?;
    if bytes < LEAST_MEMORY {
        return Err(format!("at least {} MiB are needed to work in", LEAST_MEMORY >> 20));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(parse("2GiB"), Ok(2 << 30));
        assert_eq!(parse(" 900 mib "), Ok(900 << 20));
        assert_eq!(parse("4GB"), Ok(4_000_000_000));
    }

    #[test]
    fn what_is_no_amount_or_too_little_is_refused_with_what_was_expected() {
        for text in ["", "2", "GiB", "1.5GiB", "-1GiB", "2 giga", "99999999999TiB"] {
            assert!(parse(text).unwrap_err().contains("such as 2GiB"), "{text}");
        }
        assert_eq!(parse("1MiB").unwrap_err(), "at least 256 MiB are needed to work in");
    }
}
