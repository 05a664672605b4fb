//! `rollproof causes`: the few reasons behind the many findings.

use clap::Args;

use super::{Console, Global, clock, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::project::Project;
use crate::report::{visible, wrap};
use crate::run::Quiet;

/// Above the lines of files that a page of a cause proposes.
const LINES_AS_THEY_SHOULD_BE: &str = "lines as they should be";
/// Longest label at the start of a line.
const LABEL: usize = 12;

/// Name the few causes behind the findings, each with its proof and where to repair it
///
/// With CAUSE, shows one cause in full: students, schools, samples, value pairs, proof, what follows from it, the lines
/// to repair, and how many findings it had in earlier rehearsals.
#[derive(Debug, Args)]
pub struct CausesCommand {
    /// Show one cause in full: its number, or its id, which is the same in every rehearsal
    #[arg(value_name = "CAUSE")]
    pub cause: Option<String>,
    /// List all students of the cause
    #[arg(long, requires = "cause")]
    pub all: bool,
    /// Name of the run (default: the project's rehearsal)
    #[arg(long, env = "ROLLPROOF_LABEL", value_name = "LABEL")]
    pub label: Option<String>,
}

impl CausesCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the project or an input is unusable, or there is no such cause.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, self.label.as_deref())?;
        show(&project, self.cause.as_deref(), self.all, console)
    }
}

/// Prints one cause, or the list of all.
pub(super) fn show(project: &Project, name: Option<&str>, all: bool, console: &Console) -> Result<ExitCode, Error> {
    let policies = crate::run::policies(project)?;
    let comparison = crate::run::compare(project, &policies, &Quiet)?;
    let causes = crate::run::seek_causes(project, &policies, &comparison.reconciliation, &comparison.findings);
    let text = match name {
        None => causes.list(),
        Some(name) => {
            let Some(cause) = causes.find(name) else {
                let what = format!("there is no cause {}; the run has {}", visible(name), causes.causes.len());
                return Err(Error::Usage { what, fix: "`rollproof causes` lists them".into() });
            };
            crate::run::cause_page(project, &comparison, &causes, cause, (all, &clock::clock(project)))?
        }
    };
    console.answer(&laid_out(&text, console.breaks_at()))?;
    Ok(ExitCode::Success)
}

/// The text, visible, its lines broken to a width; lines to be written into a file stay whole.
fn laid_out(text: &str, width: Option<usize>) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut is_whole = false;
    for line in text.lines() {
        is_whole = line.trim_start() == LINES_AS_THEY_SHOULD_BE || (is_whole && !line.is_empty());
        match width.filter(|w| !is_whole && line.chars().count() > *w) {
            Some(width) => lines.extend(broken(line, width)),
            None => lines.push(visible(line).into_owned()),
        }
    }
    lines.join("\n")
}

/// A line in several, each under the text of the first: behind its number or label.
fn broken(line: &str, width: usize) -> impl Iterator<Item = String> {
    let leading = line.len() - line.trim_start().len();
    let label = line[leading..].find("  ").filter(|at| *at < LABEL).map(|at| leading + at);
    let start = label.map_or(leading, |end| line.len() - line[end..].trim_start().len());
    let (head, body) = line.split_at(start);
    let head = head.to_owned();
    wrap(body, width.saturating_sub(start))
        .into_iter()
        .enumerate()
        .map(move |(at, part)| if at == 0 { format!("{head}{part}") } else { format!("{:start$}{part}", "") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_under_their_text_and_lines_of_files_are_not() {
        let text =
            "  1  one two three\n     fix: four five\n\n  lines as they should be\n  a.csv:1  one two three four\n";
        let expected = "  1  one two\n     three\n     fix: four\n     five\n\n  lines as they should be\n  a.csv:1  one two three four";
        assert_eq!(laid_out(text, Some(14)), expected);
        assert_eq!(laid_out(text, None), text.trim_end());
    }
}
