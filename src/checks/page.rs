//! The page of a check, from the `//!` header of its file: the one place where its words stand.

use std::fmt::Write as _;

use super::context::Meta;
use super::registry::{ALL, by_name};

/// The page that `rollproof rule NAME` prints; `None` when there is no such check.
#[must_use]
pub fn page(name: &str) -> Option<String> {
    Some(render(by_name(name)?.meta()))
}

/// All pages, in the order of the registry: `docs/checks.md`.
#[must_use]
pub fn manual() -> String {
    let mut text = String::from(
        "# Checks\n\nGenerated from the header of each check's file; edit there. Severities are defaults: a project may \
         change them.\n\n| check | severity | what it sees |\n|---|---|---|\n",
    );
    for check in ALL {
        let meta = check.meta();
        let _ = writeln!(text, "| [{0}](#{0}) | {1} | {2} |", meta.name, meta.severity, meta.summary);
    }
    for check in ALL {
        let _ = write!(text, "\n{}", render(check.meta()));
    }
    text
}

fn render(meta: &Meta) -> String {
    let mut text = format!("## {}\n\n**{}**, {}. ", meta.name, meta.severity, meta.entity);
    let header = meta.source.lines().map_while(|line| line.strip_prefix("//!"));
    for line in header {
        let line = line.strip_prefix(' ').unwrap_or(line);
        match line.strip_prefix("# ") {
            Some(title) => {
                let _ = writeln!(text, "### {title}");
            }
            None => {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_in_docs_is_what_the_checks_say() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/checks.md");
        if std::env::var_os("ROLLPROOF_WRITE_DOCS").is_some() {
            std::fs::write(path, manual()).unwrap();
        }
        let stored = std::fs::read_to_string(path).unwrap_or_default();
        assert!(stored == manual(), "docs/checks.md is stale: run this test with ROLLPROOF_WRITE_DOCS=1");
    }

    #[test]
    fn a_page_has_the_words_of_the_header() {
        let page = page("mark-changed").unwrap();
        assert!(page.starts_with("## mark-changed\n\n**critical**, transcript. A final mark"), "{page}");
        assert_eq!(super::page("no-such-check"), None);
    }
}
