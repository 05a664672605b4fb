//! `rollproof inspect`: what a file is, before anybody writes a mapping for it.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Console, FormatChoice, Global};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::extract::{ColumnInspection, Inspection, Looks, Silent, inspect, look};
use crate::mapping::suggest;
use crate::report::visible;

/// Show what a file is: encoding, delimiter, rows, and each column's counts
#[derive(Debug, Args)]
pub struct InspectCommand {
    /// The files
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Add a source block for each file to this mapping; one that is not there is begun
    #[arg(long, value_name = "MAPPING")]
    pub write: Option<PathBuf>,
    /// With --write: the side's folder, below which the files are named
    #[arg(long, value_name = "DIR", requires = "write")]
    pub root: Option<PathBuf>,
}

impl InspectCommand {
    /// Does it.
    ///
    /// # Errors
    /// When a file can not be read.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        if let Some(mapping) = &self.write {
            return self.add_to(mapping, console);
        }
        let inspections: Vec<Inspection> =
            self.files.iter().map(|f| inspect(f, &Silent)).collect::<Result<_, Error>>()?;
        if global.format == FormatChoice::Json {
            console.answer(&crate::report::json::document(&inspections)?)?;
        } else {
            let texts: Vec<String> = inspections.iter().map(text).collect();
            console.answer(&texts.join("\n"))?;
        }
        Ok(ExitCode::Success)
    }

    /// Adds source blocks at the end of a mapping file, or begins one.
    fn add_to(&self, mapping: &Path, console: &Console) -> Result<ExitCode, Error> {
        let known = match std::fs::read_to_string(mapping) {
            Ok(text) => Some(text),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
            Err(e) => return Err(Error::read(mapping, e)),
        };
        let (mut blocks, mut names, mut dates) = (String::new(), Vec::new(), Vec::new());
        for file in &self.files {
            let (seen, format, _) = look(file, &Silent)?;
            let name = suggest::table_name(&seen.file);
            let there = known
                .as_deref()
                .is_some_and(|t| t.lines().any(|l| l.trim_start().starts_with(&format!("[tables.{name}]"))));
            if there || names.contains(&name) {
                return Err(Error::Usage {
                    what: format!("the mapping has a table `{name}` already"),
                    fix: "take its block out to have it written again, or rename it".into(),
                });
            }
            let below = self.below(file, &seen.file);
            blocks.push('\n');
            blocks.push_str(&suggest::source_block(&name, &below, &seen, &format));
            dates.extend(seen.columns.iter().flat_map(|c| c.date_formats.first().copied()));
            names.push(name);
        }
        dates.sort_unstable();
        dates.dedup();
        let text = match known {
            Some(text) => format!("{}\n{blocks}", text.trim_end()),
            None => {
                let folder = std::path::absolute(mapping).ok();
                let folder =
                    folder.as_deref().and_then(Path::parent).and_then(Path::file_name).and_then(|n| n.to_str());
                suggest::skeleton(&folder.unwrap_or("my-sis").to_lowercase().replace([' ', '_'], "-"), &dates) + &blocks
            }
        };
        replace(mapping, &text)?;
        console.answer(&format!("{}: added {}\n", mapping.display(), names.join(", ")))?;
        console.hint(
            "next: rollproof map suggest FILE proposes fields for the columns; rollproof check finds what is missing",
        );
        Ok(ExitCode::Success)
    }

    /// A file's name as a mapping writes it: below the side's folder.
    fn below(&self, file: &Path, seen: &str) -> String {
        let root = self.root.as_deref().and_then(|r| file.strip_prefix(r).ok());
        root.map_or_else(|| seen.to_owned(), |p| p.to_string_lossy().replace('\\', "/"))
    }
}

/// Writes a file beside the old one and moves it into place.
fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder).map_err(|e| Error::write(folder, e))?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|e| Error::write(path, e))?;
    file.write_all(text.as_bytes()).map_err(|e| Error::write(path, e))?;
    file.persist(path).map(drop).map_err(|e| Error::write(path, e.error))
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
