//! Answers that were taken, kept from rehearsal to rehearsal: in a later run they hold where both values are unchanged.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::answers::{read_answers, write_answers};
use super::{Answer, Collected, Problem, ProblemKind, Returned, refused};
use crate::error::Error;
use crate::finding::FindingRow;
use crate::report::csv::CsvFile;
use crate::report::packs::KnownAnswer;
use crate::report::summary::AnswerLine;

/// Columns of `returned.csv`.
const RETURNED: [&str; 9] = ["school", "part", "run", "rows", "answered", "blank", "taken", "unclear", "conflicts"];

/// What schools answered so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnswerStore {
    answers: BTreeMap<String, Answer>,
    /// By school and part of it: large schools have a workbook a grade.
    returned: BTreeMap<(String, String), AnswerLine>,
}

fn files(folder: &Path) -> [PathBuf; 2] {
    ["answers.csv", "returned.csv"].map(|name| folder.join(name))
}

impl AnswerStore {
    /// Reads the store in a folder; an empty one when nothing was kept yet.
    ///
    /// # Errors
    /// When it is damaged: answers are never silently forgotten.
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let [answers, returned] = files(folder);
        let mut store = Self::default();
        if answers.exists() {
            store.answers = read_answers(&answers)?.into_iter().map(|a| (a.reference.clone(), a)).collect();
        }
        if returned.exists() {
            store.returned = read_returned_lines(&returned)?;
        }
        Ok(store)
    }

    /// Takes in what was collected. An answer of the same run by somebody else that says something else is a conflict:
    /// the kept one stays, and the new one is told.
    pub fn take(&mut self, collected: &mut Collected, returned: &[Returned]) {
        let answers = std::mem::take(&mut collected.answers);
        for answer in answers {
            match self.answers.get(&answer.reference) {
                Some(kept) if contradicts(kept, &answer) => {
                    let problem = conflict(kept, &answer, collected, returned);
                    collected.problems.push(problem);
                }
                _ => {
                    self.answers.insert(answer.reference.clone(), Answer { carried: true, ..answer.clone() });
                    collected.answers.push(answer);
                }
            }
        }
        collected.problems.sort();
        for file in collected.files.iter().filter(|f| !f.school.is_empty()) {
            let of = |kind| file.problems.get(&kind).copied().unwrap_or(0);
            let line = AnswerLine {
                school: file.school.clone(),
                rows: file.rows,
                answered: file.answered,
                blank: file.blank,
                taken: file.taken_all,
                unclear: of(ProblemKind::Unclear),
                conflicts: of(ProblemKind::Conflict),
                run: file.run.clone(),
                holds: 0,
            };
            self.returned.retain(|(school, _), l| *school != file.school || l.run == line.run);
            self.returned.insert((file.school.clone(), file.part.clone()), line);
        }
    }

    /// Writes the store, each file whole or not at all.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        let [answers, returned] = files(folder);
        let all: Vec<Answer> = self.answers.values().cloned().collect();
        replace(&answers, |path| write_answers(path, &all))?;
        replace(&returned, |path| {
            let mut file = CsvFile::create(path, &RETURNED)?;
            for ((school, part), l) in &self.returned {
                let counts = [l.rows, l.answered, l.blank, l.taken, l.unclear, l.conflicts].map(|n| n.to_string());
                file.record([school, part, &l.run].into_iter().chain(&counts))?;
            }
            file.finish()
        })
    }

    /// The answer to a finding of today, when both values are still those that were answered.
    #[must_use]
    pub fn holds(&self, row: &FindingRow) -> Option<KnownAnswer> {
        let answer = self.answers.get(&row.reference)?;
        let same = answer.legacy_value == row.legacy_value && answer.new_value == row.new_value;
        same.then(|| answer.known())
    }

    /// How many answers are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.answers.len()
    }

    /// True when nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.returned.is_empty()
    }

    /// What each school sent back, with how many answers of it hold today.
    #[must_use]
    pub fn lines(&self, holds: &BTreeMap<String, u64>) -> Vec<AnswerLine> {
        let mut lines: BTreeMap<String, AnswerLine> = BTreeMap::new();
        for ((school, _), line) in &self.returned {
            lines.entry(school.clone()).and_modify(|l| join(l, line)).or_insert_with(|| line.clone());
        }
        for (school, count) in holds {
            let line = lines
                .entry(school.clone())
                .or_insert_with(|| AnswerLine { school: school.clone(), ..AnswerLine::default() });
            line.holds = *count;
        }
        lines.into_values().collect()
    }
}

fn contradicts(kept: &Answer, new: &Answer) -> bool {
    let same_question = kept.run == new.run && kept.legacy_value == new.legacy_value && kept.new_value == new.new_value;
    let other = kept.resolution != new.resolution || kept.correct_value != new.correct_value;
    same_question && other && kept.initials != new.initials
}

fn conflict(kept: &Answer, new: &Answer, collected: &mut Collected, returned: &[Returned]) -> Problem {
    let rows = returned.iter().enumerate().flat_map(|(n, p)| p.rows.iter().map(move |r| (n, p, r)));
    let from = rows.into_iter().find(|(_, pack, row)| row.reference == new.reference && pack.run == new.run);
    let (file, place) = from.map_or_else(Default::default, |(_, p, row)| (p.file.clone(), row.place.clone()));
    if let Some((number, ..)) = from {
        let report = &mut collected.files[number];
        *report.problems.entry(ProblemKind::Conflict).or_default() += 1;
        report.not_taken(new.resolution);
    }
    Problem {
        file,
        place,
        reference: new.reference.clone(),
        kind: ProblemKind::Conflict,
        text: format!(
            "{} said {} before, {} says {} now; the earlier answer stays",
            kept.who(),
            kept.resolution.text().to_lowercase(),
            new.who(),
            new.resolution.text().to_lowercase()
        ),
    }
}

/// One more part of the same school.
fn join(line: &mut AnswerLine, new: &AnswerLine) {
    for (a, b) in [
        (&mut line.rows, new.rows),
        (&mut line.answered, new.answered),
        (&mut line.blank, new.blank),
        (&mut line.taken, new.taken),
        (&mut line.unclear, new.unclear),
        (&mut line.conflicts, new.conflicts),
    ] {
        *a += b;
    }
}

/// Writes a file beside and moves it over the one that is there.
fn replace(path: &Path, write: impl Fn(&Path) -> Result<(), Error>) -> Result<(), Error> {
    let beside = path.with_extension("csv.new");
    if beside.exists() {
        std::fs::remove_file(&beside).map_err(|e| Error::write(&beside, e))?;
    }
    write(&beside)?;
    std::fs::rename(&beside, path).map_err(|e| Error::write(path, e))
}

fn read_returned_lines(path: &Path) -> Result<BTreeMap<(String, String), AnswerLine>, Error> {
    let wrong = || refused(path, "not a returned.csv that collect wrote");
    let mut reader = csv::Reader::from_path(path).map_err(|_| wrong())?;
    if !reader.headers().map_err(|_| wrong())?.iter().eq(RETURNED) {
        return Err(wrong());
    }
    let mut lines = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|_| wrong())?;
        let number = |at: usize| record.get(at).and_then(|t| t.parse::<u64>().ok()).ok_or_else(wrong);
        let line = AnswerLine {
            school: record.get(0).unwrap_or_default().to_owned(),
            run: record.get(2).unwrap_or_default().to_owned(),
            rows: number(3)?,
            answered: number(4)?,
            blank: number(5)?,
            taken: number(6)?,
            unclear: number(7)?,
            conflicts: number(8)?,
            holds: 0,
        };
        lines.insert((line.school.clone(), record.get(1).unwrap_or_default().to_owned()), line);
    }
    Ok(lines)
}
