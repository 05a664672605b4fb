//! Code tables from the data: the rows of paired students vote on which new code an old one became.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::students::StudentPairs;
use crate::canonical::{Dataset, Entity, Field, Records, Row};
use crate::mapping::Mapping;

/// Students that are asked; more would only repeat the answer.
const WITNESSES: usize = 20_000;
/// Rounds of voting: what one round learns helps the next to tell rows apart.
const ROUNDS: usize = 4;
/// A proposal stands above the line with this share of its votes (in percent) ...
const SHARE: u64 = 80;
/// ... and this many of them.
const VOTES: u64 = 3;

/// One proposed line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePair {
    /// The old code.
    pub from: String,
    /// The new code.
    pub to: String,
    /// Votes for it.
    pub support: u64,
    /// Votes of the same old code for others.
    pub counter: u64,
    /// Percent of the old code's votes.
    pub confidence: u64,
    /// Enough votes, and nearly all of them.
    pub above_line: bool,
    /// The old code has other targets with several votes.
    pub one_to_many: bool,
    /// Other old codes are proposed to become the same.
    pub many_to_one: bool,
    /// The strongest other target.
    pub other: Option<String>,
}

/// A proposed code table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeProposal {
    /// Its name in the legacy mapping.
    pub crosswalk: String,
    /// Its lines, by old code.
    pub pairs: Vec<CodePair>,
    /// Old codes that got no vote: (code, rows).
    pub without: Vec<(String, u64)>,
}

impl CodeProposal {
    /// As a CSV that a registrar edits; lines below the confidence line have an empty target and their guess in the note.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut text = "from,to,support,confidence,counter_examples,flags,note\n".to_owned();
        for pair in &self.pairs {
            let mut flags = Vec::new();
            flags.extend(pair.one_to_many.then_some("one-to-many"));
            flags.extend(pair.many_to_one.then_some("many-to-one"));
            let to = if pair.above_line { super::cell(&pair.to) } else { String::new() };
            let mut note = if pair.above_line { String::new() } else { format!("perhaps {}", pair.to) };
            if let Some(other) = &pair.other {
                note.push_str(&format!("{}also {other}", if note.is_empty() { "" } else { "; " }));
            }
            let _written = writeln!(
                text,
                "{},{to},{},{},{},{},{}",
                super::cell(&pair.from),
                pair.support,
                pair.confidence,
                pair.counter,
                flags.join(" "),
                super::cell(&note)
            );
        }
        for (code, rows) in &self.without {
            let _written = writeln!(text, "{},,0,0,0,,\"{rows} rows, no student to tell by\"", super::cell(code));
        }
        text
    }
}

/// Entities whose rows vote. Students have one row each, the others are told apart by what else they say.
const VOTERS: [Entity; 4] = [Entity::Student, Entity::Enrollment, Entity::Schedule, Entity::Transcript];

type Learned = BTreeMap<String, BTreeMap<String, String>>;
type Votes = BTreeMap<String, BTreeMap<String, BTreeMap<String, u64>>>;

/// Proposes every code table that fields of the legacy mapping look codes up in and that compares codes of both sides.
#[must_use]
pub fn codes(mapping: &Mapping, legacy: &Dataset, new: &Dataset, students: &StudentPairs) -> Vec<CodeProposal> {
    let fields = crosswalked(mapping);
    let mut learned = Learned::new();
    let mut votes = Votes::new();
    for _ in 0..ROUNDS {
        votes = vote(&fields, legacy, new, students, &learned);
        let next: Learned = votes.iter().map(|(name, votes)| (name.clone(), certain(votes))).collect();
        if next == learned {
            break;
        }
        learned = next;
    }
    let names: BTreeSet<&String> = fields.values().collect();
    names.into_iter().map(|name| propose(name, votes.get(name), &fields, legacy)).collect()
}

/// Entity and field to the name of the code table.
fn crosswalked(mapping: &Mapping) -> BTreeMap<(Entity, Field), String> {
    let mut fields = BTreeMap::new();
    for block in mapping.blocks.iter().filter(|b| VOTERS.contains(&b.entity)) {
        for spec in &block.fields {
            if let Some(name) = &spec.crosswalk {
                fields.insert((block.entity, spec.field), name.clone());
            }
        }
    }
    fields
}

/// The code as the table is asked for it: the canonical text where it passed, else as exported.
fn code<'a>(records: &'a Records, row: Row, field: Field) -> Option<&'a str> {
    records.text(row, field).or_else(|| records.raw(row, field)).filter(|t| !t.is_empty())
}

fn vote(
    fields: &BTreeMap<(Entity, Field), String>,
    legacy: &Dataset,
    new: &Dataset,
    students: &StudentPairs,
    learned: &Learned,
) -> Votes {
    let mut votes = Votes::new();
    for entity in VOTERS {
        let (Some(left), Some(right)) = (legacy.get(entity), new.get(entity)) else { continue };
        let targets: Vec<(Field, &String)> =
            fields.iter().filter(|((e, f), _)| *e == entity && right.has(*f)).map(|((_, f), n)| (*f, n)).collect();
        if targets.is_empty() {
            continue;
        }
        let witness = Witness::new(entity, left, right, fields, learned);
        let (ours, theirs) = (rows_of(legacy, left, students, true), rows_of(new, right, students, false));
        for (l, n) in ours.iter().zip(&theirs) {
            let matrix = witness.matrix(l, n);
            for (field, name) in &targets {
                for (from, to) in witness.votes(l, n, *field, &witness.without(&matrix, *field)) {
                    let tally = votes.entry((*name).clone()).or_default();
                    *tally.entry(from).or_default().entry(to).or_default() += 1;
                }
            }
        }
    }
    votes
}

/// The rows of each paired student, in the order of the pairs.
fn rows_of(dataset: &Dataset, records: &Records, students: &StudentPairs, left: bool) -> Vec<Vec<Row>> {
    let Some(of) = dataset.get(Entity::Student) else { return Vec::new() };
    let pairs = students.pairs.iter().take(WITNESSES);
    let own: Vec<Row> = pairs.map(|(l, n, _)| if left { *l } else { *n }).collect();
    if records.entity() == Entity::Student {
        return own.into_iter().map(|row| vec![row]).collect();
    }
    let position: BTreeMap<&str, usize> =
        own.iter().enumerate().filter_map(|(i, row)| Some((of.text(*row, Field::StudentId)?, i))).collect();
    let mut rows = vec![Vec::new(); own.len()];
    for row in 0..records.len() as Row {
        if let Some(at) = records.text(row, Field::StudentId).and_then(|id| position.get(id)) {
            rows[*at].push(row);
        }
    }
    rows
}

/// Compares rows of one entity.
struct Witness<'a> {
    left: &'a Records,
    right: &'a Records,
    /// Field, its weight, and what its codes are known to become.
    compared: Vec<(Field, u32, Option<&'a BTreeMap<String, String>>)>,
}

impl<'a> Witness<'a> {
    fn new(
        entity: Entity,
        left: &'a Records,
        right: &'a Records,
        fields: &BTreeMap<(Entity, Field), String>,
        learned: &'a Learned,
    ) -> Self {
        let compared = Field::of(entity)
            .iter()
            .filter(|f| **f != Field::StudentId && left.has(**f) && right.has(**f))
            .map(|field| {
                let table = fields.get(&(entity, *field)).and_then(|name| learned.get(name));
                let weight = match field {
                    Field::Title => 3,
                    _ if table.is_some_and(|t| !t.is_empty()) => 2,
                    _ => 1,
                };
                (*field, weight, table)
            })
            .collect();
        Self { left, right, compared }
    }

    /// How much two rows agree, and in which of the compared fields (one bit each).
    fn agreement(&self, l: Row, n: Row) -> (u32, u64) {
        let (mut score, mut bits) = (0, 0u64);
        for (at, (field, weight, table)) in self.compared.iter().enumerate() {
            let (Some(a), Some(b)) = (code(self.left, l, *field), code(self.right, n, *field)) else { continue };
            let translated = || table.and_then(|t| t.get(a)).is_some_and(|to| to == b);
            if a == b || translated() || (*field == Field::Title && same(a, b)) {
                score += weight;
                bits |= 1 << at;
            }
        }
        (score, bits)
    }

    /// The agreement of all rows of one student.
    fn matrix(&self, ours: &[Row], theirs: &[Row]) -> Vec<Vec<(u32, u64)>> {
        ours.iter().map(|l| theirs.iter().map(|n| self.agreement(*l, *n)).collect()).collect()
    }

    /// The agreement without looking at one field.
    fn without(&self, matrix: &[Vec<(u32, u64)>], field: Field) -> Vec<Vec<u32>> {
        let at = self.compared.iter().position(|(f, ..)| *f == field);
        let (bit, weight) = at.map_or((0, 0), |at| (1u64 << at, self.compared[at].1));
        let reduced = |(score, bits): &(u32, u64)| if bits & bit == 0 { *score } else { score - weight };
        matrix.iter().map(|row| row.iter().map(reduced).collect()).collect()
    }

    /// The votes of one student on one field: rows that choose each other.
    fn votes(&self, ours: &[Row], theirs: &[Row], field: Field, scores: &[Vec<u32>]) -> Vec<(String, String)> {
        let alone = ours.len() == 1 && theirs.len() == 1;
        let mut votes = Vec::new();
        for (i, l) in ours.iter().enumerate() {
            let Some(best) = scores[i].iter().max().copied().filter(|b| *b > 0 || alone) else { continue };
            let chosen: Vec<usize> = (0..theirs.len()).filter(|j| scores[i][*j] == best).collect();
            let mutual = chosen.iter().all(|j| scores.iter().all(|row| row[*j] <= best));
            let codes: BTreeSet<Option<&str>> = chosen.iter().map(|j| code(self.right, theirs[*j], field)).collect();
            // Rows that can not be told apart vote only if they say the same, on both sides.
            let rivals: BTreeSet<Option<&str>> = ours
                .iter()
                .enumerate()
                .filter(|(k, _)| chosen.iter().any(|j| scores[*k][*j] == best))
                .map(|(_, row)| code(self.left, *row, field))
                .collect();
            if !mutual || codes.len() != 1 || rivals.len() != 1 {
                continue;
            }
            if let (Some(from), Some(Some(to))) = (code(self.left, *l, field), codes.into_iter().next()) {
                votes.push((from.to_owned(), to.to_owned()));
            }
        }
        votes
    }
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// The best target of a code: (target, votes, votes of all).
fn best(tally: &BTreeMap<String, u64>) -> Option<(&String, u64, u64)> {
    let total = tally.values().sum();
    let (to, votes) = tally.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)))?;
    Some((to, *votes, total))
}

/// What is above the line, for the next round.
fn certain(votes: &BTreeMap<String, BTreeMap<String, u64>>) -> BTreeMap<String, String> {
    let clear = |(from, tally): (&String, &BTreeMap<String, u64>)| {
        let (to, votes, total) = best(tally)?;
        (votes >= VOTES && votes * 100 >= total * SHARE).then(|| (from.clone(), to.clone()))
    };
    votes.iter().filter_map(clear).collect()
}

fn propose(
    name: &str,
    votes: Option<&BTreeMap<String, BTreeMap<String, u64>>>,
    fields: &BTreeMap<(Entity, Field), String>,
    legacy: &Dataset,
) -> CodeProposal {
    let mut pairs = Vec::new();
    let mut targets: BTreeMap<String, u64> = BTreeMap::new();
    for (from, tally) in votes.into_iter().flatten() {
        let Some((to, support, total)) = best(tally) else { continue };
        let others = tally.iter().filter(|(other, _)| *other != to);
        let other = others.max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
        pairs.push(CodePair {
            from: from.clone(),
            to: to.clone(),
            support,
            counter: total - support,
            confidence: support * 100 / total,
            above_line: support >= VOTES && support * 100 >= total * SHARE,
            one_to_many: other.is_some_and(|(_, votes)| *votes >= 2 && *votes * 10 >= total),
            many_to_one: false,
            other: other.map(|(code, _)| code.clone()),
        });
        *targets.entry(to.clone()).or_default() += 1;
    }
    for pair in &mut pairs {
        pair.many_to_one = targets.get(&pair.to).is_some_and(|n| *n > 1);
    }
    let mut without: BTreeMap<String, u64> = BTreeMap::new();
    for (entity, field) in fields.iter().filter(|(_, n)| *n == name).map(|(key, _)| key) {
        let Some(records) = legacy.get(*entity) else { continue };
        for row in 0..records.len() as Row {
            if let Some(code) = code(records, row, *field)
                && !votes.is_some_and(|v| v.contains_key(code))
            {
                *without.entry(code.to_owned()).or_default() += 1;
            }
        }
    }
    CodeProposal { crosswalk: name.to_owned(), pairs, without: without.into_iter().collect() }
}
