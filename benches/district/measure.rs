//! One measurement after another: each contender as a process of its own, with what it cost.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::data::District;

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Contender {
    /// `rollproof run --gate`, with policies, causes, packs, report, history.
    Rollproof,
    /// The same on one thread.
    RollproofOneThread,
    /// The same with half of all rows differing.
    RollproofDense,
    /// The same within 1 GiB.
    RollproofBounded,
    /// The same reconciliation as DuckDB SQL.
    Duckdb,
    /// polars reads all files into strings.
    Polars,
}

impl Contender {
    /// How tables name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rollproof => "rollproof",
            Self::RollproofOneThread => "rollproof -j1",
            Self::RollproofDense => "rollproof dense",
            Self::RollproofBounded => "rollproof 1GiB",
            Self::Duckdb => "duckdb",
            Self::Polars => "polars scan",
        }
    }
}

/// What one run cost.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Sample {
    /// Seconds on the clock.
    pub wall: f64,
    /// Seconds of CPU, of all threads.
    pub cpu: f64,
    /// Largest resident memory, in bytes.
    #[serde(default)]
    pub peak: u64,
    /// Exit code.
    #[serde(default)]
    pub exit: i32,
}

/// A district and the means to measure on it.
#[derive(Debug)]
pub struct Bench<'a> {
    district: &'a District,
    python: &'a str,
    threads: usize,
    has_python: bool,
    scripts: PathBuf,
    scratch: PathBuf,
}

impl<'a> Bench<'a> {
    /// Looks what is there.
    ///
    /// # Errors
    /// When no scratch folder can be made.
    pub fn new(district: &'a District, python: &'a str, threads: usize) -> Result<Self, String> {
        let scratch = district.folder.join("scratch");
        fs::create_dir_all(&scratch).map_err(|e| e.to_string())?;
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peer");
        let has_python = works(Command::new(python).args(["-c", "import os; os.wait4"]));
        Ok(Self { district, python, threads, has_python, scripts, scratch })
    }

    /// Why a contender can not be measured here; `None` when it can.
    #[must_use]
    pub fn why_not(&self, contender: Contender) -> Option<String> {
        if !self.has_python {
            return Some(format!("{} does not run here; it starts and measures all of them (--python)", self.python));
        }
        let module = match contender {
            Contender::Duckdb => "duckdb",
            Contender::Polars => "polars",
            _ => return None,
        };
        let has = works(Command::new(self.python).args(["-c", &format!("import {module}")]));
        (!has).then(|| format!("the Python package {module} is not there (pip install duckdb polars)"))
    }

    /// Runs a contender once.
    ///
    /// # Errors
    /// When it fails.
    pub fn once(&self, contender: Contender) -> Result<Sample, String> {
        let (result, own) = (self.scratch.join("result.json"), self.scratch.join("own.json"));
        let out = self.scratch.join("out");
        for folder in [&out, &self.district.folder.join(".rollproof"), &self.district.folder.join("out")] {
            let _ = fs::remove_dir_all(folder);
        }
        let _ = fs::remove_file(&own);
        let mut command = Command::new(self.python);
        command.arg(self.scripts.join("measure.py")).arg(&result).arg("--");
        let folder = &self.district.folder;
        match contender {
            Contender::Duckdb => {
                command.arg(self.python).arg(self.scripts.join("duckdb_peer.py"));
                command.arg(folder).arg(self.threads.to_string()).arg(&out).arg(&own);
            }
            Contender::Polars => {
                command.arg(self.python).arg(self.scripts.join("polars_floor.py"));
                command.arg(folder).arg(self.threads.to_string()).arg(&own);
            }
            _ => self.rollproof(contender, &mut command),
        }
        let log = fs::File::create(self.scratch.join("log")).map_err(|e| e.to_string())?;
        let errors = log.try_clone().map_err(|e| e.to_string())?;
        let status = command.stdout(log).stderr(errors).status().map_err(|e| e.to_string())?;
        let sample: Sample = read(&result)?;
        let fine = match contender {
            Contender::Duckdb | Contender::Polars => sample.exit == 0,
            // GO, NO-GO or, in a district with planted faults, CANNOT DECIDE: all of them are whole runs.
            _ => matches!(sample.exit, 0 | 1 | 4),
        };
        if !status.success() || !fine {
            return Err(format!(
                "{} ended with {}; see {}",
                contender.name(),
                sample.exit,
                self.scratch.join("log").display()
            ));
        }
        // Python's own start is not the peer's fault.
        let inner: Option<Sample> = read(&own).ok();
        Ok(inner.map_or(sample, |inner| Sample { wall: inner.wall, cpu: inner.cpu, ..sample }))
    }

    fn rollproof(&self, contender: Contender, command: &mut Command) {
        let project = match contender {
            Contender::RollproofDense => "dense.toml",
            _ => "rollproof.toml",
        };
        let threads = if contender == Contender::RollproofOneThread { 1 } else { self.threads };
        command.arg(env!("CARGO_BIN_EXE_rollproof")).args(["run", "--gate", "--timings", "-C"]);
        command.arg(self.district.folder.join(project)).args(["-j", &threads.to_string()]);
        if contender == Contender::RollproofBounded {
            command.args(["--memory", "1GiB"]);
        }
    }
}

fn works(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
}

fn read(path: &Path) -> Result<Sample, String> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}
