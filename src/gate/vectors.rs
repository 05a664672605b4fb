//! The gate's vectors: data files that change one thing in a clean run and say what the gate must answer.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::{CODES, Channel, Criteria, HistoryReceipt, Measured, Verdict, decide};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    vector: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    /// Numbers of the fail-open catalogue that it plants.
    entry: Vec<u32>,
    #[serde(default)]
    measured: Value,
    #[serde(default)]
    criteria: Value,
    #[serde(default)]
    unset: Vec<String>,
    /// Findings on record; those that were counted when absent, no record at all when negative.
    recorded: Option<i64>,
    verdict: String,
    code: Option<String>,
    exit: Option<u8>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gate-vectors")
}

fn toml_value(path: &Path) -> Value {
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn clean() -> Value {
    toml_value(&folder().join("clean.toml"))
}

fn merge(into: &mut Value, patch: &Value) {
    match (into, patch) {
        (Value::Object(into), Value::Object(patch)) if !patch.is_empty() => {
            for (key, value) in patch {
                merge(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (into, patch) => *into = patch.clone(),
    }
}

fn unset(value: &mut Value, pointer: &str) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let removed = value.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key);
    assert!(removed.is_some(), "{pointer} is not in the clean run");
}

fn measured(value: Value, recorded: Option<i64>) -> Measured {
    let mut measured: Measured = serde_json::from_value(value).unwrap();
    let findings = recorded.map_or(Some(measured.findings.all.total()), |n| u64::try_from(n).ok());
    measured.history = findings.map(|n| HistoryReceipt::new("r1".into(), n));
    measured
}

fn all_vectors() -> Vec<Vector> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder().join("gate")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
        .iter()
        .flat_map(|path| serde_json::from_value::<Vectors>(toml_value(path)).unwrap_or_else(|e| panic!("{e}")).vector)
        .collect()
}

#[test]
fn a_clean_run_is_go() {
    let decision = decide(&measured(clean(), None), &Criteria::default());
    assert_eq!(decision.verdict.reasons(), []);
    assert_eq!(decision.verdict.name(), "go");
    assert_eq!(decision.exit_code() as u8, 0);
    assert!(decision.would_pass.is_empty());
}

#[test]
fn nothing_measured_can_not_be_decided_on() {
    let decision = decide(&Measured::default(), &Criteria::default());
    assert!(matches!(decision.verdict, Verdict::CannotDecide { .. }));
    assert_eq!(decision.exit_code() as u8, 5);
}

#[test]
fn every_vector_gets_its_verdict_and_its_own_reason() {
    for vector in all_vectors() {
        let mut value = clean();
        merge(&mut value, &vector.measured);
        vector.unset.iter().for_each(|pointer| unset(&mut value, pointer));
        let criteria: Criteria = match vector.criteria {
            Value::Null => Criteria::default(),
            patch => {
                let mut all = serde_json::to_value(Criteria::default()).unwrap();
                merge(&mut all, &patch);
                serde_json::from_value(all).unwrap()
            }
        };
        let decision = decide(&measured(value, vector.recorded), &criteria);
        let codes: Vec<&str> = decision.verdict.reasons().iter().map(|r| r.code.as_ref()).collect();
        assert_eq!(decision.verdict.name(), vector.verdict, "{}: {codes:?}", vector.name);
        assert!(!vector.entry.is_empty(), "{} names no entry of the catalogue", vector.name);
        if let Some(code) = &vector.code {
            assert!(codes.contains(&code.as_str()), "{}: {codes:?} lacks {code}", vector.name);
        }
        let expected = vector.exit.unwrap_or(match vector.verdict.as_str() {
            "go" => 0,
            "no-go" => 1,
            _ => 4,
        });
        assert_eq!(decision.exit_code() as u8, expected, "{}", vector.name);
        assert!(decision.verdict.reasons().iter().all(|r| !r.sentence.is_empty() && !r.fix.is_empty()));
    }
}

#[test]
fn every_code_of_the_gate_has_a_vector() {
    let planted: BTreeSet<String> = all_vectors().into_iter().filter_map(|v| v.code).collect();
    let missing: Vec<&str> = CODES.iter().map(|c| c.code).filter(|c| !planted.contains(*c)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn taking_any_measurement_away_is_never_go() {
    let optional = [
        "same_extract",
        "sides_swapped",
        "inputs_changed",
        "selection",
        "causes",
        "policies",
        "unmapped_codes",
        "drill",
        "signoffs",
    ];
    for key in clean().as_object().unwrap().keys().filter(|k| !optional.contains(&k.as_str())) {
        let mut value = clean();
        value.as_object_mut().unwrap().remove(key);
        let decision = decide(&measured(value, None), &Criteria::default());
        assert_ne!(decision.verdict.name(), "go", "without {key}");
    }
}

#[test]
fn every_undecidable_code_outranks_every_no_go() {
    for info in CODES {
        assert_eq!(info.channel == Channel::NoGo, info.exit as u8 == 1, "{}", info.code);
    }
}

#[test]
fn what_would_pass_names_the_fewest_causes() {
    let mut m = measured(clean(), None);
    m.findings.all.critical = 84;
    m.findings.open.critical = 84;
    m.findings.written = Some(91);
    m.history = Some(HistoryReceipt::new("r1".into(), 91));
    let cause = |name: &str, critical| super::CauseCount {
        name: name.into(),
        open: super::SeverityCounts { critical, ..Default::default() },
        ..Default::default()
    };
    m.causes = vec![cause("weight lost", 61), cause("summer lost", 21), cause("two rows", 2)];
    let criteria = Criteria { critical: 3, ..Criteria::default() };
    let decision = decide(&m, &criteria);
    assert_eq!(
        decision.would_pass,
        ["if these causes are fixed: 1 (weight lost), 2 (summer lost) (then 2 critical, 0 major)"]
    );
}

#[test]
fn the_documentation_lists_every_code_with_its_answer() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/gate.md");
    let text = std::fs::read_to_string(path).unwrap();
    for info in CODES {
        let answer = if info.channel == Channel::NoGo { "NO-GO" } else { "CANNOT DECIDE" };
        let row = format!("| `{}` | {answer} ({}) | {} |", info.code, info.exit as u8, info.meaning);
        assert!(text.contains(&row), "docs/gate.md lacks {row}");
    }
}
