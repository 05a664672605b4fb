//! The project, mapping or crosswalk file is wrong, here: file, place, what was expected, how to fix it.

pub mod document;

use std::ops::Range;
use std::path::PathBuf;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// The run goes on; the reader should know.
    Warning,
    /// The run is refused.
    Error,
}

/// One mistake in a file that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub gravity: Gravity,
    /// Kebab-case name, one per kind of mistake: `unknown-key`, `crosswalk-duplicate`.
    pub code: &'static str,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The file.
    pub path: PathBuf,
    /// The bytes of the file that are meant; empty when the whole file is.
    pub span: Range<usize>,
    /// Short text under the span.
    pub label: String,
    /// How to fix it, with the nearest valid name when there is one.
    pub fix: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, path: impl Into<PathBuf>, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            gravity: Gravity::Error,
            code,
            message: message.into(),
            path: path.into(),
            span,
            label: String::new(),
            fix: None,
        }
    }

    /// A warning at a place.
    pub fn warning(
        code: &'static str,
        path: impl Into<PathBuf>,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        Self { gravity: Gravity::Warning, ..Self::error(code, path, span, message) }
    }

    /// With a text under the span.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With a fix.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into());
        self
    }

    /// As people read it: the line of the file, the place marked, the fix below. `source` is the file's text.
    #[must_use]
    pub fn render(&self, source: &str, renderer: &Renderer) -> String {
        let level = if self.gravity == Gravity::Error { Level::ERROR } else { Level::WARNING };
        let path = self.path.display().to_string();
        let end = self.span.end.min(source.len());
        let start = self.span.start.min(end);
        let snippet = Snippet::source(source)
            .path(path.as_str())
            .fold(true)
            .annotation(AnnotationKind::Primary.span(start..end).label(self.label.as_str()));
        let title = level.primary_title(self.message.as_str()).id(self.code);
        let mut group = title.element(snippet);
        if let Some(fix) = &self.fix {
            group = group.element(Level::HELP.message(fix.as_str()));
        }
        renderer.render(&[group])
    }
}

/// `1 error`, `2 errors and 1 warning`.
#[must_use]
pub fn count_words(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|d| d.gravity == Gravity::Error).count();
    let warnings = diagnostics.len() - errors;
    let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (e, 0) => plural(e, "error"),
        (0, w) => plural(w, "warning"),
        (e, w) => format!("{} and {}", plural(e, "error"), plural(w, "warning")),
    }
}

/// The valid name that is nearest to a misspelt one, if any is near enough to propose.
#[must_use]
pub fn nearest<'a>(wrong: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    valid
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .filter(|(distance, name)| *distance <= 1 + name.len().max(wrong.len()) / 4)
        .min()
        .map(|(_, name)| name)
}
