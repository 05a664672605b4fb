//! A first try: a small invented migration with four rehearsals, each better than the one before.

use std::fmt::Write as _;
use std::path::Path;

use super::district::District;
use super::fault::{Planter, classes};
use super::layout::{Dress, System};
use super::migration::{Plan, save, truth_csv, write_migration};
use crate::error::Error;

/// Label and share of students (in millionths) with a planted fault.
const REHEARSALS: [(&str, u32); 4] = [("R1", 60_000), ("R2", 15_000), ("R3", 4_000), ("R4", 0)];
const STUDENTS: u32 = 800;
const SEED: u64 = 41;

/// Writes the demo: `exports/R1..R4/{legacy,new}`, `crosswalks/`, `planted/`, `rollproof.toml` and a README.
///
/// # Errors
/// When a file can not be written.
pub fn write_demo(dir: &Path) -> Result<(), Error> {
    let district = District::generate(SEED, STUDENTS);
    let mut planted = Vec::new();
    for (label, share) in REHEARSALS {
        let place = dir.join("exports").join(label);
        // Each rehearsal has its own faults: what is fixed is gone, what is new is new.
        let all: Vec<u8> = classes().iter().map(|c| c.id).collect();
        let plan = Plan {
            name: "Pine Ridge SD (invented)".into(),
            legacy: (System::Aeries, Dress::default()),
            new: (System::PowerSchool, Dress { renumber_sections: true, ..Dress::default() }),
            faults: (share > 0).then(|| Planter::mixed(SEED, all, share)),
        };
        let truth = write_migration(&place, &district, &plan, &|_| ())?.new.truth;
        save(&dir.join("planted").join(format!("{label}.csv")), &truth_csv(&truth))?;
        planted.push((label, truth.len()));
        settle(dir, &place, label == "R1")?;
    }
    save(&dir.join("README.md"), &readme(&planted))
}

/// One project file and one set of crosswalks serve all rehearsals; the copies beside each export go.
fn settle(dir: &Path, place: &Path, first: bool) -> Result<(), Error> {
    let (project, tables) = (place.join("rollproof.toml"), place.join("crosswalks"));
    if first {
        let text = std::fs::read_to_string(&project).map_err(|e| Error::read(&project, e))?;
        let text = text
            .replace("root = \"legacy\"", "root = \"exports/{label}/legacy\"")
            .replace("root = \"new\"", "root = \"exports/{label}/new\"");
        save(&dir.join("rollproof.toml"), &text)?;
        let kept = dir.join("crosswalks");
        if kept.exists() {
            std::fs::remove_dir_all(&kept).map_err(|e| Error::write(&kept, e))?;
        }
        std::fs::rename(&tables, &kept).map_err(|e| Error::write(&kept, e))?;
    } else {
        std::fs::remove_dir_all(&tables).map_err(|e| Error::write(&tables, e))?;
    }
    for extra in [project, place.join("truth.csv")] {
        if extra.exists() {
            std::fs::remove_file(&extra).map_err(|e| Error::write(&extra, e))?;
        }
    }
    Ok(())
}

fn readme(planted: &[(&str, usize)]) -> String {
    let mut text = format!(
        "# A first try\n\nAn invented district of {STUDENTS} students moves from Aeries to PowerSchool. Four rehearsals of the \
         conversion lie in\n`exports/`; no person in them exists. Run them in order and watch the findings go:\n\n```sh\n"
    );
    for (label, _) in planted {
        let _ = writeln!(text, "rollproof run --label {label} --gate");
    }
    text.push_str("```\n\nWhat was planted (`planted/` says where):\n\n| rehearsal | damaged records |\n|---|---|\n");
    for (label, count) in planted {
        let _ = writeln!(text, "| {label} | {count} |");
    }
    text.push_str("\nThen try `rollproof explain STUDENT` with an id from `planted/R1.csv`, and `rollproof drill`.\n");
    text
}
