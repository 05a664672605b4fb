//! Tables to canonical records: block by block, every row accounted for.

use rayon::prelude::*;

use super::accounting::{EntityAccounting, Mapped};
use super::assembly::Assembly;
use super::columns::{Draft, draft};
use super::issues::{self, Uses};
use super::select::{self, Selection};
use super::spec::{Block, Mapping, Source};
use super::view::View;
use crate::canonical::{Column, Dataset, Entity, Field, Side, Typed};
use crate::error::Error;
use crate::extract::{Notice, Table};

/// Maps all tables of a side.
///
/// # Errors
/// A join by a key that is not unique, a bundle of changes, a table that was not read. Faults of the data are no errors: they are in [`Mapped::issues`].
pub fn map(mapping: &Mapping, mut tables: Vec<Table>, side: Side) -> Result<Mapped, Error> {
    refuse_delta(mapping, &tables)?;
    let mut mapped = Mapped {
        dataset: Dataset::new(side),
        accounting: Vec::new(),
        issues: Vec::new(),
        crosswalks: Vec::new(),
        rejects: Vec::new(),
        notices: Vec::new(),
        not_mapped: not_mapped(mapping, &tables),
        absent: Vec::new(),
    };
    let mut uses = Uses::new(mapping);
    let mut current: Option<Assembly> = None;
    for (at, block) in mapping.blocks.iter().enumerate() {
        // What no later block reads is let go: raw and canonical columns of a side never stand in memory all at once.
        let needed = |name: &str| {
            mapping.blocks[at..].iter().any(|b| b.table == name || b.joins.iter().any(|j| j.table == name))
        };
        tables.retain(|t| t.locations.files().is_empty() || needed(&t.name));
        if current.as_ref().is_some_and(|a| a.entity() != block.entity) {
            finish(&mut mapped, current.take());
        }
        if !tables.iter().any(|t| t.name == block.table && !t.locations.files().is_empty()) {
            absent_table(mapping, block, &mut mapped)?;
            continue;
        }
        let part = map_block(mapping, block, &tables, side, &mut mapped, &mut uses)?;
        current = Some(match current.take() {
            Some(assembly) => assembly.append(part)?,
            None => part,
        });
    }
    finish(&mut mapped, current);
    mapped.issues.sort_by(issues::order);
    mapped.crosswalks = uses.into_list();
    Ok(mapped)
}

fn finish(mapped: &mut Mapped, assembly: Option<Assembly>) {
    if let Some(assembly) = assembly {
        mapped.dataset.set(assembly.into_records());
    }
}

fn absent_table(mapping: &Mapping, block: &Block, mapped: &mut Mapped) -> Result<(), Error> {
    let optional = mapping.tables.get(&block.table).is_some_and(|t| t.layout.optional);
    if !optional {
        return Err(Error::Bug(format!("table {} was not read", block.table)));
    }
    mapped.notices.push(Notice {
        file: block.table.clone(),
        kind: "optional-table-absent",
        text: format!("table {} is not there; {} is not filled from it", block.table, block.entity),
        undecidable: false,
    });
    Ok(())
}

fn map_block(
    mapping: &Mapping,
    block: &Block,
    tables: &[Table],
    side: Side,
    mapped: &mut Mapped,
    uses: &mut Uses,
) -> Result<Assembly, Error> {
    let view = View::new(mapping, block, tables)?;
    let present = present_fields(block, &view, mapped);
    let drafts =
        present.par_iter().map(|spec| draft(mapping, spec, &view)).collect::<Result<Vec<Draft<'_, '_>>, Error>>()?;
    let Selection { kept, left_out, unmatched, rejects } = select::select(mapping, block, &view, &drafts)?;
    let rows = kept.as_ref().map_or(view.rows, Vec::len);
    let accounting = EntityAccounting {
        side,
        entity: block.entity,
        block: block.number,
        table: block.table.clone(),
        table_rows: view.table().len() as u64,
        rows_in: view.rows as u64,
        mapped: rows as u64,
        left_out,
        rejected: rejects.len() as u64,
        unmatched,
        blank_keys: blank_keys(block.entity, &drafts, kept.as_deref(), view.rows),
    };
    if !accounting.balances() {
        return Err(Error::Bug(format!("rows of {} block {} do not add up", block.entity, block.number)));
    }
    mapped.accounting.push(accounting);
    mapped.rejects.extend(rejects);
    issues::collect(&view, &drafts, kept.as_deref(), (side, block.entity), &mut mapped.issues);
    uses.count(&drafts, kept.as_deref(), view.rows);
    let columns = drafts
        .into_par_iter()
        .map(|d| Ok((d.rule.spec.field, d.finish(kept.as_deref(), view.rows)?)))
        .collect::<Result<Vec<(Field, Column)>, Error>>()?;
    Ok(Assembly::new((block.entity, block.number), &view, kept.as_deref(), columns))
}

/// The fields whose columns the files have. A field of only absent optional columns is not compared; where the entity
/// needs it, its records stay without a value and no verdict rests on them.
fn present_fields<'m>(block: &'m Block, view: &View<'_>, mapped: &mut Mapped) -> Vec<&'m super::spec::FieldSpec> {
    let mut present = Vec::new();
    for spec in &block.fields {
        let columns = spec.source.columns();
        let absent = !matches!(spec.source, Source::Constant(_)) && columns.iter().all(|c| view.is_absent(c));
        if !absent {
            present.push(spec);
            continue;
        }
        let names = columns.iter().map(|c| c.column.as_str()).collect::<Vec<_>>().join(", ");
        if Field::required(block.entity).contains(&spec.field) {
            present.push(spec);
            mapped.notices.push(Notice {
                file: block.table.clone(),
                kind: "required-column-absent",
                text: format!("no file has the column {names}, which {} of {} needs", spec.field, block.entity),
                undecidable: true,
            });
        } else {
            mapped.absent.push((block.entity, spec.field, names));
        }
    }
    present
}

/// Records without a value in a required field.
fn blank_keys(entity: Entity, drafts: &[Draft<'_, '_>], kept: Option<&[u32]>, rows: usize) -> Vec<(Field, u64)> {
    let mut list = Vec::new();
    for draft in drafts.iter().filter(|d| Field::required(entity).contains(&d.rule.spec.field)) {
        let blank: Vec<bool> =
            (0..draft.values.len() as u32).map(|c| draft.values.entry(c).typed == Typed::Missing).collect();
        if !blank.contains(&true) {
            continue;
        }
        let count = select::each(kept, rows).filter(|row| blank[draft.code(*row) as usize]).count() as u64;
        if count > 0 {
            list.push((draft.rule.spec.field, count));
        }
    }
    list
}

/// Columns that the files have and that neither a field nor `excluded` names.
fn not_mapped(mapping: &Mapping, tables: &[Table]) -> Vec<(String, String)> {
    let mut list = Vec::new();
    for table in tables {
        let excluded = mapping.tables.get(&table.name).map(|t| &t.excluded);
        for column in &table.unused {
            if !excluded.is_some_and(|e| e.contains_key(column)) {
                list.push((table.name.clone(), column.clone()));
            }
        }
    }
    list.sort();
    list
}

fn refuse_delta(mapping: &Mapping, tables: &[Table]) -> Result<(), Error> {
    let Some(delta) = &mapping.delta else { return Ok(()) };
    let Some(table) = tables.iter().find(|t| t.name == delta.table) else { return Ok(()) };
    let Some(column) = table.column(&delta.column) else { return Ok(()) };
    if !column.texts.iter().any(|t| t == delta.value) {
        return Ok(());
    }
    Err(Error::Input {
        path: table.locations.files().first().map_or_else(|| delta.table.clone().into(), |f| f.name.clone().into()),
        what: format!("this is a bundle of changes ({} = {}), not a whole export", delta.column, delta.value),
        fix: "export everything (a bulk export), and put that in the side's folder".into(),
        source: None,
    })
}
