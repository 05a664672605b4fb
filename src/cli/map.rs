//! `rollproof map`: code tables proposed from the data, and how far the present ones cover it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use rayon::prelude::*;

use super::{Console, Global, project};
use crate::canonical::Side;
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
    /// Propose code tables: students that pair for certain vote with their rows
    Suggest {
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
            Action::Suggest { to } => {
                let (legacy, new) = (mapped(&project, Side::Legacy)?.dataset, mapped(&project, Side::New)?.dataset);
                let students = suggest::students(&legacy, &new);
                let proposals = suggest::codes(&project.legacy.mapping, &legacy, &new, &students);
                std::fs::create_dir(to).map_err(|e| Error::write(to, e))?;
                let mut text =
                    format!("{} students pair for certain, {} do not\n", students.pairs.len(), students.unpaired);
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

fn mapped(project: &Project, side: Side) -> Result<Mapped, Error> {
    let spec = project.side(side);
    let layouts = spec.mapping.layouts();
    let tables: Vec<Table> =
        layouts.par_iter().map(|l| extract::read(&spec.root, l, &Silent)).collect::<Result<_, Error>>()?;
    mapping::map(&spec.mapping, tables, side)
}
