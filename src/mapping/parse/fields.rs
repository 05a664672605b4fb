//! The fields of an entity block: where a value comes from and what is done with it.

use std::sync::Arc;

use regex::RegexBuilder;
use toml::Spanned;
use toml::de::DeValue;

use super::{Context, year_rule};
use crate::canonical::{Decimal, Field, Kind};
use crate::diagnostic::document::{At, Node, Problems};
use crate::mapping::convert;
use crate::mapping::spec::{Case, CelSource, EndDate, FieldSpec, Join, Part, Source};

/// A compiled expression may use this many bytes: enough for any code pattern, too few to stall a run.
const REGEX_BYTES: usize = 1 << 20;
const YES: [&str; 10] = ["1", "Y", "y", "Yes", "YES", "yes", "T", "true", "True", "TRUE"];
const NO: [&str; 10] = ["0", "N", "n", "No", "NO", "no", "F", "false", "False", "FALSE"];

/// Reads one field; `None` when it can not be understood.
pub(super) fn read<'a>(
    fields: &Node<'a>,
    field: Field,
    key: &At<String>,
    value: &'a Spanned<DeValue<'a>>,
    table: &str,
    joins: &[Join],
    context: &mut Context<'_>,
) -> Option<FieldSpec> {
    if let Some(column) = crate::diagnostic::document::text(value) {
        let source = Source::Column(context.column(&column, table, joins));
        return Some(spec(field, key, source, context));
    }
    let node = fields.inside(&key.value, value)?;
    let source = source(&node, table, joins, context);
    let mut spec = spec(field, key, source.unwrap_or_else(|| Source::Constant(String::new())), context);
    let understood = node.problems();
    texts(&node, &mut spec);
    conventions(&node, &mut spec, context);
    if let Source::Constant(text) = &spec.source
        && !text.is_empty()
        && let Err(expected) = convert::check(&spec, text, false)
    {
        understood.error(
            "wrong-value",
            value.span(),
            format!("`{text}` can not be a {field}: {expected}"),
            "correct it",
        );
    }
    node.finish();
    Some(spec)
}

fn spec(field: Field, key: &At<String>, source: Source, context: &Context<'_>) -> FieldSpec {
    let words = |list: &[&str]| list.iter().map(|w| (*w).to_owned()).collect();
    FieldSpec {
        field,
        span: key.span.clone(),
        source,
        null: context.null.clone(),
        replace: Vec::new(),
        remove_prefix: None,
        cut: None,
        capture: None,
        strip: None,
        strip_zeros: false,
        case: None,
        pad: None,
        prefix: None,
        suffix: None,
        crosswalk: None,
        dates: context.dates.clone(),
        implied_decimals: 0,
        factor: None,
        yes: words(&YES),
        no: words(&NO),
        end_date: if matches!(field, Field::ExitDate | Field::EndDate) { context.end_date } else { EndDate::Inclusive },
        school_year: context.school_year,
    }
}

fn source(node: &Node<'_>, table: &str, joins: &[Join], context: &mut Context<'_>) -> Option<Source> {
    const WAYS: [&str; 5] = ["column", "constant", "concat", "coalesce", "cel"];
    let written: Vec<&str> = WAYS.into_iter().filter(|k| node.has(k)).collect();
    let columns = |list: Vec<At<String>>, context: &mut Context<'_>| {
        list.iter().map(|c| context.column(c, table, joins)).collect::<Vec<_>>()
    };
    let found = [
        node.text("column").map(|c| Source::Column(context.column(&c, table, joins))),
        node.text("constant").map(|c| Source::Constant(c.value)),
        node.texts("concat").map(|list| Source::Concat(list.iter().map(|p| part(p, table, joins, context)).collect())),
        node.texts("coalesce").map(|list| Source::Coalesce(columns(list, context))),
        node.text("cel").and_then(|c| cel(node, &c, table, joins, context)),
    ];
    if written.len() != 1 {
        let message = format!("{} has {} sources, not one", node.what(), written.len());
        let fix = format!("write one of: {}", WAYS.join(", "));
        node.problems().error("field-source", node.span(), message, fix);
    }
    found.into_iter().flatten().next()
}

/// A part of a concatenation: a literal in single quotes or without letters and digits, else a column.
fn part(written: &At<String>, table: &str, joins: &[Join], context: &mut Context<'_>) -> Part {
    let text = &written.value;
    match text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) {
        Some(literal) => Part::Literal(literal.to_owned()),
        None if !text.chars().any(char::is_alphanumeric) => Part::Literal(text.clone()),
        None => Part::Column(context.column(written, table, joins)),
    }
}

fn cel(node: &Node<'_>, text: &At<String>, table: &str, joins: &[Join], context: &mut Context<'_>) -> Option<Source> {
    let program = match convert::cel_environment().compile(&text.value) {
        Ok(program) => program,
        Err(error) => {
            let said = error.to_string();
            let message = format!("the expression can not be read: {}", said.lines().next().unwrap_or("syntax error"));
            node.problems().error(
                "cel",
                text.span.clone(),
                message,
                "write a CEL expression, as `CR == '' ? '0' : CR`",
            );
            return None;
        }
    };
    let mut inputs = Vec::new();
    let with = node.node("with");
    for (name, value) in with.iter().flat_map(Node::entries) {
        match crate::diagnostic::document::text(value) {
            Some(column) => inputs.push((name.value, context.column(&column, table, joins))),
            None => {
                node.wrong::<()>(&name.value, value, "the name of a column");
            }
        }
    }
    let mut variables: Vec<String> = program.references().variables().iter().map(|v| (*v).to_owned()).collect();
    variables.sort_unstable();
    for variable in variables {
        if !inputs.iter().any(|(name, _)| *name == variable) {
            let column = At { value: variable.clone(), span: text.span.clone() };
            inputs.push((variable, context.column(&column, table, joins)));
        }
    }
    Some(Source::Cel(CelSource { program: Arc::new(program), inputs }))
}

/// The steps that change a text.
fn texts(node: &Node<'_>, spec: &mut FieldSpec) {
    let problems = node.problems();
    let text = |key| node.text(key).map(|t| t.value);
    if let Some(list) = node.texts("null") {
        spec.null = list.into_iter().map(|t| t.value).collect();
    }
    for pair in node.nodes("replace") {
        let (from, to) = (pair.required_text("from", "say which text"), pair.required_text("to", "say by which text"));
        if let (Some(from), Some(to)) = (from, to) {
            if from.value.is_empty() {
                problems.error("wrong-value", from.span, "nothing can not be replaced", "write a text");
            } else {
                spec.replace.push((from.value, to.value));
            }
        }
        pair.finish();
    }
    spec.remove_prefix = text("remove_prefix");
    spec.cut = cut(node);
    spec.capture = capture(node);
    spec.strip = text("strip");
    spec.strip_zeros = node.flag("strip_zeros").unwrap_or(false);
    spec.case = node.choice("case", &[("upper", Case::Upper), ("lower", Case::Lower)]);
    spec.pad = node.whole("pad").map(|n| n.value as usize);
    spec.prefix = text("prefix");
    spec.suffix = text("suffix");
}

/// The settings that depend on what the field holds.
fn conventions(node: &Node<'_>, spec: &mut FieldSpec, context: &Context<'_>) {
    let problems = node.problems();
    if let Some(name) = node.text("crosswalk") {
        if context.crosswalks.contains_key(&name.value) {
            spec.crosswalk = Some(name.value);
        } else {
            problems.unknown("unknown-crosswalk", "crosswalk", &name, context.crosswalks.keys().map(String::as_str));
        }
    }
    let kind = spec.field.kind();
    let only = |key: &str, wanted: Kind| {
        if node.has(key) && kind != wanted {
            let message = format!("`{key}` means nothing for {}", spec.field);
            problems.error("wrong-setting", node.span(), message, "take it out");
        }
    };
    for (key, wanted) in [
        ("dates", Kind::Date),
        ("end_date", Kind::Date),
        ("school_year", Kind::Year),
        ("implied_decimals", Kind::Number),
        ("factor", Kind::Number),
        ("true", Kind::Flag),
        ("false", Kind::Flag),
    ] {
        only(key, wanted);
    }
    if let Some(list) = node.texts("dates") {
        spec.dates = date_formats(problems)(list);
    }
    let days = [("inclusive", EndDate::Inclusive), ("exclusive", EndDate::Exclusive)];
    spec.end_date = node.choice("end_date", &days).unwrap_or(spec.end_date);
    spec.school_year = year_rule(node).unwrap_or(spec.school_year);
    if let Some(digits) = node.whole("implied_decimals") {
        match u8::try_from(digits.value) {
            Ok(value) if value <= 9 => spec.implied_decimals = value,
            _ => problems.error("wrong-value", digits.span, "too many decimals", "write a number from 0 to 9"),
        }
    }
    if let Some(factor) = node.number("factor") {
        match Decimal::parse(&factor.value) {
            Ok(value) if !value.is_zero() => spec.factor = Some(value),
            _ => problems.error("wrong-value", factor.span, "no factor", "write an exact number in quotes: \"0.1\""),
        }
    }
    let words = |list: Vec<At<String>>| list.into_iter().map(|t| t.value).collect::<Vec<_>>();
    if let Some(list) = node.texts("true") {
        spec.yes = words(list);
        spec.no.retain(|w| !spec.yes.contains(w));
    }
    if let Some(list) = node.texts("false") {
        spec.no = words(list);
        spec.yes.retain(|w| !spec.no.contains(w) || node.has("true"));
    }
    if let Some(both) = spec.yes.iter().find(|w| spec.no.contains(w)) {
        problems.error("wrong-value", node.span(), format!("`{both}` means both true and false"), "take one out");
    }
}

fn cut(node: &Node<'_>) -> Option<(usize, usize)> {
    let value = node.get("cut")?;
    let numbers: Option<Vec<usize>> = value
        .get_ref()
        .as_array()
        .and_then(|a| a.iter().map(|v| v.get_ref().as_integer()?.as_str().parse().ok()).collect());
    match numbers.as_deref() {
        Some([from, to]) if *from >= 1 && to >= from => Some((*from, *to)),
        _ => node.wrong("cut", value, "two positions, from 1, as [1, 4]"),
    }
}

fn capture(node: &Node<'_>) -> Option<regex::Regex> {
    let written = node.text("capture")?;
    match RegexBuilder::new(&written.value).size_limit(REGEX_BYTES).build() {
        Ok(regex) if regex.captures_len() >= 2 => Some(regex),
        Ok(_) => {
            let fix = "put the part that is wanted in parentheses: \"^([0-9]+)\"";
            node.problems().error("capture", written.span, "the expression captures nothing", fix);
            None
        }
        Err(error) => {
            let said = error.to_string();
            let reason = said.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
            node.problems().error("capture", written.span, format!("no regular expression: {reason}"), "correct it");
            None
        }
    }
}

/// Checks that date formats can be read at all.
pub(super) fn date_formats(problems: &Problems) -> impl Fn(Vec<At<String>>) -> Vec<String> + '_ {
    |list| {
        for format in &list {
            if !convert::is_date_format(&format.value) {
                let fix = "name year, month and day, as %Y-%m-%d, %m/%d/%Y or %d %b %Y";
                let message = format!("`{}` names no day", format.value);
                problems.error("date-format", format.span.clone(), message, fix);
            }
        }
        list.into_iter().map(|f| f.value).collect()
    }
}
