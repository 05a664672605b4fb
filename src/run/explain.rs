//! One student as a sheet: which records stand side by side, and what the findings say of them.

use crate::canonical::{Entity, Field, Records, Row, Side};
use crate::finding::FindingRow;
use crate::project::Project;
use crate::reconcile::{Compared, Reconciliation, compared};
use crate::report::{RowState, Section, SheetRow, StudentSheet};

/// What is shown of a record: the fields that name it and the fields that are its values.
struct View {
    entity: Entity,
    title: &'static str,
    name: &'static [Field],
    values: &'static [Field],
}

const VIEWS: &[View] = &[
    View {
        entity: Entity::Enrollment,
        title: "ENROLLMENT",
        name: &[Field::School, Field::EntryDate],
        values: &[Field::GradeLevel, Field::ExitDate, Field::ExitCode, Field::Primary],
    },
    View {
        entity: Entity::Schedule,
        title: "SCHEDULE",
        name: &[Field::Term, Field::Period, Field::Course],
        values: &[Field::Days, Field::Teacher, Field::Room, Field::StartDate, Field::EndDate],
    },
    View {
        entity: Entity::Transcript,
        title: "TRANSCRIPT",
        name: &[Field::SchoolYear, Field::Term, Field::Course],
        values: &[Field::Mark, Field::CreditEarned, Field::CreditAttempted, Field::Level, Field::RepeatCode],
    },
    View {
        entity: Entity::Gpa,
        title: "GPA",
        name: &[Field::GpaKind],
        values: &[Field::Value, Field::Rank, Field::ClassSize],
    },
    View {
        entity: Entity::Graduation,
        title: "GRADUATION",
        name: &[Field::Requirement],
        values: &[Field::Required, Field::Earned, Field::InProgress, Field::Met],
    },
];

/// What people call the school of the student at a position, with its code.
#[must_use]
pub fn school(project: &Project, run: &Reconciliation, position: u32) -> String {
    let student = &run.students[position as usize];
    let code = Side::BOTH.into_iter().find_map(|side| {
        run.dataset(side).get(Entity::Student)?.text(student.record(side)?, Field::School).filter(|c| !c.is_empty())
    });
    let code = code.unwrap_or_default();
    match super::school_names::school_names(project).get(code) {
        Some(name) => format!("{name} ({code})"),
        None => code.to_owned(),
    }
}

/// Builds the sheet of the student at a position. With `all`, records that are the same are listed too.
#[must_use]
pub fn sheet(run: &Reconciliation, position: u32, findings: Vec<FindingRow>, all: bool) -> StudentSheet {
    let student = &run.students[position as usize];
    let of = |field| {
        let text = |side: Side| run.dataset(side).get(Entity::Student)?.raw(student.record(side)?, field);
        text(Side::Legacy).or_else(|| text(Side::New)).unwrap_or_default()
    };
    let (last, first) = (of(Field::LastName), of(Field::FirstName));
    let mut sheet = StudentSheet {
        name: if last.is_empty() && first.is_empty() { "(no name)".into() } else { format!("{last}, {first}") },
        student_id: match of(Field::StudentId) {
            "" => run.student_id(position).to_owned(),
            id => id.to_owned(),
        },
        grade_level: of(Field::GradeLevel).to_owned(),
        school: of(Field::School).to_owned(),
        matched: match (student.on_legacy, student.on_new) {
            (true, true) => {
                let rule = run.matching.rules.get(usize::from(student.rule)).map_or("id", String::as_str);
                format!("matched by {rule}")
            }
            (true, false) => "only in the legacy system".into(),
            _ => "only in the new system".into(),
        },
        findings,
        ..StudentSheet::default()
    };
    student_section(run, position, &mut sheet);
    for view in VIEWS {
        if let Some(section) = section(run, position, view, all, &mut sheet.values_compared) {
            sheet.sections.push(section);
        }
    }
    sheet.sources = sources(run, position);
    sheet
}

fn student_section(run: &Reconciliation, position: u32, sheet: &mut StudentSheet) {
    let student = &run.students[position as usize];
    let (Some(legacy), Some(new)) = (student.legacy, student.new) else { return };
    let columns = compared(&run.legacy, &run.new, Entity::Student);
    let mut section = Section { title: "STUDENT".into(), ..Section::default() };
    for column in &columns {
        sheet.values_compared += 1;
        if column.equal(legacy, new) {
            section.same += 1;
            continue;
        }
        section.rows.push(SheetRow {
            state: RowState::Differs,
            record: column.field.name().replace('_', " "),
            legacy: raw(run.legacy.get(Entity::Student), legacy, column.field),
            new: raw(run.new.get(Entity::Student), new, column.field),
        });
    }
    sheet.sections.push(section);
}

fn section(run: &Reconciliation, position: u32, view: &View, all: bool, compared_values: &mut u64) -> Option<Section> {
    let (legacy, new) = (run.legacy.get(view.entity), run.new.get(view.entity));
    let mut section = Section { title: view.title.into(), ..Section::default() };
    if let Some(pairs) = run.pairs(position, view.entity) {
        let mut columns = compared(&run.legacy, &run.new, view.entity);
        // Every system numbers its sections anew.
        columns.retain(|c| c.field != Field::Section);
        for both in pairs.both() {
            *compared_values += columns.len() as u64;
            let same = is_same(&columns, both.legacy, both.new);
            if same && !all {
                section.same += 1;
                continue;
            }
            let state = if same { RowState::Same } else { RowState::Differs };
            section.rows.push(view.row(state, (legacy, &[both.legacy]), (new, &[both.new])));
        }
        for (l, n) in pairs.split() {
            if !all {
                section.same += 1;
                continue;
            }
            section.rows.push(view.row(RowState::Same, (legacy, l), (new, n)));
        }
        for (l, n) in pairs.ambiguous() {
            section.rows.push(view.row(RowState::Ambiguous, (legacy, l), (new, n)));
        }
        for row in pairs.legacy_only().iter().chain(pairs.legacy_duplicates()) {
            section.rows.push(view.row(RowState::OneSided, (legacy, &[*row]), (new, &[])));
        }
        for row in pairs.new_only().iter().chain(pairs.new_duplicates()) {
            section.rows.push(view.row(RowState::OneSided, (legacy, &[]), (new, &[*row])));
        }
    } else {
        for row in run.rows(position, Side::Legacy, view.entity) {
            section.rows.push(view.row(RowState::Same, (legacy, &[row]), (new, &[])));
        }
        for row in run.rows(position, Side::New, view.entity) {
            section.rows.push(view.row(RowState::Same, (legacy, &[]), (new, &[row])));
        }
        if !section.rows.is_empty() {
            section.working.push("not compared: only one system exports it".into());
        }
    }
    section.rows.sort_by(|a, b| a.record.cmp(&b.record));
    (!section.rows.is_empty() || section.same > 0).then_some(section)
}

fn is_same(columns: &[Compared<'_>], legacy: Row, new: Row) -> bool {
    columns.iter().all(|c| c.equal(legacy, new))
}

impl View {
    fn row(&self, state: RowState, legacy: (Option<&Records>, &[Row]), new: (Option<&Records>, &[Row])) -> SheetRow {
        let named = if legacy.1.is_empty() { new } else { legacy };
        let texts = |side: (Option<&Records>, &[Row]), fields: &[Field]| {
            let one = |row: &Row| {
                let values = fields.iter().map(|f| (f, raw(side.0, *row, *f))).filter(|(_, v)| !v.is_empty());
                let values = values.map(|(field, value)| match field {
                    Field::Rank => format!("rank {value}"),
                    Field::ClassSize => format!("of {value}"),
                    _ => value,
                });
                values.collect::<Vec<_>>().join("  ")
            };
            side.1.iter().map(one).collect::<Vec<_>>().join(" + ")
        };
        let name = |side: (Option<&Records>, &[Row])| {
            let one = |row: &Row| {
                let values = self.name.iter().filter_map(|f| side.0.and_then(|r| r.text(*row, *f)));
                values.collect::<Vec<_>>().join(" ")
            };
            side.1.first().map(one).unwrap_or_default()
        };
        SheetRow { state, record: name(named), legacy: texts(legacy, self.values), new: texts(new, self.values) }
    }
}

fn raw(records: Option<&Records>, row: Row, field: Field) -> String {
    records.and_then(|r| r.raw(row, field)).unwrap_or_default().to_owned()
}

/// Files and lines in which the student's records stand.
fn sources(run: &Reconciliation, position: u32) -> Vec<String> {
    let mut lines = Vec::new();
    for side in Side::BOTH {
        for entity in Entity::ALL {
            let Some(records) = run.dataset(side).get(entity) else { continue };
            let rows = match entity {
                Entity::Student => run.students[position as usize].record(side).into_iter().collect(),
                Entity::Course => continue,
                _ => run.rows(position, side, entity),
            };
            let places: Vec<_> = rows.iter().map(|r| records.location(*r)).collect();
            let (Some(first), Some(last)) = (places.iter().min(), places.iter().max()) else { continue };
            lines.push(match places.len() {
                1 => format!("{side}/{} line {}", first.file, first.line),
                n => format!("{side}/{} {n} rows, lines {} to {}", first.file, first.line, last.line),
            });
        }
    }
    lines
}
