//! Exceptions of single students: waivers, substitutions and split credit, from a CSV file of one side.

use std::collections::BTreeMap;
use std::path::Path;

use super::rules::Requirements;
use crate::canonical::Decimal;
use crate::diagnostic::{Diagnostic, nearest};
use crate::policy::gpa::amounts::weight_units;
use crate::policy::working::credits_text;

/// What an exception does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExceptionKind {
    /// Credits of an area, or an item, are not asked.
    Waiver,
    /// A course counts in an area where it would not.
    Substitution,
    /// Part of a course's credit counts in another area, and no longer in its own.
    Split,
    /// A course's credit counts in another area as well as in its own.
    Also,
}

impl ExceptionKind {
    /// The words of the file.
    pub const NAMES: [(&'static str, Self); 4] =
        [("waiver", Self::Waiver), ("substitution", Self::Substitution), ("split", Self::Split), ("also", Self::Also)];

    /// The word of the file.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// One line of the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exception {
    /// What it does.
    pub kind: ExceptionKind,
    /// Name of the area or item, as the requirement file has it.
    pub requirement: String,
    /// The course, for all but waivers: as the side's transcript has it, before or after the crosswalk.
    pub course: String,
    /// Credits, in parts of `WEIGHT_UNIT`; `None`: all.
    pub credits: Option<i64>,
}

impl Exception {
    /// `substitution: THEA1 counts in arts, 5 credits`
    #[must_use]
    pub fn words(&self, course: &str) -> String {
        let credits = self.credits.map_or_else(String::new, |c| format!(", {} credits", credits_text(c)));
        let (kind, area) = (self.kind.name(), &self.requirement);
        match self.kind {
            ExceptionKind::Waiver => format!("{kind}: {area}{credits}"),
            ExceptionKind::Substitution | ExceptionKind::Split => format!("{kind}: {course} counts in {area}{credits}"),
            ExceptionKind::Also => format!("{kind}: {course} counts in {area} too{credits}"),
        }
    }
}

/// The exceptions of one side, by student.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exceptions {
    by_student: BTreeMap<String, Vec<Exception>>,
}

const COLUMNS: [&str; 6] = ["student_id", "kind", "requirement", "course", "credits", "reason"];

impl Exceptions {
    /// Reads a file with the columns `student_id,kind,requirement,course,credits,reason`, in any order; `course`, `credits`
    /// and `reason` may be missing.
    ///
    /// # Errors
    /// Every line that can not be understood, at its place.
    pub fn parse(path: &Path, text: &str, requirements: &Requirements) -> Result<Self, Vec<Diagnostic>> {
        let mut reading = Reading { path, text, requirements, mistakes: Vec::new() };
        let exceptions = reading.all();
        if reading.mistakes.is_empty() { Ok(exceptions) } else { Err(reading.mistakes) }
    }

    /// True when there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_student.is_empty()
    }

    /// Those of one student, sorted.
    #[must_use]
    pub fn of(&self, student: &str) -> &[Exception] {
        self.by_student.get(student).map_or(&[], Vec::as_slice)
    }

    /// The ids that the file names.
    pub fn students(&self) -> impl Iterator<Item = &str> {
        self.by_student.keys().map(String::as_str)
    }
}

struct Reading<'a> {
    path: &'a Path,
    text: &'a str,
    requirements: &'a Requirements,
    mistakes: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn wrong(&mut self, at: usize, message: String, fix: impl Into<String>) {
        let end = self.text.get(at..).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |n| at + n);
        self.mistakes.push(Diagnostic::error("exception", self.path, at..end, message).fix(fix.into()));
    }

    fn all(&mut self) -> Exceptions {
        let mut found = Exceptions::default();
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(self.text);
        let skipped = self.text.len() - text.len();
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let header = match reader.headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                self.wrong(0, error.to_string(), "write a CSV file");
                return found;
            }
        };
        for name in header.iter().filter(|name| !COLUMNS.contains(name)) {
            let near = nearest(name, COLUMNS).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
            self.wrong(0, format!("unknown column `{name}`"), format!("{near}known: {}", COLUMNS.join(", ")));
        }
        let at = COLUMNS.map(|wanted| header.iter().position(|name| name == wanted));
        for (name, _) in COLUMNS.iter().zip(at).take(3).filter(|(_, at)| at.is_none()) {
            self.wrong(0, format!("no column `{name}`"), format!("add it; known: {}", COLUMNS.join(", ")));
        }
        if !self.mistakes.is_empty() {
            return found;
        }
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let place = error.position().map_or(0, |p| p.byte() as usize + skipped);
                    self.wrong(place, error.to_string(), "every line has as many cells as the header");
                    continue;
                }
            };
            let place = record.position().map_or(0, |p| p.byte() as usize + skipped);
            let cells = at.map(|at| at.and_then(|at| record.get(at)).unwrap_or_default());
            if let Some(exception) = self.one(place, cells) {
                found.by_student.entry(cells[0].to_owned()).or_default().push(exception);
            }
        }
        found.by_student.values_mut().for_each(|list| list.sort());
        found
    }

    fn one(&mut self, place: usize, [student, kind, requirement, course, credits, _]: [&str; 6]) -> Option<Exception> {
        if student.is_empty() {
            self.wrong(place, "the line names no student".into(), "write the student's id");
            return None;
        }
        let words = ExceptionKind::NAMES.map(|(word, _)| word);
        let Some((_, kind)) = ExceptionKind::NAMES.into_iter().find(|(word, _)| *word == kind) else {
            self.wrong(place, format!("no exception is called \"{kind}\""), format!("one of: {}", words.join(", ")));
            return None;
        };
        let requirements = self.requirements;
        let area = requirements.areas.iter().find(|a| a.name.eq_ignore_ascii_case(requirement));
        let item = requirements.items.iter().find(|item| item.is(requirement));
        let name = area.map(|a| a.name.clone()).or_else(|| item.map(|i| i.name.clone()));
        let Some(requirement) = name.filter(|_| area.is_some() || kind == ExceptionKind::Waiver) else {
            let known: Vec<&str> = requirements.areas.iter().map(|a| a.name.as_str()).collect();
            let near = nearest(requirement, known.iter().copied());
            let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
            let message = format!("{} has no area `{requirement}`", requirements.name);
            self.wrong(place, message, format!("{near}known: {}", known.join(", ")));
            return None;
        };
        if (kind == ExceptionKind::Waiver) != course.is_empty() {
            let (message, fix) = if course.is_empty() {
                (format!("a {} needs a course", kind.name()), "write the course's code under `course`")
            } else {
                ("a waiver names no course".to_owned(), "leave `course` empty, or write `substitution`")
            };
            self.wrong(place, message, fix);
            return None;
        }
        let amount = if credits.is_empty() { None } else { Decimal::parse(credits).ok().and_then(weight_units) };
        if (amount.is_none() && !credits.is_empty()) || (kind == ExceptionKind::Split && amount.is_none()) {
            let message = format!("\"{credits}\" is no number of credits");
            self.wrong(place, message, "write credits as in the requirement file, as 5 or 2.5");
            return None;
        }
        Some(Exception { kind, requirement, course: course.to_owned(), credits: amount })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requirements() -> Requirements {
        let text = crate::policy::command::bundled("lausd-2026").unwrap();
        crate::policy::graduation::parse(Path::new("lausd-2026"), text).unwrap()
    }

    #[test]
    fn lines_are_understood_and_sorted_by_student() {
        let text = "student_id,kind,requirement,course,credits,reason\n7,substitution,arts,DANCEPE,5,board\n\
                    7,waiver,physical-education,,10,medical\n8,waiver,SERVICE,,,\n";
        let found = Exceptions::parse(Path::new("e.csv"), text, &requirements()).unwrap();
        let words: Vec<String> = found.of("7").iter().map(|e| e.words(&e.course)).collect();
        assert_eq!(
            words,
            ["waiver: physical-education, 10 credits", "substitution: DANCEPE counts in arts, 5 credits"]
        );
        assert_eq!(found.of("8")[0].requirement, "service-learning");
        assert!(found.of("9").is_empty());
    }

    #[test]
    fn every_mistake_of_the_file_is_told_at_its_line() {
        let text = "student_id,kind,requirement,course,credits\n7,waver,arts,,\n7,waiver,artz,,\n7,split,arts,X,\n\
                    7,substitution,arts,,5\n7,waiver,arts,,x\n";
        let mistakes = Exceptions::parse(Path::new("e.csv"), text, &requirements()).unwrap_err();
        let lines: Vec<&str> = mistakes.iter().map(|m| &text[m.span.clone()]).collect();
        assert_eq!(
            lines,
            ["7,waver,arts,,", "7,waiver,artz,,", "7,split,arts,X,", "7,substitution,arts,,5", "7,waiver,arts,,x"]
        );
        assert!(mistakes[1].fix.as_deref().is_some_and(|f| f.starts_with("did you mean `arts`?")));
        let header = Exceptions::parse(Path::new("e.csv"), "student,kind\n", &requirements()).unwrap_err();
        assert_eq!(header.len(), 3, "{header:?}");
    }
}
