//! `rollproof inspect`: what a file is, before anybody writes a mapping for it.

use std::path::PathBuf;

use clap::Args;

use super::{Console, FormatChoice, Global};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::extract::{Inspection, Silent, inspect};
use crate::report::visible;

/// Show what a file is: encoding, delimiter, rows, and each column's counts
#[derive(Debug, Args)]
pub struct InspectCommand {
    /// The files
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

impl InspectCommand {
    /// Does it.
    ///
    /// # Errors
    /// When a file can not be read.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let inspections: Vec<Inspection> = self.files.iter().map(|f| inspect(f, &Silent)).collect::<Result<_, Error>>()?;
        if global.format == FormatChoice::Json {
            let text = serde_json::to_string_pretty(&inspections).map_err(|e| Error::Bug(e.to_string()))?;
            console.answer(&text)?;
        } else {
            let texts: Vec<String> = inspections.iter().map(|i| visible_lines(&i.to_string())).collect();
            console.answer(&texts.join("\n"))?;
        }
        Ok(ExitCode::Success)
    }
}

fn visible_lines(text: &str) -> String {
    text.lines().map(|l| visible(l).into_owned() + "\n").collect()
}
