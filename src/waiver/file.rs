//! `waivers.toml` as written, to waivers that can be applied. All mistakes are told at once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::document::{At, Node, Problems, parse};
use crate::error::Error;

/// Checks that no one can accept: they say that a child's record is shown as another's, or that rows belong to no one.
/// A project can add to the list, never take away.
pub const UNWAIVABLE: [&str; 2] = ["blank-key", "student-swapped"];

/// The check name under which rejected rows are waived, by `files`.
pub(super) const REJECTED_ROW: &str = "rejected-row";

/// What a waiver file is held against.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Names of all checks.
    pub checks: Vec<String>,
    /// Checks that can not be waived, beside [`UNWAIVABLE`].
    pub unwaivable: Vec<String>,
    /// Longest time from `added` to `expires`, in days.
    pub max_days: u32,
}

impl Rules {
    /// True when nobody can waive this check.
    #[must_use]
    pub fn is_unwaivable(&self, check: &str) -> bool {
        UNWAIVABLE.contains(&check) || self.unwaivable.iter().any(|c| c == check)
    }
}

/// One accepted exception. An empty list does not narrow the scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// `W-017`.
    pub id: String,
    /// The check.
    pub check: String,
    /// References of findings.
    pub refs: Vec<String>,
    /// Students, by the id that findings show.
    pub students: Vec<String>,
    /// Schools, by code.
    pub schools: Vec<String>,
    /// Courses, by code.
    pub courses: Vec<String>,
    /// Name of a cause.
    pub cause: Option<String>,
    /// Files whose rejected rows are accepted.
    pub files: Vec<String>,
    /// How many findings it covers at most.
    pub max: u32,
    /// Why.
    pub reason: String,
    /// Who sees to it.
    pub owner: String,
    /// Who accepted it.
    pub approver: String,
    /// First day on which it holds.
    pub added: Date,
    /// Last day on which it holds.
    pub expires: Date,
    /// Has no scope on purpose.
    pub broad: bool,
    /// Covers nothing, because its check can not be waived.
    pub unwaivable: bool,
}

impl Waiver {
    /// True when nothing but the check narrows it.
    #[must_use]
    pub fn has_no_scope(&self) -> bool {
        let lists = [&self.refs, &self.students, &self.schools, &self.courses, &self.files];
        lists.iter().all(|l| l.is_empty()) && self.cause.is_none()
    }
}

/// All waivers of a file, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waivers {
    /// The waivers.
    pub list: Vec<Waiver>,
    /// Warnings: waivers of checks that can not be waived.
    pub warnings: Vec<Diagnostic>,
}

impl Waivers {
    /// Reads a file; a file that is not there holds no waiver.
    ///
    /// # Errors
    /// When it can not be read, or with every mistake in it.
    pub fn load(path: &Path, rules: &Rules) -> Result<Self, Error> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(path, &text, rules).map_err(Error::Project),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(e) => Err(Error::read(path, e)),
        }
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// Every mistake in it, with its place and fix.
    pub fn parse(path: impl Into<PathBuf>, text: &str, rules: &Rules) -> Result<Self, Vec<Diagnostic>> {
        let problems = Problems::new(path);
        let mut list: Vec<Waiver> = Vec::new();
        if let Some(table) = parse(text, &problems) {
            let node = Node::new(table.get_ref(), table.span(), "the waiver file", &problems);
            let mut ids = BTreeSet::new();
            for item in node.nodes("waive") {
                list.extend(waiver(&item, rules, &mut ids));
                item.finish();
            }
            node.finish();
        }
        if problems.has_errors() {
            return Err(problems.into_vec());
        }
        Ok(Self { list, warnings: problems.into_vec() })
    }
}

/// One `[[waive]]`; `None` when something that it needs is missing or wrong.
fn waiver(node: &Node<'_>, rules: &Rules, ids: &mut BTreeSet<String>) -> Option<Waiver> {
    let problems = node.problems();
    let id = node.required_text("id", "give it an id: id = \"W-001\"");
    let check = node.required_text("check", "name the check: check = \"room-changed\"");
    let words = [
        ("reason", "say why it is accepted"),
        ("owner", "name the person who sees to it"),
        ("approver", "name the person who accepted it"),
    ]
    .map(|(key, fix)| filled(node, key, fix));
    let max = cap(node);
    let days = period(node, rules);
    let list = |key| node.texts(key).map(|l| l.into_iter().map(|t| t.value).collect::<Vec<_>>()).unwrap_or_default();
    let scope = ["refs", "students", "schools", "courses", "files"].map(list);
    let cause = node.text("cause").map(|c| c.value).filter(|c| !c.is_empty());
    let broad = node.flag("broad").unwrap_or(false);
    let (id, check) = (id?, check?);
    if !ids.insert(id.value.clone()) {
        let message = format!("two waivers are called `{}`", id.value);
        problems.error("waiver-duplicate", id.span, message, "give each waiver its own id");
    }
    let unwaivable = known_check(&check, rules, problems);
    let [reason, owner, approver] = words;
    let [refs, students, schools, courses, files] = scope;
    let (added, expires) = days?;
    let waiver = Waiver {
        id: id.value,
        check: check.value,
        refs,
        students,
        schools,
        courses,
        cause,
        files,
        max: max?,
        reason: reason?,
        owner: owner?,
        approver: approver?,
        added,
        expires,
        broad,
        unwaivable,
    };
    if waiver.has_no_scope() && !broad {
        problems.error(
            "waiver-broad",
            check.span,
            format!("`{}` covers `{}` everywhere", waiver.id, waiver.check),
            "add refs, students, schools, courses or a cause; or broad = true when everywhere is meant",
        );
    }
    Some(waiver)
}

/// A text with something in it.
fn filled(node: &Node<'_>, key: &'static str, fix: &str) -> Option<String> {
    let text = node.required_text(key, fix)?;
    if text.value.trim().is_empty() {
        node.problems().error("waiver-empty", text.span, format!("`{key}` of {} is empty", node.what()), fix);
        return None;
    }
    Some(text.value)
}

fn cap(node: &Node<'_>) -> Option<u32> {
    const FIX: &str = "write how many findings it covers at most: max = 12 (the 13th counts)";
    if !node.has("max") {
        node.missing("max", FIX);
    }
    let max = node.whole("max")?;
    if max.value == 0 {
        node.problems().error("waiver-cap", max.span, "a waiver of at most 0 findings covers nothing", FIX);
        return None;
    }
    Some(max.value)
}

fn period(node: &Node<'_>, rules: &Rules) -> Option<(Date, Date)> {
    for key in ["added", "expires"] {
        if !node.has(key) {
            node.missing(key, "write a day: 2026-06-05 (it holds through the end of that day)");
        }
    }
    let (added, expires) = (node.date("added"), node.date("expires"));
    let (added, expires) = (added?, expires?);
    let days = added.value.until(expires.value).map_or(0, |span| i64::from(span.get_days()));
    if days < 0 {
        let message = format!("it ends on {}, before it was added on {}", expires.value, added.value);
        node.problems().error("waiver-period", expires.span, message, "exchange the two days, or correct one");
    } else if days > i64::from(rules.max_days) {
        let message = format!("it holds for {days} days; at most {} are allowed", rules.max_days);
        let fix = "choose an earlier end, or set max_days under [waivers]";
        node.problems().error("waiver-period", expires.span, message, fix);
    }
    Some((added.value, expires.value))
}

/// Says when a check is unknown or can not be waived; true for the latter.
fn known_check(check: &At<String>, rules: &Rules, problems: &Problems) -> bool {
    let name = check.value.as_str();
    if rules.is_unwaivable(name) {
        problems.warning(
            "waiver-unwaivable",
            check.span.clone(),
            format!("`{name}` can not be waived; its findings count"),
            "take this waiver out and correct the data",
        );
        return true;
    }
    let names = rules.checks.iter().map(String::as_str).chain([REJECTED_ROW]);
    if !names.clone().any(|n| n == name) {
        problems.unknown("unknown-check", "check", check, names);
    }
    false
}
