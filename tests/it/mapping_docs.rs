//! The worked examples of docs/mapping-examples.md are run as they stand: what a reader copies must work.

use std::collections::BTreeMap;
use std::path::Path;

use rollproof::canonical::{Entity, Field, Side};
use rollproof::extract::{Silent, read};
use rollproof::mapping::{Mapping, map, parse};

/// The fenced blocks of a section: what stands after the language, and the text.
type Blocks = Vec<(String, String)>;

fn sections() -> BTreeMap<String, Blocks> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/mapping-examples.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut sections: BTreeMap<String, Blocks> = BTreeMap::new();
    let (mut heading, mut open) = (String::new(), None::<(String, String)>);
    for line in text.lines() {
        match &mut open {
            Some(block) if line == "```" => {
                sections.entry(heading.clone()).or_default().push(block.clone());
                open = None;
            }
            Some((_, text)) => text.extend([line, "\n"]),
            None => {
                if let Some(name) = line.strip_prefix("## ") {
                    heading = name.to_owned();
                } else if let Some(info) = line.strip_prefix("```") {
                    open = Some((info.split_once(' ').map_or("", |(_, name)| name).to_owned(), String::new()));
                }
            }
        }
    }
    sections
}

/// The records of a kind as the page shows them.
fn shown(mapped: &rollproof::mapping::Mapped, entity: Entity, header: &str) -> String {
    let fields: Vec<Field> = header.split(" | ").map(|name| Field::parse(entity, name).unwrap()).collect();
    let records = mapped.dataset.get(entity).unwrap();
    let row = |r| fields.iter().map(|f| records.text(r, *f).unwrap_or("-")).collect::<Vec<_>>().join(" | ") + "\n";
    format!("{header}\n{}", (0..records.len() as u32).map(row).collect::<String>())
}

#[test]
fn every_worked_example_gives_the_records_that_the_page_shows() {
    let sections = sections();
    let mut compared = 0;
    for (heading, blocks) in
        sections.iter().filter(|(_, blocks)| blocks.iter().any(|(n, _)| n.ends_with("mapping.toml")))
    {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in blocks.iter().filter(|(name, _)| name.contains('/')) {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let path = folder.path().join("old/mapping.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let mapping = Mapping::parse(&path, &text, &parse::load_from_disk, &BTreeMap::new())
            .unwrap_or_else(|d| panic!("{heading}: {d:#?}"));
        assert!(mapping.warnings.is_empty(), "{heading}: {:?}", mapping.warnings);
        if text.contains("format = \"database\"") {
            continue; // read for real in extract_database.rs
        }
        let layouts = mapping.layouts();
        let tables: Vec<_> = layouts
            .iter()
            .map(|l| read(&folder.path().join("old"), l, &Silent).unwrap_or_else(|e| panic!("{heading}: {e}")))
            .collect();
        assert!(tables.iter().all(|t| t.rejects.is_empty()), "{heading}");
        let mapped = map(&mapping, tables, Side::Legacy).unwrap();
        assert!(mapped.issues.is_empty(), "{heading}: {:?}", mapped.issues);
        for (name, expected) in blocks.iter().filter_map(|(n, t)| Some((n.strip_prefix("records ")?, t))) {
            let found = shown(&mapped, Entity::parse(name).unwrap(), expected.lines().next().unwrap());
            assert_eq!(&found, expected, "{heading}, {name}");
            compared += 1;
        }
    }
    assert_eq!((sections.len(), compared), (5, 4), "{:?}", sections.keys());
}
