//! `[matching]`, `[checks]`, `[gate]`, `[policies]`, `[waivers]` and `[outputs]`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::DeValue;

use super::load::{Known, below};
use super::spec::{
    CheckSetting, CheckSettings, KindPolicies, MatchRule, Outputs, PackFormat, Policies, PolicyRef, WaiverSettings,
};
use crate::canonical::{Decimal, Entity, Field};
use crate::diagnostic::document::{self, At, Node};
use crate::finding::Severity;
use crate::gate::Criteria;
use crate::mapping::Crosswalk;

/// Waivers last at most this long where the project does not say.
const WAIVER_DAYS: u32 = 60;

/// How students are matched, and the percentage that must be.
pub(super) fn matching(root: &Node<'_>, crosswalks: &BTreeMap<String, Crosswalk>) -> (Vec<MatchRule>, Option<Decimal>) {
    let usual = vec![MatchRule::StudentId, MatchRule::StateId, MatchRule::StudentIdUnpadded];
    let Some(node) = root.node("matching") else { return (usual, None) };
    let mut rules = Vec::new();
    for written in node.texts("student").unwrap_or_default() {
        let rule = match written.value.as_str() {
            "student_id" => MatchRule::StudentId,
            "state_id" => MatchRule::StateId,
            "student_id_unpadded" => MatchRule::StudentIdUnpadded,
            other => match other.strip_prefix("crosswalk:") {
                Some(name) if crosswalks.contains_key(name) => MatchRule::Crosswalk(name.to_owned()),
                Some(name) => {
                    let name = At { value: name.to_owned(), span: written.span };
                    let valid = crosswalks.keys().map(String::as_str);
                    node.problems().unknown("unknown-crosswalk", "crosswalk", &name, valid);
                    continue;
                }
                None => {
                    let valid = ["student_id", "state_id", "student_id_unpadded", "crosswalk:NAME"];
                    node.problems().unknown("unknown-value", "matching rule", &written, valid);
                    continue;
                }
            },
        };
        rules.push(rule);
    }
    let min_match = percent(&node, "min_match");
    let rules = if node.has("student") { rules } else { usual };
    node.finish();
    (rules, min_match)
}

fn percent(node: &Node<'_>, key: &'static str) -> Option<Decimal> {
    let written = node.number(key)?;
    match Decimal::parse(&written.value) {
        Ok(value) if value >= Decimal::ZERO && value <= Decimal::new(100, 0) => Some(value),
        _ => {
            let message = format!("`{}` is no percentage", written.value);
            node.problems().error("wrong-value", written.span, message, "write a number from 0 to 100, as \"99.5\"");
            None
        }
    }
}

/// Severities, fields left out, and the kinds of record that must be compared.
pub(super) fn checks(root: &Node<'_>, names: &[&str]) -> (CheckSettings, Option<Vec<Entity>>) {
    let mut settings = CheckSettings::default();
    let Some(node) = root.node("checks") else { return (settings, None) };
    let mut required = None;
    for (key, value) in node.entries() {
        match key.value.as_str() {
            "ignore_fields" => {
                for field in node.texts("ignore_fields").unwrap_or_default() {
                    settings.ignore_fields.extend(entity_field(&field, &node));
                }
            }
            "required" => {
                let list = node.texts("required").unwrap_or_default();
                required = Some(list.iter().filter_map(|name| entity(name, &node)).collect());
            }
            name if names.contains(&name) => {
                if let Some(setting) = check(&node, &key, value) {
                    settings.by_check.insert(key.value, setting);
                }
            }
            _ => {
                let valid = names.iter().copied().chain(["ignore_fields", "required"]);
                node.problems().unknown("unknown-check", "check", &key, valid);
            }
        }
    }
    (settings, required)
}

fn entity(name: &At<String>, node: &Node<'_>) -> Option<Entity> {
    let found = Entity::parse(&name.value);
    if found.is_none() {
        node.problems().unknown("unknown-entity", "kind of record", name, Entity::ALL.map(Entity::name));
    }
    found
}

fn entity_field(written: &At<String>, node: &Node<'_>) -> Option<(Entity, Field)> {
    let Some((of, name)) = written.value.split_once('.') else {
        let fix = "write the kind of record and the field: \"schedule.room\"";
        node.problems().error("wrong-value", written.span.clone(), format!("`{}` is no field", written.value), fix);
        return None;
    };
    let entity = entity(&At { value: of.to_owned(), span: written.span.clone() }, node)?;
    let found = Field::parse(entity, name);
    if found.is_none() {
        let name = At { value: name.to_owned(), span: written.span.clone() };
        let valid = Field::of(entity).iter().map(|f| f.name());
        node.problems().unknown("unknown-field", &format!("field of {entity}"), &name, valid);
    }
    Some((entity, found?))
}

fn severity(written: &At<String>, node: &Node<'_>) -> Option<Severity> {
    let found = Severity::parse(&written.value);
    if found.is_none() {
        let valid = Severity::WORST_FIRST.map(Severity::name).into_iter().chain(["off"]);
        node.problems().unknown("unknown-severity", "severity", written, valid);
    }
    found
}

fn check<'a>(node: &Node<'a>, key: &At<String>, value: &'a Spanned<DeValue<'a>>) -> Option<CheckSetting> {
    if let Some(written) = document::text(value) {
        if written.value == "off" {
            return Some(CheckSetting::Off);
        }
        return Some(CheckSetting::Severity { base: Some(severity(&written, node)?), by_grade: BTreeMap::new() });
    }
    let inside = node.inside(&key.value, value)?;
    let (mut base, mut by_grade) = (None, BTreeMap::new());
    for (name, value) in inside.entries() {
        let Some(written) = document::text(value) else {
            inside.wrong::<()>(&name.value, value, "a severity");
            continue;
        };
        match (name.value.as_str(), name.value.strip_prefix("grade_")) {
            ("base", _) => base = severity(&written, &inside),
            (_, Some(grade)) if !grade.is_empty() => {
                by_grade.extend(severity(&written, &inside).map(|s| (grade.to_owned(), s)));
            }
            _ => inside.problems().unknown("unknown-key", "key of a check", &name, ["base", "grade_12"]),
        }
    }
    Some(CheckSetting::Severity { base, by_grade })
}

/// What the gate demands; what is not written keeps its default.
pub(super) fn gate(root: &Node<'_>, min_match: Option<Decimal>, required: Option<Vec<Entity>>) -> Criteria {
    let mut criteria = Criteria::default();
    if let Some(min_match) = min_match {
        criteria.min_match = min_match;
    }
    if let Some(required) = required {
        criteria.required = required;
    }
    let Some(node) = root.node("gate") else { return criteria };
    let count = |key| node.whole(key).map(|n| u64::from(n.value));
    criteria.critical = count("critical").unwrap_or(criteria.critical);
    criteria.major = count("major").unwrap_or(criteria.major);
    criteria.major_per_school = count("major_per_school");
    criteria.minor = count("minor");
    criteria.min_volume = percent(&node, "min_volume").unwrap_or(criteria.min_volume);
    criteria.gpa_equal_min = percent(&node, "gpa_equal_min").unwrap_or(criteria.gpa_equal_min);
    criteria.calibration_min = percent(&node, "calibration_min").unwrap_or(criteria.calibration_min);
    criteria.rejected_rows = count("rejected_rows").unwrap_or(criteria.rejected_rows);
    criteria.unmapped_codes = count("unmapped_codes").unwrap_or(criteria.unmapped_codes);
    criteria.came_back = count("came_back").unwrap_or(criteria.came_back);
    criteria.clean_rehearsals = node.whole("clean_rehearsals").map_or(criteria.clean_rehearsals, |n| n.value);
    criteria.drill = node.flag("drill").unwrap_or(criteria.drill);
    criteria.signoffs = node.flag("signoffs").unwrap_or(criteria.signoffs);
    criteria.max_age_days = node.whole("max_age_days").map(|n| n.value);
    if let Some(schools) = node.texts("schools") {
        criteria.schools = schools.into_iter().map(|s| s.value).collect();
    }
    if let Some(fields) = node.texts("required_fields") {
        criteria.required_fields = BTreeMap::new();
        for (entity, field) in fields.iter().filter_map(|f| entity_field(f, &node)) {
            criteria.required_fields.entry(entity).or_default().push(field);
        }
    }
    node.finish();
    criteria
}

/// GPA and graduation policies.
pub(super) fn policies(root: &Node<'_>, folder: &Path, known: &Known<'_>) -> Policies {
    let mut policies = Policies::default();
    let Some(node) = root.node("policies") else { return policies };
    if let Some(kinds) = node.node("gpa") {
        for (kind, value) in kinds.entries() {
            let one = |name: &At<String>| policy(name, &kinds, folder, known.gpa_policies);
            let pair = match (document::text(value), value.get_ref().as_table()) {
                (Some(name), _) => one(&name).map(|p| KindPolicies { legacy: p.clone(), new: p }),
                (None, Some(_)) => kinds.inside(&kind.value, value).and_then(|sides| {
                    let fix = "name the policy of each system: { legacy = \"…\", new = \"…\" }";
                    let [legacy, new] = ["legacy", "new"].map(|side| sides.required_text(side, fix));
                    sides.finish();
                    Some(KindPolicies { legacy: one(&legacy?)?, new: one(&new?)? })
                }),
                _ => kinds.wrong(&kind.value, value, "the name or file of a policy, or { legacy = …, new = … }"),
            };
            policies.gpa.extend(pair.map(|p| (kind.value, p)));
        }
    }
    let graduation = node.text("graduation");
    policies.graduation = graduation.and_then(|name| policy(&name, &node, folder, known.graduation_policies));
    policies.exceptions = exceptions(&node, folder);
    if policies.graduation.is_none() && policies.exceptions.iter().any(Option::is_some) {
        node.missing("graduation", "name the requirements that the exceptions are exceptions of");
    }
    node.finish();
    policies
}

/// One file for both sides, or one for each.
fn exceptions(node: &Node<'_>, folder: &Path) -> [Option<PathBuf>; 2] {
    let Some(value) = node.get("exceptions") else { return [None, None] };
    let file = |name: Option<At<String>>| {
        let name = name?;
        let path = below(folder, &name.value);
        if !path.is_file() {
            let fix = "name the file relative to the project file";
            node.problems().error("exceptions-file", name.span, "there is no such file", fix);
        }
        Some(path)
    };
    if let Some(name) = document::text(value) {
        let both = file(Some(name));
        return [both.clone(), both];
    }
    let Some(sides) = node.inside("exceptions", value) else { return [None, None] };
    let files = ["legacy", "new"].map(|side| file(sides.text(side)));
    sides.finish();
    files
}

fn policy(name: &At<String>, node: &Node<'_>, folder: &Path, shipped: &[&str]) -> Option<PolicyRef> {
    if name.value.ends_with(".toml") {
        let path = below(folder, &name.value);
        if !path.is_file() {
            let fix = "name the file relative to the project file";
            node.problems().error("policy-file", name.span.clone(), "there is no such file", fix);
        }
        return Some(PolicyRef::File(path));
    }
    if !shipped.contains(&name.value.as_str()) {
        node.problems().unknown("unknown-policy", "policy", name, shipped.iter().copied());
        return None;
    }
    Some(PolicyRef::Shipped(name.value.clone()))
}

/// Where accepted findings stand.
pub(super) fn waivers(root: &Node<'_>, folder: &Path, known: &Known<'_>) -> WaiverSettings {
    let mut settings = WaiverSettings { file: None, max_days: WAIVER_DAYS, unwaivable: Vec::new() };
    let Some(node) = root.node("waivers") else { return settings };
    settings.file = node.text("file").map(|f| below(folder, &f.value));
    settings.max_days = node.whole("max_days").map_or(WAIVER_DAYS, |n| n.value);
    for name in node.texts("unwaivable").unwrap_or_default() {
        if known.checks.contains(&name.value.as_str()) {
            settings.unwaivable.push(name.value);
        } else {
            node.problems().unknown("unknown-check", "check", &name, known.checks.iter().copied());
        }
    }
    node.finish();
    settings
}

/// What is written where.
pub(super) fn outputs(root: &Node<'_>, folder: &Path) -> Outputs {
    let mut outputs = Outputs {
        folder: below(folder, "out"),
        packs: vec![PackFormat::Csv],
        min_severity: Severity::Minor,
        html: true,
        answers_due: None,
        contact: String::new(),
    };
    let Some(node) = root.node("outputs") else { return outputs };
    if let Some(written) = node.text("folder") {
        outputs.folder = below(folder, &written.value);
    }
    if let Some(formats) = node.texts("packs") {
        let mut found = BTreeSet::new();
        for format in formats {
            match format.value.as_str() {
                "csv" => drop(found.insert(PackFormat::Csv)),
                "xlsx" => drop(found.insert(PackFormat::Xlsx)),
                _ => node.problems().unknown("unknown-value", "format of packs", &format, ["csv", "xlsx"]),
            }
        }
        outputs.packs = found.into_iter().collect();
    }
    if let Some(written) = node.text("min_severity") {
        outputs.min_severity = severity(&written, &node).unwrap_or(Severity::Minor);
    }
    outputs.html = node.flag("html").unwrap_or(true);
    outputs.answers_due = node.date("answers_due").map(|d| d.value);
    outputs.contact = node.text("contact").map(|c| c.value).unwrap_or_default();
    node.finish();
    outputs
}
