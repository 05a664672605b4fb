//! The whole district against its peer: `cargo bench --bench district -- --students 100000`.
//!
//! Writes (once) an invented district of that size in two layouts, then measures, paired and alternating, rollproof, the
//! same reconciliation as DuckDB SQL, and the floor, polars reading all files into strings. Prints ratios with their
//! spread and keeps them in docs/performance.md.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::float_arithmetic)]

mod data;
mod document;
mod measure;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use data::District;
use measure::{Bench, Contender, Sample};

/// Measure rollproof on a district of a given size, beside DuckDB and polars
#[derive(Debug, Parser)]
struct Args {
    /// Students of the district; about 46 rows each, both sides together
    #[arg(long, default_value_t = 20_000)]
    students: u32,
    /// How often each is run, in turns
    #[arg(long, default_value_t = 5)]
    pairs: usize,
    /// Threads of each
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Share of students with a planted fault, in millionths
    #[arg(long, default_value_t = 1_000)]
    faults: u32,
    /// Who runs
    #[arg(long, value_delimiter = ',', default_value = "rollproof,duckdb,polars")]
    only: Vec<Contender>,
    /// Where districts are kept (default: below Cargo's target folder)
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Python that has duckdb and polars
    #[arg(long, default_value = "python3")]
    python: String,
    /// Keep the figures in docs/performance.md
    #[arg(long)]
    write: bool,
    /// Only write the district
    #[arg(long)]
    generate: bool,
    /// Cargo says so
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("error: {what}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), String> {
    let keep = args.folder.clone().unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("districts"));
    let district = District::ready(&keep, args.students, args.faults)?;
    println!(
        "{} students, {} rows, {} MB in both sides ({})",
        args.students,
        district.rows,
        district.bytes >> 20,
        district.folder.display()
    );
    if args.generate {
        return Ok(());
    }
    let bench = Bench::new(&district, &args.python, args.threads)?;
    let mut contenders = Vec::new();
    for contender in &args.only {
        match bench.why_not(*contender) {
            None => contenders.push(*contender),
            Some(why) => println!("{} is not measured: {why}", contender.name()),
        }
    }
    let mut samples: Vec<(Contender, Vec<Sample>)> = contenders.iter().map(|c| (*c, Vec::new())).collect();
    for turn in 0..args.pairs {
        for (contender, taken) in &mut samples {
            let sample = bench.once(*contender)?;
            println!(
                "{:>2}  {:<18} {:>8.2} CPU s {:>8.2} wall s {:>6} MB",
                turn + 1,
                contender.name(),
                sample.cpu,
                sample.wall,
                sample.peak >> 20
            );
            taken.push(sample);
        }
    }
    let table = document::table(&district, args.threads, &samples);
    println!("\n{table}");
    if args.write {
        document::keep(&district, args.threads, &table)?;
    }
    Ok(())
}
