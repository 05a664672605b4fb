//! How a terminal can show things: colours, symbols, width. Colour is the third signal, after word and symbol.

use anstyle::{AnsiColor, Style};

use crate::finding::Severity;
use crate::report::summary::{Decision, Outcome};

/// What the terminal can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Colours are shown.
    pub color: bool,
    /// Only ASCII is shown.
    pub ascii: bool,
    /// Columns.
    pub width: usize,
}

impl Default for Look {
    fn default() -> Self {
        Self { color: false, ascii: false, width: 80 }
    }
}

impl Look {
    fn paint(self, style: Style, text: &str) -> String {
        if self.color { format!("{}{text}{}", style.render(), style.render_reset()) } else { text.to_owned() }
    }

    /// A title.
    #[must_use]
    pub fn bold(self, text: &str) -> String {
        self.paint(Style::new().bold(), text)
    }

    /// A text in its severity's colour.
    #[must_use]
    pub fn severity(self, severity: Severity, text: &str) -> String {
        let color = match severity {
            Severity::Critical => AnsiColor::Red,
            Severity::Major => AnsiColor::Yellow,
            Severity::Minor => AnsiColor::Cyan,
            Severity::Info => return text.to_owned(),
        };
        self.paint(color.on_default(), text)
    }

    /// `✕ NO-GO` and its like.
    #[must_use]
    pub fn decision(self, decision: Decision) -> String {
        let (symbol, color) = match decision {
            Decision::Go => ("✓", AnsiColor::Green),
            Decision::NoGo => ("✕", AnsiColor::Red),
            Decision::CannotDecide => ("?", AnsiColor::Yellow),
        };
        self.paint(color.on_default().bold(), &format!("{symbol} {}", decision.word()))
    }

    /// The mark of a gate criterion.
    #[must_use]
    pub fn outcome(self, outcome: Outcome) -> String {
        let (symbol, color) = match outcome {
            Outcome::Pass => ("✓", AnsiColor::Green),
            Outcome::Tight => ("!", AnsiColor::Yellow),
            Outcome::Fail => ("✕", AnsiColor::Red),
            Outcome::Unknown => ("?", AnsiColor::Yellow),
        };
        self.paint(color.on_default(), symbol)
    }

    /// The same text in ASCII when that is all there is: symbols by their stand-ins, letters beyond ASCII as `\u{..}`.
    #[must_use]
    pub fn symbols(self, text: &str) -> String {
        if !self.ascii {
            return text.to_owned();
        }
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '✕' => out.push('x'),
                '✓' => out.push_str("ok"),
                '·' => out.push('|'),
                '→' => out.push_str("->"),
                '…' => out.push_str("..."),
                '─' | '−' => out.push('-'),
                '±' => out.push_str("+/-"),
                '×' => out.push('*'),
                c if c.is_ascii() => out.push(c),
                c => out.extend(c.escape_unicode()),
            }
        }
        out
    }
}
