//! What `runs`, `compare` and `trend` answer with `--format json`, in its frozen form; `rollproof schema` prints it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Error;
use crate::gate::SeverityCounts;
use crate::history::{Comparison, Estimate, History, Moved, RunRecord, TrendPoint};

/// Format of these answers. Fields are added under the same number; a changed meaning gets a new one.
const SCHEMA: u32 = 1;

/// `rollproof runs list`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RunsJson {
    schema: u32,
    /// Oldest first.
    pub runs: Vec<RunJson>,
}

/// One run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RunJson {
    /// Unique id.
    pub id: String,
    label: String,
    started: String,
    version: String,
    verdict: Option<String>,
    clean: bool,
    legacy_as_of: String,
    new_as_of: String,
    students: u64,
    records: u64,
    findings: u64,
    open: Counts,
    waived: Counts,
    config_blake3: String,
    inputs_blake3: String,
    findings_blake3: String,
    overrides: Vec<crate::report::summary::OverrideLine>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Counts {
    critical: u64,
    major: u64,
    minor: u64,
    info: u64,
}

impl Counts {
    const fn of(c: &SeverityCounts) -> Self {
        Self { critical: c.critical, major: c.major, minor: c.minor, info: c.info }
    }
}

/// All runs of a history.
///
/// # Errors
/// When the history can not be read.
pub fn runs_json(history: &History) -> Result<RunsJson, Error> {
    let overrides = crate::run::overrides(history)?;
    let of = |r: RunRecord| RunJson {
        overrides: overrides.iter().filter(|o| o.run == r.id).cloned().collect(),
        id: r.id,
        label: r.label,
        started: r.started,
        version: r.version,
        verdict: r.verdict,
        clean: r.clean,
        legacy_as_of: r.as_of.0,
        new_as_of: r.as_of.1,
        students: r.volume.students,
        records: r.volume.records,
        findings: r.findings,
        open: Counts::of(&r.open),
        waived: Counts::of(&r.waived),
        config_blake3: r.project_hash,
        inputs_blake3: r.inputs_hash,
        findings_blake3: r.findings_hash,
    };
    Ok(RunsJson { schema: SCHEMA, runs: history.runs()?.into_iter().map(of).collect() })
}

/// `rollproof compare A B`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CompareJson {
    schema: u32,
    from: String,
    to: String,
    all: MovedJson,
    by_check: BTreeMap<String, MovedJson>,
    by_school: BTreeMap<String, MovedJson>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct MovedJson {
    fixed: u64,
    new: u64,
    still_open: u64,
    came_back: u64,
}

impl MovedJson {
    const fn of(m: &Moved) -> Self {
        Self { fixed: m.fixed, new: m.new, still_open: m.still_open, came_back: m.came_back }
    }
}

impl CompareJson {
    /// Of a comparison.
    #[must_use]
    pub fn of(c: &Comparison) -> Self {
        let map = |m: &BTreeMap<String, Moved>| m.iter().map(|(k, m)| (k.clone(), MovedJson::of(m))).collect();
        Self {
            schema: SCHEMA,
            from: c.from.label.clone(),
            to: c.to.label.clone(),
            all: MovedJson::of(&c.all),
            by_check: map(&c.by_check),
            by_school: map(&c.by_school),
        }
    }
}

/// `rollproof trend`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TrendJson {
    schema: u32,
    /// Oldest first: the newest run of each label.
    rehearsals: Vec<PointJson>,
    critical: EstimateJson,
    major: EstimateJson,
}

#[derive(Debug, Serialize, JsonSchema)]
struct PointJson {
    label: String,
    run: String,
    started: String,
    verdict: String,
    open: Counts,
    waived: Counts,
}

#[derive(Debug, Serialize, JsonSchema)]
struct EstimateJson {
    /// Open findings that the gate allows.
    limit: u64,
    /// Rehearsals still needed at the pace of the best step so far; null when unknown or without end.
    least: Option<u32>,
    /// At the pace of the worst step so far; null when unknown or without end.
    most: Option<u32>,
    /// In words, with the uncertainty said.
    sentence: String,
}

impl TrendJson {
    /// Of a trend, the limits of critical and major findings, and their estimates.
    #[must_use]
    pub fn of(points: &[TrendPoint], limits: [u64; 2], estimates: [&Estimate; 2]) -> Self {
        let estimate = |at: usize| EstimateJson {
            limit: limits[at],
            least: estimates[at].least,
            most: estimates[at].most,
            sentence: estimates[at].sentence.clone(),
        };
        let point = |p: &TrendPoint| PointJson {
            label: p.label.clone(),
            run: p.run.clone(),
            started: p.started.clone(),
            verdict: p.verdict.clone(),
            open: Counts::of(&p.open),
            waived: Counts::of(&p.waived),
        };
        Self {
            schema: SCHEMA,
            rehearsals: points.iter().map(point).collect(),
            critical: estimate(0),
            major: estimate(1),
        }
    }
}

/// `rollproof verify FILE`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VerifyJson {
    schema: u32,
    holds: bool,
    run: String,
    verdict: String,
    files: u64,
    chain: u64,
    /// Name and public key of everyone whose signature holds.
    signed: Vec<(String, String)>,
    overrides: Vec<String>,
    /// File and what is wrong with it.
    faults: Vec<(String, String)>,
}

impl VerifyJson {
    /// Of a checked archive.
    #[must_use]
    pub fn of(v: &crate::history::evidence::Verified, overrides: Vec<String>) -> Self {
        Self {
            schema: SCHEMA,
            holds: v.faults.is_empty(),
            run: v.run.clone(),
            verdict: v.verdict.clone(),
            files: v.files,
            chain: v.chain,
            signed: v.signed.clone(),
            overrides,
            faults: v.faults.iter().map(|f| (f.file.clone(), f.what.clone())).collect(),
        }
    }
}

/// Indented JSON with a final newline.
///
/// # Errors
/// Never for memory; the signature says what the writer says.
pub fn to_json(value: &impl Serialize) -> Result<String, Error> {
    serde_json::to_string_pretty(value).map(|t| t + "\n").map_err(|e| Error::Bug(e.to_string()))
}

/// The JSON Schema of one of these answers.
///
/// # Errors
/// As [`to_json`].
pub fn schema_of<T: JsonSchema>() -> Result<String, Error> {
    to_json(&schemars::schema_for!(T))
}
