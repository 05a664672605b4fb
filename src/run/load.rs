//! Loads a project file with all that it names.

use std::path::Path;

use crate::checks;
use crate::diagnostic::Diagnostic;
use crate::policy::shipped;
use crate::project::{Known, Overrides, Project};

/// Loads a project file with all that it names.
///
/// # Errors
/// Every mistake in the project's files at once.
pub fn load(path: &Path, label: Option<&str>) -> Result<Project, Vec<Diagnostic>> {
    let names: Vec<&str> = checks::names().collect();
    let gpa = shipped::GPA.map(|p| p.name);
    let graduation = shipped::GRADUATION.map(|p| p.name);
    let known = Known { checks: &names, gpa_policies: &gpa, graduation_policies: &graduation };
    let overrides = Overrides { label: label.map(str::to_owned) };
    Project::load(path, &overrides, &known)
}
