//! What answers lead to: corrections for the legacy system, corrections for the vendor, proposed waivers.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::{Answer, Problem};
use crate::error::Error;
use crate::report::excel::escape_cell;
use crate::report::excel_csv::ExcelCsv;
use crate::report::packs::Resolution;

/// Columns of the correction lists.
const COLUMNS: [&str; 12] = [
    "ref",
    "school",
    "check",
    "student_id",
    "record",
    "field",
    "value_now",
    "value_wanted",
    "action",
    "answered_by",
    "note",
    "run",
];

/// One of the two systems.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Legacy,
    Vendor,
}

/// Writes `corrections-legacy.csv` and `corrections-vendor.csv` into a folder, for people in Excel.
///
/// # Errors
/// When they can not be written.
pub fn write_corrections(folder: &Path, answers: &[Answer]) -> Result<(), Error> {
    for (name, target) in [("corrections-legacy.csv", Target::Legacy), ("corrections-vendor.csv", Target::Vendor)] {
        let mut file = ExcelCsv::create(&folder.join(name))?;
        file.record(COLUMNS.map(escape_cell))?;
        for answer in answers {
            if let Some((now, wanted, action)) = correction(answer, target) {
                let a = answer;
                let cells = [
                    &*a.reference,
                    &a.school,
                    &a.check,
                    &a.student_id,
                    &a.record,
                    &a.field,
                    now,
                    wanted,
                    action,
                    &a.initials,
                    &a.note,
                    &a.run,
                ];
                file.record(cells.map(escape_cell))?;
            }
        }
        file.finish()?;
    }
    Ok(())
}

/// Writes `problems.csv`: every row that needs a second look, for people in Excel.
///
/// # Errors
/// When it can not be written.
pub fn write_problems(folder: &Path, problems: &[Problem]) -> Result<(), Error> {
    let mut file = ExcelCsv::create(&folder.join("problems.csv"))?;
    file.record(["file", "place", "ref", "kind", "what"].map(escape_cell))?;
    for p in problems {
        file.record([&*p.file, &p.place, &p.reference, p.kind.word(), &p.text].map(escape_cell))?;
    }
    file.finish()
}

/// (value now, value wanted, what to do) for one system, when the answer asks anything of it.
fn correction(answer: &Answer, target: Target) -> Option<(&str, &str, &'static str)> {
    let (legacy, new) = (answer.legacy_value.as_str(), answer.new_value.as_str());
    let correct = answer.correct_value.as_str();
    match (answer.resolution, target, answer.change.as_str()) {
        (Resolution::NewIsRight, Target::Legacy, "->") => Some((legacy, new, "change the value")),
        (Resolution::NewIsRight, Target::Legacy, "---") => Some((legacy, "", "remove the record")),
        (Resolution::NewIsRight, Target::Legacy, _) => Some(("", new, "add the record")),
        (Resolution::LegacyIsRight, Target::Vendor, "->") => Some((new, legacy, "change the value")),
        (Resolution::LegacyIsRight, Target::Vendor, "---") => Some(("", legacy, "load the record")),
        (Resolution::LegacyIsRight, Target::Vendor, _) => Some((new, "", "remove the record")),
        (Resolution::BothWrong, Target::Legacy, _) => Some((legacy, correct, "change the value")),
        (Resolution::BothWrong, Target::Vendor, _) => Some((new, correct, "change the value")),
        (Resolution::ShouldNotMigrate, Target::Vendor, "+++" | "->") => Some((new, "", "remove the record")),
        _ => None,
    }
}

/// Waivers that the answers suggest, as text for `waivers.toml`: findings that a school calls the same thing in other
/// words, or that should not have been exported. One a check and school, capped at what was answered. Nobody has
/// approved them: every line is a comment until a person fills in approver and end and takes the marks off.
#[must_use]
pub fn proposed_waivers(answers: &[Answer]) -> String {
    let mut groups: BTreeMap<(&str, &str), Vec<&Answer>> = BTreeMap::new();
    for answer in answers {
        let accepted = match answer.resolution {
            Resolution::SameThing => true,
            Resolution::ShouldNotMigrate => answer.change == "---",
            _ => false,
        };
        if accepted {
            groups.entry((&answer.check, &answer.school)).or_default().push(answer);
        }
    }
    let mut out = String::from(
        "# Proposed by schools' answers. Nothing here is in force: name an approver and a last day, then move the block\n\
         # to waivers.toml without the leading marks.\n",
    );
    for ((check, school), group) in groups {
        let mut owners: Vec<&str> = group.iter().map(|a| a.initials.as_str()).filter(|i| !i.is_empty()).collect();
        owners.sort_unstable();
        owners.dedup();
        let notes = group.iter().map(|a| a.note.as_str()).find(|n| !n.is_empty()).unwrap_or("answered by the school");
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string().replace(['\n', '\r'], " ");
        let _ = writeln!(out, "\n# [[waive]]\n# check = {}", quoted(check));
        let _ = writeln!(out, "# schools = [{}]\n# max = {}", quoted(school), group.len());
        let _ = writeln!(out, "# reason = {}\n# owner = {}", quoted(notes), quoted(&owners.join(", ")));
        let _ = writeln!(out, "# approver = \"\"\n# expires = ");
    }
    out
}
