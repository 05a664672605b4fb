//! One distinct text becomes one canonical value: null words, text steps, code table, type, in that order.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::civil::{Date, DateTime, date};
use jiff::fmt::strtime;

use super::crosswalk::{Crosswalk, Lookup, Target};
use super::spec::{Case, EndDate, FieldSpec, YearRule};
use crate::canonical::{Decimal, Kind, SchoolYear, TermSpan, Typed};
use crate::extract::NULL;

/// What a text became, and how.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Outcome<'r> {
    /// The canonical text (not used for missing, unmapped and unreadable values).
    pub(super) text: Cow<'r, str>,
    /// What it means.
    pub(super) typed: Typed,
    /// How it came about.
    pub(super) via: Via,
}

/// How a value came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Via {
    /// Without a code table.
    Direct,
    /// By a line of the code table.
    Line(u32),
    /// By the code table's declared default.
    Default,
    /// The line says to leave the row out.
    Ignored(u32),
}

/// A field's rule with its code table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule<'m> {
    /// As the mapping says.
    pub(super) spec: &'m FieldSpec,
    /// The code table.
    pub(super) crosswalk: Option<&'m Crosswalk>,
}

const fn outcome<'r>(text: Cow<'r, str>, typed: Typed, via: Via) -> Outcome<'r> {
    Outcome { text, typed, via }
}

const NOTHING: Cow<'static, str> = Cow::Borrowed("");

impl Rule<'_> {
    /// Maps a text.
    pub(super) fn apply<'r>(&self, raw: &'r str) -> Outcome<'r> {
        if is_null(&self.spec.null, raw) {
            return self.null(raw);
        }
        let Some(text) = steps(self.spec, raw) else {
            return outcome(NOTHING, Typed::Unreadable, Via::Direct);
        };
        if text.len() != raw.len() && is_null(&self.spec.null, &text) {
            return self.null("");
        }
        self.translate(text)
    }

    /// A null cell: a declared word of yes or no, a line for the empty code, or no value.
    fn null<'r>(&self, raw: &'r str) -> Outcome<'r> {
        if self.spec.field.kind() == Kind::Flag && (self.spec.no.iter().chain(&self.spec.yes)).any(|w| w == raw) {
            return self.typed(Cow::Borrowed(raw), Via::Direct);
        }
        match self.crosswalk.map(|c| c.lookup("")) {
            Some(Lookup::Line(_, _)) => self.translate(NOTHING),
            _ => outcome(NOTHING, Typed::Missing, Via::Direct),
        }
    }

    fn translate<'r>(&self, text: Cow<'r, str>) -> Outcome<'r> {
        let Some(crosswalk) = self.crosswalk else { return self.typed(text, Via::Direct) };
        match crosswalk.lookup(&text) {
            Lookup::Pass => self.typed(text, Via::Direct),
            Lookup::Line(line, Target::Code(to)) => self.typed(Cow::Owned(to.clone()), Via::Line(line)),
            Lookup::Line(line, Target::Ignore) => outcome(text, Typed::Unmapped, Via::Ignored(line)),
            Lookup::Default(to) => self.typed(Cow::Owned(to.to_owned()), Via::Default),
            Lookup::Unmapped => outcome(NOTHING, Typed::Unmapped, Via::Direct),
        }
    }

    fn typed<'r>(&self, text: Cow<'r, str>, via: Via) -> Outcome<'r> {
        let (text, typed) = type_of(self.spec, text, !matches!(via, Via::Direct));
        outcome(text, typed, via)
    }
}

/// Says what was expected when a text that a person wrote (a constant, a target of a code table) does not fit its field.
pub(super) fn check(spec: &FieldSpec, text: &str, translated: bool) -> Result<(), String> {
    let (_, typed) = type_of(spec, Cow::Borrowed(text), translated);
    if !matches!(typed, Typed::Unreadable | Typed::Unmapped) {
        return Ok(());
    }
    Err(match spec.field.kind() {
        Kind::Term => format!("one of {}", TermSpan::NAMES.join(", ")),
        Kind::Date => format!("a date as {}", spec.dates.join(" or ")),
        Kind::Number => "an exact number as 0.5".to_owned(),
        Kind::Flag => "true or false".to_owned(),
        Kind::Year => "a school year as 2025-26".to_owned(),
        Kind::Id | Kind::Code | Kind::Text => "an id in full digits".to_owned(),
    })
}

pub(super) fn is_null(words: &[String], text: &str) -> bool {
    text == NULL || words.iter().any(|word| word == text || (word.is_empty() && text.trim().is_empty()))
}

/// The text steps, in the order of [`FieldSpec`]; `None` when a capture does not match.
fn steps<'r>(spec: &FieldSpec, raw: &'r str) -> Option<Cow<'r, str>> {
    let mut text = Cow::Borrowed(raw);
    for (from, to) in &spec.replace {
        if text.contains(from.as_str()) {
            text = Cow::Owned(text.replace(from.as_str(), to));
        }
    }
    if let Some(rest) = spec.remove_prefix.as_deref().and_then(|p| text.strip_prefix(p)) {
        text = Cow::Owned(rest.to_owned());
    }
    if let Some((from, to)) = spec.cut {
        text = Cow::Owned(text.chars().skip(from - 1).take(to + 1 - from).collect());
    }
    if let Some(regex) = &spec.capture {
        let found = regex.captures(&text)?.get(1)?.as_str().to_owned();
        text = Cow::Owned(found);
    }
    if let Some(characters) = &spec.strip {
        text = shorten(text, |t| t.trim_matches(|c| characters.contains(c)));
    }
    if spec.strip_zeros {
        text = shorten(text, |t| match t.trim_start_matches('0') {
            "" => &t[t.len().saturating_sub(1)..],
            rest => rest,
        });
    }
    match spec.case {
        Some(Case::Upper) => text = Cow::Owned(text.to_uppercase()),
        Some(Case::Lower) => text = Cow::Owned(text.to_lowercase()),
        None => {}
    }
    if let Some(width) = spec.pad {
        let length = text.chars().count();
        if length < width && length > 0 {
            text = Cow::Owned("0".repeat(width - length) + &text);
        }
    }
    if let Some(prefix) = &spec.prefix {
        text = Cow::Owned(prefix.clone() + &text);
    }
    if let Some(suffix) = &spec.suffix {
        text = Cow::Owned(text.into_owned() + suffix);
    }
    Some(text)
}

fn shorten<'r>(text: Cow<'r, str>, f: impl Fn(&str) -> &str) -> Cow<'r, str> {
    if f(&text).len() == text.len() { text } else { Cow::Owned(f(&text).to_owned()) }
}

/// Reads a text as the field's kind; returns the canonical text.
fn type_of<'r>(spec: &FieldSpec, text: Cow<'r, str>, translated: bool) -> (Cow<'r, str>, Typed) {
    let unreadable = || (NOTHING, Typed::Unreadable);
    let trimmed = text.trim_matches(' ');
    match spec.field.kind() {
        Kind::Code | Kind::Text => (text, Typed::Text),
        Kind::Id if is_scientific(&text) => unreadable(),
        Kind::Id => (text, Typed::Text),
        Kind::Date => match read_date(spec, trimmed) {
            Some(day) => (Cow::Owned(day.to_string()), Typed::Date(day)),
            None => unreadable(),
        },
        Kind::Number => match read_number(spec, trimmed) {
            Some(number) => (Cow::Owned(number.to_string()), Typed::Number(number)),
            None => unreadable(),
        },
        Kind::Flag => match read_flag(spec, &text, translated) {
            Some(flag) => (Cow::Borrowed(if flag { "true" } else { "false" }), Typed::Flag(flag)),
            None => unreadable(),
        },
        Kind::Year => {
            let canonical = if translated { SchoolYear::parse(trimmed) } else { None };
            match canonical.or_else(|| read_year(spec.school_year, trimmed)) {
                Some(year) => (Cow::Owned(year.to_string()), Typed::Text),
                None => unreadable(),
            }
        }
        Kind::Term => match TermSpan::parse(trimmed) {
            Some(term) => (Cow::Owned(term.to_string()), Typed::Text),
            None => (NOTHING, Typed::Unmapped),
        },
    }
}

/// `1.23E+18`: a spreadsheet has already lost the digits of this id.
fn is_scientific(text: &str) -> bool {
    if memchr::memchr(b'+', text.as_bytes()).is_none() {
        return false;
    }
    let Some((mantissa, exponent)) = text.split_once("E+").or_else(|| text.split_once("e+")) else { return false };
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    digits(whole) && digits(fraction) && digits(exponent)
}

fn read_date(spec: &FieldSpec, text: &str) -> Option<Date> {
    // A two-digit year read as %Y would be a day in the first century: no student was born then.
    let read = |format: &String| strtime::parse(format, text).ok()?.to_date().ok().filter(|d| d.year() >= 1800);
    let day = spec.dates.iter().find_map(read)?;
    match spec.end_date {
        EndDate::Inclusive => Some(day),
        EndDate::Exclusive => day.yesterday().ok(),
    }
}

fn read_number(spec: &FieldSpec, text: &str) -> Option<Decimal> {
    let mut number = Decimal::parse(text).ok()?;
    if spec.implied_decimals > 0 {
        if text.contains('.') {
            return None;
        }
        number = Decimal::new(number.units(), spec.implied_decimals);
    }
    match spec.factor {
        Some(factor) => number.checked_mul(factor),
        None => Some(number),
    }
}

fn read_flag(spec: &FieldSpec, text: &str, translated: bool) -> Option<bool> {
    match text {
        "true" if translated => return Some(true),
        "false" if translated => return Some(false),
        _ => {}
    }
    let is = |words: &[String]| words.iter().any(|w| w == text);
    match (is(&spec.yes), is(&spec.no)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

fn read_year(rule: YearRule, text: &str) -> Option<SchoolYear> {
    let number = |t: &str| t.bytes().all(|b| b.is_ascii_digit()).then(|| t.parse::<i16>().ok()).flatten();
    let four = |t: &str| (t.len() == 4).then(|| number(t)).flatten();
    let end = match rule {
        YearRule::Ends => four(text)?,
        YearRule::Starts => four(text)?.checked_add(1)?,
        YearRule::Offset(from) => number(text)?.checked_add(from)?.checked_add(1)?,
        YearRule::Span => {
            let (start, end) = text.split_once(['-', '/', '\u{2013}'])?;
            let next = four(start)?.checked_add(1)?;
            let matches = match end.len() {
                2 => number(end)? == next % 100,
                _ => four(end)? == next,
            };
            matches.then_some(next)?
        }
    };
    (1900..=2200).contains(&end).then_some(SchoolYear(end))
}

/// True when a format names a whole day.
pub(super) fn is_date_format(format: &str) -> bool {
    const DAY: Date = date(2003, 11, 25);
    let moment: DateTime = DAY.at(13, 45, 59, 0);
    let Ok(written) = strtime::format(format, moment) else { return false };
    strtime::parse(format, &written).ok().and_then(|t| t.to_date().ok()) == Some(DAY)
}

/// The language of derived columns: CEL with its text functions.
pub(super) fn cel_environment() -> Arc<cel::Env> {
    let mut environment = cel::Env::stdlib();
    // Adding the text functions to the standard environment can not clash; if it did, expressions would say so.
    let _clash = environment.add_extension(cel::extensions::strings);
    Arc::new(environment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::Field;
    use crate::mapping::spec::Source;

    fn spec(field: Field) -> FieldSpec {
        FieldSpec {
            span: 0..0,
            field,
            source: Source::Constant(String::new()),
            null: vec![String::new()],
            replace: Vec::new(),
            remove_prefix: None,
            cut: None,
            capture: None,
            strip: None,
            strip_zeros: false,
            case: None,
            pad: None,
            prefix: None,
            suffix: None,
            crosswalk: None,
            dates: vec!["%m/%d/%Y".into(), "%Y-%m-%d".into()],
            implied_decimals: 0,
            factor: None,
            yes: vec!["Y".into()],
            no: vec!["N".into()],
            end_date: EndDate::Inclusive,
            school_year: YearRule::Ends,
        }
    }

    fn show(spec: &FieldSpec, raw: &str) -> String {
        let outcome = Rule { spec, crosswalk: None }.apply(raw);
        match outcome.typed {
            Typed::Missing => "missing".into(),
            Typed::Unmapped => "unmapped".into(),
            Typed::Unreadable => "unreadable".into(),
            _ => outcome.text.into_owned(),
        }
    }

    #[test]
    fn ids_keep_their_zeros_and_all_their_digits() {
        let id = spec(Field::StudentId);
        assert_eq!(show(&id, "00123"), "00123");
        assert_eq!(show(&id, "12345678901234567"), "12345678901234567");
        assert_eq!(show(&id, "1.23E+18"), "unreadable");
        assert_eq!(show(&id, "12E5"), "12E5");
        assert_eq!(show(&spec(Field::Mark), "01"), "01");
    }

    #[test]
    fn empty_and_blank_are_null_and_other_words_only_where_declared() {
        let mut name = spec(Field::LastName);
        assert_eq!(show(&name, ""), "missing");
        assert_eq!(show(&name, "  "), "missing");
        assert_eq!(show(&name, "NA"), "NA");
        name.null = vec!["NA".into()];
        assert_eq!(show(&name, "NA"), "missing");
        assert_eq!(show(&name, "  "), "  ");
        assert_eq!(show(&name, ""), "");
    }

    #[test]
    fn numbers_are_exact_and_units_are_declared() {
        let mut credit = spec(Field::Credit);
        assert_eq!(show(&credit, "2.50"), show(&credit, "2.5"));
        assert_ne!(show(&credit, "0.1"), show(&credit, "0.10000000000000001"));
        assert_eq!(show(&credit, "1,000"), "unreadable");
        assert_eq!(show(&credit, " 5 "), "5");
        credit.factor = Decimal::parse("0.1").ok();
        assert_eq!(show(&credit, "5.0"), "0.5");
        credit.factor = None;
        credit.implied_decimals = 2;
        assert_eq!(show(&credit, "050"), "0.5");
        assert_eq!(show(&credit, "1.00"), "unreadable");
    }

    #[test]
    fn dates_read_only_as_declared_and_exclusive_ends_lose_a_day() {
        let mut day = spec(Field::EndDate);
        assert_eq!(show(&day, "4/2/2004"), "2004-04-02");
        assert_eq!(show(&day, "2004-04-02"), "2004-04-02");
        assert_eq!(show(&day, "4/2/04"), "unreadable");
        assert_eq!(show(&day, "13/2/2004"), "unreadable");
        assert_eq!(show(&day, "2004-04-02 00:00"), "unreadable");
        day.end_date = EndDate::Exclusive;
        assert_eq!(show(&day, "03/01/2024"), "2024-02-29");
        assert!(is_date_format("%m/%d/%Y %I:%M:%S %p"));
        assert!(!is_date_format("%m/%Y"));
    }

    #[test]
    fn school_years_follow_the_declared_convention() {
        let mut year = spec(Field::SchoolYear);
        assert_eq!(show(&year, "2026"), "2025-26");
        assert_eq!(show(&year, "26"), "unreadable");
        year.school_year = YearRule::Starts;
        assert_eq!(show(&year, "2025"), "2025-26");
        year.school_year = YearRule::Span;
        assert_eq!(show(&year, "2025-2026"), "2025-26");
        assert_eq!(show(&year, "2025-27"), "unreadable");
        year.school_year = YearRule::Offset(1990);
        assert_eq!(show(&year, "35"), "2025-26");
    }

    #[test]
    fn text_steps_run_in_their_order() {
        let mut id = spec(Field::Section);
        id.remove_prefix = Some("edp_".into());
        assert_eq!(show(&id, "edp_sec1"), "sec1");
        assert_eq!(show(&id, "sec1"), "sec1");
        id.cut = Some((4, 6));
        id.pad = Some(5);
        id.prefix = Some("X".into());
        assert_eq!(show(&id, "edp_sec42"), "X00042");
        let mut period = spec(Field::Period);
        period.capture = regex::Regex::new("^([0-9]+)\\(").ok();
        assert_eq!(show(&period, "3(A-E)"), "3");
        assert_eq!(show(&period, "HR(A)"), "unreadable");
        let mut zeros = spec(Field::StudentId);
        zeros.strip_zeros = true;
        assert_eq!(show(&zeros, "000"), "0");
        assert_eq!(show(&zeros, "0070"), "70");
    }
}
