//! A mapping as validated: what a system's tables are and how their columns become canonical fields.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use regex::Regex;

use super::crosswalk::Crosswalk;
use crate::canonical::{Decimal, Entity, Field};
use crate::diagnostic::Diagnostic;
use crate::extract::{Layout, WantedColumn};

/// How one system's tables become canonical records.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Kebab-case name of the system.
    pub system: String,
    /// The name that people read.
    pub label: String,
    /// The mapping file.
    pub path: PathBuf,
    /// The tables, by name.
    pub tables: BTreeMap<String, TableSpec>,
    /// What becomes of them, in order of entity and then as written.
    pub blocks: Vec<Block>,
    /// The code tables, by name.
    pub crosswalks: BTreeMap<String, Crosswalk>,
    /// The mark of a bundle of changes instead of a whole export; such a bundle is refused.
    pub delta: Option<Delta>,
    /// Warnings of the files; errors would have refused them.
    pub warnings: Vec<Diagnostic>,
}

impl Mapping {
    /// The layouts to read, with the columns that some block uses.
    #[must_use]
    pub fn layouts(&self) -> Vec<Layout> {
        self.tables.values().map(|t| t.layout.clone()).collect()
    }

    /// The entities that it maps, in canonical order.
    #[must_use]
    pub fn entities(&self) -> Vec<Entity> {
        Entity::ALL.into_iter().filter(|e| self.blocks.iter().any(|b| b.entity == *e)).collect()
    }

    /// The crosswalks that some field looks codes up in.
    #[must_use]
    pub fn used_crosswalks(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.blocks.iter().flat_map(|b| &b.fields).filter_map(|f| f.crosswalk.as_deref()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// A table's files and shape.
#[derive(Debug, Clone)]
pub struct TableSpec {
    /// Where and how the bytes are.
    pub layout: Layout,
    /// Columns left out on purpose, with the reason.
    pub excluded: BTreeMap<String, String>,
    /// Wide columns to rows.
    pub unpivot: Option<Unpivot>,
}

impl TableSpec {
    /// Asks for a column, once.
    pub(super) fn want(&mut self, name: &str, aliases: &BTreeMap<String, Vec<String>>, optional: bool) {
        if self.layout.columns.iter().any(|c| c.name == name) {
            return;
        }
        let aliases = aliases.get(name).cloned().unwrap_or_default();
        self.layout.columns.push(WantedColumn { name: name.to_owned(), aliases, optional });
    }
}

/// Some columns of each row become rows of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpivot {
    /// One entry a new row: its name and the columns that it takes its values from.
    pub groups: Vec<(String, Vec<String>)>,
    /// The new column that holds the entry's name.
    pub name: String,
    /// The new columns that hold the values.
    pub values: Vec<String>,
    /// Entries whose values are all null make no row; they are counted.
    pub skip_empty: bool,
}

/// `table.column = value` marks a bundle of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delta {
    /// Table.
    pub table: String,
    /// Column.
    pub column: String,
    /// The value that marks it.
    pub value: String,
}

/// How rows of one table become records of one entity.
#[derive(Debug, Clone)]
pub struct Block {
    /// The entity.
    pub entity: Entity,
    /// The table.
    pub table: String,
    /// Position among the blocks of the entity, from 1.
    pub number: usize,
    /// Rows that do not pass are left out and counted.
    pub filters: Vec<Filter>,
    /// Tables whose columns are added by key.
    pub joins: Vec<Join>,
    /// Records that equal an earlier one in every field are one record; the others are counted.
    pub distinct: bool,
    /// The mapping's null words, for filters and empty wide columns.
    pub null: Vec<String>,
    /// The fields.
    pub fields: Vec<FieldSpec>,
}

/// A condition on rows.
#[derive(Debug, Clone)]
pub struct Filter {
    /// The column looked at.
    pub column: ColumnRef,
    /// What must be true of it for the row to stay.
    pub test: Test,
    /// Why rows are left out.
    pub reason: String,
}

/// What a filter asks of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// One of these.
    In(Vec<String>),
    /// None of these.
    NotIn(Vec<String>),
    /// Starts with one of these.
    StartsWith(Vec<String>),
    /// Starts with none of these.
    NotStartsWith(Vec<String>),
    /// Null.
    Empty,
    /// Not null.
    NotEmpty,
}

/// A table whose columns are added to each row by key.
#[derive(Debug, Clone)]
pub struct Join {
    /// The table on the right.
    pub table: String,
    /// The name that its columns are written with (`courses.CO`).
    pub name: String,
    /// Left column = right column.
    pub on: Vec<(ColumnRef, String)>,
    /// Rows without a partner are rejected; else they stay, with nulls for the joined columns, and are counted.
    pub reject_unmatched: bool,
}

/// A column of the block's table or of a joined one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRef {
    /// Position in the block's joins; `None` for the block's own table.
    pub join: Option<usize>,
    /// The column.
    pub column: String,
}

/// Where a field's value comes from.
#[derive(Debug, Clone)]
pub enum Source {
    /// One column.
    Column(ColumnRef),
    /// The same for all rows.
    Constant(String),
    /// Columns and literals, one after the other.
    Concat(Vec<Part>),
    /// The first that is not null.
    Coalesce(Vec<ColumnRef>),
    /// An expression over columns.
    Cel(CelSource),
}

impl Source {
    /// The columns it reads.
    #[must_use]
    pub fn columns(&self) -> Vec<&ColumnRef> {
        match self {
            Self::Column(c) => vec![c],
            Self::Constant(_) => Vec::new(),
            Self::Concat(parts) => parts
                .iter()
                .filter_map(|p| match p {
                    Part::Column(c) => Some(c),
                    Part::Literal(_) => None,
                })
                .collect(),
            Self::Coalesce(columns) => columns.iter().collect(),
            Self::Cel(cel) => cel.inputs.iter().map(|(_, c)| c).collect(),
        }
    }
}

/// A part of a concatenation.
#[derive(Debug, Clone)]
pub enum Part {
    /// A column.
    Column(ColumnRef),
    /// A literal text.
    Literal(String),
}

/// A compiled expression with its inputs.
#[derive(Debug, Clone)]
pub struct CelSource {
    /// The program.
    pub program: Arc<cel::Program>,
    /// Variable and column.
    pub inputs: Vec<(String, ColumnRef)>,
}

/// Which day an end date names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndDate {
    /// The last day in the class or school.
    Inclusive,
    /// The day after.
    Exclusive,
}

/// How school years are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearRule {
    /// By the year in which they end.
    Ends,
    /// By the year in which they start.
    Starts,
    /// As `2025-26` or `2025-2026`.
    Span,
    /// As a count from this year of start.
    Offset(i16),
}

/// Upper or lower.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// Upper.
    Upper,
    /// Lower.
    Lower,
}

/// How a field is filled. The steps run in the order of these members, whatever the order in the file.
#[derive(Debug, Clone)]
pub struct FieldSpec {
    /// The field.
    pub field: Field,
    /// The bytes of its name in the mapping file.
    pub span: Range<usize>,
    /// Where the value comes from.
    pub source: Source,
    /// Texts that mean "no value".
    pub null: Vec<String>,
    /// Literal replacements, in order.
    pub replace: Vec<(String, String)>,
    /// Taken off the front where it is there.
    pub remove_prefix: Option<String>,
    /// Characters from and to, from 1.
    pub cut: Option<(usize, usize)>,
    /// The first group of this expression.
    pub capture: Option<Regex>,
    /// Characters taken off both ends.
    pub strip: Option<String>,
    /// Leading zeros are taken off.
    pub strip_zeros: bool,
    /// Letters changed.
    pub case: Option<Case>,
    /// Zeros put in front up to this many characters.
    pub pad: Option<usize>,
    /// Put in front.
    pub prefix: Option<String>,
    /// Put behind.
    pub suffix: Option<String>,
    /// Code table.
    pub crosswalk: Option<String>,
    /// Formats of dates.
    pub dates: Vec<String>,
    /// The digits behind an unwritten decimal point.
    pub implied_decimals: u8,
    /// Multiplied with.
    pub factor: Option<Decimal>,
    /// Texts that mean yes.
    pub yes: Vec<String>,
    /// Texts that mean no.
    pub no: Vec<String>,
    /// How end dates are meant.
    pub end_date: EndDate,
    /// How school years are written.
    pub school_year: YearRule,
}
