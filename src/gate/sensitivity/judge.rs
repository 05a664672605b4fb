//! Plants, lets the whole path judge, and counts what came out.

use std::collections::BTreeMap;

use super::mutant::Mutation;
use super::plan::{Planted, Probe, plan};
use super::sample::{copy, rows};
use crate::canonical::{Dataset, Entity, Field, Side};
use crate::finding::Severity;
use crate::gate::{SensitivityResult, Survivor};
use crate::reconcile::Reconciliation;

/// A finding as it came out of the path, after severities and waivers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// The student's id, canonical text of the legacy side (the new side's where legacy has none).
    pub student: String,
    /// Name of the check.
    pub check: String,
    /// How bad.
    pub severity: Severity,
    /// The entity whose records it speaks of.
    pub entity: Entity,
    /// True when no waiver covers it.
    pub open: bool,
}

/// What became of one planted difference, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    /// Found, critical or major, open.
    Open,
    /// Found, and covered by a waiver.
    Waived,
    /// Found, and told as minor or info.
    Mild,
    /// Not found.
    Unseen,
}

/// Plants differences in copies of a sample and runs the path (pairing, checks, severities, waivers) over them.
///
/// `path` takes a legacy and a new dataset and returns every finding; it is called once for the sample as it is and
/// once for each round of planted differences (few: a student carries one a round).
#[must_use]
pub fn probe(
    reconciliation: &Reconciliation,
    probe: &Probe,
    path: &dyn Fn(Dataset, Dataset) -> Vec<Seen>,
) -> SensitivityResult {
    let plan = plan(reconciliation, probe);
    let legacy_rows = rows(reconciliation, &plan.students, Side::Legacy);
    let new_rows = rows(reconciliation, &plan.students, Side::New);
    let legacy = || copy(&reconciliation.legacy, &legacy_rows, &[]);
    let before = by_student(path(legacy(), copy(&reconciliation.new, &new_rows, &[])));
    let mut fates: BTreeMap<Mutation, Vec<Fate>> = BTreeMap::new();
    for round in &plan.rounds {
        let after = by_student(path(legacy(), copy(&reconciliation.new, &new_rows, round)));
        for one in round {
            let fate = fate(one.kind.entity(), &id(reconciliation, one), &before, &after);
            fates.entry(one.kind).or_default().push(fate);
        }
    }
    let mut result = SensitivityResult::default();
    for kind in &probe.kinds {
        let fates = fates.remove(kind).unwrap_or_default();
        result.planted += fates.len() as u64;
        if fates.is_empty() {
            result.unprobed.push(kind.name());
        }
        let survivor = judge(*kind, &fates);
        result.caught += fates.len() as u64 - survivor.as_ref().map_or(0, |s| s.missed);
        result.survivors.extend(survivor);
    }
    result
}

type ByStudent = BTreeMap<String, BTreeMap<(String, Severity, Entity, bool), u64>>;

fn by_student(seen: Vec<Seen>) -> ByStudent {
    let mut found = ByStudent::new();
    for one in seen {
        *found.entry(one.student).or_default().entry((one.check, one.severity, one.entity, one.open)).or_default() += 1;
    }
    found
}

fn id(reconciliation: &Reconciliation, planted: &Planted) -> String {
    let pair = &reconciliation.students[planted.student as usize];
    let of =
        |side: &Dataset, row: Option<u32>| Some(side.get(Entity::Student)?.text(row?, Field::StudentId)?.to_owned());
    of(&reconciliation.legacy, pair.legacy).or_else(|| of(&reconciliation.new, pair.new)).unwrap_or_default()
}

/// The best of the findings that a student has now and had not before. Where a waiver covers what is said of the
/// damaged record itself, a consequence that stays open (a GPA that no longer fits its rows) is no catch: the next
/// damage may have none.
fn fate(entity: Entity, student: &str, before: &ByStudent, after: &ByStudent) -> Fate {
    let nothing = BTreeMap::new();
    let (before, after) = (before.get(student).unwrap_or(&nothing), after.get(student).unwrap_or(&nothing));
    let new = after.iter().filter(|(key, n)| before.get(*key).copied().unwrap_or(0) < **n).map(|(key, _)| key);
    let of = |(_, severity, _, open): &(String, Severity, Entity, bool)| match (*severity >= Severity::Major, *open) {
        (true, true) => Fate::Open,
        (true, false) => Fate::Waived,
        (false, _) => Fate::Mild,
    };
    let own = new.clone().filter(|key| key.2 == entity).map(of).min();
    if own == Some(Fate::Waived) { Fate::Waived } else { new.map(of).min().unwrap_or(Fate::Unseen) }
}

/// A waiver with bounds may cover some planted differences, as it is meant to; one that covers all of a kind blinds.
fn judge(kind: Mutation, fates: &[Fate]) -> Option<Survivor> {
    let count = |fate: Fate| fates.iter().filter(|f| **f == fate).count() as u64;
    let waived = if count(Fate::Open) == 0 { count(Fate::Waived) } else { 0 };
    let missed = count(Fate::Unseen) + count(Fate::Mild) + waived;
    let causes = [
        (count(Fate::Unseen), "no check sees it"),
        (count(Fate::Mild), "its severity is below major"),
        (waived, "a waiver covers all of it"),
    ];
    let cause: Vec<&str> = causes.into_iter().filter(|(n, _)| *n > 0).map(|(_, why)| why).collect();
    let planted = fates.len() as u64;
    (missed > 0).then(|| Survivor { blind: kind.name(), planted, missed, cause: cause.join("; ") })
}

#[cfg(test)]
mod tests {
    use super::super::mutant::RowFault;
    use super::super::plan::PER_KIND;
    use super::*;
    use crate::canonical::Row;
    use crate::gate::Criteria;
    use crate::gate::measure::district::{pair, side};

    fn criteria() -> Criteria {
        Criteria { required: vec![Entity::Student, Entity::Transcript], ..Criteria::default() }
    }

    /// A small path of its own: pairs, and compares the fields that it is told to.
    fn path(fields: &[(Entity, Field)], judge: impl Fn(&mut Seen)) -> impl Fn(Dataset, Dataset) -> Vec<Seen> {
        move |legacy, new| {
            let found = pair(legacy, new);
            let mut seen = Vec::new();
            for (position, student) in found.students.iter().enumerate() {
                let planted = Planted {
                    kind: Mutation::Row(Entity::Student, RowFault::Dropped),
                    student: position as u32,
                    row: 0,
                };
                let mut say = |check: &str| {
                    let mut one = Seen {
                        student: id(&found, &planted),
                        check: check.into(),
                        severity: Severity::Critical,
                        entity: Entity::Transcript,
                        open: true,
                    };
                    judge(&mut one);
                    seen.push(one);
                };
                let (Some(l), Some(n)) = (student.legacy, student.new) else {
                    say("student-missing");
                    continue;
                };
                let doubled = found.matching.duplicates.get(&(position as u32));
                doubled.into_iter().flat_map(|d| &d.1).for_each(|_| say("student-duplicated"));
                let records = found.pairs(position as u32, Entity::Transcript).unwrap();
                records.legacy_only().iter().for_each(|_| say("transcript-missing"));
                let extra = records.new_only().iter().chain(records.new_duplicates());
                extra.for_each(|_| say("transcript-extra"));
                let differs = |entity, field, l: Row, n: Row| {
                    let key = |d: &Dataset, row| d.get(entity).and_then(|r| r.key(row, field));
                    key(&found.legacy, l) != key(&found.new, n)
                };
                for (entity, field) in fields {
                    let rows: Vec<(Row, Row)> = match entity {
                        Entity::Student => vec![(l, n)],
                        _ => records.both().map(|b| (b.legacy, b.new)).collect(),
                    };
                    rows.into_iter().filter(|(l, n)| differs(*entity, *field, *l, *n)).for_each(|_| say(field.name()));
                }
            }
            seen
        }
    }

    const ALL: [(Entity, Field); 7] = [
        (Entity::Student, Field::School),
        (Entity::Student, Field::GradeLevel),
        (Entity::Transcript, Field::SchoolYear),
        (Entity::Transcript, Field::Term),
        (Entity::Transcript, Field::Course),
        (Entity::Transcript, Field::Mark),
        (Entity::Transcript, Field::CreditEarned),
    ];
    const BUT_CREDIT: usize = ALL.len() - 1;

    fn run(students: usize, path: impl Fn(Dataset, Dataset) -> Vec<Seen>) -> SensitivityResult {
        let whole = pair(side(Side::Legacy, students), side(Side::New, students));
        probe(&whole, &Probe::of(&whole, &criteria()), &path)
    }

    #[test]
    fn a_run_that_compares_everything_catches_every_planted_difference() {
        let result = run(600, path(&ALL, |_| {}));
        assert_eq!(result.survivors, []);
        assert_eq!(result.planted, 12 * PER_KIND as u64);
        assert_eq!(result.caught, result.planted);
    }

    #[test]
    fn a_small_district_is_probed_in_rounds() {
        let result = run(30, path(&ALL, |_| {}));
        assert_eq!((result.planted, result.survivors.len()), (12 * 20, 0));
    }

    #[test]
    fn a_field_that_nobody_compares_is_named() {
        let result = run(600, path(&ALL[..BUT_CREDIT], |_| {}));
        let names: Vec<&str> = result.survivors.iter().map(|s| s.blind.as_str()).collect();
        assert_eq!(names, ["transcript.credit_earned"]);
        assert_eq!((result.survivors[0].missed, result.survivors[0].cause.as_str()), (20, "no check sees it"));
        assert_eq!(result.caught, result.planted - 20);
    }

    #[test]
    fn a_lowered_severity_is_named() {
        let lowered = |one: &mut Seen| {
            if one.check == "mark" {
                one.severity = Severity::Info;
            }
        };
        let result = run(600, path(&ALL, lowered));
        assert_eq!(result.survivors.len(), 1);
        assert_eq!(result.survivors[0].cause, "its severity is below major");
    }

    #[test]
    fn a_waiver_without_bounds_is_named_and_one_with_bounds_is_not() {
        let broad = run(600, path(&ALL, |one| one.open = one.check != "mark"));
        assert_eq!(broad.survivors[0].cause, "a waiver covers all of it");
        let bounded = run(600, path(&ALL, |one| one.open = one.check != "mark" || one.student.ends_with('1')));
        assert_eq!(bounded.survivors, []);
    }

    #[test]
    fn rows_that_vanish_unseen_are_named() {
        let deaf = path(&ALL, |_| {});
        let inner_join = move |legacy: Dataset, new: Dataset| {
            let mut seen = deaf(legacy, new);
            seen.retain(|s| s.check != "transcript-missing");
            seen
        };
        let result = run(600, inner_join);
        assert!(result.survivors.iter().any(|s| s.blind == "transcript (row dropped)"), "{:?}", result.survivors);
    }

    #[test]
    fn differences_that_were_there_before_do_not_count() {
        let noisy = path(&ALL[..BUT_CREDIT], |_| {});
        let always = move |legacy: Dataset, new: Dataset| {
            let mut seen = noisy(legacy, new);
            for n in 0..600 {
                let student = format!("{n:04}");
                let (check, severity, entity) = ("x".into(), Severity::Critical, Entity::Transcript);
                seen.push(Seen { student, check, severity, entity, open: true });
            }
            seen
        };
        assert_eq!(run(600, always).survivors.len(), 1);
    }

    #[test]
    fn nothing_paired_means_nothing_planted() {
        let whole = pair(side(Side::Legacy, 5), side(Side::New, 0));
        let result = probe(&whole, &Probe::of(&whole, &criteria()), &path(&ALL, |_| {}));
        assert_eq!(result.planted, 0);
    }
}
