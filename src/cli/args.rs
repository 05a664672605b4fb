//! Flags and commands as clap reads them.

use std::path::PathBuf;

use clap::builder::Styles;
use clap::builder::styling::AnsiColor;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Proves, student by student, that your new student information system holds what the old one held, and says GO or
/// NO-GO.
#[derive(Debug, Parser)]
#[command(name = "rollproof", version, styles = STYLES, after_help = AFTER_HELP, disable_help_subcommand = true)]
pub struct Cli {
    /// Flags that every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
Exit codes:
  0 done, or GO          3 an input is unusable      70 a bug in rollproof
  1 NO-GO                4 cannot decide            130 interrupted
  2 wrong call or        5 an output could not
    configuration          be written

Start here:  rollproof run -C sample-data/maple-valley --gate";

/// Flags that every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// The project: rollproof.toml, or the folder that holds it
    #[arg(short = 'C', long, global = true, env = "ROLLPROOF_PROJECT", value_name = "PATH", default_value = ".")]
    pub project: PathBuf,
    /// Answer as text or as one JSON document
    #[arg(long, global = true, env = "ROLLPROOF_FORMAT", value_enum, default_value_t = FormatChoice::Text)]
    pub format: FormatChoice,
    /// Write the answer to a file instead of standard output
    #[arg(short, long, global = true, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Number of threads (default: one a core); results do not depend on it
    #[arg(short = 'j', long, global = true, env = "ROLLPROOF_THREADS", value_name = "N")]
    pub threads: Option<usize>,
    /// Memory that the rows may take (default: half of what is there); what does not fit goes to a temporary file
    #[arg(long, global = true, env = "ROLLPROOF_MEMORY", value_name = "SIZE", value_parser = super::memory::parse)]
    pub memory: Option<u64>,
    /// Colours
    #[arg(long, global = true, env = "ROLLPROOF_COLOR", value_enum, default_value_t = ColorChoice::Auto, hide_possible_values = false)]
    pub color: ColorChoice,
    /// Progress on standard error
    #[arg(long, global = true, env = "ROLLPROOF_PROGRESS", value_enum, default_value_t = ProgressChoice::Auto)]
    pub progress: ProgressChoice,
    /// Only ASCII characters on the terminal
    #[arg(long, global = true, env = "ROLLPROOF_ASCII")]
    pub ascii: bool,
    /// Say less
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatChoice {
    /// For people.
    Text,
    /// One JSON document.
    Json,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ProgressChoice {
    /// Bars on a terminal, lines in a log.
    Auto,
    /// Bars.
    Bar,
    /// Lines.
    Plain,
    /// Nothing.
    None,
}

/// What to do. Each command's struct holds its help; a doc comment here would replace it.
#[derive(Debug, Subcommand)]
#[allow(missing_docs)]
pub enum Command {
    #[command(aliases = ["diff", "validate"])]
    Run(super::run::RunCommand),
    Partition(super::partition::PartitionCommand),
    Merge(super::merge::MergeCommand),
    Gate(super::gate::GateCommand),
    Check(super::check::CheckCommand),
    Inspect(super::inspect::InspectCommand),
    #[command(aliases = ["student", "lookup"])]
    Explain(super::explain::ExplainCommand),
    Rule(super::rule::RuleCommand),
    Causes(super::causes::CausesCommand),
    Show(super::show::ShowCommand),
    Map(super::map::MapCommand),
    Collect(super::collect::CollectCommand),
    Disclose(super::disclose::DiscloseCommand),
    Purge(super::purge::PurgeCommand),
    Drill(super::drill::DrillCommand),
    Policy(super::policy::PolicyCommand),
    Runs(super::runs::RunsCommand),
    Compare(super::runs::CompareCommand),
    Trend(super::runs::TrendCommand),
    Waive(super::waive::WaiveCommand),
    Signoff(super::evidence::SignoffCommand),
    Override(super::override_gate::OverrideCommand),
    Evidence(super::evidence::EvidenceCommand),
    Sign(super::evidence::SignCommand),
    Verify(super::evidence::VerifyCommand),
    Init(super::init::InitCommand),
    Demo(super::demo::DemoCommand),
    Schema(super::schema::SchemaCommand),
    Completions(super::completions::CompletionsCommand),
    Man(super::completions::ManCommand),
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    /// Whatever stopped the command.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        match self {
            Self::Run(command) => command.execute(global, console),
            Self::Partition(command) => command.execute(global, console),
            Self::Merge(command) => command.execute(global, console),
            Self::Gate(command) => command.execute(global, console),
            Self::Check(command) => command.execute(global, console),
            Self::Inspect(command) => command.execute(global, console),
            Self::Explain(command) => command.execute(global, console),
            Self::Rule(command) => command.execute(global, console),
            Self::Causes(command) => command.execute(global, console),
            Self::Show(command) => command.execute(global, console),
            Self::Map(command) => command.execute(global, console),
            Self::Collect(command) => command.execute(global, console),
            Self::Disclose(command) => command.execute(global, console),
            Self::Purge(command) => command.execute(global, console),
            Self::Drill(command) => command.execute(global, console),
            Self::Policy(command) => command.execute(global, console),
            Self::Runs(command) => command.execute(global, console),
            Self::Compare(command) => command.execute(global, console),
            Self::Trend(command) => command.execute(global, console),
            Self::Waive(command) => command.execute(global, console),
            Self::Signoff(command) => command.execute(global, console),
            Self::Override(command) => command.execute(global, console),
            Self::Evidence(command) => command.execute(global, console),
            Self::Sign(command) => command.execute(global, console),
            Self::Verify(command) => command.execute(global, console),
            Self::Init(command) => command.execute(global, console),
            Self::Demo(command) => command.execute(global, console),
            Self::Schema(command) => command.execute(global, console),
            Self::Completions(command) => command.execute(global, console),
            Self::Man(command) => command.execute(global, console),
        }
    }
}
