//! Short forms of long lists, for a terminal and for one page: the whole of each is in `report.html`.

use std::collections::BTreeMap;

use super::{Coverage, NotChecked};

impl Coverage {
    /// What was not compared, with the reason: tables that share a reason stand in one line, without their columns.
    #[must_use]
    pub fn not_checked_in_short(&self) -> Vec<String> {
        let mut tables: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut order = Vec::new();
        for line in &self.not_checked {
            let known = tables.entry(&line.why).or_default();
            if known.is_empty() {
                order.push(line);
            }
            known.push(&line.what);
        }
        order.into_iter().map(|first| short(first, &tables[first.why.as_str()])).collect()
    }
}

fn short(first: &NotChecked, all: &[&str]) -> String {
    if let [only] = all {
        return format!("{only}: {}", first.why);
    }
    let table = |what: &&str| what.split(':').next().unwrap_or_default().to_owned();
    let named: Vec<String> = all.iter().map(table).collect();
    format!("{}: {}", named.join(", "), first.why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_with_one_reason_stand_in_one_line() {
        let line = |what: &str, why: &str| NotChecked { what: what.into(), why: why.into() };
        let coverage = Coverage {
            not_checked: vec![
                line("attendance", "no table is mapped"),
                line("new cc: dcid, gradeid", "unused columns"),
                line("schedule: school_year", "only one mapping has it"),
                line("new terms: name", "unused columns"),
            ],
            ..Coverage::default()
        };
        let wanted = [
            "attendance: no table is mapped",
            "new cc, new terms: unused columns",
            "schedule: school_year: only one mapping has it",
        ];
        assert_eq!(coverage.not_checked_in_short(), wanted);
    }
}
