//! `rollproof demo`: an invented migration, for a first try and for measuring.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Console, Global};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::synth::{self, Invented, System};

/// Write an invented migration: four rehearsals for a first try, or one of any size
///
/// Without --students, a district of 800 with four rehearsals, each better than the one before. With --students, one
/// migration of that size with a project file, crosswalks and, where faults are planted, truth.csv, which says what is
/// wrong with whom. The same flags write the same bytes on every machine; a state of 5,900,000 needs the memory of a
/// few schools.
#[derive(Debug, Args)]
pub struct DemoCommand {
    /// A folder that does not exist yet
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// One migration of that many students instead of four rehearsals
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(26..=10_000_000))]
    pub students: Option<u32>,
    /// What to invent
    #[command(flatten, next_help_heading = "With --students")]
    pub choice: InventChoice,
}

/// What to invent, beside its size.
#[derive(Debug, Clone, Copy, Args)]
pub struct InventChoice {
    /// Another seed makes another district
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Students with a planted fault, in a million (default: 10,000; for a drill 300,000)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub faults: Option<u32>,
    /// The system that the district leaves
    #[arg(long, value_enum, default_value_t = SystemChoice::Aeries)]
    pub from: SystemChoice,
    /// The system that it joins
    #[arg(long, value_enum, default_value_t = SystemChoice::Powerschool)]
    pub to: SystemChoice,
}

impl InventChoice {
    /// With its size, and the faults where none are asked for.
    #[must_use]
    pub fn of(self, students: u32, faults: u32) -> Invented {
        let faults = self.faults.unwrap_or(faults);
        Invented { seed: self.seed, students, legacy: self.from.system(), new: self.to.system(), faults }
    }
}

/// A system whose exports can be invented, by the name of its mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SystemChoice {
    /// Aeries tables.
    Aeries,
    /// PowerSchool data export.
    Powerschool,
    /// Infinite Campus extracts.
    InfiniteCampus,
    /// OneRoster 1.2 with side files.
    #[value(name = "oneroster-1.2")]
    Oneroster,
}

impl SystemChoice {
    const fn system(self) -> System {
        match self {
            Self::Aeries => System::Aeries,
            Self::Powerschool => System::PowerSchool,
            Self::InfiniteCampus => System::InfiniteCampus,
            Self::Oneroster => System::OneRoster,
        }
    }
}

impl DemoCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the folder exists or can not be written.
    pub fn execute(&self, _global: &Global, console: &Console) -> Result<ExitCode, Error> {
        if self.folder.exists() {
            return Err(Error::Usage {
                what: format!("{} exists already", self.folder.display()),
                fix: "name a folder that does not exist yet".into(),
            });
        }
        match self.students {
            Some(students) => invent(&self.folder, &self.choice.of(students, 10_000), console)?,
            None => synth::write_demo(&self.folder)?,
        }
        console.answer(&format!("written: {}", self.folder.display()))?;
        let label = if self.students.is_none() { " --label R1" } else { "" };
        console.hint(&format!("next: rollproof run -C {}{label} --gate", self.folder.display()));
        Ok(ExitCode::Success)
    }
}

/// Writes an invented migration and shows how far it is.
///
/// # Errors
/// When a file can not be written.
pub fn invent(folder: &Path, what: &Invented, console: &Console) -> Result<(), Error> {
    let total = 2 * u64::from(what.students);
    let target = if console.draws_bars() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    if let Ok(style) = ProgressStyle::with_template(" invent {bar:24.cyan} {percent}% of both sides, {eta} left") {
        bar.set_style(if console.ascii { style.progress_chars("#>-") } else { style.progress_chars("█▌░") });
    }
    let told = std::sync::atomic::AtomicU64::new(0);
    let heard = |done: u64| {
        bar.set_position(done);
        // In a log, a line for every tenth.
        let tenth = done * 10 / total.max(1);
        if told.swap(tenth, std::sync::atomic::Ordering::Relaxed) != tenth {
            console.step(&format!("invent  {done} of {total} students of both sides"));
        }
    };
    let written = synth::write_invented(folder, what, &heard)?;
    bar.finish_and_clear();
    let (legacy, new, faults) = (written.legacy.rows, written.new.rows, written.new.truth.len());
    console.step(&format!("invented  {legacy} legacy rows, {new} new rows, {faults} damaged records"));
    Ok(())
}
