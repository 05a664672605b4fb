//! Any system's mapping as a binding: where the drill may damage which cell, and what the cells mean.

use super::binding::{Binding, Block, Place, YearForm};
use crate::canonical::{Entity, Field, Kind};
use crate::mapping::{
    Block as MappedBlock, ColumnRef, FieldSpec, Filter, Join, Mapping, Source, Target, Test, YearRule,
};

/// Binds what a mapping reads from single columns; what it makes of several columns has no cell of its own.
#[must_use]
pub fn bind(mapping: &Mapping) -> Binding {
    let blocks = mapping.blocks.iter().map(block).collect();
    let mut all = Vec::new();
    for block in &mapping.blocks {
        for field in &block.fields {
            all.extend(words(mapping, block.entity, field));
        }
    }
    let dates = mapping.blocks.iter().flat_map(|b| &b.fields).find(|f| f.field.kind() == Kind::Date);
    let slashes = dates.and_then(|f| f.dates.first()).is_some_and(|format| format.starts_with("%m/%d"));
    let transcripts = mapping.blocks.iter().filter(|b| b.entity == Entity::Transcript);
    let year = transcripts.flat_map(|b| &b.fields).find(|f| f.field == Field::SchoolYear);
    let year = match year {
        Some(FieldSpec { school_year: YearRule::Offset(1990), cut: Some((1, 2)), .. }) => YearForm::Prefix1990,
        _ => YearForm::Ends,
    };
    Binding { blocks, words: all, slashes, exclusive: false, year }
}

fn block(block: &MappedBlock) -> Block {
    let fields = block.fields.iter().filter_map(|f| Some((f.field, place(f, &block.joins)?))).collect();
    let (mut dropped, mut only) = (None, None);
    for filter in block.filters.iter().filter(|f| f.column.join.is_none()) {
        match filter_words(filter) {
            Some((false, word)) => dropped = Some((filter.column.column.clone(), word)),
            Some((true, word)) => only = Some((filter.column.column.clone(), word)),
            None => {}
        }
    }
    Block { entity: block.entity, file: block.table.clone(), fields, dropped, only }
}

/// A filter of one word: true when rows stay that have it, false when they go.
fn filter_words(filter: &Filter) -> Option<(bool, String)> {
    match &filter.test {
        Test::In(list) if list.len() == 1 => Some((true, list[0].clone())),
        Test::NotIn(list) | Test::NotStartsWith(list) if list.len() == 1 => Some((false, list[0].clone())),
        _ => None,
    }
}

fn place(field: &FieldSpec, joins: &[Join]) -> Option<Place> {
    match &field.source {
        Source::Column(ColumnRef { join: None, column }) => Some(Place::Own(column.clone())),
        Source::Column(ColumnRef { join: Some(at), column }) => {
            let join = joins.get(*at)?;
            let on = join
                .on
                .iter()
                .map(|(left, right)| left.join.is_none().then(|| (left.column.clone(), right.clone())))
                .collect::<Option<Vec<_>>>()?;
            Some(Place::Joined { file: join.table.clone(), on, column: column.clone() })
        }
        Source::Constant(text) => Some(Place::Constant(text.clone())),
        Source::Concat(_) | Source::Coalesce(_) | Source::Cel(_) => None,
    }
}

/// The words of a field that has a code table or is a flag.
fn words(mapping: &Mapping, entity: Entity, field: &FieldSpec) -> Vec<(Entity, Field, String, String)> {
    let mut all = Vec::new();
    if field.field.kind() == Kind::Flag {
        for (canonical, list) in [("true", &field.yes), ("false", &field.no)] {
            all.extend(list.iter().map(|raw| (entity, field.field, canonical.to_owned(), raw.clone())));
        }
    }
    let table = field.crosswalk.as_ref().and_then(|name| mapping.crosswalks.get(name));
    for line in table.iter().flat_map(|t| &t.lines) {
        if let Target::Code(to) = &line.to {
            all.push((entity, field.field, to.clone(), line.from.clone()));
        }
    }
    if table.is_none_or(|t| t.lines.is_empty()) && matches!(field.field, Field::Term | Field::Level | Field::Status) {
        let own = ["FY", "S1", "S2", "SU", "regular", "honors", "ap", "active", "no-show", "withdrawn"];
        all.extend(own.iter().map(|w| (entity, field.field, (*w).to_owned(), (*w).to_owned())));
    }
    all
}
