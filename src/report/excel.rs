//! Texts that a spreadsheet opens: nothing that looks like a formula is taken for one, and the way back is exact.
//! The rule is OWASP's for CSV injection (with LF and full-width forms), after whatever a spreadsheet strips first.

use std::borrow::Cow;

use super::visible::is_unseen;

/// True when a spreadsheet could take the text for a formula, or when it starts with the sign that protects.
#[must_use]
pub fn looks_like_formula(text: &str) -> bool {
    let stripped = |c: &char| c.is_whitespace() || is_unseen(*c);
    if text.starts_with(['\t', '\r', '\n']) {
        return true;
    }
    let first = text.chars().find(|c| !stripped(c));
    matches!(first, Some('=' | '+' | '-' | '@' | '\'' | '＝' | '＋' | '－' | '＠'))
}

/// The text for a cell of a staff CSV: protected with one leading apostrophe where needed. [`unescape`] takes it off.
#[must_use]
pub fn escape(text: &str) -> Cow<'_, str> {
    if looks_like_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// What [`escape`] was given.
#[must_use]
pub fn unescape(text: &str) -> &str {
    text.strip_prefix('\'').unwrap_or(text)
}

/// The text with control characters as their pictures (`␀`), as staff files show them; no control character is written.
#[must_use]
pub fn pictures(text: &str) -> Cow<'_, str> {
    if !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    let picture = |c: char| match u32::from(c) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
        0x7f => '\u{2421}',
        0x80..=0x9f => '\u{fffd}',
        _ => c,
    };
    Cow::Owned(text.chars().map(picture).collect())
}

/// The text for a cell of a staff CSV: control characters as pictures, formulas protected.
#[must_use]
pub fn escape_cell(cell: &str) -> Cow<'static, str> {
    Cow::Owned(escape(&pictures(cell)).into_owned())
}

/// True for a plain decimal number, which needs no protection in a column of numbers: `-0.225`.
#[must_use]
pub fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    !whole.is_empty() && !part.is_empty() && whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_protected_however_they_hide() {
        for hostile in [
            "=HYPERLINK(\"http://x\")",
            "+1",
            "-1+1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "\0=1+1",
            "  =1",
            "\u{feff}=1",
            "\u{200b}=1",
            "\u{202e}=1",
            "\u{a0}=1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            "'=1",
            "'",
        ] {
            assert!(escape(hostile).starts_with('\''), "{hostile:?}");
        }
        for plain in ["", "O'Neil", "0041877", "A-", "x=1", "3.843", "(=1)"] {
            assert_eq!(escape(plain), plain);
        }
    }

    #[test]
    fn control_characters_become_pictures() {
        assert_eq!(pictures("a\0b\tc\u{7f}\u{85}"), "a␀b␉c␡\u{fffd}");
    }

    #[test]
    fn only_plain_decimals_are_numbers() {
        assert!(is_number("-0.225") && is_number("12"));
        assert!(
            !is_number("")
                && !is_number("-")
                && !is_number("1e5")
                && !is_number("--1")
                && !is_number("1.")
                && !is_number("=1")
        );
    }

    proptest! {
        #[test]
        fn the_way_back_is_exact(text in "[ \t=+@'\u{feff}\u{200b}a-]{0,6}|\\PC{0,12}") {
            let escaped = escape(&text).into_owned();
            prop_assert_eq!(unescape(&escaped), text);
        }
    }
}
