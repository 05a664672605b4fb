//! Causes as text: the list that `rollproof causes` prints, one cause in full, and the columns of causes.csv.

use std::fmt::Write as _;

use super::model::{Cause, Causes};

/// Columns of causes.csv.
pub const CSV_HEADER: [&str; 19] = [
    "number",
    "id",
    "proved",
    "cause",
    "pattern",
    "condition",
    "fields",
    "findings",
    "students",
    "students_with_consequences",
    "schools",
    "critical",
    "major",
    "minor",
    "explained",
    "of",
    "would_break",
    "stay",
    "fix",
];

/// Lines to repair that are shown unless all are asked for.
const LINES: usize = 40;

impl Cause {
    /// One line of causes.csv, in the order of [`CSV_HEADER`].
    #[must_use]
    pub fn csv(&self) -> Vec<String> {
        use crate::finding::Severity::{Critical, Major, Minor};
        let severity = |s| self.severities.get(&s).copied().unwrap_or(0).to_string();
        let schools: Vec<&str> = self.schools.iter().map(|s| s.school.as_str()).collect();
        vec![
            self.number.to_string(),
            self.id.clone(),
            if self.proved { "proved" } else { "hint" }.to_owned(),
            self.sentence.clone(),
            self.pattern.clone(),
            self.conditions(),
            self.fields.join(" "),
            self.findings.to_string(),
            self.students.to_string(),
            self.students_in_all.to_string(),
            schools.join(" "),
            severity(Critical),
            severity(Major),
            severity(Minor),
            self.proof.explained.to_string(),
            self.proof.of.to_string(),
            self.proof.broken.to_string(),
            self.proof.stay.to_string(),
            self.fix.line(),
        ]
    }

    /// `school = 012; term = SU`; empty when all records are meant.
    #[must_use]
    pub fn conditions(&self) -> String {
        let terms: Vec<String> = self.condition.iter().map(|t| format!("{} = {}", t.field, t.value)).collect();
        terms.join("; ")
    }

    /// The cause in full, for `rollproof explain cause:N`. Without students: those are listed from the findings. Of
    /// lines to repair the first are shown, or all.
    #[must_use]
    pub fn page(&self, all: bool) -> String {
        let mut text = String::new();
        let word = if self.proved { "proved" } else { "a hint, not proved" };
        let _ = writeln!(text, "Cause {} · {} · {word}\n{}\n", self.number, self.id, self.sentence);
        let _ = writeln!(text, "  concerns   {}, {}", count(self.findings, "finding"), count(self.students, "student"));
        let _ = writeln!(text, "  fields     {}", self.fields.join(", "));
        let everywhere = "all records";
        let condition = self.conditions();
        let _ = writeln!(text, "  condition  {}", if condition.is_empty() { everywhere } else { &condition });
        let _ = writeln!(text, "  proof      {}", self.proof);
        let _ = writeln!(text, "  fix        {}", self.fix.line());
        for consequence in &self.consequences {
            let (findings, students) = (count(consequence.findings, "finding"), count(consequence.students, "student"));
            let part = consequence.percent.map_or_else(String::new, |p| format!(" ({p} % of the differences)"));
            let _ = writeln!(text, "  follows    {}: {findings}, {students}{part}", consequence.what);
        }
        if !self.consequences.is_empty() {
            let _ = writeln!(text, "  in all     {}", count(self.students_in_all, "student"));
        }
        self.lines(&mut text, if all { self.fix.lines.len() } else { LINES });
        self.tables(&mut text);
        text
    }

    fn lines(&self, text: &mut String, shown: usize) {
        if !self.fix.lines.is_empty() {
            let _ = writeln!(text, "\n  lines as they should be");
        }
        for line in self.fix.lines.iter().take(shown) {
            let number = if line.line == 0 { "new".to_owned() } else { line.line.to_string() };
            let _ = writeln!(text, "  {}:{number}  {}", line.file, line.text);
        }
        if self.fix.lines.len() > shown {
            let _ = writeln!(text, "  … {} more (--all lists them)", self.fix.lines.len() - shown);
        }
    }

    fn tables(&self, text: &mut String) {
        if !self.schools.is_empty() {
            let _ = writeln!(text, "\n  school      students   findings");
        }
        for school in self.schools.iter().take(20) {
            let code = if school.school.is_empty() { "(none)" } else { &school.school };
            let _ = writeln!(text, "  {code:<10} {:>9} {:>10}", school.students, school.findings);
        }
        if self.schools.len() > 20 {
            let _ = writeln!(text, "  … {} more", self.schools.len() - 20);
        }
        if !self.pairs.is_empty() {
            let _ = writeln!(text, "\n  values");
        }
        for pair in &self.pairs {
            let shown = |t: &str| if t.is_empty() { "(empty)".to_owned() } else { t.to_owned() };
            let _ = writeln!(text, "  {:>9}  {} -> {}", pair.count, shown(&pair.legacy), shown(&pair.new));
        }
    }
}

impl super::model::Fix {
    /// Place, proposal and owner on one line.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = self.place.clone();
        if !self.proposal.is_empty() {
            let _ = write!(line, ": {}", self.proposal);
        }
        if !self.owner.is_empty() {
            let _ = write!(line, " ({})", self.owner);
        }
        line
    }
}

impl Causes {
    /// The list that `rollproof causes` prints: proved causes, hints, and what is left.
    #[must_use]
    pub fn list(&self) -> String {
        let mut text = String::new();
        if self.causes.is_empty() {
            text.push_str("No cause explains several findings at once.\n");
        }
        let mut hints = false;
        for cause in &self.causes {
            if !cause.proved && !hints {
                hints = true;
                text.push_str("\nHints (not proved)\n");
            }
            let (findings, students) = (cause.findings_in_all(), cause.students_in_all);
            let _ = writeln!(text, "{:>3}  {}", cause.number, cause.sentence);
            let _ = writeln!(text, "     {}, {}", count(findings, "finding"), count(students, "student"));
            let _ = writeln!(text, "     {}", cause.proof);
            let _ = writeln!(text, "     fix: {}", cause.fix.line());
        }
        let single = self.single();
        let _ = writeln!(text, "\n{} no cause explains", count(single, "finding"));
        text
    }
}

impl Cause {
    /// Findings with consequences.
    #[must_use]
    pub fn findings_in_all(&self) -> u64 {
        self.findings + self.consequences.iter().map(|c| c.findings).sum::<u64>()
    }
}

fn count(n: u64, what: &str) -> String {
    let digits = n.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{grouped} {what}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cause::{Fix, Proof, SchoolShare, Term};

    fn cause() -> Cause {
        Cause {
            number: 1,
            id: "9f2c41d07a".into(),
            proved: true,
            sentence: "transcript gpa weight `1` became `0` for course SCI11AP".into(),
            condition: vec![Term { field: "course".into(), value: "SCI11AP".into() }],
            fields: vec!["transcript.gpa_weight".into()],
            findings: 1061,
            students: 58,
            students_in_all: 58,
            proof: Proof { explained: 1061, of: 1061, students: 58, broken: 0, stay: 3 },
            fix: Fix {
                place: "Campus: TR.WT".into(),
                proposal: "load again".into(),
                is_vendors: true,
                owner: "Ops".into(),
                lines: Vec::new(),
            },
            schools: vec![SchoolShare { school: "012".into(), findings: 1061, students: 58 }],
            ..Cause::default()
        }
    }

    #[test]
    fn a_page_says_what_where_and_how_sure() {
        let page = cause().page(false);
        for part in [
            "Cause 1 · 9f2c41d07a · proved",
            "1,061 findings, 58 students",
            "condition  course = SCI11AP",
            "explains 1061 of 1061 findings, 58 students; 0 agreeing rows would break; 3 findings of the same kind stay",
            "fix        Campus: TR.WT: load again (Ops)",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
    }

    #[test]
    fn a_line_of_the_csv_has_a_cell_for_every_column() {
        assert_eq!(cause().csv().len(), CSV_HEADER.len());
    }

    #[test]
    fn the_list_ends_with_what_no_cause_explains() {
        let causes =
            Causes { causes: vec![cause()], of_finding: vec![1, 0, 0], follows: vec![false; 3], ..Causes::default() };
        assert!(causes.list().ends_with("2 findings no cause explains\n"), "{}", causes.list());
    }
}
