//! What several checks ask of the policies: students whose legacy GPA the policy gives, stale values, audits.

use super::context::StudentContext;
use crate::canonical::{Decimal, Entity, Field, Side, Typed};
use crate::policy::bound::stored;
use crate::policy::derive;
use crate::policy::explain::sentence;
use crate::policy::gpa::amounts::weight_of;
use crate::policy::graduation::{Audit, Status};
use crate::policy::rational::{Rational, RoundMode};
use crate::policy::working::show_value;
use crate::policy::{BoundKind, GpaPolicy, Numbers, Stored};
use crate::reconcile::Reconciliation;

/// A value with the digits that the policy prints.
pub(super) fn shown(policy: &GpaPolicy, value: Decimal) -> String {
    show_value(policy, value)
}

/// Visits every kind whose policy gives the student's legacy value: only there may it accuse the new side.
pub(super) fn with_trusted_legacy(student: &StudentContext<'_>, mut visit: impl FnMut(&BoundKind, &Numbers)) {
    if !student.is_paired() || student.policies.is_empty() {
        return;
    }
    let bound = student.policies.bound(student.reconciliation);
    for kind in &bound.kinds {
        let numbers = kind.numbers(student.reconciliation, student.position);
        if numbers.legacy_stored.is_some_and(|s| s.is_made_from(&kind.policy.legacy, numbers.legacy)) {
            visit(kind, &numbers);
        }
    }
}

/// Why the stored values of a kind differ, in a sentence; `None` without a policy for the kind.
pub(super) fn derivation(student: &StudentContext<'_>, kind: &str) -> Option<String> {
    let bound = student.policies.bound(student.reconciliation);
    let kind = bound.kinds.iter().find(|k| k.policy.kind.eq_ignore_ascii_case(kind))?;
    Some(sentence(&derive(student.reconciliation, student.position, kind)?))
}

/// True when the new value is a copy of the legacy one and the new rows give another.
pub(super) fn is_stale(kind: &BoundKind, numbers: &Numbers) -> bool {
    let (Some(legacy), Some(new)) = (numbers.legacy_stored, numbers.new_stored) else { return false };
    let copied = is_copy(legacy, new);
    let others = numbers.new.is_some_and(|c| c.exact != numbers.legacy.and_then(|l| l.exact));
    copied && others && !new.is_made_from(&kind.policy.new, numbers.new)
}

/// The same number, or the legacy one at the fewer digits that the new system prints.
fn is_copy(legacy: Stored, new: Stored) -> bool {
    let (Some(l), Some(n)) = (legacy.value, new.value) else { return false };
    let at = |mode| Rational::from(l).round(new.digits, mode) == Some(n);
    l == n || (new.digits >= 2 && legacy.digits > new.digits && (at(RoundMode::HalfUp) || at(RoundMode::Truncate)))
}

/// The stored rank of a kind.
pub(super) fn stored_rank(run: &Reconciliation, position: u32, side: Side, kind: &str) -> Option<u32> {
    let row = stored(run, position, side, kind)?.row;
    match run.dataset(side).get(Entity::Gpa)?.typed(row, Field::Rank) {
        Typed::Number(rank) => rank.to_scaled(0).and_then(|rank| u32::try_from(rank).ok()),
        _ => None,
    }
}

/// The audits of a student on both sides; `None` without requirements, or when a side has no transcripts.
pub(super) fn audits<'a>(student: &StudentContext<'a>) -> Option<(&'a Audit, &'a Audit)> {
    Some((audit(student, Side::Legacy)?, audit(student, Side::New)?))
}

/// The audit of one side, where [`audits`] would have one: who needs the other only sometimes asks for it later.
pub(super) fn audit<'a>(student: &StudentContext<'a>, side: Side) -> Option<&'a Audit> {
    if !is_audited(student) {
        return None;
    }
    let make = || {
        let bound = student.policies.bound(student.reconciliation);
        bound.audit(student.policies, student.reconciliation, student.position, side)
    };
    student.known.audits[side as usize].get_or_init(make).as_ref()
}

/// What stays open of a student who is short of credits on a side; `None` inside for one who is not, outside where
/// [`audit`] has nothing to say. Asked of every senior.
pub(super) fn shortfall(student: &StudentContext<'_>, side: Side) -> Option<Option<Vec<i64>>> {
    if let Some(known) = student.known.audits[side as usize].get() {
        return known.as_ref().map(|audit| (audit.status() == Status::Short).then(|| audit.open_after.clone()));
    }
    if !is_audited(student) {
        return None;
    }
    let bound = student.policies.bound(student.reconciliation);
    bound.shortfall(student.policies, student.reconciliation, student.position, side)
}

/// True when the audits of both sides can say nothing but the same.
pub(super) fn audits_are_same(student: &StudentContext<'_>) -> bool {
    let text = |side: Side, field| student.text(side, Entity::Student, student.pair.record(side)?, field);
    let same_order = |entity| student.pairs(entity).is_some_and(|p| p.both().map(|b| b.new).is_sorted());
    let has_exceptions =
        |side| !student.policies.exceptions_of(student.reconciliation, student.position, side).is_empty();
    student.has_same_rows()
        && [Field::Cohort, Field::Track].into_iter().all(|f| text(Side::Legacy, f) == text(Side::New, f))
        && [Entity::Transcript, Entity::Schedule].into_iter().all(same_order)
        && !Side::BOTH.into_iter().any(has_exceptions)
        && student.policies.bound(student.reconciliation).audits_alike()
}

fn is_audited(student: &StudentContext<'_>) -> bool {
    let both = || Side::BOTH.into_iter().all(|side| student.records(side, Entity::Transcript).is_some());
    student.is_paired() && student.policies.requirements().is_some() && both()
}

/// `math 5, arts 10`: what is open, by area.
pub(super) fn open_words(student: &StudentContext<'_>, open: &[i64]) -> String {
    let areas = student.policies.requirements().map_or(&[][..], |r| &r.areas);
    let open = areas.iter().zip(open).filter(|(_, open)| **open > 0);
    open.map(|(area, open)| format!("{} {}", area.label, credits_text(*open))).collect::<Vec<_>>().join(", ")
}

/// Credits as people write them.
pub(super) fn credits_text(units: i64) -> String {
    weight_of(i128::from(units)).show()
}

/// The grade level as a number.
pub(super) fn grade(student: &StudentContext<'_>) -> Option<i8> {
    student.of_student(Field::GradeLevel)?.parse().ok()
}

#[cfg(test)]
pub(crate) mod testing {
    use std::path::Path;

    use crate::checks::testing::{line, paired};
    use crate::checks::{CheckSettings, run_all, spell};
    use crate::policy::{Named, Policies, WantedKind};

    /// The findings of one check under `simple-4.0-weighted` and the LAUSD requirements.
    pub(crate) fn found(check: &str, legacy: &str, new: &str) -> Vec<String> {
        found_under(check, ["simple-4.0-weighted"; 2], legacy, new)
    }

    /// The same under the policies of two systems.
    pub(crate) fn found_under(check: &str, policies: [&str; 2], legacy: &str, new: &str) -> Vec<String> {
        let [of_legacy, of_new] = policies.map(Named::plain);
        let wanted = WantedKind { kind: "weighted".into(), legacy: of_legacy, new: of_new };
        let policies = Policies::load(&[wanted], Some(&Named::plain("lausd-2026")), Path::new(".")).unwrap();
        let run = paired(legacy, new);
        let findings = run_all(&run, &policies, &CheckSettings::default());
        spell(&run, &findings).filter(|row| row.check == check).map(|row| line(&row)).collect()
    }
}
