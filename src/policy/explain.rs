//! The GPA part of `explain STUDENT`: four numbers, the "rows or rules?" table, and the difference in parts.

use std::fmt::Write as _;

use super::bound::{BoundKind, Computed, evaluate_side};
use super::derive::{Derivation, Part, Reason, derive};
use super::gpa::{Evaluation, GpaPolicy, Scratch};
use super::rational::Rational;
use super::working::{show_value, sum_line};
use super::{Bound, Numbers};
use crate::canonical::{Entity, Field, Row, Side};
use crate::reconcile::Reconciliation;

/// What is to blame for a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// Nothing differs.
    Nothing,
    /// The rows.
    Rows,
    /// The rules of the two systems.
    Rules,
    /// Both.
    RowsAndRules,
    /// Rows and rules agree; a stored value does not follow from them.
    Stored,
    /// Rows and rules agree; the systems print other digits of the same number.
    Digits,
}

impl Blame {
    /// For screens.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Nothing => "nothing differs",
            Self::Rows => "the ROWS differ, not the rules",
            Self::Rules => "the RULES differ, not the rows",
            Self::RowsAndRules => "both the rows and the rules differ",
            Self::Digits => "rows and rules agree: the systems print other DIGITS of one number",
            Self::Stored => "rows and rules agree: a STORED value does not follow from them",
        }
    }
}

/// One kind of one student, explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The kind.
    pub kind: String,
    /// Name of the policy, or of both.
    pub policy: String,
    /// Stored values, legacy and new, as printed.
    pub stored: [Option<String>; 2],
    /// How each side's rows make the value: `76.85 points / 20 credits attempted = 3.8425, …`.
    pub working: [Option<String>; 2],
    /// Rows by side, rules by side: `[legacy rows][legacy rules]` and so on, as printed.
    pub rows_or_rules: [[Option<String>; 2]; 2],
    /// What is to blame.
    pub blame: Blame,
    /// Ranks, where a policy has a rule of rank: `stored 13 of 23, by the rule 11 of 23`.
    pub ranks: [Option<String>; 2],
    /// New minus legacy, signed; empty when it can not be told.
    pub difference: String,
    /// The parts: signed amount and words. They add exactly to the difference.
    pub parts: Vec<(String, String)>,
}

impl Bound {
    /// Explains every kind for one student; kinds without any number are left out.
    #[must_use]
    pub fn explain(&self, reconciliation: &Reconciliation, position: u32) -> Vec<Explanation> {
        let known = |kind: &&BoundKind| {
            let numbers = kind.numbers(reconciliation, position);
            let counts = |c: Option<Computed>| c.is_some_and(|c| c.exact.is_some() || c.problems > 0);
            let stored = numbers.legacy_stored.is_some() || numbers.new_stored.is_some();
            stored || counts(numbers.legacy) || counts(numbers.new)
        };
        self.kinds.iter().filter(known).map(|kind| explain(kind, reconciliation, position)).collect()
    }
}

fn explain(kind: &BoundKind, reconciliation: &Reconciliation, position: u32) -> Explanation {
    let numbers = kind.numbers(reconciliation, position);
    let (legacy, new) = (&kind.policy.legacy, &kind.policy.new);
    let shown = |policy: &GpaPolicy, computed: Option<Computed>| Some(show_value(policy, computed?.value?));
    let cross = kind.new_under_legacy.is_some();
    let other = |cross_term, own| if cross { cross_term } else { own };
    let rows_or_rules = [
        [shown(legacy, numbers.legacy), shown(new, other(numbers.legacy_rows_new_rules, numbers.legacy))],
        [shown(legacy, other(numbers.new_rows_legacy_rules, numbers.new)), shown(new, numbers.new)],
    ];
    let derivation = derive(reconciliation, position, kind);
    let gpa = |side, row: Option<Row>| {
        reconciliation.dataset(side).get(Entity::Gpa)?.raw(row?, Field::Value).map(str::to_owned)
    };
    let policy = if cross { format!("{} / {}", legacy.name, new.name) } else { legacy.name.clone() };
    Explanation {
        kind: kind.policy.kind.clone(),
        policy,
        stored: [
            gpa(Side::Legacy, numbers.legacy_stored.map(|s| s.row)),
            gpa(Side::New, numbers.new_stored.map(|s| s.row)),
        ],
        working: Side::BOTH.map(|side| working(kind, reconciliation, position, side)),
        blame: blame(kind, &numbers, cross),
        ranks: Side::BOTH.map(|side| rank_words(kind, reconciliation, position, side)),
        rows_or_rules,
        difference: derivation.as_ref().map_or_else(String::new, |d| d.difference.show_signed()),
        parts: derivation.map_or_else(Vec::new, |d| part_words(reconciliation, &d)),
    }
}

fn rank_words(kind: &BoundKind, reconciliation: &Reconciliation, position: u32, side: Side) -> Option<String> {
    let (class, member) = kind.ranking(reconciliation, side)?.of(position)?;
    let ruled = if member.counted { format!("{} of {}", member.rank, class.size()) } else { "not ranked".to_owned() };
    let numbers = kind.numbers(reconciliation, position);
    let stored = if side == Side::Legacy { numbers.legacy_stored } else { numbers.new_stored };
    let records = reconciliation.dataset(side).get(Entity::Gpa);
    let rank = records.zip(stored).and_then(|(records, stored)| records.raw(stored.row, Field::Rank));
    let rank = rank.filter(|rank| !rank.is_empty());
    Some(format!("stored {}, by the rule {ruled}", rank.unwrap_or("—")))
}

fn working(kind: &BoundKind, reconciliation: &Reconciliation, position: u32, side: Side) -> Option<String> {
    let (policy, lens) = match side {
        Side::Legacy => (&kind.policy.legacy, kind.legacy.as_ref()?),
        Side::New => (&kind.policy.new, kind.new.as_ref()?),
    };
    let evaluation: Evaluation = evaluate_side(policy, lens, reconciliation, position, side, &mut Scratch::default())?;
    Some(sum_line(policy, &evaluation))
}

/// Judges by exact results: rounding may hide a difference, never make one.
fn blame(kind: &BoundKind, numbers: &Numbers, cross: bool) -> Blame {
    let exact = |c: Option<Computed>| c.and_then(|c| c.exact);
    let (legacy, new) = (exact(numbers.legacy), exact(numbers.new));
    let (rows_differ, rules_differ) = if cross {
        let new_rows = exact(numbers.new_rows_legacy_rules);
        (legacy != new_rows, new_rows != new)
    } else {
        (legacy != new, false)
    };
    let value = |s: Option<super::Stored>| s.and_then(|s| s.value);
    let stored_differ = match (value(numbers.legacy_stored), value(numbers.new_stored)) {
        (Some(l), Some(n)) => l != n,
        _ => false,
    };
    match (rows_differ, rules_differ) {
        (true, true) => Blame::RowsAndRules,
        (true, false) => Blame::Rows,
        (false, true) => Blame::Rules,
        (false, false) if stored_differ => {
            let made = |stored: Option<super::Stored>, policy, computed| {
                stored.is_some_and(|s| s.is_made_from(policy, computed))
            };
            let both = made(numbers.legacy_stored, &kind.policy.legacy, numbers.legacy)
                && made(numbers.new_stored, &kind.policy.new, numbers.new);
            if both { Blame::Digits } else { Blame::Stored }
        }
        (false, false) => Blame::Nothing,
    }
}

/// The parts as words, one line for each reason and course: equal rows of one reason are one line with a count.
#[must_use]
pub fn part_words(reconciliation: &Reconciliation, derivation: &Derivation) -> Vec<(String, String)> {
    let parts = derivation.parts.iter();
    parts.map(|p| (p.amount.show_signed(), one_part(reconciliation, p))).collect()
}

fn one_part(reconciliation: &Reconciliation, part: &Part) -> String {
    let words = part.reason.words();
    let record = |side: Side, row: Option<Row>| {
        let records = reconciliation.dataset(side).get(Entity::Transcript)?;
        let text = |field| records.text(row?, field);
        Some(format!("{} {} {}", text(Field::SchoolYear)?, text(Field::Term)?, text(Field::Course)?))
    };
    let Some(record) = record(Side::Legacy, part.legacy).or_else(|| record(Side::New, part.new)) else { return words };
    let field = match part.reason {
        Reason::Mark => Some(Field::Mark),
        Reason::Level => Some(Field::Level),
        _ => None,
    };
    let raw = |side: Side, row: Option<Row>| {
        let records = reconciliation.dataset(side).get(Entity::Transcript)?;
        records.raw(row?, field?).map(str::to_owned)
    };
    match (raw(Side::Legacy, part.legacy), raw(Side::New, part.new)) {
        (Some(l), Some(n)) if l != n => format!("{words}: {record} {l} -> {n}"),
        _ => format!("{words}: {record}"),
    }
}

/// One sentence for a finding's note: the biggest causes first, equal reasons added up. Nothing is left out:
/// what does not fit is one part more.
#[must_use]
pub fn sentence(derivation: &Derivation) -> String {
    const MOST: usize = 4;
    let mut by_reason: Vec<(String, Rational, usize)> = Vec::new();
    for part in &derivation.parts {
        let words = part.reason.words();
        match by_reason.iter_mut().find(|(known, _, _)| *known == words) {
            Some((_, sum, count)) => {
                *sum = sum.add(part.amount).unwrap_or(*sum);
                *count += 1;
            }
            None => by_reason.push((words, part.amount, 1)),
        }
    }
    let size = |r: &Rational| if r.is_negative() { r.negated() } else { *r };
    by_reason.sort_by(|a, b| size(&b.1).cmp(&size(&a.1)).then_with(|| a.0.cmp(&b.0)));
    let mut text = String::new();
    for (words, sum, count) in by_reason.iter().take(MOST) {
        let rows = if *count > 1 { format!(" ({count} rows)") } else { String::new() };
        let _ = write!(text, "{}{words}{rows} {}", if text.is_empty() { "" } else { ", " }, sum.show_signed());
    }
    if by_reason.len() > MOST {
        let rest = Rational::sum(by_reason[MOST..].iter().map(|(_, sum, _)| *sum)).unwrap_or(Rational::ZERO);
        let _ = write!(text, ", {} more {}", by_reason.len() - MOST, rest.show_signed());
    }
    text
}

impl Explanation {
    /// The block of `explain STUDENT`. `labels` are the names of the two systems.
    #[must_use]
    pub fn lines(&self, labels: [&str; 2]) -> Vec<String> {
        let dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "—".to_owned());
        let mut lines = vec![format!("{} GPA ({})", self.kind.to_uppercase(), self.policy)];
        lines.push(format!("  {:14}{:>20} {:>20}  {:>10}", "", labels[0], labels[1], "diff"));
        lines.push(format!(
            "  {:14}{:>20} {:>20}  {:>10}",
            "stored",
            dash(&self.stored[0]),
            dash(&self.stored[1]),
            self.difference
        ));
        for (side, working) in self.working.iter().enumerate() {
            if let Some(working) = working {
                lines.push(format!("  {}: {working}", labels[side]));
            }
        }
        lines.push("  Which is to blame?".to_owned());
        lines.push(format!("  {:14}{:>20} {:>20}", "", format!("{} rules", labels[0]), format!("{} rules", labels[1])));
        for (side, row) in self.rows_or_rules.iter().enumerate() {
            lines.push(format!("  {:14}{:>20} {:>20}", format!("{} rows", labels[side]), dash(&row[0]), dash(&row[1])));
        }
        lines.push(format!("  → {}", self.blame.words()));
        for (amount, words) in &self.parts {
            lines.push(format!("  {amount:>12}  {words}"));
        }
        if !self.parts.is_empty() {
            lines.push(format!("  {:>12}  in all", self.difference));
        }
        for (side, words) in self.ranks.iter().enumerate() {
            if let Some(words) = words {
                lines.push(format!("  {} rank: {words}", labels[side]));
            }
        }
        lines.iter().flat_map(|line| folded(line)).collect()
    }
}

/// A line cut at blanks so that it fits a screen of 80 columns; what follows is indented.
fn folded(line: &str) -> Vec<String> {
    const WIDTH: usize = 78;
    let mut lines = Vec::new();
    let mut rest = line.to_owned();
    while rest.chars().count() > WIDTH {
        let end = rest.char_indices().nth(WIDTH).map_or(rest.len(), |(at, _)| at);
        let indent = rest.len() - rest.trim_start().len();
        let Some(cut) = rest[..end].rfind(' ').filter(|cut| *cut > indent) else { break };
        let tail = format!("      {}", rest[cut..].trim_start());
        rest.truncate(cut);
        lines.push(rest.trim_end().to_owned());
        rest = tail;
    }
    lines.push(rest);
    lines
}
