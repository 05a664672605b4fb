//! `policy check FILE` and `policy try FILE --transcript CSV`: for a registrar who writes a policy.

use std::fmt::Write as _;
use std::path::Path;

use super::gpa::{Evaluation, GpaPolicy, Lens, RowReader, Scratch, evaluate};
use super::graduation::audit::StudentRows;
use super::graduation::{Audit, Exception, Exceptions, RequirementLens, Requirements};
use super::rational::Rational;
use super::working::{self, credits_text};
use super::{gpa, graduation, rank, shipped, transcript};
use crate::canonical::Entity;
use crate::diagnostic::Diagnostic;

/// A policy file of either sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyFile {
    /// How a GPA is computed.
    Gpa(Box<GpaPolicy>),
    /// What graduation needs.
    Graduation(Requirements),
}

/// Reads a policy file; the key `graduation` tells requirements from GPA policies.
///
/// # Errors
/// All mistakes of the file, in its order.
pub fn read(path: &Path, text: &str) -> Result<PolicyFile, Vec<Diagnostic>> {
    let is_graduation = text.lines().any(|line| line.trim_start().starts_with("graduation"));
    if is_graduation {
        graduation::parse(path, text).map(PolicyFile::Graduation)
    } else {
        gpa::parse(path, text).map(|policy| PolicyFile::Gpa(Box::new(policy)))
    }
}

/// The text of a bundled policy of either sort.
#[must_use]
pub fn bundled(name: &str) -> Option<&'static str> {
    shipped::GPA.iter().chain(&shipped::GRADUATION).find(|s| s.name == name).map(|s| s.text)
}

/// The shipped policies, one a line: name and label.
#[must_use]
pub fn list() -> String {
    let mut text = String::new();
    for (title, shipped) in [("GPA", &shipped::GPA[..]), ("graduation", &shipped::GRADUATION[..])] {
        let _ = writeln!(text, "{title}");
        for one in shipped {
            let label = one.text.lines().find_map(|line| line.strip_prefix("label = \"")?.strip_suffix('"'));
            let _ = writeln!(text, "  {:22} {}", one.name, label.unwrap_or_default());
        }
    }
    text
}

/// `policy check`: what the file says, in a few lines.
#[must_use]
pub fn describe(file: &PolicyFile) -> String {
    match file {
        PolicyFile::Gpa(policy) => working::describe(policy),
        PolicyFile::Graduation(requirements) => {
            let mut text = format!("{} ({})\n", requirements.label, requirements.name);
            for area in &requirements.areas {
                let least = area.min_mark.as_deref().map_or_else(String::new, |m| format!(", {m} or better"));
                let _ = writeln!(text, "  {:24} {:>6} credits{least}", area.label, credits_text(area.credits));
            }
            let total: i64 = requirements.areas.iter().map(|a| a.credits).sum();
            let _ = writeln!(text, "  {:24} {:>6} credits", "in all", credits_text(total));
            for item in &requirements.items {
                let _ = writeln!(text, "  {}", item.label);
            }
            text
        }
    }
}

/// A CSV file: its name and its bytes.
pub type Csv<'a> = (&'a str, &'a [u8]);

/// What `policy try` is given.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// Final marks.
    pub transcript: Csv<'a>,
    /// Classes in progress, for requirements.
    pub schedule: Option<Csv<'a>>,
    /// Exceptions of single students, for requirements.
    pub exceptions: Option<Csv<'a>>,
}

/// `policy try` of a transcript alone.
///
/// # Errors
/// Every line of the transcript that can not be read.
pub fn try_on(file: &PolicyFile, name: &str, csv: &[u8]) -> Result<String, Vec<String>> {
    try_all(file, &Trial { transcript: (name, csv), schedule: None, exceptions: None })
}

/// `policy try`: the working for every student of a CSV transcript.
///
/// # Errors
/// Every line of the files that can not be read.
pub fn try_all(file: &PolicyFile, trial: &Trial<'_>) -> Result<String, Vec<String>> {
    let mut tables = transcript::read(trial.transcript.0, trial.transcript.1)?;
    if let Some((name, csv)) = trial.schedule {
        transcript::add_schedule(&mut tables, name, csv)?;
    }
    let exceptions = match (file, trial.exceptions) {
        (PolicyFile::Graduation(requirements), Some(csv)) => exceptions(requirements, csv)?,
        _ => Exceptions::default(),
    };
    let (dataset, students) = tables;
    let Some(records) = dataset.get(Entity::Transcript) else { return Ok(String::new()) };
    let mut out = String::new();
    let mut ranked = Vec::new();
    for (id, student) in &students {
        if students.len() > 1 {
            let _ = writeln!(out, "student {id}");
        }
        match file {
            PolicyFile::Gpa(policy) => {
                let Some(lens) = Lens::new(policy, &dataset) else { continue };
                let reader = RowReader::new(&lens, records);
                let mut scratch = Scratch::default();
                scratch.rows.extend(student.rows.iter().map(|row| reader.read(*row)));
                let evaluation = evaluate(policy, &lens, student.cohort, &mut scratch);
                out += &working::table(policy, (&lens, student.cohort), records, &scratch, &evaluation);
                ranked.push((id.as_str(), student.status.as_deref(), evaluation));
            }
            PolicyFile::Graduation(requirements) => {
                let lens = RequirementLens::new(requirements, &dataset);
                let rows = StudentRows {
                    transcript: &student.rows,
                    schedule: &student.schedule,
                    cohort: student.cohort,
                    track: student.track.as_deref(),
                    exceptions: exceptions.of(id),
                };
                let audit = Audit::of(requirements, &lens, &dataset, rows);
                out += &audit_text(requirements, &audit, rows.exceptions);
            }
        }
    }
    if let PolicyFile::Gpa(policy) = file {
        out += &ranks_text(policy, &ranked);
    }
    Ok(out)
}

fn exceptions(requirements: &Requirements, (name, csv): Csv<'_>) -> Result<Exceptions, Vec<String>> {
    let text = std::str::from_utf8(csv).map_err(|_| vec![format!("{name}: the file is not UTF-8")])?;
    let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let told = |d: &Diagnostic| {
        let fix = d.fix.as_deref().unwrap_or_default();
        format!("{name}: line {}: {} ({fix})", line(d.span.start), d.message)
    };
    Exceptions::parse(Path::new(name), text, requirements).map_err(|found| found.iter().map(told).collect())
}

/// The students of the file ranked among each other, where the policy has a rule of rank.
fn ranks_text(policy: &GpaPolicy, students: &[(&str, Option<&str>, Evaluation)]) -> String {
    let Some(rule) = policy.rank.as_ref().filter(|_| students.len() > 1) else { return String::new() };
    let compared = |e: &Evaluation| if rule.rounded { e.value.map(Rational::from) } else { e.exact };
    let counted = students.iter().filter_map(|(id, status, evaluation)| {
        let gpa = compared(evaluation).filter(|_| status.is_none_or(|s| rank::is_counted(rule, s)))?;
        Some((*id, gpa, evaluation.value?))
    });
    let counted: Vec<_> = counted.collect();
    let gpas: Vec<Rational> = counted.iter().map(|(_, gpa, _)| *gpa).collect();
    let mut lines: Vec<(u32, &str, String)> = rank::ranks(&gpas, rule.tie)
        .into_iter()
        .zip(&counted)
        .map(|(rank, (id, _, value))| (rank, *id, working::show_value(policy, *value)))
        .collect();
    lines.sort();
    let mut text = "ranks\n".to_owned();
    for (rank, id, value) in lines {
        let _ = writeln!(text, "  {rank} of {}  {id}  {value}", counted.len());
    }
    for (id, status, _) in students.iter().filter(|(id, _, _)| !counted.iter().any(|(known, _, _)| known == id)) {
        let _ = writeln!(text, "  not ranked  {id}  {}", status.unwrap_or("no GPA"));
    }
    text
}

/// The audit by area: needed, filled in order, open under the best filling.
#[must_use]
pub fn audit_text(requirements: &Requirements, audit: &Audit, exceptions: &[Exception]) -> String {
    let mut text = format!("{} ({})\n", requirements.label, requirements.name);
    let _ = writeln!(text, "  {:24} {:>8} {:>8} {:>8} {:>14}", "", "needed", "filled", "open", "after schedule");
    for (at, area) in requirements.areas.iter().enumerate().filter(|(at, _)| audit.needs[*at] > 0) {
        let _ = writeln!(
            text,
            "  {:24} {:>8} {:>8} {:>8} {:>14}",
            area.label,
            credits_text(audit.needs[at]),
            credits_text(audit.filled[at]),
            credits_text(audit.open[at]),
            credits_text(audit.open_after[at]),
        );
    }
    for exception in exceptions {
        let _ = writeln!(text, "  {}", exception.words(&exception.course));
    }
    let _ = writeln!(text, "  {}", audit.status().words());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: &str = "school_year,term,course,mark,credit_attempted,credit_earned,level,subject_area,grade_level\n\
                        2023-24,S1,APBIO,A,5,5,AP,SCI,10\n2023-24,S1,ENG10,B+,5,5,,ENG,10\n2023-24,S1,AVID,P,5,5,,ELEC,10\n";

    #[test]
    fn a_try_shows_every_row_with_its_fate_and_the_sum() {
        let file = read(Path::new("p.toml"), bundled("simple-4.0-weighted").unwrap()).unwrap();
        let text = try_on(&file, "t.csv", ROWS.as_bytes()).unwrap();
        let expected = "Simple 4.0 GPA, weighted (simple-4.0-weighted)\n  \
            2023-24 S1  APBIO  A    (4 +1) × 5 cr = 25\n  \
            2023-24 S1  AVID   P    out: mark is not in GPAs\n  \
            2023-24 S1  ENG10  B+   (3.3) × 5 cr = 16.5\n  \
            41.5 points / 10 credits attempted = 4.15, round half up, 3 places: 4.150\n  \
            credits: 15 attempted, 15 earned\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_try_of_requirements_shows_what_is_open() {
        let file = read(Path::new("p.toml"), bundled("lausd-2026").unwrap()).unwrap();
        let text = try_on(&file, "t.csv", ROWS.replace(",B+,", ",B,").as_bytes()).unwrap();
        assert!(text.contains("english                        40        5       35             35"), "{text}");
        assert!(text.ends_with("not met\n"), "{text}");
    }

    #[test]
    fn a_check_tells_what_the_policy_does() {
        let text = describe(&read(Path::new("p.toml"), bundled("uc").unwrap()).unwrap());
        for words in ["a-g" /* source */, "8 semesters", "replace", "cut off", "2 places", "grades", "only"] {
            assert!(words == "a-g" || text.contains(words), "{words}: {text}");
        }
    }
}
