//! `rollproof disclose`: puts on record who was given which file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::{Console, Global, clock, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::history::History;
use crate::report::{clip, json::document, visible};

/// Put on record who was given which file, or list that record
///
/// The record is part of the history's hash chain: name, role, reason, the file's hash and its place below the output
/// folder. A file from elsewhere is recorded by its hash only, because its name may be a student's.
#[derive(Debug, Args)]
pub struct DiscloseCommand {
    /// The files that are handed out
    #[arg(value_name = "FILE", required_unless_present = "list")]
    pub files: Vec<PathBuf>,
    /// Who receives them
    #[arg(long, value_name = "NAME", required_unless_present = "list")]
    pub to: Option<String>,
    /// As what: registrar, counselor, vendor
    #[arg(long, value_name = "ROLE", required_unless_present = "list")]
    pub role: Option<String>,
    /// What for: the educational interest, or the contract
    #[arg(long, value_name = "TEXT", required_unless_present = "list")]
    pub reason: Option<String>,
    /// List the record; with FILE only what concerns these files, found by what is in them
    #[arg(long, conflicts_with_all = ["to", "role", "reason"])]
    pub list: bool,
}

impl DiscloseCommand {
    /// Does it.
    ///
    /// # Errors
    /// When a file can not be read, or the history not be written.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, None)?;
        let folder = crate::run::history_folder(&project);
        if self.list {
            let notes = History::read(&folder, clock::clock(&project))?.notes("disclosure")?;
            return self.answer(&notes, global, console);
        }
        let of = |text: &Option<String>| text.clone().unwrap_or_default();
        let (to, role, reason) = (of(&self.to), of(&self.role), of(&self.reason));
        if [&to, &role, &reason].iter().any(|t| t.trim().is_empty()) {
            let fix = "--to \"J. Ruiz\" --role registrar --reason \"checks the pack of Lincoln High\"".into();
            return Err(Error::Usage { what: "the record needs a name, a role and a reason".into(), fix });
        }
        let files = self.files.iter().map(|f| File::of(f, &project.outputs.folder)).collect::<Result<Vec<_>, _>>()?;
        let mut history = History::open(&folder, clock::clock(&project))?;
        for file in &files {
            let body = json!({
                "to": to, "role": role, "reason": reason,
                "file": file.name, "bytes": file.bytes, "blake3": file.blake3,
            });
            history.note("disclosure", body)?;
        }
        console.answer(&format!("{} files given to {} are on record", files.len(), visible(&to)))?;
        Ok(ExitCode::Success)
    }

    fn answer(&self, notes: &[Value], global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let hashes = self.files.iter().map(|f| Ok(hash(f)?.1)).collect::<Result<Vec<String>, Error>>()?;
        let text = |note: &Value, key: &str| note.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let meant = |note: &&Value| hashes.is_empty() || hashes.contains(&text(note, "blake3"));
        let notes: Vec<&Value> = notes.iter().filter(meant).collect();
        if global.format == super::FormatChoice::Json {
            console.answer(&document(&notes)?)?;
            return Ok(ExitCode::Success);
        }
        let mut out = String::new();
        for note in &notes {
            let at: String = text(note, "at").chars().take(16).collect();
            let who = format!("{} ({})", text(note, "to"), text(note, "role"));
            let _ = writeln!(out, "{at}  {:<32} {}", clip(&who, 32), visible(&text(note, "file")));
            let _ = writeln!(out, "  {}  {}", text(note, "blake3"), visible(&text(note, "reason")));
        }
        let _ = writeln!(out, "{} on record", crate::report::plural(notes.len() as u64, "disclosure"));
        console.answer(&out)?;
        Ok(ExitCode::Success)
    }
}

struct File {
    name: String,
    bytes: u64,
    blake3: String,
}

impl File {
    fn of(path: &Path, outputs: &Path) -> Result<Self, Error> {
        let (bytes, blake3) = hash(path)?;
        let whole = path.canonicalize().map_err(|e| Error::read(path, e))?;
        let below = outputs.canonicalize().ok().and_then(|o| whole.strip_prefix(&o).ok().map(Path::to_owned));
        let name = match below {
            Some(below) => below.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"),
            None => "a file outside the output folder".to_owned(),
        };
        Ok(Self { name, bytes, blake3 })
    }
}

fn hash(path: &Path) -> Result<(u64, String), Error> {
    let file = std::fs::File::open(path).map_err(|e| Error::read(path, e))?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file).map_err(|e| Error::read(path, e))?;
    Ok((hasher.count(), hasher.finalize().to_hex().to_string()))
}
