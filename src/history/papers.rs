//! What people put on record: sign-offs of schools, drills, and overrides of the gate. All of it is in the chain.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::History;
use crate::error::Error;
use crate::gate::{Decision, Drill, Signoffs};

/// A school's word that its pack was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signoff {
    /// School code.
    pub school: String,
    /// Who signs.
    pub by: String,
    /// As what: registrar, counselor, principal.
    pub role: String,
    /// Hash of the pack that was looked at.
    pub pack: String,
}

/// A GO against the gate: named people take what is open upon themselves, for a while. The gate's own answer stays
/// NO-GO, and the override stays in the chain for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The run.
    pub run: String,
    /// Every open check and how many of its findings are accepted.
    pub checks: BTreeMap<String, u64>,
    /// The reason codes that are accepted.
    pub codes: Vec<String>,
    /// Why.
    pub reason: String,
    /// Who takes it upon themselves.
    pub by: String,
    /// Last day on which it holds.
    pub expires: Date,
}

/// An override as it stands in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// What was given.
    pub given: Override,
    /// When, with the district's time zone.
    pub at: String,
    /// Public key that signed it, in hex.
    pub key: String,
    /// True when the signature is of this very override.
    pub holds: bool,
}

impl Recorded {
    /// From an entry of the chain; `None` when it is no override.
    #[must_use]
    pub fn of(body: &Value) -> Option<Self> {
        let text = |key: &str| body.get(key)?.as_str().map(str::to_owned);
        let list = |key: &str| body.get(key)?.as_array().cloned();
        let codes = list("codes")?.iter().filter_map(|c| c.as_str().map(str::to_owned)).collect();
        let checks = body.get("checks")?.as_object()?.iter().filter_map(|(c, n)| Some((c.clone(), n.as_u64()?)));
        let given = Override {
            run: text("run")?,
            checks: checks.collect(),
            codes,
            reason: text("reason")?,
            by: text("by")?,
            expires: text("expires")?.parse().ok()?,
        };
        let signature: super::evidence::Signature = serde_json::from_value(body.get("signature")?.clone()).ok()?;
        let holds = signature.is_of(super::evidence::OVERRIDE, given.to_json().to_string().as_bytes())
            && signature.name == given.by;
        Some(Self { given, at: text("at")?, key: signature.public_key, holds })
    }
}

impl Override {
    /// What it lacks to cover a decision on a day, with the open findings by check; empty when it covers it. What can
    /// not be decided can not be overridden.
    #[must_use]
    pub fn lacks(&self, decision: &Decision, open: &BTreeMap<String, u64>, today: Date) -> Vec<String> {
        let mut lacks = Vec::new();
        for reason in decision.verdict.reasons() {
            if reason.info().channel == crate::gate::Channel::CannotDecide {
                lacks.push(format!("{} can not be overridden", reason.code));
            } else if !self.codes.iter().any(|c| *c == reason.code) {
                lacks.push(format!("it does not name {}", reason.code));
            }
        }
        for (check, n) in open {
            match self.checks.get(check) {
                None => lacks.push(format!("it does not name {check} ({n} open)")),
                Some(accepted) if accepted < n => lacks.push(format!("it accepts {accepted} of {check}, {n} are open")),
                Some(_) => {}
            }
        }
        if today > self.expires {
            lacks.push(format!("it ended on {}", self.expires));
        }
        if self.reason.trim().is_empty() || self.by.trim().is_empty() {
            lacks.push("it has no reason or no name".into());
        }
        lacks
    }

    /// As the chain and signatures hold it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "run": self.run, "checks": self.checks, "codes": self.codes, "reason": self.reason, "by": self.by,
            "expires": self.expires.to_string(),
        })
    }
}

impl History {
    /// Puts a sign-off on record.
    ///
    /// # Errors
    /// When something is empty, or the store can not be written.
    pub fn sign_off(&mut self, run: &str, signoff: &Signoff) -> Result<String, Error> {
        let Signoff { school, by, role, pack } = signoff;
        if [school, by, role, pack].iter().any(|t| t.trim().is_empty()) {
            let what = "a sign-off names the school, who signs, in which role, and the pack".into();
            return Err(Error::Usage { what, fix: "rollproof signoff SCHOOL --by NAME --role ROLE".into() });
        }
        self.find(run)?;
        self.note("signoff", json!({ "run": run, "school": school, "by": by, "role": role, "pack": pack }))
    }

    /// How the sign-offs stand against the packs of a run (school code to hash). Only the last one of a school counts,
    /// and only for the very pack that was signed.
    ///
    /// # Errors
    /// When the store can not be read.
    pub fn signoffs(&self, packs: &BTreeMap<String, String>) -> Result<Signoffs, Error> {
        let mut last: BTreeMap<String, String> = BTreeMap::new();
        for note in self.notes("signoff")? {
            let text = |key: &str| note.get(key).and_then(Value::as_str).map(str::to_owned);
            if let (Some(school), Some(pack)) = (text("school"), text("pack")) {
                last.insert(school, pack);
            }
        }
        let mut found = Signoffs { schools: packs.len() as u64, ..Signoffs::default() };
        for (school, pack) in packs {
            match last.get(school) {
                Some(signed) if signed == pack => found.signed += 1,
                Some(_) => found.void.push(school.clone()),
                None => found.missing.push(school.clone()),
            }
        }
        Ok(found)
    }

    /// Puts a drill on record, with what became of each kind of fault (`detail`, no student's data).
    ///
    /// # Errors
    /// When the store can not be written.
    pub fn record_drill(&mut self, project_hash: &str, drill: Drill, detail: &Value) -> Result<String, Error> {
        let Drill { planted, caught } = drill;
        self.note("drill", json!({ "project": project_hash, "planted": planted, "caught": caught, "detail": detail }))
    }

    /// The last drill against a configuration as it stands in the chain.
    ///
    /// # Errors
    /// When the store can not be read.
    pub fn drill_paper(&self, project_hash: &str) -> Result<Option<Value>, Error> {
        let same = |n: &Value| n.get("project").and_then(Value::as_str) == Some(project_hash);
        Ok(self.notes("drill")?.into_iter().rev().find(same))
    }

    /// The last drill against a configuration.
    ///
    /// # Errors
    /// When the store can not be read.
    pub fn drill(&self, project_hash: &str) -> Result<Option<Drill>, Error> {
        let number = |n: &Value, key: &str| n.get(key).and_then(Value::as_u64).unwrap_or(0);
        Ok(self
            .drill_paper(project_hash)?
            .map(|n| Drill { planted: number(&n, "planted"), caught: number(&n, "caught") }))
    }

    /// Every sign-off on record, oldest first: school, who, as what, run, hash of the pack, when.
    ///
    /// # Errors
    /// When the store can not be read.
    pub fn all_signoffs(&self) -> Result<Vec<Value>, Error> {
        self.notes("signoff")
    }

    /// Every override on record, oldest first.
    ///
    /// # Errors
    /// When the store can not be read.
    pub fn overrides(&self) -> Result<Vec<Recorded>, Error> {
        Ok(self.notes("override")?.iter().filter_map(Recorded::of).collect())
    }

    /// Puts a signed override on record.
    ///
    /// # Errors
    /// When the signature is not of this override, or the store can not be written.
    pub fn record_override(
        &mut self,
        given: &Override,
        signature: &super::evidence::Signature,
    ) -> Result<String, Error> {
        let body = given.to_json();
        if !signature.is_of(super::evidence::OVERRIDE, body.to_string().as_bytes()) {
            let fix = "sign this very override again".into();
            return Err(Error::Usage { what: "the signature is not of this override".into(), fix });
        }
        self.find(&given.run)?;
        let mut signed = body;
        if let Some(object) = signed.as_object_mut() {
            object.insert("signature".into(), signature.to_json());
        }
        self.note("override", signed)
    }
}
