//! All checks over a whole run: students in parallel, then what needs everybody; in one order, whatever the threads.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt};
use rayon::prelude::*;

use super::changes::{Changes, Comparer};
use super::context::{Check, Known, Out, RunContext, StudentContext};
use super::facts::Facts;
use super::registry::ALL;
use super::settings::CheckSettings;
use super::spell::sort_key;
use crate::canonical::{Entity, Field, Side};
use crate::finding::{Finding, Findings, Skipped, Subject};
use crate::policy::Policies;
use crate::reconcile::Reconciliation;

/// Students that one task looks at.
const CHUNK: usize = 1024;
/// Tasks whose findings are held beside those already merged.
const WAVE: usize = 64;

/// Runs every check that can run and is not turned off. The result does not depend on the number of threads or the
/// order of rows. Policies that [`Policies::for_run`] bound must be bound to this run.
#[must_use]
pub fn run_all(run: &Reconciliation, policies: &Policies, settings: &CheckSettings) -> Findings {
    check(run, policies, settings, &Facts::of(run), Share::All)
}

/// Runs, student by student, the checks that need nobody else: the share of those who know a part of the students.
/// `facts` are those of the whole run.
#[must_use]
pub fn run_alone(run: &Reconciliation, policies: &Policies, settings: &CheckSettings, facts: &Facts) -> Findings {
    check(run, policies, settings, facts, Share::Alone)
}

/// Runs what [`run_alone`] leaves out. `alone` holds what it found in all students, in their order; the two together are
/// what [`run_all`] finds.
#[must_use]
pub fn run_rest(run: &Reconciliation, policies: &Policies, settings: &CheckSettings, alone: &Findings) -> Findings {
    check(run, policies, settings, &Facts::of(run), Share::Rest(alone))
}

/// Which part of the work is done here.
#[derive(Clone, Copy)]
enum Share<'a> {
    All,
    Alone,
    Rest(&'a Findings),
}

fn check(
    run: &Reconciliation,
    policies: &Policies,
    settings: &CheckSettings,
    facts: &Facts,
    share: Share<'_>,
) -> Findings {
    let policies = &policies.ready(run);
    let comparer = Comparer::new(run, &settings.ignore_fields);
    let job = Job { run, policies, settings, facts, comparer: &comparer, checks: Vec::new(), share };
    let mut findings = Findings { notes: vec![String::new()], ..Findings::default() };
    let mut checks = Vec::new();
    for (number, check) in ALL.iter().enumerate().filter(|(_, c)| !settings.off.contains(c.meta().name)) {
        match job.obstacle(*check) {
            None => checks.push((number as u8, *check)),
            Some(reason) => findings.skipped.push(Skipped { check: check.meta().name, reason }),
        }
    }
    let ran: BTreeSet<&str> = checks.iter().map(|(_, check)| check.meta().name).collect();
    let job = Job { checks, ..job };
    let mut merged = Merge { findings, known: HashMap::new(), looked_at: vec![0; ALL.len()] };
    job.students(&mut merged);
    match share {
        Share::All => job.whole_run(&mut merged),
        Share::Alone => {}
        Share::Rest(alone) => {
            job.whole_run(&mut merged);
            for (total, check) in merged.looked_at.iter_mut().zip(ALL) {
                *total += alone.looked_at.get(check.meta().name).copied().unwrap_or(0);
            }
        }
    }
    let mut findings = merged.finish(run);
    // Only what ran has looked: a check that is off or was skipped must not count as one that reported.
    findings.looked_at.retain(|name, _| ran.contains(name));
    findings
}

struct Job<'a> {
    run: &'a Reconciliation,
    policies: &'a Policies,
    settings: &'a CheckSettings,
    facts: &'a Facts,
    comparer: &'a Comparer<'a>,
    checks: Vec<(u8, &'static dyn Check)>,
    share: Share<'a>,
}

/// What one task found.
struct Part {
    out: Out,
    looked_at: Vec<u64>,
}

impl Job<'_> {
    /// Why a check can not run.
    fn obstacle(&self, check: &dyn Check) -> Option<String> {
        if check.is_general() {
            return None;
        }
        let missing = |entity: Entity, field: Option<Field>| {
            let side = Side::BOTH.into_iter().find(|side| {
                let records = self.run.dataset(*side).get(entity);
                records.is_none_or(|r| field.is_some_and(|f| !r.has(f)))
            })?;
            let what = field.map_or_else(|| entity.to_string(), |f| format!("{entity}.{f}"));
            Some(format!("`{what}` is not mapped on the {side} side"))
        };
        let ignored = |entity: Entity, field: Field| {
            (!self.comparer.has(entity, field)).then(|| format!("`{entity}.{field}` is left out by the project"))
        };
        let reads = check.reads();
        if reads.is_empty() {
            let meta = check.meta();
            return missing(meta.entity, None).or_else(|| {
                meta.needs.iter().find_map(|f| missing(meta.entity, Some(*f)).or_else(|| ignored(meta.entity, *f)))
            });
        }
        if reads.iter().any(|(e, f)| self.comparer.has(*e, *f)) {
            return None;
        }
        reads.iter().find_map(|(e, f)| missing(*e, None).or_else(|| missing(*e, Some(*f))).or_else(|| ignored(*e, *f)))
    }

    fn students(&self, merged: &mut Merge) {
        let starts: Vec<usize> = (0..self.run.students.len()).step_by(CHUNK).collect();
        for wave in starts.chunks(WAVE) {
            let parts: Vec<Part> = wave.par_iter().map(|start| self.chunk(*start)).collect();
            parts.into_iter().for_each(|part| merged.add(part));
        }
    }

    fn chunk(&self, start: usize) -> Part {
        let mut part = Part { out: Out::default(), looked_at: vec![0; ALL.len()] };
        let mut changes = Changes::default();
        let checks: Vec<_> = self.checks.iter().filter(|(_, check)| self.is_mine(*check)).collect();
        for position in start..(start + CHUNK).min(self.run.students.len()) {
            let position = position as u32;
            changes.fill(self.run, self.comparer, position, self.facts.is_swapped(position));
            let known = Known::default();
            let student = StudentContext {
                known: &known,
                reconciliation: self.run,
                position,
                pair: &self.run.students[position as usize],
                policies: self.policies,
                changes: &changes,
                facts: self.facts,
            };
            let first = part.out.findings.len();
            self.take(position, &mut part.out);
            for (number, check) in &checks {
                part.look(*number, self, student.grade_level(), |out| check.student(&student, out));
            }
            self.order(&mut part.out, first);
        }
        part
    }

    /// True when a check looks at single students here.
    fn is_mine(&self, check: &dyn Check) -> bool {
        match self.share {
            Share::All => true,
            Share::Alone => !check.needs_everybody(),
            Share::Rest(_) => check.needs_everybody(),
        }
    }

    /// What others found in a student.
    fn take(&self, position: u32, out: &mut Out) {
        let Share::Rest(alone) = self.share else { return };
        let of = |f: &Finding| if let Subject::Student(position) = f.subject { position } else { u32::MAX };
        let start = alone.rows.partition_point(|f| of(f) < position);
        for finding in alone.rows[start..].iter().take_while(|f| of(f) == position) {
            let mut local = |note: u32| if note == 0 { 0 } else { out.note(alone.note(note)) };
            let (note, values) = (local(finding.note), (local(finding.values.0), local(finding.values.1)));
            out.findings.push(Finding { note, values, ..*finding });
        }
    }

    /// Of one student: by check, then by what the records say, never by where they stand.
    fn order(&self, out: &mut Out, first: usize) {
        let Out { findings, notes, .. } = out;
        let tail = &mut findings[first..];
        if tail.len() > 1 {
            tail.sort_by_cached_key(|f| (f.check, sort_key(self.run, notes, f)));
        }
    }

    fn grade(&self, subject: Subject) -> Option<&str> {
        let Subject::Student(position) = subject else { return None };
        let pair = self.run.students.get(position as usize)?;
        Side::BOTH
            .into_iter()
            .find_map(|side| self.run.dataset(side).get(Entity::Student)?.text(pair.record(side)?, Field::GradeLevel))
    }

    fn whole_run(&self, merged: &mut Merge) {
        let mut touched = vec![false; self.run.students.len()];
        for finding in &merged.findings.rows {
            if let Subject::Student(position) = finding.subject {
                touched[position as usize] = true;
            }
        }
        let context =
            RunContext { reconciliation: self.run, policies: self.policies, facts: self.facts, touched: &touched };
        let mut part = Part { out: Out::default(), looked_at: vec![0; ALL.len()] };
        for (number, check) in &self.checks {
            part.look(*number, self, None, |out| check.run(&context, out));
        }
        self.order(&mut part.out, 0);
        merged.add(part);
    }
}

impl Part {
    /// Lets a check speak and signs what it said.
    fn look(&mut self, number: u8, job: &Job<'_>, grade: Option<&str>, speak: impl FnOnce(&mut Out)) {
        let (first, before) = (self.out.findings.len(), self.out.looked_at);
        speak(&mut self.out);
        self.looked_at[usize::from(number)] += self.out.looked_at - before;
        let meta = ALL[usize::from(number)].meta();
        for finding in &mut self.out.findings[first..] {
            finding.check = number;
            let grade = grade.or_else(|| job.grade(finding.subject));
            finding.severity = job.settings.severity(meta.name, finding.severity, meta.severity, grade);
        }
    }
}

/// Findings of all tasks, in order, with each text once.
struct Merge {
    findings: Findings,
    known: HashMap<String, u32>,
    looked_at: Vec<u64>,
}

impl Merge {
    fn add(&mut self, part: Part) {
        let numbers: Vec<u32> = part.out.notes.into_iter().map(|text| self.number(text)).collect();
        let global = |local: u32| numbers.get(local as usize).copied().unwrap_or(0);
        self.findings.rows.extend(part.out.findings.into_iter().map(|f| Finding {
            subject: match f.subject {
                Subject::Other(note) => Subject::Other(global(note)),
                student @ Subject::Student(_) => student,
            },
            note: global(f.note),
            values: (global(f.values.0), global(f.values.1)),
            ..f
        }));
        for (total, more) in self.looked_at.iter_mut().zip(part.looked_at) {
            *total += more;
        }
    }

    fn number(&mut self, text: String) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(number) = self.known.get(&text) {
            return *number;
        }
        let number = self.findings.notes.len() as u32;
        self.findings.notes.push(text.clone());
        self.known.insert(text, number);
        number
    }

    /// Students first, then the rest by name; inside a subject by check. Both were in content order already.
    fn finish(self, _run: &Reconciliation) -> Findings {
        let Findings { mut rows, notes, mut skipped, .. } = self.findings;
        rows.sort_by(|a, b| {
            let place = |f: &Finding| match f.subject {
                Subject::Student(position) => (0, position, ""),
                Subject::Other(note) => (1, 0, notes[note as usize].as_str()),
            };
            place(a).cmp(&place(b)).then(a.check.cmp(&b.check))
        });
        skipped.sort();
        let looked_at: BTreeMap<&'static str, u64> =
            ALL.iter().zip(&self.looked_at).map(|(check, count)| (check.meta().name, *count)).collect();
        Findings { rows, notes, skipped, looked_at }
    }
}
