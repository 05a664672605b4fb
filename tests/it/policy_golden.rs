//! The worked examples in `tests/policy/golden`: what a registrar computes on paper, to all printed digits.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rollproof::canonical::{Decimal, Entity};
use rollproof::policy::gpa::{Lens, RowReader, Scratch, evaluate};
use rollproof::policy::working::show_value;
use rollproof::policy::{Rational, gpa, shipped, transcript};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policy/golden")
}

/// `4x5 + 3x5/2` as (points, weight) sums.
fn sums(working: &str) -> (Rational, Rational) {
    let number = |text: &str| match text.split_once('/') {
        Some((a, b)) => Rational::new(a.parse().unwrap(), b.parse().unwrap()).unwrap(),
        None => Rational::from(Decimal::parse(text).unwrap()),
    };
    let (mut points, mut weights) = (Rational::ZERO, Rational::ZERO);
    for term in working.split(" + ").filter(|t| !t.is_empty()) {
        let (p, w) = term.split_once('x').unwrap();
        points = points.add(number(p).mul(number(w)).unwrap()).unwrap();
        weights = weights.add(number(w)).unwrap();
    }
    (points, weights)
}

#[test]
fn every_worked_example_comes_out_to_all_printed_digits() {
    let mut expected: BTreeMap<String, Vec<csv::StringRecord>> = BTreeMap::new();
    for record in csv::Reader::from_path(folder().join("expected.csv")).unwrap().records() {
        let record = record.unwrap();
        expected.entry(record[0].to_owned()).or_default().push(record);
    }
    let names: BTreeSet<&str> = expected.keys().map(String::as_str).collect();
    let shipped_names: BTreeSet<&str> = shipped::GPA.iter().map(|s| s.name).collect();
    assert_eq!(names, shipped_names, "every shipped policy has worked examples");
    let mut cases = 0;
    for (name, examples) in expected {
        let policy = gpa::parse(Path::new(&name), shipped::gpa(&name).unwrap().text).unwrap();
        let bytes = std::fs::read(folder().join(format!("{name}.csv"))).unwrap();
        let (dataset, students) = transcript::read(&name, &bytes).unwrap();
        let lens = Lens::new(&policy, &dataset).unwrap();
        let reader = RowReader::new(&lens, dataset.get(Entity::Transcript).unwrap());
        assert_eq!(students.len(), examples.len(), "{name}: each example has rows and the reverse");
        let mut scratch = Scratch::default();
        for example in examples {
            let student = &students[&example[1]];
            scratch.rows.clear();
            scratch.rows.extend(student.rows.iter().map(|row| reader.read(*row)));
            let result = evaluate(&policy, &lens, student.cohort, &mut scratch);
            let shown = result.value.map(|v| show_value(&policy, v)).unwrap_or_default();
            let case = format!("{name} {}: {}", &example[1], &example[6]);
            assert_eq!(shown, &example[2], "{case}");
            assert_eq!((result.points, result.weight), sums(&example[3]), "{case}");
            assert_eq!(result.factor.show(), &example[4], "{case}");
            assert_eq!(result.plus.show(), &example[5], "{case}");
            assert_eq!(result.problems, 0, "{case}");
            cases += 1;
        }
    }
    assert!(cases >= 60, "{cases} worked examples");
}
