//! A whole invented migration on disk: both sides, the crosswalks between their codes, the project file and the truth.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::district::District;
use super::fault::{Planter, Truth};
use super::history::MARKS;
use super::layout::{Codes, Dress, System};
use super::write::{Written, write_side};
use crate::error::Error;
use crate::mapping::SHIPPED;

/// What to write.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Name of the district.
    pub name: String,
    /// The legacy side.
    pub legacy: (System, Dress),
    /// The new side.
    pub new: (System, Dress),
    /// Faults of the new side.
    pub faults: Option<Planter>,
}

/// Both sides as written.
#[derive(Debug, Clone)]
pub struct Migration {
    /// The legacy side.
    pub legacy: Written,
    /// The new side.
    pub new: Written,
}

/// Writes `legacy/`, `new/`, `crosswalks/`, `rollproof.toml` and, when faults are planted, `truth.csv`. `progress`
/// hears how many students of both sides together are written.
///
/// # Errors
/// When a file can not be written.
pub fn write_migration(
    dir: &Path,
    district: &District,
    plan: &Plan,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Migration, Error> {
    let (legacy, new) = (&plan.legacy, &plan.new);
    let old = write_side(district, legacy.0, &legacy.1, &dir.join("legacy"), None, progress)?;
    let half = u64::from(district.students());
    let further = |done| progress(half + done);
    let fresh = write_side(district, new.0, &new.1, &dir.join("new"), plan.faults.as_ref(), &further)?;
    let mut teachers = old.teachers.clone();
    teachers.extend(&fresh.teachers);
    let names = crosswalks(dir, district, plan, &teachers)?;
    let mut text = project_head(plan);
    for (side, (system, dress)) in [("legacy", legacy), ("new", new)] {
        let mapping = mapping_of(dir, side, *system, dress)?;
        let label = system.label();
        let _ = write!(
            text,
            "\n[sides.{side}]\nmapping = \"{mapping}\"\nroot = \"{side}\"\nas_of = 2026-06-01\nlabel = \"{label}\"\n"
        );
        if system.style().windows_1252 {
            text.push_str("encoding = \"windows-1252\"\n");
        }
    }
    for name in names {
        let _ =
            write!(text, "\n[crosswalks.{name}]\nfile = \"crosswalks/{name}.csv\"\nfrom = \"legacy\"\nto = \"new\"\n");
    }
    text.push_str(&project_tail(plan));
    save(&dir.join("rollproof.toml"), &text)?;
    if plan.faults.is_some() {
        save(&dir.join("truth.csv"), &truth_csv(&fresh.truth))?;
    }
    Ok(Migration { legacy: old, new: fresh })
}

/// Writes a text file.
pub(super) fn save(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| Error::write(folder, e))?;
    }
    std::fs::write(path, text).map_err(|e| Error::write(path, e))
}

/// The truth list as a table.
#[must_use]
pub fn truth_csv(truth: &[Truth]) -> String {
    let mut text = "fault,student_id,entity,record,check,severity,cluster\n".to_owned();
    for line in truth {
        let Truth { class, student_id, entity, record, expected, cluster } = line;
        let (record, checks) = (record.replace(',', " "), expected.checks.join(" | "));
        let _ = writeln!(text, "F{class:02},{student_id},{entity},{record},{checks},{},{cluster}", expected.severity);
    }
    text
}

fn project_head(plan: &Plan) -> String {
    format!(
        "# An invented migration, made from a seed. No person in it exists.\nschema = 1\n\n[migration]\n\
         district = \"{}\"\ntimezone = \"America/Los_Angeles\"\ncutover = 2026-07-01\nrehearsal = \"R1\"\n",
        plan.name
    )
}

/// The policies that a district of this generator follows.
const POLICIES: &str = "\n[policies]\n# How GPAs are computed and what graduation needs: with these, both sides are computed again from their rows.\n\
    gpa = { weighted = \"simple-4.0-weighted\", unweighted = \"simple-4.0\" }\ngraduation = \"lausd-2026\"\n";

fn project_tail(plan: &Plan) -> String {
    let mut text = "\n[matching]\nstudent = [\"student_id\", \"state_id\"]\n".to_owned();
    if plan.legacy.1.room_labels != plan.new.1.room_labels {
        text.push_str(
            "\n[checks]\n# Rooms have other labels in the new system.\n\"room-changed\" = \"info\"\n\
             \"homeroom-changed\" = \"info\"\n",
        );
    }
    text.push_str(POLICIES);
    text
}

/// Writes the crosswalks whose codes differ and returns their names.
fn crosswalks(
    dir: &Path,
    district: &District,
    plan: &Plan,
    teachers: &BTreeSet<u32>,
) -> Result<Vec<&'static str>, Error> {
    let (legacy, new) =
        (Codes { system: plan.legacy.0, dress: &plan.legacy.1 }, Codes { system: plan.new.0, dress: &plan.new.1 });
    let catalogue = &district.catalogue;
    let schools = (0..district.schools.len()).map(Some).chain([None]);
    let marks = MARKS.iter().map(|(m, _)| *m).chain(["P", "NP", "I", "W"]);
    let tables: [(&'static str, Vec<(String, String, String)>); 6] = [
        (
            "school",
            schools
                .map(|s| {
                    let name = s.map_or("outside the district", |i| district.schools[i].name.as_str());
                    (legacy.school(s), new.school(s), name.to_owned())
                })
                .collect(),
        ),
        (
            "course",
            (0..catalogue.courses.len())
                .map(|c| {
                    let title = catalogue.courses[c].title.replace(',', " ");
                    (legacy.course(catalogue, c), new.course(catalogue, c), title)
                })
                .collect(),
        ),
        ("teacher", teachers.iter().map(|t| (legacy.teacher(*t), new.teacher(*t), String::new())).collect()),
        ("mark", marks.map(|m| (legacy.mark(m).to_owned(), new.mark(m).to_owned(), String::new())).collect()),
        (
            "calendar",
            [false, true].map(|b| (legacy.calendar(b).to_owned(), new.calendar(b).to_owned(), String::new())).to_vec(),
        ),
        (
            "exit_code",
            ["T160", "T200", "N420"].map(|c| (legacy.exit_code(c), new.exit_code(c), String::new())).to_vec(),
        ),
    ];
    let mut names = Vec::new();
    for (name, rows) in tables {
        if rows.iter().all(|(from, to, _)| from == to) {
            continue;
        }
        let mut text = "legacy,new,name\n".to_owned();
        for (from, to, words) in rows {
            let _ = writeln!(text, "{from},{to},{words}");
        }
        save(&dir.join("crosswalks").join(format!("{name}.csv")), &text)?;
        names.push(name);
    }
    Ok(names)
}

/// The shipped mapping's name, or the path of a copy that declares the unit of credits.
fn mapping_of(dir: &Path, side: &str, system: System, dress: &Dress) -> Result<String, Error> {
    if !dress.carnegie {
        return Ok(system.mapping().to_owned());
    }
    let folder = dir.join("mappings").join(side);
    for file in SHIPPED {
        let Some((_, below)) = file.path.split_once('/').filter(|(name, _)| *name == system.mapping()) else {
            continue;
        };
        let text = if below == "mapping.toml" { with_factor(file.text) } else { file.text.to_owned() };
        save(&folder.join(below), &text)?;
    }
    Ok(format!("mappings/{side}/mapping.toml"))
}

/// Every credit times ten: Carnegie units to Californian credits.
fn with_factor(mapping: &str) -> String {
    const KEYS: [&str; 7] =
        ["credit", "credit_attempted", "credit_earned", "gpa_weight", "required", "earned", "in_progress"];
    let mut text = String::with_capacity(mapping.len() + 400);
    for line in mapping.lines() {
        match line.split_once(" = \"").filter(|(key, _)| KEYS.contains(key)) {
            Some((key, column)) => {
                let column = column.trim_end_matches('"');
                let _ = writeln!(text, "{key} = {{ column = \"{column}\", factor = \"10\" }}");
            }
            None => {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    text
}
