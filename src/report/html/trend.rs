//! Where the points of the trend stand in its drawing. Geometry, not numbers that anyone reads.
#![allow(clippy::float_arithmetic, reason = "positions in a drawing")]

use serde::Serialize;

use crate::report::summary::{Summary, TrendPoint};
use crate::report::words::thousands;

/// Height of the drawing between the highest and the lowest value, and the top margin, in pixels.
const HEIGHT: f64 = 170.0;
const TOP: f64 = 30.0;
/// Most points with a label of their own.
const LABELS: usize = 9;

#[derive(Debug, Serialize)]
pub(super) struct Trend<'a> {
    log: bool,
    points: Vec<Point<'a>>,
    lines: Vec<Line>,
    ticks: Vec<Tick>,
    gate: Option<i64>,
    gate_text: String,
}

#[derive(Debug, Serialize)]
struct Point<'a> {
    label: &'a str,
    x: String,
    critical: u64,
    gated: u64,
    critical_y: i64,
    gated_y: i64,
    labelled: bool,
}

#[derive(Debug, Serialize)]
struct Line {
    class: &'static str,
    x1: String,
    y1: i64,
    x2: String,
    y2: i64,
}

#[derive(Debug, Serialize)]
struct Tick {
    y: i64,
    text: String,
}

struct Scale {
    log: bool,
    most: f64,
}

impl Scale {
    fn place(&self, value: u64) -> f64 {
        let value = value as f64;
        if self.log { (value + 1.0).log10() } else { value }
    }

    fn y(&self, value: u64) -> i64 {
        (TOP + HEIGHT * (1.0 - self.place(value) / self.most)).round() as i64
    }
}

/// The drawing of the trend; empty with fewer than two runs.
pub(super) fn trend(summary: &Summary) -> Trend<'_> {
    let runs = &summary.trend;
    let most = runs.iter().map(|p| p.open.gated).max().unwrap_or(0).max(4);
    let least = runs.iter().map(|p| p.open.critical).min().unwrap_or(0).max(1);
    let log = most / least >= 100;
    let mut scale = Scale { log, most: 1.0 };
    scale.most = scale.place(most);
    let points: Vec<Point<'_>> = runs.iter().enumerate().map(|(at, run)| point(run, at, runs.len(), &scale)).collect();
    let line = |class, a: &Point<'_>, b: &Point<'_>, y1, y2| Line { class, x1: a.x.clone(), y1, x2: b.x.clone(), y2 };
    let mut lines = Vec::new();
    for pair in points.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        lines.push(line("l-gated", a, b, a.gated_y, b.gated_y));
        lines.push(line("l-critical", a, b, a.critical_y, b.critical_y));
    }
    let limit = critical_limit(summary);
    Trend {
        log,
        lines,
        ticks: ticks(most, &scale),
        gate: limit.map(|limit| scale.y(limit.min(most))),
        gate_text: limit.map_or(String::new(), |limit| format!("critical at most {}", thousands(limit))),
        points,
    }
}

fn point<'a>(run: &'a TrendPoint, at: usize, runs: usize, scale: &Scale) -> Point<'a> {
    let permille = if runs < 2 { 500 } else { 150 + 790 * at / (runs - 1) };
    let every = runs.div_ceil(LABELS);
    Point {
        label: &run.label,
        x: format!("{}.{}", permille / 10, permille % 10),
        critical: run.open.critical,
        gated: run.open.gated,
        critical_y: scale.y(run.open.critical),
        gated_y: scale.y(run.open.gated),
        labelled: (runs - 1 - at).is_multiple_of(every),
    }
}

fn ticks(most: u64, scale: &Scale) -> Vec<Tick> {
    let values: Vec<u64> = if scale.log {
        [0, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000].into_iter().filter(|v| *v <= most).collect()
    } else {
        (0..=2).map(|i| most * i / 2).collect()
    };
    values.into_iter().map(|v| Tick { y: scale.y(v), text: thousands(v) }).collect()
}

/// The limit of the gate's criterion `critical`: the last whole number in its text.
fn critical_limit(summary: &Summary) -> Option<u64> {
    let criterion = summary.verdict.criteria.iter().find(|c| c.name == "critical")?;
    let digits: String = criterion.limit.chars().filter(|c| *c != ',').collect();
    digits.split(|c: char| !c.is_ascii_digit()).rfind(|part| !part.is_empty())?.parse().ok()
}
