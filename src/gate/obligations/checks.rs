//! Did the checks run, do the policies reproduce the legacy system, and does the run see what is planted?

use super::super::decide::{Figures, Ledger};
use super::super::{Criteria, Measured, SensitivityResult, Share};
use super::{first_few, plural};

/// Every planned check reported, and the required ones looked at something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ran(());

/// Every policy reproduces the legacy GPAs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Calibrated(());

/// Every planted difference came out as an open finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sensitive(());

pub(super) fn ran(measured: &Measured, ledger: &mut Ledger) -> Option<Ran> {
    let checks = &measured.checks;
    let skipped = checks.skipped.len() as u64;
    let ran = checks.reported.saturating_sub(skipped);
    if ran == 0 {
        let fix = "look at [checks]: every check is switched off, skipped or left out";
        ledger.object("no-checks-ran", "No check ran. Silence is not agreement.", fix);
    }
    if checks.reported != checks.planned {
        ledger.object(
            "checks-missing",
            format!("{} of {} reported back.", checks.reported, plural(checks.planned, "planned check")),
            "run again; when it stays, report it: a worker was lost",
        );
    }
    for skipped in checks.skipped.iter().filter(|s| s.required) {
        ledger.object(
            "check-skipped",
            format!("{} could not run: {}.", skipped.check, skipped.reason.trim_end_matches('.')),
            "map what it needs on both sides, or switch it off under [checks] so that everyone sees it",
        );
    }
    if !checks.looked_at_nothing.is_empty() {
        ledger.object(
            "check-looked-at-nothing",
            format!("Required checks had nothing to look at: {}.", first_few(&checks.looked_at_nothing)),
            "look at the records that they compare: empty exports, filters, pairing",
        );
    }
    let figures = Figures { limit: "all planned".into(), ..Figures::all(ran, checks.planned) };
    ledger.criterion("checks ran", figures).then_some(Ran(()))
}

pub(super) fn calibrated(measured: &Measured, criteria: &Criteria, ledger: &mut Ledger) -> Option<Calibrated> {
    let mut worst: Option<Share> = None;
    for kind in &measured.policies {
        let calibration = measured.calibration.iter().find(|c| c.kind == *kind);
        let found = calibration.map_or(Share::default(), |c| c.reproduced);
        let misfits = calibration.map(|c| c.misfits.as_str()).filter(|m| !m.is_empty());
        let misfits = misfits.map_or_else(String::new, |m| format!(" The misfits share {m}."));
        if found.whole == 0 {
            ledger.object(
                "calibration-missing",
                format!("The {kind} policy was not held against a single stored legacy GPA."),
                "map the gpa records of the legacy side, or take the policy out of [policies]",
            );
        } else if !found.at_least(criteria.calibration_min) {
            ledger.object(
                "calibration-low",
                format!(
                    "The {kind} policy reproduces {} of {} legacy GPAs ({}%); at least {}% are required.{misfits}",
                    found.part,
                    found.whole,
                    found.percent(),
                    criteria.calibration_min
                ),
                "correct the policy until it computes what the legacy system printed; then compare",
            );
        }
        worst = worst.into_iter().chain([found]).min_by_key(|s| s.percent());
    }
    let figures = worst.map_or_else(
        || Figures { measured: "no policy named".into(), limit: "every named policy".into(), ..Figures::default() },
        |share| Figures::at_least(share, criteria.calibration_min),
    );
    ledger.criterion("policies calibrated", figures).then_some(Calibrated(()))
}

pub(super) fn sensitive(measured: &Measured, ledger: &mut Ledger) -> Option<Sensitive> {
    let nothing = SensitivityResult::default();
    let probe = measured.sensitivity.as_ref().unwrap_or(&nothing);
    if probe.planted == 0 {
        ledger.object(
            "sensitivity-missing",
            "The run did not prove that it would see a difference.",
            "run again with --gate; when it stays, no student pair is whole enough to plant one in",
        );
    }
    for survivor in &probe.survivors {
        ledger.object(
            "insensitive",
            format!(
                "{} of {} differences planted in {} were not found: {}.",
                survivor.missed, survivor.planted, survivor.blind, survivor.cause
            ),
            "look at the mapping, severity, ignored fields and waivers of that field",
        );
    }
    if probe.survivors.is_empty() && probe.caught != probe.planted {
        ledger.object(
            "insensitive",
            format!(
                "{} of {} planted differences were not found.",
                probe.planted.saturating_sub(probe.caught),
                probe.planted
            ),
            "report this: the probe lost count",
        );
    }
    let mut figures = Figures::all(probe.caught, probe.planted);
    if !probe.unprobed.is_empty() {
        figures.limit = format!("all; none could be planted in {}", first_few(&probe.unprobed));
    }
    ledger.criterion("planted differences found", figures).then_some(Sensitive(()))
}
