//! Finds and loads the project that a command works on.

use std::path::{Path, PathBuf};

use super::{Console, Global};
use crate::error::Error;
use crate::project::Project;

/// The project file below `-C`.
///
/// # Errors
/// When there is none; says which folder was searched.
pub fn find(global: &Global) -> Result<PathBuf, Error> {
    let given = &global.project;
    let path = if given.is_dir() { given.join("rollproof.toml") } else { given.clone() };
    if path.is_file() {
        return Ok(path);
    }
    let searched = std::path::absolute(given).unwrap_or_else(|_| given.clone());
    Err(Error::Usage {
        what: format!("no rollproof.toml in {}", searched.display()),
        fix: "name the project with -C PATH or ROLLPROOF_PROJECT, or write one with `rollproof init`".into(),
    })
}

/// Loads the project; warnings are shown, errors end the command.
///
/// # Errors
/// Every mistake in the project's files at once.
pub fn load(global: &Global, console: &Console, label: Option<&str>) -> Result<Project, Error> {
    let path = find(global)?;
    let mut project = load_at(&path, label).map_err(Error::Project)?;
    project.memory = global.memory;
    if !project.warnings.is_empty() {
        console.diagnostics(&project.warnings);
    }
    Ok(project)
}

/// Loads a project file with all that it names.
///
/// # Errors
/// Every mistake in the project's files at once.
pub fn load_at(path: &Path, label: Option<&str>) -> Result<Project, Vec<crate::diagnostic::Diagnostic>> {
    crate::run::load(path, label)
}
