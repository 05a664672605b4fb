//! Recording a run: first its findings, then its decision. Each step is whole on disk or not there.

use std::collections::BTreeMap;

use jiff::ZonedDateTime;
use jiff::civil::Date;
use rusqlite::{Row, params};
use serde_json::json;

use super::marks::{self, FindingMark};
use super::{History, chain};
use crate::error::Error;
use crate::gate::{Decision, HistoryReceipt, SeverityCounts};

/// What is known of a run before its decision. No student data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun {
    /// Unique id, from [`History::new_run_id`].
    pub id: String,
    /// The rehearsal's label.
    pub label: String,
    /// When it began.
    pub started: ZonedDateTime,
    /// Version of rollproof.
    pub version: String,
    /// BLAKE3 over the project, mapping, crosswalk, policy and waiver files.
    pub project_hash: String,
    /// BLAKE3 over the hashes of all inputs.
    pub inputs_hash: String,
    /// Day of the legacy extract.
    pub legacy_as_of: Date,
    /// Day of the new extract.
    pub new_as_of: Date,
    /// True when nothing was left out (`--only`, `--school`).
    pub whole: bool,
    /// How large it is.
    pub volume: Volume,
    /// BLAKE3 over the hashes of each side's inputs (legacy, new).
    pub side_inputs: (String, String),
}

/// How large a run is. A rehearsal with a part of the district is no rehearsal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Volume {
    /// Students of the legacy side.
    pub students: u64,
    /// Records of both sides.
    pub records: u64,
}

/// How far a recorded run came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// Its findings are on record, it was not decided on (or was interrupted).
    Recorded,
    /// It was decided on.
    Decided,
    /// Its findings were pruned; its record and its chain entries stay.
    Pruned,
}

/// A run on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// Number in the order of recording.
    pub number: i64,
    /// Unique id.
    pub id: String,
    /// The rehearsal's label.
    pub label: String,
    /// When it began, as text with its time zone.
    pub started: String,
    /// Version of rollproof.
    pub version: String,
    /// BLAKE3 over the project's files.
    pub project_hash: String,
    /// BLAKE3 over the hashes of all inputs.
    pub inputs_hash: String,
    /// Days of the two extracts (legacy, new), ISO.
    pub as_of: (String, String),
    /// True when nothing was left out.
    pub whole: bool,
    /// Findings, open and waived.
    pub findings: u64,
    /// BLAKE3 of the findings file.
    pub findings_hash: String,
    /// How far it came.
    pub state: RunState,
    /// `go`, `no-go`, `cannot-decide`; `None` when not decided.
    pub verdict: Option<String>,
    /// True when it counts as a clean rehearsal.
    pub clean: bool,
    /// Open findings.
    pub open: SeverityCounts,
    /// Waived findings.
    pub waived: SeverityCounts,
    /// How large it was; nothing when a version before 3 recorded it.
    pub volume: Volume,
    /// BLAKE3 over each side's inputs (legacy, new); empty when a version before 3 recorded it.
    pub side_inputs: (String, String),
}

impl History {
    /// An id for a run that begins now: time in UTC and the label, unique in this history.
    ///
    /// # Errors
    /// When the store can not be read.
    pub fn new_run_id(&self, label: &str) -> Result<String, Error> {
        let time = self.now().timestamp().strftime("%Y%m%dT%H%M%SZ").to_string();
        let slug: String = label
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
            .take(40)
            .collect();
        let base = format!("{time}-{}", if slug.is_empty() { "run" } else { &slug });
        let known: Vec<String> = self.runs()?.into_iter().map(|r| r.id).collect();
        let mut id = base.clone();
        let mut n = 2;
        while known.contains(&id) {
            id = format!("{base}-{n}");
            n += 1;
        }
        Ok(id)
    }

    /// Records a run and its findings, reads them back, and gives the receipt that the gate demands.
    ///
    /// # Errors
    /// When anything of it can not be written; nothing of the run is then on record.
    pub fn record(&mut self, run: &NewRun, findings: &[FindingMark<'_>]) -> Result<HistoryReceipt, Error> {
        let path = self.findings_path(&run.id);
        let hash = marks::write(&path, findings, &self.key)?;
        let written = marks::read(&path)?.len() as u64;
        let mut counts: BTreeMap<(&str, &str, &str), (i64, i64)> = BTreeMap::new();
        for mark in findings {
            let count = counts.entry((mark.check, mark.school, mark.severity.name())).or_default();
            let which = if mark.waiver.is_empty() { &mut count.0 } else { &mut count.1 };
            *which += 1;
        }
        let body = json!({
            "kind": "run", "at": self.now().to_string(), "run": run.id, "label": run.label, "version": run.version,
            "project": run.project_hash, "inputs": run.inputs_hash, "findings": written, "findings_hash": hash,
        });
        let body = self.stamped(body);
        let mut insert = || -> rusqlite::Result<()> {
            let transaction = self.connection.transaction()?;
            transaction.execute(
                "INSERT INTO run (id, label, started, version, project_hash, inputs_hash, legacy_as_of, new_as_of,
                 whole, findings, findings_hash, students, records, legacy_inputs, new_inputs, state)
                 VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,'recorded')",
                params![
                    run.id,
                    run.label,
                    run.started.to_string(),
                    run.version,
                    run.project_hash,
                    run.inputs_hash,
                    run.legacy_as_of.to_string(),
                    run.new_as_of.to_string(),
                    run.whole,
                    i64::try_from(written).unwrap_or(i64::MAX),
                    hash,
                    i64::try_from(run.volume.students).unwrap_or(i64::MAX),
                    i64::try_from(run.volume.records).unwrap_or(i64::MAX),
                    run.side_inputs.0,
                    run.side_inputs.1,
                ],
            )?;
            let number = transaction.last_insert_rowid();
            for ((check, school, severity), (open, waived)) in &counts {
                transaction.execute(
                    "INSERT INTO count (run, check_name, school, severity, open, waived) VALUES (?1,?2,?3,?4,?5,?6)",
                    params![number, check, school, severity, open, waived],
                )?;
            }
            chain::append(&transaction, &body)?;
            transaction.commit()
        };
        insert().map_err(|e| super::store::failed(&self.folder.join("history.db"), &e))?;
        Ok(HistoryReceipt::new(run.id.clone(), written))
    }

    /// Records what the gate said of a recorded run; returns the hash of its chain entry.
    ///
    /// # Errors
    /// When it can not be written, or the run is not on record. The answer must then not be given.
    pub fn decide(&mut self, run: &str, decision: &Decision) -> Result<String, Error> {
        let codes: Vec<&str> = decision.verdict.reasons().iter().map(|r| r.code.as_ref()).collect();
        let verdict = decision.verdict.name();
        let body = json!({
            "kind": "decision", "at": self.now().to_string(), "run": run, "verdict": verdict, "reasons": codes,
        });
        let body = self.stamped(body);
        let exit = decision.exit_code() as u8;
        let clean = decision.is_clean_rehearsal();
        let mut update = || -> rusqlite::Result<Option<String>> {
            let transaction = self.connection.transaction()?;
            let changed = transaction.execute(
                "UPDATE run SET verdict = ?2, exit_code = ?3, clean = ?4, state = 'decided'
                 WHERE id = ?1 AND state <> 'pruned'",
                params![run, verdict, exit, clean],
            )?;
            if changed != 1 {
                return Ok(None);
            }
            let hash = chain::append(&transaction, &body)?;
            transaction.commit()?;
            Ok(Some(hash))
        };
        let done = update().map_err(|e| super::store::failed(&self.folder.join("history.db"), &e))?;
        done.ok_or_else(|| Error::Usage {
            what: format!("run {run} is not on record"),
            fix: "`rollproof runs list` shows the runs there are".into(),
        })
    }

    /// The receipt of a run that is on record, for deciding again; `None` when it is not, or when its findings are not
    /// those that were recorded.
    ///
    /// # Errors
    /// When the store can not be read.
    pub fn receipt(&self, run: &str) -> Result<Option<HistoryReceipt>, Error> {
        let Some(record) = self.runs()?.into_iter().find(|r| r.id == run) else { return Ok(None) };
        let Ok(bytes) = std::fs::read(self.findings_path(&record.id)) else { return Ok(None) };
        let whole = blake3::hash(&bytes).to_hex().as_str() == record.findings_hash;
        Ok(whole.then(|| HistoryReceipt::new(record.id, record.findings)))
    }

    /// All runs, oldest first.
    ///
    /// # Errors
    /// When the store can not be read.
    pub fn runs(&self) -> Result<Vec<RunRecord>, Error> {
        let read = || -> rusqlite::Result<Vec<RunRecord>> {
            // A store that is only read stays of its own version.
            let since_3 =
                if self.version < 3 { "0, 0, '', ''" } else { "students, records, legacy_inputs, new_inputs" };
            let mut statement = self.connection.prepare(&format!(
                "SELECT number, id, label, started, version, project_hash, inputs_hash, legacy_as_of, new_as_of,
                 whole, findings, findings_hash, state, verdict, clean, {since_3} FROM run ORDER BY number"
            ))?;
            let mut runs: Vec<RunRecord> = statement.query_map([], run_record)?.collect::<rusqlite::Result<_>>()?;
            let mut counts =
                self.connection.prepare("SELECT run, severity, SUM(open), SUM(waived) FROM count GROUP BY 1, 2")?;
            let rows = counts.query_map([], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?, row.get::<_, i64>(3)?))
            })?;
            for row in rows {
                let (number, severity, open, waived) = row?;
                if let Some(run) = runs.iter_mut().find(|r| r.number == number) {
                    *of(&mut run.open, &severity) = u64::try_from(open).unwrap_or(0);
                    *of(&mut run.waived, &severity) = u64::try_from(waived).unwrap_or(0);
                }
            }
            Ok(runs)
        };
        read().map_err(|e| self.failed(&e))
    }

    /// The run of that id, or the newest one of that label.
    ///
    /// # Errors
    /// When there is none, or the store can not be read.
    pub fn find(&self, name: &str) -> Result<RunRecord, Error> {
        let runs = self.runs()?;
        let by_id = runs.iter().find(|r| r.id == name);
        by_id.or_else(|| runs.iter().rev().find(|r| r.label == name)).cloned().ok_or_else(|| {
            let labels = runs.iter().map(|r| r.label.as_str());
            let fix = match crate::diagnostic::nearest(name, labels) {
                Some(near) => format!("did you mean {near}?"),
                None => "`rollproof runs list` shows the runs there are".into(),
            };
            Error::Usage { what: format!("there is no run {name}"), fix }
        })
    }

    pub(super) fn findings_path(&self, run: &str) -> std::path::PathBuf {
        self.folder.join("findings").join(format!("{run}.parquet"))
    }
}

fn of<'a>(counts: &'a mut SeverityCounts, severity: &str) -> &'a mut u64 {
    match severity {
        "critical" => &mut counts.critical,
        "major" => &mut counts.major,
        "minor" => &mut counts.minor,
        _ => &mut counts.info,
    }
}

fn run_record(row: &Row<'_>) -> rusqlite::Result<RunRecord> {
    let state = match row.get::<_, String>(12)?.as_str() {
        "decided" => RunState::Decided,
        "pruned" => RunState::Pruned,
        _ => RunState::Recorded,
    };
    Ok(RunRecord {
        number: row.get(0)?,
        id: row.get(1)?,
        label: row.get(2)?,
        started: row.get(3)?,
        version: row.get(4)?,
        project_hash: row.get(5)?,
        inputs_hash: row.get(6)?,
        as_of: (row.get(7)?, row.get(8)?),
        whole: row.get(9)?,
        findings: u64::try_from(row.get::<_, i64>(10)?).unwrap_or(0),
        findings_hash: row.get(11)?,
        state,
        verdict: row.get(13)?,
        clean: row.get::<_, Option<bool>>(14)?.unwrap_or(false),
        open: SeverityCounts::default(),
        waived: SeverityCounts::default(),
        volume: Volume {
            students: u64::try_from(row.get::<_, i64>(15)?).unwrap_or(0),
            records: u64::try_from(row.get::<_, i64>(16)?).unwrap_or(0),
        },
        side_inputs: (row.get(17)?, row.get(18)?),
    })
}
