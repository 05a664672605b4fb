//! `rollproof inspect`: what a file is, before anybody writes a mapping for it.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;

use super::{Console, FormatChoice, Global};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::extract::{ColumnInspection, Inspection, Looks, Silent, inspect};
use crate::report::visible;

/// Show what a file is: encoding, delimiter, rows, and each column's counts
#[derive(Debug, Args)]
pub struct InspectCommand {
    /// The files
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
}

impl InspectCommand {
    /// Does it.
    ///
    /// # Errors
    /// When a file can not be read.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let inspections: Vec<Inspection> =
            self.files.iter().map(|f| inspect(f, &Silent)).collect::<Result<_, Error>>()?;
        if global.format == FormatChoice::Json {
            let text = serde_json::to_string_pretty(&inspections).map_err(|e| Error::Bug(e.to_string()))?;
            console.answer(&text)?;
        } else {
            let texts: Vec<String> = inspections.iter().map(text).collect();
            console.answer(&texts.join("\n"))?;
        }
        Ok(ExitCode::Success)
    }
}

/// A file as people read it: at most 80 columns where names allow it.
fn text(inspection: &Inspection) -> String {
    let mut out = String::new();
    let i = inspection;
    let _ = writeln!(out, "{}   {} bytes", visible(&i.file), i.bytes);
    match &i.text {
        Some(t) => {
            let _ = writeln!(
                out,
                "  {}, {}{}{}, delimiter {}, {}, {}",
                i.format,
                t.encoding,
                if t.encoding_guessed { " (guessed)" } else { "" },
                if t.bom { " with BOM" } else { "" },
                visible(&t.delimiter),
                t.line_ends,
                if t.header { "header in line 1" } else { "no header" },
            );
        }
        None => {
            let _ = writeln!(out, "  {}", i.format);
        }
    }
    let _ = writeln!(out, "  {} rows, {} refused by the strict reader", i.rows, i.rejected);
    for reject in &i.rejects {
        let _ = writeln!(out, "    line {}: {}: {}", reject.line, reject.kind, visible(&reject.reason));
    }
    for notice in &i.notices {
        let _ = writeln!(out, "  note: {}", visible(&notice.text));
    }
    let wide = i.columns.iter().map(|c| c.name.chars().count()).max().unwrap_or(0).clamp(6, 28);
    let _ = writeln!(out, "\n  {:<wide$} {:>9} {:>9}  what", "column", "distinct", "empty");
    for column in &i.columns {
        let name = crate::report::clip(&column.name, wide);
        let _ = writeln!(out, "  {name:<wide$} {:>9} {:>9}  {}", column.distinct, column.empty, what(column));
    }
    out
}

fn what(column: &ColumnInspection) -> String {
    let mut parts = Vec::new();
    if column.candidate_key {
        parts.push("unique".to_owned());
    }
    match column.looks {
        Looks::Empty => parts.push("always empty".to_owned()),
        Looks::Date => parts.push(format!("date {}", column.date_formats.join(" or "))),
        Looks::Number => parts.push("number".to_owned()),
        Looks::Scientific => parts.push("SCIENTIFIC NOTATION: digits are lost".to_owned()),
        Looks::Text => {}
    }
    if column.leading_zeros > 0 {
        parts.push(format!("{} with leading zeros", column.leading_zeros));
    }
    if column.padded > 0 {
        parts.push(format!("{} padded with blanks", column.padded));
    }
    if !column.values.is_empty() {
        let codes: Vec<String> = column
            .values
            .iter()
            .map(|v| format!("{}={}", if v.value.is_empty() { "(empty)" } else { &v.value }, v.rows))
            .collect();
        parts.push(codes.join(" "));
    }
    visible(&parts.join(", ")).into_owned()
}
