//! The working of a GPA, as a registrar would write it on paper.

use std::fmt::Write as _;

use super::credits;
use super::gpa::amounts::{points_of, weight_of};
use super::gpa::evaluate::{Line, points_text};
use super::gpa::rules::{Average, GpaPolicy, RankRule, RepeatRule, Tie, WeightKind};
use super::gpa::{CourseRow, Evaluation, Lens, Scratch};
use super::rational::Rational;
use crate::canonical::{Field, Records, Row};

/// `76.85 / 20 credits attempted = 3.8425, round half up, 3 places: 3.843`
#[must_use]
pub fn sum_line(policy: &GpaPolicy, evaluation: &Evaluation) -> String {
    let mut text =
        format!("{} points / {} {}", evaluation.points.show(), evaluation.weight.show(), policy.divisor.unit());
    if evaluation.factor != Rational::whole(1) {
        let _ = write!(text, " × {}", evaluation.factor.show());
    }
    if !evaluation.plus.is_zero() {
        let _ = write!(text, " {}", evaluation.plus.show_signed());
    }
    let Some(exact) = evaluation.exact else { return format!("{text}: nothing counts, no GPA") };
    if policy.average == Average::Terms {
        text = format!("average of the terms (all rows together: {text})");
    }
    let _ = write!(text, " = {}", exact.show());
    if let Some(step) = policy.rounding.result {
        let _ = write!(text, ", {}, {} places", step.mode.words(), step.digits);
    }
    if let Some(step) = policy.rounding.then {
        let _ = write!(text, ", then {} places", step.digits);
    }
    match evaluation.value {
        Some(value) => format!("{text}: {}", show_value(policy, value)),
        None => text,
    }
}

/// A value with all the digits that the policy prints.
#[must_use]
pub fn show_value(policy: &GpaPolicy, value: crate::canonical::Decimal) -> String {
    let digits = policy.rounding.then.or(policy.rounding.result).map_or(value.scale(), |step| step.digits);
    let text = value.to_string();
    let have = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let missing = usize::from(digits).saturating_sub(have);
    if missing == 0 {
        return text;
    }
    let point = if have == 0 { "." } else { "" };
    format!("{text}{point}{}", "0".repeat(missing))
}

/// The whole working: a line a row, in order of time, and the sum. The scratch holds an evaluation.
#[must_use]
pub fn table(
    policy: &GpaPolicy,
    (lens, cohort): (&Lens, Option<i16>),
    records: &Records,
    scratch: &Scratch,
    evaluation: &Evaluation,
) -> String {
    let mut order: Vec<usize> = (0..scratch.rows.len()).collect();
    let text = |row: Row, field: Field| records.text(row, field).unwrap_or("");
    order.sort_by_key(|at| {
        let row = &scratch.rows[*at];
        (row.year, row.end, text(row.row, Field::Course).to_owned(), row.row)
    });
    let mut out = format!("{} ({})\n", policy.label, policy.name);
    let width = order.iter().map(|at| text(scratch.rows[*at].row, Field::Course).chars().count()).max().unwrap_or(0);
    for at in order {
        let (row, line) = (&scratch.rows[at], &scratch.lines[at]);
        let _ = writeln!(
            out,
            "  {:7} {:2}  {:width$}  {:4} {}",
            text(row.row, Field::SchoolYear),
            text(row.row, Field::Term),
            text(row.row, Field::Course),
            text(row.row, Field::Mark),
            row_text(policy, row, line),
        );
    }
    let _ = writeln!(out, "  {}", sum_line(policy, evaluation));
    if records.has(Field::CreditEarned) {
        let lines = credits::ruled(policy, lens, cohort, &scratch.rows);
        let [attempted, earned] = [false, true].map(|earned| credits::total(&lines, earned).show());
        let repeated = lines.iter().filter(|line| line.repeated).count();
        let once =
            if repeated > 0 { format!(" (credit of {repeated} repeated rows not again)") } else { String::new() };
        let _ = writeln!(out, "  credits: {attempted} attempted, {earned} earned{once}");
    }
    if evaluation.problems > 0 {
        let _ = writeln!(out, "  {} rows could not be judged: the result is not sound", evaluation.problems);
    }
    out
}

fn row_text(policy: &GpaPolicy, row: &CourseRow, line: &Line) -> String {
    if !line.fate.counts() {
        return format!("out: {}", line.fate.words());
    }
    let weight = weight_of(i128::from(line.weight)).show();
    let product = line.product().map_or_else(String::new, Rational::show);
    let mut text = format!("({}) × {weight} {} = {product}", points_text(line), short_unit(policy));
    if line.share > 1 {
        let _ = write!(text, " ({} attempts averaged)", line.share);
    }
    if line.bump_part != line.bump_whole {
        let _ = write!(text, " (limit: {} of {} twelfths of a year)", line.bump_part, line.bump_whole);
    }
    if line.extra != 0 {
        let _ = write!(text, " (+{} on the average)", line.added().map_or_else(String::new, Rational::show));
    }
    let _ = row;
    text
}

const fn short_unit(policy: &GpaPolicy) -> &'static str {
    use super::gpa::rules::Divisor;
    match policy.divisor {
        Divisor::Attempted | Divisor::Earned => "cr",
        Divisor::Count => "row",
        Divisor::GpaWeight => "weight",
        Divisor::Semesters => "semester",
    }
}

/// Credits as people write them.
#[must_use]
pub fn credits_text(units: i64) -> String {
    weight_of(i128::from(units)).show()
}

/// What a policy does, in a few lines: for `policy check`.
#[must_use]
pub fn describe(policy: &GpaPolicy) -> String {
    let mut text = format!("{} ({})\n", policy.label, policy.name);
    let mut line = |name: &str, words: String| {
        let _ = writeln!(text, "  {name:10} {words}");
    };
    let marks: usize = policy.scales.iter().map(|s| s.marks.len()).sum();
    let numbers = if policy.scales.iter().any(|s| s.numeric.is_some()) { ", and numbers" } else { "" };
    line("marks", format!("{marks} marks{numbers}"));
    let weight = &policy.weights[0];
    let levels = weight
        .amounts
        .iter()
        .zip(&policy.levels)
        .filter_map(|(amount, level)| Some(format!("{} {}", level.name, points_of(i128::from((*amount)?)).show())));
    let levels: Vec<String> = levels.collect();
    line(
        "levels",
        format!("{}{}", kind_words(weight.kind), levels.iter().map(|l| format!(" {l}")).collect::<Vec<_>>().join(",")),
    );
    for cap in &policy.caps {
        let grades: Vec<String> = cap.grades.iter().map(i8::to_string).collect();
        let of = if grades.is_empty() { String::new() } else { format!(" of grades {}", grades.join(", ")) };
        line("limit", format!("{} semesters{of} with added points", cap.max));
    }
    let rule = RepeatRule::NAMES.iter().find(|(_, rule)| *rule == policy.repeat.rule).map_or("", |(name, _)| name);
    line("repeats", rule.to_owned());
    line("divisor", policy.divisor.unit().to_owned());
    line(
        "rounding",
        match policy.rounding.result {
            Some(step) => format!("{}, {} places", step.mode.words(), step.digits),
            None => "none".to_owned(),
        },
    );
    line("counts", counted_words(policy));
    if let Some(rank) = &policy.rank {
        line("rank", rank_words(rank));
    }
    if policy.eras.len() > 1 {
        line("eras", format!("{} with rules of their own", policy.eras.len() - 1));
    }
    text
}

/// Which rows count.
fn counted_words(policy: &GpaPolicy) -> String {
    let (window, include) = (&policy.window, &policy.include);
    let mut counted = Vec::new();
    if !window.grades.is_empty() {
        let grades: Vec<String> = window.grades.iter().map(i8::to_string).collect();
        counted.push(format!("grades {}", grades.join(", ")));
    }
    if window.from.is_some() || window.through.is_some() || !window.terms.is_empty() {
        counted.push("some terms only".to_owned());
    }
    for (list, words) in [(&include.subjects, "only"), (&include.not_subjects, "not"), (&include.not_courses, "not")] {
        if !list.is_empty() {
            counted.push(format!("{words} {}", list.join(", ")));
        }
    }
    if !include.transfer {
        counted.push("no transfer".to_owned());
    }
    if counted.is_empty() { "all rows".to_owned() } else { counted.join("; ") }
}

fn rank_words(rank: &RankRule) -> String {
    let within: Vec<&str> = rank.within.iter().map(|f| f.name()).collect();
    let who = if rank.statuses.is_empty() { "everybody".to_owned() } else { rank.statuses.join(", ") };
    let tie = Tie::NAMES.iter().find(|(_, tie)| *tie == rank.tie).map_or("", |(name, _)| name);
    let compared = if rank.rounded { "printed" } else { "exact" };
    format!("{who}, within {}, ties {tie}, {compared} GPAs", within.join(" and "))
}

const fn kind_words(kind: WeightKind) -> &'static str {
    match kind {
        WeightKind::None => "no weight",
        WeightKind::Table => "points of their own",
        WeightKind::Add => "points added:",
        WeightKind::Multiply => "mark multiplied:",
        WeightKind::CumulativeAdd => "added to the average for each semester:",
        WeightKind::CumulativeMultiply => "average multiplied:",
    }
}
