//! Where the time of a run went, stage by stage.

use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Stages as they pass; one that passes again (one a side) is added up.
#[derive(Debug)]
pub struct Timings {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    started: Instant,
    last: (Instant, Option<Duration>),
    stages: Vec<Passed>,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Passed {
    part: &'static str,
    wall: Duration,
    cpu: Option<Duration>,
    rows: u64,
    /// The peak of memory so far, in bytes.
    peak: Option<u64>,
}

impl Timings {
    /// The clock runs from here.
    #[must_use]
    pub fn start() -> Self {
        let now = Instant::now();
        // What the process needed before belongs to the first stage.
        Self { state: Mutex::new(State { started: now, last: (now, Some(Duration::ZERO)), stages: Vec::new() }) }
    }

    /// A stage is over.
    pub fn passed(&self, part: &'static str, rows: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, cpu) = (Instant::now(), cpu_time());
        let wall = now - state.last.0;
        let spent = cpu.zip(state.last.1).map(|(now, then)| now.saturating_sub(then));
        state.last = (now, cpu);
        if let Some(known) = state.stages.iter_mut().find(|s| s.part == part) {
            known.wall += wall;
            known.cpu = known.cpu.zip(spent).map(|(a, b)| a + b);
            known.rows += rows;
            known.peak = peak_memory();
        } else {
            state.stages.push(Passed { part, wall, cpu: spent, rows, peak: peak_memory() });
        }
    }

    /// The table for people.
    #[must_use]
    pub fn table(&self) -> String {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stages = state.stages.clone();
        let total = |of: fn(&Passed) -> Option<Duration>| stages.iter().map(of).sum::<Option<Duration>>();
        stages.push(Passed {
            part: "all",
            wall: state.started.elapsed(),
            cpu: total(|s| s.cpu),
            rows: stages.iter().filter(|s| s.part == "read").map(|s| s.rows).sum(),
            peak: peak_memory(),
        });
        let mut text =
            format!("{:<14}{:>9}{:>9}{:>13}{:>13}{:>9}\n", "stage", "wall s", "CPU s", "rows", "rows/s", "peak MB");
        for stage in stages {
            let cpu = stage.cpu.map_or_else(|| "-".to_owned(), seconds);
            let (rows, rate) = if stage.rows == 0 {
                (String::new(), String::new())
            } else {
                let micros = stage.wall.as_micros().max(1);
                (stage.rows.to_string(), (u128::from(stage.rows) * 1_000_000 / micros).to_string())
            };
            let peak = stage.peak.map_or_else(|| "-".to_owned(), |p| (p >> 20).to_string());
            let wall = seconds(stage.wall);
            let _ = writeln!(text, "{:<14}{wall:>9}{cpu:>9}{rows:>13}{rate:>13}{peak:>9}", stage.part);
        }
        text
    }
}

/// `12.34`.
fn seconds(time: Duration) -> String {
    let hundredths = time.as_millis() / 10;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// CPU time of all threads so far; `None` where the system does not tell it in a file.
fn cpu_time() -> Option<Duration> {
    cpu_of(&std::fs::read_to_string("/proc/self/stat").ok()?)
}

/// User and system time of a line of `/proc/<pid>/stat`, in ticks of a hundredth of a second.
fn cpu_of(stat: &str) -> Option<Duration> {
    // The name of the program stands in brackets and may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_ascii_whitespace().collect();
    let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}

/// The largest resident memory so far, in bytes.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    Some(line.split_ascii_whitespace().next()?.parse::<u64>().ok()? << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_of_both_sides_are_added_up_and_the_total_counts_rows_once() {
        let timings = Timings::start();
        for (part, rows) in [("read", 10), ("map", 10), ("read", 20), ("map", 20), ("pair", 30)] {
            timings.passed(part, rows);
        }
        let table = timings.table();
        let rows = |part: &str| -> Vec<String> {
            let line = table.lines().find(|l| l.starts_with(part)).unwrap();
            line.split_ascii_whitespace().map(str::to_owned).collect()
        };
        assert_eq!(rows("read")[3], "30");
        assert_eq!(rows("all")[3], "30");
        assert_eq!(table.lines().filter(|l| l.starts_with("map")).count(), 1);
    }

    #[test]
    fn cpu_time_is_read_behind_a_program_name_with_brackets() {
        let line = "7 (roll) proof) R 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 2 0 100 1 1";
        assert_eq!(cpu_of(line), Some(Duration::from_secs(3)));
        assert_eq!(cpu_of("nonsense"), None);
        assert_eq!(seconds(Duration::from_millis(61_239)), "61.23");
    }
}
