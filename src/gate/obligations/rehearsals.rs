//! Is the run on record, did nothing come back, and are the rehearsals, the drill and the sign-offs there?

use super::super::decide::{Figures, Ledger};
use super::super::{Criteria, Drill, Measured, Rehearsals, Share, Signoffs};
use super::{first_few, plural};

/// Receipt of the history: the run and this many findings are durably on disk. Only `history` makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryReceipt {
    /// The run's id.
    pub(crate) run: String,
    /// Findings written and read back.
    pub(crate) findings: u64,
}

impl HistoryReceipt {
    pub(crate) fn new(run: String, findings: u64) -> Self {
        Self { run, findings }
    }

    /// The run's id.
    #[must_use]
    pub fn run(&self) -> &str {
        &self.run
    }

    /// Findings written and read back.
    #[must_use]
    pub const fn findings(&self) -> u64 {
        self.findings
    }
}

/// The run is on record and follows the earlier ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recorded(());

/// Rehearsals, drill and sign-offs are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signed(());

pub(super) fn recorded(measured: &Measured, criteria: &Criteria, ledger: &mut Ledger) -> Option<Recorded> {
    if measured.history.is_none() {
        ledger.object(
            "history-not-written",
            "The run is not on record, so that no one could prove it later.",
            "make the project's .rollproof folder writable, with space on its disk",
        );
    }
    let earlier = measured.rehearsals;
    if earlier.is_none() {
        let sentence = "Earlier runs could not be read.";
        ledger.object("history-unknown", sentence, "run `rollproof runs check`, or restore .rollproof/history.db");
    }
    let earlier = earlier.unwrap_or_default();
    if earlier.clock_went_back {
        ledger.object(
            "clock-went-back",
            "The newest recorded run is younger than this one.",
            "set this computer's clock; waivers and as-of dates depend on it",
        );
    }
    let measured_as = if measured.history.is_some() { "on record" } else { "not on record" };
    let figures = Figures { measured: measured_as.into(), limit: "on record".into(), ..Figures::default() };
    let history = ledger.criterion("history", figures);
    let Rehearsals { came_back, .. } = earlier;
    if came_back > criteria.came_back {
        ledger.object(
            "came-back",
            format!("{} that were fixed once are back.", plural(came_back, "finding")),
            "`rollproof compare` with the last run names them; a fix was lost",
        );
    }
    let back = ledger.criterion("findings that came back", Figures::at_most(came_back, criteria.came_back));
    (history && back).then_some(Recorded(()))
}

/// Comes last: a rehearsal is clean when nothing was objected before.
pub(super) fn signed(measured: &Measured, criteria: &Criteria, ledger: &mut Ledger) -> Option<Signed> {
    let clean_now = ledger.is_clean();
    let before = measured.rehearsals.unwrap_or_default().clean_before;
    let clean = if clean_now { before.saturating_add(1) } else { 0 };
    if clean < criteria.clean_rehearsals {
        ledger.object(
            "rehearsals-not-clean",
            format!("{clean} clean rehearsals in a row, {} required.", criteria.clean_rehearsals),
            "fix what is open and rehearse again with the full volume",
        );
    }
    let margin = match criteria.clean_rehearsals.checked_sub(clean) {
        Some(0) => "no spare".into(),
        Some(short) => format!("short by {short}"),
        None => format!("{} to spare", clean - criteria.clean_rehearsals),
    };
    let figures =
        Figures { measured: clean.to_string(), limit: format!("at least {}", criteria.clean_rehearsals), margin };
    let rehearsals = ledger.criterion("clean rehearsals in a row", figures);
    let drill = if criteria.drill { drilled(measured.drill, ledger) } else { drill_told(measured.drill, ledger) };
    let signoffs = measured.signoffs.as_ref();
    let signoffs = if criteria.signoffs { signed_off(signoffs, ledger) } else { signoffs_told(signoffs, ledger) };
    (rehearsals && drill && signoffs).then_some(Signed(()))
}

/// What is not demanded is printed all the same.
fn drill_told(drill: Option<Drill>, ledger: &mut Ledger) -> bool {
    let measured = drill.map_or("none".into(), |d| format!("{} of {}", d.caught, d.planted));
    ledger.criterion("drill", Figures { measured, limit: "not demanded".into(), ..Figures::default() })
}

fn signoffs_told(signoffs: Option<&Signoffs>, ledger: &mut Ledger) -> bool {
    let measured = signoffs.map_or("none".into(), |s| format!("{} of {}", s.signed, s.schools));
    ledger.criterion("school sign-offs", Figures { measured, limit: "not demanded".into(), ..Figures::default() })
}

fn drilled(drill: Option<Drill>, ledger: &mut Ledger) -> bool {
    let found = drill.unwrap_or_default();
    if found.planted == 0 {
        ledger.object(
            "drill-missing",
            "No drill was run against this configuration.",
            "run `rollproof drill`: it plants known faults in a copy of the new export",
        );
    } else if found.caught < found.planted {
        ledger.object(
            "drill-failed",
            format!(
                "{} of {} faults planted by the drill were not found.",
                found.planted - found.caught,
                found.planted
            ),
            "look at the drill's list of missed faults",
        );
    }
    ledger.criterion("drill", Figures::all(found.caught, found.planted))
}

fn signed_off(signoffs: Option<&Signoffs>, ledger: &mut Ledger) -> bool {
    let none = Signoffs::default();
    let s = signoffs.unwrap_or(&none);
    let share = Share::new(s.signed, s.schools);
    let complete = share.part == share.whole && share.whole > 0 && s.void.is_empty() && s.missing.is_empty();
    if !complete {
        let mut sentence = format!("{} of {} have signed their pack.", s.signed, plural(s.schools, "school"));
        for (list, word) in [(&s.void, "Changed since it was signed"), (&s.missing, "Not signed")] {
            if !list.is_empty() {
                sentence.push_str(&format!(" {word}: {}.", first_few(list)));
            }
        }
        ledger.object(
            "signoff-missing",
            sentence,
            "`rollproof signoff SCHOOL --by NAME --role ROLE` after looking at the pack",
        );
    }
    ledger.criterion("school sign-offs", Figures::all(s.signed, s.schools))
}
