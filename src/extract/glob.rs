//! File name patterns: `*`, `?`, `[..]` within a part of the path, `**` for any number of parts. Case is ignored,
//! so that `STU.CSV` is never left out by `STU*.csv`.

/// True when a path (parts separated by `/`) fits a pattern.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('/').filter(|p| !p.is_empty() && *p != ".").collect();
    let path: Vec<&str> = path.split('/').collect();
    parts_match(&pattern, &path)
}

fn parts_match(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern, path) {
        ([], []) => true,
        (["**", rest @ ..], _) => (0..=path.len()).any(|skip| parts_match(rest, &path[skip..])),
        ([part, rest @ ..], [name, names @ ..]) => part_matches(part, name) && parts_match(rest, names),
        _ => false,
    }
}

/// True when one part of a path fits one part of a pattern. `*` and `?` never stand for a leading dot.
pub(super) fn part_matches(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let fold = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<char>>();
    glob(&fold(pattern), &fold(name))
}

fn glob(pattern: &[char], name: &[char]) -> bool {
    match (pattern, name) {
        ([], []) => true,
        (['*', rest @ ..], _) => (0..=name.len()).any(|skip| glob(rest, &name[skip..])),
        (['?', rest @ ..], [_, tail @ ..]) => glob(rest, tail),
        (['[', rest @ ..], [first, tail @ ..]) => match class(rest, *first) {
            Some((fits, after)) => fits && glob(after, tail),
            None => *first == '[' && glob(rest, tail),
        },
        ([wanted, rest @ ..], [first, tail @ ..]) => wanted == first && glob(rest, tail),
        _ => false,
    }
}

/// Reads a class after its `[`: whether the character is in it, and the pattern behind it. `None` without a `]`.
fn class(pattern: &[char], character: char) -> Option<(bool, &[char])> {
    let (negated, set) = match pattern {
        ['!' | '^', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    // A `]` right at the start is a member of the class.
    let end = 1 + set.get(1..)?.iter().position(|c| *c == ']')?;
    let (mut at, mut fits) = (0, false);
    while at < end {
        if at + 2 < end && set[at + 1] == '-' {
            fits |= (set[at]..=set[at + 2]).contains(&character);
            at += 3;
        } else {
            fits |= set[at] == character;
            at += 1;
        }
    }
    Some((fits != negated, &set[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_question_marks_and_classes_match_within_a_part() {
        assert!(matches("STU*.csv", "STU_2026.CSV"));
        assert!(matches("stu?.csv", "STU1.csv"));
        assert!(!matches("stu?.csv", "STU.csv"));
        assert!(matches("t[0-9a].txt", "T7.txt"));
        assert!(matches("t[!0-9].txt", "tx.txt"));
        assert!(!matches("*.csv", "a/b.csv"));
        assert!(!matches("*.csv", ".hidden.csv"));
        assert!(matches("students (1).csv", "students (1).csv"));
        assert!(matches("a[b.csv", "a[b.csv"));
    }

    #[test]
    fn two_stars_match_any_depth() {
        for path in ["b.csv", "a/b.csv", "a/c/b.csv"] {
            assert!(matches("**/b.csv", path), "{path}");
        }
        assert!(matches("a/**/*.csv", "a/x/y/z.csv"));
        assert!(!matches("a/**/*.csv", "b/z.csv"));
    }
}
