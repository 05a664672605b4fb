//! Are the findings counted exactly and within the limits, the waivers in order, and the totals explained?

use super::super::decide::{Figures, Ledger};
use super::super::{ControlTotals, Criteria, Measured};
use super::{first_few, plural};
use crate::canonical::Entity;
use crate::finding::Severity;

/// Open findings are within the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WithinLimits(());

/// Every finding was held against every waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Assessed(());

/// GPAs, codes and control totals agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reconciled(());

pub(super) fn within_limits(measured: &Measured, criteria: &Criteria, ledger: &mut Ledger) -> Option<WithinLimits> {
    let counted = counted(measured, ledger);
    let limits = [
        (Severity::Critical, "open critical findings", "critical-open", Some(criteria.critical)),
        (Severity::Major, "open major findings", "major-open", Some(criteria.major)),
        (Severity::Minor, "open minor findings", "minor-open", criteria.minor),
    ];
    let mut within = true;
    for (severity, name, code, limit) in limits {
        let open = measured.findings.open.of(severity);
        let Some(limit) = limit else {
            let figures = Figures { measured: open.to_string(), limit: "no limit set".into(), ..Figures::default() };
            within &= ledger.criterion(name, figures);
            continue;
        };
        if open > limit {
            ledger.object(
                code,
                format!("{} open, {limit} allowed.", plural(open, &format!("{severity} finding"))),
                "fix the causes named in the report, biggest first; or waive what is accepted, with an owner and an end",
            );
        }
        within &= ledger.criterion(name, Figures::at_most(open, limit));
    }
    within &= per_school(measured, criteria, ledger);
    (counted && within).then_some(WithinLimits(()))
}

fn counted(measured: &Measured, ledger: &mut Ledger) -> bool {
    let f = &measured.findings;
    let adds_up = Severity::WORST_FIRST.into_iter().all(|s| {
        let by_school: u64 = f.open_by_school.values().map(|c| c.of(s)).sum();
        f.open.of(s).checked_add(f.waived.of(s)) == Some(f.all.of(s)) && by_school <= f.open.of(s)
    });
    if !adds_up {
        ledger.object(
            "findings-not-counted",
            "Open and waived findings are not all findings.",
            "report this: it is a bug of the waiver stage",
        );
    }
    let total = f.all.total();
    let recorded = measured.history.as_ref().map(|r| r.findings);
    for written in [f.written, recorded] {
        if written.is_some_and(|w| w != total) || f.written.is_none() {
            ledger.object(
                "findings-not-counted",
                format!(
                    "{} counted, {} written.",
                    plural(total, "finding"),
                    written.map_or("none".into(), |w| w.to_string())
                ),
                "run again; look for a full disk",
            );
            break;
        }
    }
    ledger.criterion("findings counted", Figures::all(f.written.unwrap_or(0), total))
}

const PER_SCHOOL: &str = "open major findings in one school";

fn per_school(measured: &Measured, criteria: &Criteria, ledger: &mut Ledger) -> bool {
    let schools = &measured.findings.open_by_school;
    let worst = schools.values().map(|c| c.major).max().unwrap_or(0);
    let Some(limit) = criteria.major_per_school else {
        let figures = Figures { measured: worst.to_string(), limit: "no limit set".into(), ..Figures::default() };
        return ledger.criterion(PER_SCHOOL, figures);
    };
    let over: Vec<String> =
        schools.iter().filter(|(_, c)| c.major > limit).map(|(s, c)| format!("{s} ({})", c.major)).collect();
    if !over.is_empty() {
        ledger.object(
            "major-per-school",
            format!(
                "{} more than {limit} open major findings: {}.",
                if over.len() == 1 { "1 school has".into() } else { format!("{} schools have", over.len()) },
                first_few(&over)
            ),
            "work through these schools' packs first",
        );
    }
    ledger.criterion(PER_SCHOOL, Figures::at_most(worst, limit))
}

pub(super) fn assessed(measured: &Measured, ledger: &mut Ledger) -> Option<Assessed> {
    let w = &measured.waivers;
    if !w.assessed {
        let sentence = "The findings were not held against the waivers.";
        ledger.object("waivers-not-assessed", sentence, "run again; when it stays, report it");
    }
    if let (Some(end), Some(today)) = (w.first_end, measured.today)
        && today > end
    {
        ledger.object(
            "waiver-ended",
            format!("A waiver that the run counted on ended on {end}; today is {today}."),
            "run again, so that its findings count",
        );
    }
    for id in &w.unwaivable {
        ledger.object(
            "waiver-unwaivable",
            format!("Waiver {id} covers a check that can not be waived; its findings count."),
            format!("rollproof waive remove {id}"),
        );
    }
    let mut told = vec![format!("{} in force", w.in_force)];
    for (list, word) in [(&w.expired, "expired"), (&w.unused, "unused"), (&w.broad, "without a scope")] {
        if !list.is_empty() {
            told.push(format!("{word}: {}", first_few(list)));
        }
    }
    if !w.over_cap.is_empty() {
        let over: Vec<String> = w.over_cap.iter().map(|(id, n)| format!("{id} by {n}")).collect();
        told.push(format!("over their cap: {}", first_few(&over)));
    }
    let figures = Figures {
        measured: told.join("; "),
        limit: "every exception has an owner and an end".into(),
        ..Figures::default()
    };
    ledger.criterion("waivers", figures).then_some(Assessed(()))
}

pub(super) fn reconciled(measured: &Measured, criteria: &Criteria, ledger: &mut Ledger) -> Option<Reconciled> {
    let gpa = gpa_equal(measured, criteria, ledger);
    let codes = measured.unmapped_codes.len() as u64;
    if codes > criteria.unmapped_codes {
        ledger.object(
            "unmapped-codes",
            format!(
                "{} no crosswalk line: {}.",
                if codes == 1 { "1 code has".into() } else { format!("{codes} codes have") },
                first_few(&measured.unmapped_codes)
            ),
            "add a line for each to its crosswalk",
        );
    }
    let codes = ledger.criterion("unmapped codes", Figures::at_most(codes, criteria.unmapped_codes));
    let nothing = ControlTotals::default();
    let totals = measured.control_totals.as_ref().unwrap_or(&nothing);
    if totals.compared == 0 {
        ledger.object(
            "control-totals-missing",
            "No control total was compared by school and grade.",
            "map school and grade_level of students on both sides",
        );
    }
    let unexplained = totals.unexplained.len() as u64;
    if unexplained > 0 {
        ledger.object(
            "control-totals-differ",
            format!(
                "{} differ although no finding says why: {}.",
                plural(unexplained, "control total"),
                first_few(&totals.unexplained)
            ),
            "report this: records differ and no check saw it",
        );
    }
    let mut figures = Figures::at_most(unexplained, 0);
    figures.measured = format!("{unexplained} of {}", totals.compared);
    let totals = ledger.criterion("unexplained control totals", figures);
    (gpa && codes && totals).then_some(Reconciled(()))
}

fn gpa_equal(measured: &Measured, criteria: &Criteria, ledger: &mut Ledger) -> bool {
    let share = measured.gpa_equal.unwrap_or_default();
    if share.whole == 0 && !criteria.required.contains(&Entity::Gpa) {
        return true;
    }
    if share.whole == 0 {
        ledger.object(
            "gpa-not-compared",
            "Not one stored GPA was compared.",
            "map the gpa records of both sides, or take gpa out of `required` under [checks]",
        );
    } else if !share.at_least(criteria.gpa_equal_min) {
        ledger.object(
            "gpa-equal-low",
            format!(
                "{} of {} stored GPAs are equal ({}%); at least {}% are required.",
                share.part,
                share.whole,
                share.percent(),
                criteria.gpa_equal_min
            ),
            "look at the derivation of the differences: rows or rules",
        );
    }
    ledger.criterion("GPAs equal", Figures::at_least(share, criteria.gpa_equal_min))
}
