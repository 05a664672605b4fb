//! The project's settings as the stages take them: no stage knows the project.

use jiff::ZonedDateTime;

use crate::checks::{self, CheckSettings, SeverityRule};
use crate::error::Error;
use crate::gate::Criteria;
use crate::mapping::Target;
use crate::policy::{Named, Policies, WantedKind};
use crate::project::{CheckSetting, MatchRule, PolicyRef, Project};
use crate::reconcile;
use crate::report::Summary;
use crate::waiver::{Rules, Waivers};

/// How students are matched.
#[must_use]
pub fn match_rules(project: &Project) -> reconcile::MatchRules {
    let rules = project.matching.iter().map(|rule| match rule {
        MatchRule::StudentId => reconcile::MatchRule::StudentId,
        MatchRule::StateId => reconcile::MatchRule::StateId,
        MatchRule::StudentIdUnpadded => reconcile::MatchRule::StudentIdUnpadded,
        MatchRule::Crosswalk(name) => {
            let lines = project.crosswalks.get(name).map_or(&[][..], |c| &c.lines);
            let pairs = lines.iter().filter_map(|line| match &line.to {
                Target::Code(to) => Some((line.from.clone(), to.clone())),
                Target::Ignore => None,
            });
            reconcile::MatchRule::Crosswalk { name: name.clone(), map: pairs.collect() }
        }
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
pub fn policies(project: &Project) -> Result<Policies, Error> {
    let named = |policy: &PolicyRef| match policy {
        PolicyRef::Shipped(name) => Named::plain(name),
        PolicyRef::File(path) => Named::plain(&path.display().to_string()),
    };
    let kinds: Vec<WantedKind> = project
        .policies
        .gpa
        .iter()
        .map(|(kind, of)| WantedKind { kind: kind.clone(), legacy: named(&of.legacy), new: named(&of.new) })
        .collect();
    let graduation = project.policies.graduation.as_ref().map(named);
    let policies = Policies::load(&kinds, graduation.as_ref(), &project.folder).map_err(Error::Project)?;
    let [legacy, new] = project
        .policies
        .exceptions
        .each_ref()
        .map(|path| crate::policy::load_exceptions(path.as_deref(), policies.requirements()));
    match (legacy, new) {
        (Ok(legacy), Ok(new)) => Ok(policies.with_exceptions([legacy, new])),
        (legacy, new) => {
            let mut mistakes: Vec<_> = [legacy, new].into_iter().filter_map(Result::err).flatten().collect();
            mistakes.dedup();
            Err(Error::Project(mistakes))
        }
    }
}

/// The accepted findings of the project.
///
/// # Errors
/// Every mistake in the waiver file.
pub fn waivers(project: &Project) -> Result<Waivers, Error> {
    match &project.waivers.file {
        Some(path) => Waivers::load(path, &waiver_rules(project)),
        None => Ok(Waivers::default()),
    }
}

/// What the waiver file is held against.
#[must_use]
pub fn waiver_rules(project: &Project) -> Rules {
    Rules {
        checks: checks::names().map(str::to_owned).collect(),
        unwaivable: project.waivers.unwaivable.clone(),
        max_days: project.waivers.max_days,
    }
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
