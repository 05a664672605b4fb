//! Where a cause is repaired: a line of a crosswalk or a mapping when the fault can lie there, else the vendor's side.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};

use super::attribute::is_value;
use super::group::Kind;
use super::literal::Scope;
use super::model::{Fix, LineFix, Settings};
use super::origin::{Origin, with_setting};
use super::pattern::{Pattern, Rule};
use super::prove::Draft;
use super::space::Population;
use super::words;
use crate::canonical::{Entity, Field, Row, Side};
use crate::finding::{Finding, Findings, Subject};
use crate::reconcile::Reconciliation;

/// Line numbers that are shown in one line of text; all stand in [`Fix::lines`].
const SHOWN: usize = 6;

/// For each code as exported: the values of the other side, counted.
type Targets<'t> = BTreeMap<&'t str, BTreeMap<&'t str, u64>>;

/// Where to repair a draft.
pub(super) fn fix(run: &Reconciliation, findings: &Findings, draft: &Draft, settings: &Settings) -> Fix {
    let repair = Repair { run, findings, draft, settings };
    repair.ours().unwrap_or_else(|| repair.vendor())
}

struct Repair<'a> {
    run: &'a Reconciliation,
    findings: &'a Findings,
    draft: &'a Draft,
    settings: &'a Settings,
}

impl Repair<'_> {
    fn origins(&self, side: Side) -> Vec<Origin> {
        let kind = self.draft.kind;
        kind.field.map_or_else(Vec::new, |field| self.settings.origins.fields(side, kind.entity, field))
    }

    /// The lines of all fields that changed by the same pattern.
    fn all_origins(&self, side: Side) -> Vec<Origin> {
        let kinds = std::iter::once(&self.draft.kind).chain(&self.draft.alike);
        let fields = kinds.filter_map(|k| Some(self.settings.origins.fields(side, k.entity, k.field?)));
        fields.flatten().collect()
    }

    /// A line of ours is wrong for all that goes through it: all records, those of a block of the mapping, or those
    /// with one code.
    fn ours(&self) -> Option<Fix> {
        let field = self.draft.kind.field?;
        match (&self.draft.pattern, self.draft.scope.as_slice()) {
            (Pattern::Unmapped(side, raw), _) => self.unmapped(*side, raw),
            (Pattern::Pair(..) | Pattern::Swap(..) | Pattern::Table(_), []) => {
                Side::BOTH.into_iter().find_map(|side| self.crosswalk(side, field))
            }
            (Pattern::Pair(..) | Pattern::Swap(..) | Pattern::Table(_), [Scope::Raw(side, of, _)]) if *of == field => {
                self.crosswalk(*side, field)
            }
            (Pattern::Rule(rule), []) => self.mapping(*rule, None),
            (Pattern::Rule(rule), [Scope::Block(block)]) => self.mapping(*rule, Some(*block)),
            _ => None,
        }
    }

    fn unmapped(&self, side: Side, raw: &str) -> Option<Fix> {
        let origin = self.origins(side).into_iter().find(|o| o.crosswalk.is_some())?;
        // The other side's value is what the code means, where all records agree on it.
        let targets = self.targets(side, &origin);
        let to = match targets.get(raw).map(|t| t.iter().max_by_key(|(_, n)| **n)) {
            Some(Some((to, n))) if *n * 10 >= targets[raw].values().sum::<u64>() * 9 => (*to).to_owned(),
            _ => "?".to_owned(),
        };
        let line = self.settings.origins.code(&origin, raw, &to)?;
        Some(Fix {
            place: line.file.clone(),
            proposal: format!("add the line `{}`", line.text),
            lines: vec![LineFix { file: line.file, line: line.line, text: line.text }],
            is_vendors: false,
            owner: line.owner,
        })
    }

    /// For each code of a side in the findings, of all fields that go through the table: the canonical values of the
    /// other side, counted.
    fn targets(&self, side: Side, origin: &Origin) -> Targets<'_> {
        let mut targets = Targets::new();
        let first = std::iter::once(&self.draft.kind);
        let is_through = |kind: &&Kind| kind.field.is_some_and(|field| self.shares(side, kind.entity, field, origin));
        for kind in first.chain(self.draft.alike.iter().filter(is_through)) {
            self.targets_of(*kind, side, &mut targets);
        }
        targets
    }

    fn targets_of<'t>(&'t self, kind: Kind, side: Side, targets: &mut Targets<'t>) {
        let Some(field) = kind.field else { return };
        let column = |side: Side| self.run.dataset(side).get(kind.entity)?.column(field);
        let (Some(own), Some(other)) = (column(side), column(side.other())) else { return };
        let mut counts: HashMap<(u32, u32), u64> = HashMap::new();
        for finding in self.draft.findings.iter().map(|f| &self.findings.rows[*f as usize]) {
            let row = |s: Side| if s == Side::Legacy { finding.legacy } else { finding.new };
            let partner = || row(side.other()).or_else(|| self.partner(side, finding));
            if finding.entity == kind.entity
                && finding.field == Some(field)
                && let Some(mine) = row(side)
                && let Some(theirs) = partner()
            {
                *counts.entry((own.codes.get(mine as usize), other.codes.get(theirs as usize))).or_default() += 1;
            }
        }
        counts.retain(|(_, theirs), _| is_value(other.values.entry(*theirs).typed));
        for ((mine, theirs), count) in counts {
            *targets.entry(own.values.raw(mine)).or_default().entry(other.values.text(theirs)).or_default() += count;
        }
    }

    /// True when a field of a side is looked up in the same table.
    fn shares(&self, side: Side, entity: Entity, field: Field, origin: &Origin) -> bool {
        let of = self.settings.origins.fields(side, entity, field);
        of.iter().any(|o| o.crosswalk == origin.crosswalk)
    }

    /// The record that the record of a side was paired with.
    fn partner(&self, side: Side, finding: &Finding) -> Option<Row> {
        let Subject::Student(student) = finding.subject else { return None };
        let pairs = self.run.pairs(student, finding.entity)?;
        let mut both = pairs.both();
        match side {
            Side::Legacy => both.find(|b| Some(b.legacy) == finding.legacy).map(|b| b.new),
            Side::New => both.find(|b| Some(b.new) == finding.new).map(|b| b.legacy),
        }
    }

    /// The crosswalk lines of the codes concerned, where the field goes through one of that side.
    fn crosswalk(&self, side: Side, field: Field) -> Option<Fix> {
        let origin = self.origins(side).into_iter().find(|o| o.crosswalk.is_some())?;
        let targets = self.targets(side, &origin);
        if self.agrees_elsewhere(side, field, &origin, &targets) {
            return None;
        }
        let best = |to: &BTreeMap<&str, u64>| {
            let best = to.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)));
            best.map(|(to, _)| (*to).to_owned())
        };
        let mut lines = Vec::new();
        let mut owner = String::new();
        for (raw, to) in &targets {
            let line = self.settings.origins.code(&origin, raw, &best(to)?).filter(|l| l.line > 0)?;
            owner = line.owner;
            lines.push(LineFix { file: line.file, line: line.line, text: line.text });
        }
        lines.sort();
        self.of_lines(lines, owner, |text| format!("`{text}`"))
    }

    /// True when one of the codes goes through the same table for another kind of record and is right there: then the
    /// table is not to blame.
    fn agrees_elsewhere(&self, side: Side, field: Field, origin: &Origin, targets: &Targets<'_>) -> bool {
        let is_told = |entity: Entity| self.draft.also.iter().any(|k| k.entity == entity && k.field == Some(field));
        let has_code = |entity: Entity| {
            let column = self.run.dataset(side).get(entity).and_then(|r| r.column(field));
            column.is_some_and(|c| (0..c.values.len() as u32).any(|code| targets.contains_key(c.values.raw(code))))
        };
        let has_field = |entity: Entity| self.run.dataset(side.other()).get(entity).is_some_and(|r| r.has(field));
        let others = self.run.compared.iter().filter(|e| **e != self.draft.kind.entity && !is_told(**e));
        others.copied().any(|e| has_field(e) && self.shares(side, e, field, origin) && has_code(e))
    }

    /// A setting of the mapping that would make the rule unnecessary.
    fn mapping(&self, rule: Rule, block: Option<u16>) -> Option<Fix> {
        let of = |side: Side| {
            let mut origins = self.all_origins(side);
            origins.retain(|o| block.is_none_or(|b| o.block == b));
            origins
        };
        let (legacy, new) = (of(Side::Legacy), if block.is_none() { of(Side::New) } else { Vec::new() });
        let set = |origins: &[Origin], key: &str, value: &str| self.with(origins, key, |_| Some(value.to_owned()));
        let quoted = |text: &str| format!("\"{text}\"");
        match rule {
            Rule::Times(up, 1) => set(&legacy, "factor", &quoted(&up.to_string())),
            Rule::Times(1, down) => set(&legacy, "factor", &quoted(inverse(down)?)),
            Rule::Days(1) if legacy.iter().any(|o| o.is_end_exclusive) => set(&legacy, "end_date", "\"inclusive\""),
            Rule::Days(1) => set(&new, "end_date", "\"exclusive\""),
            Rule::Days(-1) if legacy.iter().all(|o| !o.is_end_exclusive) => set(&legacy, "end_date", "\"exclusive\""),
            Rule::Days(-1) => set(&new, "end_date", "\"inclusive\""),
            Rule::SchoolYears(1) if legacy.iter().any(|o| o.is_year_of_start == Some(false)) => {
                set(&legacy, "school_year", "\"starts\"")
            }
            Rule::SchoolYears(-1) if legacy.iter().any(|o| o.is_year_of_start == Some(true)) => {
                set(&legacy, "school_year", "\"ends\"")
            }
            Rule::SchoolYears(1) if new.iter().any(|o| o.is_year_of_start == Some(true)) => {
                set(&new, "school_year", "\"ends\"")
            }
            Rule::SchoolYears(-1) if new.iter().any(|o| o.is_year_of_start == Some(false)) => {
                set(&new, "school_year", "\"starts\"")
            }
            Rule::DayMonth => self.with(&legacy, "dates", |o| Some(exchanged(&o.dates))),
            Rule::Unpad => set(&legacy, "strip_zeros", "true"),
            Rule::Pad(width) => set(&legacy, "pad", &width.to_string()),
            Rule::Upper => set(&legacy, "case", "\"upper\""),
            _ => None,
        }
    }

    /// Each of the mapping's lines with a setting.
    fn with(&self, origins: &[Origin], key: &str, value: impl Fn(&Origin) -> Option<String>) -> Option<Fix> {
        let line = |origin: &Origin| {
            let text = with_setting(&origin.text, key, &value(origin)?)?;
            Some(LineFix { file: origin.file.clone(), line: origin.line, text })
        };
        let mut lines: Vec<LineFix> = origins.iter().map(line).collect::<Option<_>>()?;
        lines.sort();
        lines.dedup();
        let column = origins.first()?.column.clone();
        let owner = origins.first()?.owner.clone();
        self.of_lines(lines, owner, |text| format!("`{text}`, if that is what {column} means"))
    }

    fn of_lines(&self, lines: Vec<LineFix>, owner: String, say: impl Fn(&str) -> String) -> Option<Fix> {
        let first = lines.first()?;
        let numbers: Vec<String> = lines.iter().take(SHOWN).map(|l| l.line.to_string()).collect();
        let more = if lines.len() > SHOWN { ", …" } else { "" };
        let many = if lines.len() == 1 { "line" } else { "lines" };
        let texts: Vec<&str> = lines.iter().take(SHOWN).map(|l| l.text.as_str()).collect();
        Some(Fix {
            place: format!("{} {many} {}{more}", first.file, numbers.join(", ")),
            proposal: say(&format!("{}{more}", texts.join("`, `"))),
            is_vendors: false,
            owner,
            lines,
        })
    }

    /// The table and column of the new system, and which of its rows are meant, in its own words.
    fn vendor(&self) -> Fix {
        let kind = self.draft.kind;
        let column = self.column(kind.entity, kind.field);
        let shown = |value: &str| if value.is_empty() { "empty".to_owned() } else { format!("`{value}`") };
        let what = match &self.draft.pattern {
            _ if kind.field.is_some_and(words::is_personal) => "load again".to_owned(),
            Pattern::Pair(from, to) => format!("make {} of {} again", shown(from), shown(to)),
            Pattern::Swap(a, b) => format!("exchange {} and {}", shown(a), shown(b)),
            Pattern::Constant(to) => format!("load again what is {} now", shown(to)),
            Pattern::Policy(rule, line) => self.compute_again(rule, line.as_ref()),
            Pattern::Speaks(_) => match kind.population {
                Population::Legacy => "load the missing rows".to_owned(),
                Population::New => "take the surplus rows out".to_owned(),
                Population::Doubled => "take the second copies out".to_owned(),
                _ => "load again".to_owned(),
            },
            _ => "load again".to_owned(),
        };
        Fix {
            place: format!("{}: {column}", self.settings.systems.1),
            proposal: format!("{what}{}", self.rows_meant()),
            lines: Vec::new(),
            is_vendors: true,
            owner: self.settings.origins.owner(Side::New, kind.entity, kind.field),
        }
    }

    /// The new system's rule is set right; or, if it is meant, the policy's line says so.
    fn compute_again(&self, rule: &str, line: Option<&(String, String)>) -> String {
        let kind = self.draft.condition.first().map_or("", |t| t.value.as_str());
        let meant = line.and_then(|(begins, text)| {
            let place = self.settings.origins.policy(Side::New, kind, begins)?;
            Some(format!("; or, if that rule is meant, write `{text}` in {place}"))
        });
        format!("set its rule right and compute again ({rule}){}", meant.unwrap_or_default())
    }

    /// `storedgrades.grade`; our own words where the new side does not say.
    fn column(&self, entity: Entity, field: Option<Field>) -> String {
        let origin = |field: Field| self.settings.origins.fields(Side::New, entity, field).into_iter().next();
        match field {
            Some(field) => origin(field).map_or_else(|| format!("{entity}.{field}"), |o| o.column),
            None => {
                // The table of most fields: ids may stand in a table that is joined.
                let mut tables: BTreeMap<String, usize> = BTreeMap::new();
                let columns = Field::of(entity).iter().filter_map(|field| origin(*field));
                columns
                    .filter_map(|o| Some(o.column.split_once('.')?.0.to_owned()))
                    .for_each(|table| *tables.entry(table).or_default() += 1);
                let most = tables.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
                most.map_or_else(|| entity.to_string(), |(table, _)| table)
            }
        }
    }

    fn rows_meant(&self) -> String {
        let entity = self.draft.kind.entity;
        let said = |(scope, term): (&Scope, &super::model::Term)| match scope {
            Scope::Record(field) => format!("{} is {}", self.column(entity, Some(*field)), term.value),
            Scope::Student(field) => format!("{} is {}", self.column(Entity::Student, Some(*field)), term.value),
            _ => format!("{} {}", term.field.replace('_', " "), term.value),
        };
        let rows: Vec<String> = self.draft.scope.iter().zip(&self.draft.condition).map(said).collect();
        if rows.is_empty() { String::new() } else { format!(" where {}", rows.join(" and ")) }
    }
}

/// What multiplies as the number divides.
const fn inverse(down: u32) -> Option<&'static str> {
    match down {
        2 => Some("0.5"),
        10 => Some("0.1"),
        100 => Some("0.01"),
        1000 => Some("0.001"),
        _ => None,
    }
}

/// Formats of dates with day and month exchanged, as a list.
fn exchanged(formats: &[String]) -> String {
    let exchanged = |f: &String| f.replace("%m", "%\u{1}").replace("%d", "%m").replace("%\u{1}", "%d");
    let list: Vec<String> = formats.iter().map(|f| format!("\"{}\"", exchanged(f))).collect();
    format!("[{}]", list.join(", "))
}
