//! Where a cause is repaired: a line of a crosswalk or a mapping when the fault can lie there, else the vendor's side.

use super::model::{Cause, Fix, Provenance, Settings};
use super::pattern::{Pattern, Rule};
use super::prove::Draft;
use super::words;
use crate::canonical::Side;

/// Where to repair a draft; `cause` has its value pairs already.
pub(super) fn fix(draft: &Draft, cause: &Cause, settings: &Settings) -> Fix {
    let of = |side: Side| {
        let is_it =
            |p: &&Provenance| p.side == side && p.entity == draft.kind.entity && Some(p.field) == draft.kind.field;
        settings.provenance.iter().find(is_it)
    };
    let ours = match &draft.pattern {
        Pattern::Unmapped(side, raw) => of(*side).and_then(|p| unmapped(p, raw)),
        // A line of ours is wrong for all records or for none.
        _ if !draft.condition.is_empty() => None,
        Pattern::Pair(..) | Pattern::Swap(..) | Pattern::Table(_) => {
            crosswalk(draft, cause, of(Side::Legacy), of(Side::New))
        }
        Pattern::Rule(rule) => of(Side::Legacy).and_then(|p| mapping(p, *rule)),
        _ => None,
    };
    ours.unwrap_or_else(|| vendor(draft, of(Side::New), settings))
}

fn unmapped(provenance: &Provenance, raw: &str) -> Option<Fix> {
    let table = provenance.crosswalk.as_ref()?;
    Some(Fix {
        place: table.file.clone(),
        proposal: format!("add a line for `{raw}`"),
        is_vendors: false,
        owner: provenance.owner.clone(),
    })
}

/// The crosswalk lines of the codes concerned, where the field goes through one.
fn crosswalk(draft: &Draft, cause: &Cause, legacy: Option<&Provenance>, new: Option<&Provenance>) -> Option<Fix> {
    let targets: Vec<(&str, &str)> = match &draft.pattern {
        Pattern::Pair(from, to) => vec![(from.as_str(), to.as_str())],
        Pattern::Swap(a, b) => vec![(a.as_str(), b.as_str()), (b.as_str(), a.as_str())],
        Pattern::Table(lines) => lines.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect(),
        _ => return None,
    };
    let (provenance, table) = [legacy, new].into_iter().flatten().find_map(|p| Some((p, p.crosswalk.as_ref()?)))?;
    let mut codes: Vec<(u32, &str)> = cause
        .pairs
        .iter()
        .map(|p| if provenance.side == Side::Legacy { p.legacy.as_str() } else { p.new.as_str() })
        .filter_map(|code| Some((*table.lines.get(code)?, code)))
        .collect();
    codes.sort_unstable();
    codes.dedup();
    if codes.is_empty() {
        return None;
    }
    let lines: Vec<String> = codes.iter().take(6).map(|(line, _)| line.to_string()).collect();
    let proposal = match (targets.as_slice(), codes.as_slice()) {
        ([(_, to)], [(_, code)]) if provenance.side == Side::Legacy && !to.is_empty() => format!("`{code},{to}`"),
        _ => "check what these codes mean".to_owned(),
    };
    let many = if codes.len() == 1 { "line" } else { "lines" };
    Some(Fix {
        place: format!("{} {many} {}", table.file, lines.join(", ")),
        proposal,
        is_vendors: false,
        owner: provenance.owner.clone(),
    })
}

/// A setting of the mapping that would make the rule unnecessary.
fn mapping(provenance: &Provenance, rule: Rule) -> Option<Fix> {
    let proposal = match rule {
        Rule::Times(up, 1) => format!("`factor = \"{up}\"` if {} counts in another unit", provenance.column),
        Rule::Times(1, 10) => format!("`factor = \"0.1\"` if {} counts in another unit", provenance.column),
        Rule::Times(1, 100) => format!("`factor = \"0.01\"` if {} counts in another unit", provenance.column),
        Rule::Days(_) => "check `end_date`: inclusive or exclusive".to_owned(),
        Rule::SchoolYears(_) => "check `school_year`: the year that it ends or starts".to_owned(),
        Rule::DayMonth => "check the order of day and month in `dates`".to_owned(),
        Rule::Unpad | Rule::Pad(_) => "check `pad` and `strip_zeros`".to_owned(),
        Rule::Mojibake | Rule::Questioned => "check `encoding` of the table".to_owned(),
        _ => return None,
    };
    Some(Fix { place: provenance.mapping.clone(), proposal, is_vendors: false, owner: provenance.owner.clone() })
}

fn vendor(draft: &Draft, new: Option<&Provenance>, settings: &Settings) -> Fix {
    let column = new.map_or_else(|| words::place(draft.kind), |p| p.column.clone());
    Fix {
        place: format!("{}: {column}", settings.systems.1),
        proposal: format!("load again{}", words::condition(&draft.condition)),
        is_vendors: true,
        owner: new.map_or_else(String::new, |p| p.owner.clone()),
    }
}
