//! `rollproof policy`: what a policy file says, and the working of one transcript, for a registrar who writes one.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Console, Global};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::policy::command::{self, Csv, PolicyFile, Trial};

/// Check a GPA or graduation policy, or try it on a transcript
#[derive(Debug, Args)]
pub struct PolicyCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the shipped policies
    List,
    /// Say what a policy file means, or everything that is wrong in it
    Check {
        /// A policy file, or the name of a shipped policy
        #[arg(value_name = "FILE")]
        policy: PathBuf,
    },
    /// Show the working for every student of a CSV transcript
    ///
    /// The CSV has a header. It must have school_year (2024-25), term (FY, S1, S2, T1..T3, Q1..Q4, H1..H6, SU), course and
    /// mark. It may have student_id (without it, all rows are one student's), credit_attempted, credit_earned, gpa_weight,
    /// gpa_points, level, repeat_code, grade_level, transfer, subject_area, in_gpa (yes, no), school, title, teacher; and, of
    /// the student, cohort (2026), track and status; and remark, which is not read. With several students and a rule of
    /// rank, the students of the file are ranked among each other.
    Try {
        /// A policy file, or the name of a shipped policy
        #[arg(value_name = "FILE")]
        policy: PathBuf,
        /// A CSV file with the columns of canonical transcript rows
        #[arg(long, value_name = "CSV")]
        transcript: PathBuf,
        /// Classes in progress, for graduation: course, term, school_year, credit; student_id as in the transcript
        #[arg(long, value_name = "CSV")]
        schedule: Option<PathBuf>,
        /// Waivers, substitutions and split credit, for graduation: student_id, kind, requirement, course, credits
        #[arg(long, value_name = "CSV")]
        exceptions: Option<PathBuf>,
    },
}

impl PolicyCommand {
    /// Does it.
    ///
    /// # Errors
    /// Every mistake in the policy, or every line of the transcript that can not be read.
    pub fn execute(&self, _global: &Global, console: &Console) -> Result<ExitCode, Error> {
        match &self.action {
            Action::Check { policy } => console.answer(&command::describe(&read(policy)?))?,
            Action::List => console.answer(&command::list())?,
            Action::Try { policy, transcript, schedule, exceptions } => {
                let file = read(policy)?;
                let csv = |path: &PathBuf| {
                    let bytes = std::fs::read(path).map_err(|e| Error::read(path, e))?;
                    Ok::<_, Error>((path.display().to_string(), bytes))
                };
                let marks = csv(transcript)?;
                let schedule = schedule.as_ref().map(csv).transpose()?;
                let exceptions = exceptions.as_ref().map(csv).transpose()?;
                fn part(csv: &(String, Vec<u8>)) -> Csv<'_> {
                    (csv.0.as_str(), csv.1.as_slice())
                }
                let trial = Trial {
                    transcript: part(&marks),
                    schedule: schedule.as_ref().map(part),
                    exceptions: exceptions.as_ref().map(part),
                };
                let text = command::try_all(&file, &trial).map_err(|lines| Error::Input {
                    path: transcript.clone(),
                    what: lines.join("\n  "),
                    fix: "`rollproof policy try --help` lists the columns".into(),
                    source: None,
                })?;
                console.answer(&text)?;
            }
        }
        Ok(ExitCode::Success)
    }
}

fn read(path: &Path) -> Result<PolicyFile, Error> {
    let shipped = path.to_str().and_then(command::bundled).filter(|_| !path.exists());
    let text = match shipped {
        Some(text) => text.to_owned(),
        // A name without an ending that is no file is a shipped policy with a slip of the pen.
        None if path.extension().is_none() && !path.exists() => {
            return Err(Error::Usage {
                what: format!("there is no policy `{}`", path.display()),
                fix: format!("name a .toml file, or one of these:\n{}", command::list()),
            });
        }
        None => std::fs::read_to_string(path).map_err(|e| Error::read(path, e))?,
    };
    command::read(path, &text).map_err(Error::Project)
}
