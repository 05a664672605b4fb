//! Class rank by a policy's rule: who is ranked, among whom, what equal GPAs do.

use std::collections::BTreeMap;

use super::bound::{BoundKind, Computed};
use super::gpa::rules::{RankRule, Tie};
use super::rational::Rational;
use crate::canonical::{Entity, Field, Side};
use crate::reconcile::Reconciliation;

/// One student of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Position of the student pair.
    pub position: u32,
    /// What is compared: the exact GPA, or the printed one where the rule says so.
    pub gpa: Rational,
    /// The rule ranks students of this status.
    pub counted: bool,
    /// The rank; nought for who is not counted.
    pub rank: u32,
}

/// Students who are ranked among each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Class {
    /// In the order of student ids.
    pub members: Vec<Member>,
}

impl Class {
    /// How many are ranked.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.members.iter().filter(|m| m.counted).count() as u32
    }

    fn rank(&mut self, tie: Tie) {
        let counted: Vec<usize> = (0..self.members.len()).filter(|at| self.members[*at].counted).collect();
        let gpas: Vec<Rational> = counted.iter().map(|at| self.members[*at].gpa).collect();
        for (at, rank) in counted.into_iter().zip(ranks(&gpas, tie)) {
            self.members[at].rank = rank;
        }
    }

    /// What the ranks would be by another rule, by position of the student pair.
    #[must_use]
    pub fn otherwise(&self, other: Otherwise) -> BTreeMap<u32, u32> {
        let everybody = other == Otherwise::Everybody;
        let members: Vec<&Member> = self.members.iter().filter(|m| m.counted || everybody).collect();
        let sign = |gpa: Rational| if other == Otherwise::FromBelow { gpa.negated() } else { gpa };
        let gpas: Vec<Rational> = members.iter().map(|m| sign(m.gpa)).collect();
        let tie = match other {
            Otherwise::Ties(tie) => tie,
            Otherwise::Everybody | Otherwise::FromBelow => Tie::Competition,
        };
        members.iter().map(|m| m.position).zip(ranks(&gpas, tie)).collect()
    }
}

/// Another rule than the policy's, to tell what a system did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Otherwise {
    /// Other ties.
    Ties(Tie),
    /// Students are counted whose status the policy leaves out.
    Everybody,
    /// From the lowest GPA up.
    FromBelow,
}

impl Otherwise {
    /// All, with what each is called.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Ties(Tie::Competition), "ties ranked 1-2-2-4"),
        (Self::Ties(Tie::Dense), "ties ranked 1-2-2-3"),
        (Self::Ties(Tie::Ordinal), "ties ranked 1-2-3-4"),
        (Self::Everybody, "students counted whose status the rule leaves out"),
        (Self::FromBelow, "counted from the lowest GPA up"),
    ];
}

/// All classes of one side for one kind of GPA.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranking {
    /// In the order of school, grade level or what else they are ranked within.
    pub classes: Vec<Class>,
    /// By position of the student pair: class and member.
    places: BTreeMap<u32, (u32, u32)>,
}

impl Ranking {
    /// The class of a student and the student in it; `None` without a GPA.
    #[must_use]
    pub fn of(&self, position: u32) -> Option<(&Class, &Member)> {
        let (class, member) = self.places.get(&position)?;
        let class = self.classes.get(*class as usize)?;
        Some((class, class.members.get(*member as usize)?))
    }
}

/// Ranks everybody of one side. `None` when the policy has no rule of rank.
pub(super) fn rank_side(kind: &BoundKind, reconciliation: &Reconciliation, side: Side) -> Option<Ranking> {
    let policy = match side {
        Side::Legacy => &kind.policy.legacy,
        Side::New => &kind.policy.new,
    };
    let rule = policy.rank.as_ref()?;
    let students = reconciliation.dataset(side).get(Entity::Student)?;
    let mut by_class: BTreeMap<Vec<&str>, Vec<Member>> = BTreeMap::new();
    for position in 0..reconciliation.students.len() as u32 {
        let Some(row) = reconciliation.students[position as usize].record(side) else { continue };
        let numbers = kind.numbers(reconciliation, position);
        let computed = if side == Side::Legacy { numbers.legacy } else { numbers.new };
        let Some(gpa) = computed.and_then(|c| compared(rule, c)) else { continue };
        let of = |field: Field| students.text(row, field).unwrap_or_default();
        let counted = !students.has(Field::Status) || is_counted(rule, of(Field::Status));
        let class = rule.within.iter().map(|field| of(*field)).collect();
        by_class.entry(class).or_default().push(Member { position, gpa, counted, rank: 0 });
    }
    let mut ranking = Ranking::default();
    for (at, members) in by_class.into_values().enumerate() {
        let mut class = Class { members };
        class.members.sort_by(|a, b| reconciliation.student_id(a.position).cmp(reconciliation.student_id(b.position)));
        class.rank(rule.tie);
        for (member, of) in class.members.iter().enumerate() {
            ranking.places.insert(of.position, (at as u32, member as u32));
        }
        ranking.classes.push(class);
    }
    Some(ranking)
}

/// True when the rule ranks students of that status.
#[must_use]
pub fn is_counted(rule: &RankRule, status: &str) -> bool {
    rule.statuses.is_empty() || rule.statuses.iter().any(|s| s.eq_ignore_ascii_case(status))
}

fn compared(rule: &RankRule, computed: Computed) -> Option<Rational> {
    if rule.rounded { computed.value.map(Rational::from) } else { computed.exact }
}

/// Ranks in the order given. Equal GPAs share a rank, but for [`Tie::Ordinal`], where the earlier entry comes first.
#[must_use]
pub fn ranks(gpas: &[Rational], tie: Tie) -> Vec<u32> {
    let mut order: Vec<usize> = (0..gpas.len()).collect();
    order.sort_by(|a, b| gpas[*b].cmp(&gpas[*a]).then(a.cmp(b)));
    let mut ranks = vec![0; gpas.len()];
    let (mut rank, mut last) = (0, None);
    for (place, &at) in order.iter().enumerate() {
        let place = place as u32 + 1;
        let same = last == Some(gpas[at]);
        rank = match tie {
            Tie::Ordinal => place,
            Tie::Competition if same => rank,
            Tie::Competition => place,
            Tie::Dense if same => rank,
            Tie::Dense => rank + 1,
        };
        ranks[at] = rank;
        last = Some(gpas[at]);
    }
    ranks
}

/// The tie rule under which stored ranks follow from the GPAs, if one does: tells a rank that was counted by
/// another rule (or from the other end) from ranks that are wrong.
#[must_use]
pub fn rule_of(gpas: &[Rational], stored: &[u32]) -> Option<&'static str> {
    let rules = [("1-2-2-4", Tie::Competition), ("1-2-2-3", Tie::Dense), ("1-2-3-4", Tie::Ordinal)];
    if let Some((name, _)) = rules.iter().find(|(_, tie)| ranks(gpas, *tie) == stored) {
        return Some(name);
    }
    let negated: Vec<Rational> = gpas.iter().map(|g| g.negated()).collect();
    rules.iter().any(|(_, tie)| ranks(&negated, *tie) == stored).then_some("from the lowest GPA up")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_ranked_as_the_rule_says_and_the_rule_is_found_again() {
        let gpas: Vec<Rational> = [40, 39, 39, 38].iter().map(|n| Rational::new(*n, 10).unwrap()).collect();
        assert_eq!(ranks(&gpas, Tie::Competition), [1, 2, 2, 4]);
        assert_eq!(ranks(&gpas, Tie::Dense), [1, 2, 2, 3]);
        assert_eq!(ranks(&gpas, Tie::Ordinal), [1, 2, 3, 4]);
        assert_eq!(rule_of(&gpas, &[1, 2, 2, 3]), Some("1-2-2-3"));
        assert_eq!(rule_of(&gpas, &[4, 2, 2, 1]), Some("from the lowest GPA up"));
        assert_eq!(rule_of(&gpas, &[1, 1, 1, 1]), None);
    }

    #[test]
    fn exact_gpas_do_not_break_ties_that_are_none() {
        // 9.9 / 3 and 3.3: one GPA, which inexact numbers would rank apart.
        let gpas = [Rational::new(99, 30).unwrap(), Rational::new(33, 10).unwrap()];
        assert_eq!(ranks(&gpas, Tie::Competition), [1, 1]);
    }
}
