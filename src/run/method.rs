//! What a run was made from: files, hashes, settings and the balance of every table.

use super::Reads;
use super::read::TableRead;
use crate::canonical::Side;
use crate::mapping::Mapping;
use crate::project::{MatchRule, PolicyRef, Project};
use crate::report::Summary;
use crate::report::summary::{FileLine, FilterLine, Method, MethodSide, TableBalance};

fn configuration(project: &Project) -> Method {
    let mut method = Method {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        project_blake3: hash_file(&project.path),
        balanced: true,
        ..Method::default()
    };
    for spec in [&project.legacy, &project.new] {
        method.sides.push(method_side(spec.side, &spec.mapping_name, &spec.mapping));
    }
    for rule in &project.matching {
        if let MatchRule::Crosswalk(name) = rule {
            let path = project.crosswalks.get(name).map(|c| c.path.as_path());
            method.matching.push((name.clone(), path.map(hash_file).unwrap_or_default()));
        }
    }
    for (kind, policies) in &project.policies.gpa {
        if policies.legacy == policies.new {
            method.policies.push(policy_line(kind, &policies.legacy));
        } else {
            method.policies.push(policy_line(&format!("{kind} (legacy)"), &policies.legacy));
            method.policies.push(policy_line(&format!("{kind} (new)"), &policies.new));
        }
    }
    if let Some(policy) = &project.policies.graduation {
        method.policies.push(policy_line("graduation", policy));
    }
    for (side, path) in Side::BOTH.into_iter().zip(&project.policies.exceptions) {
        if let Some(path) = path {
            let file = PolicyRef::File(path.clone());
            method.policies.push(policy_line(&format!("exceptions ({side})"), &file));
        }
    }
    method
}

/// What a run was made from.
#[must_use]
pub fn method(project: &Project, reads: &Reads) -> Method {
    let mut method = configuration(project);
    for (side, read) in reads.sides() {
        for file in &read.files {
            method.files.push(FileLine {
                side: side.name().to_owned(),
                name: file.name.clone(),
                bytes: file.bytes,
                blake3: file.blake3.clone(),
            });
        }
        for table in &read.tables {
            for line in table_lines(side, table) {
                method.balanced &= line.balanced;
                method.tables.push(line);
            }
            method.records += table.accounting.records;
        }
        method.rejected += read.rejects.len() as u64;
    }
    method
}

fn policy_line(kind: &str, policy: &PolicyRef) -> (String, String, String) {
    match policy {
        PolicyRef::Shipped(name) => (kind.to_owned(), name.clone(), "shipped".to_owned()),
        PolicyRef::File(path) => (kind.to_owned(), path.display().to_string(), hash_file(path)),
    }
}

/// BLAKE3 of a file in hex; empty when it can not be read any more.
#[must_use]
pub fn hash_file(path: &std::path::Path) -> String {
    let mut hasher = blake3::Hasher::new();
    // Read piece by piece: an export may be larger than the memory.
    let read = std::fs::File::open(path).and_then(|file| hasher.update_reader(file).map(|_| ()));
    read.map_or_else(|_| String::new(), |()| hasher.finalize().to_hex().to_string())
}

fn method_side(side: Side, name: &str, mapping: &Mapping) -> MethodSide {
    let text = crate::project::source_of(&mapping.path);
    MethodSide {
        side: side.name().to_owned(),
        mapping: name.to_owned(),
        blake3: blake3::hash(text.as_bytes()).to_hex().to_string(),
        crosswalks: mapping
            .crosswalks
            .iter()
            .map(|(name, crosswalk)| {
                let source = crate::project::source_of(&crosswalk.path);
                (name.clone(), crosswalk.lines.len() as u64, blake3::hash(source.as_bytes()).to_hex().to_string())
            })
            .collect(),
    }
}

fn table_lines(side: Side, table: &TableRead) -> Vec<TableBalance> {
    let balances = table.balances();
    balances
        .iter()
        .enumerate()
        .map(|(at, balance)| TableBalance {
            side: side.name().to_owned(),
            table: balance.table.clone(),
            entity: balance.entity.map_or_else(|| "(joined)".to_owned(), |e| e.name().to_owned()),
            records: balance.records,
            mapped: balance.mapped,
            filtered: balance.left_out,
            rejected: balance.rejected,
            filters: table.blocks.get(at).map_or_else(Vec::new, |block| {
                block.left_out.iter().map(|l| FilterLine { reason: l.reason.clone(), rows: l.rows }).collect()
            }),
            declared_out: table.accounting.headers + table.accounting.declared_out,
            balanced: balance.balanced(),
        })
        .collect()
}

/// One hash over the project's configuration as it is on disk now.
#[must_use]
pub fn configuration_hash(project: &Project) -> String {
    let summary = Summary { method: configuration(project), ..Summary::default() };
    project_hash(&summary)
}

/// One hash over the project, mapping, crosswalk and policy files.
#[must_use]
pub fn project_hash(summary: &Summary) -> String {
    let method = &summary.method;
    let mut hasher = blake3::Hasher::new();
    hasher.update(method.project_blake3.as_bytes());
    for side in &method.sides {
        hasher.update(side.blake3.as_bytes());
        for (_, _, hash) in &side.crosswalks {
            hasher.update(hash.as_bytes());
        }
    }
    for (name, hash) in &method.matching {
        hasher.update(name.as_bytes());
        hasher.update(hash.as_bytes());
    }
    for (_, name, hash) in &method.policies {
        hasher.update(name.as_bytes());
        hasher.update(hash.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}
