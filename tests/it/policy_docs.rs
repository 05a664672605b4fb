//! The worked examples of `docs/policy.md` are run; `ROLLPROOF_WRITE_DOCS=1` writes their results into the page.

use std::path::Path;

use rollproof::policy::command::{read, try_on};

const LETTERS: &str = "[marks]\nA = { points = \"4\" }\nB = { points = \"3\" }\nC = { points = \"2\" }\n\
                       D = { points = \"1\" }\nF = { points = \"0\", earned = false }\n";

/// The output of one example: the fragment below a head, with letter marks where it has none of its own.
fn output(fragment: &str, csv: &str) -> String {
    let marks = if fragment.contains("[marks]") { "" } else { LETTERS };
    let rounding = if fragment.contains("[rounding]") { "" } else { "[rounding]\ndigits = 3\n" };
    let text = format!("schema = 1\npolicy = \"example\"\n{fragment}{marks}{rounding}");
    let file = read(Path::new("docs/policy.md"), &text).unwrap_or_else(|d| panic!("{d:#?}\n{text}"));
    try_on(&file, "example.csv", csv.as_bytes()).unwrap_or_else(|p| panic!("{p:#?}\n{csv}"))
}

#[test]
fn every_worked_example_of_the_page_comes_out_as_printed() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (mut written, mut rest, mut examples) = (String::new(), page.as_str(), 0);
    while let Some((before, after)) = rest.split_once("```toml\n") {
        let (fragment, after) = after.split_once("```\n```csv\n").expect("a transcript after the policy");
        let (csv, after) = after.split_once("```\n```text\n").expect("a result after the transcript");
        let (_, after) = after.split_once("```\n").expect("the result ends");
        let result = output(fragment, csv);
        written += &format!("{before}```toml\n{fragment}```\n```csv\n{csv}```\n```text\n{result}```\n");
        rest = after;
        examples += 1;
    }
    written += rest;
    if std::env::var_os("ROLLPROOF_WRITE_DOCS").is_some() {
        std::fs::write(&path, &written).unwrap();
    }
    assert!(page == written, "docs/policy.md is stale: run this test with ROLLPROOF_WRITE_DOCS=1");
    assert!(examples >= 20, "{examples}");
}
