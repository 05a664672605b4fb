//! Which finding goes to which school, and in which order. Positions only, so that a million findings are a few
//! megabytes; the texts are fetched again when a pack is written.

use std::collections::BTreeMap;

use crate::finding::{FindingRow, Severity};
use crate::report::school_file;

/// One school's pack to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// School code; empty for findings that belong to no school.
    pub code: String,
    /// What people call the school.
    pub name: String,
    /// File name without ending.
    pub stem: String,
    /// Positions in the finding source: worst student first, then worst finding.
    pub rows: Vec<u32>,
    /// True for the one file of all schools, which is a CSV only.
    pub whole: bool,
}

/// Sorts findings into packs while they stream by.
#[derive(Debug, Default)]
pub struct PackPlanner {
    min: Option<Severity>,
    areas: Vec<String>,
    whole: bool,
    schools: BTreeMap<String, Vec<Entry>>,
    student: u32,
    student_id: String,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    at: u32,
    student: u32,
    severity: Severity,
}

impl PackPlanner {
    /// Packs of open findings that are at least this bad.
    #[must_use]
    pub fn new(min: Severity) -> Self {
        Self { min: Some(min), ..Self::default() }
    }

    /// Only findings of these areas; none named means all.
    #[must_use]
    pub fn areas(mut self, areas: &[String]) -> Self {
        self.areas = areas.to_vec();
        self
    }

    /// One file for all schools.
    #[must_use]
    pub const fn whole(mut self, whole: bool) -> Self {
        self.whole = whole;
        self
    }

    /// Considers the finding at a position. Findings come in report order, those of one student together.
    pub fn add(&mut self, at: u32, row: &FindingRow) {
        if row.student_id != self.student_id {
            self.student += 1;
            self.student_id.clone_from(&row.student_id);
        }
        let other_area = !self.areas.is_empty() && !self.areas.contains(&row.area);
        if !row.waiver.is_empty() || self.min.is_some_and(|min| row.severity < min) || other_area {
            return;
        }
        let entry = Entry { at, student: self.student, severity: row.severity };
        let school = if self.whole { "" } else { &*row.school };
        if let Some(list) = self.schools.get_mut(school) {
            list.push(entry);
        } else {
            self.schools.insert(school.to_owned(), vec![entry]);
        }
    }

    /// One pack a school, in order of code. `schools` are (code, name); every one of them gets a pack, even an empty
    /// one: a school must be able to tell "nothing found" from "file lost".
    #[must_use]
    pub fn plan<'a>(mut self, schools: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<Pack> {
        if self.whole {
            let rows = in_order(self.schools.remove("").unwrap_or_default());
            return vec![Pack {
                code: "*".into(),
                name: "all schools".into(),
                stem: "all-schools".into(),
                rows,
                whole: true,
            }];
        }
        let mut names: BTreeMap<String, String> =
            schools.into_iter().map(|(code, name)| (code.to_owned(), name.to_owned())).collect();
        for code in self.schools.keys() {
            names.entry(code.clone()).or_insert_with(|| code.clone());
        }
        let stems = school_file::stems(names.iter().map(|(c, n)| (c.as_str(), n.as_str())));
        let mut packs = Vec::with_capacity(names.len());
        for (code, name) in names {
            let entries = self.schools.remove(&code).unwrap_or_default();
            let stem = stems.get(&code).cloned().unwrap_or_default();
            packs.push(Pack { code, name, stem, rows: in_order(entries), whole: false });
        }
        packs
    }
}

fn in_order(mut entries: Vec<Entry>) -> Vec<u32> {
    let mut worst: BTreeMap<u32, Severity> = BTreeMap::new();
    for entry in &entries {
        let known = worst.entry(entry.student).or_insert(entry.severity);
        *known = entry.severity.max(*known);
    }
    let of = |student: u32| worst.get(&student).copied().unwrap_or(Severity::Info);
    entries.sort_by(|a, b| {
        let student = of(b.student).cmp(&of(a.student)).then(a.student.cmp(&b.student));
        student.then(b.severity.cmp(&a.severity)).then(a.at.cmp(&b.at))
    });
    entries.into_iter().map(|e| e.at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::summary::example::finding;

    fn planned(rows: &[FindingRow], min: Severity) -> Vec<Pack> {
        let mut planner = PackPlanner::new(min);
        for (at, row) in rows.iter().enumerate() {
            planner.add(at as u32, row);
        }
        planner.plan([("012", "Lincoln High"), ("090", "Virtual Academy")])
    }

    #[test]
    fn the_worst_student_comes_first_and_keeps_all_findings_together() {
        let rows = [
            finding("name-changed", Severity::Major, "1", "012"),
            finding("room-changed", Severity::Minor, "2", "012"),
            finding("mark-changed", Severity::Critical, "2", "012"),
            finding("name-changed", Severity::Major, "3", "012"),
        ];
        let packs = planned(&rows, Severity::Minor);
        assert_eq!(packs[0].rows, [2, 1, 0, 3]);
    }

    #[test]
    fn a_reader_of_some_areas_gets_those_and_a_reader_of_everything_one_file() {
        let rows = [
            finding("mark-changed", Severity::Major, "1", "012"),
            finding("class-missing", Severity::Major, "2", "090"),
        ];
        let area = rows[0].area.clone();
        let mut planner = PackPlanner::new(Severity::Minor).areas(&[area]);
        rows.iter().enumerate().for_each(|(at, row)| planner.add(at as u32, row));
        let packs = planner.plan([("012", "Lincoln High"), ("090", "Virtual Academy")]);
        assert_eq!(packs.iter().map(|p| p.rows.len()).collect::<Vec<_>>(), [1, 0]);
        let mut planner = PackPlanner::new(Severity::Minor).whole(true);
        rows.iter().enumerate().for_each(|(at, row)| planner.add(at as u32, row));
        let packs = planner.plan([("012", "Lincoln High")]);
        assert_eq!((packs.len(), packs[0].rows.len(), packs[0].stem.as_str()), (1, 2, "all-schools"));
    }

    #[test]
    fn waived_and_lesser_findings_stay_out_and_a_clean_school_still_gets_a_pack() {
        let mut waived = finding("mark-changed", Severity::Critical, "1", "012");
        waived.waiver = "W-1".into();
        let rows =
            [waived, finding("room-changed", Severity::Info, "1", "012"), finding("x", Severity::Major, "1", "777")];
        let packs = planned(&rows, Severity::Minor);
        let shown: Vec<(&str, usize)> = packs.iter().map(|p| (p.code.as_str(), p.rows.len())).collect();
        assert_eq!(shown, [("012", 0), ("090", 0), ("777", 1)]);
        assert!(packs[0].stem.starts_with("lincoln-high-"));
    }
}
