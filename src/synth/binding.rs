//! Where canonical fields stand in raw tables, so that a fault knows which cell to damage, and what cells mean.

use crate::canonical::{Entity, Field};

/// Where the value of a field stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A column of the block's own table.
    Own(String),
    /// A column of another table, found by equal keys (own column, their column).
    Joined {
        /// The other table's file.
        file: String,
        /// Own column and their column, pairwise equal.
        on: Vec<(String, String)>,
        /// The column that holds the value.
        column: String,
    },
    /// The same for all rows.
    Constant(String),
}

/// The rows of one file that are records of one entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The entity.
    pub entity: Entity,
    /// The file.
    pub file: String,
    /// Fields and where they stand.
    pub fields: Vec<(Field, Place)>,
    /// Rows whose column starts with the text are not records (dropped classes).
    pub dropped: Option<(String, String)>,
    /// Rows are records only where this column has this value (a OneRoster role).
    pub only: Option<(String, String)>,
}

impl Block {
    /// A block of own columns.
    #[must_use]
    pub fn of(entity: Entity, file: &str, fields: &[(Field, &str)]) -> Self {
        Self {
            entity,
            file: file.into(),
            fields: fields.iter().map(|(f, c)| (*f, Place::Own((*c).to_owned()))).collect(),
            dropped: None,
            only: None,
        }
    }

    /// With columns of another file.
    #[must_use]
    pub fn joined(mut self, file: &str, on: &[(&str, &str)], fields: &[(Field, &str)]) -> Self {
        for (field, column) in fields {
            let on = on.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            self.fields.push((*field, Place::Joined { file: file.into(), on, column: (*column).to_owned() }));
        }
        self
    }

    /// With a constant.
    #[must_use]
    pub fn constant(mut self, field: Field, text: &str) -> Self {
        self.fields.push((field, Place::Constant(text.into())));
        self
    }

    /// Without the rows whose column starts with a text.
    #[must_use]
    pub fn dropped(mut self, column: &str, starts: &str) -> Self {
        self.dropped = Some((column.into(), starts.into()));
        self
    }

    /// Only the rows whose column has a value.
    #[must_use]
    pub fn only(mut self, column: &str, value: &str) -> Self {
        self.only = Some((column.into(), value.into()));
        self
    }

    /// Where a field stands.
    #[must_use]
    pub fn place(&self, field: Field) -> Option<&Place> {
        self.fields.iter().find(|(f, _)| *f == field).map(|(_, p)| p)
    }
}

/// Reads and writes the values of a layout's cells.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The blocks.
    pub blocks: Vec<Block>,
    /// Own words for canonical values: field, canonical, raw. A raw text that starts with `..` replaces only the last
    /// characters of the cell (PowerSchool's term ids).
    pub words: Vec<(Entity, Field, String, String)>,
    /// Months first with slashes, else ISO.
    pub slashes: bool,
    /// End dates are the day after.
    pub exclusive: bool,
    /// How a school year stands in a cell.
    pub year: YearForm,
}

/// How a school year stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearForm {
    /// The year in which it ends.
    Ends,
    /// First two digits, plus 1990 is the start (`3501`).
    Prefix1990,
}

impl Binding {
    /// The canonical word of a cell.
    #[must_use]
    pub fn decode(&self, entity: Entity, field: Field, raw: &str) -> Option<&str> {
        self.words
            .iter()
            .filter(|(e, f, _, _)| *e == entity && *f == field)
            .find(|(_, _, _, r)| r.strip_prefix("..").map_or(raw == r, |end| raw.ends_with(end)))
            .map(|(_, _, canonical, _)| canonical.as_str())
    }

    /// The cell of a canonical word, given what stands in it now.
    #[must_use]
    pub fn encode(&self, entity: Entity, field: Field, canonical: &str, now: &str) -> Option<String> {
        let (_, _, _, raw) = self.words.iter().find(|(e, f, c, _)| *e == entity && *f == field && c == canonical)?;
        Some(match raw.strip_prefix("..") {
            Some(end) => format!("{}{end}", now.get(..now.len().checked_sub(end.len())?)?),
            None => raw.clone(),
        })
    }

    /// The calendar year in which the school year of a cell ends.
    #[must_use]
    pub fn year(&self, raw: &str) -> Option<i32> {
        match self.year {
            YearForm::Ends => raw.parse().ok(),
            YearForm::Prefix1990 => raw.get(..2)?.parse::<i32>().ok().map(|y| y + 1991),
        }
    }

    /// A cell whose school year ends in another year.
    #[must_use]
    pub fn with_year(&self, raw: &str, year: i32) -> Option<String> {
        match self.year {
            YearForm::Ends => Some(year.to_string()),
            YearForm::Prefix1990 => Some(format!("{:02}{}", year - 1991, raw.get(2..)?)),
        }
    }

    /// Blocks of an entity.
    pub fn of(&self, entity: Entity) -> impl Iterator<Item = &Block> {
        self.blocks.iter().filter(move |b| b.entity == entity)
    }
}

/// Words of a field from pairs of canonical and raw.
pub(super) fn words(entity: Entity, field: Field, pairs: &[(&str, &str)]) -> Vec<(Entity, Field, String, String)> {
    pairs.iter().map(|(c, r)| (entity, field, (*c).to_owned(), (*r).to_owned())).collect()
}
