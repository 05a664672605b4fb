//! JSON Schema of the files that people write, so that editors complete and check them. A test holds the keys against
//! those that the readers know.

mod mapping;

use serde_json::{Value, json};

use crate::canonical::{Entity, Field};
use crate::finding::Severity;

/// Which file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaKind {
    /// `rollproof.toml`.
    Project,
    /// `mapping.toml`.
    Mapping,
}

impl SchemaKind {
    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "project" => Some(Self::Project),
            "mapping" => Some(Self::Mapping),
            _ => None,
        }
    }
}

/// The schema of a file; `checks` are the names of all checks.
#[must_use]
pub fn schema(kind: SchemaKind, checks: &[&str]) -> String {
    let mut value = match kind {
        SchemaKind::Project => project(checks),
        SchemaKind::Mapping => mapping::schema(),
    };
    value["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    format!("{value:#}\n")
}

/// An object with these keys and no others.
fn object(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn map_of(value: &Value) -> Value {
    json!({ "type": "object", "additionalProperties": value })
}

fn said(value: Value, description: &str) -> Value {
    let mut value = value;
    value["description"] = json!(description);
    value
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn flag(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

fn whole(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": description })
}

/// A number in quotes or not.
fn exact(description: &str) -> Value {
    json!({ "type": ["string", "number"], "description": description })
}

fn texts(description: &str) -> Value {
    json!({
        "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }],
        "description": description
    })
}

fn one_of(words: &[&str], description: &str) -> Value {
    json!({ "enum": words, "description": description })
}

/// A code table.
fn crosswalk() -> Value {
    object(
        json!({
            "file": text("CSV with a header, relative to this file"),
            "from": text("column of the code as exported"),
            "to": text("column of what it becomes; a cell `ignore` leaves rows out, counted"),
            "map": map_of(&json!({ "type": "string" })),
            "optional": flag("without lines, codes pass as they are"),
            "default": text("what an unlisted code becomes; counted"),
            "ignore_case": flag("upper and lower case are one"),
        }),
        &[],
    )
}

fn project(checks: &[&str]) -> Value {
    object(
        json!({
            "schema": { "const": 1 },
            "migration": object(json!({
                "district": text("the district's name"),
                "timezone": text("America/Chicago; waivers end with its day"),
                "cutover": text("a TOML date"),
                "rehearsal": text("label of the next run"),
            }), &["district", "timezone"]),
            "sides": object(json!({ "legacy": side(), "new": side() }), &["legacy", "new"]),
            "crosswalks": map_of(&crosswalk()),
            "matching": object(json!({
                "student": texts("student_id, state_id, student_id_unpadded, crosswalk:NAME, in order"),
                "min_match": exact("percent of legacy students that must be matched"),
            }), &[]),
            "checks": check_settings(checks),
            "gate": gate(),
            "policies": object(json!({
                "gpa": said(map_of(&one_or_sides()), "kind of GPA = policy, or one for each system"),
                "graduation": text("a policy, shipped or a file"),
                "exceptions": said(one_or_sides(), "CSV of waivers, substitutions and split credit of single students"),
            }), &[]),
            "waivers": object(json!({
                "file": text("relative to this file"), "max_days": whole("longest life of a waiver"),
                "unwaivable": texts("checks that nobody can waive, beside blank-key and student-swapped"),
            }), &[]),
            "outputs": object(json!({
                "folder": text("relative to this file"),
                "packs": texts("csv, xlsx"),
                "min_severity": one_of(&Severity::WORST_FIRST.map(Severity::name), "findings below are not in packs"),
                "html": flag("write an HTML report"),
                "answers_due": text("a TOML date: until when schools answer; stands in each pack"),
                "contact": text("whom schools call; stands in each pack"),
            }), &[]),
            "owners": said(map_of(&json!({ "type": "string" })), "who repairs what: mapping, crosswalks, \"crosswalks.mark\", legacy, new, transcript, \"transcript.mark\""),
            "privacy": privacy(),
        }),
        &["schema", "migration", "sides"],
    )
}

/// One text for both sides, or one for each.
fn one_or_sides() -> Value {
    let text = json!({ "type": "string" });
    let sides = json!({ "legacy": text.clone(), "new": text.clone() });
    json!({ "oneOf": [text, object(sides, &[])] })
}

fn privacy() -> Value {
    let names = || one_of(&["full", "initials", "none"], "how students are named");
    let role = object(
        json!({
            "names": names(),
            "sensitive": flag("may see programs, health and custody flags"),
            "pseudonyms": flag("sees keyed stand-ins instead of ids and names, and no personal value"),
            "areas": texts("only findings of these areas"),
            "columns": texts("only these of the columns that can be left out"),
            "split": one_of(&["school", "none"], "one file a school, or one for all"),
        }),
        &[],
    );
    object(
        json!({
            "names": names(),
            "exec_min_group": whole("smaller groups are not shown to executives"),
            "encrypt": {
                "oneOf": [{ "type": "string" }, map_of(&json!({ "type": "string" }))],
                "description": "public key of age that packs are encrypted for, or a table of school = key",
            },
            "pseudonym_key": text("file with the key of pseudonyms; without it one is made"),
            "roles": said(map_of(&role), "readers of packs by name"),
        }),
        &[],
    )
}

fn side() -> Value {
    object(
        json!({
            "mapping": text("a shipped mapping, or the path of a mapping.toml"),
            "root": text("folder of the export; {label} becomes the run's label"),
            "as_of": text("a TOML date: the day that the export shows"),
            "label": text("shown instead of the mapping's name"),
            "encoding": text("encoding of the text files whose mapping leaves it open: \"windows-1252\""),
            "expect_rows": said(map_of(&json!({ "type": "integer" })), "rows by table, from the vendor's manifest"),
            "crosswalks": said(map_of(&crosswalk()), "code tables of this side's mapping"),
        }),
        &["mapping", "root", "as_of"],
    )
}

fn check_settings(checks: &[&str]) -> Value {
    let words: Vec<&str> = Severity::WORST_FIRST.map(Severity::name).into_iter().chain(["off"]).collect();
    let setting = json!({ "oneOf": [
        { "enum": words },
        { "type": "object", "additionalProperties": { "enum": Severity::WORST_FIRST.map(Severity::name) } },
    ] });
    let fields: Vec<String> =
        Entity::ALL.iter().flat_map(|e| Field::of(*e).iter().map(move |f| format!("{e}.{f}"))).collect();
    let mut properties = json!({
        "ignore_fields": { "type": "array", "items": { "enum": fields } },
        "required": { "type": "array", "items": { "enum": Entity::ALL.map(Entity::name) } },
    });
    for check in checks {
        properties[*check] = setting.clone();
    }
    object(properties, &[])
}

fn gate() -> Value {
    object(
        json!({
            "critical": whole("open critical findings allowed"),
            "major": whole("open major findings allowed"),
            "major_per_school": whole("open major findings allowed in one school"),
            "minor": whole("open minor findings allowed"),
            "min_volume": exact("percent of the largest rehearsal's students and records that a run must have"),
            "gpa_equal_min": exact("percent of compared GPAs that must be equal"),
            "calibration_min": exact("percent of legacy GPAs that the policy must reproduce"),
            "rejected_rows": whole("rejected rows allowed"),
            "unmapped_codes": whole("codes without a crosswalk line allowed"),
            "came_back": whole("findings fixed once and back allowed"),
            "clean_rehearsals": whole("clean rehearsals in a row demanded"),
            "drill": flag("a passed drill is demanded"),
            "signoffs": flag("a sign-off of every school is demanded"),
            "schools": texts("schools that must have students on both sides"),
            "required_fields": texts("fields that must be filled, as transcript.mark"),
            "max_age_days": whole("how old the extracts may be"),
        }),
        &[],
    )
}
