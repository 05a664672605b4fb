//! Mark tables: what is written, what it is worth, and how it compares with other marks.

use super::amounts::point_units;
use super::rules::{Line, Mark, Numeric, POINT_UNIT, Scale, Weight, WeightKind};
use crate::canonical::Decimal;
use crate::diagnostic::document::{At, Node};
use crate::policy::rational::{Rational, RoundMode};
use crate::policy::toml::{decimal, named_tables, required_text};

/// Points that fit, or a mistake.
pub(super) fn scaled_points(section: &Node<'_>, at: &At<Decimal>) -> Option<i64> {
    let points = point_units(at.value);
    if points.is_none() {
        let message = format!("{} has more than six decimals or is out of range", at.value);
        section.problems().error("wrong-value", at.span.clone(), message, "write at most six decimals");
    }
    points
}

/// Reads `marks`, `numeric` and `ignore_signs` of a table.
pub(in crate::policy) fn read_scale(section: &Node<'_>, name: &str) -> Scale {
    let mut marks = Vec::new();
    let mut ranks: Vec<(usize, At<String>)> = Vec::new();
    if let Some(table) = section.node("marks") {
        for (text, below) in named_tables(&table) {
            let points = decimal(&below, "points").and_then(|d| scaled_points(section, &d));
            let in_gpa = below.flag("in_gpa").unwrap_or(points.is_some());
            if in_gpa && points.is_none() && !below.has("points") {
                let message = format!("mark {} is in the GPA and has no points", text.value);
                section.problems().error("mark-without-points", text.span, message, "add points, or in_gpa = false");
            }
            if let Some(like) = below.text("counts_as") {
                ranks.push((marks.len(), like));
            }
            marks.push(Mark {
                text: text.value,
                points,
                in_gpa,
                attempted: below.flag("attempted").unwrap_or(true),
                earned: below.flag("earned").unwrap_or(points.is_none_or(|p| p > 0)),
                rank: points.unwrap_or(i64::MIN),
            });
            below.finish();
        }
    }
    for (position, like) in ranks {
        match marks.iter().find(|m| m.text == like.value).and_then(|m| m.points) {
            Some(points) => marks[position].rank = points,
            None => {
                let message = format!("no mark with points is called \"{}\"", like.value);
                section.problems().error("unknown-mark", like.span, message, "write a mark of this table");
            }
        }
    }
    let numeric = section.node("numeric").map(|below| {
        let numeric = read_numeric(&below);
        below.finish();
        numeric
    });
    let scale =
        Scale { name: name.to_owned(), marks, numeric, ignore_signs: section.flag("ignore_signs").unwrap_or(false) };
    check_letters(section, &scale);
    scale
}

fn check_letters(section: &Node<'_>, scale: &Scale) {
    for (_, letter) in scale.numeric.iter().flat_map(|n| &n.letters) {
        if !scale.marks.iter().any(|m| m.text == *letter) {
            let message = format!("the cut-offs name mark \"{letter}\", which the table does not have");
            section.problems().error("unknown-mark", section.span(), message, format!("add [marks.{letter}]"));
        }
    }
}

fn read_numeric(section: &Node<'_>) -> Numeric {
    let modes = [
        ("half-up", Some(RoundMode::HalfUp)),
        ("half-even", Some(RoundMode::HalfEven)),
        ("truncate", Some(RoundMode::Truncate)),
        ("none", None),
    ];
    let number = |below: &Node<'_>, key| decimal(below, key).and_then(|d| scaled_points(below, &d));
    let mut letters = Vec::new();
    for below in section.nodes("letters") {
        if let (Some(from), Some(mark)) = (number(&below, "from"), required_text(&below, "mark")) {
            letters.push((from, mark.value));
        }
        below.finish();
    }
    let mut lines = Vec::new();
    for below in section.nodes("points") {
        let (from, at) = (number(&below, "from"), number(&below, "at"));
        let step = number(&below, "step").unwrap_or(0);
        if let (Some(from), Some(at)) = (from, at) {
            lines.push(Line { from, at, step });
        } else if !(below.has("from") && below.has("at")) {
            section.problems().error(
                "missing-key",
                below.span(),
                "a line of points needs `from` and `at`",
                "write { from = \"51\", at = \"0.1\", step = \"0.1\" }",
            );
        }
        below.finish();
    }
    if letters.is_empty() == lines.is_empty() {
        let message = "[numeric] needs either `letters` or `points`";
        section.problems().error("missing-key", section.span(), message, "say what a number is worth, in one way");
    }
    letters.sort_by_key(|(from, _)| std::cmp::Reverse(*from));
    lines.sort_by_key(|line| std::cmp::Reverse(line.from));
    Numeric {
        round: section.choice("round", &modes).unwrap_or(None),
        letters,
        lines,
        pass: number(section, "pass").unwrap_or(60 * POINT_UNIT),
        most: number(section, "most").unwrap_or(150 * POINT_UNIT),
    }
}

/// What a mark is worth before its level is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkValue<'a> {
    /// The entry of the table that applies, if one does.
    pub entry: Option<&'a Mark>,
    /// Points, when in the GPA.
    pub points: Option<i64>,
    /// Goes into the GPA.
    pub in_gpa: bool,
    /// Its credit counts as attempted.
    pub attempted: bool,
    /// Its credit counts as earned.
    pub earned: bool,
    /// Points it is compared as.
    pub rank: i64,
}

impl<'a> MarkValue<'a> {
    const fn of(mark: &'a Mark) -> Self {
        Self {
            entry: Some(mark),
            points: mark.points,
            in_gpa: mark.in_gpa,
            attempted: mark.attempted,
            earned: mark.earned,
            rank: mark.rank,
        }
    }
}

/// Looks a mark up: as written, without case, without sign where the scale says so, and as a number.
#[must_use]
pub fn value<'a>(scale: &'a Scale, text: &str) -> Option<MarkValue<'a>> {
    let text = text.trim();
    if let Some(mark) = find(scale, text) {
        return Some(MarkValue::of(mark));
    }
    if scale.ignore_signs
        && let Some(mark) = text.strip_suffix(['+', '-', '−']).and_then(|bare| find(scale, bare))
    {
        return Some(MarkValue::of(mark));
    }
    let numeric = scale.numeric.as_ref()?;
    let number = Decimal::parse(text).ok().filter(|d| d.units() >= 0)?;
    let number = match numeric.round {
        Some(mode) => Rational::from(number).round(0, mode)?,
        None => number,
    };
    numeric_value(scale, numeric, point_units(number)?)
}

fn numeric_value<'a>(scale: &'a Scale, numeric: &Numeric, number: i64) -> Option<MarkValue<'a>> {
    if number > numeric.most {
        return None;
    }
    if let Some((_, letter)) = numeric.letters.iter().find(|(from, _)| number >= *from) {
        return find(scale, letter).map(MarkValue::of);
    }
    let line = numeric.lines.iter().find(|line| number >= line.from)?;
    let rise = i128::from(number - line.from) * i128::from(line.step);
    let unit = i128::from(POINT_UNIT);
    if rise % unit != 0 {
        return None;
    }
    let points = line.at.checked_add(i64::try_from(rise / unit).ok()?)?;
    let earned = number >= numeric.pass;
    Some(MarkValue { entry: None, points: Some(points), in_gpa: true, attempted: true, earned, rank: points })
}

fn find<'a>(scale: &'a Scale, text: &str) -> Option<&'a Mark> {
    scale
        .marks
        .iter()
        .find(|m| m.text == text)
        .or_else(|| scale.marks.iter().find(|m| m.text.eq_ignore_ascii_case(text)))
}

/// What a mark is compared as; `None` for unknown marks and for those that do not compare (P, W).
#[must_use]
pub fn rank_of(scale: &Scale, text: &str) -> Option<i64> {
    value(scale, text).map(|v| v.rank).filter(|rank| *rank != i64::MIN)
}

/// The points that a level adds to a mark's own. `Err` when they would need more than six decimals.
///
/// # Errors
/// When a multiplied mark is not exact in six decimals.
pub fn bump(scale: &Scale, weight: &Weight, level: usize, text: &str, mark: &MarkValue<'_>) -> Result<i64, Inexact> {
    let Some(points) = mark.points.filter(|_| mark.in_gpa) else { return Ok(0) };
    if let Some(least) = weight.min_mark.as_deref().and_then(|m| rank_of(scale, m))
        && mark.rank < least
    {
        return Ok(0);
    }
    match weight.kind {
        WeightKind::None | WeightKind::CumulativeAdd | WeightKind::CumulativeMultiply => Ok(0),
        WeightKind::Add => Ok(weight.amounts[level].unwrap_or(0)),
        WeightKind::Table => {
            let name = mark.entry.map_or(text.trim(), |m| m.text.as_str());
            let own = weight.tables[level].iter().find(|(m, _)| m == name);
            Ok(own.map_or(0, |(_, own)| own - points))
        }
        WeightKind::Multiply => {
            let Some(factor) = weight.amounts[level] else { return Ok(0) };
            let product = i128::from(points) * i128::from(factor);
            let unit = i128::from(POINT_UNIT);
            if product % unit != 0 {
                return Err(Inexact);
            }
            i64::try_from(product / unit).map(|p| p - points).map_err(|_| Inexact)
        }
    }
}

/// A product needs more than six decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inexact;
