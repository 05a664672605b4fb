//! Words and rules that several checks share: what counts as high school credit, who is active, which GPAs matter,
//! what a rounding is.

use super::context::StudentContext;
use super::facts::printed_digits;
use super::field_check::{FieldChange, Judgement};
use crate::canonical::{Decimal, Entity, Field, Row, Side};
use crate::finding::Severity;

/// True when a transcript row belongs to the permanent high school record: taken in grades 9 to 12, or for credit.
/// Without a grade level the row counts as such.
pub(super) fn is_high_school(student: &StudentContext<'_>, side: Side, row: Row) -> bool {
    let credit = |field| student.number(side, Entity::Transcript, row, field).is_some_and(|c| !c.is_zero());
    match student.text(side, Entity::Transcript, row, Field::GradeLevel) {
        None => true,
        Some(grade) => {
            grade.parse::<u8>().is_ok_and(|g| g >= 9) || credit(Field::CreditAttempted) || credit(Field::CreditEarned)
        }
    }
}

/// Critical on the high school record, else major.
pub(super) fn permanent_record(change: &FieldChange<'_>) -> Severity {
    if is_high_school(change.student, Side::Legacy, change.legacy) { Severity::Critical } else { Severity::Major }
}

/// Critical for a senior.
pub(super) fn senior(student: &StudentContext<'_>, usual: Severity) -> Severity {
    if student.is_senior() { Severity::Critical } else { usual }
}

/// Critical when a stored official GPA of the student moves too, beyond rounding.
pub(super) fn if_gpa_moves(change: &FieldChange<'_>) -> Severity {
    if gpa_moves(change.student) { Severity::Critical } else { change.severity }
}

/// True when a stored official GPA of the student differs beyond rounding.
pub(super) fn gpa_moves(student: &StudentContext<'_>) -> bool {
    student.changes.of(Entity::Gpa).iter().filter(|p| p.fields.has(Field::Value)).any(|p| {
        let kind = student.text(Side::Legacy, Entity::Gpa, p.legacy, Field::GpaKind).unwrap_or_default();
        is_official(kind) && matches!(gpa_difference(student, p.legacy, p.new), GpaDifference::Changed)
    })
}

/// Kinds of GPA that are printed on transcripts and decide rank and graduation.
pub(super) fn is_official(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    ["weighted", "unweighted", "simple", "cumulative", "total", "district"].contains(&kind.as_str())
        || kind.contains("official")
}

/// How two stored GPAs of one kind differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GpaDifference {
    /// The side that prints fewer digits rounds the other's number half up.
    RoundsRight,
    /// Less than one unit of the last digit that both print: cut off, or rounded another way.
    OtherRounding,
    /// More than that.
    Changed,
}

/// Compares two stored GPAs at the digits that each side prints.
pub(super) fn gpa_difference(student: &StudentContext<'_>, legacy: Row, new: Row) -> GpaDifference {
    let number = |side, row| student.number(side, Entity::Gpa, row, Field::Value);
    let (Some(l), Some(n)) = (number(Side::Legacy, legacy), number(Side::New, new)) else {
        return GpaDifference::Changed;
    };
    let digits = |side: Side, row: Row| {
        let records = student.records(side, Entity::Gpa);
        let kind = records.and_then(|r| r.key(row, Field::GpaKind));
        let column = kind.and_then(|k| student.facts.digits(side, k));
        column.or_else(|| records?.raw(row, Field::Value).map(printed_digits)).unwrap_or(0)
    };
    compare(l, n, digits(Side::Legacy, legacy), digits(Side::New, new), inputs_are_equal(student))
}

fn compare(legacy: Decimal, new: Decimal, legacy_digits: u32, new_digits: u32, same_inputs: bool) -> GpaDifference {
    let digits = legacy_digits.min(new_digits) as u8;
    let unit = Decimal::new(1, digits);
    let Some(difference) = new.checked_sub(legacy).map(magnitude) else { return GpaDifference::Changed };
    let (coarse, fine) = if legacy_digits <= new_digits { (legacy, new) } else { (new, legacy) };
    // The longer number was rounded too: 3.4905 may stand for 3.49048, which is 3.490. Half a unit proves no cut.
    let may_be_either = difference.checked_add(difference) == Some(unit) && coarse < fine;
    if legacy_digits != new_digits && (round_half_up(fine, digits) == Some(coarse) || may_be_either) {
        GpaDifference::RoundsRight
    } else if difference < unit || (difference == unit && digits >= 2 && same_inputs) {
        GpaDifference::OtherRounding
    } else {
        GpaDifference::Changed
    }
}

fn magnitude(number: Decimal) -> Decimal {
    if number < Decimal::ZERO { Decimal::ZERO.checked_sub(number).unwrap_or(number) } else { number }
}

/// Rounds a number that is not negative at so many digits.
fn round_half_up(number: Decimal, digits: u8) -> Option<Decimal> {
    let scale = number.scale().max(digits + 1);
    let step = 10i64.checked_pow(u32::from(scale - digits))?;
    Some(Decimal::new(number.to_scaled(scale)?.checked_add(step / 2)?.div_euclid(step), digits))
}

/// True when transcripts are compared and every row of the student's is the same on both sides.
fn inputs_are_equal(student: &StudentContext<'_>) -> bool {
    student
        .pairs(Entity::Transcript)
        .is_some_and(|p| p.both().len() > 0 && p.is_complete() && student.changes.of(Entity::Transcript).is_empty())
}

/// A GPA threshold (2.0, 3.0, 3.60) that lies between the two values.
pub(super) fn threshold_between(legacy: Decimal, new: Decimal) -> Option<Decimal> {
    [Decimal::new(2, 0), Decimal::new(3, 0), Decimal::new(36, 1)].into_iter().find(|t| (legacy >= *t) != (new >= *t))
}

/// True for the statuses of a class or student that count no more.
pub(super) fn is_dropped(status: &str) -> bool {
    ["dropped", "drop", "inactive", "withdrawn", "deleted", "no-show", "noshow"]
        .contains(&status.to_ascii_lowercase().as_str())
}

/// Marks that earn no credit wherever letters are used.
pub(super) fn is_failing(mark: &str) -> bool {
    ["F", "WF", "FA", "NP", "NM"].contains(&mark)
}

/// What changed in a code by padding alone, if that is all.
pub(super) fn zeros_note(legacy: &str, new: &str) -> &'static str {
    if legacy != new && legacy.trim_start_matches('0') == new.trim_start_matches('0') {
        "only leading zeros differ"
    } else {
        ""
    }
}

/// A factor between two amounts that betrays a unit or a digit cut off.
pub(super) fn amount_note(legacy: Decimal, new: Decimal) -> &'static str {
    let ten = Decimal::new(10, 0);
    if legacy.is_zero() || new.is_zero() {
        ""
    } else if legacy.checked_mul(ten) == Some(new) {
        "ten times as much: units mixed?"
    } else if new.checked_mul(ten) == Some(legacy) {
        "a tenth: units mixed?"
    } else if new.checked_add(new) == Some(legacy) {
        "half"
    } else if legacy.checked_add(legacy) == Some(new) {
        "twice as much"
    } else if legacy.scale() > 0 && new.scale() == 0 && floor(legacy) == Some(new) {
        "the fraction was cut off"
    } else {
        ""
    }
}

fn floor(number: Decimal) -> Option<Decimal> {
    let step = 10i64.checked_pow(u32::from(number.scale()))?;
    Some(Decimal::new(number.units().div_euclid(step), 0))
}

/// A judgement of an amount, with what the factor betrays.
pub(super) fn amount(change: &FieldChange<'_>, severity: Severity) -> Judgement {
    let note = match (change.number(Side::Legacy), change.number(Side::New)) {
        (Some(l), Some(n)) => amount_note(l, n),
        _ => "",
    };
    Judgement::because(severity, note)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_fewer_digits_is_rounding_and_a_unit_more_is_not() {
        let d = |t: &str| Decimal::parse(t).unwrap();
        let at = |l: &str, n: &str, same| compare(d(l), d(n), printed_digits(l), printed_digits(n), same);
        assert_eq!(at("3.85", "3.8462", false), GpaDifference::RoundsRight);
        assert_eq!(at("3.8462", "3.85", false), GpaDifference::RoundsRight);
        assert_eq!(at("3.84", "3.8462", false), GpaDifference::OtherRounding);
        assert_eq!(at("3.996", "3.99", false), GpaDifference::OtherRounding);
        assert_eq!(at("3.4905", "3.490", false), GpaDifference::RoundsRight);
        assert_eq!(at("3.995", "4.00", false), GpaDifference::RoundsRight);
        assert_eq!(at("3.83", "3.8462", false), GpaDifference::Changed);
        assert_eq!(at("3.300", "3.299", false), GpaDifference::Changed);
        assert_eq!(at("3.300", "3.299", true), GpaDifference::OtherRounding);
        assert_eq!(at("3.3", "3.2", true), GpaDifference::Changed);
    }

    #[test]
    fn a_factor_betrays_its_unit() {
        let d = |t: &str| Decimal::parse(t).unwrap();
        assert_eq!(amount_note(d("0.5"), d("5")), "ten times as much: units mixed?");
        assert_eq!(amount_note(d("2.5"), d("2")), "the fraction was cut off");
        assert_eq!(amount_note(d("5"), d("4")), "");
        assert_eq!(threshold_between(d("2.99"), d("3")), Some(d("3")));
        assert_eq!(threshold_between(d("3.1"), d("3.2")), None);
    }
}
