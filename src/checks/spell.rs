//! Findings spelled out: places, values as printed, and an identity that survives re-export.

use std::fmt::Write as _;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use xxhash_rust::xxh3::xxh3_64;

use super::registry::ALL;
use crate::canonical::{Entity, Field, Row, Side, Typed};
use crate::finding::{Finding, FindingRow, Findings, Subject};
use crate::reconcile::Reconciliation;

/// Spells findings out, one by one.
#[derive(Debug)]
pub struct Speller<'a> {
    run: &'a Reconciliation,
    findings: &'a Findings,
    fingerprints: Vec<u64>,
    /// Positions of findings whose short reference another finding of the check has too.
    long: HashSet<u32>,
}

/// All findings, spelled out in report order.
pub fn spell<'a>(
    run: &'a Reconciliation,
    findings: &'a Findings,
) -> impl ExactSizeIterator<Item = FindingRow> + use<'a> {
    let speller = Speller::new(run, findings);
    (0..findings.rows.len()).map(move |i| speller.row(i))
}

impl<'a> Speller<'a> {
    /// Gives every finding its identity.
    #[must_use]
    pub fn new(run: &'a Reconciliation, findings: &'a Findings) -> Self {
        let mut speller = Self { run, findings, fingerprints: Vec::new(), long: HashSet::new() };
        let mut times: HashMap<u64, u32> = HashMap::with_capacity(findings.rows.len());
        speller.fingerprints.reserve(findings.rows.len());
        for finding in &findings.rows {
            let identity = speller.identity(finding);
            // Findings that no content tells apart are numbered; they stand in content order.
            let time = times.entry(xxh3_64(identity.as_bytes())).or_default();
            let print = xxh3_64(format!("{identity}|{time}").as_bytes());
            *time += 1;
            speller.fingerprints.push(print);
        }
        let mut short: HashMap<(u8, u64), u32> = HashMap::with_capacity(findings.rows.len());
        for (at, print) in speller.fingerprints.iter().enumerate() {
            let key = (findings.rows[at].check, print >> 24);
            if let Some(first) = short.insert(key, at as u32) {
                speller.long.extend([first, at as u32]);
            }
        }
        speller
    }

    /// Number of findings.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.fingerprints.len()
    }

    /// True when there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.fingerprints.is_empty()
    }

    /// The identity of a finding: 64 bits that survive re-export, row order, section numbers and severities.
    #[must_use]
    pub fn fingerprint(&self, at: usize) -> u64 {
        self.fingerprints[at]
    }

    /// Check, student, entity, natural key and field.
    fn identity(&self, finding: &Finding) -> String {
        let subject = match finding.subject {
            Subject::Student(position) => self.run.student_id(position),
            Subject::Other(note) => self.findings.note(note),
        };
        let check = ALL[usize::from(finding.check)].meta().name;
        let field = finding.field.map_or("", Field::name);
        format!("{check}|{subject}|{}|{}|{field}", finding.entity, natural_key(self.run, finding))
    }

    /// The finding at a position, spelled out.
    #[must_use]
    pub fn row(&self, at: usize) -> FindingRow {
        let finding = &self.findings.rows[at];
        let check = ALL[usize::from(finding.check)].meta();
        let print = self.fingerprints[at];
        let digits =
            if self.long.contains(&(at as u32)) { format!("{print:016x}") } else { format!("{:010x}", print >> 24) };
        let place = |side: Side, row: Option<Row>| {
            let at = self.run.dataset(side).get(finding.entity).zip(row).map(|(r, row)| r.location(row));
            at.map_or((String::new(), 0), |l| (l.file.to_owned(), l.line))
        };
        let (legacy_file, legacy_line) = place(Side::Legacy, finding.legacy);
        let (new_file, new_line) = place(Side::New, finding.new);
        let value = |note: u32, side: Side, row: Option<Row>| match note {
            0 => value_as_printed(self.run, finding, side, row),
            note => self.findings.note(note).to_owned(),
        };
        let student = Student::of(self.run, finding.subject);
        FindingRow {
            reference: format!("{}-{digits}", check.name),
            fingerprint: format!("{print:016x}"),
            school: school(self.run, finding),
            severity: finding.severity,
            check: check.name.to_owned(),
            area: area(check.entity, finding).to_owned(),
            student_id: student.id,
            student_name: student.name,
            grade_level: student.grade_level,
            record: self.record(finding),
            field: finding.field.map_or_else(String::new, |f| f.name().to_owned()),
            change: finding.change.symbol().to_owned(),
            legacy_value: value(finding.values.0, Side::Legacy, finding.legacy),
            new_value: value(finding.values.1, Side::New, finding.new),
            difference: self.difference(finding),
            note: self.findings.note(finding.note).to_owned(),
            cause: String::new(),
            waiver: String::new(),
            first_seen: String::new(),
            legacy_file,
            legacy_line,
            new_file,
            new_line,
        }
    }

    /// Which record, in the words of people: `2024-25 S2 ALG2H Algebra 2 Honors`.
    fn record(&self, finding: &Finding) -> String {
        if let Subject::Other(note) = finding.subject {
            return self.findings.note(note).to_owned();
        }
        let Some((side, row)) = leading(finding) else { return String::new() };
        describe(self.run, side, finding.entity, row)
    }

    /// New minus legacy for numbers.
    fn difference(&self, finding: &Finding) -> String {
        let number = |side: Side, row: Option<Row>| match self
            .run
            .dataset(side)
            .get(finding.entity)?
            .typed(row?, finding.field?)
        {
            Typed::Number(number) => Some(number),
            _ => None,
        };
        if finding.values != (0, 0) {
            let text = |note| {
                self.findings.note(note).rsplit(' ').next().and_then(|t| crate::canonical::Decimal::parse(t).ok())
            };
            let field_is_number = finding.field.is_none_or(|f| f.kind() == crate::canonical::Kind::Number);
            return match (text(finding.values.0), text(finding.values.1)) {
                (Some(legacy), Some(new)) if field_is_number => signed(new.checked_sub(legacy)),
                _ => String::new(),
            };
        }
        match (number(Side::Legacy, finding.legacy), number(Side::New, finding.new)) {
            (Some(legacy), Some(new)) => signed(new.checked_sub(legacy)),
            _ => String::new(),
        }
    }
}

fn signed(number: Option<crate::canonical::Decimal>) -> String {
    match number {
        Some(n) if n > crate::canonical::Decimal::ZERO => format!("+{n}"),
        Some(n) => n.to_string(),
        None => String::new(),
    }
}

/// Who a finding is about, as the legacy side prints it.
struct Student {
    id: String,
    name: String,
    grade_level: String,
}

impl Student {
    fn of(run: &Reconciliation, subject: Subject) -> Self {
        let Subject::Student(position) = subject else {
            return Self { id: String::new(), name: String::new(), grade_level: String::new() };
        };
        let pair = &run.students[position as usize];
        let first = |field: Field, raw: bool| {
            Side::BOTH.into_iter().find_map(|side| {
                let records = run.dataset(side).get(Entity::Student)?;
                let row = pair.record(side)?;
                let text = if raw { records.raw(row, field) } else { records.text(row, field) };
                text.filter(|t| !t.is_empty())
            })
        };
        let name = match (first(Field::LastName, true), first(Field::FirstName, true)) {
            (Some(last), Some(given)) => format!("{last}, {given}"),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => String::new(),
        };
        Self {
            id: first(Field::StudentId, true).unwrap_or_else(|| run.student_id(position)).to_owned(),
            name,
            grade_level: first(Field::GradeLevel, false).unwrap_or_default().to_owned(),
        }
    }
}

/// The school that a finding belongs to: the student's, else the record's.
#[must_use]
pub fn school(run: &Reconciliation, finding: &Finding) -> String {
    let of = |side: Side, entity: Entity, row: Option<Row>| run.dataset(side).get(entity)?.text(row?, Field::School);
    let student = match finding.subject {
        Subject::Student(position) => run.students.get(position as usize),
        Subject::Other(_) => None,
    };
    let by_student =
        student.and_then(|s| Side::BOTH.into_iter().find_map(|side| of(side, Entity::Student, s.record(side))));
    by_student
        .or_else(|| of(Side::Legacy, finding.entity, finding.legacy))
        .or_else(|| of(Side::New, finding.entity, finding.new))
        .unwrap_or_default()
        .to_owned()
}

/// `load` for what is about files and totals rather than about a student or a course.
fn area(entity: Entity, finding: &Finding) -> &'static str {
    match finding.subject {
        Subject::Other(_) if finding.entity != Entity::Course => "load",
        Subject::Other(_) => finding.entity.name(),
        Subject::Student(_) => {
            if finding.entity == entity {
                entity.name()
            } else {
                finding.entity.name()
            }
        }
    }
}

/// The side and row that name a record: legacy, else new.
fn leading(finding: &Finding) -> Option<(Side, Row)> {
    finding.legacy.map(|r| (Side::Legacy, r)).or_else(|| finding.new.map(|r| (Side::New, r)))
}

const fn natural_fields(entity: Entity) -> &'static [Field] {
    match entity {
        Entity::Student => &[],
        Entity::Enrollment => &[Field::School, Field::EntryDate],
        Entity::Course => &[Field::Course],
        Entity::Schedule => &[Field::SchoolYear, Field::Term, Field::Course, Field::Period],
        Entity::Transcript => &[Field::SchoolYear, Field::Term, Field::Course],
        Entity::Gpa => &[Field::GpaKind],
        Entity::Graduation => &[Field::Requirement],
    }
}

/// What names a record beside the student, in canonical text.
fn natural_key(run: &Reconciliation, finding: &Finding) -> String {
    let mut key = String::new();
    if let Some((side, row)) = leading(finding)
        && let Some(records) = run.dataset(side).get(finding.entity)
    {
        for field in natural_fields(finding.entity) {
            let text = records.text(row, *field).or_else(|| records.raw(row, *field));
            let _ = write!(key, "{}\u{1f}", text.unwrap_or_default());
        }
    }
    key
}

/// A record in the words of people.
#[must_use]
pub fn describe(run: &Reconciliation, side: Side, entity: Entity, row: Row) -> String {
    let Some(records) = run.dataset(side).get(entity) else { return String::new() };
    let mut text = String::new();
    let shown = natural_fields(entity).iter().chain(match entity {
        Entity::Schedule | Entity::Transcript | Entity::Course => &[Field::Title][..],
        _ => &[],
    });
    for field in shown {
        let value = records.text(row, *field).or_else(|| records.raw(row, *field)).filter(|v| !v.is_empty());
        if let Some(value) = value {
            let prefix = if *field == Field::Period { "P" } else { "" };
            let _ = write!(text, "{}{prefix}{value}", if text.is_empty() { "" } else { " " });
        }
    }
    text
}

/// The value in the file: of the field, or of what says most about a record that is only on one side.
fn value_as_printed(run: &Reconciliation, finding: &Finding, side: Side, row: Option<Row>) -> String {
    let (Some(records), Some(row)) = (run.dataset(side).get(finding.entity), row) else { return String::new() };
    let field = finding.field.or(match finding.entity {
        Entity::Transcript => Some(Field::Mark),
        Entity::Gpa => Some(Field::Value),
        _ => None,
    });
    field.and_then(|f| records.raw(row, f)).unwrap_or_default().to_owned()
}

/// What orders the findings of one check of one student: what the records say, never where they stand.
pub(super) fn sort_key(run: &Reconciliation, notes: &[String], finding: &Finding) -> String {
    let note = |number: u32| notes.get(number as usize).map_or("", String::as_str);
    let mut key = String::new();
    if let Subject::Other(number) = finding.subject {
        key.push_str(note(number));
    }
    let _ = write!(
        key,
        "\u{1}{}\u{1}{}\u{1}{}\u{1}{}\u{1}{}\u{1}{}\u{1}{}",
        finding.entity as u8,
        natural_key(run, finding),
        finding.field.map_or("", Field::name),
        finding.change.symbol(),
        note(finding.values.0),
        note(finding.values.1),
        note(finding.note),
    );
    for (side, row) in [(Side::Legacy, finding.legacy), (Side::New, finding.new)] {
        key.push('\u{1}');
        let Some((records, row)) = run.dataset(side).get(finding.entity).zip(row) else { continue };
        for field in Field::of(finding.entity) {
            let _ = write!(key, "{}\u{1f}", records.raw(row, *field).unwrap_or_default());
        }
    }
    key
}
