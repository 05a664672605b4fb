//! From what was measured to the answer. Every obligation is asked for its token; GO needs all of them.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::decision::{CriterionResult, Decision, State, Verdict};
use super::obligations::{GoProof, prove};
use super::reason::{Channel, Reason};
use super::would_pass::would_pass;
use super::{Criteria, Measured, Share};
use crate::canonical::Decimal;

/// Decides. The same numbers always give the same answer; nothing is read from anywhere else.
#[must_use]
pub fn decide(measured: &Measured, criteria: &Criteria) -> Decision {
    let mut ledger = Ledger::default();
    let proof: Option<GoProof> = prove(measured, criteria, &mut ledger);
    let Ledger { criteria: results, reasons, .. } = ledger;
    let (undecided, no_go): (Vec<Reason>, Vec<Reason>) =
        reasons.into_iter().partition(|r| r.info().channel == Channel::CannotDecide);
    let verdict = match proof {
        Some(proof) if undecided.is_empty() && no_go.is_empty() => Verdict::Go(proof),
        _ if undecided.is_empty() && !no_go.is_empty() => Verdict::NoGo { reasons: no_go },
        _ => Verdict::CannotDecide { reasons: undecided.into_iter().chain(no_go).collect() },
    };
    let would_pass = would_pass(&verdict, measured, criteria);
    Decision { verdict, criteria: results, would_pass }
}

/// What the obligations have found so far.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    criteria: Vec<CriterionResult>,
    reasons: Vec<Reason>,
    /// Reasons before the current criterion.
    before: usize,
}

/// The figures of a criterion.
#[derive(Debug, Default)]
pub(super) struct Figures {
    pub(super) measured: String,
    pub(super) limit: String,
    pub(super) margin: String,
}

impl Figures {
    /// A count that may be at most `limit`.
    pub(super) fn at_most(measured: u64, limit: u64) -> Self {
        let margin = match measured.cmp(&limit) {
            Ordering::Greater => format!("over by {}", measured - limit),
            Ordering::Equal => "no spare".into(),
            Ordering::Less => format!("{} to spare", limit - measured),
        };
        Self { measured: measured.to_string(), limit: format!("at most {limit}"), margin }
    }

    /// A share that must be at least `percent`.
    pub(super) fn at_least(share: Share, percent: Decimal) -> Self {
        let measured = share.percent();
        let margin = match measured.checked_sub(percent) {
            Some(d) if d.is_zero() && share.at_least(percent) => "no spare".into(),
            Some(d) if share.at_least(percent) => format!("{d} points to spare"),
            Some(d) if d < Decimal::ZERO => format!("short by {} points", d.to_string().trim_start_matches('-')),
            _ => "short by less than 0.001 points".into(),
        };
        Self { measured: format!("{measured}%"), limit: format!("at least {percent}%"), margin }
    }

    /// Something that must all be there: `96 of 96`.
    pub(super) fn all(part: u64, whole: u64) -> Self {
        let margin = if part >= whole { "no spare".into() } else { format!("{} missing", whole - part) };
        Self { measured: format!("{part} of {whole}"), limit: "all".into(), margin }
    }
}

impl Ledger {
    /// Adds a reason to the criterion at hand.
    pub(super) fn object(
        &mut self,
        code: impl Into<Cow<'static, str>>,
        sentence: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.reasons.push(Reason::new(code, sentence, fix));
    }

    /// True while nothing was objected.
    pub(super) fn is_clean(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Closes the criterion at hand: it holds when no reason was added since the last one. True when it holds.
    pub(super) fn criterion(&mut self, name: &'static str, figures: Figures) -> bool {
        let own = &self.reasons[self.before..];
        let state = State::of(own.iter().map(|r| r.info().channel).max());
        let sentence = match own {
            [] => format!("{name}: {} ({})", figures.measured, figures.limit),
            _ => own.iter().map(|r| r.sentence.as_str()).collect::<Vec<_>>().join(" "),
        };
        let Figures { measured, limit, margin } = figures;
        self.criteria.push(CriterionResult { name, measured, limit, margin, state, sentence });
        self.before = self.reasons.len();
        state == State::Pass
    }
}
