//! The words and number forms that all reports share.

use super::summary::{Decision, Outcome, WaiverState};
use crate::finding::Severity;

/// What people read for an area.
#[must_use]
pub fn area(name: &str) -> &str {
    match name {
        "student" => "Student record",
        "enrollment" => "Enrollment",
        "course" => "Course catalog",
        "schedule" => "Schedule",
        "transcript" => "Course history",
        "gpa" => "GPA",
        "graduation" => "Graduation",
        "load" => "Load and codes",
        other => other,
    }
}

/// The severity with a capital letter, as a column head.
#[must_use]
pub const fn severity_title(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::Major => "Major",
        Severity::Minor => "Minor",
        Severity::Info => "Info",
    }
}

/// The sentence with a capital letter.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// What people read for the outcome of a gate criterion.
#[must_use]
pub const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "passes",
        Outcome::Tight => "passes, barely",
        Outcome::Fail => "fails",
        Outcome::Unknown => "not measured",
    }
}

/// The mark before a verdict.
#[must_use]
pub const fn decision_symbol(decision: Decision) -> &'static str {
    match decision {
        Decision::Go => "✓",
        Decision::NoGo => "✕",
        Decision::CannotDecide => "?",
    }
}

/// What people read for the state of a waiver.
#[must_use]
pub const fn waiver_state(state: WaiverState) -> &'static str {
    match state {
        WaiverState::Active => "active",
        WaiverState::EndsSoon => "ends soon",
        WaiverState::Unused => "unused",
        WaiverState::Expired => "expired",
        WaiverState::OverCap => "over its cap",
        WaiverState::Refused => "refused",
    }
}

/// What people read for a field: `credit_earned` becomes `credit earned`.
#[must_use]
pub fn field(name: &str) -> String {
    name.replace('_', " ")
}

/// `1234567` as `1,234,567`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `−40`, `+3`, `±0`, with thousands.
#[must_use]
pub fn signed(number: i64) -> String {
    let sign = match number {
        0 => "±",
        1.. => "+",
        _ => "−",
    };
    format!("{sign}{}", thousands(number.unsigned_abs()))
}

/// `1 finding`, `2 findings`.
#[must_use]
pub fn plural(number: u64, word: &str) -> String {
    format!("{} {word}{}", thousands(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([-1200, 0, 3].map(signed), ["−1,200", "±0", "+3"]);
        assert_eq!(plural(1, "school"), "1 school");
    }
}
