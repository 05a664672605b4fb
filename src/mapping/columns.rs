//! Canonical columns of a block: each distinct value is mapped once, then rows only carry numbers.

use std::borrow::Cow;

use super::convert::{Rule, Via, cel_environment};
use super::spec::{CelSource, FieldSpec, Mapping, Part, Source};
use super::tuples::Tuples;
use super::view::{Pool, View, ViewColumn, full};
use crate::canonical::{Codes, Column, Typed, Values};
use crate::error::Error;
use crate::extract::NULL;

/// A field with every distinct value mapped; rows are still those of the view.
pub(super) struct Draft<'m, 't> {
    pub(super) rule: Rule<'m>,
    /// One code a row of the view; `None` for a constant.
    pub(super) codes: Option<Cow<'t, Codes>>,
    /// One entry a code.
    pub(super) values: Values,
    /// How each entry came about; empty when all are direct.
    pub(super) via: Vec<Via>,
    /// Every entry occurs in the view.
    pub(super) all_used: bool,
}

impl Draft<'_, '_> {
    /// The code of a view row.
    pub(super) fn code(&self, row: usize) -> u32 {
        self.codes.as_ref().map_or(0, |c| c.get(row))
    }

    /// How an entry came about.
    pub(super) fn via(&self, code: u32) -> Via {
        self.via.get(code as usize).copied().unwrap_or(Via::Direct)
    }

    /// The finished column for the kept rows; `None` keeps all.
    pub(super) fn finish(self, kept: Option<&[u32]>, rows: usize) -> Result<Column, Error> {
        let Some(codes) = self.codes else {
            let codes = (0..kept.map_or(rows, <[u32]>::len)).map(|_| 0).collect();
            return Ok(Column { codes, values: self.values });
        };
        if kept.is_none() && self.all_used {
            return Ok(Column { codes: codes.into_owned(), values: self.values });
        }
        // Only values that occur stay, in order of first appearance.
        let mut renumbered = vec![u32::MAX; self.values.len()];
        let mut values = Values::default();
        let mut out = codes.beside();
        out.reserve(kept.map_or(rows, <[u32]>::len));
        let mut carry = |row: usize| -> Result<(), Error> {
            let code = codes.get(row);
            let slot = &mut renumbered[code as usize];
            if *slot == u32::MAX {
                let typed = self.values.entry(code).typed;
                *slot = values.push(self.values.raw(code), self.values.text(code), typed).ok_or_else(full)?;
            }
            out.push(*slot);
            Ok(())
        };
        match kept {
            Some(kept) => kept.iter().try_for_each(|row| carry(*row as usize))?,
            None => (0..rows).try_for_each(&mut carry)?,
        }
        Ok(Column { codes: out, values })
    }
}

/// Maps the distinct values of a field.
pub(super) fn draft<'m, 't>(
    mapping: &'m Mapping,
    spec: &'m FieldSpec,
    view: &View<'t>,
) -> Result<Draft<'m, 't>, Error> {
    let crosswalk = spec.crosswalk.as_ref().and_then(|name| mapping.crosswalks.get(name));
    let rule = Rule { spec, crosswalk };
    match &spec.source {
        Source::Column(column) => single(rule, view.column(column)?),
        Source::Constant(text) => {
            let mut builder = Builder::new(rule);
            builder.push(text, text)?;
            Ok(builder.finish(None, true))
        }
        Source::Concat(parts) => {
            let columns = columns_of(spec, view)?;
            several(rule, view, &columns, |codes, value| concat(parts, &columns, codes, rule.spec, value))
        }
        Source::Coalesce(_) => {
            let columns = columns_of(spec, view)?;
            several(rule, view, &columns, |codes, value| {
                let texts = columns.iter().zip(codes).map(|(column, code)| column.text(*code));
                let found = texts.into_iter().find(|t| !super::convert::is_null(&rule.spec.null, t));
                value.push_str(found.unwrap_or(""));
                Ok(Raw::Value)
            })
        }
        Source::Cel(cel) => {
            let columns = columns_of(spec, view)?;
            let environment = cel_environment();
            several(rule, view, &columns, |codes, value| evaluate(cel, &environment, &columns, codes, value))
        }
    }
}

fn columns_of<'t>(spec: &FieldSpec, view: &View<'t>) -> Result<Vec<ViewColumn<'t>>, Error> {
    spec.source.columns().into_iter().map(|c| view.column(c)).collect()
}

/// One column: the codes of the rows stay, the dictionary is mapped.
fn single<'m, 't>(rule: Rule<'m>, column: ViewColumn<'t>) -> Result<Draft<'m, 't>, Error> {
    let mut builder = Builder::new(rule);
    for text in column.texts.iter() {
        builder.push(text, text)?;
    }
    if !column.all_used {
        builder.push("", "")?; // the code of rows without a joined row
    }
    Ok(builder.finish(Some(column.codes), column.all_used))
}

/// How the text that people see is made.
enum Raw {
    /// The value is what stood in a column.
    Value,
    /// The columns joined by ` | `.
    Parts,
    /// The expression could not be evaluated.
    Failed,
}

/// A text as people and expressions see it: a database's NULL is an empty one.
fn shown(text: &str) -> &str {
    if text == NULL { "" } else { text }
}

/// Several columns: each distinct tuple is mapped once; equal results share an entry.
fn several<'m, 't>(
    rule: Rule<'m>,
    view: &View<'t>,
    columns: &[ViewColumn<'t>],
    mut make: impl FnMut(&[u32], &mut String) -> Result<Raw, Error>,
) -> Result<Draft<'m, 't>, Error> {
    let inputs: Vec<_> = columns.iter().map(|c| (Cow::Borrowed(c.codes.as_ref()), c.distinct())).collect();
    let tuples = Tuples::of(&inputs, view.rows);
    let mut builder = Builder::new(rule);
    let mut known = Pool::default();
    let mut of_tuple = Vec::with_capacity(tuples.len);
    let (mut parts, mut value, mut raw, mut key) = (Vec::new(), String::new(), String::new(), String::new());
    for tuple in 0..tuples.len as u32 {
        tuples.parts(tuple, &mut parts);
        value.clear();
        raw.clear();
        let how = make(&parts, &mut value)?;
        if matches!(how, Raw::Value) {
            raw.push_str(&value);
        } else {
            for (i, (column, code)) in columns.iter().zip(&parts).enumerate() {
                raw.push_str(if i > 0 { " | " } else { "" });
                raw.push_str(shown(column.text(*code)));
            }
        }
        key.clear();
        key.push_str(&raw);
        key.push('\u{1f}');
        key.push_str(&value);
        let before = known.texts.len();
        let code = known.number(&key).ok_or_else(full)?;
        if known.texts.len() > before {
            if matches!(how, Raw::Failed) {
                builder.unreadable(&raw)?;
            } else {
                builder.push(&raw, &value)?;
            }
        }
        of_tuple.push(code);
    }
    let mut codes = columns.first().map_or_else(Codes::default, |c| c.codes.beside());
    codes.reserve(tuples.codes.len());
    tuples.codes.iter().for_each(|tuple| codes.push(of_tuple[*tuple as usize]));
    // A single column numbers its tuples by its codes, of which some may not occur.
    let all_used = columns.len() > 1;
    Ok(builder.finish(Some(Cow::Owned(codes)), all_used))
}

fn concat(
    parts: &[Part],
    columns: &[ViewColumn<'_>],
    codes: &[u32],
    spec: &FieldSpec,
    value: &mut String,
) -> Result<Raw, Error> {
    let mut texts = columns.iter().zip(codes).map(|(column, code)| column.text(*code));
    let mut any = false;
    for part in parts {
        match part {
            Part::Literal(text) => value.push_str(text),
            Part::Column(_) => {
                let text = texts.next().unwrap_or("");
                if !super::convert::is_null(&spec.null, text) {
                    any = true;
                    value.push_str(text);
                }
            }
        }
    }
    if !any {
        value.clear();
    }
    Ok(Raw::Parts)
}

fn evaluate(
    source: &CelSource,
    environment: &std::sync::Arc<cel::Env>,
    columns: &[ViewColumn<'_>],
    codes: &[u32],
    value: &mut String,
) -> Result<Raw, Error> {
    let mut context = cel::Context::with_env(std::sync::Arc::clone(environment));
    for ((name, _), (column, code)) in source.inputs.iter().zip(columns.iter().zip(codes)) {
        context.add_variable_from_value(name.clone(), shown(column.text(*code)).to_owned());
    }
    match source.program.execute(&context) {
        Ok(cel::Value::String(text)) => value.push_str(&text),
        Ok(cel::Value::Int(number)) => value.push_str(&number.to_string()),
        Ok(cel::Value::UInt(number)) => value.push_str(&number.to_string()),
        Ok(cel::Value::Bool(flag)) => value.push_str(if flag { "true" } else { "false" }),
        Ok(cel::Value::Null) => {}
        // A floating point result is not exact, and a failure is no value: neither becomes one.
        Ok(_) | Err(_) => return Ok(Raw::Failed),
    }
    Ok(Raw::Parts)
}

/// Fills the dictionary of a draft.
struct Builder<'m> {
    rule: Rule<'m>,
    values: Values,
    via: Vec<Via>,
    any: bool,
}

impl<'m> Builder<'m> {
    fn new(rule: Rule<'m>) -> Self {
        Self { rule, values: Values::default(), via: Vec::new(), any: false }
    }

    fn push(&mut self, raw: &str, value: &str) -> Result<(), Error> {
        let outcome = self.rule.apply(value);
        if outcome.via != Via::Direct && !self.any {
            self.any = true;
            self.via = vec![Via::Direct; self.values.len()];
        }
        self.values.push(shown(raw), &outcome.text, outcome.typed).ok_or_else(full)?;
        if self.any {
            self.via.push(outcome.via);
        }
        Ok(())
    }

    fn unreadable(&mut self, raw: &str) -> Result<(), Error> {
        self.values.push(raw, "", Typed::Unreadable).ok_or_else(full)?;
        if self.any {
            self.via.push(Via::Direct);
        }
        Ok(())
    }

    fn finish<'t>(self, codes: Option<Cow<'t, Codes>>, all_used: bool) -> Draft<'m, 't> {
        Draft { rule: self.rule, codes, values: self.values, via: self.via, all_used }
    }
}
