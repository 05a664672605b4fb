//! Reads a policy's TOML table by table, keeps the place of every value and every mistake, and goes on after each.

use std::cell::RefCell;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::canonical::Decimal;
use crate::diagnostic::{Diagnostic, nearest};

/// A value with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its bytes in the file.
    pub span: Range<usize>,
}

/// Collects the mistakes of one file.
#[derive(Debug)]
pub struct Mistakes {
    path: PathBuf,
    found: RefCell<Vec<Diagnostic>>,
}

impl Mistakes {
    /// Of the file at `path`.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), found: RefCell::new(Vec::new()) }
    }

    /// Notes one mistake and says how to fix it.
    pub fn note(&self, code: &'static str, span: Range<usize>, message: impl Into<String>, fix: impl Into<String>) {
        let (message, fix) = (message.into(), fix.into());
        let mut diagnostic = Diagnostic::error(code, &self.path, span, message);
        if !fix.is_empty() {
            diagnostic = diagnostic.fix(fix);
        }
        self.found.borrow_mut().push(diagnostic);
    }

    /// True when nothing is wrong so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    /// All mistakes in the order of the file.
    #[must_use]
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        let mut found = self.found.into_inner();
        found.sort_by(|a, b| (a.span.start, a.code).cmp(&(b.span.start, b.code)));
        found
    }
}

/// Parses the file; syntax errors go to the mistakes, and what could be read is read.
#[must_use]
pub fn document<'t>(text: &'t str, mistakes: &Mistakes) -> Spanned<DeTable<'t>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        mistakes.note("toml-syntax", error.span().unwrap_or(0..0), error.message().to_owned(), "");
    }
    table
}

/// One table of the file. Every key that is asked for is known; the others are mistakes.
#[derive(Debug)]
pub struct Section<'t> {
    table: &'t DeTable<'t>,
    span: Range<usize>,
    name: String,
    asked: RefCell<Vec<&'static str>>,
    mistakes: &'t Mistakes,
}

impl<'t> Section<'t> {
    /// The table of that name (empty for the whole file).
    #[must_use]
    pub fn new(table: &'t DeTable<'t>, span: Range<usize>, name: &str, mistakes: &'t Mistakes) -> Self {
        Self { table, span, name: name.to_owned(), asked: RefCell::new(Vec::new()), mistakes }
    }

    /// Where the table stands.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Where mistakes go.
    #[must_use]
    pub const fn mistakes(&self) -> &'t Mistakes {
        self.mistakes
    }

    /// True when the key is written.
    #[must_use]
    pub fn has(&self, key: &'static str) -> bool {
        self.get(key).is_some()
    }

    fn get(&self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    fn wrong(&self, key: &str, span: Range<usize>, expected: &str) {
        let message = format!("`{key}` in {} is not {expected}", self.title());
        self.mistakes.note("wrong-value", span, message, format!("write {expected}"));
    }

    fn title(&self) -> String {
        if self.name.is_empty() { "the policy".to_owned() } else { format!("[{}]", self.name) }
    }

    /// A text.
    #[must_use]
    pub fn text(&self, key: &'static str) -> Option<At<String>> {
        let value = self.get(key)?;
        if let DeValue::String(text) = value.get_ref() {
            return Some(At { value: text.to_string(), span: value.span() });
        }
        self.wrong(key, value.span(), "a text in quotes");
        None
    }

    /// A text that must be there.
    #[must_use]
    pub fn required_text(&self, key: &'static str) -> Option<At<String>> {
        if !self.has(key) {
            let message = format!("{} has no `{key}`", self.title());
            self.mistakes.note("missing-key", self.span(), message, format!("add {key} = \"…\""));
        }
        self.text(key)
    }

    /// One of several words, `default` when the key is not written.
    #[must_use]
    pub fn word<T: Copy>(&self, key: &'static str, words: &[(&str, T)], default: T) -> T {
        let Some(text) = self.text(key) else { return default };
        if let Some((_, value)) = words.iter().find(|(word, _)| *word == text.value) {
            return *value;
        }
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let fix = match nearest(&text.value, all.iter().copied()) {
            Some(word) => format!("did you mean \"{word}\"? known: {}", all.join(", ")),
            None => format!("known: {}", all.join(", ")),
        };
        self.mistakes.note("unknown-word", text.span, format!("`{key}` does not know \"{}\"", text.value), fix);
        default
    }

    /// An exact number: in quotes (`"3.334"`) or bare (`3.334`).
    #[must_use]
    pub fn decimal(&self, key: &'static str) -> Option<At<Decimal>> {
        let value = self.get(key)?;
        let decimal = decimal_of(value.get_ref());
        if decimal.is_none() {
            self.wrong(key, value.span(), "a plain decimal number");
        }
        Some(At { value: decimal?, span: value.span() })
    }

    /// A whole number between two bounds.
    #[must_use]
    pub fn integer(&self, key: &'static str, low: i64, high: i64) -> Option<i64> {
        let value = self.get(key)?;
        let number = decimal_of(value.get_ref()).filter(|d| d.scale() == 0).map(Decimal::units);
        let number = number.filter(|n| (low..=high).contains(n));
        if number.is_none() {
            self.wrong(key, value.span(), &format!("a whole number from {low} to {high}"));
        }
        number
    }

    /// Yes or no.
    #[must_use]
    pub fn flag(&self, key: &'static str, default: bool) -> bool {
        match self.get(key) {
            None => default,
            Some(value) => match value.get_ref() {
                DeValue::Boolean(flag) => *flag,
                _ => {
                    self.wrong(key, value.span(), "true or false");
                    default
                }
            },
        }
    }

    /// A list of texts; one text or whole number stands for a list of one.
    #[must_use]
    pub fn texts(&self, key: &'static str) -> Vec<At<String>> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let one = |value: &Spanned<DeValue<'_>>| match value.get_ref() {
            DeValue::String(text) => Some(At { value: text.to_string(), span: value.span() }),
            DeValue::Integer(number) => Some(At { value: number.to_string(), span: value.span() }),
            _ => {
                self.wrong(key, value.span(), "a list of texts");
                None
            }
        };
        match value.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(one).collect(),
            _ => one(value).into_iter().collect(),
        }
    }

    /// A table below this one.
    #[must_use]
    pub fn section(&self, key: &'static str) -> Option<Self> {
        let value = self.get(key)?;
        if let DeValue::Table(table) = value.get_ref() {
            return Some(Self::new(table, value.span(), &self.below(key), self.mistakes));
        }
        self.wrong(key, value.span(), "a table");
        None
    }

    /// A list of tables below this one.
    #[must_use]
    pub fn sections(&self, key: &'static str) -> Vec<Self> {
        let Some(value) = self.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(key, value.span(), "a list of tables");
            return Vec::new();
        };
        let mut all = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::Table(table) => all.push(Self::new(table, item.span(), &self.below(key), self.mistakes)),
                _ => self.wrong(key, item.span(), "a table"),
            }
        }
        all
    }

    /// Tables below this one whose names the author chooses: name, place of the name, table.
    #[must_use]
    pub fn named_sections(&self) -> Vec<(At<String>, Self)> {
        let mut all = Vec::new();
        for (key, value) in self.table {
            let name = At { value: key.get_ref().to_string(), span: key.span() };
            match value.get_ref() {
                DeValue::Table(table) => {
                    all.push((name.clone(), Self::new(table, value.span(), &self.below(&name.value), self.mistakes)));
                }
                _ => self.wrong(&name.value, value.span(), "a table"),
            }
        }
        all
    }

    /// Keys that the author chooses, each with an exact number.
    #[must_use]
    pub fn named_decimals(&self) -> Vec<(At<String>, At<Decimal>)> {
        let mut all = Vec::new();
        for (key, value) in self.table {
            match decimal_of(value.get_ref()) {
                Some(decimal) => {
                    let name = At { value: key.get_ref().to_string(), span: key.span() };
                    all.push((name, At { value: decimal, span: value.span() }));
                }
                None => self.wrong(key.get_ref(), value.span(), "a plain decimal number"),
            }
        }
        all
    }

    /// Keys that the author chooses, each with a list of texts.
    #[must_use]
    pub fn named_lists(&self) -> Vec<(At<String>, Vec<String>)> {
        let mut all = Vec::new();
        for (key, value) in self.table {
            let name = At { value: key.get_ref().to_string(), span: key.span() };
            match value.get_ref() {
                DeValue::Array(items) => {
                    let mut texts = Vec::new();
                    for item in items {
                        match item.get_ref() {
                            DeValue::String(text) => texts.push(text.to_string()),
                            _ => self.wrong(&name.value, item.span(), "a list of texts"),
                        }
                    }
                    all.push((name, texts));
                }
                _ => self.wrong(&name.value, value.span(), "a list of texts"),
            }
        }
        all
    }

    fn below(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// Reports the keys that nobody asked for, each with the nearest known one.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        for (key, _) in self.table {
            let name: &str = key.get_ref();
            if asked.contains(&name) {
                continue;
            }
            let mut known: Vec<&str> = asked.iter().copied().collect();
            known.sort_unstable();
            known.dedup();
            let fix = match nearest(name, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", known.join(", ")),
            };
            let message = format!("{} has no setting `{name}`", self.title());
            self.mistakes.note("unknown-key", key.span(), message, fix);
        }
    }
}

fn decimal_of(value: &DeValue<'_>) -> Option<Decimal> {
    match value {
        DeValue::String(text) => Decimal::parse(text).ok(),
        DeValue::Integer(number) if number.radix() == 10 => Decimal::parse(number.as_str()).ok(),
        DeValue::Float(number) => Decimal::parse(number.as_str()).ok(),
        _ => None,
    }
}
