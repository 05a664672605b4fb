//! Proves that this very run would have seen a difference: plants some in memory and sends them down the whole path.

use jiff::ZonedDateTime;

use super::{Comparison, Reads, Spelled, accept, convert};
use crate::canonical::Dataset;
use crate::checks;
use crate::gate::sensitivity::{self, Probe, Seen};
use crate::gate::{Criteria, SensitivityResult};
use crate::policy::Policies;
use crate::project::Project;
use crate::reconcile;
use crate::report::FindingSource;
use crate::waiver::Waivers;

/// Plants differences in a sample and says which of them came out as open findings.
#[must_use]
pub fn probe(
    project: &Project,
    policies: &Policies,
    comparison: &Comparison,
    criteria: &Criteria,
    waivers: &Waivers,
    at: &ZonedDateTime,
) -> SensitivityResult {
    let (rules, settings) = (convert::match_rules(project), convert::check_settings(project));
    let path = |legacy: Dataset, new: Dataset| -> Vec<Seen> {
        let reconciliation = reconcile::reconcile(legacy, new, &rules);
        let policies = policies.for_run(&reconciliation);
        let findings = checks::run_all(&reconciliation, &policies, &settings);
        let sample = Comparison { reads: Reads::default(), reconciliation, findings, same_extract: None, policies };
        let mut spelled = Spelled::new(&sample.reconciliation, &sample.findings, &project.label);
        let _ = accept::accept(&sample, &mut spelled, waivers, at);
        (0..spelled.len())
            .map(|i| {
                let row = spelled.row(i);
                let entity = sample.findings.rows[i].entity;
                let open = row.waiver.is_empty();
                Seen { student: row.student_id, check: row.check, severity: row.severity, entity, open }
            })
            .collect()
    };
    sensitivity::probe(&comparison.reconciliation, &Probe::of(&comparison.reconciliation, criteria), &path)
}
