//! `rollproof map`: code tables proposed from the data, and how far the present ones cover it.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use rayon::prelude::*;

use super::{Console, Global, project};
use crate::canonical::{Entity, Side};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::extract::{self, Silent, Table};
use crate::mapping::{self, Mapped, suggest};
use crate::project::Project;
use crate::report::{OutFile, visible};

/// Propose crosswalks from the data, or show which codes the present ones cover
#[derive(Debug, Args)]
pub struct MapCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Propose fields for the columns of exports, or code tables from the project's data
    ///
    /// With FILE: a column for each field, from the header (known from the shipped mappings) and the values. Without: code
    /// tables; students that pair for certain vote with their rows on what each old code became.
    Suggest {
        /// Exports whose columns are looked at
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Propose records of this kind only: student, enrollment, course, schedule, transcript, gpa, graduation
        #[arg(long = "as", value_name = "KIND", requires = "files", value_parser = kind)]
        entity: Option<Entity>,
        /// A new folder for the proposed CSV files
        #[arg(long, value_name = "DIR", default_value = "suggested")]
        to: PathBuf,
    },
    /// Which codes occur, how often, and by which line they are mapped
    Cover,
}

impl MapCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the project, an input or the folder is unusable.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        if let Action::Suggest { files, entity, .. } = &self.action
            && !files.is_empty()
        {
            let texts = files.iter().map(|file| fields_of(file, *entity)).collect::<Result<Vec<_>, Error>>()?;
            console.answer(&texts.join("\n"))?;
            console.hint("next: put the block into the mapping, correct it, and run rollproof check");
            return Ok(ExitCode::Success);
        }
        let project = project::load(global, console, None)?;
        match &self.action {
            Action::Cover => {
                let mut text = String::new();
                for side in Side::BOTH {
                    let mapped = mapped(&project, side)?;
                    for cover in mapping::cover(&project.side(side).mapping, &mapped) {
                        text.push_str(&format!("{side} {}", cover.text()));
                    }
                }
                let lines: Vec<String> = text.lines().map(|l| visible(l).into_owned()).collect();
                console.answer(&lines.join("\n"))?;
            }
            Action::Suggest { to, .. } => {
                let (legacy, new) = (mapped(&project, Side::Legacy)?.dataset, mapped(&project, Side::New)?.dataset);
                let students = suggest::students(&legacy, &new);
                let proposals = suggest::codes(&project.legacy.mapping, &legacy, &new, &students);
                std::fs::create_dir(to).map_err(|e| Error::write(to, e))?;
                let mut text =
                    format!("{} students pair for certain, {} do not\n", students.pairs.len(), students.unpaired);
                if !students.same_ids {
                    let path = to.join("student.csv");
                    OutFile::write_all_of(&path, students.csv(&legacy, &new).as_bytes())?;
                    text.push_str(&format!(
                        "{}: the ids of the two systems differ; name it under [crosswalks.student] and in [matching] as \
                         \"crosswalk:student\"\n",
                        path.display()
                    ));
                }
                for proposal in &proposals {
                    let path = to.join(format!("{}.csv", proposal.crosswalk));
                    OutFile::write_all_of(&path, proposal.csv().as_bytes())?;
                    let sure = proposal.pairs.iter().filter(|p| p.above_line).count();
                    text.push_str(&format!(
                        "{}: {sure} of {} codes above the confidence line, {} without a vote\n",
                        path.display(),
                        proposal.pairs.len(),
                        proposal.without.len()
                    ));
                }
                console.answer(&text)?;
                console.hint("next: look at the flags and empty targets, then name the files under [crosswalks]");
            }
        }
        Ok(ExitCode::Success)
    }
}

fn kind(name: &str) -> Result<Entity, String> {
    let known = || Entity::ALL.map(Entity::name).join(", ");
    Entity::parse(name).ok_or_else(|| format!("no such kind of record; known: {}", known()))
}

/// Distinct values of a column that are looked at.
const SAMPLES: usize = 300;

/// A block of a mapping for the columns of a file: as the kind asked for, else as the kind that they fit best.
fn fields_of(file: &Path, wanted: Option<Entity>) -> Result<String, Error> {
    let (seen, _, table) = extract::look(file, &Silent)?;
    let sample = |column: &extract::RawColumn| suggest::Sample {
        header: column.name.clone(),
        values: column.texts.iter().take(SAMPLES).map(str::to_owned).collect(),
    };
    let samples: Vec<suggest::Sample> = table.columns.iter().map(sample).collect();
    let (best, others) = suggest::kinds(&samples, wanted);
    let name = suggest::table_name(&seen.file);
    let mut text = format!("# {}\n{}", visible(&seen.file), suggest::mapping_text(best.0, &name, &best.1));
    let unused = samples.iter().filter(|s| best.1.iter().all(|p| p.column != s.header)).map(|s| s.header.as_str());
    let unused: Vec<&str> = unused.collect();
    if !unused.is_empty() {
        text.push_str(&format!("# no field was found for: {}\n", visible(&unused.join(", "))));
    }
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(|e| e.name()).collect();
        text.push_str(&format!("# could also be read --as {}\n", names.join(", --as ")));
    }
    Ok(text)
}

/// The tables of a side, mapped.
pub(super) fn mapped(project: &Project, side: Side) -> Result<Mapped, Error> {
    let spec = project.side(side);
    let layouts = spec.mapping.layouts();
    let tables: Vec<Table> =
        layouts.par_iter().map(|l| extract::read(&spec.root, l, &Silent)).collect::<Result<_, Error>>()?;
    mapping::map(&spec.mapping, tables, side)
}
