//! Reads one large file of delimited text, and lets polars scan the same file into strings: CPU seconds of both in turn,
//! and their ratio. The bar is twice polars' time.
//!
//! `cargo bench --bench reading`; ROLLPROOF_BENCH_MB (1000) is the size of the file, ROLLPROOF_BENCH_PAIRS (5) how often each
//! side reads. polars is the Python package, as its CSV reader is not linked into rollproof; without it that side is
//! skipped, and said so.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::float_arithmetic, missing_docs)]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use rollproof::extract::{Delimited, Encoding, Format, Header, Layout, Silent, WantedColumn, read};

const COLUMNS: [&str; 12] = [
    "dcid",
    "student_number",
    "schoolid",
    "termid",
    "storecode",
    "course_number",
    "course_name",
    "grade",
    "gpa_points",
    "potentialcrhrs",
    "earnedcrhrs",
    "datestored",
];

/// polars' scan of the file into strings; prints its own CPU seconds, wall seconds and rows.
const SCRIPT: &str = "
import sys, time
import polars as pl
wall, cpu = time.perf_counter(), time.process_time()
frame = pl.scan_csv(sys.argv[1], infer_schema=False).collect()
print(time.process_time() - cpu, time.perf_counter() - wall, frame.height)
";

fn main() {
    // `cargo test --benches` only wants to know that it runs.
    let bench = std::env::args().any(|a| a == "--bench");
    let number = |name: &str, default: usize| std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default);
    let megabytes = if bench { number("ROLLPROOF_BENCH_MB", 1_000) } else { 1 };
    let pairs = if bench { number("ROLLPROOF_BENCH_PAIRS", 5) } else { 1 };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("storedgrades.csv");
    let rows = write(&path, megabytes << 20);
    println!(
        "reading: {megabytes} MB, {rows} rows, {} columns, {} threads",
        COLUMNS.len(),
        rayon::current_num_threads()
    );
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for pair in 1..=pairs {
        let mine = rollproof(folder.path(), rows);
        ours.push(mine.0);
        let other = polars(&path, rows);
        theirs.extend(other.map(|o| o.0));
        let other = other.map_or_else(|| "skipped".to_owned(), |(cpu, wall)| format!("{cpu:.2} s CPU, {wall:.2} s"));
        println!("  pair {pair}: rollproof {:.2} s CPU, {:.2} s; polars {other}", mine.0, mine.1);
    }
    match (median(&mut ours), median(&mut theirs)) {
        (Some(ours), Some(theirs)) => {
            let ratio = ours / theirs;
            let bar = if ratio <= 2.0 { "within" } else { "MISSES" };
            println!(
                "median CPU: rollproof {ours:.2} s, polars {theirs:.2} s, ratio {ratio:.2}: {bar} the bar of 2.00"
            );
        }
        (Some(ours), None) => {
            println!("median CPU: rollproof {ours:.2} s; polars SKIPPED: python3 has no package polars")
        }
        _ => println!("nothing was measured"),
    }
}

/// A transcript of that many bytes, as PowerSchool stores grades: few distinct codes, some quoted titles, two ids.
fn write(path: &Path, bytes: usize) -> u64 {
    let titles =
        ["Algebra I", "English 9", "\"Art, Drawing & Design\"", "World History", "Física Básica", "AP Biology"];
    let grades = ["A", "B+", "C", "D-", "F", "P"];
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let mut text = COLUMNS.join(",") + "\n";
    let (mut rows, mut written) = (0_u64, 0);
    while written < bytes {
        for _ in 0..1_000 {
            let i = rows;
            let (grade, title) = ((i * 7 % 6) as usize, (i * 11 % 6) as usize);
            let _ = writeln!(
                text,
                "{},{:07},{},{},Y1,{}{:03},{},{},{}.{},5.00,{}.00,{}-06-{:02}",
                10_000_000 + i,
                i / 48 + 1,
                301 + i % 40,
                3000 + i % 8,
                ["MAT", "ENG", "ART", "SOC", "SPA", "BIO"][title],
                i % 200,
                titles[title],
                grades[grade],
                4 - grade.min(4),
                i % 10,
                if grade == 4 { 0 } else { 5 },
                2018 + i % 8,
                i % 28 + 1
            );
            rows += 1;
        }
        file.write_all(text.as_bytes()).unwrap();
        written += text.len();
        text.clear();
    }
    file.flush().unwrap();
    rows
}

/// CPU and wall seconds of our strict reader for all columns.
fn rollproof(root: &Path, rows: u64) -> (f64, f64) {
    let column = |name: &&str| WantedColumn { name: (*name).into(), aliases: Vec::new(), optional: false };
    let layout = Layout {
        table: "storedgrades".into(),
        files: vec!["storedgrades.csv".into()],
        format: Format::Delimited(Delimited {
            delimiter: b',',
            quote: Some(b'"'),
            header: Header::Row(1),
            repeated_header: false,
            footer_rows: 0,
            comment: None,
            trailing_delimiter: false,
            blank_lines: false,
        }),
        encoding: Encoding::Auto,
        columns: COLUMNS.iter().map(column).collect(),
        optional: false,
    };
    let (wall, before) = (Instant::now(), cpu());
    let table = read(root, &layout, &Silent).unwrap();
    let spent = (cpu() - before, wall.elapsed().as_secs_f64());
    assert_eq!((table.len() as u64, table.rejects.len()), (rows, 0));
    spent
}

/// CPU seconds of this process so far, of all its threads; hundredths of seconds are what Linux tells.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |at: usize| after.split_whitespace().nth(at).and_then(|t| t.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// CPU and wall seconds of polars; `None` where it is not installed.
fn polars(path: &Path, rows: u64) -> Option<(f64, f64)> {
    let output = Command::new("python3").args(["-c", SCRIPT]).arg(path).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    let [cpu, wall, height] = numbers[..] else { return None };
    assert_eq!(height as u64, rows, "polars reads the same rows");
    Some((cpu, wall))
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
