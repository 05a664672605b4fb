//! The figures as people read them: ratios of paired runs, with their spread.

use std::fmt::Write as _;
use std::path::Path;

use super::data::District;
use super::measure::{Contender, Sample};

/// A table of medians and of rollproof's share of each of the others.
#[must_use]
pub fn table(district: &District, threads: usize, samples: &[(Contender, Vec<Sample>)]) -> String {
    let mut text = format!(
        "{} students, {:.1} million rows, {} MB of exports, {} faults in a million students, {threads} threads, \
         medians of {} runs in turns.\n\n\
         | | CPU s | wall s | peak MB | CPU µs a row | rollproof's CPU is | rollproof's wall is |\n|---|---:|---:|---:|---:|---:|---:|\n",
        district.students,
        district.rows as f64 / 1e6,
        district.bytes >> 20,
        district.faults,
        samples.iter().map(|(_, s)| s.len()).min().unwrap_or(0),
    );
    let ours = samples.iter().find(|(c, _)| *c == Contender::Rollproof).map(|(_, s)| s);
    for (contender, theirs) in samples {
        let ratio = |of: fn(&Sample) -> f64| match ours {
            Some(ours) if *contender != Contender::Rollproof => ratio(ours, theirs, of),
            _ => String::new(),
        };
        let cpu = median(theirs.iter().map(|s| s.cpu));
        let _ = writeln!(
            text,
            "| {} | {cpu:.2} | {:.2} | {:.0} | {:.2} | {} | {} |",
            contender.name(),
            median(theirs.iter().map(|s| s.wall)),
            median(theirs.iter().map(|s| (s.peak >> 20) as f64)),
            cpu * 1e6 / district.rows as f64,
            ratio(|s| s.cpu),
            ratio(|s| s.wall)
        );
    }
    text
}

/// The median of the pairs' ratios, and the smallest and largest of them.
fn ratio(ours: &[Sample], theirs: &[Sample], of: fn(&Sample) -> f64) -> String {
    let ratios: Vec<f64> = ours.iter().zip(theirs).map(|(o, t)| of(o) / of(t)).collect();
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    format!("{:.2} ({least:.2} to {most:.2})", median(ratios.iter().copied()))
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => 0.0,
        n if n % 2 == 1 => values[n / 2],
        n => f64::midpoint(values[n / 2 - 1], values[n / 2]),
    }
}

/// Puts a table into docs/performance.md, in the place of the last one of the same size and number of threads.
///
/// # Errors
/// When the file can not be written.
pub fn keep(district: &District, threads: usize, table: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/performance.md");
    let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let name = format!("{}-{}-{threads}", district.students, district.faults);
    let (start, end) = (format!("<!-- begin {name} -->\n"), "<!-- end -->\n");
    let block = format!("{start}{table}{end}");
    let text = match text.split_once(&start).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1))) {
        Some((before, after)) => format!("{before}{block}{after}"),
        None => {
            let (before, after) = text.split_once("<!-- figures -->\n").ok_or("docs/performance.md has no figures")?;
            format!("{before}<!-- figures -->\n\n{block}{after}")
        }
    };
    std::fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))
}
