//! What the terminal shows of the invented run.

use super::*;
use crate::report::summary::example::example;
use crate::report::summary::{Decision, ValuePair};

const PLAIN: Look = Look { color: false, ascii: false, width: 80 };

#[test]
fn the_run_summary_reads_well() {
    insta::assert_snapshot!("run_summary", run_summary(&example(), PLAIN));
    insta::assert_snapshot!("run_summary_ascii", run_summary(&example(), Look { ascii: true, ..PLAIN }));
}

#[test]
fn the_gate_screen_reads_well() {
    insta::assert_snapshot!("gate", gate_screen(&example(), PLAIN, false));
    let mut undecided = example();
    undecided.verdict.decision = Decision::CannotDecide;
    undecided.verdict.criteria.clear();
    undecided.verdict.reasons[0].text = "legacy transcript has 0 rows (R3 had 3,981,204)".into();
    undecided.verdict.reasons[0].fix = "ask the vendor for a new export".into();
    insta::assert_snapshot!("gate_cannot_decide", gate_screen(&undecided, PLAIN, true));
}

#[test]
fn no_line_is_wider_than_the_terminal_and_nothing_hidden_gets_through() {
    let mut hostile = example();
    let name = format!("\u{1b}]52;c;aGk=\u{7}\u{202e}{}", "W".repeat(10_000));
    hostile.run.district = name.clone();
    hostile.run.label = name.clone();
    hostile.pairs[0].top.push(ValuePair { legacy: name.clone(), new: name.clone(), count: 1 });
    hostile.verdict.reasons[0].text = name.clone();
    hostile.verdict.criteria[0].label = name.clone();
    hostile.causes[0].text = name.clone();
    hostile.notices[0].file = name.clone();
    hostile.next = vec![name];
    let screens = [run_summary(&hostile, PLAIN), gate_screen(&hostile, PLAIN, true), next_line(&hostile, PLAIN)];
    for line in screens.iter().flat_map(|s| s.lines()) {
        assert!(!line.chars().any(crate::report::visible::is_unseen), "{line}");
        assert!(line.chars().count() <= 88, "{line}");
    }
    for line in run_summary(&example(), PLAIN).lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert!(run_summary(&example(), Look { ascii: true, ..PLAIN }).is_ascii());
}

#[test]
fn personal_values_are_not_printed() {
    let shown = run_summary(&example(), PLAIN);
    assert!(!shown.to_lowercase().contains("okafo"), "{shown}");
}

#[test]
fn colour_changes_nothing_but_colour() {
    let colored = run_summary(&example(), Look { color: true, ..PLAIN });
    let mut plain = String::new();
    let mut rest = colored.as_str();
    while let Some(at) = rest.find('\u{1b}') {
        plain.push_str(&rest[..at]);
        rest = rest[at..].split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    assert_ne!(colored, plain);
    assert_eq!(plain, run_summary(&example(), PLAIN));
}
