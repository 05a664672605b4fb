//! Which findings which waiver covers, on a given day in the district's time zone.

use std::collections::BTreeMap;

use jiff::ZonedDateTime;
use jiff::civil::Date;

use super::{Waiver, Waivers};
use crate::finding::{FindingRow, Severity};

/// What a waiver's scope is held against. Texts as the finding shows them; empty when it has none.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Name of the check.
    pub check: &'a str,
    /// How bad it is.
    pub severity: Severity,
    /// Identity across runs; the order in which a cap is used up.
    pub fingerprint: &'a str,
    /// Reference that staff quote.
    pub reference: &'a str,
    /// Student's id.
    pub student: &'a str,
    /// School code.
    pub school: &'a str,
    /// Course code.
    pub course: &'a str,
    /// Name of the cause.
    pub cause: &'a str,
    /// File of a rejected row.
    pub file: &'a str,
}

impl<'a> Target<'a> {
    /// A finding as files show it; `course` as its record says.
    #[must_use]
    pub fn of(row: &'a FindingRow, course: &'a str) -> Self {
        Self {
            check: &row.check,
            severity: row.severity,
            fingerprint: &row.fingerprint,
            reference: &row.reference,
            student: &row.student_id,
            school: &row.school,
            course,
            cause: &row.cause,
            file: "",
        }
    }

    /// A rejected row of a file (path below the side's root); `place` tells rows apart (`legacy/STU.csv:17`).
    #[must_use]
    pub const fn rejected_row(file: &'a str, place: &'a str) -> Self {
        Self {
            check: super::file::REJECTED_ROW,
            severity: Severity::Critical,
            fingerprint: place,
            reference: place,
            student: "",
            school: "",
            course: "",
            cause: "",
            file,
        }
    }
}

/// How a waiver stands on the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It holds.
    InForce,
    /// It was added for a later day.
    NotYet,
    /// Its last day is over.
    Expired,
    /// Its check can not be waived.
    Unwaivable,
}

/// What became of one waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverOutcome {
    /// Its id.
    pub id: String,
    /// How it stands.
    pub status: Status,
    /// Findings in its scope.
    pub met: u64,
    /// Findings that it covers.
    pub covered: u64,
    /// Findings in its scope that are open because its cap is used up.
    pub over_cap: u64,
    /// Covers a check everywhere, on purpose.
    pub broad: bool,
    /// Last day on which it holds.
    pub expires: Date,
}

/// What the waivers make of the findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assessment {
    /// For every finding in the order given: the position of the waiver that covers it.
    pub covered_by: Vec<Option<u32>>,
    /// Every waiver, in the order of the file.
    pub waivers: Vec<WaiverOutcome>,
}

impl Assessment {
    /// Findings that no waiver covers.
    #[must_use]
    pub fn open(&self) -> u64 {
        self.covered_by.iter().filter(|w| w.is_none()).count() as u64
    }

    /// Ids of the waivers of a kind.
    fn ids(&self, is: impl Fn(&WaiverOutcome) -> bool) -> Vec<String> {
        self.waivers.iter().filter(|w| is(w)).map(|w| w.id.clone()).collect()
    }

    /// Waivers that hold and cover nothing.
    #[must_use]
    pub fn unused(&self) -> Vec<String> {
        self.ids(|w| w.status == Status::InForce && w.met == 0)
    }

    /// Waivers that have ended.
    #[must_use]
    pub fn expired(&self) -> Vec<String> {
        self.ids(|w| w.status == Status::Expired)
    }

    /// Waivers that met more findings than their cap, and how many stay open for it.
    #[must_use]
    pub fn over_cap(&self) -> Vec<(String, u64)> {
        self.waivers.iter().filter(|w| w.over_cap > 0).map(|w| (w.id.clone(), w.over_cap)).collect()
    }

    /// Waivers of a check everywhere.
    #[must_use]
    pub fn over_broad(&self) -> Vec<String> {
        self.ids(|w| w.broad)
    }

    /// Waivers of checks that can not be waived.
    #[must_use]
    pub fn unwaivable(&self) -> Vec<String> {
        self.ids(|w| w.status == Status::Unwaivable)
    }

    /// The last day on which all waivers that cover something hold.
    #[must_use]
    pub fn first_end(&self) -> Option<Date> {
        self.waivers.iter().filter(|w| w.covered > 0).map(|w| w.expires).min()
    }

    /// How many hold.
    #[must_use]
    pub fn in_force(&self) -> u64 {
        self.waivers.iter().filter(|w| w.status == Status::InForce).count() as u64
    }
}

impl Waiver {
    /// How it stands on a day of the district.
    #[must_use]
    pub fn status(&self, today: Date) -> Status {
        match () {
            () if self.unwaivable => Status::Unwaivable,
            () if today > self.expires => Status::Expired,
            () if today < self.added => Status::NotYet,
            () => Status::InForce,
        }
    }

    /// True when the finding is in its scope.
    #[must_use]
    pub fn meets(&self, target: &Target<'_>) -> bool {
        let within = |list: &[String], value: &str| list.is_empty() || list.iter().any(|v| v == value);
        self.check == target.check
            && within(&self.refs, target.reference)
            && within(&self.students, target.student)
            && within(&self.schools, target.school)
            && within(&self.courses, target.course)
            && within(&self.files, target.file)
            && self.cause.as_deref().is_none_or(|c| c == target.cause)
    }
}

impl Waivers {
    /// Holds every finding against every waiver at a moment, whose time zone is the district's.
    ///
    /// Caps are used up from the mildest finding to the worst, so that what stays open is the worst; among equals by
    /// fingerprint, so that the same findings are covered in every run, whatever the order of rows.
    #[must_use]
    pub fn assess<'a>(&self, targets: &[Target<'a>], at: &ZonedDateTime) -> Assessment {
        let today = at.date();
        let mut waivers: Vec<WaiverOutcome> = self.list.iter().map(|w| outcome(w, today)).collect();
        let mut by_check: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (position, waiver) in self.list.iter().enumerate() {
            by_check.entry(&waiver.check).or_default().push(position);
        }
        let mut covered_by = vec![None; targets.len()];
        let mut order: Vec<usize> = (0..targets.len()).filter(|i| by_check.contains_key(targets[*i].check)).collect();
        order.sort_by_key(|i| (targets[*i].severity, targets[*i].fingerprint, *i));
        for i in order {
            let target: &Target<'a> = &targets[i];
            let positions = by_check.get(target.check).map_or(&[][..], Vec::as_slice);
            let met: Vec<usize> = positions.iter().copied().filter(|p| self.list[*p].meets(target)).collect();
            met.iter().for_each(|p| waivers[*p].met += 1);
            let free =
                |p: &usize| waivers[*p].status == Status::InForce && waivers[*p].covered < u64::from(self.list[*p].max);
            match met.iter().copied().find(free) {
                Some(p) => {
                    waivers[p].covered += 1;
                    covered_by[i] = u32::try_from(p).ok();
                }
                None => {
                    let held = |w: &&mut WaiverOutcome| w.status == Status::InForce;
                    let full = waivers.iter_mut().enumerate().filter(|(p, _)| met.contains(p)).map(|(_, w)| w);
                    full.filter(held).for_each(|w| w.over_cap += 1);
                }
            }
        }
        Assessment { covered_by, waivers }
    }
}

fn outcome(waiver: &Waiver, today: Date) -> WaiverOutcome {
    WaiverOutcome {
        id: waiver.id.clone(),
        status: waiver.status(today),
        met: 0,
        covered: 0,
        over_cap: 0,
        broad: waiver.has_no_scope(),
        expires: waiver.expires,
    }
}
