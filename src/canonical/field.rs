//! The fields of canonical records: name, kind, and which entities have them.

use serde::{Deserialize, Serialize};

use super::Entity;

/// What a field holds, and so how it is read and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An identifier: exact text, zeros kept.
    Id,
    /// A code that a crosswalk may translate.
    Code,
    /// Free text.
    Text,
    /// A calendar day.
    Date,
    /// An exact decimal.
    Number,
    /// Yes or no.
    Flag,
    /// A school year; canonical text `2025-26`.
    Year,
    /// A term; canonical text one of [`super::TermSpan::NAMES`].
    Term,
}

/// A field of a canonical record. The same field may belong to several entities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Field {
    /// The district's number of the student.
    StudentId,
    /// The state's number of the student.
    StateId,
    /// Legal first name.
    FirstName,
    /// Legal middle name.
    MiddleName,
    /// Legal last name.
    LastName,
    /// Jr., III and the like.
    Suffix,
    /// Name the student goes by.
    PreferredName,
    /// Day of birth.
    BirthDate,
    /// Grade level (in a transcript: when taken).
    GradeLevel,
    /// School code.
    School,
    /// Active, inactive, dropped and the like.
    Status,
    /// Graduation year or cohort.
    Cohort,
    /// Graduation track.
    Track,
    /// Homeroom or advisory.
    Homeroom,
    /// Has an individualized education program.
    SpecialEducation,
    /// Has a section 504 plan.
    Section504,
    /// Is an English learner.
    EnglishLearner,
    /// Has a health alert.
    HealthAlert,
    /// Has a custody alert.
    CustodyAlert,
    /// First day of the stint.
    EntryDate,
    /// Last day of the stint, inclusive.
    ExitDate,
    /// Why the stint ended.
    ExitCode,
    /// The main enrollment where there are several.
    Primary,
    /// Calendar or year-round track.
    Calendar,
    /// Course code.
    Course,
    /// Course title.
    Title,
    /// Credit of the course in the district's unit.
    Credit,
    /// Subject or credit area.
    SubjectArea,
    /// Regular, honors, AP, IB, dual.
    Level,
    /// May be taken again for credit.
    Repeatable,
    /// School year.
    SchoolYear,
    /// Term, as the part of the year it covers.
    Term,
    /// Section number, never a key.
    Section,
    /// Period or block set.
    Period,
    /// Meeting days or A/B day set.
    Days,
    /// Primary teacher.
    Teacher,
    /// Second teacher.
    CoTeacher,
    /// Room.
    Room,
    /// First day in the class.
    StartDate,
    /// Last day in the class, inclusive.
    EndDate,
    /// Final mark.
    Mark,
    /// Credit attempted.
    CreditAttempted,
    /// Credit earned.
    CreditEarned,
    /// Weight in the GPA; no weight is not a weight of nought.
    GpaWeight,
    /// Grade points as stored.
    GpaPoints,
    /// How a repeated course counts.
    RepeatCode,
    /// Earned elsewhere.
    Transfer,
    /// Counts in the GPA as stored.
    InGpa,
    /// Which GPA (weighted, unweighted, uc, ...).
    GpaKind,
    /// The stored GPA as printed.
    Value,
    /// Class rank.
    Rank,
    /// Size of the class ranked.
    ClassSize,
    /// Graduation requirement.
    Requirement,
    /// Credits required.
    Required,
    /// Credits earned towards it.
    Earned,
    /// Credits in progress towards it.
    InProgress,
    /// Stored as met.
    Met,
}

impl Field {
    /// All fields.
    pub const ALL: [Self; 57] = [
        Self::StudentId,
        Self::StateId,
        Self::FirstName,
        Self::MiddleName,
        Self::LastName,
        Self::Suffix,
        Self::PreferredName,
        Self::BirthDate,
        Self::GradeLevel,
        Self::School,
        Self::Status,
        Self::Cohort,
        Self::Track,
        Self::Homeroom,
        Self::SpecialEducation,
        Self::Section504,
        Self::EnglishLearner,
        Self::HealthAlert,
        Self::CustodyAlert,
        Self::EntryDate,
        Self::ExitDate,
        Self::ExitCode,
        Self::Primary,
        Self::Calendar,
        Self::Course,
        Self::Title,
        Self::Credit,
        Self::SubjectArea,
        Self::Level,
        Self::Repeatable,
        Self::SchoolYear,
        Self::Term,
        Self::Section,
        Self::Period,
        Self::Days,
        Self::Teacher,
        Self::CoTeacher,
        Self::Room,
        Self::StartDate,
        Self::EndDate,
        Self::Mark,
        Self::CreditAttempted,
        Self::CreditEarned,
        Self::GpaWeight,
        Self::GpaPoints,
        Self::RepeatCode,
        Self::Transfer,
        Self::InGpa,
        Self::GpaKind,
        Self::Value,
        Self::Rank,
        Self::ClassSize,
        Self::Requirement,
        Self::Required,
        Self::Earned,
        Self::InProgress,
        Self::Met,
    ];

    /// The name that mappings and reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StudentId => "student_id",
            Self::StateId => "state_id",
            Self::FirstName => "first_name",
            Self::MiddleName => "middle_name",
            Self::LastName => "last_name",
            Self::Suffix => "suffix",
            Self::PreferredName => "preferred_name",
            Self::BirthDate => "birth_date",
            Self::GradeLevel => "grade_level",
            Self::School => "school",
            Self::Status => "status",
            Self::Cohort => "cohort",
            Self::Track => "track",
            Self::Homeroom => "homeroom",
            Self::SpecialEducation => "special_education",
            Self::Section504 => "section_504",
            Self::EnglishLearner => "english_learner",
            Self::HealthAlert => "health_alert",
            Self::CustodyAlert => "custody_alert",
            Self::EntryDate => "entry_date",
            Self::ExitDate => "exit_date",
            Self::ExitCode => "exit_code",
            Self::Primary => "primary",
            Self::Calendar => "calendar",
            Self::Course => "course",
            Self::Title => "title",
            Self::Credit => "credit",
            Self::SubjectArea => "subject_area",
            Self::Level => "level",
            Self::Repeatable => "repeatable",
            Self::SchoolYear => "school_year",
            Self::Term => "term",
            Self::Section => "section",
            Self::Period => "period",
            Self::Days => "days",
            Self::Teacher => "teacher",
            Self::CoTeacher => "co_teacher",
            Self::Room => "room",
            Self::StartDate => "start_date",
            Self::EndDate => "end_date",
            Self::Mark => "mark",
            Self::CreditAttempted => "credit_attempted",
            Self::CreditEarned => "credit_earned",
            Self::GpaWeight => "gpa_weight",
            Self::GpaPoints => "gpa_points",
            Self::RepeatCode => "repeat_code",
            Self::Transfer => "transfer",
            Self::InGpa => "in_gpa",
            Self::GpaKind => "gpa_kind",
            Self::Value => "value",
            Self::Rank => "rank",
            Self::ClassSize => "class_size",
            Self::Requirement => "requirement",
            Self::Required => "required",
            Self::Earned => "earned",
            Self::InProgress => "in_progress",
            Self::Met => "met",
        }
    }

    /// What it holds.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::StudentId | Self::StateId | Self::Section => Kind::Id,
            Self::FirstName
            | Self::MiddleName
            | Self::LastName
            | Self::Suffix
            | Self::PreferredName
            | Self::Homeroom
            | Self::Title
            | Self::Room => Kind::Text,
            Self::BirthDate | Self::EntryDate | Self::ExitDate | Self::StartDate | Self::EndDate => Kind::Date,
            Self::GradeLevel
            | Self::School
            | Self::Status
            | Self::Cohort
            | Self::Track
            | Self::ExitCode
            | Self::Calendar
            | Self::Course
            | Self::SubjectArea
            | Self::Level
            | Self::Period
            | Self::Days
            | Self::Teacher
            | Self::CoTeacher
            | Self::Mark
            | Self::RepeatCode
            | Self::GpaKind
            | Self::Requirement => Kind::Code,
            Self::SpecialEducation
            | Self::Section504
            | Self::EnglishLearner
            | Self::HealthAlert
            | Self::CustodyAlert
            | Self::Primary
            | Self::Repeatable
            | Self::Transfer
            | Self::InGpa
            | Self::Met => Kind::Flag,
            Self::Credit
            | Self::CreditAttempted
            | Self::CreditEarned
            | Self::GpaWeight
            | Self::GpaPoints
            | Self::Value
            | Self::Rank
            | Self::ClassSize
            | Self::Required
            | Self::Earned
            | Self::InProgress => Kind::Number,
            Self::SchoolYear => Kind::Year,
            Self::Term => Kind::Term,
        }
    }

    /// Shown only to those who may see it: programs, health and custody.
    #[must_use]
    pub const fn is_sensitive(self) -> bool {
        matches!(
            self,
            Self::SpecialEducation | Self::Section504 | Self::EnglishLearner | Self::HealthAlert | Self::CustodyAlert
        )
    }

    /// The fields of an entity, in canonical order.
    #[must_use]
    pub const fn of(entity: Entity) -> &'static [Self] {
        match entity {
            Entity::Student => &[
                Self::StudentId,
                Self::StateId,
                Self::FirstName,
                Self::MiddleName,
                Self::LastName,
                Self::Suffix,
                Self::PreferredName,
                Self::BirthDate,
                Self::GradeLevel,
                Self::School,
                Self::Status,
                Self::Cohort,
                Self::Track,
                Self::Homeroom,
                Self::SpecialEducation,
                Self::Section504,
                Self::EnglishLearner,
                Self::HealthAlert,
                Self::CustodyAlert,
            ],
            Entity::Enrollment => &[
                Self::StudentId,
                Self::School,
                Self::EntryDate,
                Self::ExitDate,
                Self::ExitCode,
                Self::GradeLevel,
                Self::Primary,
                Self::Calendar,
            ],
            Entity::Course => {
                &[Self::Course, Self::Title, Self::Credit, Self::SubjectArea, Self::Level, Self::Repeatable]
            }
            Entity::Schedule => &[
                Self::StudentId,
                Self::SchoolYear,
                Self::Term,
                Self::Course,
                Self::Title,
                Self::Section,
                Self::Period,
                Self::Days,
                Self::Teacher,
                Self::CoTeacher,
                Self::Room,
                Self::School,
                Self::StartDate,
                Self::EndDate,
                Self::Credit,
                Self::Status,
            ],
            Entity::Transcript => &[
                Self::StudentId,
                Self::SchoolYear,
                Self::Term,
                Self::Course,
                Self::Title,
                Self::Mark,
                Self::CreditAttempted,
                Self::CreditEarned,
                Self::GpaWeight,
                Self::GpaPoints,
                Self::Level,
                Self::RepeatCode,
                Self::School,
                Self::GradeLevel,
                Self::Transfer,
                Self::SubjectArea,
                Self::InGpa,
                Self::Teacher,
            ],
            Entity::Gpa => &[
                Self::StudentId,
                Self::GpaKind,
                Self::Value,
                Self::Rank,
                Self::ClassSize,
                Self::CreditAttempted,
                Self::CreditEarned,
            ],
            Entity::Graduation => &[
                Self::StudentId,
                Self::Requirement,
                Self::Required,
                Self::Earned,
                Self::InProgress,
                Self::Met,
                Self::Track,
            ],
        }
    }

    /// The fields without which an entity can not be mapped.
    #[must_use]
    pub const fn required(entity: Entity) -> &'static [Self] {
        match entity {
            Entity::Student => &[Self::StudentId],
            Entity::Enrollment => &[Self::StudentId, Self::School, Self::EntryDate],
            Entity::Course => &[Self::Course],
            Entity::Schedule => &[Self::StudentId, Self::Course],
            Entity::Transcript => &[Self::StudentId, Self::SchoolYear, Self::Term, Self::Course, Self::Mark],
            Entity::Gpa => &[Self::StudentId, Self::GpaKind, Self::Value],
            Entity::Graduation => &[Self::StudentId, Self::Requirement],
        }
    }

    /// The field of that name in that entity.
    #[must_use]
    pub fn parse(entity: Entity, name: &str) -> Option<Self> {
        Self::of(entity).iter().copied().find(|f| f.name() == name)
    }
}

impl std::fmt::Display for Field {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
