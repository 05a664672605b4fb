//! Two runs side by side, and a new run against all earlier ones: fixed, new, still open, came back.

use std::collections::{BTreeMap, BTreeSet};

use super::marks::{self, FindingMark, Kept};
use super::{History, RunRecord, RunState, Volume};
use crate::canonical::Decimal;
use crate::error::Error;
use crate::gate::{Rehearsals, Share};

/// How many findings moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Open in the first run, not in the second.
    pub fixed: u64,
    /// Open in the second run for the first time.
    pub new: u64,
    /// Open in both.
    pub still_open: u64,
    /// Open in the second run, not in the first, but in an earlier one.
    pub came_back: u64,
}

impl Moved {
    fn add(&mut self, other: Self) {
        self.fixed += other.fixed;
        self.new += other.new;
        self.still_open += other.still_open;
        self.came_back += other.came_back;
    }
}

/// Two runs side by side. Only open findings count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// The first run.
    pub from: RunRecord,
    /// The second run.
    pub to: RunRecord,
    /// All findings.
    pub all: Moved,
    /// By check.
    pub by_check: BTreeMap<String, Moved>,
    /// By school code.
    pub by_school: BTreeMap<String, Moved>,
}

/// A new run against all earlier rehearsals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Earlier {
    /// For the gate.
    pub rehearsals: Rehearsals,
    /// For every finding in the order given: label of the run in which it was first seen; `None` when it is new.
    pub first_seen: Vec<Option<String>>,
    /// Against the rehearsal before; `None` in a first run.
    pub since: Option<(RunRecord, Moved)>,
    /// An earlier run whose legacy exports are now the new side's, and the reverse.
    pub swapped: Option<String>,
}

/// The run at hand, as far as earlier ones are held against it.
#[derive(Debug, Clone, Copy)]
pub struct ThisRun<'a> {
    /// Its label.
    pub label: &'a str,
    /// BLAKE3 over the hashes of all inputs.
    pub inputs: &'a str,
    /// BLAKE3 over each side's inputs (legacy, new).
    pub side_inputs: (&'a str, &'a str),
    /// How large it is.
    pub volume: Volume,
    /// Percent of the largest rehearsal that a rehearsal must have.
    pub min_volume: Decimal,
}

impl Volume {
    /// True when neither students nor records are fewer than that percentage of another run's.
    fn is_full(self, of: Self, percent: Decimal) -> bool {
        let enough = |part: u64, whole| whole == 0 || Share::new(part.min(whole), whole).at_least(percent);
        enough(self.students, of.students) && enough(self.records, of.records)
    }
}

impl History {
    /// What earlier rehearsals say of these findings. A rehearsal is the newest run of its label; other runs of the
    /// label at hand are attempts of the same rehearsal and are left out.
    ///
    /// # Errors
    /// When an earlier run can not be read: the gate can then not say what came back.
    pub fn earlier(&self, this: &ThisRun<'_>, findings: &[FindingMark<'_>]) -> Result<Earlier, Error> {
        let all = self.runs()?;
        let rehearsals = rehearsals(&all, this.label);
        let largest = |of: fn(&RunRecord) -> u64| rehearsals.iter().map(|r| of(r)).max().unwrap_or(0);
        let largest = Volume { students: largest(|r| r.volume.students), records: largest(|r| r.volume.records) };
        let crossed = |r: &&RunRecord| {
            (this.side_inputs.0, this.side_inputs.1) == (&r.side_inputs.1, &r.side_inputs.0)
                && r.side_inputs.0 != r.side_inputs.1
        };
        let now = self.now();
        let younger = |r: &RunRecord| r.started.parse::<jiff::ZonedDateTime>().is_ok_and(|t| t > now);
        let mut earlier = Earlier {
            rehearsals: Rehearsals {
                clean_before: clean_in_a_row(&rehearsals, this, largest),
                came_back: 0,
                clock_went_back: all.iter().any(younger),
                students: largest.students,
                records: largest.records,
            },
            swapped: all.iter().find(crossed).map(|r| r.label.clone()),
            ..Earlier::default()
        };
        let mut first: BTreeMap<u128, &str> = BTreeMap::new();
        let mut before: Option<(&RunRecord, Vec<Kept>)> = None;
        let mut seen = BTreeSet::new();
        for run in rehearsals.iter().copied().filter(|r| r.state != RunState::Pruned) {
            let kept = marks::read(&self.findings_path(&run.id))?;
            for finding in kept.iter().filter(|k| k.open) {
                first.entry(finding.identity).or_insert(&run.label);
            }
            if let Some((_, older)) = before.replace((run, kept)) {
                seen.extend(older.into_iter().filter(|k| k.open).map(|k| k.identity));
            }
        }
        let ids: Vec<u128> = findings.iter().map(|m| self.key.identity(m.fingerprint)).collect();
        earlier.first_seen = ids.iter().map(|id| first.get(id).map(|l| (*l).to_owned())).collect();
        if let Some((run, kept)) = before {
            let open = findings.iter().zip(&ids).filter(|(m, _)| m.waiver.is_empty());
            let new: Vec<Kept> = open.map(|(m, id)| kept_of(m, *id)).collect();
            let (moved, ..) = movement(&kept, &new, &seen);
            earlier.rehearsals.came_back = moved.came_back;
            earlier.since = Some((run.clone(), moved));
        }
        Ok(earlier)
    }

    /// Compares two recorded runs, by id or label.
    ///
    /// # Errors
    /// When one is not on record, or its findings were pruned.
    pub fn compare(&self, from: &str, to: &str) -> Result<Comparison, Error> {
        let (from, to) = (self.find(from)?, self.find(to)?);
        let read = |run: &RunRecord| -> Result<Vec<Kept>, Error> {
            if run.state == RunState::Pruned {
                let fix = "compare younger runs".into();
                return Err(Error::Usage { what: format!("the findings of {} were pruned", run.id), fix });
            }
            marks::read(&self.findings_path(&run.id))
        };
        let all = self.runs()?;
        let mut seen = BTreeSet::new();
        for run in rehearsals(&all, &from.label) {
            if run.number < from.number && run.state != RunState::Pruned && run.id != to.id {
                seen.extend(read(run)?.into_iter().filter(|k| k.open).map(|k| k.identity));
            }
        }
        let (moved, by_check, by_school) = movement(&read(&from)?, &read(&to)?, &seen);
        Ok(Comparison { from, to, all: moved, by_check, by_school })
    }
}

fn kept_of(mark: &FindingMark<'_>, identity: u128) -> Kept {
    Kept {
        identity,
        check: mark.check.into(),
        school: mark.school.into(),
        severity: mark.severity.name().into(),
        open: mark.waiver.is_empty(),
    }
}

/// The newest whole run of every label but one, oldest first.
fn rehearsals<'a>(all: &'a [RunRecord], but: &str) -> Vec<&'a RunRecord> {
    let newest: BTreeMap<&str, &RunRecord> =
        all.iter().filter(|r| r.whole && r.label != but).map(|r| (r.label.as_str(), r)).collect();
    let mut runs: Vec<&RunRecord> = newest.into_values().collect();
    runs.sort_by_key(|r| r.number);
    runs
}

/// Clean rehearsals at full volume in a row, newest first. The same inputs under another label are no second
/// rehearsal.
fn clean_in_a_row(rehearsals: &[&RunRecord], this: &ThisRun<'_>, largest: Volume) -> u32 {
    let mut inputs = BTreeSet::from([this.inputs.to_owned()]);
    let largest = Volume {
        students: largest.students.max(this.volume.students),
        records: largest.records.max(this.volume.records),
    };
    let mut clean = 0;
    for run in rehearsals.iter().rev() {
        if !run.clean || !run.volume.is_full(largest, this.min_volume) {
            break;
        }
        if inputs.insert(run.inputs_hash.clone()) {
            clean += 1;
        }
    }
    clean
}

type Movement = (Moved, BTreeMap<String, Moved>, BTreeMap<String, Moved>);

/// What moved between two lists, counting each identity as often as it occurs.
fn movement(from: &[Kept], to: &[Kept], seen: &BTreeSet<u128>) -> Movement {
    #[derive(Default)]
    struct Both<'a> {
        from: u64,
        to: u64,
        check: &'a str,
        school: &'a str,
    }
    let mut ids: BTreeMap<u128, Both<'_>> = BTreeMap::new();
    for (list, is_to) in [(from, false), (to, true)] {
        for kept in list.iter().filter(|k| k.open) {
            let both = ids.entry(kept.identity).or_default();
            (both.check, both.school) = (&kept.check, &kept.school);
            *(if is_to { &mut both.to } else { &mut both.from }) += 1;
        }
    }
    let (mut all, mut by_check, mut by_school) = (Moved::default(), BTreeMap::new(), BTreeMap::new());
    for (id, both) in ids {
        let added = both.to.saturating_sub(both.from);
        let back = both.from == 0 && seen.contains(&id);
        let moved = Moved {
            fixed: both.from.saturating_sub(both.to),
            still_open: both.from.min(both.to),
            new: if back { 0 } else { added },
            came_back: if back { added } else { 0 },
        };
        all.add(moved);
        by_check.entry(both.check.to_owned()).or_insert_with(Moved::default).add(moved);
        by_school.entry(both.school.to_owned()).or_insert_with(Moved::default).add(moved);
    }
    (all, by_check, by_school)
}
