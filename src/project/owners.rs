//! `[owners]`: who repairs what, so that a cause goes to the one who can mend it.

use std::collections::BTreeMap;

use crate::canonical::{Entity, Field, Side};
use crate::diagnostic::document::{self, Node};

/// Who repairs what. The nearest entry counts: a field, then its kind of record, then the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owners {
    by_name: BTreeMap<String, String>,
}

impl Owners {
    /// `mapping`, `crosswalks`, `legacy` and `new`: the whole of each.
    pub const WHOLE: [&str; 4] = ["mapping", "crosswalks", "legacy", "new"];

    /// Who repairs a line of a mapping.
    #[must_use]
    pub fn of_mapping(&self) -> &str {
        self.first(&["mapping"])
    }

    /// Who repairs a line of a crosswalk.
    #[must_use]
    pub fn of_crosswalk(&self, name: &str) -> &str {
        self.first(&[&format!("crosswalks.{name}"), "crosswalks"])
    }

    /// Who repairs what a side's system holds.
    #[must_use]
    pub fn of_records(&self, side: Side, entity: Entity, field: Option<Field>) -> &str {
        let field = field.map(|f| format!("{entity}.{f}")).unwrap_or_default();
        self.first(&[&field, entity.name(), side.name()])
    }

    fn first(&self, names: &[&str]) -> &str {
        names.iter().find_map(|name| self.by_name.get(*name)).map_or("", String::as_str)
    }
}

/// Reads `[owners]`; `crosswalks` are the code tables in use.
pub(super) fn read(root: &Node<'_>, crosswalks: &[&str]) -> Owners {
    let mut owners = Owners::default();
    let Some(node) = root.node("owners") else { return owners };
    for (key, value) in node.entries() {
        if !is_known(&key.value, crosswalks) {
            let valid: Vec<String> = names(crosswalks);
            node.problems().unknown("unknown-owner", "thing that has an owner", &key, valid.iter().map(String::as_str));
            continue;
        }
        match document::text(value) {
            Some(owner) => drop(owners.by_name.insert(key.value, owner.value)),
            None => drop(node.wrong::<()>(&key.value, value, "the name of a person, a team or a company")),
        }
    }
    owners
}

fn is_known(name: &str, crosswalks: &[&str]) -> bool {
    match name.split_once('.') {
        Some(("crosswalks", table)) => crosswalks.contains(&table),
        Some((entity, field)) => Entity::parse(entity).is_some_and(|e| Field::parse(e, field).is_some()),
        None => Owners::WHOLE.contains(&name) || Entity::parse(name).is_some(),
    }
}

fn names(crosswalks: &[&str]) -> Vec<String> {
    let whole = Owners::WHOLE.iter().map(|n| (*n).to_owned());
    let tables = crosswalks.iter().map(|c| format!("crosswalks.{c}"));
    let records = Entity::ALL.iter().map(|e| e.name().to_owned());
    let fields = Entity::ALL.iter().flat_map(|e| Field::of(*e).iter().map(move |f| format!("{e}.{f}")));
    whole.chain(tables).chain(records).chain(fields).collect()
}
