//! GPA, credit and graduation rules as registrars apply them, in exact arithmetic.

pub mod bound;
pub mod calibrate;
pub mod command;
mod compact;
pub mod credits;
pub mod derive;
pub mod explain;
pub mod gpa;
pub mod graduation;
mod load;
pub mod rank;
pub mod rational;
pub mod shipped;
#[cfg(test)]
mod shortcut_tests;
mod toml;
pub mod transcript;
pub mod working;

use std::ops::Deref;
use std::sync::Arc;

pub use bound::{Bound, BoundKind, Computed, Numbers, Stored};
pub use calibrate::{Calibration, Pattern};
pub use derive::{Derivation, Part, Reason, derive};
pub use explain::{Blame, Explanation};
pub use gpa::GpaPolicy;
pub use graduation::{Exceptions, Requirements};
pub use load::{Named, WantedKind, load_exceptions};
pub use rational::Rational;

use crate::canonical::{Entity, Field, Side};
use crate::reconcile::Reconciliation;
use graduation::Exception;

/// A GPA kind and the policies of the two systems.
#[derive(Debug, Clone)]
pub struct KindPolicy {
    /// The kind as stored GPAs say it.
    pub kind: String,
    /// How the legacy system computes it.
    pub legacy: Arc<GpaPolicy>,
    /// How the new system computes it.
    pub new: Arc<GpaPolicy>,
}

/// The policies that a project names, ready to apply. Without any, nothing is recomputed and the report says so.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    kinds: Vec<KindPolicy>,
    requirements: Option<Arc<Requirements>>,
    exceptions: [Arc<Exceptions>; 2],
    bound: Option<Arc<Bound>>,
}

/// Policies bound to a run: those of the whole run, or made for one question.
#[derive(Debug)]
pub enum Held<'a> {
    /// Of the whole run.
    AtHand(&'a Bound),
    /// For one question.
    Made(Box<Bound>),
}

impl Deref for Held<'_> {
    type Target = Bound;

    fn deref(&self) -> &Bound {
        match self {
            Self::AtHand(bound) => bound,
            Self::Made(bound) => bound,
        }
    }
}

impl Policies {
    /// From policies at hand.
    #[must_use]
    pub fn new(kinds: Vec<KindPolicy>, requirements: Option<Arc<Requirements>>) -> Self {
        Self { kinds, requirements, ..Self::default() }
    }

    /// The same policies with the exceptions of single students, legacy and new.
    #[must_use]
    pub fn with_exceptions(self, exceptions: [Exceptions; 2]) -> Self {
        Self { exceptions: exceptions.map(Arc::new), ..self }
    }

    /// The exceptions of a side.
    #[must_use]
    pub fn exceptions(&self, side: Side) -> &Exceptions {
        &self.exceptions[side as usize]
    }

    /// The exceptions of one student on a side, by the id as the side's files have it or as it is mapped.
    #[must_use]
    pub fn exceptions_of(&self, reconciliation: &Reconciliation, position: u32, side: Side) -> &[Exception] {
        let exceptions = self.exceptions(side);
        if exceptions.is_empty() {
            return &[];
        }
        let students = reconciliation.dataset(side).get(Entity::Student);
        let Some((students, row)) = students.zip(reconciliation.students[position as usize].record(side)) else {
            return &[];
        };
        let ids = [students.raw(row, Field::StudentId), students.text(row, Field::StudentId)];
        ids.into_iter().flatten().map(|id| exceptions.of(id)).find(|list| !list.is_empty()).unwrap_or_default()
    }

    /// True when the project names no policy at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.requirements.is_none()
    }

    /// The kinds with a policy, in the project's order.
    #[must_use]
    pub fn kinds(&self) -> &[KindPolicy] {
        &self.kinds
    }

    /// The graduation requirements, when the project names some.
    #[must_use]
    pub fn requirements(&self) -> Option<&Requirements> {
        self.requirements.as_deref()
    }

    /// The same policies with every student's numbers computed. Call once before the checks run; the result belongs
    /// to this reconciliation and to no other.
    #[must_use]
    pub fn for_run(&self, reconciliation: &Reconciliation) -> Self {
        Self { bound: Some(Arc::new(Bound::new(self, reconciliation))), ..self.clone() }
    }

    /// These policies if they are bound already, else [`Self::for_run`].
    #[must_use]
    pub fn ready(&self, reconciliation: &Reconciliation) -> Self {
        if self.bound.is_some() { self.clone() } else { self.for_run(reconciliation) }
    }

    /// What [`Self::for_run`] computed, or a binding that computes on demand: slower, never another answer.
    #[must_use]
    pub fn bound(&self, reconciliation: &Reconciliation) -> Held<'_> {
        match &self.bound {
            Some(bound) => Held::AtHand(bound),
            None => Held::Made(Box::new(Bound::lazy(self, reconciliation))),
        }
    }
}
