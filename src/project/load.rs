//! Reading a project with everything that it names: mappings, code tables, policies.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::owners;
use super::settings;
use super::sides::{self, SideDraft};
use super::spec::{MatchRule, Migration, Project};
use crate::canonical::Side;
use crate::diagnostic::document::{self, At, Node, Problems};
use crate::diagnostic::{Diagnostic, Gravity};
use crate::mapping::{Crosswalk, Mapping, parse};

/// What the command line sets.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// The label of the run.
    pub label: Option<String>,
}

/// Names that other rooms know, so that a misspelt one is told here.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// Checks.
    pub checks: &'a [&'a str],
    /// Shipped GPA policies.
    pub gpa_policies: &'a [&'a str],
    /// Shipped graduation policies.
    pub graduation_policies: &'a [&'a str],
}

impl Project {
    /// Reads and validates a project file with all that it names.
    ///
    /// # Errors
    /// Every mistake of the project, its mappings and its code tables, in order of file and place.
    pub fn load(path: &Path, overrides: &Overrides, known: &Known<'_>) -> Result<Self, Vec<Diagnostic>> {
        let bytes = std::fs::read(path).map_err(|error| {
            let fix = "run `rollproof init`, or name the file with -C";
            vec![Diagnostic::error("project-file", path, 0..0, format!("can not be read: {error}")).fix(fix)]
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let message = format!("not UTF-8 at byte {}", error.utf8_error().valid_up_to());
            vec![Diagnostic::error("project-file", path, 0..0, message).fix("save the file as UTF-8")]
        })?;
        Self::parse(path, &text, overrides, known)
    }

    /// As [`Project::load`], of a text that stands in that file.
    ///
    /// # Errors
    /// As [`Project::load`].
    pub fn parse(path: &Path, text: &str, overrides: &Overrides, known: &Known<'_>) -> Result<Self, Vec<Diagnostic>> {
        let problems = Problems::new(path);
        let mut others = Vec::new();
        let project = document::parse(text, &problems).and_then(|root| {
            read(&Node::new(root.get_ref(), 0..0, "the project", &problems), overrides, known, &mut others)
        });
        let mut found = problems.into_vec();
        found.extend(others);
        let mut seen = Vec::new();
        found.retain(|d| {
            let new = !seen.contains(d);
            if new {
                seen.push(d.clone());
            }
            new
        });
        match project {
            Some(mut project) if !found.iter().any(|d| d.gravity == Gravity::Error) => {
                project.warnings = found;
                Ok(project)
            }
            _ => Err(found),
        }
    }
}

/// The text of a file that a diagnostic points at: a shipped one, or one on disk.
#[must_use]
pub fn source_of(path: &Path) -> String {
    let shipped = path.strip_prefix("mappings").ok().and_then(|p| crate::mapping::shipped_file(&slashes(p)));
    match shipped {
        Some(text) if !path.exists() => text.to_owned(),
        _ => std::fs::read(path).ok().and_then(|b| String::from_utf8(b).ok()).unwrap_or_default(),
    }
}

fn slashes(path: &Path) -> String {
    path.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn read(root: &Node<'_>, overrides: &Overrides, known: &Known<'_>, others: &mut Vec<Diagnostic>) -> Option<Project> {
    let problems = root.problems();
    parse::schema_version(root);
    let folder = problems.path().parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    let migration = migration(root);
    let label = label(root, overrides, migration.as_ref());
    let crosswalks = crosswalks(root, "the project");
    let (legacy, new) = sides_of(root);
    let legacy = legacy.and_then(|n| sides::read(Side::Legacy, n, &folder, &label.value, &crosswalks, others));
    let new = new.and_then(|n| sides::read(Side::New, n, &folder, &label.value, &BTreeMap::new(), others));
    sides::check_roots(legacy.as_ref(), new.as_ref(), problems);
    let (matching, min_match) = settings::matching(root, &crosswalks);
    warn_unused(&crosswalks, legacy.as_ref(), &matching, root);
    let (checks, required) = settings::checks(root, known.checks);
    let criteria = settings::gate(root, min_match, required);
    let policies = settings::policies(root, &folder, known);
    let waivers = settings::waivers(root, &folder, known);
    let outputs = settings::outputs(root, &folder);
    let privacy = super::privacy::privacy(root, &folder);
    let owners = owners::read(root, &tables_in_use(&crosswalks, [&legacy, &new]));
    root.finish_ref();
    Some(Project {
        path: problems.path().to_owned(),
        folder,
        migration: migration?,
        label: label.value,
        memory: None,
        legacy: legacy?.finish()?,
        new: new?.finish()?,
        crosswalks,
        matching,
        checks,
        criteria,
        policies,
        waivers,
        outputs,
        privacy,
        owners,
        warnings: Vec::new(),
    })
}

/// The code tables of the project and of both mappings.
fn tables_in_use<'a>(crosswalks: &'a BTreeMap<String, Crosswalk>, sides: [&'a Option<SideDraft>; 2]) -> Vec<&'a str> {
    let mappings = sides.into_iter().flatten().filter_map(|s| s.mapping.as_ref());
    let mut names: Vec<&str> =
        crosswalks.keys().map(String::as_str).chain(mappings.flat_map(Mapping::used_crosswalks)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn migration(root: &Node<'_>) -> Option<Migration> {
    let Some(node) = root.node("migration") else {
        if !root.has("migration") {
            root.missing("migration", "add [migration] with district = \"...\" and timezone = \"America/Chicago\"");
        }
        return None;
    };
    let district = node.required_text("district", "write the district's name");
    let zone = node.required_text("timezone", "write a time zone as America/Chicago: waivers end with its day");
    let timezone = zone.and_then(|zone| match TimeZone::get(&zone.value) {
        Ok(found) => Some(found),
        Err(_) => {
            let usual = [
                "America/New_York",
                "America/Chicago",
                "America/Denver",
                "America/Los_Angeles",
                "America/Phoenix",
                "America/Anchorage",
                "Pacific/Honolulu",
                "UTC",
            ];
            root.problems().unknown("unknown-timezone", "time zone", &zone, usual);
            None
        }
    });
    let (cutover, rehearsal) = (node.date("cutover").map(|d| d.value), node.text("rehearsal"));
    if let Some(rehearsal) = &rehearsal {
        check_label(rehearsal, root.problems());
    }
    node.finish();
    let rehearsal = rehearsal.map(|r| r.value);
    Some(Migration { district: district?.value, timezone: timezone?, cutover, rehearsal })
}

/// The label becomes the name of a folder.
fn check_label(label: &At<String>, problems: &Problems) {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if label.value.is_empty()
        || !label.value.chars().all(safe)
        || label.value.starts_with('.')
        || label.value.len() > 64
    {
        let fix = "use letters, digits, - and _ : the label names a folder";
        problems.error("label", label.span.clone(), format!("`{}` can not be a label", label.value), fix);
    }
}

fn label(root: &Node<'_>, overrides: &Overrides, migration: Option<&Migration>) -> At<String> {
    let given = overrides.label.clone();
    let label =
        given.clone().or_else(|| migration.and_then(|m| m.rehearsal.clone())).unwrap_or_else(|| "run".to_owned());
    let label = At { value: label, span: 0..0 };
    if given.is_some() {
        check_label(&label, root.problems());
    }
    label
}

/// The code tables of a node.
pub(super) fn crosswalks(node: &Node<'_>, what: &str) -> BTreeMap<String, Crosswalk> {
    let mut found = BTreeMap::new();
    let Some(tables) = node.node("crosswalks") else { return found };
    for (name, value) in tables.entries() {
        let Some(inside) = tables.inside(&name.value, value) else { continue };
        let inside = inside.renamed(format!("[crosswalks.{}] of {what}", name.value));
        found.insert(name.value.clone(), parse::crosswalk(&name.value, inside, &parse::load_from_disk));
    }
    found
}

fn sides_of<'a>(root: &Node<'a>) -> (Option<Node<'a>>, Option<Node<'a>>) {
    let Some(node) = root.node("sides") else {
        if !root.has("sides") {
            root.missing("sides", "add [sides.legacy] and [sides.new] with mapping, root and as_of");
        }
        return (None, None);
    };
    let side = |key: &'static str| {
        let found = node.node(key).map(|n| n.renamed(format!("[sides.{key}]")));
        if !node.has(key) {
            node.missing(key, &format!("add [sides.{key}] with mapping, root and as_of"));
        }
        found
    };
    let sides = (side("legacy"), side("new"));
    node.finish();
    sides
}

fn warn_unused(
    crosswalks: &BTreeMap<String, Crosswalk>,
    legacy: Option<&SideDraft>,
    matching: &[MatchRule],
    root: &Node<'_>,
) {
    let Some(mapping) = legacy.and_then(|l| l.mapping.as_ref()) else { return };
    let used = mapping.used_crosswalks();
    let spans: BTreeMap<String, std::ops::Range<usize>> =
        root.node("crosswalks").iter().flat_map(Node::entries).map(|(name, _)| (name.value, name.span)).collect();
    for name in crosswalks.keys() {
        if used.contains(&name.as_str()) || matching.contains(&MatchRule::Crosswalk(name.clone())) {
            continue;
        }
        let message = format!("crosswalk `{name}` is used by no field of the legacy mapping");
        let fix = match crate::diagnostic::nearest(name, used.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if used.is_empty() => format!("let a field of {} say crosswalk = \"{name}\"", mapping.path.display()),
            None => format!("the mapping looks codes up in: {}", used.join(", ")),
        };
        root.problems().warning("unused-crosswalk", spans.get(name).cloned().unwrap_or(0..0), message, fix);
    }
}

/// A path as written, below the project's folder.
pub(super) fn below(folder: &Path, written: &str) -> PathBuf {
    folder.join(written)
}

/// A mapping by its shipped name or path.
pub(super) fn mapping(
    written: &At<String>,
    folder: &Path,
    supplied: &BTreeMap<String, Crosswalk>,
    problems: &Problems,
    others: &mut Vec<Diagnostic>,
) -> Option<Mapping> {
    let result = if is_path(&written.value) {
        let path = below(folder, &written.value);
        match std::fs::read(&path)
            .map_err(|e| e.to_string())
            .and_then(|b| String::from_utf8(b).map_err(|e| e.to_string()))
        {
            Ok(text) => Mapping::parse(&path, &text, &parse::load_from_disk, supplied),
            Err(reason) => {
                let message = format!("can not read the mapping: {reason}");
                problems.error("mapping-file", written.span.clone(), message, "name it relative to the project file");
                return None;
            }
        }
    } else if let Some(result) = Mapping::shipped(&written.value, supplied) {
        result
    } else {
        problems.unknown("unknown-mapping", "mapping", written, Mapping::shipped_names());
        return None;
    };
    match result {
        Ok(mut mapping) => {
            // What is shipped was looked at when it was shipped; only the project's own files are worth a warning.
            let shipped = !is_path(&written.value);
            others.extend(mapping.warnings.drain(..).filter(|w| !shipped || !w.path.starts_with("mappings")));
            Some(mapping)
        }
        Err(found) => {
            others.extend(found);
            None
        }
    }
}

fn is_path(written: &str) -> bool {
    written.ends_with(".toml") || written.contains(['/', '\\'])
}
