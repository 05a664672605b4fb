//! What a project says about checks: severities, checks turned off, fields left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::canonical::{Entity, Field};
use crate::finding::Severity;

/// The project's settings of checks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckSettings {
    /// Severities by check name.
    pub severities: BTreeMap<String, SeverityRule>,
    /// Names of checks that do not run.
    pub off: BTreeSet<String>,
    /// Fields that no check compares.
    pub ignore_fields: BTreeSet<(Entity, Field)>,
}

/// How bad the findings of a check are, instead of what the check says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeverityRule {
    /// For all students; `None` leaves the check's own.
    pub base: Option<Severity>,
    /// For students of a grade level.
    pub by_grade: BTreeMap<String, Severity>,
}

impl CheckSettings {
    /// The severity of a finding. `own` is what the check says of this finding, `usual` what it says as a rule.
    /// A setting replaces the usual severity and what is above it; what the check itself plays down (a rounding
    /// that is right) is never made worse.
    #[must_use]
    pub fn severity(&self, check: &str, own: Severity, usual: Severity, grade: Option<&str>) -> Severity {
        let Some(rule) = self.severities.get(check) else { return own };
        let wanted = grade.and_then(|g| rule.by_grade.get(g)).copied().or(rule.base);
        match wanted {
            None => own,
            Some(wanted) if own < usual => own.min(wanted),
            Some(wanted) => wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_replaces_the_usual_severity_but_makes_nothing_that_is_played_down_worse() {
        use Severity::{Critical, Info, Major, Minor};
        let rule = SeverityRule { base: Some(Minor), by_grade: [("12".to_owned(), Critical)].into() };
        let settings = CheckSettings { severities: [("x".to_owned(), rule)].into(), ..CheckSettings::default() };
        assert_eq!(settings.severity("x", Major, Major, Some("9")), Minor);
        assert_eq!(settings.severity("x", Critical, Major, Some("9")), Minor);
        assert_eq!(settings.severity("x", Major, Major, Some("12")), Critical);
        assert_eq!(settings.severity("x", Info, Major, Some("12")), Info);
        assert_eq!(settings.severity("y", Major, Major, None), Major);
    }
}
