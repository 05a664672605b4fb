//! Was everything compared with something: students, records, fields?

use super::super::decide::{Figures, Ledger};
use super::super::{Criteria, EntityCoverage, FieldCoverage, Measured};
use super::plural;
use crate::canonical::{Entity, Field, Kind, Side};

/// Enough students were matched, and each is in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Paired(());

/// Every required kind of record and field was compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Covered(());

pub(super) fn pairing(measured: &Measured, criteria: &Criteria, ledger: &mut Ledger) -> Option<Paired> {
    let m = &measured.matching;
    if m.paired == 0 {
        ledger.object(
            "no-student-matched",
            format!("None of {} was matched.", plural(m.legacy, "legacy student")),
            "look at the ids of both sides: another [matching] rule, a crosswalk of ids, or lost zeros",
        );
    } else if !m.share().at_least(criteria.min_match) {
        ledger.object(
            "match-rate-low",
            format!(
                "{} of {} legacy students ({}%) were matched; at least {}% are required.",
                m.paired,
                m.legacy,
                m.share().percent(),
                criteria.min_match
            ),
            "look at the unmatched students and their suggestions; add a [matching] rule or a crosswalk of ids",
        );
    }
    let sum = |a: u64, b: u64| a.checked_add(b);
    if sum(m.paired, m.legacy_only) != Some(m.legacy) || sum(m.paired, m.new_only) != Some(m.new) {
        ledger.object(
            "students-not-accounted",
            format!(
                "{} legacy and {} new students are not {} paired and {} and {} alone.",
                m.legacy, m.new, m.paired, m.legacy_only, m.new_only
            ),
            "report this: it is a bug of pairing",
        );
    }
    ledger.criterion("students matched", Figures::at_least(m.share(), criteria.min_match)).then_some(Paired(()))
}

pub(super) fn covered(measured: &Measured, criteria: &Criteria, ledger: &mut Ledger) -> Option<Covered> {
    let nothing = EntityCoverage::default();
    let (mut compared, mut fields, mut fields_compared) = (0, 0, 0);
    for entity in &criteria.required {
        let coverage = measured.coverage.get(entity).unwrap_or(&nothing);
        compared += u64::from(records(*entity, coverage, ledger));
    }
    for (entity, coverage) in &measured.coverage {
        placed(*entity, coverage, ledger);
    }
    if criteria.required.is_empty() {
        let sentence = "No kind of record is required, so that nothing at all would do.";
        ledger.object("entity-not-compared", sentence, "name at least one in `required` under [checks]");
    }
    let entities = ledger.criterion("required records", Figures::all(compared, criteria.required.len() as u64));
    for entity in &criteria.required {
        let Some(coverage) = measured.coverage.get(entity) else { continue };
        for field in required_fields(*entity, criteria) {
            let found = coverage.fields.get(&field).copied().unwrap_or_default();
            fields += 1;
            fields_compared += u64::from(compared_field(*entity, field, found, ledger));
        }
    }
    let fields = ledger.criterion("required fields", Figures::all(fields_compared, fields));
    (entities && fields).then_some(Covered(()))
}

/// One kind of record; true when it was compared.
fn records(entity: Entity, coverage: &EntityCoverage, ledger: &mut Ledger) -> bool {
    let rows = [(Side::Legacy, coverage.legacy), (Side::New, coverage.new)];
    for (side, count) in rows {
        match count {
            None => ledger.object(
                "entity-not-compared",
                format!("The {side} side has no {entity} records in its mapping or its export."),
                format!(
                    "add [[{entity}]] to the {side} mapping and its file to the export, or take it out of `required`"
                ),
            ),
            Some(0) => ledger.object(
                "empty-entity",
                format!("The {side} side has no {entity} row. No verdict is given on nothing."),
                format!("ask for a new export of the {side} side, and look at the mapping's filters"),
            ),
            Some(_) => {}
        }
    }
    let both = rows.iter().all(|(_, n)| n.is_some_and(|n| n > 0));
    if both && coverage.pairs == 0 {
        ledger.object(
            "nothing-paired",
            format!("Both sides have {entity} rows and not one was paired."),
            "look at the crosswalks of courses, terms and years: the two sides share no key",
        );
    }
    both && coverage.pairs > 0
}

/// Every row of any compared kind of record is in exactly one place.
fn placed(entity: Entity, coverage: &EntityCoverage, ledger: &mut Ledger) {
    if coverage.unreadable_ids > 0 {
        ledger.object(
            "student-ids-unreadable",
            format!(
                "{} of {entity} with a student id that does not read (such as 2.0017E+4, or a code without a line): nobody \
                 knows whose they are.",
                plural(coverage.unreadable_ids, "record"),
            ),
            "export the ids as text, without a spreadsheet in between; value-unreadable and code-unmapped list the places",
        );
    }
    if coverage.unplaced > 0 || coverage.placed_twice > 0 {
        ledger.object(
            "records-not-placed",
            format!(
                "{} of {entity} in no pair and no list, {} in two.",
                plural(coverage.unplaced, "record"),
                coverage.placed_twice
            ),
            "report this: it is a bug of pairing",
        );
    }
}

/// The fields that must be compared: those that make the record, and those that the criteria name.
fn required_fields(entity: Entity, criteria: &Criteria) -> Vec<Field> {
    let mut fields = Field::required(entity).to_vec();
    fields.extend(criteria.required_fields.get(&entity).into_iter().flatten());
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// One field; true when it was compared and says something.
fn compared_field(entity: Entity, field: Field, found: FieldCoverage, ledger: &mut Ledger) -> bool {
    let name = format!("{entity}.{field}");
    let mut whole = true;
    for (side, filled) in [(Side::Legacy, found.legacy), (Side::New, found.new)] {
        if filled.is_none() {
            whole = false;
            ledger.object(
                "field-not-compared",
                format!("{name} is not mapped on the {side} side."),
                format!("map {field} under [{entity}.fields] of the {side} mapping"),
            );
        }
    }
    if found.legacy == Some(0) && found.new == Some(0) {
        whole = false;
        ledger.object(
            "field-empty",
            format!("{name} has no value on either side: nothing equals nothing."),
            format!("look at the column that fills {field}, its null words and date formats, on both sides"),
        );
    }
    // Keys may be constants: a file that holds one kind of GPA only.
    if found.constant && !Field::required(entity).contains(&field) {
        whole = false;
        ledger.object(
            "field-not-compared",
            format!("Both mappings give {name} a constant: nothing of the exports is compared."),
            format!("map {field} under [{entity}.fields] to a column, or take it out of required_fields under [gate]"),
        );
    }
    let collapsed = |raw: u64, canonical: u64| raw >= 3 && canonical == 1 && field.kind() != Kind::Flag;
    let pairs = [(Side::Legacy, found.raw.0, found.canonical.0), (Side::New, found.raw.1, found.canonical.1)];
    for (side, raw, canonical) in pairs {
        if collapsed(raw, canonical) {
            whole = false;
            ledger.object(
                "field-collapsed",
                format!("The {side} mapping makes one value of {raw} different ones in {name}."),
                format!("look at the crosswalk, constant or default of {field} in the {side} mapping"),
            );
        }
    }
    whole
}
