//! The answer: a verdict, every criterion with its measured value, limit and margin, and what would make it pass.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Channel, GoProof, Reason};
use crate::exit_code::ExitCode;

/// GO, NO-GO or CANNOT DECIDE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every obligation was proven.
    Go(GoProof),
    /// The data were judged and are not good enough.
    NoGo {
        /// Why, in the order of the criteria.
        reasons: Vec<Reason>,
    },
    /// The data can not be judged.
    CannotDecide {
        /// Why, in the order of the criteria; NO-GO reasons that were found beside them follow.
        reasons: Vec<Reason>,
    },
}

impl Verdict {
    /// `GO`, `NO-GO` or `CANNOT DECIDE`, as screens write it.
    #[must_use]
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Go(_) => "GO",
            Self::NoGo { .. } => "NO-GO",
            Self::CannotDecide { .. } => "CANNOT DECIDE",
        }
    }

    /// `go`, `no-go` or `cannot-decide`, as files write it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Go(_) => "go",
            Self::NoGo { .. } => "no-go",
            Self::CannotDecide { .. } => "cannot-decide",
        }
    }

    /// Why it is not GO; empty for GO.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        match self {
            Self::Go(_) => &[],
            Self::NoGo { reasons } | Self::CannotDecide { reasons } => reasons,
        }
    }

    /// How the process ends: 0, 1, or for CANNOT DECIDE 5 (not recorded), 3 (an input is unusable), else 4.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Go(_) => ExitCode::Success,
            Self::NoGo { .. } => ExitCode::NoGo,
            Self::CannotDecide { reasons } => {
                let has = |code| reasons.iter().any(|r| r.info().exit == code);
                [ExitCode::Output, ExitCode::Input].into_iter().find(|c| has(*c)).unwrap_or(ExitCode::CannotDecide)
            }
        }
    }
}

/// Whether a criterion holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It holds.
    Pass,
    /// It does not.
    Fail,
    /// It could not be judged.
    Undecided,
}

impl State {
    pub(super) const fn of(channel: Option<Channel>) -> Self {
        match channel {
            None => Self::Pass,
            Some(Channel::NoGo) => Self::Fail,
            Some(Channel::CannotDecide) => Self::Undecided,
        }
    }
}

/// One criterion, as the gate prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CriterionResult {
    /// `open critical findings`, `students matched`.
    pub name: &'static str,
    /// What was measured: `84`, `99.971%`, `96 of 96`.
    pub measured: String,
    /// What is demanded: `at most 0`, `at least 99.5%`.
    pub limit: String,
    /// How far it is from the limit: `over by 34`, `no spare`, `4 to spare`; empty when that has no meaning.
    pub margin: String,
    /// Whether it holds.
    pub state: State,
    /// All of it in one sentence.
    pub sentence: String,
}

/// The answer of the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// GO, NO-GO or CANNOT DECIDE.
    pub verdict: Verdict,
    /// Every criterion, in the order of reports.
    pub criteria: Vec<CriterionResult>,
    /// What would make it pass, one sentence each; empty for GO.
    pub would_pass: Vec<String>,
}

impl Decision {
    /// How the process ends.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        self.verdict.exit_code()
    }

    /// True when the data were judged and every criterion but those on earlier runs, drills and sign-offs holds: what
    /// counts as a clean rehearsal.
    #[must_use]
    pub fn is_clean_rehearsal(&self) -> bool {
        const PAPERS: [&str; 4] = ["rehearsals-not-clean", "drill-missing", "drill-failed", "signoff-missing"];
        match &self.verdict {
            Verdict::Go(_) => true,
            Verdict::NoGo { reasons } => reasons.iter().all(|r| PAPERS.contains(&r.code.as_ref())),
            Verdict::CannotDecide { .. } => false,
        }
    }
}
