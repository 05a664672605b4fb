//! What people call the schools: the column `name` of the project's code table of schools, where it has one.

use std::collections::BTreeMap;

use crate::mapping::Target;
use crate::project::Project;

/// Names by the code of the new system. Names are for the eye only, so a table without them is no mistake.
#[must_use]
pub fn school_names(project: &Project) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let Some(table) = project.crosswalks.get("school") else { return names };
    let codes: BTreeMap<u64, &str> = table
        .lines
        .iter()
        .filter_map(|line| match &line.to {
            Target::Code(code) => Some((u64::from(line.line), code.as_str())),
            Target::Ignore => None,
        })
        .collect();
    let Ok(mut reader) = csv::ReaderBuilder::new().flexible(true).from_path(&table.path) else { return names };
    let at = reader.headers().ok().and_then(|h| h.iter().position(|name| name.trim().eq_ignore_ascii_case("name")));
    let Some(at) = at else { return names };
    for record in reader.records().map_while(Result::ok) {
        let line = record.position().map_or(0, csv::Position::line);
        let name = record.get(at).map(str::trim).filter(|n| !n.is_empty());
        if let (Some(code), Some(name)) = (codes.get(&line), name) {
            names.entry((*code).to_owned()).or_insert_with(|| name.to_owned());
        }
    }
    names
}
