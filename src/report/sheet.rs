//! One student, side by side: what `explain` shows the help desk, as text. Values come as texts; nothing is computed here.

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use super::visible::visible;
use crate::finding::FindingRow;

/// Everything that `explain` says about one student.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct StudentSheet {
    /// `Rehearsal R4`.
    pub run: String,
    /// What people call the two systems.
    pub systems: (String, String),
    /// `Last, First`.
    pub name: String,
    /// The id as the legacy system prints it.
    pub student_id: String,
    /// Grade level.
    pub grade_level: String,
    /// School.
    pub school: String,
    /// `matched by student_id`, or on which side the student is missing.
    pub matched: String,
    /// How many values of the student were compared.
    pub values_compared: u64,
    /// Areas, in the order of reports.
    pub sections: Vec<Section>,
    /// The student's findings, worst first.
    pub findings: Vec<FindingRow>,
    /// `legacy/TRN.txt lines 12-40`.
    pub sources: Vec<String>,
}

/// One area of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Section {
    /// `SCHEDULE`.
    pub title: String,
    /// Records that differ, or all of them when the reader asked for all.
    pub rows: Vec<SheetRow>,
    /// Records that are the same and were left out.
    pub same: u64,
    /// The working, when there is one.
    pub working: Vec<String>,
}

/// One record, or one pair of records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SheetRow {
    /// How the two sides stand.
    pub state: RowState,
    /// What record: `2024-25 S2 ALG2H`.
    pub record: String,
    /// The legacy side's values.
    pub legacy: String,
    /// The new side's values.
    pub new: String,
}

/// How the two sides of a row stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowState {
    /// Nothing differs.
    #[default]
    Same,
    /// A value differs.
    Differs,
    /// Only one side has it.
    OneSided,
    /// No unique partner.
    Ambiguous,
}

impl RowState {
    const fn mark(self) -> char {
        match self {
            Self::Same => ' ',
            Self::Differs => '!',
            Self::OneSided => 'x',
            Self::Ambiguous => '?',
        }
    }
}

impl StudentSheet {
    /// The sheet as text of at most `width` columns. Nothing of the data moves a cursor or hides.
    #[must_use]
    pub fn text(&self, width: usize) -> String {
        self.visible().write(width)
    }

    /// The sheet with every unseen character spelled out.
    fn visible(&self) -> Self {
        let mut sheet = self.clone();
        let own = [&mut sheet.run, &mut sheet.name, &mut sheet.student_id, &mut sheet.grade_level, &mut sheet.school];
        let systems = [&mut sheet.matched, &mut sheet.systems.0, &mut sheet.systems.1];
        own.into_iter().chain(systems).chain(&mut sheet.sources).for_each(spell);
        for section in &mut sheet.sections {
            section.working.iter_mut().for_each(spell);
            for row in &mut section.rows {
                [&mut row.record, &mut row.legacy, &mut row.new].into_iter().for_each(spell);
            }
        }
        for f in &mut sheet.findings {
            let values = [&mut f.record, &mut f.legacy_value, &mut f.new_value, &mut f.note, &mut f.waiver];
            values.into_iter().for_each(spell);
        }
        sheet
    }

    fn write(&self, width: usize) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "{} · {} · grade {} · {}   {}",
            self.name, self.student_id, self.grade_level, self.school, self.run
        );
        let open = self.findings.iter().filter(|f| f.waiver.is_empty()).count();
        let _ = writeln!(
            out,
            "{} · {} values compared · {}",
            self.matched,
            self.values_compared,
            match open {
                0 => "no open finding".to_owned(),
                1 => "1 open finding".to_owned(),
                n => format!("{n} open findings"),
            }
        );
        for section in &self.sections {
            section.write(&mut out, width, &self.systems);
        }
        self.write_findings(&mut out, width);
        if !self.sources.is_empty() {
            out.push('\n');
            for source in &self.sources {
                let _ = writeln!(out, "source  {source}");
            }
        }
        out
    }

    fn write_findings(&self, out: &mut String, width: usize) {
        if self.findings.is_empty() {
            return;
        }
        let _ = writeln!(out, "\nFINDINGS");
        for finding in &self.findings {
            let waived =
                if finding.waiver.is_empty() { String::new() } else { format!("  (waived: {})", finding.waiver) };
            let _ = writeln!(out, "  {:<8}  {}{waived}", finding.severity.name(), finding.check);
            let values = match (finding.legacy_value.as_str(), finding.new_value.as_str()) {
                ("", "") => finding.change.clone(),
                (legacy, new) => format!("{} -> {}", or_empty(legacy), or_empty(new)),
            };
            let field = if finding.field.is_empty() { String::new() } else { format!("{}: ", finding.field) };
            for line in wrap(&format!("{}  {field}{values}", finding.record), width.saturating_sub(12)) {
                let _ = writeln!(out, "            {line}");
            }
            for line in wrap(&finding.note, width.saturating_sub(12)) {
                let _ = writeln!(out, "            {line}");
            }
            for line in wrap(&finding.cause, width.saturating_sub(12)) {
                let _ = writeln!(out, "            {line}");
            }
            let _ = writeln!(out, "            ref {}", finding.reference);
        }
    }
}

impl Section {
    fn write(&self, out: &mut String, width: usize, systems: &(String, String)) {
        let label = self.rows.iter().map(|r| columns(&r.record)).max().unwrap_or(0).clamp(12, 30);
        let side = width.saturating_sub(label + 8) / 2;
        let _ =
            writeln!(out, "\n{}  {}  {}", pad(&self.title, label + 4), pad(&systems.0, side), clip(&systems.1, side));
        for row in &self.rows {
            let line = format!(
                "  {} {}  {}  {}",
                row.state.mark(),
                pad(&row.record, label),
                pad(or_none(&row.legacy), side),
                clip(or_none(&row.new), side)
            );
            let _ = writeln!(out, "{}", line.trim_end());
        }
        match self.same {
            0 => {}
            n => {
                let _ = writeln!(out, "    … {n} same");
            }
        }
        for line in &self.working {
            let _ = writeln!(out, "    {line}");
        }
    }
}

fn spell(text: &mut String) {
    if let Cow::Owned(spelled) = visible(text) {
        *text = spelled;
    }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "(none)" } else { text }
}

fn or_empty(text: &str) -> &str {
    if text.is_empty() { "(empty)" } else { text }
}

/// Columns that a text takes on a terminal, near enough for names and codes: composed characters count once.
fn columns(text: &str) -> usize {
    text.nfc().count()
}

fn clip(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let mut short: String = text.nfc().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}

fn pad(text: &str, width: usize) -> String {
    let mut text = clip(text, width);
    for _ in columns(&text)..width {
        text.push(' ');
    }
    text
}

/// Breaks a text at blanks into lines of at most `width` columns.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_a_student_moves_the_cursor_or_starts_a_line() {
        let evil = || "A\u{1b}[2J\u{202e}\u{9b}31m\nFINDINGS none\r".to_owned();
        let mut finding = crate::report::summary::example::finding(
            "mark-changed",
            crate::finding::Severity::Critical,
            "0041877",
            "012",
        );
        (finding.record, finding.legacy_value, finding.note) = (evil(), evil(), evil());
        let sheet = StudentSheet {
            name: evil(),
            student_id: evil(),
            school: evil(),
            sections: vec![Section {
                title: "SCHEDULE".into(),
                rows: vec![SheetRow { record: evil(), legacy: evil(), new: evil(), ..SheetRow::default() }],
                same: 0,
                working: vec![evil()],
            }],
            findings: vec![finding],
            sources: vec![evil()],
            ..StudentSheet::default()
        };
        let text = sheet.text(80);
        let unseen = |c: char| c != '\n' && crate::report::visible::is_unseen(c);
        assert!(!text.chars().any(unseen), "{text:?}");
        assert!(!text.lines().any(|l| l.starts_with("FINDINGS none")), "{text}");
    }

    #[test]
    fn a_sheet_fits_eighty_columns_and_shows_both_sides() {
        let row = |state, record: &str, legacy: &str, new: &str| SheetRow {
            state,
            record: record.into(),
            legacy: legacy.into(),
            new: new.into(),
        };
        let sheet = StudentSheet {
            run: "R4".into(),
            systems: ("Aeries".into(), "PowerSchool".into()),
            name: "Muñoz, Ana".into(),
            student_id: "0041877".into(),
            grade_level: "12".into(),
            school: "012".into(),
            matched: "matched by student_id".into(),
            values_compared: 214,
            sections: vec![Section {
                title: "SCHEDULE".into(),
                rows: vec![
                    row(RowState::Differs, "S1 P1 ENG12AP", "Diaz  2-115", "Lund  2-115"),
                    row(RowState::OneSided, "S1 P4 CHOIR3", "Lund  AUD", ""),
                ],
                same: 3,
                working: Vec::new(),
            }],
            ..StudentSheet::default()
        };
        let text = sheet.text(80);
        assert!(text.lines().all(|l| columns(l) <= 80), "{text}");
        assert!(text.contains("x S1 P4 CHOIR3"));
        assert!(text.contains("(none)"));
        assert!(text.contains("… 3 same"));
    }
}
