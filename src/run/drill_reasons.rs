//! Why a kind of fault would have gone through, and what to change.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Entity, Field};
use crate::checks;
use crate::finding::{FindingRow, Severity};
use crate::gate::{self, Criteria, FindingCounts, Measured};
use crate::mapping::Mapping;
use crate::project::{CheckSetting, Project};
use crate::synth::{ClassScore, FaultClass, Truth};

/// What the drill knows beside its scoreboard.
#[derive(Debug)]
pub(super) struct Reasons<'p> {
    /// The project.
    pub(super) project: &'p Project,
    /// By class: fields that planting asked for and no single column holds.
    pub(super) missing: BTreeMap<u8, BTreeSet<(Entity, Field)>>,
    /// By class: what the copy's comparison says of the students that it was planted into, waived or not.
    rows: BTreeMap<u8, Vec<FindingRow>>,
}

impl<'p> Reasons<'p> {
    pub(super) const fn new(project: &'p Project) -> Self {
        Self { project, missing: BTreeMap::new(), rows: BTreeMap::new() }
    }

    /// Keeps the rows of damaged students.
    pub(super) fn keep(&mut self, truth: &[Truth], rows: Vec<FindingRow>) {
        let bare = |id: &str| id.trim_start_matches('0').to_owned();
        let classes: BTreeMap<String, u8> = truth.iter().map(|t| (bare(&t.student_id), t.class)).collect();
        for row in rows {
            if let Some(class) = classes.get(&bare(&row.student_id)) {
                self.rows.entry(*class).or_default().push(row);
            }
        }
    }

    pub(super) fn rows(&self, class: u8) -> &[FindingRow] {
        self.rows.get(&class).map_or(&[], Vec::as_slice)
    }

    /// Why nothing open was said of some students.
    pub(super) fn let_through(&self, score: &ClassScore, record: &str) -> String {
        let class = &score.class;
        let mut reasons: Vec<String> = unread(class, self.project)
            .into_iter()
            .map(|(entity, field, side)| format!("{entity}.{field} is not mapped on the {side} side"))
            .collect();
        let settings = &self.project.checks;
        for check in class.checks {
            if matches!(settings.by_check.get(*check), Some(CheckSetting::Off)) {
                reasons.push(format!("{check} is off under [checks]"));
            }
        }
        for (entity, field) in fields(class).into_iter().filter(|f| settings.ignore_fields.contains(f)) {
            reasons.push(format!("{entity}.{field} stands in ignore_fields under [checks]"));
        }
        reasons.extend(self.quieted(class));
        let mut seen = BTreeSet::new();
        reasons.retain(|r| seen.insert(r.clone()));
        if reasons.is_empty() {
            reasons.push(format!("no finding ({record}); {} should have spoken", class.checks.join(" or ")));
        }
        let missed = score.planted - score.found;
        let share = if missed < score.planted { format!("{missed} of {}: ", score.planted) } else { String::new() };
        format!("{share}{}", reasons.join("; "))
    }

    /// What takes the class's own checks out of the count.
    fn quieted(&self, class: &FaultClass) -> BTreeSet<String> {
        let named = self.rows(class.id).iter().filter(|r| class.checks.contains(&r.check.as_str()));
        named
            .filter_map(|row| match (row.waiver.as_str(), row.severity) {
                ("", Severity::Info) => Some(format!("{} is info here: give it a severity under [checks]", row.check)),
                ("", _) => None,
                (waiver, _) => Some(format!("waiver {waiver} covers {}: narrow its scope or its cap", row.check)),
            })
            .collect()
    }

    /// Why the gate would not refuse.
    pub(super) fn tolerated(&self, class: &FaultClass) -> String {
        let worst = self.rows(class.id).iter().filter(|r| r.waiver.is_empty()).map(|r| r.severity).max();
        let criteria = &self.project.criteria;
        let limit = match worst {
            Some(Severity::Critical) => Some(("critical", criteria.critical)),
            Some(Severity::Major) => Some(("major", criteria.major)),
            _ => criteria.minor.map(|n| ("minor", n)),
        };
        let limit = match limit {
            Some((word, limit)) => format!("[gate] {word} = {limit} allows as many"),
            None => "minor findings are not gated; [gate] minor = 0 would".to_owned(),
        };
        self.quieted(class).into_iter().chain([limit]).collect::<Vec<_>>().join("; ")
    }

    /// Why it was not planted although it could be seen.
    pub(super) fn not_drilled(&self, class: &FaultClass) -> String {
        let Some(missing) = self.missing.get(&class.id).filter(|m| !m.is_empty()) else {
            return "no student of these exports without findings can have it".to_owned();
        };
        let new = &self.project.new.mapping;
        let list: Vec<String> = missing
            .iter()
            .map(|(entity, field)| {
                if maps(new, *entity, *field) {
                    format!("{entity}.{field} is made of several columns")
                } else {
                    format!("{entity}.{field} is not mapped on the new side")
                }
            })
            .collect();
        format!("{}, so the drill can not tell where to plant it", list.join(", "))
    }
}

/// Why a class that was not planted can not be seen at all: its usual check reads nothing that the new side maps.
pub(super) fn blind(class: &FaultClass, reasons: &Reasons<'_>) -> Option<String> {
    let missing = reasons.missing.get(&class.id)?;
    let first = class.checks.first().and_then(|name| checks::by_name(name))?;
    let reads = reads(first, class.entity);
    let new = &reasons.project.new.mapping;
    let gone = |(entity, field): &(Entity, Field)| !maps(new, *entity, *field);
    let nothing = if reads.is_empty() {
        // A check of whole records sees nothing where there are none.
        !new.blocks.iter().any(|b| b.entity == class.entity)
    } else {
        reads.iter().all(gone) && reads.iter().any(|r| missing.contains(r))
    };
    nothing.then(|| {
        let list: Vec<String> =
            reads.iter().chain(missing).filter(|f| gone(f)).map(|(e, f)| format!("{e}.{f}")).collect();
        let list: BTreeSet<String> = list.into_iter().collect();
        let is = if list.len() == 1 { "is" } else { "are" };
        let list = list.into_iter().collect::<Vec<_>>().join(", ");
        format!("{list} {is} not mapped on the new side: {} can not be seen", class.name())
    })
}

/// True when the gate would refuse for these findings alone.
pub(super) fn stops(rows: &[FindingRow], criteria: &Criteria) -> bool {
    let mut findings = FindingCounts::default();
    for row in rows.iter().filter(|r| r.waiver.is_empty()) {
        findings.all.add(row.severity);
        findings.open.add(row.severity);
        findings.open_by_school.entry(row.school.clone()).or_default().add(row.severity);
    }
    let measured = Measured { findings, ..Measured::default() };
    let limits = ["critical-open", "major-open", "minor-open", "major-per-school"];
    gate::decide(&measured, criteria).verdict.reasons().iter().any(|r| limits.contains(&r.code.as_ref()))
}

/// The fields that the checks of a class read on its kind of record.
fn fields(class: &FaultClass) -> Vec<(Entity, Field)> {
    let found = class.checks.iter().filter_map(|name| checks::by_name(name));
    found.flat_map(|check| reads(check, class.entity)).collect()
}

fn reads(check: &dyn checks::Check, entity: Entity) -> Vec<(Entity, Field)> {
    let meta = check.meta();
    let mut reads = check.reads().to_vec();
    if reads.is_empty() {
        reads = meta.needs.iter().map(|f| (meta.entity, *f)).collect();
    }
    reads.retain(|(e, _)| *e == entity);
    reads
}

/// Those of them that a side does not map.
fn unread(class: &FaultClass, project: &Project) -> Vec<(Entity, Field, &'static str)> {
    let sides = [("legacy", &project.legacy.mapping), ("new", &project.new.mapping)];
    let missing = |(entity, field): (Entity, Field)| {
        let (side, _) = sides.into_iter().find(|(_, mapping)| !maps(mapping, entity, field))?;
        Some((entity, field, side))
    };
    fields(class).into_iter().filter_map(missing).collect()
}

fn maps(mapping: &Mapping, entity: Entity, field: Field) -> bool {
    mapping.blocks.iter().any(|b| b.entity == entity && b.fields.iter().any(|f| f.field == field))
}
