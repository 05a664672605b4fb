//! How bad a finding is.

use serde::{Deserialize, Serialize};

/// How bad a finding is; later is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Told, never gated.
    Info,
    /// Labels and rooms: no consequence for a student's record.
    Minor,
    /// Must be looked at; an owner and a date are enough for cutover.
    Major,
    /// A permanent record, a schedule or a graduation is wrong: no cutover.
    Critical,
}

impl Severity {
    /// All severities, worst first: the order of reports.
    pub const WORST_FIRST: [Self; 4] = [Self::Critical, Self::Major, Self::Minor, Self::Info];

    /// The word that files and screens use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }

    /// The severity of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::WORST_FIRST.into_iter().find(|s| s.name() == name)
    }
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
