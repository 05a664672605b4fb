//! How far reading is: a bar on a terminal, a line now and then in a log.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Console;
use crate::extract::Progress;

/// Seconds between two lines in a log.
const EVERY: Duration = Duration::from_secs(30);

/// Follows the bytes of all files of both sides together, so that the time left is honest.
#[derive(Debug)]
pub struct Reading<'a> {
    console: &'a Console,
    bar: ProgressBar,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Bytes read and to read of each file that was opened; what a file of the other side of the same name read before.
    files: BTreeMap<String, (u64, u64)>,
    /// Bytes of files that are finished.
    finished: u64,
    /// Bytes of all files, when they were counted before.
    expected: u64,
    started: Instant,
    last_line: Instant,
}

impl State {
    /// Done and in all.
    fn sums(&self) -> (u64, u64) {
        let (done, total) = self.files.values().fold((self.finished, self.finished), |(a, b), (d, t)| (a + d, b + t));
        (done, total.max(self.expected))
    }

    /// Bytes a second and seconds left.
    fn pace(&self) -> (u64, u64) {
        let (done, total) = self.sums();
        let rate = u128::from(done) * 1_000 / self.started.elapsed().as_millis().max(1);
        let rate = u64::try_from(rate).unwrap_or(u64::MAX);
        (rate, (total - done).checked_div(rate).unwrap_or(0))
    }
}

impl<'a> Reading<'a> {
    /// Starts; nothing is drawn where bars are not wanted.
    #[must_use]
    pub fn new(console: &'a Console) -> Self {
        let target = if console.draws_bars() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let template = if console.ascii {
            " read {msg:<28!} [{bar:24.cyan}] {bytes} of {total_bytes} {bytes_per_sec} {eta} left"
        } else {
            " read {msg:<28!} {bar:24.cyan} {bytes} of {total_bytes} {bytes_per_sec} {eta} left"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            let style = if console.ascii { style.progress_chars("#>-") } else { style.progress_chars("█▌░") };
            bar.set_style(style);
        }
        let now = Instant::now();
        let state = State { files: BTreeMap::new(), finished: 0, expected: 0, started: now, last_line: now };
        Self { console, bar, state: Mutex::new(state) }
    }

    /// Prints something while the bar stands below it.
    pub fn above(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// Clears the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Reading<'_> {
    fn bytes_read(&self, file: &str, done: u64, total: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = state.files.insert(file.to_owned(), (done, total));
        // Both sides may have a file of that name: when it starts again, the first one is finished.
        if let Some((_, total)) = before.filter(|(known, _)| done < *known) {
            state.finished += total;
        }
        let (sum, all) = state.sums();
        self.bar.set_length(all);
        self.bar.set_position(sum);
        self.bar.set_message(file.to_owned());
        if state.last_line.elapsed() >= EVERY {
            state.last_line = Instant::now();
            let (rate, left) = state.pace();
            let percent = (sum * 100).checked_div(all).unwrap_or(0);
            self.console.step(&format!(
                "read  {file}  {} of {} MB  {percent}%  {} MB/s  {left} s left",
                sum >> 20,
                all >> 20,
                rate >> 20
            ));
        }
    }

    fn bytes_expected(&self, total: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.expected = total;
        state.started = Instant::now();
        self.bar.set_length(total);
        self.bar.reset_eta();
    }
}
