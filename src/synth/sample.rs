//! The sample data that ships with the project: an invented district of a few hundred students, moved from an
//! Aeries-like to a PowerSchool-like system with legitimate differences and one fault of each of some twenty kinds.

use std::fmt::Write as _;
use std::path::Path;

use super::district::District;
use super::fault::{Planter, Truth, classes};
use super::layout::{Dress, System};
use super::migration::{Plan, save, write_migration};
use crate::error::Error;

/// Seed of the sample district.
const SEED: u64 = 2026;
/// Its size.
const STUDENTS: u32 = 300;
/// The fault classes in it, each once.
pub const SAMPLE_FAULTS: [u8; 24] =
    [1, 2, 8, 10, 11, 103, 15, 13, 19, 27, 28, 29, 47, 51, 57, 64, 70, 83, 87, 90, 91, 93, 98, 100];

/// Writes `sample-data/maple-valley`. Same bytes every time, on every machine.
///
/// # Errors
/// When a file can not be written.
pub fn write_sample(dir: &Path) -> Result<Vec<Truth>, Error> {
    let district = District::generate(SEED, STUDENTS);
    let legacy = Dress::default();
    let new = Dress {
        renumber_sections: true,
        renumber_terms: true,
        halves: true,
        purged: true,
        gpa_digits: 3,
        ..Dress::default()
    };
    let planter = Planter::one_each(SEED, &district, System::PowerSchool, &new, &SAMPLE_FAULTS);
    let plan = Plan {
        name: "Maple Valley SD".into(),
        legacy: (System::Aeries, legacy),
        new: (System::PowerSchool, new),
        faults: Some(planter),
    };
    let migration = write_migration(dir, &district, &plan, &|_| ())?;
    let truth = migration.new.truth;
    let from = dir.join("truth.csv");
    std::fs::rename(&from, dir.join("faults.csv")).map_err(|e| Error::write(&from, e))?;
    save(&dir.join("README.md"), &readme(&district, &truth))?;
    Ok(truth)
}

fn readme(district: &District, truth: &[Truth]) -> String {
    let mut text = format!(
        "# Maple Valley: a migration that must not go live\n\n\
         An invented district of {} students at {} schools leaves Aeries for PowerSchool. No person in it exists; the\n\
         files are made from a seed by `rollproof::synth::write_sample`, and a test holds them to it byte by byte.\n\n\
         ```sh\ncargo run -- run -C sample-data/maple-valley --gate\n```\n\n\
         ends in NO-GO with the faults listed below, what follows from them, and nothing else. `rollproof explain 0020302` shows\n\
         how one lost summer class moves a GPA: both sides are computed again by the policies that `rollproof.toml` names.\n\
         Each fault is a single one: `rollproof causes` proves no cause.\n\n\
         ## What differs legitimately, and is not a finding\n\n\
         - `legacy/` is Windows-1252 with commas and upper-case names; `new/` is UTF-8 with tabs.\n\
         - Ids keep their leading zeros on both sides.\n\
         - Sections and terms are renumbered; the crosswalks translate schools, courses, teachers, marks and calendars.\n\
         - A year-long class of legacy is two semester rows in new, and so is a year mark in the history.\n\
         - PowerSchool's end dates are the day after; Aeries' are the last day.\n\
         - Classes that a student dropped are purged in new.\n\
         - Stored GPAs have four digits in legacy and three in new.\n\n\
         ## What is wrong in `new/`\n\n\
         One fault a line; `faults.csv` is the same list for machines.\n\n\
         | fault | student | what went wrong | record (codes of the new system) | check |\n|---|---|---|---|---|\n",
        district.students(),
        district.schools.len()
    );
    let classes = classes();
    for line in truth {
        let Some(class) = classes.iter().find(|c| c.id == line.class) else { continue };
        let check = class.checks.first().copied().unwrap_or("none");
        let record = if line.record.is_empty() { "all of it" } else { line.record.as_str() };
        let _ = writeln!(text, "| {} | {} | {} | {record} | {check} |", class.name(), line.student_id, class.text);
    }
    text.push_str(
        "\n## What follows\n\n\
         - A missing row or a changed credit leaves the stored GPA behind: `gpa-stale`, with the rows that moved it.\n\
         - A dropped class that graduation needs: `needed-class-unscheduled`, and its second half: `sequence-broken`.\n\
         - A double booking of a needed class: `needed-class-in-conflict`.\n\
         - A truncated GPA is not what the new rows give: `gpa-not-reproducible`, minor.\n\
         - `senior-cannot-finish` (info) lists seniors who are short on both sides: no fault of the migration.\n",
    );
    text
}
