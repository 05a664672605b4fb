//! How students of the two sides are recognised.

use std::collections::BTreeMap;

/// The rules of `[matching]`, tried in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchRules {
    /// The rules.
    pub rules: Vec<MatchRule>,
}

/// One way to recognise a student.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatchRule {
    /// Equal district ids.
    StudentId,
    /// Equal state ids.
    StateId,
    /// Equal district ids once leading zeros are left out.
    StudentIdUnpadded,
    /// A table of legacy id to new id.
    Crosswalk {
        /// Name of the crosswalk.
        name: String,
        /// Legacy id to new id.
        map: BTreeMap<String, String>,
    },
}

impl MatchRule {
    /// The name that the project file and reports use.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::StudentId => "student_id".into(),
            Self::StateId => "state_id".into(),
            Self::StudentIdUnpadded => "student_id_unpadded".into(),
            Self::Crosswalk { name, .. } => format!("crosswalk:{name}"),
        }
    }
}

impl Default for MatchRules {
    fn default() -> Self {
        Self { rules: vec![MatchRule::StudentId, MatchRule::StateId, MatchRule::StudentIdUnpadded] }
    }
}
