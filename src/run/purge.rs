//! Taking away what rollproof wrote about students: which files, what is left afterwards, and a certificate of it.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use super::{answers_folder, history_folder};
use crate::error::Error;
use crate::history::History;
use crate::project::Project;

/// What is to be taken away.
#[derive(Debug, Clone, Default)]
pub struct Purge {
    /// Labels of runs; all runs when empty.
    pub runs: Vec<String>,
    /// Also kept answers and the key of pseudonyms.
    pub everything: bool,
    /// Folders that `collect` wrote.
    pub also: Vec<PathBuf>,
}

/// A file that is to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doomed {
    /// Where it is.
    pub path: PathBuf,
    /// As the certificate names it: below the project's folder where it lies there.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// BLAKE3 of what was in it.
    pub blake3: String,
}

/// Everything that is to go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Labels of the runs.
    pub labels: Vec<String>,
    /// Identities of runs whose findings the history forgets.
    pub runs: Vec<String>,
    /// The files, by name.
    pub files: Vec<Doomed>,
    /// The folders that they are in, and that go with them.
    folders: Vec<PathBuf>,
}

/// Who did it, why and when.
#[derive(Debug, Clone)]
pub struct Signed<'a> {
    /// Who.
    pub by: &'a str,
    /// Why.
    pub reason: &'a str,
    /// When, as people read it.
    pub at: &'a str,
}

/// Finds what is to go. Only folders that hold what rollproof writes are touched, and links are never followed.
///
/// # Errors
/// When a run or folder that was named is not one that rollproof wrote, or a file can not be read.
pub fn plan(project: &Project, history: &History, purge: &Purge) -> Result<Plan, Error> {
    let mut plan = Plan::default();
    let labels = if purge.runs.is_empty() { written(&project.outputs.folder)? } else { purge.runs.clone() };
    for label in labels {
        let folder = project.outputs.folder.join(&label);
        let plain = Path::new(&label).components().all(|c| matches!(c, Component::Normal(_)));
        if !plain || !is_run(&folder) {
            let fix = "`rollproof runs list` names them; only whole runs are purged".into();
            return Err(Error::Usage { what: format!("{} is no run that rollproof wrote", folder.display()), fix });
        }
        plan.folders.push(folder);
        plan.labels.push(label);
    }
    for folder in &purge.also {
        if !is_folder(folder) || !folder.join("answers.csv").is_file() || !folder.join("problems.csv").is_file() {
            let fix = "name a folder that `rollproof collect --to` made".into();
            return Err(Error::Usage { what: format!("{} is no folder of collect", folder.display()), fix });
        }
        plan.folders.push(folder.clone());
    }
    if purge.everything && is_folder(&answers_folder(project)) {
        plan.folders.push(answers_folder(project));
    }
    let mut paths = Vec::new();
    for folder in &plan.folders {
        files(folder, &mut paths)?;
    }
    let key = history_folder(project).join("keys").join("pseudonyms.key");
    if purge.everything && key.is_file() {
        paths.push(key);
    }
    let of_label = |run: &crate::history::RunRecord| plan.labels.contains(&run.label);
    plan.runs = history.runs()?.into_iter().filter(of_label).map(|run| run.id).collect();
    plan.files = paths.into_iter().map(|path| doomed(path, &project.folder)).collect::<Result<_, Error>>()?;
    plan.files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(plan)
}

/// Takes everything away, puts it on record and returns the text of the certificate.
///
/// # Errors
/// When a file is still there afterwards, or the record can not be written.
pub fn purge(plan: &Plan, history: &mut History, signed: &Signed<'_>) -> Result<String, Error> {
    history.forget(&plan.runs)?;
    for file in &plan.files {
        remove(std::fs::remove_file(&file.path), &file.path)?;
    }
    for folder in &plan.folders {
        remove(std::fs::remove_dir_all(folder), folder)?;
    }
    let left = plan.files.iter().map(|f| &f.path).chain(&plan.folders).find(|p| p.symlink_metadata().is_ok());
    if let Some(left) = left {
        return Err(Error::write(left, std::io::Error::other("it is still there")));
    }
    let list = list(plan);
    let body = serde_json::json!({
        "by": signed.by, "reason": signed.reason, "runs": plan.runs, "files": plan.files.len(),
        "list_blake3": blake3::hash(list.as_bytes()).to_hex().to_string(),
    });
    let entry = history.note("purge", body)?;
    Ok(certificate(plan, signed, &list, &entry))
}

fn remove(result: std::io::Result<()>, path: &Path) -> Result<(), Error> {
    match result {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::write(path, e)),
        _ => Ok(()),
    }
}

/// The files as the certificate lists them, a line each.
#[must_use]
pub fn list(plan: &Plan) -> String {
    let mut text = String::new();
    for file in &plan.files {
        let _ = writeln!(text, "{}  {:>12}  {}", file.blake3, file.bytes, crate::report::visible(&file.name));
    }
    text
}

fn certificate(plan: &Plan, signed: &Signed<'_>, list: &str, entry: &str) -> String {
    let shown = crate::report::visible;
    let bytes: u64 = plan.files.iter().map(|f| f.bytes).sum();
    let mut text = String::from("CERTIFICATE OF DELETION\n\n");
    let _ = writeln!(text, "When      {}", signed.at);
    let _ = writeln!(text, "By        {}", shown(signed.by));
    let _ = writeln!(text, "Why       {}", shown(signed.reason));
    let _ = writeln!(text, "Runs      {}", if plan.labels.is_empty() { "none".into() } else { plan.labels.join(", ") });
    let _ = writeln!(text, "Files     {}, {bytes} bytes in all", plan.files.len());
    let _ = writeln!(text, "Record    entry {entry} of the history's chain");
    text.push_str(
        "\nThe files below were deleted from this computer, and afterwards none of them was found at its place. Deleted means\n\
         removed from the file system: copies that were handed out (`rollproof disclose --list`), backups, snapshots and the\n\
         free space of a disk are not reached, and the systems' own exports were not touched. The history keeps counts,\n\
         verdicts and hashes, and no student.\n\nBLAKE3, bytes, file\n",
    );
    text.push_str(list);
    text
}

/// Labels of the runs that stand in a folder, in order.
fn written(outputs: &Path) -> Result<Vec<String>, Error> {
    if !outputs.exists() {
        return Ok(Vec::new());
    }
    let mut labels = Vec::new();
    for entry in std::fs::read_dir(outputs).map_err(|e| Error::read(outputs, e))? {
        let entry = entry.map_err(|e| Error::read(outputs, e))?;
        if is_run(&entry.path()) {
            labels.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    labels.sort();
    Ok(labels)
}

fn is_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|m| m.is_dir())
}

fn is_run(folder: &Path) -> bool {
    is_folder(folder) && ["summary.json", "findings.csv"].iter().all(|name| folder.join(name).is_file())
}

/// All files below a folder; a link counts as a file and is not followed.
fn files(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in std::fs::read_dir(folder).map_err(|e| Error::read(folder, e))? {
        let path = entry.map_err(|e| Error::read(folder, e))?.path();
        if is_folder(&path) {
            files(&path, found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

fn doomed(path: PathBuf, project: &Path) -> Result<Doomed, Error> {
    let link = path.symlink_metadata().is_ok_and(|m| m.file_type().is_symlink());
    let (mut hasher, mut bytes) = (blake3::Hasher::new(), 0);
    if !link {
        bytes = path.metadata().map_err(|e| Error::read(&path, e))?.len();
        hasher
            .update_reader(std::fs::File::open(&path).map_err(|e| Error::read(&path, e))?)
            .map_err(|e| Error::read(&path, e))?;
    }
    let below = path.strip_prefix(project).unwrap_or(&path);
    let name = below.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
    Ok(Doomed { name, bytes, blake3: hasher.finalize().to_hex().to_string(), path })
}
