//! From what `explain` knows of a student to the sheet of the help desk.

use std::collections::BTreeMap;

use super::{HelpItem, HelpRow, HelpSheet, HelpTable};
use crate::finding::{FindingRow, Severity};
use crate::report::sheet::{RowState, Section, StudentSheet};
use crate::report::words;

/// What a cause is, and where it is repaired.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repair {
    /// What happened, in one sentence.
    pub what: String,
    /// Where it is repaired.
    pub place: String,
}

impl HelpSheet {
    /// The sheet of a student. `district` stands at the top; `repairs` says by the name of a cause what it is and who
    /// repairs it; `due` is the day until which schools look into the rest.
    #[must_use]
    pub fn of(student: &StudentSheet, district: &str, repairs: &BTreeMap<String, Repair>, due: &str) -> Self {
        let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let facts = [
            fact("ID", &student.student_id),
            fact("Grade", &student.grade_level),
            fact("School", &student.school),
            fact("Matched", student.matched.trim_start_matches("matched ")),
        ];
        let open: Vec<&FindingRow> = student.findings.iter().filter(|f| f.waiver.is_empty()).collect();
        let mut sheet = Self {
            district: district.to_owned(),
            run: student.run.clone(),
            legacy: student.systems.0.clone(),
            new: student.systems.1.clone(),
            student_id: student.student_id.clone(),
            name: student.name.clone(),
            facts: facts.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
            answer: answer(&open),
            items: open.iter().map(|f| item(f, repairs.get(&f.cause), due)).collect(),
            tables: student.sections.iter().filter(|s| !s.rows.is_empty()).map(|s| table(s, student)).collect(),
            working: working(student),
            say: say(&open, student),
            seen_in: seen(&open),
            sources: sources(student),
            ..Self::default()
        };
        sheet.run = sheet.run.trim_start_matches("Rehearsal ").to_owned();
        sheet.fit()
    }
}

/// The working of what differs; `explain` on the terminal has all of it.
fn working(student: &StudentSheet) -> Vec<String> {
    let differs = |s: &&Section| s.rows.iter().any(|r| r.state != RowState::Same);
    student.sections.iter().filter(differs).flat_map(|s| s.working.iter().cloned()).collect()
}

fn answer(open: &[&FindingRow]) -> String {
    let noted = open.iter().filter(|f| f.severity == Severity::Info).count();
    let wrong = open.len() - noted;
    let also = match noted {
        0 => String::new(),
        n => format!(
            " {} noted below.",
            if n == 1 { "One thing is only".into() } else { format!("{n} things are only") }
        ),
    };
    match wrong {
        0 if noted == 0 => "No: nothing that was compared differs.".into(),
        0 => format!("No: nothing was lost or changed.{also}"),
        1 => format!("Yes: one thing is not as it was.{also}"),
        n => format!("Yes: {n} things are not as they were.{also}"),
    }
}

fn item(finding: &FindingRow, repair: Option<&Repair>, due: &str) -> HelpItem {
    let field = words::field(&finding.field);
    let gpa = finding.area == "gpa" && finding.field == "value";
    let field = if gpa { String::new() } else { field };
    let record = if gpa { format!("{} GPA", finding.record) } else { finding.record.clone() };
    let about: Vec<&str> = [record.as_str(), &field].into_iter().filter(|t| !t.is_empty()).collect();
    let about = if about.is_empty() { finding.check.replace('-', " ") } else { about.join(", ") };
    let with = |value: &str, none: &str| {
        if value.is_empty() { format!("{about}: {none}") } else { format!("{about}: {value}") }
    };
    let noted = finding.severity == Severity::Info;
    if finding.legacy_value.is_empty() && finding.new_value.is_empty() && !finding.note.is_empty() {
        let seen = format!("{about}: {}", finding.note);
        return HelpItem { seen, true_value: "see left".into(), ..whose(finding, repair, due, noted) };
    }
    HelpItem {
        seen: with(&finding.new_value, if finding.change == "---" { "not there" } else { "(empty)" }),
        true_value: match finding.change.as_str() {
            "+++" => "not in the old system".into(),
            _ => with(&finding.legacy_value, "(empty)"),
        },
        ..whose(finding, repair, due, noted)
    }
}

/// Who repairs it, and by when.
fn whose(finding: &FindingRow, repair: Option<&Repair>, due: &str, noted: bool) -> HelpItem {
    let (who, by) = match repair {
        Some(repair) => (format!("The migration team, for all students at once: {}", repair.what), ""),
        None if noted => ("Noted only; nobody need act".into(), ""),
        None => ("The school looks into it".into(), due),
    };
    HelpItem {
        severity: finding.severity.name().into(),
        who,
        by: by.into(),
        reference: finding.reference.clone(),
        ..HelpItem::default()
    }
}

fn table(section: &Section, student: &StudentSheet) -> HelpTable {
    let row = |r: &crate::report::sheet::SheetRow| HelpRow {
        cells: vec![r.record.clone(), r.legacy.clone(), r.new.clone()],
        differs: r.state != RowState::Same,
    };
    HelpTable {
        title: if section.title == "GPA" {
            section.title.clone()
        } else {
            words::capital(&section.title.to_lowercase())
        },
        note: if section.same > 0 {
            format!("{} more are the same", words::thousands(section.same))
        } else {
            String::new()
        },
        head: vec!["Record".into(), student.systems.0.clone(), student.systems.1.clone()],
        rows: section.rows.iter().map(row).collect(),
        more: 0,
    }
}

/// Each file once, with the first place in it.
fn sources(student: &StudentSheet) -> Vec<String> {
    let mut files: Vec<&str> = Vec::new();
    let mut places = Vec::new();
    for place in &student.sources {
        let file = place.split(' ').next().unwrap_or_default();
        if !files.contains(&file) {
            files.push(file);
            places.push(place.clone());
        }
    }
    places
}

fn say(open: &[&FindingRow], student: &StudentSheet) -> Vec<String> {
    let compared = words::plural(student.values_compared, "value");
    let Some(worst) = open.iter().find(|f| f.severity > Severity::Info) else {
        let end = if open.is_empty() { "found no difference" } else { "found nothing lost and nothing changed" };
        return vec![format!("We compared your record in both systems, {compared}, and {end}.")];
    };
    vec![
        "We know that your record was not carried over as it was, and nothing is lost: the old system still has it."
            .into(),
        "The list above says what is different. The school has the same list, and it is being worked on.".into(),
        format!("Please keep this number: {}.", worst.reference),
    ]
}

fn seen(open: &[&FindingRow]) -> String {
    let mut runs: Vec<&str> = open.iter().map(|f| f.first_seen.as_str()).filter(|r| !r.is_empty()).collect();
    runs.sort_unstable();
    runs.dedup();
    if runs.is_empty() { String::new() } else { format!("First seen in {}", runs.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::summary::example::finding;

    fn student(findings: Vec<FindingRow>) -> StudentSheet {
        StudentSheet {
            run: "Rehearsal R4".into(),
            systems: ("Aeries".into(), "PowerSchool".into()),
            student_id: "0041877".into(),
            name: "Okafor, Amara".into(),
            values_compared: 214,
            findings,
            ..StudentSheet::default()
        }
    }

    #[test]
    fn a_known_cause_says_who_repairs_it() {
        let mut open = finding("mark-changed", Severity::Critical, "0041877", "012");
        open.cause = "9f2c41d07a".into();
        let repair = Repair { what: "mark P* became empty".into(), place: "crosswalks/mark.csv line 14".into() };
        let repairs = BTreeMap::from([("9f2c41d07a".to_owned(), repair)]);
        let sheet = HelpSheet::of(&student(vec![open]), "Maple Valley SD", &repairs, "2026-06-12");
        assert!(sheet.items[0].who.contains("mark P* became empty"));
    }

    #[test]
    fn a_clean_student_gets_a_clear_answer() {
        let sheet = HelpSheet::of(&student(Vec::new()), "Maple Valley SD", &BTreeMap::new(), "");
        assert!(sheet.answer.starts_with("No:") && sheet.say[0].contains("214 values"));
        assert_eq!(sheet.run, "R4");
    }

    #[test]
    fn open_items_say_what_the_family_sees_and_waived_ones_stay_out() {
        let mut waived = finding("mark-changed", Severity::Critical, "0041877", "012");
        waived.waiver = "W-1".into();
        let open = finding("class-missing", Severity::Critical, "0041877", "012");
        let sheet = HelpSheet::of(&student(vec![open, waived]), "Maple Valley SD", &BTreeMap::new(), "2026-06-12");
        assert_eq!(
            (sheet.items[0].who.as_str(), sheet.items[0].by.as_str()),
            ("The school looks into it", "2026-06-12")
        );
        assert_eq!(sheet.answer, "Yes: one thing is not as it was.");
        assert_eq!(sheet.items.len(), 1);
        assert!(sheet.items[0].seen.ends_with("not there"), "{}", sheet.items[0].seen);
        assert_eq!(sheet.seen_in, "First seen in R3");
    }
}
