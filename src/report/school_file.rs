//! File names for schools: readable, safe on every system, and never made of raw text from a file.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// Longest readable part of a file name.
const SLUG: usize = 60;

/// `lincoln-high-1a2b3c4d`: the school's name in safe letters and eight hex digits of SHA-256 of its code.
#[must_use]
pub fn stem(code: &str, name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() >= SLUG {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    let slug = if slug.is_empty() { if code.is_empty() { "no-school" } else { "school" } } else { slug };
    let hash = Sha256::digest(code.as_bytes());
    format!("{slug}-{:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3])
}

/// A stem for each school, all different even where a file system ignores case: a clash gets the next number.
#[must_use]
pub fn stems<'a>(schools: impl IntoIterator<Item = (&'a str, &'a str)>) -> BTreeMap<String, String> {
    let mut taken: BTreeMap<String, u32> = BTreeMap::new();
    let mut stems = BTreeMap::new();
    for (code, name) in schools {
        let base = stem(code, name);
        let times = taken.entry(base.clone()).or_default();
        *times += 1;
        stems.insert(code.to_owned(), if *times == 1 { base } else { format!("{base}-{times}") });
    }
    stems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_school_names_give_harmless_file_names() {
        for name in [
            "../../x",
            "CON",
            "con.txt",
            "NUL",
            "a/b\\c:d",
            "Lycée Été",
            "trailing. ",
            "",
            ".",
            "..",
            "\0",
            "\u{202e}gpj",
            "李",
        ] {
            let stem = stem("012", name);
            assert!(stem.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{stem}");
            assert!(stem.len() > 9 && !stem.starts_with('-'), "{stem}");
            assert!(!["con", "nul", "prn", "aux"].contains(&stem.as_str()));
        }
        assert_eq!(stem("012", "Lincoln High").rsplit_once('-').unwrap().0, "lincoln-high");
        assert!(stem("1", &"x".repeat(10_000)).len() <= SLUG + 9);
    }

    #[test]
    fn schools_of_one_name_get_different_files() {
        let stems = stems([("1", "Oak"), ("2", "Oak"), ("1 ", "OAK")]);
        let names: std::collections::BTreeSet<&String> = stems.values().collect();
        assert_eq!(names.len(), 3);
    }
}
