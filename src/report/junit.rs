//! JUnit XML for test dashboards: a suite for the gate with a case a condition, and a suite an area with a case a
//! check. A check fails when it has an open critical or major finding. Counts only, no student.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::summary::{CheckCounts, Criterion, Outcome, Summary};
use super::visible::visible;
use super::words::{self, plural};
use crate::error::Error;

/// The summary as JUnit XML.
///
/// # Errors
/// Never for memory; the signature says what the writer says.
pub fn junit(summary: &Summary) -> Result<String, Error> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    write_document(&mut xml, summary).map_err(|e| Error::Bug(e.to_string()))?;
    let mut text = String::from_utf8(xml.into_inner()).map_err(|e| Error::Bug(e.to_string()))?;
    text.push('\n');
    Ok(text)
}

type Xml = Writer<Vec<u8>>;

fn write_document(xml: &mut Xml, summary: &Summary) -> std::io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut root = BytesStart::new("testsuites");
    root.push_attribute(("name", visible(&format!("rollproof {}", summary.run.label)).as_ref()));
    xml.write_event(Event::Start(root))?;
    gate_suite(xml, summary)?;
    for area in &summary.areas {
        let checks: Vec<&CheckCounts> = summary.checks.iter().filter(|c| c.area == area.area).collect();
        let failed = checks.iter().filter(|c| c.open.gated > 0).count();
        open_suite(xml, words::area(&area.area), checks.len(), failed, 0)?;
        for check in checks {
            check_case(xml, check)?;
        }
        xml.write_event(Event::End(BytesEnd::new("testsuite")))?;
    }
    if !summary.skipped.is_empty() {
        open_suite(xml, "Not checked", summary.skipped.len(), 0, summary.skipped.len())?;
        for line in &summary.skipped {
            open_case(xml, &line.check, "Not checked")?;
            message(xml, "skipped", &line.reason, "")?;
            xml.write_event(Event::End(BytesEnd::new("testcase")))?;
        }
        xml.write_event(Event::End(BytesEnd::new("testsuite")))?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuites")))
}

fn gate_suite(xml: &mut Xml, summary: &Summary) -> std::io::Result<()> {
    let criteria = &summary.verdict.criteria;
    let bad = |c: &&Criterion| matches!(c.outcome, Outcome::Fail | Outcome::Unknown);
    // The verdict itself is a case, so that "cannot decide" is red even when no criterion could be measured.
    let verdict_fails = summary.verdict.exit_code != 0;
    let failed = criteria.iter().filter(bad).count() + usize::from(verdict_fails);
    open_suite(xml, "Gate", criteria.len() + 1, failed, 0)?;
    open_case(xml, "verdict", "Gate")?;
    if verdict_fails {
        let reasons: Vec<&str> = summary.verdict.reasons.iter().map(|r| r.text.as_str()).collect();
        message(xml, "failure", summary.verdict.decision.word(), &reasons.join("\n"))?;
    }
    xml.write_event(Event::End(BytesEnd::new("testcase")))?;
    for criterion in criteria {
        open_case(xml, &criterion.label, "Gate")?;
        if bad(&criterion) {
            let text = format!("{} ({}) {}", criterion.measured, criterion.limit, criterion.margin);
            message(xml, "failure", text.trim_end(), "")?;
        }
        xml.write_event(Event::End(BytesEnd::new("testcase")))?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuite")))
}

fn check_case(xml: &mut Xml, check: &CheckCounts) -> std::io::Result<()> {
    open_case(xml, &check.check, words::area(&check.area))?;
    if check.open.gated > 0 {
        let open = check.open;
        let text = format!(
            "{} critical, {} major, {} minor, {} info; {}",
            open.critical,
            open.major,
            open.minor,
            open.info,
            plural(check.students, "student")
        );
        message(xml, "failure", &text, &check.summary)?;
    }
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

fn open_suite(xml: &mut Xml, name: &str, tests: usize, failures: usize, skipped: usize) -> std::io::Result<()> {
    let mut suite = BytesStart::new("testsuite");
    suite.push_attribute(("name", visible(name).as_ref()));
    for (key, count) in [("tests", tests), ("failures", failures), ("skipped", skipped), ("errors", 0)] {
        suite.push_attribute((key, count.to_string().as_str()));
    }
    xml.write_event(Event::Start(suite))
}

fn open_case(xml: &mut Xml, name: &str, class: &str) -> std::io::Result<()> {
    let mut case = BytesStart::new("testcase");
    case.push_attribute(("name", visible(name).as_ref()));
    case.push_attribute(("classname", visible(class).as_ref()));
    xml.write_event(Event::Start(case))
}

fn message(xml: &mut Xml, tag: &str, text: &str, body: &str) -> std::io::Result<()> {
    let mut element = BytesStart::new(tag);
    element.push_attribute(("message", visible(text).as_ref()));
    if body.is_empty() {
        return xml.write_event(Event::Empty(element));
    }
    let lines: Vec<String> = body.lines().map(|l| visible(l).into_owned()).collect();
    xml.write_event(Event::Start(element))?;
    xml.write_event(Event::Text(BytesText::new(&lines.join("\n"))))?;
    xml.write_event(Event::End(BytesEnd::new(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::summary::example::example;

    #[test]
    fn the_xml_reads_well() {
        insta::assert_snapshot!("junit", junit(&example()).unwrap());
    }

    #[test]
    fn hostile_texts_stay_inside_their_attribute() {
        let mut hostile = example();
        hostile.verdict.criteria[0].label = "\"><x/>\0\u{1b}]]>&\u{ffff}".into();
        let text = junit(&hostile).unwrap();
        assert!(text.contains("name=\"&quot;&gt;&lt;x/&gt;\\u{0}\\u{1b}]]&gt;&amp;"), "{text}");
        let mut reader = quick_xml::Reader::from_str(&text);
        while reader.read_event().unwrap() != Event::Eof {}
    }
}
