//! What must be proven before GO, one token each. A token's field is private to its file, so that only the function
//! that looked can make it.

mod checks;
mod coverage;
mod findings;
mod inputs;
mod rehearsals;

pub use rehearsals::HistoryReceipt;

use super::decide::Ledger;
use super::{Criteria, Measured};

/// The proof that every obligation holds. It can not be made, copied from parts or defaulted outside this module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoProof {
    inputs: inputs::Proven,
    accounting: inputs::Accounted,
    pairing: coverage::Paired,
    coverage: coverage::Covered,
    checks: checks::Ran,
    calibration: checks::Calibrated,
    sensitivity: checks::Sensitive,
    findings: findings::WithinLimits,
    waivers: findings::Assessed,
    totals: findings::Reconciled,
    history: rehearsals::Recorded,
    papers: rehearsals::Signed,
}

/// Asks every obligation, also after one failed, so that all reasons are told at once.
pub(super) fn prove(measured: &Measured, criteria: &Criteria, ledger: &mut Ledger) -> Option<GoProof> {
    let inputs = inputs::prove(measured, criteria, ledger);
    let accounting = inputs::account(measured, criteria, ledger);
    let pairing = coverage::pairing(measured, criteria, ledger);
    let coverage = coverage::covered(measured, criteria, ledger);
    let checks = checks::ran(measured, ledger);
    let calibration = checks::calibrated(measured, criteria, ledger);
    let sensitivity = checks::sensitive(measured, ledger);
    let findings = findings::within_limits(measured, criteria, ledger);
    let waivers = findings::assessed(measured, ledger);
    let totals = findings::reconciled(measured, criteria, ledger);
    let history = rehearsals::recorded(measured, criteria, ledger);
    let papers = rehearsals::signed(measured, criteria, ledger);
    Some(GoProof {
        inputs: inputs?,
        accounting: accounting?,
        pairing: pairing?,
        coverage: coverage?,
        checks: checks?,
        calibration: calibration?,
        sensitivity: sensitivity?,
        findings: findings?,
        waivers: waivers?,
        totals: totals?,
        history: history?,
        papers: papers?,
    })
}

/// `1 row`, `2 rows`.
pub(super) fn plural(n: u64, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

/// The first few of a list, and how many more there are.
pub(super) fn first_few<S: AsRef<str>>(list: &[S]) -> String {
    const SHOWN: usize = 5;
    let mut text = list.iter().take(SHOWN).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if list.len() > SHOWN {
        text.push_str(&format!(" and {} more", list.len() - SHOWN));
    }
    text
}
