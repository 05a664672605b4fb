//! Drafts become causes: counted without telling a student twice, ranked, named and put into words.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt};
use xxhash_rust::xxh3::xxh3_64;

use super::fix::fix;
use super::group::{Kind, Sort};
use super::model::{Cause, Causes, Consequence, PairCount, SchoolShare, Settings};
use super::pattern::Pattern;
use super::prove::Draft;
use super::relate::Ledger;
use super::words;
use crate::canonical::{Entity, Field, Row, Side};
use crate::finding::{Finding, Findings, Subject};
use crate::reconcile::Reconciliation;

/// Value pairs that a cause shows.
const PAIRS: usize = 8;
/// Findings that a cause shows.
const SAMPLES: usize = 10;

/// Causes in order of rank.
pub(super) fn rank(run: &Reconciliation, findings: &Findings, ledger: Ledger, settings: &Settings) -> Causes {
    let Ledger { drafts, of_finding, follows } = ledger;
    let mut following: Vec<Vec<u32>> = vec![Vec::new(); drafts.len()];
    for (finding, cause) in of_finding.iter().enumerate().filter(|(at, cause)| follows[*at] && **cause > 0) {
        following[*cause as usize - 1].push(finding as u32);
    }
    let mut causes: Vec<(usize, Cause)> = drafts
        .iter()
        .zip(&following)
        .map(|(draft, following)| cause(run, findings, draft, following, settings))
        .enumerate()
        .collect();
    causes.sort_by(|(_, a), (_, b)| {
        let key = |c: &Cause| std::cmp::Reverse((c.proved, c.students_in_all, c.findings));
        key(a).cmp(&key(b)).then_with(|| a.sentence.cmp(&b.sentence))
    });
    let mut number_of = vec![0; drafts.len() + 1];
    let mut known: BTreeMap<String, u32> = BTreeMap::new();
    for (rank, (draft, cause)) in causes.iter_mut().enumerate() {
        cause.number = rank as u32 + 1;
        number_of[*draft + 1] = cause.number;
        let times = known.entry(cause.id.clone()).or_default();
        *times += 1;
        if *times > 1 {
            cause.id = format!("{}-{times}", cause.id);
        }
    }
    let of_finding = of_finding.into_iter().map(|draft| number_of[draft as usize]).collect();
    Causes { causes: causes.into_iter().map(|(_, c)| c).collect(), of_finding, follows }
}

fn cause(run: &Reconciliation, findings: &Findings, draft: &Draft, following: &[u32], settings: &Settings) -> Cause {
    let of = |at: &u32| &findings.rows[*at as usize];
    let students = |list: &[u32]| -> Vec<u32> {
        let mut students: Vec<u32> = list.iter().filter_map(|f| student(of(f))).collect();
        students.sort_unstable();
        students.dedup();
        students
    };
    let direct = students(&draft.findings);
    let mut all = [direct.as_slice(), students(following).as_slice()].concat();
    all.sort_unstable();
    all.dedup();
    let mut severities = BTreeMap::new();
    for finding in draft.findings.iter().chain(following).map(of) {
        *severities.entry(finding.severity).or_default() += 1;
    }
    let mut fields: Vec<String> = draft.also.iter().map(|k| words::place(*k)).collect();
    fields.sort();
    fields.dedup();
    let leading = words::place(draft.kind);
    fields.retain(|f| *f != leading);
    fields.insert(0, leading);
    let mut proof = draft.proof;
    proof.students = direct.len() as u64;
    let mut cause = Cause {
        id: identity(draft, settings),
        number: 0,
        sentence: words::sentence(draft, settings),
        pattern: words::pattern(draft, settings),
        condition: draft.condition.clone(),
        fields,
        findings: draft.findings.len() as u64,
        students: direct.len() as u64,
        students_in_all: all.len() as u64,
        severities,
        schools: schools(run, findings, draft),
        proof,
        proved: draft.proved,
        fix: super::model::Fix::default(),
        pairs: pairs(run, findings, draft),
        consequences: consequences(findings, following),
        samples: draft.findings.iter().copied().take(SAMPLES).collect(),
    };
    cause.fix = fix(draft, &cause, settings);
    cause
}

fn student(finding: &Finding) -> Option<u32> {
    match finding.subject {
        Subject::Student(student) => Some(student),
        Subject::Other(_) => None,
    }
}

/// Hash of what the cause says, without what changes from rehearsal to rehearsal.
fn identity(draft: &Draft, settings: &Settings) -> String {
    let pattern = match &draft.pattern {
        Pattern::Table(_) => "table".to_owned(),
        Pattern::Speaks(check) => settings.checks.get(usize::from(*check)).copied().unwrap_or("check").to_owned(),
        other => format!("{other:?}"),
    };
    let text =
        format!("{}|{pattern}|{:?}|{}", words::place(draft.kind), draft.kind.population, draft.lasting.join("|"));
    format!("{:010x}", xxh3_64(text.as_bytes()) >> 24)
}

fn schools(run: &Reconciliation, findings: &Findings, draft: &Draft) -> Vec<SchoolShare> {
    let mut by_school: BTreeMap<&str, (u64, BTreeSet<u32>)> = BTreeMap::new();
    for finding in draft.findings.iter().map(|f| &findings.rows[*f as usize]) {
        let share = by_school.entry(school(run, finding)).or_default();
        share.0 += 1;
        share.1.extend(student(finding));
    }
    let mut schools: Vec<SchoolShare> = by_school
        .into_iter()
        .map(|(school, (findings, students))| SchoolShare {
            school: school.to_owned(),
            findings,
            students: students.len() as u64,
        })
        .collect();
    schools
        .sort_by(|a, b| (b.students, b.findings).cmp(&(a.students, a.findings)).then_with(|| a.school.cmp(&b.school)));
    schools
}

/// The student's school, else the record's.
fn school<'a>(run: &'a Reconciliation, finding: &Finding) -> &'a str {
    let of = |side: Side, entity: Entity, row: Option<Row>| run.dataset(side).get(entity)?.text(row?, Field::School);
    let pair = student(finding).and_then(|s| run.students.get(s as usize));
    let own = pair.and_then(|p| Side::BOTH.into_iter().find_map(|side| of(side, Entity::Student, p.record(side))));
    own.or_else(|| of(Side::Legacy, finding.entity, finding.legacy))
        .or_else(|| of(Side::New, finding.entity, finding.new))
        .unwrap_or_default()
}

/// The most frequent value pairs as printed.
fn pairs(run: &Reconciliation, findings: &Findings, draft: &Draft) -> Vec<PairCount> {
    let Kind { entity, field: Some(field), .. } = draft.kind else { return Vec::new() };
    if words::is_personal(field) || !matches!(draft.kind.sort, Sort::Values | Sort::Codes(_)) {
        return Vec::new();
    }
    let raw = |side: Side, row: Option<Row>| {
        run.dataset(side).get(entity).zip(row).and_then(|(r, row)| r.raw(row, field)).unwrap_or_default()
    };
    let mut counts: HashMap<(&str, &str), u64> = HashMap::new();
    for finding in draft.findings.iter().map(|f| &findings.rows[*f as usize]) {
        if finding.entity == entity && finding.field == Some(field) {
            *counts.entry((raw(Side::Legacy, finding.legacy), raw(Side::New, finding.new))).or_default() += 1;
        }
    }
    let pair = |((legacy, new), count): ((&str, &str), u64)| PairCount {
        legacy: legacy.to_owned(),
        new: new.to_owned(),
        count,
    };
    let mut pairs: Vec<PairCount> = counts.into_iter().map(pair).collect();
    pairs.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.cmp(b)));
    pairs.truncate(PAIRS);
    pairs
}

fn consequences(findings: &Findings, following: &[u32]) -> Vec<Consequence> {
    let mut by_what: BTreeMap<(Entity, Option<Field>), (u64, BTreeSet<u32>)> = BTreeMap::new();
    for finding in following.iter().map(|f| &findings.rows[*f as usize]) {
        let known = by_what.entry((finding.entity, finding.field)).or_default();
        known.0 += 1;
        known.1.extend(student(finding));
    }
    by_what
        .into_iter()
        .map(|((entity, field), (findings, students))| Consequence {
            what: field.map_or_else(|| entity.to_string(), |f| format!("{entity}.{f}")),
            findings,
            students: students.len() as u64,
        })
        .collect()
}
