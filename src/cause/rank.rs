//! Drafts become causes: counted without telling a student twice, ranked, named and put into words.

use std::collections::BTreeMap;

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
    let Ledger { drafts, of_finding, follows, needs, shares } = ledger;
    let mut following: Vec<Vec<u32>> = vec![Vec::new(); drafts.len()];
    for (finding, cause) in of_finding.iter().enumerate().filter(|(at, cause)| follows[*at] && **cause > 0) {
        following[*cause as usize - 1].push(finding as u32);
    }
    let mut causes: Vec<(usize, Cause)> = drafts
        .iter()
        .zip(&following)
        .map(|(draft, following)| cause(run, findings, draft, (following, &shares), settings))
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
    let number = |list: Vec<u32>| list.into_iter().map(|draft| number_of[draft as usize]).collect();
    let needs = needs.into_iter().map(|(finding, list)| (finding, number(list))).collect();
    Causes { causes: causes.into_iter().map(|(_, c)| c).collect(), of_finding, follows, needs }
}

fn cause(
    run: &Reconciliation,
    findings: &Findings,
    draft: &Draft,
    (following, shares): (&[u32], &BTreeMap<u32, u32>),
    settings: &Settings,
) -> Cause {
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
        consequences: consequences(findings, following, shares),
        samples: draft.findings.iter().copied().take(SAMPLES).collect(),
    };
    cause.fix = fix(run, findings, draft, settings);
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

/// Findings of a school, and its students: findings stand in order of students, so that each is new once.
#[derive(Default)]
struct Share {
    findings: u64,
    students: u64,
    last: Option<u32>,
}

impl Share {
    fn add(&mut self, student: Option<u32>) {
        self.findings += 1;
        if student.is_some() && student != self.last {
            self.students += 1;
            self.last = student;
        }
    }
}

fn schools(run: &Reconciliation, findings: &Findings, draft: &Draft) -> Vec<SchoolShare> {
    let mut by_school: HashMap<&str, Share> = HashMap::new();
    let mut known: Option<(u32, &str)> = None;
    for finding in draft.findings.iter().map(|f| &findings.rows[*f as usize]) {
        // A student's findings stand together; the school is looked up once.
        let code = match (student(finding), known) {
            (Some(student), Some((last, code))) if student == last => code,
            _ => school(run, finding),
        };
        known = student(finding).filter(|s| has_school(run, *s)).map(|s| (s, code));
        by_school.entry(code).or_default().add(student(finding));
    }
    let mut schools: Vec<SchoolShare> = by_school
        .into_iter()
        .map(|(school, share)| SchoolShare {
            school: school.to_owned(),
            findings: share.findings,
            students: share.students,
        })
        .collect();
    schools
        .sort_by(|a, b| (b.students, b.findings).cmp(&(a.students, a.findings)).then_with(|| a.school.cmp(&b.school)));
    schools
}

fn of_record(run: &Reconciliation, student: u32) -> Option<&str> {
    let pair = run.students.get(student as usize)?;
    let text = |side: Side| run.dataset(side).get(Entity::Student)?.text(pair.record(side)?, Field::School);
    Side::BOTH.into_iter().find_map(text)
}

fn has_school(run: &Reconciliation, student: u32) -> bool {
    of_record(run, student).is_some()
}

/// The student's school, else the record's.
fn school<'a>(run: &'a Reconciliation, finding: &Finding) -> &'a str {
    let of = |side: Side, row: Option<Row>| run.dataset(side).get(finding.entity)?.text(row?, Field::School);
    student(finding)
        .and_then(|s| of_record(run, s))
        .or_else(|| of(Side::Legacy, finding.legacy))
        .or_else(|| of(Side::New, finding.new))
        .unwrap_or_default()
}

/// The most frequent value pairs as printed.
fn pairs(run: &Reconciliation, findings: &Findings, draft: &Draft) -> Vec<PairCount> {
    let Kind { entity, field: Some(field), .. } = draft.kind else { return Vec::new() };
    if words::is_personal(field) || !matches!(draft.kind.sort, Sort::Values | Sort::Codes(_)) {
        return Vec::new();
    }
    let columns = Side::BOTH.map(|side| run.dataset(side).get(entity).and_then(|r| r.column(field)));
    let code = |side: Side, row: Option<Row>| {
        columns[side as usize].zip(row).map(|(column, row)| column.codes.get(row as usize))
    };
    let mut counts: HashMap<(Option<u32>, Option<u32>), u64> = HashMap::new();
    for finding in draft.findings.iter().map(|f| &findings.rows[*f as usize]) {
        if finding.entity == entity && finding.field == Some(field) {
            *counts.entry((code(Side::Legacy, finding.legacy), code(Side::New, finding.new))).or_default() += 1;
        }
    }
    let text = |side: Side, code: Option<u32>| {
        columns[side as usize].zip(code).map_or("", |(column, code)| column.values.raw(code)).to_owned()
    };
    // Codes that look alike and are read otherwise: what they are read as says the difference.
    let meant = |side: Side, code: Option<u32>| {
        let raw = text(side, code);
        let read = columns[side as usize].zip(code).map_or("", |(column, code)| column.values.text(code));
        if read.is_empty() || read == raw { raw } else { format!("{raw} (read as {read})") }
    };
    let mut by_text: BTreeMap<(String, String), u64> = BTreeMap::new();
    for ((legacy, new), count) in counts {
        let printed = (text(Side::Legacy, legacy), text(Side::New, new));
        let alike = printed.0 == printed.1;
        let pair = if alike { (meant(Side::Legacy, legacy), meant(Side::New, new)) } else { printed };
        *by_text.entry(pair).or_default() += count;
    }
    let pair = |((legacy, new), count): ((String, String), u64)| PairCount { legacy, new, count };
    let mut pairs: Vec<PairCount> = by_text.into_iter().map(pair).collect();
    pairs.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.cmp(b)));
    pairs.truncate(PAIRS);
    pairs
}

/// What follows, by kind; of GPAs also how much of their differences the cause makes.
fn consequences(findings: &Findings, following: &[u32], shares: &BTreeMap<u32, u32>) -> Vec<Consequence> {
    let mut by_what: BTreeMap<(Entity, Option<Field>), (Share, Vec<u64>)> = BTreeMap::new();
    for (at, finding) in following.iter().map(|f| (f, &findings.rows[*f as usize])) {
        let known = by_what.entry((finding.entity, finding.field)).or_default();
        known.0.add(student(finding));
        known.1.extend(shares.get(at).map(|s| u64::from(*s)));
    }
    by_what
        .into_iter()
        .map(|((entity, field), (share, parts))| Consequence {
            what: field.map_or_else(|| entity.to_string(), |f| format!("{entity}.{f}")),
            findings: share.findings,
            students: share.students,
            percent: (!parts.is_empty()).then(|| (parts.iter().sum::<u64>() / parts.len() as u64 / 10) as u32),
        })
        .collect()
}
