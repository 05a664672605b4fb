//! What a check is, what it sees and how it speaks.

use std::cell::OnceCell;

use super::changes::Changes;
use super::facts::Facts;
use crate::canonical::{Dataset, Decimal, Entity, Field, Records, Row, Side, Typed};
use crate::finding::{Change, Finding, Severity, Subject};
use crate::policy::Policies;
use crate::policy::graduation::Audit;
use crate::reconcile::{Reconciliation, RecordPairs, StudentPair};

/// What is known about a check without running it.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Kebab-case; reads well after "waive".
    pub name: &'static str,
    /// Severity before escalation and project settings.
    pub severity: Severity,
    /// One sentence.
    pub summary: &'static str,
    /// The entity whose records it looks at.
    pub entity: Entity,
    /// Fields that both sides must map for it to run, beside the entity's required ones.
    pub needs: &'static [Field],
    /// The source of the check's file; its `//!` header is the page that `rule` prints.
    pub source: &'static str,
}

/// A check. It implements one of the two methods.
pub trait Check: Sync {
    /// Name, severity and words.
    fn meta(&self) -> &'static Meta;

    /// The fields it compares, when it can run as soon as any of them is mapped on both sides; else empty.
    fn reads(&self) -> &'static [(Entity, Field)] {
        &[]
    }

    /// True when it looks at whatever entities there are, and so always can run.
    fn is_general(&self) -> bool {
        false
    }

    /// True when what it says of one student depends on others: ranks, swaps, doubles, students who look alike. A shard
    /// that knows only its own students leaves it to the merge.
    fn needs_everybody(&self) -> bool {
        false
    }

    /// Looks at one student. Students are independent; this runs in parallel.
    fn student(&self, _student: &StudentContext<'_>, _out: &mut Out) {}

    /// Looks at the whole run, once.
    fn run(&self, _run: &RunContext<'_>, _out: &mut Out) {}
}

/// One student as a check sees it.
#[derive(Debug, Clone, Copy)]
pub struct StudentContext<'a> {
    /// Both sides.
    pub reconciliation: &'a Reconciliation,
    /// Position of the student pair.
    pub position: u32,
    /// The pair.
    pub pair: &'a StudentPair,
    /// The rules of GPA and graduation.
    pub policies: &'a Policies,
    /// Which fields of the student's paired records differ.
    pub changes: &'a Changes,
    /// What only the whole run knows.
    pub facts: &'a Facts,
    /// What several checks ask of this student, worked out once.
    pub known: &'a Known,
}

/// What several checks ask of one student.
#[derive(Debug, Default)]
pub struct Known {
    /// The audit of each side; `None` where there is none.
    pub(super) audits: [OnceCell<Option<Audit>>; 2],
    /// Classes that are not dropped, by side.
    pub(super) active: [OnceCell<Vec<Row>>; 2],
    /// Pairs of classes that meet at the same time, by side.
    pub(super) conflicts: [OnceCell<Vec<(Row, Row)>>; 2],
}

/// Fields of a class that neither credit nor time depends on: another section, teacher or room changes no audit.
const ONLY_WHERE_AND_WHO: [Field; 5] = [Field::Section, Field::Teacher, Field::CoTeacher, Field::Room, Field::Title];

impl<'a> StudentContext<'a> {
    /// The records of an entity on one side; `None` when not mapped.
    #[must_use]
    pub fn records(&self, side: Side, entity: Entity) -> Option<&'a Records> {
        self.dataset(side).get(entity)
    }

    /// One side.
    #[must_use]
    pub const fn dataset(&self, side: Side) -> &'a Dataset {
        self.reconciliation.dataset(side)
    }

    /// The student as the subject of a finding.
    #[must_use]
    pub const fn subject(&self) -> Subject {
        Subject::Student(self.position)
    }

    /// The paired records of an entity; `None` when a side does not map it.
    #[must_use]
    pub fn pairs(&self, entity: Entity) -> Option<RecordPairs<'a>> {
        self.reconciliation.pairs(self.position, entity)
    }

    /// All rows of an entity on one side, in row order, paired or not.
    #[must_use]
    pub fn rows(&self, side: Side, entity: Entity) -> Vec<Row> {
        self.reconciliation.rows(self.position, side, entity)
    }

    /// True when the student is on both sides.
    #[must_use]
    pub const fn is_paired(&self) -> bool {
        self.pair.is_paired()
    }

    /// The canonical text of a field of a record; `None` when not mapped or without a value.
    #[must_use]
    pub fn text(&self, side: Side, entity: Entity, row: Row, field: Field) -> Option<&'a str> {
        self.records(side, entity)?.text(row, field)
    }

    /// The number in a field of a record.
    #[must_use]
    pub fn number(&self, side: Side, entity: Entity, row: Row, field: Field) -> Option<Decimal> {
        match self.records(side, entity)?.typed(row, field) {
            Typed::Number(number) => Some(number),
            _ => None,
        }
    }

    /// A field of the student record, legacy first.
    #[must_use]
    pub fn of_student(&self, field: Field) -> Option<&'a str> {
        let of = |side: Side| self.text(side, Entity::Student, self.pair.record(side)?, field);
        of(Side::Legacy).or_else(|| of(Side::New))
    }

    /// The student's grade level (new side's when legacy has none).
    #[must_use]
    pub fn grade_level(&self) -> Option<&'a str> {
        self.of_student(Field::GradeLevel)
    }

    /// True for a student of grade 12, whose transcript goes to colleges.
    #[must_use]
    pub fn is_senior(&self) -> bool {
        self.grade_level() == Some("12")
    }

    /// True when transcripts and schedules are paired completely and nothing in them differs but the section, teacher
    /// or room of a class: then nothing that is computed from them can differ.
    #[must_use]
    pub fn has_same_rows(&self) -> bool {
        let paired = |entity| self.pairs(entity).is_some_and(|p| p.is_complete());
        let exceptions = |side| self.policies.exceptions_of(self.reconciliation, self.position, side);
        paired(Entity::Transcript)
            && paired(Entity::Schedule)
            && self.changes.of(Entity::Transcript).is_empty()
            && self.changes.of(Entity::Schedule).iter().all(|pair| pair.fields.is_within(&ONLY_WHERE_AND_WHO))
            && !self.policies.bound(self.reconciliation).catalogue_differs
            && exceptions(Side::Legacy) == exceptions(Side::New)
    }

    /// True when both sides map the field and the two values differ (unmapped and unreadable values differ from all).
    #[must_use]
    pub fn differs(&self, entity: Entity, field: Field, legacy: Row, new: Row) -> bool {
        let (Some(l), Some(n)) = (self.records(Side::Legacy, entity), self.records(Side::New, entity)) else {
            return false;
        };
        if !l.has(field) || !n.has(field) {
            return false;
        }
        match (l.key(legacy, field), n.key(new, field)) {
            (Some(a), Some(b)) => a != b,
            _ => true,
        }
    }
}

/// The whole run as a check sees it.
#[derive(Debug, Clone, Copy)]
pub struct RunContext<'a> {
    /// Both sides, paired.
    pub reconciliation: &'a Reconciliation,
    /// The rules of GPA and graduation.
    pub policies: &'a Policies,
    /// What only the whole run knows.
    pub facts: &'a Facts,
    /// For each student: true when a check found something.
    pub touched: &'a [bool],
}

/// Where a check speaks. One per worker and check; merged in order.
#[derive(Debug, Default)]
pub struct Out {
    /// The findings so far; note numbers are local to this `Out`.
    pub findings: Vec<Finding>,
    /// Local texts; the first is empty.
    pub notes: Vec<String>,
    /// How many records or pairs were looked at.
    pub looked_at: u64,
}

impl Out {
    /// Keeps a text and returns its local number.
    pub fn note(&mut self, text: impl Into<String>) -> u32 {
        if self.notes.is_empty() {
            self.notes.push(String::new());
        }
        self.notes.push(text.into());
        (self.notes.len() - 1) as u32
    }

    /// Reports one finding and returns it for additions (note, values, severity). The registry position is filled in later.
    pub fn finding(&mut self, subject: Subject, meta: &Meta, change: Change) -> &mut Finding {
        self.findings.push(Finding {
            subject,
            check: 0,
            severity: meta.severity,
            entity: meta.entity,
            change,
            field: None,
            legacy: None,
            new: None,
            note: 0,
            values: (0, 0),
        });
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }

    /// Reports that a field of a pair changed.
    pub fn changed(&mut self, subject: Subject, meta: &Meta, field: Field, legacy: Row, new: Row) -> &mut Finding {
        let finding = self.finding(subject, meta, Change::Changed);
        finding.field = Some(field);
        finding.legacy = Some(legacy);
        finding.new = Some(new);
        finding
    }
}
