//! Where words go: answers to stdout, everything else to stderr, colours only where they are wanted.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use annotate_snippets::Renderer;
use anstyle::{AnsiColor, Style};

use super::args::{ColorChoice, Global, ProgressChoice};
use crate::diagnostic::{Diagnostic, Gravity, count_words};
use crate::error::Error;

/// The two streams and how to write on them.
#[derive(Debug)]
pub struct Console {
    color_out: bool,
    color_err: bool,
    bars: bool,
    plain_progress: bool,
    quiet: bool,
    /// Symbols of the terminal are limited to ASCII.
    pub ascii: bool,
    output: Option<PathBuf>,
}

impl Console {
    /// Decides colours, symbols and progress from flags, environment and terminals.
    #[must_use]
    pub fn new(global: &Global) -> Self {
        let choice = match global.color {
            ColorChoice::Always => Some(true),
            ColorChoice::Never => Some(false),
            ColorChoice::Auto => None,
        };
        let decide = |terminal: bool| {
            choice.unwrap_or_else(|| {
                let set = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
                if set("NO_COLOR") || std::env::var_os("TERM").is_some_and(|t| t == "dumb") {
                    return false;
                }
                set("CLICOLOR_FORCE") || set("FORCE_COLOR") || terminal
            })
        };
        let err_terminal = std::io::stderr().is_terminal();
        let bars = match global.progress {
            ProgressChoice::Bar => true,
            ProgressChoice::Plain | ProgressChoice::None => false,
            ProgressChoice::Auto => err_terminal && !global.quiet,
        };
        Self {
            color_out: decide(std::io::stdout().is_terminal()) && global.output.is_none(),
            color_err: decide(err_terminal),
            bars,
            plain_progress: !bars && !global.quiet && !matches!(global.progress, ProgressChoice::None),
            quiet: global.quiet,
            ascii: global.ascii,
            output: global.output.clone().filter(|p| p.as_os_str() != "-"),
        }
    }

    /// True when answers may be coloured.
    #[must_use]
    pub const fn colored(&self) -> bool {
        self.color_out
    }

    /// True when progress bars may be drawn.
    #[must_use]
    pub const fn draws_bars(&self) -> bool {
        self.bars
    }

    /// Columns of the terminal, 80 when there is none.
    #[must_use]
    pub fn width(&self) -> usize {
        terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0).clamp(60, 120))
    }

    /// Columns that answers are broken to: those of the terminal that they are read on, if any.
    #[must_use]
    pub fn breaks_at(&self) -> Option<usize> {
        (self.output.is_none() && std::io::stdout().is_terminal()).then(|| self.width())
    }

    /// Writes an answer to stdout or to the file of `-o`, which only its owner may read: answers can hold student data.
    ///
    /// # Errors
    /// When the file can not be written. A closed pipe is not an error.
    pub fn answer(&self, text: &str) -> Result<(), Error> {
        let text = if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
        if let Some(path) = &self.output {
            return save(path, text.as_bytes());
        }
        match std::io::stdout().lock().write_all(text.as_bytes()) {
            Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::write("standard output", e)),
            _ => Ok(()),
        }
    }

    /// One line of progress in a log; silent on a terminal that draws bars, and when quiet.
    pub fn step(&self, text: &str) {
        if self.plain_progress {
            self.stderr(text);
        }
    }

    /// A word to the person at the terminal: a hint, a notice.
    pub fn hint(&self, text: &str) {
        if !self.quiet {
            self.stderr(text);
        }
    }

    /// What was asked for beside the answer: on standard error, also when quiet.
    pub fn say(&self, text: &str) {
        self.stderr(text);
    }

    /// Something that must be seen also when quiet.
    pub fn warn(&self, text: &str) {
        let style = self.style_err(Style::new().bold().fg_color(Some(AnsiColor::Yellow.into())));
        self.stderr(&format!("{style}warning:{style:#} {text}"));
    }

    /// Explains why the command ends.
    pub fn error(&self, error: &Error) {
        let style = self.style_err(Style::new().bold().fg_color(Some(AnsiColor::Red.into())));
        if let Error::Project(diagnostics) = error {
            self.diagnostics(diagnostics);
        }
        self.stderr(&format!("{style}error:{style:#} {error}"));
        if let Some(fix) = error.fix() {
            self.stderr(&format!("  fix: {fix}"));
        }
    }

    /// Every mistake in the project's files, with its line.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic]) {
        self.stderr(&render_diagnostics(diagnostics, self.color_err));
    }

    const fn style_err(&self, style: Style) -> Style {
        if self.color_err { style } else { Style::new() }
    }

    fn stderr(&self, text: &str) {
        let mut stream = std::io::stderr().lock();
        let _ = stream.write_all(text.as_bytes());
        if !text.ends_with('\n') {
            let _ = stream.write_all(b"\n");
        }
    }
}

/// Writes a file in one step, so that nobody reads a half of it; a device or a pipe is written to as it is.
fn save(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    crate::report::private_write(path, bytes)
}

/// Diagnostics as text, errors first, files in order.
#[must_use]
pub fn render_diagnostics(diagnostics: &[Diagnostic], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by(|a, b| {
        (b.gravity, &a.path, a.span.start, a.code, &a.message).cmp(&(
            a.gravity,
            &b.path,
            b.span.start,
            b.code,
            &b.message,
        ))
    });
    let mut text = String::new();
    for diagnostic in sorted {
        let source = std::fs::read_to_string(&diagnostic.path).unwrap_or_default();
        text.push_str(&diagnostic.render(&source, &renderer));
        text.push_str("\n\n");
    }
    text
}

/// The last line under a list of diagnostics.
#[must_use]
pub fn diagnostics_total(diagnostics: &[Diagnostic]) -> String {
    let has_errors = diagnostics.iter().any(|d| d.gravity == Gravity::Error);
    let verb = if has_errors { "nothing was compared" } else { "usable" };
    format!("{}; {verb}", count_words(diagnostics))
}
