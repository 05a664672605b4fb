//! One student against the requirements: earned, in progress, open.

use std::collections::{BTreeMap, BTreeSet};

use super::exceptions::{Exception, ExceptionKind};
use super::flow::{Supply, deficits};
use super::greedy::filled;
use super::lens::{Credit, RequirementLens, time};
use super::rules::{Area, Requirements};
use crate::canonical::{Dataset, Entity, Field, Row, TermSpan};
use crate::policy::gpa::marks::rank_of;
use crate::policy::gpa::rules::term_end;

/// Where a student stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Credits earned suffice.
    Met,
    /// They suffice with what is scheduled, if passed.
    OnTrack,
    /// They do not.
    Short,
}

impl Status {
    /// For screens.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::OnTrack => "met with the classes in progress",
            Self::Short => "not met",
        }
    }
}

/// The rows of one student on one side.
#[derive(Debug, Clone, Copy)]
pub struct StudentRows<'a> {
    /// Transcript records.
    pub transcript: &'a [Row],
    /// Schedule records.
    pub schedule: &'a [Row],
    /// Graduating class.
    pub cohort: Option<i16>,
    /// Graduation track.
    pub track: Option<&'a str>,
    /// Exceptions of this student.
    pub exceptions: &'a [Exception],
}

/// What the requirements say about a student. Vectors go by area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// Credits needed; nought where an area is not asked of this student.
    pub needs: Vec<i64>,
    /// Credits that ordered filling puts into each area.
    pub filled: Vec<i64>,
    /// Open after the credits earned, under the best filling.
    pub open: Vec<i64>,
    /// Open after the classes in progress, under the best filling.
    pub open_after: Vec<i64>,
    /// Credits earned, repeated ones once, in order of time.
    pub earned: Vec<Credit>,
    /// Scheduled classes that will give credit.
    pub planned: Vec<Credit>,
    /// Scheduled classes that are passed already and give none.
    pub again: Vec<Credit>,
}

impl Audit {
    /// Where the student stands.
    #[must_use]
    pub fn status(&self) -> Status {
        if self.open.iter().all(|open| *open == 0) {
            Status::Met
        } else if self.open_after.iter().all(|open| *open == 0) {
            Status::OnTrack
        } else {
            Status::Short
        }
    }

    /// Audits one student.
    #[must_use]
    pub fn of(requirements: &Requirements, lens: &RequirementLens, side: &Dataset, rows: StudentRows<'_>) -> Self {
        let earned = earned(lens, side, rows.transcript);
        let (planned, again) = planned(lens, side, rows.schedule, &earned);
        let needs = needs(requirements, &rows);
        let both: Vec<Credit> = earned.iter().chain(&planned).copied().collect();
        let problem = Problem { requirements, lens, needs: &needs, exceptions: rows.exceptions };
        let (open, groups) = problem.best(&earned);
        let (open_after, _) =
            if open.iter().all(|o| *o == 0) { (open.clone(), groups.clone()) } else { problem.best(&both) };
        let filled = filled(&problem.supplies(&earned, &groups), &needs);
        Self { filled, open, open_after, earned, planned, again, needs }
    }
}

impl Audit {
    /// What stays open after the classes in progress of a student who is short of credits; `None` for one who is not: what
    /// [`Audit::of`] says too, for less.
    #[must_use]
    pub fn shortfall(
        requirements: &Requirements,
        lens: &RequirementLens,
        side: &Dataset,
        rows: StudentRows<'_>,
    ) -> Option<Vec<i64>> {
        let mut credits = earned(lens, side, rows.transcript);
        let (planned, _) = planned(lens, side, rows.schedule, &credits);
        let finished = credits.len();
        credits.extend(planned);
        let needs = needs(requirements, &rows);
        let problem = Problem { requirements, lens, needs: &needs, exceptions: rows.exceptions };
        let (choices, are_all) = problem.choices(&credits);
        let supplies: Vec<Vec<Supply>> = choices.iter().map(|groups| problem.supplies(&credits, groups)).collect();
        // Where filling the areas in their order finds credits enough, no better filling is needed to know it.
        if supplies.iter().any(|supplies| filled(supplies, &needs) == needs) {
            return None;
        }
        let solved = supplies.iter().map(|supplies| deficits(supplies, &needs));
        let open_after = solved.min_by_key(|open| (open.iter().sum::<i64>(), open.clone()))?;
        let is_short = |open: &[i64]| open.iter().any(|open| *open > 0);
        // Fewer credits leave no less open, when every choice of groups was looked at.
        (is_short(&open_after) && (are_all || is_short(&problem.best(&credits[..finished]).0))).then_some(open_after)
    }
}

/// Credits asked of this student, by area.
fn needs(requirements: &Requirements, rows: &StudentRows<'_>) -> Vec<i64> {
    let need = |area: &Area| {
        let asked = if area.applies(rows.cohort, rows.track) { area.credits } else { 0 };
        (asked - waived(area, rows.exceptions)).max(0)
    };
    requirements.areas.iter().map(need).collect()
}

/// Credits of an area that are not asked of this student.
fn waived(area: &Area, exceptions: &[Exception]) -> i64 {
    let waivers = exceptions.iter().filter(|e| e.kind == ExceptionKind::Waiver && e.requirement == area.name);
    waivers.map(|e| e.credits.unwrap_or(area.credits)).sum()
}

/// Credits earned, in order of time, each course once unless it may be repeated.
fn earned(lens: &RequirementLens, side: &Dataset, rows: &[Row]) -> Vec<Credit> {
    let Some(records) = side.get(Entity::Transcript) else { return Vec::new() };
    let mut credits: Vec<Credit> = rows.iter().filter_map(|row| lens.earned(records, *row)).collect();
    credits.sort_by_key(|c| (time(c), c.course, c.row));
    let mut kept: Vec<Credit> = Vec::with_capacity(credits.len());
    for credit in credits {
        let view = &lens.courses[credit.course as usize];
        if view.repeatable {
            kept.push(credit);
            continue;
        }
        // A code that says its half is one thing; other codes are one thing for each part of the year.
        let is_half = view.stem.1.is_some();
        let known = |k: &&mut Credit| k.course == credit.course && (is_half || k.span == credit.span);
        match kept.iter_mut().find(known) {
            Some(known) => {
                known.amount = known.amount.max(credit.amount);
                known.mask |= credit.mask;
                known.rank = known.rank.max(credit.rank);
            }
            None => kept.push(credit),
        }
    }
    kept
}

/// Scheduled classes: those that will give credit, and those that are passed already.
fn planned(lens: &RequirementLens, side: &Dataset, rows: &[Row], earned: &[Credit]) -> (Vec<Credit>, Vec<Credit>) {
    let Some(records) = side.get(Entity::Schedule) else { return (Vec::new(), Vec::new()) };
    let dropped = |row: Row| {
        let status = records.text(row, Field::Status).unwrap_or("active");
        ["dropped", "withdrawn", "inactive"].iter().any(|d| status.eq_ignore_ascii_case(d))
    };
    let mut classes: Vec<Credit> =
        rows.iter().filter(|row| !dropped(**row)).filter_map(|row| lens.planned(records, *row)).collect();
    classes = classes.into_iter().flat_map(|class| halves(lens, class)).collect();
    classes.sort_by_key(|c| (time(c), c.course, c.row));
    let (mut planned, mut again): (Vec<Credit>, Vec<Credit>) = (Vec::new(), Vec::new());
    for class in classes {
        let view = &lens.courses[class.course as usize];
        let covers = |known: &&Credit| {
            known.course == class.course
                && (view.stem.1.is_some() || known.span.contains(class.span) || class.span.contains(known.span))
        };
        // The mark of this very term is in already: the class is over, not taken again.
        let over = |known: &&Credit| known.year == class.year && known.span.contains(class.span) && class.year != 0;
        match earned.iter().find(covers) {
            Some(_) if view.repeatable => planned.push(class),
            Some(known) if over(&known) => {}
            // Passed, but under the least mark of some area: taking it again is what closes that area.
            Some(known) if class.mask & !known.mask != 0 => {
                planned.push(Credit { mask: class.mask & !known.mask, ..class })
            }
            Some(_) => again.push(class),
            None if planned
                .iter()
                .any(|p| p.course == class.course && p.span == class.span && p.year == class.year) => {}
            None => planned.push(class),
        }
    }
    again.dedup_by_key(|c| c.row);
    (whole(planned), again)
}

/// A class of the whole year as its two halves: one of them may be passed already, and a system may write either one
/// row or two. A code that says its half is one thing.
fn halves(lens: &RequirementLens, class: Credit) -> Vec<Credit> {
    let (first, second) = (TermSpan::parse("S1"), TermSpan::parse("S2"));
    match (first, second) {
        (Some(first), Some(second))
            if class.span == TermSpan::FULL_YEAR && lens.courses[class.course as usize].stem.1.is_none() =>
        {
            let half = class.amount / 2;
            vec![
                Credit { span: first, end: term_end(first), amount: half, ..class },
                Credit { span: second, end: term_end(second), amount: class.amount - half, ..class },
            ]
        }
        _ => vec![class],
    }
}

/// Halves of one row that count alike are one class again.
fn whole(mut planned: Vec<Credit>) -> Vec<Credit> {
    planned.sort_by_key(|c| (c.row, time(c)));
    planned.dedup_by(|next, kept| {
        let same = next.row == kept.row && next.mask == kept.mask;
        if same {
            kept.amount += next.amount;
            kept.span = kept.span.union(next.span);
            kept.end = term_end(kept.span);
        }
        same
    });
    planned.sort_by_key(|c| (time(c), c.course, c.row));
    planned
}

/// The chosen group of each area that wants all its credits from one.
type Groups<'a> = BTreeMap<usize, &'a str>;

struct Problem<'a> {
    requirements: &'a Requirements,
    lens: &'a RequirementLens,
    needs: &'a [i64],
    exceptions: &'a [Exception],
}

impl<'a> Problem<'a> {
    /// The deficits under the best filling and the best choice of groups (one language).
    fn best(&self, credits: &[Credit]) -> (Vec<i64>, Groups<'a>) {
        let (choices, _) = self.choices(credits);
        if let [only] = choices.as_slice() {
            return (deficits(&self.supplies(credits, only), self.needs), Groups::new());
        }
        let solved = choices.into_iter().map(|groups| (deficits(&self.supplies(credits, &groups), self.needs), groups));
        solved.min_by_key(|(open, groups)| (open.iter().sum::<i64>(), open.clone(), groups.clone())).unwrap_or_default()
    }

    /// The choices of groups among the credits, and whether these are all.
    fn choices(&self, credits: &[Credit]) -> (Vec<Groups<'a>>, bool) {
        let mut are_all = true;
        let mut choices: Vec<Groups<'a>> = vec![Groups::new()];
        for (at, area) in self.requirements.areas.iter().enumerate().filter(|(_, area)| area.same_group) {
            let groups: BTreeSet<&'a str> =
                credits.iter().filter(|c| c.mask & (1 << at) != 0).map(|c| self.group(area, c)).collect();
            if choices.len() * groups.len() > 64 {
                are_all = false;
            } else if groups.len() > 1 {
                let with = |chosen: &Groups<'a>, group: &'a str| {
                    let mut chosen = chosen.clone();
                    chosen.insert(at, group);
                    chosen
                };
                choices = choices.iter().flat_map(|c| groups.iter().map(move |g| with(c, *g))).collect();
            }
        }
        (choices, are_all)
    }

    fn group(&self, area: &'a Area, credit: &Credit) -> &'a str {
        let code: &'a str = &self.lens.courses[credit.course as usize].stem.0;
        let named = area.groups.iter().find(|(_, prefixes)| prefixes.iter().any(|p| code.starts_with(p.as_str())));
        match named {
            Some((name, _)) => name,
            None => &code[..code.find(|c: char| !c.is_alphabetic()).unwrap_or(code.len())],
        }
    }

    /// Credits as supplies: areas that are not asked, other groups, single halves and what passes a cap are taken out.
    fn supplies(&self, credits: &[Credit], groups: &Groups<'_>) -> Vec<Supply> {
        let asked = (0..self.needs.len()).filter(|at| self.needs[*at] > 0).fold(0u32, |mask, at| mask | (1 << at));
        let mut supplies = Vec::new();
        let mut left: Vec<i64> = self.exceptions.iter().map(|e| e.credits.unwrap_or(i64::MAX)).collect();
        for credit in credits {
            let mut amount = credit.amount - self.split_off(credit, &mut left, &mut supplies);
            let mut mask = credit.mask & asked;
            let mut capped = None;
            for (at, area) in self.requirements.areas.iter().enumerate() {
                let bit = 1 << at;
                if mask & bit == 0 {
                    continue;
                }
                let other_group = groups.get(&at).is_some_and(|chosen| *chosen != self.group(area, credit));
                if other_group || (area.halves && !self.has_other_half(credit, credits, bit)) {
                    mask &= !bit;
                } else if let Some(cap) = area.cap {
                    capped = Some((bit, cap));
                }
            }
            for (bit, part) in self.substituted(credit, amount, &mut left) {
                supplies.push(Supply { mask: mask | bit, amount: part });
                amount -= part;
            }
            match capped.filter(|(_, cap)| *cap < amount) {
                Some((bit, cap)) => {
                    supplies.push(Supply { mask, amount: cap });
                    supplies.push(Supply { mask: mask & !bit, amount: amount - cap });
                }
                None => supplies.push(Supply { mask, amount }),
            }
        }
        supplies.extend(self.validated(credits));
        supplies
    }

    /// The student's exceptions of some kinds that name a credit's course: position, area.
    fn naming(&self, credit: &Credit, kinds: [ExceptionKind; 2]) -> impl Iterator<Item = (usize, &Exception, usize)> {
        self.exceptions.iter().enumerate().filter_map(move |(at, exception)| {
            let named = kinds.contains(&exception.kind) && self.lens.course(&exception.course) == Some(credit.course);
            let area = self.requirements.areas.iter().position(|a| named && a.name == exception.requirement)?;
            (self.needs[area] > 0 && self.reaches(area, credit.rank)).then_some((at, exception, area))
        })
    }

    /// Credit that counts elsewhere, instead of at home (returned) or as well. `left` is what each exception may still
    /// give: a course of two halves has its credits once.
    fn split_off(&self, credit: &Credit, left: &mut [i64], supplies: &mut Vec<Supply>) -> i64 {
        let mut used = 0;
        for (at, exception, area) in self.naming(credit, [ExceptionKind::Split, ExceptionKind::Also]) {
            let moved = exception.kind == ExceptionKind::Split;
            let amount = left[at].min(credit.amount - if moved { used } else { 0 });
            left[at] -= amount;
            supplies.push(Supply { mask: 1 << area, amount });
            used += if moved { amount } else { 0 };
        }
        used
    }

    /// Areas that a substitution opens to a credit, and how much of it.
    fn substituted(&self, credit: &Credit, amount: i64, left: &mut [i64]) -> Vec<(u32, i64)> {
        let mut parts = Vec::new();
        let mut rest = amount;
        for (at, _, area) in self.naming(credit, [ExceptionKind::Substitution; 2]) {
            let part = left[at].min(rest);
            left[at] -= part;
            rest -= part;
            parts.push((1 << area, part));
        }
        parts
    }

    /// The mark is good enough for the area.
    fn reaches(&self, at: usize, rank: i64) -> bool {
        let least = self.requirements.areas[at].min_mark.as_deref();
        let least = least.and_then(|mark| rank_of(&self.requirements.scale, mark));
        least.is_none_or(|least| rank == i64::MIN || rank >= least)
    }

    fn has_other_half(&self, credit: &Credit, credits: &[Credit], bit: u32) -> bool {
        let view = &self.lens.courses[credit.course as usize];
        if view.stem.1.is_none() {
            let whole = credit.span == TermSpan::FULL_YEAR;
            return whole
                || credits.iter().any(|c| c.course == credit.course && c.span != credit.span && c.mask & bit != 0);
        }
        credits.iter().any(|c| {
            let other = &self.lens.courses[c.course as usize];
            c.mask & bit != 0 && other.stem_number == view.stem_number && other.stem.1 != view.stem.1
        })
    }

    /// What higher courses give for lower ones, held at what the area still needs by itself.
    fn validated(&self, credits: &[Credit]) -> Vec<Supply> {
        let mut supplies = Vec::new();
        for (at, area) in self.requirements.areas.iter().enumerate().filter(|(at, _)| self.needs[*at] > 0) {
            for validation in &area.validations {
                let least = validation.min_mark.as_deref().and_then(|m| rank_of(&self.requirements.scale, m));
                let passed = credits.iter().any(|credit| {
                    let code = &self.lens.courses[credit.course as usize].stem.0;
                    least.is_none_or(|least| credit.rank >= least)
                        && validation.prefixes.iter().any(|p| code.starts_with(p.as_str()))
                });
                if passed {
                    supplies.push(Supply { mask: 1 << at, amount: validation.credits });
                }
            }
        }
        supplies
    }
}
