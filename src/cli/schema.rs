//! `rollproof schema`: JSON Schemas, so that editors complete project and mapping files and programs read summaries.

use clap::{Args, ValueEnum};

use super::history_json::{CompareJson, RunsJson, TrendJson, VerifyJson, schema_of};
use super::{Console, Global};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::{checks, history, project, report};

/// Print the JSON Schema of a file or of what a command answers with --format json
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
    /// summary.json, and what `run` and `gate` answer with --format json
    Summary,
    /// verdict.json
    Verdict,
    /// What `runs list` answers
    Runs,
    /// What `compare` answers
    Compare,
    /// What `trend` answers
    Trend,
    /// What `verify` answers
    Verify,
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
            Kind::Verdict => history::verdict_schema()?,
            Kind::Runs => schema_of::<RunsJson>()?,
            Kind::Compare => schema_of::<CompareJson>()?,
            Kind::Trend => schema_of::<TrendJson>()?,
            Kind::Verify => schema_of::<VerifyJson>()?,
        };
        console.answer(&text)?;
        Ok(ExitCode::Success)
    }
}
