//! GPAs that a new system computes by another rule: the policy is varied, one rule at a time, until the new rows give the
//! new values.

use rayon::prelude::*;

use super::group::{Group, Kind, Sort};
use super::model::{Proof, Settings, Term};
use super::pattern::Pattern;
use super::prove::Draft;
use super::relate::Ledger;
use super::space::Population;
use crate::canonical::{Entity, Field, Side};
use crate::finding::Findings;
use crate::policy::bound::{evaluate_side, stored};
use crate::policy::gpa::rules::{Average, Divisor, MiddleSchool, POINT_UNIT, Repeat, RepeatRule};
use crate::policy::gpa::{Lens, Scratch};
use crate::policy::rational::RoundMode;
use crate::policy::{BoundKind, Computed, GpaPolicy};
use crate::reconcile::Reconciliation;

/// Students that every variant is tried on.
const TRIED: usize = 300;

/// A policy with one rule changed.
struct Variant {
    words: String,
    /// How the line of a policy file begins that would say so, and the whole line.
    line: Option<(String, String)>,
    policy: GpaPolicy,
}

impl Ledger {
    /// Seeks rules that explain GPA findings which the rows do not.
    pub(super) fn add_rules(
        &mut self,
        run: &Reconciliation,
        findings: &Findings,
        groups: &[&Group],
        settings: &Settings,
    ) {
        if settings.policies.is_empty() {
            return;
        }
        let is_value = |g: &&&Group| g.kind.entity == Entity::Gpa && g.kind.field == Some(Field::Value);
        let open: Vec<(u32, u32)> = groups
            .iter()
            .filter(is_value)
            .flat_map(|g| &g.events)
            .filter(|e| self.of_finding[e.finding as usize] == 0)
            .map(|e| (e.finding, e.unit.student))
            .collect();
        if (open.len() as u64) < settings.min_findings {
            return;
        }
        let bound = settings.policies.bound(run);
        let mut drafts = Vec::new();
        for kind in &bound.kinds {
            let own: Vec<(u32, u32)> =
                open.iter().copied().filter(|(finding, _)| is_of(run, findings, *finding, kind)).collect();
            drafts.extend(seek(run, kind, &own, settings));
        }
        self.add(run, findings, drafts);
    }
}

/// True when the finding is about a GPA of that kind.
fn is_of(run: &Reconciliation, findings: &Findings, finding: u32, kind: &BoundKind) -> bool {
    let Some(row) = findings.rows[finding as usize].new else { return false };
    let named = run.new.get(Entity::Gpa).and_then(|gpas| gpas.text(row, Field::GpaKind));
    named.is_some_and(|n| n.eq_ignore_ascii_case(&kind.policy.kind))
}

/// The variant that gives nearly all of the new values, proved on all students.
fn seek(run: &Reconciliation, kind: &BoundKind, open: &[(u32, u32)], settings: &Settings) -> Option<Draft> {
    let mut students: Vec<u32> = open.iter().map(|(_, student)| *student).collect();
    students.sort_unstable();
    students.dedup();
    if (students.len() as u64) < settings.min_students.max(settings.min_findings) {
        return None;
    }
    let step = students.len().div_ceil(TRIED);
    let tried: Vec<u32> = students.iter().copied().step_by(step).collect();
    let gives = |policy: &GpaPolicy, students: &[u32]| -> Vec<bool> {
        let Some(lens) = Lens::new(policy, &run.new) else { return vec![false; students.len()] };
        let one = |scratch: &mut Scratch, student: &u32| gives(run, kind, policy, &lens, *student, scratch);
        students.par_iter().with_min_len(256).map_init(Scratch::default, one).collect()
    };
    let variants = variants(&kind.policy.new);
    let hits = variants.iter().map(|v| gives(&v.policy, &tried).into_iter().filter(|hit| *hit).count());
    let (best, hits) = hits.enumerate().max_by_key(|(at, hits)| (*hits, std::cmp::Reverse(*at)))?;
    if hits * 10 < tried.len() * 9 {
        return None;
    }
    let variant = &variants[best];
    let explained = gives(&variant.policy, &students);
    let is_explained = |student: u32| students.binary_search(&student).is_ok_and(|at| explained[at]);
    let mut own: Vec<u32> = open.iter().filter(|(_, s)| is_explained(*s)).map(|(finding, _)| *finding).collect();
    own.sort_unstable();
    // Students whose new value is what the policy gives today, and would not be if the variant were the rule.
    let others: Vec<u32> = (0..run.students.len() as u32).filter(|s| students.binary_search(s).is_err()).collect();
    let (today, then) = (gives(&kind.policy.new, &others), gives(&variant.policy, &others));
    let broken = today.into_iter().zip(then).filter(|(today, then)| *today && !then).count() as u64;
    let (count, of) = (own.len() as u64, open.len() as u64);
    let proof = Proof {
        explained: count,
        of,
        students: explained.iter().filter(|e| **e).count() as u64,
        broken,
        stay: of - count,
    };
    let fits = |part: u64, whole: u64| part * 100 >= whole * settings.proof_percent;
    let proved = count >= settings.min_findings && fits(count, count + broken) && fits(count, of);
    let place =
        Kind { entity: Entity::Gpa, population: Population::Paired, sort: Sort::Values, field: Some(Field::Value) };
    let pattern = Pattern::Policy(variant.words.clone(), variant.line.clone());
    let mut draft = Draft::plain(place, pattern, own, proof, proved);
    draft.condition = vec![Term { field: Field::GpaKind.name().to_owned(), value: kind.policy.kind.clone() }];
    draft.scope = vec![super::literal::Scope::Record(Field::GpaKind)];
    draft.lasting = vec![format!("gpa_kind={}", kind.policy.kind)];
    Some(draft)
}

/// True when the new rows of a student give the stored value under a policy.
fn gives(
    run: &Reconciliation,
    kind: &BoundKind,
    policy: &GpaPolicy,
    lens: &Lens,
    student: u32,
    scratch: &mut Scratch,
) -> bool {
    let Some(stored) = stored(run, student, Side::New, &kind.policy.kind) else { return false };
    let evaluation = evaluate_side(policy, lens, run, student, Side::New, scratch);
    let computed = evaluation.map(|e| Computed { exact: e.exact, value: e.value, problems: e.problems });
    stored.is_made_from(policy, computed)
}

/// The policy with one rule changed as systems have it wrong.
fn variants(policy: &GpaPolicy) -> Vec<Variant> {
    let mut list = Vec::new();
    let mut with = |words: String, line: Option<(&str, String)>, change: &dyn Fn(&mut GpaPolicy)| {
        let mut changed = policy.clone();
        change(&mut changed);
        if changed != *policy {
            let line = line.map(|(begins, line)| (begins.to_owned(), line));
            list.push(Variant { words, line, policy: changed });
        }
    };
    levels(policy, &mut with);
    marks(policy, &mut with);
    for (rule, words) in [
        (RepeatRule::All, "every attempt counts"),
        (RepeatRule::Highest, "the best attempt counts"),
        (RepeatRule::Latest, "the last attempt counts"),
        (RepeatRule::Average, "attempts are averaged"),
    ] {
        let name = RepeatRule::NAMES.iter().find(|(_, r)| *r == rule).map_or("all", |(name, _)| name);
        with(words.into(), Some(("rule =", format!("rule = \"{name}\""))), &|p| {
            p.repeat = Repeat { rule, ..p.repeat.clone() };
        });
    }
    for (divisor, name) in [
        (Divisor::Attempted, "attempted"),
        (Divisor::Earned, "earned"),
        (Divisor::Count, "count"),
        (Divisor::Semesters, "semesters"),
    ] {
        let line = Some(("divisor =", format!("divisor = \"{name}\"")));
        with(format!("divided by {}", divisor.unit()), line, &|p| p.divisor = divisor);
    }
    with("averages of terms are averaged".into(), None, &|p| p.average = Average::Terms);
    with("all rows are averaged at once".into(), None, &|p| p.average = Average::Rows);
    with("transfer rows do not count".into(), None, &|p| p.include.transfer = false);
    with("transfer rows count".into(), None, &|p| p.include.transfer = true);
    with("courses flagged out of the GPA count".into(), None, &|p| p.include.course_flag = false);
    with("subjects that are left out count".into(), None, &|p| p.include.not_subjects.clear());
    with("middle school counts".into(), None, &|p| p.include.middle_school = MiddleSchool::Count);
    for (name, mode) in RoundMode::NAMES {
        with(format!("rounding: {}", mode.words()), Some(("mode =", format!("mode = \"{name}\""))), &|p| {
            if let Some(step) = &mut p.rounding.result {
                step.mode = mode;
            }
        });
    }
    list
}

type With<'w> = dyn FnMut(String, Option<(&str, String)>, &dyn Fn(&mut GpaPolicy)) + 'w;

/// Weights of levels: lost, doubled, given to every mark, without a limit.
fn levels(policy: &GpaPolicy, with: &mut With<'_>) {
    with("level weights are lost".into(), None, &|p| {
        p.weights.iter_mut().for_each(|w| {
            w.amounts.iter_mut().for_each(|a| *a = None);
            w.tables.iter_mut().for_each(Vec::clear);
        });
    });
    for (at, level) in policy.levels.iter().enumerate() {
        with(format!("the weight of level {} is lost", level.name), None, &|p| {
            for weight in &mut p.weights {
                if let Some(amount) = weight.amounts.get_mut(at) {
                    *amount = None;
                }
            }
        });
    }
    with("level weights count twice".into(), None, &|p| {
        p.weights.iter_mut().flat_map(|w| &mut w.amounts).flatten().for_each(|a| *a = a.saturating_mul(2));
    });
    with("every mark gets the level's weight".into(), None, &|p| p.weights.iter_mut().for_each(|w| w.min_mark = None));
    with("weighted semesters have no limit".into(), None, &|p| p.caps.clear());
}

/// Points of marks: another scale, marks that count or do not.
fn marks(policy: &GpaPolicy, with: &mut With<'_>) {
    let thirds = |points: i64| match points % POINT_UNIT {
        700_000 => points - 700_000 + 670_000,
        300_000 => points - 300_000 + 330_000,
        _ => points,
    };
    with("marks with plus and minus are worth thirds (3.67, 3.33)".into(), None, &|p| {
        p.scales.iter_mut().flat_map(|s| &mut s.marks).filter_map(|m| m.points.as_mut()).for_each(|x| *x = thirds(*x));
    });
    with("plus and minus are left out".into(), None, &|p| {
        let whole = |points: i64| (points + POINT_UNIT / 2) / POINT_UNIT * POINT_UNIT;
        p.scales.iter_mut().flat_map(|s| &mut s.marks).filter_map(|m| m.points.as_mut()).for_each(|x| *x = whole(*x));
    });
    let mut texts: Vec<&str> = policy.scales.iter().flat_map(|s| &s.marks).map(|m| m.text.as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    for text in texts {
        let is_in = policy.scales.iter().flat_map(|s| &s.marks).any(|m| m.text == text && m.in_gpa);
        let key = if text.chars().all(|c| c.is_ascii_alphanumeric()) { text.to_owned() } else { format!("\"{text}\"") };
        let begins = format!("{key} =");
        if is_in {
            let line = Some((begins.as_str(), format!("{key} = {{ in_gpa = false }}")));
            with(format!("mark {text} does not count"), line, &|p| {
                for mark in p.scales.iter_mut().flat_map(|s| &mut s.marks).filter(|m| m.text == text) {
                    (mark.in_gpa, mark.points) = (false, None);
                }
            });
            continue;
        }
        for points in 0..=4 {
            let line = Some((begins.as_str(), format!("{key} = {{ points = \"{points}\" }}")));
            with(format!("mark {text} counts {points} points"), line, &|p| {
                for mark in p.scales.iter_mut().flat_map(|s| &mut s.marks).filter(|m| m.text == text) {
                    (mark.in_gpa, mark.points) = (true, Some(points * POINT_UNIT));
                }
            });
        }
    }
}
