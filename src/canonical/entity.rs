//! The kinds of canonical record.

use serde::{Deserialize, Serialize};

/// A kind of canonical record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Entity {
    /// One row a student.
    Student,
    /// One row a stint of a student at a school.
    Enrollment,
    /// One row a catalogue course.
    Course,
    /// One row a class that a student is scheduled into.
    Schedule,
    /// One row a final mark in a student's history.
    Transcript,
    /// One row a stored GPA of a student.
    Gpa,
    /// One row a graduation requirement of a student, where a system exports it.
    Graduation,
}

impl Entity {
    /// All entities in the order of reports.
    pub const ALL: [Self; 7] =
        [Self::Student, Self::Enrollment, Self::Course, Self::Schedule, Self::Transcript, Self::Gpa, Self::Graduation];

    /// The name that mappings and reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Student => "student",
            Self::Enrollment => "enrollment",
            Self::Course => "course",
            Self::Schedule => "schedule",
            Self::Transcript => "transcript",
            Self::Gpa => "gpa",
            Self::Graduation => "graduation",
        }
    }

    /// The entity of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|e| e.name() == name)
    }
}

impl std::fmt::Display for Entity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
