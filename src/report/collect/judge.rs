//! From returned rows to answers: what is taken, what is unclear, where two people disagree, what was edited, and what
//! an older pack still says about today's findings.

use std::collections::{BTreeMap, BTreeSet};

use super::{Answer, Returned, ReturnedRow};
use crate::finding::FindingRow;
use crate::report::excel::pictures;
use crate::report::packs::{Resolution, row_digest, what};
use crate::report::privacy::Privacy;

/// Why a row needs a second look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The answer can not be understood or lacks something.
    Unclear,
    /// Two answers to one reference.
    Conflict,
    /// A value that was given out was changed; the value of the run is kept.
    Edited,
    /// An answer to values that are not today's; it is dropped.
    Dropped,
}

impl ProblemKind {
    /// The word on screens.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unclear => "unclear",
            Self::Conflict => "conflict",
            Self::Edited => "edited",
            Self::Dropped => "dropped",
        }
    }
}

/// A row that needs a second look.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The returned file.
    pub file: String,
    /// Where in it.
    pub place: String,
    /// The finding's reference as it stands there.
    pub reference: String,
    /// Why.
    pub kind: ProblemKind,
    /// One sentence.
    pub text: String,
}

/// What came of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileReport {
    /// The file.
    pub file: String,
    /// Label of the run that it belongs to.
    pub run: String,
    /// School code.
    pub school: String,
    /// Part of the school, `grade 09`; empty for the whole.
    pub part: String,
    /// Rows in it.
    pub rows: u64,
    /// Rows with an answer.
    pub answered: u64,
    /// Rows without.
    pub blank: u64,
    /// Answers taken, by resolution, in the order of the drop-down.
    pub taken: [u64; 6],
    /// Answers taken in all.
    pub taken_all: u64,
    /// Answers taken although the pack is of an older run.
    pub carried: u64,
    /// Rows with each kind of problem: unclear, conflict, edited, dropped.
    pub problems: BTreeMap<ProblemKind, u64>,
    /// What was odd about the file.
    pub notes: Vec<String>,
}

impl FileReport {
    /// Takes back an answer that was counted as taken.
    pub(super) fn not_taken(&mut self, resolution: Resolution) {
        let at = Resolution::ALL.iter().position(|r| *r == resolution).unwrap_or_default();
        self.taken[at] = self.taken[at].saturating_sub(1);
        self.taken_all = self.taken_all.saturating_sub(1);
    }
}

/// What came of all files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// A report a file, in the order given.
    pub files: Vec<FileReport>,
    /// Answers taken, by reference.
    pub answers: Vec<Answer>,
    /// Rows that need a second look, by file and place in it.
    pub problems: Vec<Problem>,
}

/// An answer on its way: who gave it where.
struct Candidate {
    file: usize,
    place: String,
    answer: Answer,
}

/// Today's finding of a reference: as one kind of reader is shown it, and as it is.
struct Today {
    shown: FindingRow,
    own: FindingRow,
}

/// Judges returned packs against the findings of the current run. `views` are what packs are written with: values that
/// one hides were given out hidden, and a pseudonym is answered by its pseudonym.
#[must_use]
pub fn collect(
    returned: &[Returned],
    run: &str,
    current: impl IntoIterator<Item = FindingRow>,
    views: &[Privacy],
) -> Collected {
    let wanted: BTreeSet<&str> = returned.iter().flat_map(|p| &p.rows).map(|r| r.reference.as_str()).collect();
    let mut today: BTreeMap<String, Vec<Today>> = BTreeMap::new();
    for own in current {
        for view in views {
            let shown = view.apply(own.clone());
            if wanted.contains(shown.reference.as_str()) {
                today.entry(shown.reference.clone()).or_default().push(Today { shown, own: own.clone() });
            }
        }
    }
    let mut collected = Collected::default();
    let mut candidates: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
    for (number, pack) in returned.iter().enumerate() {
        let mut report = FileReport {
            file: pack.file.clone(),
            run: pack.run.clone(),
            school: pack.school.clone(),
            part: pack.part.clone(),
            rows: pack.rows.len() as u64,
            notes: pack.notes.clone(),
            ..FileReport::default()
        };
        for row in &pack.rows {
            let mut judge = Judge { pack, row, run, report: &mut report, problems: &mut collected.problems };
            if let Some(answer) = judge.answer(today.get(&row.reference).map_or(&[], Vec::as_slice)) {
                let key = answer.reference.clone();
                let candidate = Candidate { file: number, place: row.place.clone(), answer };
                candidates.entry(key).or_default().push(candidate);
            }
        }
        collected.files.push(report);
    }
    for group in candidates.into_values() {
        settle(group, returned, &mut collected);
    }
    collected
}

/// Takes the answer of a reference when all who answered agree.
fn settle(group: Vec<Candidate>, returned: &[Returned], collected: &mut Collected) {
    let Some(first) = group.first() else { return };
    let same = |c: &Candidate| {
        c.answer.resolution == first.answer.resolution && c.answer.correct_value == first.answer.correct_value
    };
    if group.iter().all(same) {
        for candidate in &group {
            let report = &mut collected.files[candidate.file];
            let at = Resolution::ALL.iter().position(|r| *r == candidate.answer.resolution).unwrap_or_default();
            report.taken[at] += 1;
            report.taken_all += 1;
            report.carried += u64::from(candidate.answer.carried);
        }
        let first = group.into_iter().next().map(|c| c.answer);
        collected.answers.extend(first);
        return;
    }
    let said: Vec<String> = group
        .iter()
        .map(|c| format!("{} says {}", c.answer.who(), c.answer.resolution.text().to_lowercase()))
        .collect();
    for candidate in &group {
        *collected.files[candidate.file].problems.entry(ProblemKind::Conflict).or_default() += 1;
        collected.problems.push(Problem {
            file: returned[candidate.file].file.clone(),
            place: candidate.place.clone(),
            reference: candidate.answer.reference.clone(),
            kind: ProblemKind::Conflict,
            text: said.join(", "),
        });
    }
}

struct Judge<'a> {
    pack: &'a Returned,
    row: &'a ReturnedRow,
    run: &'a str,
    report: &'a mut FileReport,
    problems: &'a mut Vec<Problem>,
}

impl Judge<'_> {
    /// The answer of a row that can be taken, given today's finding of its reference as each reader is shown it.
    fn answer(&mut self, today: &[Today]) -> Option<Answer> {
        let row = self.row;
        let written = [&row.resolution, &row.correct_value];
        if written.iter().all(|t| t.trim().is_empty()) && !row.formula {
            self.report.blank += 1;
            return None;
        }
        self.report.answered += 1;
        if row.formula {
            return self.unclear("the answer is a formula or an error of the spreadsheet");
        }
        let same = |t: &&Today| self.same_values(&t.shown);
        let Some(today) = today.iter().find(same).or(today.first()) else {
            return self.without_finding();
        };
        let same_values = self.same_values(&today.shown);
        if row.student.as_ref().is_some_and(|student| bare(student) != bare(&pictures(&today.shown.student_id))) {
            return self.unclear("the reference is another student's; was Ref edited, or were some columns sorted?");
        }
        if self.pack.run != self.run && !same_values {
            return self.problem(ProblemKind::Dropped, "the values are not those that were answered");
        }
        let edited = row.given.as_ref().is_some_and(|given| *given != digest(row, &row.legacy, &row.new));
        if edited || !same_values {
            if !self.same_record(&today.shown) {
                return self.unclear("the reference is another record's; was Ref edited, or were some columns sorted?");
            }
            self.told(ProblemKind::Edited, "a value that was given out was changed; the run's value is kept");
        }
        self.understood(&today.own)
    }

    /// True when the values that were given out are those that this reader would be shown today.
    fn same_values(&self, shown: &FindingRow) -> bool {
        let (legacy, new) = (pictures(&shown.legacy_value), pictures(&shown.new_value));
        match &self.row.given {
            Some(given) => *given == digest(self.row, &legacy, &new),
            None => self.row.legacy == legacy && self.row.new == new,
        }
    }

    /// True when the row still says that it is about the record of its reference.
    fn same_record(&self, shown: &FindingRow) -> bool {
        let Some(said) = &self.row.what else { return true };
        let said = said.trim();
        said == pictures(&what(shown)).trim() || said == pictures(&shown.record).trim()
    }

    fn without_finding(&mut self) -> Option<Answer> {
        if self.pack.run == self.run {
            return self.unclear("no finding of this run has this reference");
        }
        self.problem(ProblemKind::Dropped, "the finding is gone since then")
    }

    fn understood(&mut self, finding: &FindingRow) -> Option<Answer> {
        let row = self.row;
        let Some(resolution) = Resolution::parse(&row.resolution) else {
            let empty = row.resolution.trim().is_empty();
            let text = if empty { "a Correct value without a Resolution" } else { "the Resolution is none of the six" };
            return self.unclear(text);
        };
        let correct_value = row.correct_value.trim().to_owned();
        if resolution == Resolution::BothWrong && correct_value.is_empty() {
            return self.unclear("\"both wrong\" but Correct value is empty");
        }
        if bare(&finding.school) != bare(&self.pack.school) && !self.pack.school.is_empty() {
            return self.unclear("the reference belongs to another school's pack");
        }
        Some(Answer {
            reference: finding.reference.clone(),
            run: self.pack.run.clone(),
            school: finding.school.clone(),
            check: finding.check.clone(),
            student_id: finding.student_id.clone(),
            record: finding.record.clone(),
            field: finding.field.clone(),
            change: finding.change.clone(),
            legacy_value: finding.legacy_value.clone(),
            new_value: finding.new_value.clone(),
            resolution,
            correct_value,
            initials: row.initials.trim().to_owned(),
            note: row.note.trim().to_owned(),
            carried: self.pack.run != self.run,
        })
    }

    fn unclear(&mut self, text: &str) -> Option<Answer> {
        self.problem(ProblemKind::Unclear, text)
    }

    fn problem(&mut self, kind: ProblemKind, text: &str) -> Option<Answer> {
        self.told(kind, text);
        None
    }

    fn told(&mut self, kind: ProblemKind, text: &str) {
        *self.report.problems.entry(kind).or_default() += 1;
        self.problems.push(Problem {
            file: self.pack.file.clone(),
            place: self.row.place.clone(),
            reference: self.row.reference.clone(),
            kind,
            text: text.into(),
        });
    }
}

/// A code without what a spreadsheet eats: 012 comes back as 12.
fn bare(code: &str) -> &str {
    code.trim().trim_start_matches('0')
}

fn digest(row: &ReturnedRow, legacy: &str, new: &str) -> String {
    row_digest(&row.reference, legacy, new)
}
