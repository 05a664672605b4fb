//! What the acceptance tests share: projects in folders of their own, the program itself, findings as rows.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rollproof::synth::{District, Dress, Plan, Planter, System, write_migration};
use tempfile::TempDir;

/// The moment at which every test run happens.
pub const NOW: &str = "2026-06-02T12:00:00Z";

/// A project file that names a mapping and a folder a side, and asks for students only.
pub fn project_toml(mappings: [&str; 2], folders: [&str; 2]) -> String {
    let side = |at: usize| format!("mapping = \"{}\"\nroot = \"{}\"\nas_of = 2026-06-01", mappings[at], folders[at]);
    format!(
        "schema = 1\n[migration]\ndistrict = \"D\"\ntimezone = \"America/Chicago\"\n[sides.legacy]\n{}\n[sides.new]\n{}\n\
         [checks]\nrequired = [\"student\"]\n",
        side(0),
        side(1)
    )
}

/// A project in a folder that goes away with it.
pub struct Project {
    folder: TempDir,
}

impl Project {
    /// A copy of the sample.
    pub fn sample() -> Self {
        let folder = TempDir::new().unwrap();
        copy(&root().join("sample-data/maple-valley"), folder.path());
        Self { folder }
    }

    /// A synthetic district moved from one layout to another.
    pub fn synthetic(students: u32, legacy: (System, Dress), new: (System, Dress), faults: Option<Planter>) -> Self {
        let folder = TempDir::new().unwrap();
        let plan = Plan { name: "Test SD".into(), legacy, new, faults };
        write_migration(folder.path(), &District::generate(7, students), &plan, &|_| {}).unwrap();
        Self { folder }
    }

    /// A folder with these files.
    pub fn with_files(files: &[(&str, &[u8])]) -> Self {
        let folder = TempDir::new().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn read(&self, name: &str) -> String {
        let bytes = fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        String::from_utf8(bytes).unwrap_or_else(|e| e.into_bytes().iter().map(|b| *b as char).collect())
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Replaces text in a file that is there; the text must occur.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} does not hold {from:?}");
        self.write(name, text.replacen(from, to, 1));
    }

    /// Runs the program in the project's folder.
    pub fn rollproof(&self, args: &[&str]) -> Answer {
        let output = Command::new(env!("CARGO_BIN_EXE_rollproof"))
            .args(args)
            .current_dir(self.folder.path())
            .env("ROLLPROOF_NOW", NOW)
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        Answer::of(output)
    }

    /// `run --gate`.
    pub fn run(&self) -> Answer {
        self.rollproof(&["run", "--gate"])
    }

    /// The findings of the last run.
    pub fn findings(&self) -> Vec<Row> {
        rows(&self.path(&format!("out/{}/findings.csv", self.label())))
    }

    /// The label of the project's rehearsal.
    pub fn label(&self) -> String {
        let text = self.read("rollproof.toml");
        let line = text.lines().find(|l| l.trim_start().starts_with("rehearsal")).map(str::to_owned);
        line.and_then(|l| l.split('"').nth(1).map(str::to_owned)).unwrap_or_else(|| "run".into())
    }

    /// The decision's reason codes.
    pub fn reasons(&self) -> Vec<String> {
        let verdict: serde_json::Value =
            serde_json::from_str(&self.read(&format!("out/{}/verdict.json", self.label()))).unwrap();
        let list = verdict["reasons"].as_array().cloned().unwrap_or_default();
        list.iter().map(|r| r["code"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

/// What the program answered.
pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Answer {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Fails with both streams unless the program ended so.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n--- out\n{}\n--- err\n{}", self.out, self.err);
        self
    }
}

/// One finding by column.
pub type Row = BTreeMap<String, String>;

/// The rows of a CSV file.
pub fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let record = |r: Result<csv::StringRecord, csv::Error>| {
        header.iter().cloned().zip(r.unwrap().iter().map(str::to_owned)).collect()
    };
    reader.records().map(record).collect()
}

/// The project's root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of real data, where it exists; says so where it does not.
pub fn real_data() -> Option<PathBuf> {
    let named = std::env::var_os("ROLLPROOF_REAL_DATA").map(PathBuf::from);
    let beside = [root().join("../shared/real-data"), root().join("../../shared/real-data")];
    let found = named.into_iter().chain(beside).find(|p| p.is_dir());
    if found.is_none() {
        println!("SKIPPED: no folder of real data (set ROLLPROOF_REAL_DATA)");
    }
    found
}

/// Copies a folder with all that is in it, but for outputs and history.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if name == "out" || name == ".rollproof" {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(name));
        } else {
            fs::copy(entry.path(), to.join(name)).unwrap();
        }
    }
}
