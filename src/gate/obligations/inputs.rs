//! Are these the right files, of the right day, whole, and is every record of them accounted for?

use super::super::decide::{Figures, Ledger};
use super::super::{Criteria, Measured, Share, SideInput};
use super::{first_few, plural};
use crate::canonical::Side;

/// Both sides are different, current, attested and unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Proven(());

/// Every record of every table is in exactly one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Accounted(());

fn sides(measured: &Measured) -> [(Side, &SideInput); 2] {
    [(Side::Legacy, &measured.legacy), (Side::New, &measured.new)]
}

pub(super) fn prove(measured: &Measured, criteria: &Criteria, ledger: &mut Ledger) -> Option<Proven> {
    let files = identity(measured, ledger);
    let dates = as_of(measured, criteria, ledger);
    let whole = selection(measured, criteria, ledger);
    let volume = volume(measured, criteria, ledger);
    (files && dates && whole && volume).then_some(Proven(()))
}

fn identity(measured: &Measured, ledger: &mut Ledger) -> bool {
    for (side, input) in sides(measured) {
        if input.files == 0 {
            ledger.object(
                "input-unattested",
                format!("No file of the {side} side was read with its size and hash."),
                format!("set [sides.{side}] root to the folder of the export and run again"),
            );
        }
        for notice in input.notices.iter().filter(|n| n.undecidable) {
            ledger.object(
                notice.kind.clone(),
                format!("{side}: {}", notice.text),
                format!("ask for a new export of the {side} side, or declare in its mapping what is meant"),
            );
        }
    }
    if let Some(why) = &measured.same_extract {
        ledger.object(
            "same-file-both-sides",
            format!("Both sides are the same extract: {why}. A system always equals itself."),
            "set [sides.legacy] root and [sides.new] root to the exports of the two systems",
        );
    }
    if let Some(why) = &measured.sides_swapped {
        ledger.object(
            "sides-swapped",
            format!("The sides seem to be swapped: {why}."),
            "exchange the roots of [sides.legacy] and [sides.new]",
        );
    }
    if !measured.inputs_changed.is_empty() {
        ledger.object(
            "input-changed",
            format!(
                "{} changed since it was read: {}.",
                plural(measured.inputs_changed.len() as u64, "input"),
                first_few(&measured.inputs_changed)
            ),
            "wait until the export is complete, then run again",
        );
    }
    let files = measured.legacy.files + measured.new.files;
    ledger.criterion(
        "inputs",
        Figures {
            measured: plural(files, "file"),
            limit: "two different, unchanged exports".into(),
            ..Figures::default()
        },
    )
}

fn as_of(measured: &Measured, criteria: &Criteria, ledger: &mut Ledger) -> bool {
    for (side, input) in sides(measured) {
        let Some(day) = input.as_of else {
            let sentence = format!("It is not known of which day the {side} extract is.");
            ledger.object("as-of-missing", sentence, format!("set as_of under [sides.{side}]"));
            continue;
        };
        let Some(today) = measured.today else { continue };
        if day > today {
            ledger.object(
                "as-of-in-future",
                format!("The {side} extract is of {day}, after {today}."),
                format!("correct as_of under [sides.{side}], or this computer's clock"),
            );
        }
        let age = today.since(day).ok().map_or(0, |span| span.get_days());
        if let Some(limit) = criteria.max_age_days.filter(|limit| i64::from(age) > i64::from(*limit)) {
            ledger.object(
                "as-of-stale",
                format!("The {side} extract is of {day}, {age} days before {today}; at most {limit} days are allowed."),
                "export both systems again on one day and run again",
            );
        }
    }
    if measured.today.is_none() {
        let sentence = "It is not known on which day the gate is asked.";
        ledger.object("as-of-missing", sentence, "ask the gate with --as-of YYYY-MM-DD");
    }
    let (legacy, new) = (measured.legacy.as_of, measured.new.as_of);
    if let (Some(l), Some(n)) = (legacy, new)
        && l != n
    {
        ledger.object(
            "as-of-differs",
            format!("The legacy extract is of {l} and the new one of {n}; what was changed between is no fault."),
            "export both systems as of one day",
        );
    }
    let show = |day: Option<jiff::civil::Date>| day.map_or_else(|| "unknown".into(), |d| d.to_string());
    ledger.criterion(
        "as-of dates",
        Figures {
            measured: format!("{} / {}", show(legacy), show(new)),
            limit: "one day".into(),
            ..Figures::default()
        },
    )
}

fn selection(measured: &Measured, criteria: &Criteria, ledger: &mut Ledger) -> bool {
    if !measured.selection.is_empty() {
        ledger.object(
            "partial-selection",
            format!("Only a part was asked for: {}.", first_few(&measured.selection)),
            "run again without it; a part can be looked at, never decided on",
        );
    }
    for school in &criteria.schools {
        for (side, input) in sides(measured) {
            if !input.schools.contains(school) {
                ledger.object(
                    "school-missing",
                    format!("School {school} has no student on the {side} side."),
                    format!("ask for an export of the {side} side that holds all schools"),
                );
            }
        }
    }
    let schools = measured.legacy.schools.len();
    ledger.criterion(
        "whole district",
        Figures {
            measured: plural(schools as u64, "school"),
            limit: "all schools, all checks".into(),
            ..Figures::default()
        },
    )
}

/// A run with a part of the district on both sides agrees with itself; an earlier rehearsal knows how large it was.
fn volume(measured: &Measured, criteria: &Criteria, ledger: &mut Ledger) -> bool {
    let before = measured.rehearsals.unwrap_or_default();
    let pairs = [(measured.matching.legacy, before.students, "student"), (measured.records, before.records, "record")];
    let mut worst: Option<Share> = None;
    for (now, then, word) in pairs.into_iter().filter(|(_, then, _)| *then > 0) {
        let share = Share::new(now.min(then), then);
        if !share.at_least(criteria.min_volume) {
            ledger.object(
                "volume-low",
                format!(
                    "{}, where an earlier rehearsal had {then} ({}%); at least {}% are required.",
                    plural(now, word),
                    share.percent(),
                    criteria.min_volume
                ),
                "ask for exports of the whole district; when it did become smaller, lower min_volume under [gate]",
            );
        }
        worst = worst.into_iter().chain([share]).min_by_key(|s| s.percent());
    }
    let figures = worst.map_or_else(
        || Figures {
            measured: plural(measured.matching.legacy, "student"),
            limit: "nothing to hold it against".into(),
            ..Figures::default()
        },
        |share| Figures::at_least(share, criteria.min_volume),
    );
    ledger.criterion("volume", figures)
}

pub(super) fn account(measured: &Measured, criteria: &Criteria, ledger: &mut Ledger) -> Option<Accounted> {
    let (mut held, mut tables, mut rejected) = (0, 0, 0);
    for (side, input) in sides(measured) {
        for table in &input.tables {
            tables += 1;
            held += u64::from(table.holds());
            rejected += table.rejected;
            let name = &table.table;
            if !table.holds() {
                let sum = table.rejected + table.rejected_waived;
                ledger.object(
                    "rows-not-accounted",
                    format!(
                        "{side} {name}: {} records, {} rows, {sum} rejected, {} mapped, {} left out do not add up.",
                        table.records, table.rows, table.mapped, table.left_out
                    ),
                    "report this: it is a bug of the reader or the mapping engine",
                );
            }
            let found = table.records;
            if let Some(expected) = table.expected.filter(|e| *e != found) {
                ledger.object(
                    "row-count-differs",
                    format!("{side} {name} has {found} rows; its manifest promises {expected}."),
                    "ask for a complete export, or correct expect_rows",
                );
            }
        }
    }
    let sums = ledger.criterion("rows accounted for", Figures::all(held, tables));
    if tables == 0 {
        ledger.object("rows-not-accounted", "No table was counted.", "check the mappings of both sides");
    }
    if rejected > criteria.rejected_rows {
        ledger.object(
            "rejected-rows",
            format!("{} could not be read and are in no comparison.", plural(rejected, "row")),
            "look at rejects.csv: correct the export, the mapping's layout, or waive rows by file and record",
        );
        for (side, input) in sides(measured) {
            for (kind, rows) in &input.rejects {
                ledger.object(
                    kind.clone(),
                    format!("{side}: {} refused as {kind}.", plural(*rows, "row")),
                    "rejects.csv says what was expected and what was found",
                );
            }
        }
    }
    let rejects = ledger.criterion("rejected rows", Figures::at_most(rejected, criteria.rejected_rows));
    (sums && rejects).then_some(Accounted(()))
}
