//! TOML files that people write, read with the place of everything: each mistake becomes a diagnostic and reading
//! goes on, so that all mistakes of a file are told at once.

use std::cell::RefCell;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Diagnostic, nearest};

/// A value and the bytes of the file it was written in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its place in the file.
    pub span: Range<usize>,
}

impl<T> At<T> {
    /// The same place with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> At<U> {
        At { value: f(self.value), span: self.span }
    }
}

/// The mistakes found so far in one file.
#[derive(Debug)]
pub struct Problems {
    path: PathBuf,
    found: RefCell<Vec<Diagnostic>>,
}

impl Problems {
    /// None yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), found: RefCell::default() }
    }

    /// The file they are in.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps an error.
    pub fn error(&self, code: &'static str, span: Range<usize>, message: impl Into<String>, fix: impl Into<String>) {
        self.add(Diagnostic::error(code, &self.path, span, message).fix(fix));
    }

    /// Keeps a warning.
    pub fn warning(&self, code: &'static str, span: Range<usize>, message: impl Into<String>, fix: impl Into<String>) {
        self.add(Diagnostic::warning(code, &self.path, span, message).fix(fix));
    }

    /// Keeps any diagnostic.
    pub fn add(&self, diagnostic: Diagnostic) {
        self.found.borrow_mut().push(diagnostic);
    }

    /// An error about a name that is not one of the valid ones, with the nearest of them.
    pub fn unknown<'n>(
        &self,
        code: &'static str,
        what: &str,
        name: &At<String>,
        valid: impl IntoIterator<Item = &'n str>,
    ) {
        let valid: Vec<&str> = valid.into_iter().collect();
        let fix = match nearest(&name.value, valid.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if valid.is_empty() => format!("there is no {what} here yet"),
            None => format!("one of: {}", valid.join(", ")),
        };
        self.error(code, name.span.clone(), format!("unknown {what} `{}`", name.value), fix);
    }

    /// All of them, in order of place.
    #[must_use]
    pub fn into_vec(self) -> Vec<Diagnostic> {
        let mut found = self.found.into_inner();
        found.sort_by(|a, b| {
            (&a.path, a.span.start, a.code, &a.message).cmp(&(&b.path, b.span.start, b.code, &b.message))
        });
        found.dedup();
        found
    }

    /// True when an error was kept.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.found.borrow().iter().any(|d| d.gravity == super::Gravity::Error)
    }
}

/// Reads the text of a file; `None` when its syntax is broken (every syntax error is kept).
#[must_use]
pub fn parse<'t>(text: &'t str, problems: &Problems) -> Option<Spanned<DeTable<'t>>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        problems.error("syntax", span, error.message(), "write it as TOML: `key = \"text\"`, `[table]`");
    }
    errors.is_empty().then_some(table)
}

/// A table being read: it knows which keys were asked for, and so which are unknown.
#[derive(Debug)]
pub struct Node<'a> {
    table: &'a DeTable<'a>,
    span: Range<usize>,
    what: String,
    asked: RefCell<Vec<&'static str>>,
    problems: &'a Problems,
}

impl<'a> Node<'a> {
    /// A table by its place; `what` names it in messages (`[sides.legacy]`).
    pub fn new(table: &'a DeTable<'a>, span: Range<usize>, what: impl Into<String>, problems: &'a Problems) -> Self {
        Self { table, span, what: what.into(), asked: RefCell::default(), problems }
    }

    /// The same table under another name.
    #[must_use]
    pub fn renamed(&self, what: impl Into<String>) -> Self {
        Self::new(self.table, self.span(), what, self.problems)
    }

    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// How messages name it.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Where mistakes go.
    #[must_use]
    pub const fn problems(&self) -> &'a Problems {
        self.problems
    }

    /// The value of a key, if it is written; the key counts as known from now on.
    pub fn get(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().push(key);
        self.table.iter().find(|(k, _)| k.get_ref() == key).map(|(_, value)| value)
    }

    /// True when a key is written. Does not make it known.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.table.iter().any(|(k, _)| k.get_ref() == key)
    }

    /// Every key with its value: for tables whose keys are names that the writer chose.
    pub fn entries(&self) -> impl Iterator<Item = (At<String>, &'a Spanned<DeValue<'a>>)> + use<'a> {
        let mut list: Vec<_> = self.table.iter().collect();
        list.sort_by_key(|(key, _)| key.span().start);
        list.into_iter().map(|(key, value)| (At { value: key.get_ref().to_string(), span: key.span() }, value))
    }

    /// A text.
    pub fn text(&self, key: &'static str) -> Option<At<String>> {
        let value = self.get(key)?;
        text(value).or_else(|| self.wrong(key, value, "a text in quotes"))
    }

    /// A text that must be there; its absence is a mistake with this fix.
    pub fn required_text(&self, key: &'static str, fix: &str) -> Option<At<String>> {
        if !self.has(key) {
            self.asked.borrow_mut().push(key);
            self.missing(key, fix);
            return None;
        }
        self.text(key)
    }

    /// Says that a key is missing.
    pub fn missing(&self, key: &str, fix: &str) {
        self.problems.error("missing-key", self.span(), format!("{} lacks `{key}`", self.what), fix);
    }

    /// `true` or `false`.
    pub fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.get(key)?;
        value.get_ref().as_bool().or_else(|| self.wrong(key, value, "true or false"))
    }

    /// A whole number from 0.
    pub fn whole(&self, key: &'static str) -> Option<At<u32>> {
        let value = self.get(key)?;
        let number = value.get_ref().as_integer().filter(|i| i.radix() == 10).and_then(|i| i.as_str().parse().ok());
        match number {
            Some(number) => Some(At { value: number, span: value.span() }),
            None => self.wrong(key, value, "a whole number from 0"),
        }
    }

    /// The text of an exact number, written as a number or in quotes.
    pub fn number(&self, key: &'static str) -> Option<At<String>> {
        let value = self.get(key)?;
        number(value).or_else(|| self.wrong(key, value, "a number"))
    }

    /// A date, written as `2026-06-01`.
    pub fn date(&self, key: &'static str) -> Option<At<jiff::civil::Date>> {
        let value = self.get(key)?;
        let written = match value.get_ref() {
            DeValue::Datetime(d) => d.to_string(),
            DeValue::String(s) => s.to_string(),
            _ => String::new(),
        };
        match (written.len() == 10).then(|| written.parse().ok()).flatten() {
            Some(date) => Some(At { value: date, span: value.span() }),
            None => self.wrong(key, value, "a date as 2026-06-01"),
        }
    }

    /// One text or a list of texts.
    pub fn texts(&self, key: &'static str) -> Option<Vec<At<String>>> {
        let value = self.get(key)?;
        if let Some(one) = text(value) {
            return Some(vec![one]);
        }
        let list = value.get_ref().as_array().and_then(|a| a.iter().map(text).collect::<Option<Vec<_>>>());
        list.or_else(|| self.wrong(key, value, "a text or a list of texts"))
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let written = self.text(key)?;
        let found = words.iter().find(|(word, _)| *word == written.value).map(|(_, t)| *t);
        if found.is_none() {
            self.problems.unknown("unknown-value", key, &written, words.iter().map(|(w, _)| *w));
        }
        found
    }

    /// A table inside.
    pub fn node(&self, key: &'static str) -> Option<Node<'a>> {
        let value = self.get(key)?;
        self.inside(key, value)
    }

    /// The tables of a key that holds one table or a list of them.
    pub fn nodes(&self, key: &'static str) -> Vec<Node<'a>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        match value.get_ref() {
            DeValue::Array(list) => list.iter().filter_map(|item| self.inside(key, item)).collect(),
            _ => self.inside(key, value).into_iter().collect(),
        }
    }

    /// A value as a table, or a mistake.
    pub fn inside(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Node<'a>> {
        match value.get_ref() {
            DeValue::Table(table) => {
                Some(Node::new(table, value.span(), format!("`{key}` of {}", self.what), self.problems))
            }
            _ => self.wrong(key, value, "a table"),
        }
    }

    /// Says that a value is not what is expected.
    pub fn wrong<T>(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) -> Option<T> {
        self.problems.error(
            "wrong-type",
            value.span(),
            format!("`{key}` of {} is {}, not {expected}", self.what, article(value.get_ref().type_str())),
            format!("write {expected}"),
        );
        None
    }

    /// Ends the reading: what was never asked for is unknown.
    pub fn finish(self) {
        self.finish_ref();
    }

    /// As [`Node::finish`], of a node that others still hold.
    pub fn finish_ref(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.entries() {
            if !asked.contains(&key.value.as_str()) {
                let what = format!("key in {}", self.what);
                self.problems.unknown("unknown-key", &what, &key, asked.iter().copied());
            }
        }
    }
}

/// A value as a text.
#[must_use]
pub fn text(value: &Spanned<DeValue<'_>>) -> Option<At<String>> {
    value.get_ref().as_str().map(|s| At { value: s.to_owned(), span: value.span() })
}

/// The text of an exact number, written as a number or in quotes.
#[must_use]
pub fn number(value: &Spanned<DeValue<'_>>) -> Option<At<String>> {
    let written = match value.get_ref() {
        DeValue::Integer(i) if i.radix() == 10 => i.as_str().to_owned(),
        DeValue::Float(f) => f.as_str().to_owned(),
        DeValue::String(s) => s.to_string(),
        _ => return None,
    };
    Some(At { value: written, span: value.span() })
}

fn article(kind: &str) -> String {
    if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { format!("an {kind}") } else { format!("a {kind}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Diagnostic> {
        let problems = Problems::new("p.toml");
        if let Some(table) = parse(text, &problems) {
            let node = Node::new(table.get_ref(), table.span(), "the file", &problems);
            node.required_text("name", "write a name");
            node.whole("count");
            node.date("day");
            node.texts("words");
            node.finish();
        }
        problems.into_vec()
    }

    #[test]
    fn every_mistake_is_told_at_once_with_place_and_nearest_name() {
        let source = "nmae = \"x\"\ncount = -1\nday = 2026-06-31\nwords = [\"a\", 1]\n";
        assert_eq!(read(source).len(), 1, "a date that is no day is a mistake of syntax");
        let source = "nmae = \"x\"\ncount = -1\nday = 2026-06-30T10:00:00\nwords = [\"a\", 1]\n";
        let found = read(source);
        let codes: Vec<_> = found.iter().map(|d| d.code).collect();
        assert_eq!(codes, ["missing-key", "unknown-key", "wrong-type", "wrong-type", "wrong-type"]);
        assert_eq!(&source[found[1].span.clone()], "nmae");
        assert_eq!(found[1].fix.as_deref(), Some("did you mean `name`?"));
        assert_eq!(&source[found[2].span.clone()], "-1");
    }

    #[test]
    fn a_right_file_has_no_mistakes() {
        assert_eq!(read("name = \"x\"\ncount = 3\nday = 2026-06-30\nwords = \"a\"\n"), []);
    }
}
