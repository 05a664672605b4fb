//! The worked examples of `docs/policy.md` are run; `ROLLPROOF_WRITE_DOCS=1` writes their results into the page.

use std::path::Path;

use rollproof::policy::command::{Trial, read, try_all};

const LETTERS: &str = "[marks]\nA = { points = \"4\" }\nB = { points = \"3\" }\nC = { points = \"2\" }\n\
                       D = { points = \"1\" }\nF = { points = \"0\", earned = false }\n";

/// One example: the fragment of a policy, and its CSV files by name (the transcript has none).
#[derive(Default)]
struct Example<'p> {
    fragment: &'p str,
    files: Vec<(&'p str, &'p str)>,
}

impl Example<'_> {
    fn file(&self, name: &str) -> Option<&str> {
        self.files.iter().find(|(known, _)| *known == name).map(|(_, csv)| *csv)
    }

    /// The fragment below a head, with letter marks where it has none of its own.
    fn policy(&self) -> String {
        let fragment = self.fragment;
        let marks = if fragment.contains("[marks]") { "" } else { LETTERS };
        if fragment.contains("[[area]]") {
            return format!("schema = 1\ngraduation = \"example\"\n{fragment}{marks}");
        }
        let rounding = if fragment.contains("[rounding]") { "" } else { "[rounding]\ndigits = 3\n" };
        format!("schema = 1\npolicy = \"example\"\n{fragment}{marks}{rounding}")
    }

    fn output(&self) -> String {
        let text = self.policy();
        let file = read(Path::new("docs/policy.md"), &text).unwrap_or_else(|d| panic!("{d:#?}\n{text}"));
        let part = |name: &'static str| self.file(name).map(|csv| (name, csv.as_bytes()));
        let trial = Trial {
            transcript: ("example.csv", self.file("").expect("a transcript").as_bytes()),
            schedule: part("schedule"),
            exceptions: part("exceptions"),
        };
        try_all(&file, &trial).unwrap_or_else(|p| panic!("{p:#?}\n{text}"))
    }
}

/// Calls for every example of the page; what it gives back takes the place of the printed result.
fn each_example(page: &str, mut result: impl FnMut(&Example<'_>) -> String) -> String {
    let (mut written, mut rest) = (String::new(), page);
    while let Some(start) = rest.find("```toml\n") {
        let mut example = Example::default();
        let (before, after) = rest.split_at(start);
        written += before;
        let (fragment, mut after) = after["```toml\n".len()..].split_once("```\n").expect("the policy ends");
        example.fragment = fragment;
        written += &format!("```toml\n{fragment}```\n");
        while let Some(csv) = after.strip_prefix("```csv") {
            let (name, csv) = csv.split_once('\n').unwrap();
            let (csv, next) = csv.split_once("```\n").expect("the file ends");
            example.files.push((name.trim(), csv));
            written += &format!("```csv{name}\n{csv}```\n");
            after = next;
        }
        let after = after.strip_prefix("```text\n").expect("a result after the files");
        let (_, after) = after.split_once("```\n").expect("the result ends");
        written += &format!("```text\n{}```\n", result(&example));
        rest = after;
    }
    written + rest
}

fn page() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.md")).unwrap()
}

#[test]
fn every_worked_example_of_the_page_comes_out_as_printed() {
    let page = page();
    let mut examples = 0;
    let written = each_example(&page, |example| {
        examples += 1;
        example.output()
    });
    if std::env::var_os("ROLLPROOF_WRITE_DOCS").is_some() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policy.md"), &written).unwrap();
    }
    assert!(page == written, "docs/policy.md is stale: run this test with ROLLPROOF_WRITE_DOCS=1");
    assert!(examples >= 45, "{examples}");
}

/// Every key that a policy may have, and every word of those that take one.
const KNOBS: &str = "ignore_signs points in_gpa attempted earned counts_as round letters pass most levels min_mark \
    tables subjects most min_credits weights scales max grades from through from_year through_year terms unknown_grade \
    course_flag transfer middle_school not_subjects not_courses identity groups original_max new_min credit not_counted \
    null_weight digits mode then term_digits average from_cohort through_cohort weight scale locked within statuses tie \
    precision sequence name label credits courses prefixes any halves same_group cap validation tracks codes divisor \
    rule kind";
const WORDS: &str = "add table multiply cumulative-add cumulative-multiply all highest latest average replace \
    coded course course+half once every attempted earned count gpa-weight semesters half-up half-even truncate terms \
    exclude credit-only competition dense ordinal exact rounded waiver substitution split also";

#[test]
fn every_knob_and_every_word_has_a_worked_example() {
    let mut all = String::new();
    each_example(&page(), |example| {
        all += example.fragment;
        example.files.iter().for_each(|(_, csv)| all += csv);
        String::new()
    });
    let written = |key: &&str| all.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == *key);
    let missing: Vec<&str> = KNOBS.split_whitespace().filter(|key| !written(key)).collect();
    assert!(missing.is_empty(), "keys without an example: {missing:?}");
    let said = |word: &&str| all.contains(&format!("\"{word}\"")) || all.contains(&format!(",{word},"));
    let missing: Vec<&str> = WORDS.split_whitespace().filter(|w| !said(w)).collect();
    assert!(missing.is_empty(), "words without an example: {missing:?}");
}
