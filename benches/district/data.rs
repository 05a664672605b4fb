//! The districts that are measured: written once, kept, and dressed with the projects that rollproof runs.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rollproof::synth::{self, Dress, Plan, Planter, System, write_migration};

const SEED: u64 = 650;
/// A shifted cell is a broken row, which SQL refuses with the whole file; the peer gets a district without them.
const SHIFTED_CELLS: u8 = 105;

/// A district on disk.
#[derive(Debug)]
pub struct District {
    /// Holds `legacy`, `new`, `crosswalks`, and the projects `rollproof.toml` and `dense.toml`.
    pub folder: PathBuf,
    /// How many students.
    pub students: u32,
    /// Share of students with a fault, in millionths.
    pub faults: u32,
    /// Data rows of both sides.
    pub rows: u64,
    /// Bytes of both sides.
    pub bytes: u64,
}

impl District {
    /// The district of that size, written if it is not there yet.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn ready(keep: &Path, students: u32, faults: u32) -> Result<Self, String> {
        let folder = keep.join(format!("{students}-{faults}"));
        let rows = folder.join("rows");
        if !rows.exists() {
            let part = keep.join(format!("{students}-{faults}.part"));
            let _ = fs::remove_dir_all(&part);
            let count = write(&part, students, faults)?;
            fs::write(part.join("rows"), count.to_string()).map_err(|e| e.to_string())?;
            fs::rename(&part, &folder).map_err(|e| e.to_string())?;
        }
        let rows = fs::read_to_string(&rows).map_err(|e| e.to_string())?;
        let rows = rows.trim().parse().map_err(|_| "the kept district is broken: remove its folder".to_owned())?;
        let bytes = size(&folder.join("legacy"))? + size(&folder.join("new"))?;
        Ok(Self { folder, students, faults, rows, bytes })
    }
}

fn write(folder: &Path, students: u32, faults: u32) -> Result<u64, String> {
    let started = std::time::Instant::now();
    let district = synth::District::generate(SEED, students);
    let classes = synth::classes().into_iter().map(|c| c.id).filter(|c| *c != SHIFTED_CELLS).collect();
    let plan = Plan {
        name: format!("District of {students} (invented)"),
        legacy: (System::Aeries, Dress::default()),
        new: (System::PowerSchool, Dress { renumber_sections: true, ..Dress::default() }),
        faults: (faults > 0).then(|| Planter::mixed(SEED, classes, faults)),
    };
    let written = write_migration(folder, &district, &plan, &|_| ()).map_err(|e| e.to_string())?;
    let project = folder.join("rollproof.toml");
    let text = fs::read_to_string(&project).map_err(|e| e.to_string())?;
    dense(folder, &text)?;
    let rows = written.legacy.rows + written.new.rows;
    println!("written in {:.0} s: {}", started.elapsed().as_secs_f32(), folder.display());
    Ok(rows)
}

/// The same exports under a code table that is wrong: half of the marks lead to a neighbour, half of the teachers to
/// another, so that about half of all transcript and class rows differ.
fn dense(folder: &Path, project: &str) -> Result<(), String> {
    let tables = folder.join("crosswalks");
    let wrong = folder.join("crosswalks-wrong");
    fs::create_dir_all(&wrong).map_err(|e| e.to_string())?;
    for name in ["mark", "teacher"] {
        let text = fs::read_to_string(tables.join(format!("{name}.csv"))).map_err(|e| e.to_string())?;
        let lines: Vec<Vec<&str>> = text.lines().skip(1).map(|l| l.split(',').collect()).collect();
        let mut out = "legacy,new,name\n".to_owned();
        for (at, line) in lines.iter().enumerate() {
            // Of four lines in a row the second and third change places.
            let from = match at % 4 {
                1 if at + 1 < lines.len() => at + 1,
                2 => at - 1,
                _ => at,
            };
            let _ = writeln!(out, "{},{},", line[0], lines[from][1]);
        }
        fs::write(wrong.join(format!("{name}.csv")), out).map_err(|e| e.to_string())?;
    }
    let project = project
        .replace("crosswalks/mark.csv", "crosswalks-wrong/mark.csv")
        .replace("crosswalks/teacher.csv", "crosswalks-wrong/teacher.csv");
    fs::write(folder.join("dense.toml"), project).map_err(|e| e.to_string())
}

fn size(folder: &Path) -> Result<u64, String> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder).map_err(|e| e.to_string())? {
        bytes += entry.and_then(|e| e.metadata()).map_err(|e| e.to_string())?.len();
    }
    Ok(bytes)
}
