//! The records that a cause can be about, and what they have in common: attributes as dense keys, read row by row.

use crate::canonical::{Entity, Field, Records, Row, Side};
use crate::reconcile::{KeyColumn, NEVER, Reconciliation};

/// No row, no student.
pub(super) const NOBODY: u32 = u32::MAX;
/// No key: the attribute says nothing about the record.
pub(super) const NO_KEY: u32 = u32::MAX;

/// Which records are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Population {
    /// One record each side.
    Paired,
    /// Records that were split or merged.
    Split,
    /// Legacy records of students that both sides know (for students: all of legacy).
    Legacy,
    /// New records likewise.
    New,
    /// New records that stand there once or more, counted once.
    Doubled,
    /// Students on both sides.
    Students,
}

impl Population {
    /// The side whose values describe the record: legacy is what was true before.
    pub(super) const fn side(self) -> Side {
        match self {
            Self::New | Self::Doubled => Side::New,
            _ => Side::Legacy,
        }
    }
}

/// A record, or a pair of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Unit {
    pub(super) student: u32,
    pub(super) legacy: Row,
    pub(super) new: Row,
}

impl Unit {
    pub(super) const fn row(self, side: Side) -> Row {
        match side {
            Side::Legacy => self.legacy,
            Side::New => self.new,
        }
    }
}

/// Calls `see` for every unit of the students in a range.
pub(super) fn each_unit(
    run: &Reconciliation,
    entity: Entity,
    population: Population,
    students: std::ops::Range<u32>,
    mut see: impl FnMut(Unit),
) {
    if entity == Entity::Course {
        if students.start == 0 {
            each_course(run, population, &mut see);
        }
        return;
    }
    for student in students {
        let pair = &run.students[student as usize];
        if entity == Entity::Student {
            let (legacy, new) = (pair.legacy.unwrap_or(NOBODY), pair.new.unwrap_or(NOBODY));
            let counts = match population {
                Population::Paired => legacy != NOBODY && new != NOBODY,
                Population::Legacy => legacy != NOBODY,
                Population::New => new != NOBODY,
                Population::Students => pair.is_paired(),
                Population::Split | Population::Doubled => false,
            };
            if counts {
                see(Unit { student, legacy, new });
            }
            continue;
        }
        if !pair.is_paired() {
            continue;
        }
        if population == Population::Students {
            see(Unit { student, legacy: NOBODY, new: NOBODY });
            continue;
        }
        let Some(pairs) = run.pairs(student, entity) else { continue };
        match population {
            Population::Paired => pairs.both().for_each(|b| see(Unit { student, legacy: b.legacy, new: b.new })),
            Population::Split => pairs.split().for_each(|(l, n)| {
                if let (Some(&legacy), Some(&new)) = (l.first(), n.first()) {
                    see(Unit { student, legacy, new });
                }
            }),
            Population::Legacy => {
                pairs.rows(Side::Legacy).into_iter().for_each(|legacy| see(Unit { student, legacy, new: NOBODY }));
            }
            Population::Doubled => {
                pairs.both().for_each(|b| see(Unit { student, legacy: NOBODY, new: b.new }));
                pairs.new_only().iter().for_each(|&new| see(Unit { student, legacy: NOBODY, new }));
            }
            _ => pairs.rows(Side::New).into_iter().for_each(|new| see(Unit { student, legacy: NOBODY, new })),
        }
    }
}

fn each_course(run: &Reconciliation, population: Population, see: &mut impl FnMut(Unit)) {
    let (legacy_only, new_only) = (&run.courses.legacy_only, &run.courses.new_only);
    let student = NOBODY;
    for both in &run.courses.both {
        match population {
            Population::Paired => see(Unit { student, legacy: both.legacy, new: both.new }),
            Population::Legacy => see(Unit { student, legacy: both.legacy, new: NOBODY }),
            Population::New => see(Unit { student, legacy: NOBODY, new: both.new }),
            _ => {}
        }
    }
    match population {
        Population::Legacy => legacy_only.iter().for_each(|&legacy| see(Unit { student, legacy, new: NOBODY })),
        Population::New => new_only.iter().for_each(|&new| see(Unit { student, legacy: NOBODY, new })),
        _ => {}
    }
}

/// What an attribute is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// A field of the record.
    Record(Field),
    /// A field of the student.
    Student(Field),
    /// The file that the record stood in, and where in it.
    File,
    /// The place in the roll of students, by id.
    Roll,
}

enum Reader<'a> {
    Record(KeyColumn<'a>),
    Student(Option<KeyColumn<'a>>, Option<KeyColumn<'a>>),
    File(&'a Records),
    Roll,
}

/// Something that records have in common.
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

/// The attributes of one population of one entity.
pub(super) struct Space<'a> {
    pub(super) run: &'a Reconciliation,
    pub(super) entity: Entity,
    pub(super) population: Population,
    pub(super) attributes: Vec<Attribute<'a>>,
    /// Records of the population, as counted from the columns.
    pub(super) total: u64,
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
const STUDENT_FIELDS: [Field; 6] =
    [Field::School, Field::GradeLevel, Field::Status, Field::Track, Field::SpecialEducation, Field::EnglishLearner];

/// Fields whose values have an order that a condition may cut.
const fn is_ordered(field: Field) -> bool {
    matches!(
        field,
        Field::SchoolYear | Field::EntryDate | Field::ExitDate | Field::StartDate | Field::EndDate | Field::Cohort
    )
}

impl<'a> Space<'a> {
    pub(super) fn new(run: &'a Reconciliation, entity: Entity, population: Population) -> Self {
        let side = population.side();
        let records =
            run.dataset(side).get(entity).filter(|_| population != Population::Students || entity == Entity::Student);
        let mut attributes: Vec<Attribute<'a>> = Vec::new();
        if let Some(records) = records {
            for field in record_fields(entity) {
                attributes.extend(Attribute::of_record(run, records, entity, *field));
            }
        }
        if entity != Entity::Student && entity != Entity::Course {
            attributes.extend(STUDENT_FIELDS.iter().filter_map(|f| Attribute::of_student(run, *f)));
        }
        // Of a record that stands there twice neither place says anything.
        if let Some(records) = records.filter(|_| population != Population::Doubled) {
            attributes.push(Attribute::plain(Name::File, Reader::File(records)));
            if let Some(file) = attributes.last_mut() {
                file.learn_files(records);
            }
        }
        if entity != Entity::Course {
            attributes.push(Attribute::plain(Name::Roll, Reader::Roll));
        }
        let total = match population {
            Population::Students => run.students.len() as u64,
            _ => records.map_or(0, |r| r.len() as u64),
        };
        Self { run, entity, population, attributes, total }
    }

    /// The key of each attribute of a unit; `keys` is as long as the attributes.
    pub(super) fn keys(&self, unit: Unit, keys: &mut [u32]) {
        for (key, attribute) in keys.iter_mut().zip(&self.attributes) {
            *key = attribute.key(self, unit);
        }
    }

    /// The place of a unit in the order of an attribute; `None` where there is none.
    pub(super) fn ordinal(&self, attribute: usize, unit: Unit, key: u32) -> Option<u32> {
        let attribute = &self.attributes[attribute];
        match &attribute.reader {
            Reader::File(records) => {
                let row = unit.row(self.population.side());
                (row != NOBODY).then(|| records.locations().key(row).1)
            }
            Reader::Roll => (unit.student != NOBODY).then_some(unit.student),
            _ => attribute.ranks.as_ref()?.get(key as usize).copied(),
        }
    }
}

impl<'a> Attribute<'a> {
    const fn plain(name: Name, reader: Reader<'a>) -> Self {
        Self { name, reader, texts: Vec::new(), counts: Vec::new(), ranks: None, lasts: Vec::new() }
    }

    fn of_record(run: &'a Reconciliation, records: &'a Records, entity: Entity, field: Field) -> Option<Self> {
        let column = KeyColumn::of(records, field)?;
        let mut this = Self::plain(Name::Record(field), Reader::Record(column));
        this.learn(run, entity, field);
        let Reader::Record(column) = &this.reader else { return None };
        for row in 0..records.len() as Row {
            if let Some(count) = this.counts.get_mut(column.key(row) as usize) {
                *count += 1;
            }
        }
        Some(this)
    }

    fn of_student(run: &'a Reconciliation, field: Field) -> Option<Self> {
        let column = |side: Side| KeyColumn::of(run.dataset(side).get(Entity::Student)?, field);
        let (legacy, new) = (column(Side::Legacy), column(Side::New));
        legacy.as_ref().or(new.as_ref())?;
        let mut this = Self::plain(Name::Student(field), Reader::Student(legacy, new));
        this.learn(run, Entity::Student, field);
        for student in 0..run.students.len() as u32 {
            let key = this.student_key(run, student);
            if let Some(count) = this.counts.get_mut(key as usize) {
                *count += 1;
            }
        }
        Some(this)
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

    /// Names, sizes and ends of the files.
    fn learn_files(&mut self, records: &'a Records) {
        let files = records.locations().files();
        self.texts = files.iter().map(|f| f.name.as_str()).collect();
        self.counts = vec![0; files.len()];
        self.lasts = vec![0; files.len()];
        for row in 0..records.len() as Row {
            let (file, record) = records.locations().key(row);
            self.counts[file as usize] += 1;
            self.lasts[file as usize] = self.lasts[file as usize].max(record);
        }
    }

    fn student_key(&self, run: &Reconciliation, student: u32) -> u32 {
        let Reader::Student(legacy, new) = &self.reader else { return NO_KEY };
        let Some(pair) = run.students.get(student as usize) else { return NO_KEY };
        let of = |column: &Option<KeyColumn<'_>>, row: Option<Row>| Some(column.as_ref()?.key(row?));
        let key = of(legacy, pair.legacy).or_else(|| of(new, pair.new)).unwrap_or(NO_KEY);
        if key == NEVER { NO_KEY } else { key }
    }

    fn key(&self, space: &Space<'_>, unit: Unit) -> u32 {
        match &self.reader {
            Reader::Record(column) => match unit.row(space.population.side()) {
                NOBODY => NO_KEY,
                row => column.key(row),
            },
            Reader::Student(..) => self.student_key(space.run, unit.student),
            Reader::File(records) => match unit.row(space.population.side()) {
                NOBODY => NO_KEY,
                row => records.locations().key(row).0,
            },
            Reader::Roll => 0,
        }
    }

    /// The last record of a file, for conditions on the place in it.
    pub(super) fn last_of_file(&self, file: u32) -> Option<u32> {
        self.lasts.get(file as usize).copied()
    }
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
