//! What a CI service shows of a run: GitHub's step summary and annotations. Counts only, no student.

use std::path::Path;

use super::Console;
use crate::error::Error;
use crate::report::{Summary, forms, github};

/// Appends the step summary when `GITHUB_STEP_SUMMARY` names its file, and annotates the verdict when a GitHub Actions
/// job asked for one.
///
/// # Errors
/// When the file can not be written.
pub fn tell(summary: &Summary, decided: bool, console: &Console) -> Result<(), Error> {
    if let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|p| !p.is_empty()) {
        forms::append_step_summary(Path::new(&path), summary)?;
    }
    if decided && std::env::var_os("GITHUB_ACTIONS").is_some_and(|v| v == "true") {
        console.say(&github::annotations(summary));
    }
    Ok(())
}
