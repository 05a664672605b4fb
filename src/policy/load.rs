//! The policies that a project names: bundled ones by name, others by path.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::gpa::{GpaPolicy, parse};
use super::graduation::{self, Exceptions, Requirements};
use super::{KindPolicy, Policies, shipped};
use crate::diagnostic::{Diagnostic, nearest};

/// A policy as the project names it, with the place where it does.
#[derive(Debug, Clone)]
pub struct Named {
    /// A bundled name, or a path to a `.toml` file below `base`.
    pub name: String,
    /// The project file that names it.
    pub path: PathBuf,
    /// Where in that file.
    pub span: Range<usize>,
}

impl Named {
    /// A name that no file wrote: from a test or the command line.
    #[must_use]
    pub fn plain(name: &str) -> Self {
        Self { name: name.to_owned(), path: PathBuf::from("rollproof.toml"), span: 0..0 }
    }

    fn is_path(&self) -> bool {
        self.name.contains(['/', '\\']) || Path::new(&self.name).extension().is_some_and(|e| e == "toml")
    }
}

/// A GPA kind with the policies of both sides.
#[derive(Debug, Clone)]
pub struct WantedKind {
    /// The kind as the stored GPAs say it.
    pub kind: String,
    /// Policy of the legacy system.
    pub legacy: Named,
    /// Policy of the new system; the same where the project gives one.
    pub new: Named,
}

impl Policies {
    /// Loads everything that a project names. Paths are below `base`, the project's folder.
    ///
    /// # Errors
    /// All mistakes: unknown names at their place in the project file, and the mistakes of every policy file.
    pub fn load(kinds: &[WantedKind], graduation: Option<&Named>, base: &Path) -> Result<Self, Vec<Diagnostic>> {
        let mut mistakes = Vec::new();
        let mut loaded = Vec::new();
        for wanted in kinds {
            let legacy = load_gpa(&wanted.legacy, base).map_err(|found| mistakes.extend(found)).ok();
            let same = wanted.legacy.name == wanted.new.name;
            let new = if same {
                legacy.clone()
            } else {
                load_gpa(&wanted.new, base).map_err(|found| mistakes.extend(found)).ok()
            };
            if let (Some(legacy), Some(new)) = (legacy, new) {
                loaded.push(KindPolicy { kind: wanted.kind.clone(), legacy, new });
            }
        }
        let requirements = match graduation {
            None => None,
            Some(named) => load_requirements(named, base).map_err(|found| mistakes.extend(found)).ok(),
        };
        if mistakes.is_empty() { Ok(Self::new(loaded, requirements)) } else { Err(mistakes) }
    }
}

/// Reads the exceptions of one side; no file is no exception.
///
/// # Errors
/// Every line that can not be understood, or the file that can not be read.
pub fn load_exceptions(
    path: Option<&Path>,
    requirements: Option<&Requirements>,
) -> Result<Exceptions, Vec<Diagnostic>> {
    let Some((path, requirements)) = path.zip(requirements) else { return Ok(Exceptions::default()) };
    let refuse = |what: String| {
        let fix = "write it as UTF-8 CSV with the columns student_id, kind, requirement, course, credits, reason";
        vec![Diagnostic::error("exceptions-unreadable", path, 0..0, what).fix(fix)]
    };
    let bytes = std::fs::read(path).map_err(|e| refuse(format!("cannot read the exceptions: {e}")))?;
    let text = String::from_utf8(bytes).map_err(|_| refuse("the exceptions are not UTF-8".into()))?;
    Exceptions::parse(path, &text, requirements)
}

fn text_of(named: &Named, base: &Path, bundled: &[shipped::Shipped]) -> Result<(PathBuf, String), Vec<Diagnostic>> {
    let refuse = |code, message: String, fix: String| {
        vec![Diagnostic::error(code, &named.path, named.span.clone(), message).fix(fix)]
    };
    if named.is_path() {
        let path = base.join(&named.name);
        return match std::fs::read_to_string(&path) {
            Ok(text) => Ok((path, text)),
            Err(error) => {
                let message = format!("cannot read the policy {}: {error}", path.display());
                Err(refuse("policy-unreadable", message, "check the path; it is below the project's folder".into()))
            }
        };
    }
    if let Some(found) = bundled.iter().find(|s| s.name == named.name) {
        return Ok((PathBuf::from(format!("{}.toml", found.name)), found.text.to_owned()));
    }
    let names: Vec<&str> = bundled.iter().map(|s| s.name).collect();
    let known = format!("known: {}; or write a path to a .toml file", names.join(", "));
    let fix = match nearest(&named.name, names.iter().copied()) {
        Some(near) => format!("did you mean \"{near}\"? {known}"),
        None => known,
    };
    Err(refuse("unknown-policy", format!("no policy is called \"{}\"", named.name), fix))
}

fn load_gpa(named: &Named, base: &Path) -> Result<Arc<GpaPolicy>, Vec<Diagnostic>> {
    let (path, text) = text_of(named, base, &shipped::GPA)?;
    parse(&path, &text).map(Arc::new)
}

fn load_requirements(named: &Named, base: &Path) -> Result<Arc<Requirements>, Vec<Diagnostic>> {
    let (path, text) = text_of(named, base, &shipped::GRADUATION)?;
    graduation::parse(&path, &text).map(Arc::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_policy_is_refused_where_it_is_named_with_the_nearest_name() {
        let mut named = Named::plain("lausd-wieghted");
        named.span = 4..9;
        let wanted = WantedKind { kind: "weighted".into(), legacy: named.clone(), new: named };
        let mistakes = Policies::load(&[wanted], None, Path::new(".")).unwrap_err();
        assert_eq!((mistakes.len(), mistakes[0].span.clone()), (1, 4..9));
        assert!(mistakes[0].fix.as_deref().is_some_and(|f| f.contains("\"lausd-weighted\"?")));
    }
}
