//! What a GitHub Actions job shows: a step summary of counts and one annotation for the verdict. No student, and
//! nothing larger than the service takes.

use super::markdown::markdown;
use super::summary::{Decision, Summary};
use super::visible::visible;

/// The service refuses step summaries above 1 MiB; this stays below.
const LIMIT: usize = 900_000;

/// Text for the file that `GITHUB_STEP_SUMMARY` names.
#[must_use]
pub fn step_summary(summary: &Summary) -> String {
    let mut text = markdown(summary);
    if text.len() > LIMIT {
        let end = (0..=LIMIT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let end = text[..end].rfind('\n').map_or(end, |at| at + 1);
        text.truncate(end);
        text.push_str("\nCut here: the whole is in report.html.\n");
    }
    text
}

/// The verdict as workflow commands, one a line.
#[must_use]
pub fn annotations(summary: &Summary) -> String {
    let verdict = &summary.verdict;
    let command = match verdict.decision {
        Decision::Go => "notice",
        Decision::NoGo | Decision::CannotDecide => "error",
    };
    let title = escape(&format!("{} {}", summary.run.label, verdict.decision.word()));
    let title = title.replace(':', "%3A").replace(',', "%2C");
    let reasons: Vec<&str> = verdict.reasons.iter().map(|r| r.text.as_str()).collect();
    let text = if reasons.is_empty() { "every condition passes".to_owned() } else { reasons.join("; ") };
    format!("::{command} title={title}::{}\n", escape(&text))
}

fn escape(text: &str) -> String {
    visible(text).replace('%', "%25")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::summary::example::example;

    #[test]
    fn a_verdict_is_one_annotation_that_no_text_can_split() {
        let mut hostile = example();
        hostile.run.label = "R4\n::set-env name=x::y, a:b".into();
        let text = annotations(&hostile);
        assert_eq!(text.lines().count(), 1);
        assert!(
            text.starts_with("::error title=R4\\u{a}%3A%3Aset-env name=x%3A%3Ay%2C a%3Ab NO-GO::7 critical"),
            "{text}"
        );
    }

    #[test]
    fn a_step_summary_stays_below_the_limit() {
        let mut large = example();
        large.skipped = vec![large.skipped[0].clone(); 20_000];
        assert!(step_summary(&large).len() < LIMIT + 100);
        assert!(step_summary(&large).ends_with("report.html.\n"));
        assert_eq!(step_summary(&example()), markdown(&example()));
    }
}
