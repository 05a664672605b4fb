//! Beyond one machine, from the user's side: a run in shards is the single run, byte for byte, or it is no run.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rollproof::history::Clock;
use rollproof::run::{self, Quiet};
use rollproof::shard::{self, Shard};
use rollproof::synth::{District, Dress, Planter, System};

use crate::support::{Answer, Project};

/// Every file below a folder, by name.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, out: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, out);
            } else {
                out.insert(path.strip_prefix(root).unwrap().display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(folder, folder, &mut out);
    out
}

/// What a run leaves: its folder, and all records of the history (the database as its rows: pages differ by history).
#[derive(PartialEq, Eq)]
struct Left {
    run: BTreeMap<String, Vec<u8>>,
    findings: BTreeMap<String, Vec<u8>>,
    records: Vec<String>,
}

impl Left {
    fn of(project: &Project) -> Self {
        let label = project.label();
        let mut history = tree(&project.path(".rollproof"));
        history.retain(|name, _| name.ends_with(".parquet"));
        let store = fs::read_dir(project.path(".rollproof")).unwrap().map(|e| e.unwrap().path());
        let store = store.into_iter().find(|p| p.extension().is_some_and(|e| e == "db" || e == "sqlite")).unwrap();
        Self { run: tree(&project.path(&format!("out/{label}"))), findings: history, records: dump(&store) }
    }

    /// Says which files differ, not how.
    #[track_caller]
    fn assert_same(&self, other: &Self) {
        let names = |left: &Self| left.run.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(self), names(other));
        let differ = |a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>| {
            a.iter()
                .filter(|(name, bytes)| b.get(*name) != Some(bytes))
                .map(|(name, _)| name.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(differ(&self.run, &other.run), Vec::<String>::new());
        assert_eq!(differ(&self.findings, &other.findings), Vec::<String>::new());
        assert_eq!(self.records, other.records);
        assert!(*self == *other);
    }
}

/// All rows of all tables.
fn dump(store: &Path) -> Vec<String> {
    let db = rusqlite::Connection::open(store).unwrap();
    let mut tables = db.prepare("select name from sqlite_master where type = 'table' order by name").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut out = Vec::new();
    for table in tables {
        let mut rows = db.prepare(&format!("select * from \"{table}\"")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<String> =
                (0..columns).map(|at| format!("{:?}", row.get::<_, rusqlite::types::Value>(at).unwrap())).collect();
            out.push(format!("{table}: {}", cells.join("|")));
        }
    }
    assert!(!out.is_empty());
    out
}

/// A project whose next run can be made twice: the history is put back in between.
struct Twice {
    project: Project,
    single: Left,
}

impl Twice {
    /// Makes the single run, keeps what it leaves, and goes back.
    fn new(project: Project) -> Self {
        // A run before it, so that there is a history to compare with, and one key of identities.
        project.rollproof(&["run", "--label", "before"]).ends(0);
        let saved = project.path("saved");
        crate::support::copy(&project.path(".rollproof"), &saved);
        project.rollproof(&["run"]).ends(0);
        let single = Left::of(&project);
        let twice = Self { project, single };
        twice.back();
        twice
    }

    fn back(&self) {
        let _ = fs::remove_dir_all(self.project.path(&format!("out/{}", self.project.label())));
        fs::remove_dir_all(self.project.path(".rollproof")).unwrap();
        crate::support::copy(&self.project.path("saved"), &self.project.path(".rollproof"));
    }

    /// Makes the run in shards, all those given at the same time, and holds it against the single one.
    #[track_caller]
    fn check(&self, shards: u32, order: impl Iterator<Item = u32>, threads: &str) {
        let folder = format!("parts-{shards}");
        if !self.project.path(&folder).exists() {
            partition(&self.project, shards, &folder).ends(0);
        }
        std::thread::scope(|scope| {
            for number in order {
                let (project, folder) = (&self.project, &folder);
                scope.spawn(move || run_shard(project, &format!("{number}/{shards}"), folder, threads).ends(0));
            }
        });
        merge(&self.project, &folder).ends(0);
        Left::of(&self.project).assert_same(&self.single);
        self.back();
    }
}

fn partition(project: &Project, shards: u32, folder: &str) -> Answer {
    project.rollproof(&["partition", "--shards", &shards.to_string(), "--to", folder])
}

fn run_shard(project: &Project, shard: &str, folder: &str, threads: &str) -> Answer {
    project.rollproof(&["run", "--shard", shard, "--partition", folder, "-j", threads])
}

fn merge(project: &Project, folder: &str) -> Answer {
    project.rollproof(&["merge", "--partition", folder])
}

#[test]
fn the_sample_in_eight_shards_is_the_single_run_byte_for_byte_in_any_order_and_again() {
    let twice = Twice::new(Project::sample());
    assert!(twice.single.run.len() > 10 && twice.single.run["findings.csv"].len() > 10_000);
    // Two shards are asked for twice at the same time.
    twice.check(8, (1..=8).chain([3, 6]), "1");
    // All answers are there already: some again, with other threads.
    twice.check(8, [7, 4, 1].into_iter(), "3");
}

/// Changes the lines of an export, whatever its encoding.
fn lines(project: &Project, name: &str, change: impl FnOnce(&mut Vec<Vec<u8>>)) {
    let mut lines: Vec<Vec<u8>> =
        fs::read(project.path(name)).unwrap().split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect();
    change(&mut lines);
    project.write(name, lines.concat());
}

/// The checks that spoke in a run.
fn spoke(left: &Left) -> BTreeSet<String> {
    let mut reader = csv::Reader::from_reader(left.run["findings.csv"].as_slice());
    let at = reader.headers().unwrap().iter().position(|h| h == "check").unwrap();
    reader.records().map(|r| r.unwrap()[at].to_owned()).collect()
}

#[test]
fn a_district_with_every_fault_is_the_same_in_three_and_eight_shards() {
    const STUDENTS: u32 = 600;
    let dress = Dress { renumber_sections: true, ..Dress::default() };
    let district = District::generate(7, STUDENTS);
    let every: Vec<u8> = (1..=111).collect();
    let faults = Planter::one_each(5, &district, System::PowerSchool, &dress, &every);
    let systems = ((System::Aeries, Dress::default()), (System::PowerSchool, dress));
    let project = Project::synthetic(STUDENTS, systems.0, systems.1, Some(faults));
    // Two with each other's names, one whom legacy does not know, one who was loaded twice, and records of nobody.
    lines(&project, "new/students.txt", |lines| {
        let cells = |line: &[u8]| line.split(|b| *b == b'\t').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let (mut a, mut b) = (cells(&lines[100]), cells(&lines[130]));
        for name_or_birth in [4, 5, 9] {
            std::mem::swap(&mut a[name_or_birth], &mut b[name_or_birth]);
        }
        (lines[100], lines[130]) = (a.join(&b'\t'), b.join(&b'\t'));
    });
    lines(&project, "legacy/STU.csv", |lines| drop(lines.remove(40)));
    lines(&project, "new/students.txt", |lines| lines.push(lines[60].clone()));
    lines(&project, "legacy/HIS.csv", |lines| lines[50].splice(..7, *b"9999999").for_each(drop));
    lines(&project, "new/u_gradreq.txt", |lines| {
        let end = lines[50].iter().position(|b| *b == b'\t').unwrap();
        lines[50].splice(..end, *b"99999").for_each(drop);
    });
    let twice = Twice::new(project);
    // What depends on others occurs: else equal bytes would prove little.
    let spoke = spoke(&twice.single);
    let needy = rollproof::checks::ALL.iter().filter(|c| c.needs_everybody()).map(|c| c.meta().name);
    for check in needy.chain(["roster-scattered", "blank-key"]) {
        assert!(spoke.contains(check), "{check} is not among {spoke:?}");
    }
    twice.check(3, [2, 3, 1].into_iter(), "1");
    let manifest: serde_json::Value = serde_json::from_str(&twice.project.read("parts-3/partition.json")).unwrap();
    for fact in ["digits", "swapped", "swapped_transcripts"] {
        assert!(!manifest["facts"][fact].as_array().unwrap().is_empty(), "{fact}");
    }
    twice.check(8, 1..=8, "2");
}

#[test]
fn more_shards_than_students_and_a_single_one_are_the_same_too() {
    let faults = Planter::mixed(5, (1..=111).collect(), 300_000);
    let systems = ((System::OneRoster, Dress::default()), (System::InfiniteCampus, Dress::default()));
    let project = Project::synthetic(24, systems.0, systems.1, Some(faults));
    let twice = Twice::new(project);
    twice.check(40, 1..=40, "1");
    twice.check(1, 1..=1, "2");
}

#[test]
fn rows_that_do_not_fit_into_memory_make_no_difference_to_partition_or_merge() {
    let systems = ((System::PowerSchool, Dress::default()), (System::Aeries, Dress::default()));
    let faults = Planter::mixed(7, (1..=111).collect(), 300_000);
    let project = Project::synthetic(60, systems.0, systems.1, Some(faults));
    let clock = Clock::end_of("2026-06-02".parse().unwrap(), "America/Chicago").unwrap();
    let loaded = |memory: u64| {
        let mut loaded = run::load(&project.path("rollproof.toml"), None).unwrap();
        loaded.memory = Some(memory);
        loaded
    };
    // In a file, or all in memory.
    let sizes = [0, u64::MAX];
    run::run(&loaded(u64::MAX), &clock, &Quiet).unwrap();
    fs::remove_dir_all(project.path("out")).unwrap();
    let saved = project.path("saved");
    crate::support::copy(&project.path(".rollproof"), &saved);
    let back = || {
        let left = Left::of(&project);
        fs::remove_dir_all(project.path("out")).unwrap();
        fs::remove_dir_all(project.path(".rollproof")).unwrap();
        crate::support::copy(&saved, &project.path(".rollproof"));
        left
    };
    run::run(&loaded(u64::MAX), &clock, &Quiet).unwrap();
    let single = back();
    for (at, cutting) in sizes.into_iter().enumerate() {
        let folder = project.path(&format!("parts{at}"));
        shard::partition(&loaded(cutting), 3, &folder, &Quiet).unwrap();
        for number in 1..=3 {
            shard::work(&loaded(cutting), &folder, Shard { number, of: 3 }, &Quiet).unwrap();
        }
        for merging in sizes {
            shard::merge(&loaded(merging), &folder, &clock, &Quiet).unwrap();
            back().assert_same(&single);
        }
    }
}

/// A waiver of the first findings of one check.
const WAIVER: &str = "[[waive]]\nid = \"W-1\"\ncheck = \"mark-changed\"\nreason = \"agreed\"\nowner = \"o\"\n\
                      approver = \"a\"\nadded = 2026-06-01\nexpires = 2026-06-20\nmax = 10000\nbroad = true\n";

#[test]
fn what_is_accepted_between_partition_and_merge_counts_as_in_a_single_run() {
    let project = Project::sample();
    let text = project.read("rollproof.toml") + "\n[waivers]\nfile = \"waivers.toml\"\n";
    project.write("rollproof.toml", text);
    project.write("waivers.toml", "");
    partition(&project, 2, "parts-2").ends(0);
    project.write("waivers.toml", WAIVER);
    let twice = Twice::new(project);
    assert!(
        String::from_utf8_lossy(&twice.single.run["findings.csv"]).contains(",W-1,"),
        "the waiver covers something"
    );
    twice.check(2, 1..=2, "2");
}

/// A small project in three shards that have all answered.
struct Cut(Project);

impl Cut {
    fn new() -> Self {
        let systems = ((System::Aeries, Dress::default()), (System::PowerSchool, Dress::default()));
        let faults = Planter::mixed(5, (1..=111).collect(), 300_000);
        let project = Project::synthetic(24, systems.0, systems.1, Some(faults));
        partition(&project, 3, "parts").ends(0);
        for number in 1..=3 {
            run_shard(&project, &format!("{number}/3"), "parts", "1").ends(0);
        }
        Self(project)
    }

    /// Damages a file, and puts it back afterwards.
    #[track_caller]
    fn damaged(&self, name: &str, damage: impl Fn(&[u8]) -> Option<Vec<u8>>, check: impl Fn(&Self)) {
        let whole = fs::read(self.0.path(name)).unwrap();
        match damage(&whole) {
            Some(bytes) => {
                assert_ne!(bytes, whole, "{name} is damaged");
                fs::write(self.0.path(name), bytes).unwrap();
            }
            None => fs::remove_file(self.0.path(name)).unwrap(),
        }
        check(self);
        fs::write(self.0.path(name), whole).unwrap();
    }

    /// The merge must end so, say this, and leave no verdict.
    #[track_caller]
    fn no_run(&self, says: &str) {
        let answer = self.0.rollproof(&["merge", "--partition", "parts", "--gate"]).ends(3);
        assert!(answer.err.contains(says), "{}", answer.err);
        assert!(answer.err.contains("fix:"), "{}", answer.err);
        assert!(!self.0.path("out").join(self.0.label()).join("verdict.json").exists());
    }

    #[track_caller]
    fn no_shard(&self, says: &str) {
        let answer = run_shard(&self.0, "1/3", "parts", "1").ends(3);
        assert!(answer.err.contains(says), "{}", answer.err);
    }
}

fn flipped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    Some(bytes)
}

fn replaced(from: &'static str, to: &'static str) -> impl Fn(&[u8]) -> Option<Vec<u8>> {
    move |bytes| Some(String::from_utf8(bytes.to_vec()).unwrap().replacen(from, to, 1).into_bytes())
}

fn longer(bytes: &[u8]) -> Option<Vec<u8>> {
    Some([bytes, b"\n"].concat())
}

#[test]
fn an_answer_that_is_missing_foreign_old_or_touched_is_no_run() {
    let cut = Cut::new();
    cut.damaged("parts/results/00002.json", |_| None, |cut| cut.no_run("no answer of shard 2 of 3"));
    let first = fs::read(cut.0.path("parts/results/00001.json")).unwrap();
    cut.damaged(
        "parts/results/00002.json",
        |_| Some(first.clone()),
        |cut| cut.no_run("another partition or of another"),
    );
    let other = "\"rollproof\":\"0.0.9\"";
    let ours = concat!("\"rollproof\":\"", env!("CARGO_PKG_VERSION"), "\"");
    cut.damaged("parts/results/00003.json", replaced(ours, other), |cut| cut.no_run("rollproof 0.0.9 wrote it"));
    cut.damaged("parts/results/00003.json", |_| Some(b"{".to_vec()), |cut| cut.no_run("does not read"));
    cut.damaged("parts/results/00001.findings.parquet", flipped, |cut| cut.no_run("its hash is another"));
    cut.damaged("parts/results/00001.findings.parquet", |_| None, |cut| cut.no_run("00001.findings.parquet"));
    // And with everything back in its place it is a run.
    merge(&cut.0, "parts").ends(0);
}

#[test]
fn a_partition_that_is_not_as_it_was_cut_is_no_run() {
    let cut = Cut::new();
    cut.damaged(
        "parts/partition.json",
        |_| None,
        |cut| {
            cut.no_run("no whole partition");
            cut.no_shard("no whole partition");
        },
    );
    let ours = concat!("\"rollproof\":\"", env!("CARGO_PKG_VERSION"), "\"");
    cut.damaged("parts/partition.json", replaced(ours, "\"rollproof\":\"0.0.9\""), |cut| {
        cut.no_run("must be of one version");
        cut.no_shard("must be of one version");
    });
    // A manifest that says something else is another partition: the answers do not belong to it.
    cut.damaged("parts/partition.json", replaced("\"kept_id\":", "\"kept_id\":1"), |cut| {
        cut.no_run("another partition")
    });
    cut.damaged("parts/shards/00001/legacy-transcript.rows.parquet", flipped, |cut| {
        cut.no_run("its hash is another");
        cut.no_shard("its hash is another");
    });
    cut.damaged("parts/shards/00002/new-student.values.parquet", flipped, |cut| cut.no_run("its hash is another"));
    cut.damaged("parts/rest/legacy-course.rows.parquet", flipped, |cut| cut.no_shard("its hash is another"));
    cut.damaged("parts/reads.json", flipped, |cut| cut.no_run("its hash is another"));
    cut.damaged("parts/shards/00001/students.parquet", |_| None, |cut| cut.no_shard("students.parquet"));
}

#[test]
fn exports_or_a_project_that_have_changed_since_the_cut_are_no_run() {
    let cut = Cut::new();
    let export = fs::read_dir(cut.0.path("new")).unwrap().map(|e| e.unwrap().path()).min().unwrap();
    let export = format!("new/{}", export.file_name().unwrap().to_string_lossy());
    // The same exports cut again, by other threads, are the same partition.
    cut.0.rollproof(&["partition", "--shards", "3", "--to", "again", "-j", "3"]).ends(0);
    let mut parts = tree(&cut.0.path("parts"));
    parts.retain(|name, _| !name.starts_with("results"));
    assert!(parts == tree(&cut.0.path("again")), "the same bytes");
    cut.damaged(&export, longer, |cut| cut.no_run("exports have changed since the partition"));
    cut.damaged(&export, |_| None, |cut| cut.no_run("exports have changed since the partition"));
    cut.damaged("rollproof.toml", longer, |cut| {
        cut.no_run("is not the one of the partition");
        cut.no_shard("is not the one of the partition");
    });
    let crosswalk = fs::read_dir(cut.0.path("crosswalks")).unwrap().map(|e| e.unwrap().path()).min().unwrap();
    let crosswalk = format!("crosswalks/{}", crosswalk.file_name().unwrap().to_string_lossy());
    cut.damaged(&crosswalk, longer, |cut| {
        cut.no_run("is not the one of the partition");
        cut.no_shard("is not the one of the partition");
    });
}

#[test]
fn a_wrong_call_says_what_to_call_and_a_folder_that_is_in_use_is_left_alone() {
    let cut = Cut::new();
    let call = |args: &[&str], code: i32, says: &str| {
        let answer = cut.0.rollproof(args).ends(code);
        assert!(answer.err.contains(says), "{}", answer.err);
    };
    call(&["run", "--shard", "4/3", "--partition", "parts"], 2, "the last 3/3");
    call(&["run", "--shard", "1/4", "--partition", "parts"], 2, "is cut into 3");
    call(&["run", "--shard", "1/3"], 2, "--partition");
    call(&["run", "--shard", "1/3", "--partition", "parts", "--gate"], 2, "cannot be used with");
    call(&["partition", "--shards", "0", "--to", "other"], 2, "0 is not in");
    call(&["partition", "--shards", "2", "--to", "parts"], 5, "not empty");
    call(&["merge", "--partition", "nowhere"], 3, "no whole partition");
    #[cfg(unix)]
    for (name, bytes) in tree(&cut.0.path("parts")) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = cut.0.path("parts").join(&name);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700), "{name}: {} bytes", bytes.len());
    }
}

#[test]
fn the_page_names_every_check_that_needs_everybody() {
    let page = fs::read_to_string(crate::support::root().join("docs/scale-out.md")).unwrap();
    let needy: Vec<&str> =
        rollproof::checks::ALL.iter().filter(|c| c.needs_everybody()).map(|c| c.meta().name).collect();
    assert!(needy.len() > 3);
    for name in needy {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

/// With Spark's own workers: `pip install pyspark` into an environment, and name its interpreter.
#[test]
#[ignore = "needs Java and pyspark: ROLLPROOF_SPARK_PYTHON=…/bin/python; takes a minute"]
fn spark_gives_the_shards_to_two_workers_and_the_run_is_the_single_one() {
    let Some(python) = std::env::var_os("ROLLPROOF_SPARK_PYTHON").map(std::path::PathBuf::from) else {
        println!("SKIPPED: ROLLPROOF_SPARK_PYTHON names no interpreter that has pyspark");
        return;
    };
    let twice = Twice::new(Project::sample());
    let project = twice.project.path("");
    // A program whose disk is full the first time that it is asked for the third shard.
    let flaky = project.join("flaky.sh");
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *'--shard 3/8'*) if mkdir '{}'; then exit 5; fi;; esac\nexec '{}' \"$@\"\n",
        project.join("once").display(),
        env!("CARGO_BIN_EXE_rollproof")
    );
    fs::write(&flaky, script).unwrap();
    std::process::Command::new("chmod").arg("+x").arg(&flaky).status().unwrap();
    let run = |more: &[&str]| {
        let done = std::process::Command::new(&python)
            .arg(crate::support::root().join("drivers/spark/rollproof_spark.py"))
            .args(["--master", "local-cluster[2,1,1024]", "--verify", "--rollproof"])
            .arg(&flaky)
            .arg("-C")
            .arg(&project)
            .arg("--partition")
            .arg(project.join("parts"))
            .args(more)
            .env("PYSPARK_PYTHON", &python)
            .env("ROLLPROOF_NOW", crate::support::NOW)
            .output()
            .unwrap();
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    let (code, said) = run(&["--shards", "8"]);
    assert_eq!(code, Some(0), "{said}");
    println!("{}", said.lines().filter(|l| l.contains("shard")).collect::<Vec<_>>().join("\n"));
    assert!(said.contains("8 shards on 2 workers"), "{said}");
    assert!(project.join("once").exists() && said.contains("shard 3 ended with 5"), "it failed once: {said}");
    Left::of(&twice.project).assert_same(&twice.single);
    twice.back();
    // A file that was touched: Spark does not try it for ever, and nothing is merged.
    let touched = twice.project.path("parts/shards/00003/new-gpa.values.parquet");
    fs::write(&touched, [fs::read(&touched).unwrap(), vec![0]].concat()).unwrap();
    let (code, said) = run(&[]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("shard 3") && said.contains("its hash is another"), "{said}");
    assert!(!twice.project.path("out/R1").exists());
}
