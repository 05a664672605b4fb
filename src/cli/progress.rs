//! How far reading is: a bar on a terminal, a line now and then in a log.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Console;
use crate::extract::Progress;

/// Seconds between two lines in a log.
const EVERY: Duration = Duration::from_secs(30);

/// Follows the bytes of all files together, so that the time left is honest.
#[derive(Debug)]
pub struct Reading<'a> {
    console: &'a Console,
    bar: ProgressBar,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    files: BTreeMap<String, (u64, u64)>,
    last_line: Instant,
}

impl<'a> Reading<'a> {
    /// Starts; nothing is drawn where bars are not wanted.
    #[must_use]
    pub fn new(console: &'a Console) -> Self {
        let target = if console.draws_bars() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        let template = if console.ascii {
            " read {msg:<28!} [{bar:24.cyan}] {bytes} of {total_bytes} {percent}% {eta} left"
        } else {
            " read {msg:<28!} {bar:24.cyan} {bytes} of {total_bytes} {percent}% {eta} left"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            let style = if console.ascii { style.progress_chars("#>-") } else { style.progress_chars("█▌░") };
            bar.set_style(style);
        }
        Self { console, bar, state: Mutex::new(State { files: BTreeMap::new(), last_line: Instant::now() }) }
    }

    /// Clears the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Reading<'_> {
    fn bytes_read(&self, file: &str, done: u64, total: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.files.insert(file.to_owned(), (done, total));
        let (done, total) = state.files.values().fold((0, 0), |(a, b), (d, t)| (a + d, b + t));
        self.bar.set_length(total);
        self.bar.set_position(done);
        self.bar.set_message(file.to_owned());
        if state.last_line.elapsed() >= EVERY {
            state.last_line = Instant::now();
            let percent = (done * 100).checked_div(total).unwrap_or(0);
            self.console.step(&format!("read  {file}  {} of {} MB  {percent}%", done >> 20, total >> 20));
        }
    }
}
