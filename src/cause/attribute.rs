//! What records may have in common: fields of the record and of its student, codes as exported, the file and the place
//! in it, the block of the mapping. Each attribute is read as dense keys, row by row.

use std::sync::Arc;

use rayon::prelude::*;

use super::space::{NO_KEY, NOBODY, Population, Unit};
use crate::canonical::{Column, Entity, Field, Records, Row, Side, Typed};
use crate::reconcile::{KeyColumn, NEVER, Reconciliation, StudentPair};

/// What an attribute is called. The order is that of likelier explanations where nothing else decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// A field of the record.
    Record(Field),
    /// A field of the student.
    Student(Field),
    /// A code of the record as the side exported it: a line of a crosswalk.
    Raw(Side, Field),
    /// The day on which the student last came to a school.
    Entry,
    /// The block of the mapping that made the record.
    Block,
    /// The file that the record stood in, and where in it.
    File,
    /// The place in the roll of students, by id.
    Roll,
}

#[derive(Clone)]
enum Reader<'a> {
    Record(Arc<KeyColumn<'a>>),
    Raw(Side, &'a Column),
    /// A key for each student.
    Given(Arc<[u32]>),
    Block(&'a Records),
    File(&'a Records),
    Roll,
}

/// Something that records have in common.
#[derive(Clone)]
pub(super) struct Attribute<'a> {
    pub(super) name: Name,
    reader: Reader<'a>,
    /// The text of each key.
    pub(super) texts: Vec<&'a str>,
    /// Records by key, or nothing where keys are not counted.
    pub(super) counts: Vec<u64>,
    /// For attributes with an order: the place of each key in it.
    pub(super) ranks: Option<Vec<u32>>,
    /// For files: number of the last record of each.
    lasts: Vec<u32>,
}

/// Attributes of records, the likelier explanation first.
const fn record_fields(entity: Entity) -> &'static [Field] {
    match entity {
        Entity::Student => &[
            Field::School,
            Field::GradeLevel,
            Field::Status,
            Field::Cohort,
            Field::Track,
            Field::SpecialEducation,
            Field::Section504,
            Field::EnglishLearner,
            Field::HealthAlert,
            Field::CustodyAlert,
        ],
        Entity::Enrollment => &[
            Field::School,
            Field::GradeLevel,
            Field::ExitCode,
            Field::Primary,
            Field::Calendar,
            Field::EntryDate,
            Field::ExitDate,
        ],
        Entity::Course => &[Field::SubjectArea, Field::Level, Field::Credit, Field::Repeatable],
        Entity::Schedule => &[
            Field::Course,
            Field::School,
            Field::Term,
            Field::SchoolYear,
            Field::Period,
            Field::Days,
            Field::Status,
            Field::Credit,
            Field::StartDate,
            Field::EndDate,
            Field::Teacher,
            Field::Room,
        ],
        Entity::Transcript => &[
            Field::Course,
            Field::School,
            Field::Term,
            Field::SchoolYear,
            Field::Level,
            Field::SubjectArea,
            Field::Mark,
            Field::GradeLevel,
            Field::Transfer,
            Field::RepeatCode,
            Field::InGpa,
            Field::CreditAttempted,
            Field::Teacher,
        ],
        Entity::Gpa => &[Field::GpaKind],
        Entity::Graduation => &[Field::Requirement, Field::Track],
    }
}

/// Attributes of the student behind a record.
const STUDENT_FIELDS: [Field; 10] = [
    Field::School,
    Field::GradeLevel,
    Field::Status,
    Field::Track,
    Field::Cohort,
    Field::SpecialEducation,
    Field::Section504,
    Field::EnglishLearner,
    Field::HealthAlert,
    Field::CustodyAlert,
];

/// Fields whose values have an order that a condition may cut.
const fn is_ordered(field: Field) -> bool {
    matches!(
        field,
        Field::SchoolYear | Field::EntryDate | Field::ExitDate | Field::StartDate | Field::EndDate | Field::Cohort
    )
}

/// Numbers of mapping blocks as texts; more blocks of one entity are not told apart.
const BLOCKS: [&str; 17] =
    ["", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16 and above"];

/// The attributes of the records of an entity of one side. Without `records` only those of the student.
pub(super) fn attributes<'a>(
    run: &'a Reconciliation,
    entity: Entity,
    side: Side,
    (has_records, has_places): (bool, bool),
    of_students: &[Attribute<'a>],
) -> Vec<Attribute<'a>> {
    let records = run.dataset(side).get(entity).filter(|_| has_records);
    let mut wanted: Vec<Name> = Vec::new();
    if records.is_some() {
        wanted.extend(record_fields(entity).iter().map(|f| Name::Record(*f)));
    }
    if entity != Entity::Student && entity != Entity::Course {
        wanted.extend(STUDENT_FIELDS.map(Name::Student));
    }
    if records.is_some() {
        // Of the side that describes the record only: the other side's code says the value that the pattern foretells.
        wanted.extend(record_fields(entity).iter().map(|f| Name::Raw(side, *f)));
    }
    if !matches!(entity, Entity::Enrollment | Entity::Course) {
        wanted.push(Name::Entry);
    }
    // Of a record that stands there twice neither place says anything.
    if records.is_some() && has_places {
        wanted.extend([Name::Block, Name::File]);
    }
    if entity != Entity::Course {
        wanted.push(Name::Roll);
    }
    let read = |name: &Name| match *name {
        Name::Record(field) => Attribute::of_record(run, records?, entity, field),
        Name::Student(_) | Name::Entry => of_students.iter().find(|a| a.name == *name).cloned(),
        Name::Raw(side, field) => Attribute::of_raw(run, entity, side, field),
        Name::Block => Attribute::of_block(records?),
        Name::File => Some(Attribute::of_file(records?)),
        Name::Roll => Some(Attribute::plain(Name::Roll, Reader::Roll)),
    };
    wanted.par_iter().filter_map(read).collect()
}

/// What students have in common, whatever the record: looked up once for all kinds of record.
pub(super) fn of_students(run: &Reconciliation) -> Vec<Attribute<'_>> {
    let names: Vec<Name> = STUDENT_FIELDS.map(Name::Student).into_iter().chain([Name::Entry]).collect();
    let read = |name: &Name| match name {
        Name::Student(field) => Attribute::of_student(run, *field),
        _ => Attribute::of_entry(run),
    };
    names.par_iter().filter_map(read).collect()
}

impl<'a> Attribute<'a> {
    const fn plain(name: Name, reader: Reader<'a>) -> Self {
        Self { name, reader, texts: Vec::new(), counts: Vec::new(), ranks: None, lasts: Vec::new() }
    }

    fn of_record(run: &'a Reconciliation, records: &'a Records, entity: Entity, field: Field) -> Option<Self> {
        let column = records.column(field)?;
        let mut this = Self::plain(Name::Record(field), Reader::Record(Arc::new(KeyColumn::of(records, field)?)));
        this.learn(run, entity, field);
        for (code, count) in by_code(column).into_iter().enumerate() {
            if let Some(place) = this.counts.get_mut(column.values.entry(code as u32).key as usize) {
                *place += count;
            }
        }
        Some(this)
    }

    fn of_student(run: &'a Reconciliation, field: Field) -> Option<Self> {
        let column = |side: Side| KeyColumn::of(run.dataset(side).get(Entity::Student)?, field);
        let (legacy, new) = (column(Side::Legacy), column(Side::New));
        legacy.as_ref().or(new.as_ref())?;
        let mut this = Self::plain(Name::Student(field), Reader::Roll);
        this.learn(run, Entity::Student, field);
        let of = |column: &Option<KeyColumn<'_>>, row: Option<Row>| Some(column.as_ref()?.key(row?));
        let key = |pair: &StudentPair| {
            let key = of(&legacy, pair.legacy).or_else(|| of(&new, pair.new)).unwrap_or(NO_KEY);
            if key == NEVER { NO_KEY } else { key }
        };
        this.give(run.students.iter().map(key).collect());
        Some(this)
    }

    /// Only where several codes of the files are one canonical value: else it says what the field says.
    fn of_raw(run: &'a Reconciliation, entity: Entity, side: Side, field: Field) -> Option<Self> {
        let column = run.dataset(side).get(entity)?.column(field)?;
        if matches!(field.kind(), crate::canonical::Kind::Date | crate::canonical::Kind::Number) {
            return None;
        }
        let counts = by_code(column);
        let mut keys: Vec<u32> = (0..counts.len() as u32)
            .filter(|c| counts[*c as usize] > 0 && is_value(column.values.entry(*c).typed))
            .map(|c| column.values.entry(c).key)
            .collect();
        let used = keys.len();
        keys.sort_unstable();
        keys.dedup();
        let texts: Vec<&str> = (0..counts.len() as u32).map(|c| column.values.raw(c)).collect();
        // One text that two blocks map differently would have two keys of one name.
        let mut names = texts.clone();
        names.sort_unstable();
        names.dedup();
        if keys.len() == used || names.len() < texts.len() {
            return None;
        }
        let mut this = Self::plain(Name::Raw(side, field), Reader::Raw(side, column));
        (this.texts, this.counts) = (texts, counts);
        Some(this)
    }

    fn of_entry(run: &'a Reconciliation) -> Option<Self> {
        let records = run.legacy.get(Entity::Enrollment)?;
        let column = KeyColumn::of(records, Field::EntryDate)?;
        let mut this = Self::plain(Name::Entry, Reader::Roll);
        this.learn(run, Entity::Enrollment, Field::EntryDate);
        let ranks = this.ranks.as_ref()?;
        let mut last = vec![NO_KEY; run.students.len()];
        for row in 0..records.len() as Row {
            let key = column.key(row);
            let Some(student) = run.owner(Side::Legacy, Entity::Enrollment, row) else { continue };
            let rank = |key: u32| ranks.get(key as usize).copied();
            let place = &mut last[student as usize];
            if key != 0 && rank(key).is_some() && (*place == NO_KEY || rank(key) > rank(*place)) {
                *place = key;
            }
        }
        this.give(last.into());
        Some(this)
    }

    /// The keys of all students.
    fn give(&mut self, keys: Arc<[u32]>) {
        for key in keys.iter() {
            if let Some(count) = self.counts.get_mut(*key as usize) {
                *count += 1;
            }
        }
        self.reader = Reader::Given(keys);
    }

    fn of_block(records: &'a Records) -> Option<Self> {
        let blocks = records.block_sizes();
        if blocks.len() < 2 {
            return None;
        }
        let mut this = Self::plain(Name::Block, Reader::Block(records));
        this.texts = BLOCKS.to_vec();
        this.counts = vec![0; BLOCKS.len()];
        for (number, rows) in blocks {
            this.counts[block_key(number) as usize] += rows;
        }
        Some(this)
    }

    /// Names, sizes and ends of the files.
    fn of_file(records: &'a Records) -> Self {
        let mut this = Self::plain(Name::File, Reader::File(records));
        let files = records.locations().files();
        this.texts = files.iter().map(|f| f.name.as_str()).collect();
        this.counts = vec![0; files.len()];
        this.lasts = vec![0; files.len()];
        for row in 0..records.len() as Row {
            let (file, record) = records.locations().key(row);
            this.counts[file as usize] += 1;
            this.lasts[file as usize] = this.lasts[file as usize].max(record);
        }
        this
    }

    /// The texts of the keys, and their order.
    fn learn(&mut self, run: &'a Reconciliation, entity: Entity, field: Field) {
        self.texts = texts(run, entity, field);
        self.counts = vec![0; self.texts.len()];
        if is_ordered(field) {
            let mut order: Vec<u32> = (0..self.texts.len() as u32).collect();
            order.sort_by_key(|k| self.texts[*k as usize]);
            let mut ranks = vec![0; order.len()];
            for (rank, key) in order.iter().enumerate() {
                ranks[*key as usize] = rank as u32;
            }
            self.ranks = Some(ranks);
        }
    }

    /// What a unit has; [`NO_KEY`] when it has nothing.
    pub(super) fn key(&self, population: Population, unit: Unit) -> u32 {
        let row = unit.row(population.side());
        match &self.reader {
            Reader::Given(keys) => keys.get(unit.student as usize).copied().unwrap_or(NO_KEY),
            Reader::Roll => 0,
            Reader::Raw(side, column) => match unit.row(*side) {
                NOBODY => NO_KEY,
                row => column.codes.get(row as usize),
            },
            _ if row == NOBODY => NO_KEY,
            Reader::Record(column) => column.key(row),
            Reader::Block(records) => block_key(records.block(row)),
            Reader::File(records) => records.locations().key(row).0,
        }
    }

    /// The place of a unit in the order of the attribute; `None` where there is none.
    pub(super) fn ordinal(&self, population: Population, unit: Unit, key: u32) -> Option<u32> {
        match &self.reader {
            Reader::File(records) => {
                let row = unit.row(population.side());
                (row != NOBODY).then(|| records.locations().key(row).1)
            }
            Reader::Roll => (unit.student != NOBODY).then_some(unit.student),
            _ => self.ranks.as_ref()?.get(key as usize).copied(),
        }
    }

    /// The last record of a file, for conditions on the place in it.
    pub(super) fn last_of_file(&self, file: u32) -> Option<u32> {
        self.lasts.get(file as usize).copied()
    }
}

fn block_key(number: u16) -> u32 {
    u32::from(number).min(BLOCKS.len() as u32 - 1)
}

/// A value that equals itself.
pub(super) const fn is_value(typed: Typed) -> bool {
    !matches!(typed, Typed::Missing | Typed::Unmapped | Typed::Unreadable)
}

/// Records by code of a column.
fn by_code(column: &Column) -> Vec<u64> {
    let mut counts = vec![0; column.values.len()];
    column.codes.iter().for_each(|code| counts[code as usize] += 1);
    counts
}

/// The canonical text of every key of a field, of both sides.
pub(super) fn texts<'a>(run: &'a Reconciliation, entity: Entity, field: Field) -> Vec<&'a str> {
    let mut texts: Vec<&'a str> = vec![""];
    for side in Side::BOTH {
        let Some(column) = run.dataset(side).get(entity).and_then(|r| r.column(field)) else { continue };
        for code in 0..column.values.len() as u32 {
            let key = column.values.entry(code).key;
            if key == NEVER || key == 0 {
                continue;
            }
            if texts.len() <= key as usize {
                texts.resize(key as usize + 1, "");
            }
            texts[key as usize] = column.values.text(code);
        }
    }
    texts
}
