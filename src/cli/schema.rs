//! `rollproof schema`: JSON Schemas, so that editors complete project and mapping files and programs read summaries.

use clap::{Args, ValueEnum};

use super::{Console, Global};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::{checks, project, report};

/// Print the JSON Schema of a file: project, mapping or summary
#[derive(Debug, Args)]
pub struct SchemaCommand {
    /// Which file
    #[arg(value_enum)]
    pub kind: Kind,
}

/// Files with a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// rollproof.toml
    Project,
    /// mapping.toml
    Mapping,
    /// summary.json
    Summary,
}

impl SchemaCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the answer can not be written.
    pub fn execute(&self, _global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let names: Vec<&str> = checks::names().collect();
        let text = match self.kind {
            Kind::Project => project::schema(project::SchemaKind::Project, &names),
            Kind::Mapping => project::schema(project::SchemaKind::Mapping, &names),
            Kind::Summary => report::json::summary_schema()?,
        };
        console.answer(&text)?;
        Ok(ExitCode::Success)
    }
}
