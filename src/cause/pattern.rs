//! Patterns of change: how a new value comes from a legacy one, told from examples and applied again.

use jiff::civil::Date;

use crate::canonical::{Decimal, Field, Kind, SchoolYear, Side, Typed};

/// A value of either side, as canonical text with its meaning.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) text: &'a str,
    pub(super) typed: Typed,
}

/// How records changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pattern {
    /// One value became another.
    Pair(String, String),
    /// Two values were exchanged.
    Swap(String, String),
    /// Whatever it was, it became this.
    Constant(String),
    /// The value of another field stands here.
    Copy(Field),
    /// A whole code table is another one.
    Table(Vec<(String, String)>),
    /// A number, a date, a year or a numbered code changed by rule.
    Rule(Rule),
    /// A code that no crosswalk line covers, as printed.
    Unmapped(Side, String),
    /// The new system computes by another rule: in words, and the line of a policy file that would say so (how it begins,
    /// the whole line).
    Policy(String, Option<(String, String)>),
    /// The check of that position in the registry speaks, whatever the values.
    Speaks(u8),
}

/// A rule from legacy value to new value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    /// Number plus `units / 10^scale`.
    Add(i64, u8),
    /// Number times `.0 / .1`.
    Times(u32, u32),
    /// Number rounded half up to so many digits.
    Round(u8),
    /// Number cut to so many digits.
    Truncate(u8),
    /// Date plus days.
    Days(i32),
    /// Date plus years.
    Years(i16),
    /// Day and month exchanged.
    DayMonth,
    /// School year plus years.
    SchoolYears(i16),
    /// Numbered code plus a number, width kept.
    Number(i64),
    /// First characters only.
    Cut(u8),
    /// Leading zeros left out.
    Unpad,
    /// Leading zeros added up to a width.
    Pad(u8),
    /// Characters left out at the end.
    WithoutEnd(Ending),
    /// Plus or minus left out at the end.
    WithoutSign,
    /// UTF-8 read as Windows-1252.
    Mojibake,
    /// Letters without accents.
    Unaccented,
    /// Letters beyond ASCII became question marks.
    Questioned,
    /// Upper case.
    Upper,
}

/// Up to three ASCII characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ending([u8; 3]);

impl Ending {
    fn of(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.is_empty() || bytes.len() > 3 || !text.is_ascii() {
            return None;
        }
        let mut ending = [0; 3];
        ending[..bytes.len()].copy_from_slice(bytes);
        Some(Self(ending))
    }

    fn text(&self) -> &str {
        let end = self.0.iter().position(|b| *b == 0).unwrap_or(3);
        std::str::from_utf8(&self.0[..end]).unwrap_or_default()
    }
}

const FACTORS: [(u32, u32); 8] = [(10, 1), (1, 10), (100, 1), (1, 100), (2, 1), (1, 2), (1000, 1), (1, 1000)];

impl Rule {
    /// The new canonical text; `None` where the rule does not apply.
    pub(super) fn apply(self, from: Value<'_>) -> Option<String> {
        match (self, from.typed) {
            (Self::Add(units, scale), Typed::Number(n)) => Some(n.checked_add(Decimal::new(units, scale))?.to_string()),
            (Self::Times(up, down), Typed::Number(n)) => Some(times(n, up, down)?.to_string()),
            (Self::Round(digits), Typed::Number(n)) => Some(shorten(n, digits, true)?.to_string()),
            (Self::Truncate(digits), Typed::Number(n)) => Some(shorten(n, digits, false)?.to_string()),
            (Self::Days(days), Typed::Date(d)) => {
                Some(d.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?.to_string())
            }
            (Self::Years(years), Typed::Date(d)) => {
                Some(Date::new(d.year().checked_add(years)?, d.month(), d.day()).ok()?.to_string())
            }
            (Self::DayMonth, Typed::Date(d)) => Some(Date::new(d.year(), d.day(), d.month()).ok()?.to_string()),
            (Self::SchoolYears(years), Typed::Text) => {
                Some(SchoolYear(SchoolYear::parse(from.text)?.0.checked_add(years)?).to_string())
            }
            (rule, Typed::Text) => rule.apply_to_text(from.text),
            _ => None,
        }
    }

    fn apply_to_text(self, from: &str) -> Option<String> {
        match self {
            Self::Number(by) => {
                let (head, digits) = numbered(from)?;
                let number = digits.parse::<i64>().ok()?.checked_add(by).filter(|n| *n >= 0)?;
                Some(format!("{head}{number:0width$}", width = if digits.starts_with('0') { digits.len() } else { 0 }))
            }
            Self::Cut(length) => {
                let cut: String = from.chars().take(usize::from(length)).collect();
                Some(cut.trim_end().to_owned())
            }
            Self::Unpad => Some(from.trim_start_matches('0').to_owned()).filter(|t| !t.is_empty()),
            Self::Pad(width) => from.is_ascii().then(|| format!("{from:0>width$}", width = usize::from(width))),
            Self::WithoutEnd(ending) => {
                Some(from.strip_suffix(ending.text())?.trim_end().to_owned()).filter(|t| !t.is_empty())
            }
            Self::WithoutSign => from.strip_suffix(['+', '-', '−']).filter(|t| !t.is_empty()).map(str::to_owned),
            Self::Mojibake => (!from.is_ascii())
                .then(|| encoding_rs::WINDOWS_1252.decode_without_bom_handling(from.as_bytes()).0.into_owned()),
            Self::Unaccented => {
                use unicode_normalization::UnicodeNormalization;
                let plain = || from.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect();
                (!from.is_ascii()).then(plain)
            }
            Self::Questioned => {
                (!from.is_ascii()).then(|| from.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect())
            }
            Self::Upper => Some(from.to_uppercase()),
            _ => None,
        }
    }

    /// The rules by which `from` becomes `to`.
    pub(super) fn infer(field: Field, from: Value<'_>, to: Value<'_>, found: &mut Vec<Self>) {
        let mut tried: Vec<Self> = Vec::new();
        match (from.typed, to.typed) {
            (Typed::Number(a), Typed::Number(b)) => {
                tried.extend(b.checked_sub(a).map(|d| Self::Add(d.units(), d.scale())));
                tried.extend(FACTORS.map(|(up, down)| Self::Times(up, down)));
                for digits in b.scale()..a.scale().min(b.scale().saturating_add(2)) {
                    tried.extend([Self::Truncate(digits), Self::Round(digits)]);
                }
            }
            (Typed::Date(a), Typed::Date(b)) => {
                let days = a.until(b).map_or(0, |span| span.get_days());
                tried.extend([Self::DayMonth, Self::Years(b.year() - a.year())]);
                tried.extend((days.unsigned_abs() <= 400).then_some(Self::Days(days)));
            }
            (Typed::Text, Typed::Text) if field.kind() == Kind::Year => {
                if let (Some(a), Some(b)) = (SchoolYear::parse(from.text), SchoolYear::parse(to.text)) {
                    tried.push(Self::SchoolYears(b.0 - a.0));
                }
            }
            (Typed::Text, Typed::Text) if field.kind() == Kind::Term => tried.extend(Self::number(from.text, to.text)),
            (Typed::Text, Typed::Text) => Self::texts(from.text, to.text, &mut tried),
            _ => {}
        }
        found.extend(tried.into_iter().filter(|rule| rule.apply(from).is_some_and(|text| text == to.text)));
    }

    fn texts(from: &str, to: &str, tried: &mut Vec<Self>) {
        tried.extend([Self::Unpad, Self::WithoutSign, Self::Mojibake, Self::Unaccented, Self::Questioned]);
        if from.is_ascii() {
            tried.push(Self::Upper);
        }
        tried.extend(Self::number(from, to));
        let length = to.chars().count();
        if length >= 3 && from.starts_with(to) {
            // The blank before the next word may have gone with the cut.
            tried.extend((0..2).filter_map(|more| u8::try_from(length + more).ok()).map(Self::Cut));
        }
        if from.len() < to.len() && to.ends_with(from) {
            tried.extend(u8::try_from(to.len()).ok().map(Self::Pad));
        }
        tried.extend(from.strip_prefix(to).and_then(Ending::of).map(Self::WithoutEnd));
    }

    /// By how much the digits at the end went up.
    fn number(from: &str, to: &str) -> Option<Self> {
        let digits = |text| numbered(text).and_then(|(_, digits)| digits.parse::<i64>().ok());
        Some(Self::Number(digits(to)? - digits(from)?))
    }

    /// In the words of people; `what` is the field.
    pub(super) fn words(self, what: &str) -> String {
        match self {
            Self::Add(units, scale) if units >= 0 => format!("{what} {} higher", Decimal::new(units, scale)),
            Self::Add(units, scale) => format!("{what} {} lower", Decimal::new(units.saturating_neg(), scale)),
            Self::Times(up, 1) => format!("{what} {up} times as large"),
            Self::Times(_, down) => format!("{what} divided by {down}"),
            Self::Round(digits) => format!("{what} rounded to {digits} digits"),
            Self::Truncate(0) => format!("{what} cut to whole numbers"),
            Self::Truncate(digits) => format!("{what} cut to {digits} digits"),
            Self::Days(days) => format!("{what} {}", later(i64::from(days), "day")),
            Self::Years(years) => format!("{what} {}", later(i64::from(years), "year")),
            Self::DayMonth => format!("{what} with day and month exchanged"),
            Self::SchoolYears(years) => format!("{what} {}", later(i64::from(years), "year")),
            Self::Number(by) if what.ends_with("term") => format!("{what} {}", later(by, "term")),
            Self::Number(by) if by >= 0 => format!("{what} {by} higher"),
            Self::Number(by) => format!("{what} {} lower", by.unsigned_abs()),
            Self::Cut(length) => format!("{what} cut at {length} characters"),
            Self::Unpad => format!("{what} without its leading zeros"),
            Self::Pad(width) => format!("{what} with zeros added to {width} places"),
            Self::WithoutEnd(ending) => format!("{what} without `{}` at the end", ending.text()),
            Self::WithoutSign => format!("{what} without its plus or minus"),
            Self::Mojibake => format!("{what} read in the wrong encoding (UTF-8 as Windows-1252)"),
            Self::Unaccented => format!("{what} without accents"),
            Self::Questioned => format!("{what} with question marks for accented letters"),
            Self::Upper => format!("{what} in capitals"),
        }
    }
}

fn later(by: i64, unit: &str) -> String {
    let many = if by.unsigned_abs() == 1 { "" } else { "s" };
    format!("{} {unit}{many} {}", by.unsigned_abs(), if by < 0 { "earlier" } else { "later" })
}

/// What stands before the digits at the end, and the digits.
fn numbered(text: &str) -> Option<(&str, &str)> {
    let start = text
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let digits = &text[start..];
    (!digits.is_empty() && digits.len() < 10).then_some((&text[..start], digits))
}

fn times(n: Decimal, up: u32, down: u32) -> Option<Decimal> {
    // One of the two is 1; dividing by 10 or 2 is multiplying by 0.1 or 0.5.
    let inverse = match down {
        1 => Decimal::new(1, 0),
        2 => Decimal::new(5, 1),
        10 => Decimal::new(1, 1),
        100 => Decimal::new(1, 2),
        _ => Decimal::new(1, 3),
    };
    n.checked_mul(Decimal::new(i64::from(up), 0))?.checked_mul(inverse)
}

fn shorten(n: Decimal, digits: u8, round: bool) -> Option<Decimal> {
    let drop = n.scale().checked_sub(digits)?;
    if drop == 0 {
        return Some(n);
    }
    let unit = 10_i64.checked_pow(u32::from(drop))?;
    let half = if round { unit / 2 } else { 0 };
    let magnitude = n.units().unsigned_abs().checked_add(half.unsigned_abs())? / unit.unsigned_abs();
    let units = i64::try_from(magnitude).ok()?;
    Some(Decimal::new(if n.units() < 0 { -units } else { units }, digits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Kind::{Date as D, Number as N};

    fn value(kind: Kind, text: &str) -> Value<'_> {
        let typed = match kind {
            N => Typed::Number(Decimal::parse(text).unwrap()),
            D => Typed::Date(text.parse().unwrap()),
            _ => Typed::Text,
        };
        Value { text, typed }
    }

    fn rules(field: Field, from: &str, to: &str) -> Vec<Rule> {
        let mut found = Vec::new();
        Rule::infer(field, value(field.kind(), from), value(field.kind(), to), &mut found);
        found
    }

    #[test]
    fn rules_are_told_from_one_example_each() {
        assert!(rules(Field::Credit, "5", "0.5").contains(&Rule::Times(1, 10)));
        assert!(rules(Field::Credit, "2.5", "2").contains(&Rule::Truncate(0)));
        assert!(rules(Field::Value, "3.995", "3.99").contains(&Rule::Truncate(2)));
        assert_eq!(rules(Field::Value, "3.4949", "4").len(), 1, "only the sum explains a rounding up by too much");
        assert!(rules(Field::GpaWeight, "1", "0").contains(&Rule::Add(-1, 0)));
        assert!(rules(Field::BirthDate, "2008-03-04", "2008-04-03").contains(&Rule::DayMonth));
        assert!(rules(Field::ExitDate, "2026-06-01", "2026-05-31").contains(&Rule::Days(-1)));
        assert!(rules(Field::SchoolYear, "2024-25", "2025-26").contains(&Rule::SchoolYears(1)));
        assert!(rules(Field::GradeLevel, "09", "10").contains(&Rule::Number(1)));
        assert!(
            rules(Field::Title, "Introduction to Marine Biology and", "Introduction to Marine Biology")
                .contains(&Rule::Cut(30))
        );
        assert!(rules(Field::Course, "00123", "123").contains(&Rule::Unpad));
        assert!(rules(Field::Mark, "B+", "B").contains(&Rule::WithoutSign));
        assert!(rules(Field::LastName, "Muñoz", "MuÃ±oz").contains(&Rule::Mojibake));
        assert!(rules(Field::LastName, "Muñoz", "Munoz").contains(&Rule::Unaccented));
        assert!(rules(Field::Mark, "A", "B").is_empty());
        assert_eq!(rules(Field::Term, "Q1", "Q2"), [Rule::Number(1)]);
        assert!(rules(Field::Term, "S1", "FY").is_empty());
    }

    #[test]
    fn a_rule_that_does_not_apply_says_nothing() {
        assert_eq!(Rule::DayMonth.apply(value(D, "2008-03-14")), None);
        assert_eq!(Rule::Add(1, 0).apply(value(Kind::Text, "x")), None);
        assert_eq!(Rule::Number(-5).apply(value(Kind::Code, "3")), None);
    }
}
