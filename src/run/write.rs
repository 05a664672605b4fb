//! The run's folder: everything is built beside it and moved into place in one step, verdict last.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::readers::{Reader, privacy_of, readers};
use super::{Reads, Spelled, history_folder};
use crate::cause::{CSV_HEADER, Causes};
use crate::error::Error;
use crate::extract::Reject;
use crate::gate::measure::ControlLine;
use crate::gate::{FindingCounts, Measured};
use crate::history::{History, RunFolder};
use crate::project::{PackFormat, Project};
use crate::report::collect::AnswerStore;
use crate::report::html::Samples;
use crate::report::packs::{KnownAnswer, Pack, PackForms, PackInfo, PackJob, Seals, write_packs};
use crate::report::summary::Tally;
use crate::report::{FindingSource, OutFile, Summary, csv, forms, private_folder};

/// Where a run's files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The run's folder.
    pub folder: PathBuf,
    /// How many packs were written.
    pub packs: usize,
    /// New files that stand beside one that is open in another program, below the folder.
    pub beside: Vec<PathBuf>,
}

/// A run's folder in the making.
#[derive(Debug)]
pub struct Folder {
    inner: RunFolder,
    readers: Vec<Reader>,
    samples: Samples,
    outputs: Vec<String>,
    packs: usize,
    seals: Seals,
    store: AnswerStore,
    /// Answers of earlier runs that hold today, by reference, and the schools of the findings.
    holds: BTreeMap<String, KnownAnswer>,
    holds_in: Vec<String>,
}

/// Format of `measured.json`.
pub const MEASURED_SCHEMA: u32 = 1;

/// What `gate` needs to decide again.
#[derive(Debug, Serialize)]
struct MeasuredFile<'a> {
    schema: u32,
    measured: &'a Measured,
}

impl Folder {
    /// Starts a folder beside the last complete one.
    ///
    /// # Errors
    /// When the output folder can not be written, or lies inside an input.
    pub fn create(project: &Project, history: &History, id: &str) -> Result<Self, Error> {
        let place = project.outputs.folder.join(&project.label);
        super::formats::refuse_newer(&place)?;
        let inner = RunFolder::create(history, &place, id, &[project.legacy.root.clone(), project.new.root.clone()])?;
        let samples = Samples::new(privacy_of(project));
        Ok(Self {
            inner,
            readers: readers(project)?,
            samples,
            outputs: Vec::new(),
            packs: 0,
            // Before the work: a key that is none must not be told after an hour.
            seals: Seals::parse(&project.privacy.encrypt)?,
            store: AnswerStore::read(&answers_folder(project))?,
            holds: BTreeMap::new(),
            holds_in: Vec::new(),
        })
    }

    /// Where files lie until the folder is published.
    #[must_use]
    pub fn place(&self) -> &Path {
        self.inner.path()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.inner.path().join(name)
    }

    /// Writes every finding, and counts them on the way.
    ///
    /// # Errors
    /// When the file can not be written.
    pub fn findings(
        &mut self,
        project: &Project,
        source: &Spelled<'_>,
        tally: &mut Tally,
    ) -> Result<FindingCounts, Error> {
        let mut file = csv::findings_file(&self.path("findings.csv"))?;
        let mut counts = FindingCounts::default();
        for at in 0..source.len() {
            let row = source.row(at);
            file.finding(&row)?;
            tally.add(&row);
            self.readers.iter_mut().for_each(|reader| reader.planner.add(at as u32, &row));
            if let Some(answer) = self.store.holds(&row) {
                self.holds.insert(row.reference.clone(), answer);
                self.holds_in.push(row.school.clone());
            }
            if project.outputs.html {
                self.samples.add(&row);
            }
            counts.all.add(row.severity);
            if row.waiver.is_empty() {
                counts.open.add(row.severity);
                counts.open_by_school.entry(row.school).or_default().add(row.severity);
            } else {
                counts.waived.add(row.severity);
            }
        }
        file.finish()?;
        counts.written = Some(read_back(&self.path("findings.csv"))?);
        self.outputs.push("findings.csv".into());
        Ok(counts)
    }

    /// Writes what stands beside the findings: pairs of values, refused records, control totals.
    ///
    /// # Errors
    /// When a file can not be written.
    pub fn tables(&mut self, tally: &Tally, reads: &Reads, totals: &[ControlLine]) -> Result<(), Error> {
        self.pairs(tally)?;
        self.rejects(reads)?;
        self.totals(totals)
    }

    /// Writes how often which value became which.
    ///
    /// # Errors
    /// When the file can not be written.
    fn pairs(&mut self, tally: &Tally) -> Result<(), Error> {
        self.outputs.push(forms::write_pairs(self.inner.path(), tally)?);
        Ok(())
    }

    /// Writes every control total by school and grade.
    ///
    /// # Errors
    /// When the file can not be written.
    fn totals(&mut self, lines: &[ControlLine]) -> Result<(), Error> {
        let header = ["school", "grade", "measure", "legacy", "new", "state"];
        let mut file = csv::CsvFile::create(&self.path("totals.csv"), &header)?;
        for l in lines {
            file.record([l.school.as_str(), &l.grade, &l.measure, &l.legacy, &l.new, l.state])?;
        }
        file.finish()?;
        self.outputs.push("totals.csv".into());
        Ok(())
    }

    /// Writes every refused record.
    ///
    /// # Errors
    /// When the file can not be written.
    fn rejects(&mut self, reads: &Reads) -> Result<(), Error> {
        let rejects =
            reads.sides().flat_map(|(side, read)| read.rejects.iter().map(move |r: &Reject| (side.name(), r)));
        csv::write_rejects(&self.path("rejects.csv"), rejects)?;
        self.outputs.push("rejects.csv".into());
        Ok(())
    }

    /// Writes each school's pack, for each kind of reader.
    ///
    /// # Errors
    /// When a pack can not be written.
    pub fn packs(&mut self, project: &Project, source: &dyn FindingSource, summary: &mut Summary) -> Result<(), Error> {
        let seals = std::mem::take(&mut self.seals);
        let has = |format| project.outputs.packs.contains(&format);
        let forms = PackForms { csv: has(PackFormat::Csv), xlsx: has(PackFormat::Xlsx) };
        for mut reader in std::mem::take(&mut self.readers) {
            let folder = self.inner.path().join(reader.folder());
            private_folder(&folder)?;
            let planner = std::mem::take(&mut reader.planner);
            let packs: Vec<Pack> = planner.plan(summary.schools.iter().map(|s| (s.code.as_str(), s.name.as_str())));
            let info = PackInfo { role: reader.role.clone(), hidden: reader.hidden(), ..pack_info(project, summary) };
            // What a school wrote beside its answer is not for those who see pseudonyms only.
            let none = BTreeMap::new();
            let answers = if reader.privacy.pseudonym_key.is_some() { &none } else { &self.holds };
            let (privacy, seals) = (&reader.privacy, &seals);
            let job = PackJob { folder: &folder, info: &info, source, privacy, answers, forms, seals };
            let files = write_packs(&job, &packs)?;
            for school in &mut summary.schools {
                let first = files.get(&school.code).and_then(|f| f.first()).filter(|_| school.pack.is_empty());
                if let Some(first) = first {
                    school.pack = format!("{}/{first}", slashes(&reader.folder()));
                }
            }
            self.packs += packs.len();
        }
        let mut by_school: BTreeMap<String, u64> = BTreeMap::new();
        for school in self.holds_in.iter() {
            *by_school.entry(school.clone()).or_default() += 1;
        }
        summary.answers = self.store.lines(&by_school);
        self.outputs.push("packs/".into());
        Ok(())
    }

    /// Writes every cause, with its proof and where to repair it.
    ///
    /// # Errors
    /// When the file can not be written.
    pub fn causes(&mut self, causes: &Causes) -> Result<(), Error> {
        let mut file = csv::CsvFile::create(&self.path("causes.csv"), &CSV_HEADER)?;
        for cause in &causes.causes {
            file.record(cause.csv())?;
        }
        file.finish()?;
        self.outputs.push("causes.csv".into());
        Ok(())
    }

    /// Writes the summary, and the verdict last, and moves the folder into place.
    ///
    /// # Errors
    /// When a file can not be written or the folder not moved; the last complete run then stays.
    pub fn publish(
        mut self,
        project: &Project,
        summary: &mut Summary,
        measured: &Measured,
        verdict: &[u8],
    ) -> Result<Written, Error> {
        if project.outputs.html {
            self.outputs.extend(["report.html".into(), "summary.html".into()]);
        }
        self.outputs.extend(["summary.md", "junit.xml", "summary.json", "verdict.json"].map(str::to_owned));
        summary.outputs.clone_from(&self.outputs);
        if project.outputs.html {
            let min = u64::from(project.privacy.exec_min_group);
            forms::write_html(self.inner.path(), summary, &self.samples, min)?;
        }
        forms::write_counts(self.inner.path(), summary)?;
        forms::write_json(self.inner.path(), summary)?;
        self.json("measured.json", &MeasuredFile { schema: MEASURED_SCHEMA, measured })?;
        let published = self.inner.finish(verdict)?;
        Ok(Written { folder: published.folder, packs: self.packs, beside: published.beside })
    }

    fn json(&self, name: &str, value: &impl Serialize) -> Result<(), Error> {
        let mut text = serde_json::to_string_pretty(value).map_err(|e| Error::Bug(e.to_string()))?;
        text.push('\n');
        OutFile::write_all_of(self.path(name), text.as_bytes())
    }
}

/// Where the answers of schools are kept from run to run.
#[must_use]
pub fn answers_folder(project: &Project) -> PathBuf {
    history_folder(project).join("answers")
}

fn pack_info(project: &Project, summary: &Summary) -> PackInfo {
    PackInfo {
        run: project.label.clone(),
        run_id: summary.run.id.clone(),
        district: project.migration.district.clone(),
        legacy: project.legacy.label.clone(),
        new: project.new.label.clone(),
        day: summary.run.started.chars().take(10).collect(),
        due: project.outputs.answers_due.map_or_else(String::new, |day| day.strftime("%A, %B %-d, %Y").to_string()),
        contact: project.outputs.contact.clone(),
        ..PackInfo::default()
    }
}

fn slashes(path: &Path) -> String {
    path.components().map(|c| c.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// Counts the findings that stand in the file: what was written, not what was meant.
fn read_back(path: &Path) -> Result<u64, Error> {
    let failed = |e: ::csv::Error| Error::Output {
        path: path.to_owned(),
        what: format!("what was written does not read back: {e}"),
        fix: "check the disk and run again".into(),
        source: None,
    };
    let mut reader = ::csv::Reader::from_path(path).map_err(failed)?;
    let mut record = ::csv::ByteRecord::new();
    let mut rows = 0;
    while reader.read_byte_record(&mut record).map_err(failed)? {
        rows += 1;
    }
    Ok(rows)
}
