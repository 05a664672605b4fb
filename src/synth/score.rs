//! The scoreboard: what was planted against what was found, class by class, in both directions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::fault::{Class, Expected, Plant, Truth, classes};
use crate::finding::{FindingRow, Severity};

/// One class on the scoreboard.
#[derive(Debug, Clone)]
pub struct ClassScore {
    /// The class.
    pub class: Class,
    /// Students into whom it was planted.
    pub planted: usize,
    /// Of them, students with any finding above info.
    pub found: usize,
    /// Of them, students with a finding of a check that names the class rightly.
    pub named: usize,
    /// Of them, students with such a finding of at least the expected severity.
    pub severe: usize,
    /// Students (ids) without any finding above info: what a GO would have let through.
    pub missed: Vec<String>,
    /// For students that were found under another name: what the checks said instead, with counts.
    pub instead: BTreeMap<String, usize>,
    /// By check that names the class rightly: how many of the students it spoke of.
    pub said: BTreeMap<String, usize>,
}

impl ClassScore {
    /// True when every planted fault was found, named rightly and judged severely enough.
    #[must_use]
    pub const fn is_perfect(&self) -> bool {
        self.planted == self.severe
    }
}

/// Everything planted against everything found.
#[derive(Debug, Clone)]
pub struct Scoreboard {
    /// Every class in order of number, seen or not.
    pub classes: Vec<ClassScore>,
    /// Findings on students without any planted fault, by severity and check.
    pub false_findings: BTreeMap<(Severity, String), usize>,
    /// Findings that are about no student (control totals, columns), by severity and check.
    pub not_about_a_student: BTreeMap<(Severity, String), usize>,
}

/// Holds the truth against the findings.
#[must_use]
pub fn score<'a>(truth: &[Truth], findings: impl IntoIterator<Item = &'a FindingRow>) -> Scoreboard {
    let touched: BTreeSet<&str> = truth.iter().map(|t| bare(&t.student_id)).collect();
    let mut by_student: BTreeMap<&str, Vec<&FindingRow>> = BTreeMap::new();
    let (mut false_findings, mut not_about_a_student) = (BTreeMap::new(), BTreeMap::new());
    for finding in findings {
        let student = bare(&finding.student_id);
        if touched.contains(student) {
            by_student.entry(student).or_default().push(finding);
            continue;
        }
        let list = if student.is_empty() { &mut not_about_a_student } else { &mut false_findings };
        *list.entry((finding.severity, finding.check.clone())).or_insert(0) += 1;
    }
    let mut planted: BTreeMap<u8, BTreeMap<&str, Expected>> = BTreeMap::new();
    for line in truth {
        planted.entry(line.class).or_default().entry(&line.student_id).or_insert(line.expected);
    }
    let none = BTreeMap::new();
    let classes = classes()
        .into_iter()
        .map(|class| {
            let students = planted.get(&class.id).unwrap_or(&none);
            score_class(class, students, &by_student)
        })
        .collect();
    Scoreboard { classes, false_findings, not_about_a_student }
}

/// Ids are told apart without their leading zeros, which a fault may have taken.
fn bare(id: &str) -> &str {
    id.trim_start_matches('0')
}

fn score_class(
    class: Class,
    students: &BTreeMap<&str, Expected>,
    findings: &BTreeMap<&str, Vec<&FindingRow>>,
) -> ClassScore {
    let mut score = ClassScore { planted: students.len(), ..ClassScore::none(class) };
    for (student, expected) in students {
        let rows = findings.get(bare(student)).map_or(&[][..], Vec::as_slice);
        let rows: Vec<&FindingRow> =
            rows.iter().copied().filter(|f| f.severity > Severity::Info && f.waiver.is_empty()).collect();
        if rows.is_empty() {
            score.missed.push((*student).to_owned());
            continue;
        }
        score.found += 1;
        let right = |f: &&FindingRow| expected.checks.contains(&f.check.as_str());
        let named: Vec<&FindingRow> = rows.iter().copied().filter(right).collect();
        score.named += usize::from(!named.is_empty());
        score.severe += usize::from(named.iter().any(|f| f.severity >= expected.severity));
        if named.iter().all(|f| f.severity < expected.severity) {
            let words: BTreeSet<String> = rows.iter().map(|f| format!("{} ({})", f.check, f.severity)).collect();
            *score.instead.entry(words.into_iter().collect::<Vec<_>>().join(" + ")).or_insert(0) += 1;
        }
        for check in named.iter().map(|f| f.check.clone()).collect::<BTreeSet<_>>() {
            *score.said.entry(check).or_insert(0) += 1;
        }
    }
    score
}

impl ClassScore {
    /// Nothing planted.
    const fn none(class: Class) -> Self {
        Self {
            class,
            planted: 0,
            found: 0,
            named: 0,
            severe: 0,
            missed: Vec::new(),
            instead: BTreeMap::new(),
            said: BTreeMap::new(),
        }
    }
}

impl Scoreboard {
    /// Classes that were planted and not all found, named and judged rightly.
    pub fn imperfect(&self) -> impl Iterator<Item = &ClassScore> {
        self.classes.iter().filter(|c| !c.is_perfect())
    }

    /// Adds another board of the same kind, on which other classes were planted.
    pub fn add(&mut self, other: Self) {
        for (mine, theirs) in self.classes.iter_mut().zip(other.classes) {
            if theirs.planted > 0 {
                *mine = theirs;
            }
        }
        for (key, count) in other.false_findings {
            *self.false_findings.entry(key).or_insert(0) += count;
        }
        for (key, count) in other.not_about_a_student {
            *self.not_about_a_student.entry(key).or_insert(0) += count;
        }
    }

    /// How many findings of at least this severity stand on untouched students.
    #[must_use]
    pub fn false_above(&self, severity: Severity) -> usize {
        self.false_findings.iter().filter(|((s, _), _)| *s >= severity).map(|(_, n)| n).sum()
    }

    /// How many planted faults were found, named and judged rightly, and how often a check that names its class spoke.
    #[must_use]
    pub fn points(&self) -> usize {
        self.classes.iter().map(|c| c.found + c.named + c.severe + c.said.values().sum::<usize>()).sum()
    }

    /// Scores a class that is planted into the project and not into a student: `seen` says that the gate refused.
    pub fn project(&mut self, id: u8, seen: bool) {
        let Some(score) = self.classes.iter_mut().find(|c| c.class.id == id) else { return };
        let points = usize::from(seen);
        (score.planted, score.found, score.named, score.severe) = (1, points, points, points);
        if seen {
            score.said = score.class.checks.iter().map(|c| ((*c).to_owned(), 1)).collect();
        }
    }

    /// The table that people read.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!(
            "{:<5} {:<50} {:>7} {:>7} {:>7} {:>8}\n",
            "class", "fault", "planted", "found", "named", "severity"
        );
        for score in &self.classes {
            let (name, words) = (score.class.name(), score.class.text);
            match score.class.plant {
                Plant::Unseen(why) => {
                    let _ = writeln!(text, "{name:<5} {words:<50} not visible: {why}");
                }
                _ if score.planted == 0 => {
                    let _ = writeln!(
                        text,
                        "{name:<5} {words:<50} not planted: no student here can have it, or none was left"
                    );
                }
                Plant::Student(_) | Plant::Day => {
                    let mark = if score.is_perfect() { "" } else { "  <" };
                    let _ = writeln!(
                        text,
                        "{name:<5} {words:<50} {:>7} {:>7} {:>7} {:>8}{mark}",
                        score.planted, score.found, score.named, score.severe
                    );
                    for (words, count) in &score.instead {
                        let _ = writeln!(text, "      {count} said instead: {words}");
                    }
                }
            }
        }
        for (title, list) in [
            ("findings on students without a planted fault", &self.false_findings),
            ("findings about no student", &self.not_about_a_student),
        ] {
            let _ = writeln!(text, "\n{title}: {}", list.values().sum::<usize>());
            for ((severity, check), count) in list.iter().rev() {
                let _ = writeln!(text, "  {severity:<8} {check:<32} {count}");
            }
        }
        text
    }
}
