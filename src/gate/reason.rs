//! Why the answer is not GO: a stable code, one sentence, and what to do about it.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use crate::exit_code::ExitCode;

/// Which answer a reason leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// The data were judged and are not good enough.
    NoGo,
    /// The data can not be judged.
    CannotDecide,
}

/// One reason, as people and programs read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Reason {
    /// Stable kebab-case name; one of [`CODES`], or the kind of a reader's notice.
    pub code: Cow<'static, str>,
    /// What was found and what was expected, in one sentence. Holds no student's data.
    pub sentence: String,
    /// What to do next.
    pub fix: String,
}

/// What is known of a reason code without a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeInfo {
    /// Kebab-case name.
    pub code: &'static str,
    /// The answer it leads to.
    pub channel: Channel,
    /// The exit code it leads to when nothing outranks it.
    pub exit: ExitCode,
    /// What it means, in a few words.
    pub meaning: &'static str,
}

const fn undecided(code: &'static str, meaning: &'static str) -> CodeInfo {
    CodeInfo { code, channel: Channel::CannotDecide, exit: ExitCode::CannotDecide, meaning }
}

const fn unusable(code: &'static str, meaning: &'static str) -> CodeInfo {
    CodeInfo { code, channel: Channel::CannotDecide, exit: ExitCode::Input, meaning }
}

const fn unwritten(code: &'static str, meaning: &'static str) -> CodeInfo {
    CodeInfo { code, channel: Channel::CannotDecide, exit: ExitCode::Output, meaning }
}

const fn no_go(code: &'static str, meaning: &'static str) -> CodeInfo {
    CodeInfo { code, channel: Channel::NoGo, exit: ExitCode::NoGo, meaning }
}

/// Notices of readers have codes of their own.
const OTHER_NOTICE: CodeInfo = undecided("undecidable-input", "a reader's notice on which no verdict can rest");

/// Every reason code of the gate. Codes are never renamed; docs/gate.md lists them.
pub const CODES: &[CodeInfo] = &[
    unusable("empty-file", "a file has no byte"),
    undecided("header-only", "a file has a header and no record"),
    undecided("empty-entity", "a required kind of record has no row on one side"),
    undecided("same-file-both-sides", "both sides are the same extract"),
    undecided("sides-swapped", "each side's files fit the other side's mapping better"),
    undecided("as-of-missing", "a side does not say of which day it is"),
    undecided("as-of-differs", "the two sides are of different days"),
    undecided("as-of-in-future", "an extract is of a day that has not come"),
    undecided("as-of-stale", "the extracts are older than allowed"),
    undecided("input-changed", "an input is not what it was when it was read"),
    undecided("input-unattested", "no file list, size or hash was recorded for a side"),
    undecided("rows-not-accounted", "rows in = rows mapped + left out + rejected does not hold"),
    undecided("row-count-differs", "a table has not the rows that its manifest promises"),
    undecided("rejected-rows", "more rows were refused than allowed"),
    undecided("entity-not-compared", "a required kind of record is not mapped on one side"),
    undecided("nothing-paired", "a required kind of record has rows on both sides and no pair"),
    undecided("student-ids-unreadable", "the student id of a record does not read, so it was compared with nothing"),
    undecided("records-not-placed", "a record is in no pair and in no leftover list, or in two"),
    undecided("field-not-compared", "a required field is not mapped on one side"),
    undecided("field-empty", "a required field has no value on either side"),
    undecided("field-collapsed", "a mapping makes many values of a required field one"),
    undecided("school-missing", "an expected school has no student on a side"),
    undecided("volume-low", "far fewer students or records than an earlier rehearsal had"),
    undecided("no-student-matched", "no student is on both sides"),
    undecided("match-rate-low", "fewer students were matched than required"),
    undecided("students-not-accounted", "the students of a side are not the paired plus the unpaired ones"),
    undecided("partial-selection", "only a part of the data or of the checks was asked for"),
    undecided("no-checks-ran", "no check ran"),
    undecided("checks-missing", "fewer checks reported than were planned"),
    undecided("check-skipped", "a required check could not run"),
    undecided("check-looked-at-nothing", "a required check ran and had nothing to look at"),
    undecided("findings-not-counted", "the findings written are not the findings counted"),
    undecided("control-totals-missing", "control totals were not compared"),
    undecided("control-totals-differ", "control totals differ and no finding explains it"),
    undecided("calibration-missing", "a GPA policy was not held against the legacy GPAs"),
    undecided("calibration-low", "a GPA policy does not reproduce the legacy GPAs"),
    undecided("gpa-not-compared", "no stored GPA was compared"),
    undecided("sensitivity-missing", "the run did not prove that it sees differences"),
    undecided("insensitive", "a planted difference was not found"),
    undecided("waivers-not-assessed", "the waivers were not applied to every finding"),
    undecided("waiver-ended", "a waiver that the run counted on has ended since"),
    undecided("history-unknown", "earlier runs could not be read"),
    undecided("clock-went-back", "the run is older than the newest run in the history"),
    unwritten("history-not-written", "the run could not be recorded"),
    no_go("waiver-unwaivable", "a waiver covers a check that can not be waived"),
    no_go("critical-open", "more open critical findings than allowed"),
    no_go("major-open", "more open major findings than allowed"),
    no_go("major-per-school", "a school has more open major findings than allowed"),
    no_go("minor-open", "more open minor findings than allowed"),
    no_go("gpa-equal-low", "fewer equal GPAs than required"),
    no_go("unmapped-codes", "codes without a crosswalk line"),
    no_go("came-back", "findings that were fixed are back"),
    no_go("rehearsals-not-clean", "too few clean rehearsals in a row"),
    no_go("drill-missing", "no drill was run against this configuration"),
    no_go("drill-failed", "the drill planted faults that were not found"),
    no_go("signoff-missing", "a school has not signed its pack, or signed another one"),
];

impl Reason {
    /// A reason.
    pub(crate) fn new(code: impl Into<Cow<'static, str>>, sentence: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { code: code.into(), sentence: sentence.into(), fix: fix.into() }
    }

    /// What is known of its code; a reader's notice that is not listed can not be decided on.
    #[must_use]
    pub fn info(&self) -> CodeInfo {
        CODES.iter().copied().find(|info| info.code == self.code).unwrap_or(OTHER_NOTICE)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_kebab_case_and_listed_once() {
        let names: BTreeSet<_> = CODES.iter().map(|c| c.code).collect();
        assert_eq!(names.len(), CODES.len());
        for code in names {
            assert!(code.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{code}");
        }
    }

    #[test]
    fn an_unknown_notice_can_not_be_decided_on() {
        let reason = Reason::new("encoding-guessed", "x", "y");
        assert_eq!(reason.info().channel, Channel::CannotDecide);
    }
}
