//! The whole way through: two exports in, a verdict and every school's mismatch file out.

use std::collections::BTreeSet;

use rollproof::synth::{Dress, System};

use crate::support::{Project, Row, rows};

/// What a fault also does to the same record, beside the check that names it.
const CONSEQUENCES: &[(&str, &str)] = &[
    ("F29", "gpa-stale"),
    ("F57", "credit-attempted-changed"),
    ("F70", "gpa-not-reproducible"),
    ("F83", "gpa-changed"),
    ("F91", "needed-class-unscheduled"),
    ("F91", "sequence-broken"),
    ("F100", "period-changed"),
    ("F100", "needed-class-in-conflict"),
];

#[test]
fn the_sample_is_no_go_with_exactly_the_documented_faults() {
    let project = Project::sample();
    let answer = project.run().ends(1);
    assert!(answer.out.contains("NO-GO"), "{}", answer.out);
    let faults = rows(&project.path("faults.csv"));
    let found: Vec<Row> = project.findings().into_iter().filter(|f| f["severity"] != "info").collect();
    for fault in &faults {
        let named = |f: &Row| {
            f["student_id"] == fault["student_id"]
                && checks(fault).contains(f["check"].as_str())
                && f["severity"] == fault["severity"]
        };
        assert!(found.iter().any(named), "not found: {fault:?}");
    }
    for finding in &found {
        let documented = |fault: &Row| {
            fault["student_id"] == finding["student_id"]
                && (checks(fault).contains(finding["check"].as_str())
                    || CONSEQUENCES.contains(&(fault["fault"].as_str(), finding["check"].as_str())))
        };
        assert!(faults.iter().any(documented), "nobody planted {finding:?}");
    }
}

fn checks(fault: &Row) -> BTreeSet<&str> {
    fault["check"].split('|').map(str::trim).collect()
}

#[test]
fn every_school_gets_its_own_file_and_only_its_own_students() {
    let project = Project::sample();
    project.run();
    let index = rows_of_excel(&project, "packs/index.csv");
    assert_eq!(index.len(), 7, "six schools and the file for what belongs to none");
    let mut packed = 0;
    for school in &index {
        let pack = rows_of_excel(&project, &format!("packs/{}.csv", school["file"]));
        assert!(pack.iter().all(|r| r["school"] == school["school"]), "{school:?}");
        packed += pack.len();
    }
    let open = project.findings().iter().filter(|f| f["severity"] != "info").count();
    assert_eq!(packed, open);
}

fn rows_of_excel(project: &Project, name: &str) -> Vec<Row> {
    let text = project.read(&format!("out/{}/{name}", project.label()));
    let text = text.strip_prefix('\u{feff}').expect("Excel files start with a BOM");
    assert!(text.contains("\r\n"));
    project.write("copy.csv", text);
    rows(&project.path("copy.csv"))
}

#[test]
fn an_unfaulted_conversion_into_another_layout_is_go() {
    for (legacy, new) in [(System::Aeries, System::PowerSchool), (System::PowerSchool, System::InfiniteCampus)] {
        let new = (new, Dress { renumber_sections: true, renumber_terms: true, ..Dress::default() });
        let project = Project::synthetic(120, (legacy, Dress::default()), new, None);
        let answer = project.run().ends(0);
        assert!(answer.out.contains("GO"), "{}", answer.out);
        let worse: Vec<Row> = project.findings().into_iter().filter(|f| f["severity"] != "info").collect();
        assert!(worse.is_empty(), "{worse:#?}");
    }
}

#[test]
fn one_extract_against_itself_finds_nothing_and_can_not_decide() {
    let project = Project::sample();
    // Codes translate to those of the other system; here both sides speak one.
    let toml = project.read("rollproof.toml");
    let head = &toml[..toml.find("[crosswalks.").unwrap()];
    let tail = &toml[toml.find("[matching]").unwrap()..];
    project.write("rollproof.toml", format!("{head}{tail}"));
    project.edit(
        "rollproof.toml",
        "mapping = \"powerschool\"\nroot = \"new\"",
        "mapping = \"aeries\"\nroot = \"legacy\"\nencoding = \"windows-1252\"",
    );
    project.edit("rollproof.toml", "label = \"PowerSchool\"", "label = \"Copy\"");
    project.run().ends(4);
    // What the policies say of seniors is no difference: it stands on both sides.
    let differences =
        || -> Vec<Row> { project.findings().into_iter().filter(|f| f["check"] != "senior-cannot-finish").collect() };
    assert!(differences().is_empty(), "{:#?}", differences().first());
    assert!(project.reasons().contains(&"same-file-both-sides".to_owned()), "{:?}", project.reasons());
    // As a copy in another folder too.
    crate::support::copy(&project.path("legacy"), &project.path("copy"));
    let toml = project.read("rollproof.toml");
    let (first, second) = toml.split_at(toml.find("[sides.new]").unwrap());
    project.write("rollproof.toml", format!("{first}{}", second.replacen("\"legacy\"", "\"copy\"", 1)));
    project.run().ends(4);
    assert!(differences().is_empty());
    assert!(project.reasons().contains(&"same-file-both-sides".to_owned()), "{:?}", project.reasons());
}

#[test]
fn threads_do_not_change_a_byte() {
    let run = |threads: &str| {
        let project = Project::sample();
        project.rollproof(&["run", "-j", threads]).ends(0);
        ["findings.csv", "rejects.csv", "packs/index.csv"].map(|name| project.read(&format!("out/R1/{name}")))
    };
    assert!(run("1") == run("2"), "one thread and two do not write the same");
}

#[test]
fn the_order_of_rows_changes_nothing_but_places() {
    let project = Project::sample();
    project.rollproof(&["run", "--label", "first"]).ends(0);
    for name in ["legacy/HIS.csv", "legacy/SEC.csv", "new/storedgrades.txt", "new/cc.txt"] {
        let bytes = std::fs::read(project.path(name)).unwrap();
        let mut lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
        lines[1..].reverse();
        project.write(name, lines.concat());
    }
    project.rollproof(&["run", "--label", "second"]).ends(0);
    let without_places = |label: &str| -> Vec<Vec<(String, String)>> {
        let keep = |k: &str| !k.ends_with("_line") && k != "first_seen";
        let all = rows(&project.path(&format!("out/{label}/findings.csv")));
        all.into_iter().map(|r| r.into_iter().filter(|(k, _)| keep(k)).collect()).collect()
    };
    let (first, second) = (without_places("first"), without_places("second"));
    assert_eq!(first.len(), second.len());
    let differing: Vec<_> = first.iter().zip(&second).filter(|(a, b)| a != b).take(2).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn a_table_split_into_two_files_is_the_same_table() {
    let project = Project::sample();
    project.rollproof(&["run", "--label", "first"]).ends(0);
    let text = project.read("new/storedgrades.txt");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let half = lines.len() / 2;
    project.write("new/storedgrades.txt", lines[..half].concat());
    project.write("new/storedgrades_2.txt", format!("{}{}", lines[0], lines[half..].concat()));
    project.rollproof(&["run", "--label", "second"]).ends(0);
    let identities = |label: &str| -> Vec<(String, String)> {
        let all = rows(&project.path(&format!("out/{label}/findings.csv")));
        all.into_iter().map(|r| (r["fingerprint"].clone(), r["new_value"].clone())).collect()
    };
    assert_eq!(identities("first"), identities("second"));
}

#[test]
fn swapping_the_sides_mirrors_the_findings() {
    let project = Project::sample();
    project.rollproof(&["run", "--label", "forth"]).ends(0);
    let toml = project.read("rollproof.toml");
    let swapped = toml
        .replace("[sides.legacy]", "[sides.X]")
        .replace("[sides.new]", "[sides.legacy]")
        .replace("[sides.X]", "[sides.new]")
        .replace("from = \"legacy\"\nto = \"new\"", "from = \"new\"\nto = \"legacy\"");
    project.write("rollproof.toml", swapped);
    project.rollproof(&["run", "--label", "back"]).ends(0);
    let mirror = |name: &str| match name {
        "student-missing" => "student-unexpected".to_owned(),
        "class-missing" => "class-unexpected".to_owned(),
        "transcript-row-missing" => "transcript-row-unexpected".to_owned(),
        "enrollment-missing" => "enrollment-unexpected".to_owned(),
        other => other.to_owned(),
    };
    let plain = [
        "mark-changed",
        "birth-date-changed",
        "student-missing",
        "class-missing",
        "transcript-row-missing",
        "enrollment-missing",
        "grade-level-changed",
    ];
    let forth: BTreeSet<(String, String, String, String)> = rows(&project.path("out/forth/findings.csv"))
        .into_iter()
        .filter(|r| plain.contains(&r["check"].as_str()))
        .map(|r| (mirror(&r["check"]), r["student_id"].clone(), r["legacy_value"].clone(), r["new_value"].clone()))
        .collect();
    assert!(forth.len() >= 7, "{forth:?}");
    let back: BTreeSet<(String, String, String, String)> = rows(&project.path("out/back/findings.csv"))
        .into_iter()
        .map(|r| (r["check"].clone(), r["student_id"].clone(), r["new_value"].clone(), r["legacy_value"].clone()))
        .collect();
    let missing: Vec<_> = forth.difference(&back).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn gate_decides_again_and_refuses_a_stale_run() {
    let project = Project::sample();
    project.run().ends(1);
    project.rollproof(&["gate"]).ends(1);
    let marks = project.read("new/storedgrades.txt");
    project.write("new/storedgrades.txt", format!("{marks}\n"));
    let answer = project.rollproof(&["gate"]).ends(4);
    assert!(answer.out.contains("storedgrades.txt"), "{}", answer.out);
}

#[test]
fn a_run_without_the_gate_succeeds_whatever_it_finds() {
    let project = Project::sample();
    project.rollproof(&["run"]).ends(0);
}

#[test]
fn differing_as_of_dates_can_not_be_decided() {
    let project = Project::sample();
    project.edit(
        "rollproof.toml",
        "as_of = 2026-06-01\nlabel = \"PowerSchool\"",
        "as_of = 2026-05-29\nlabel = \"PowerSchool\"",
    );
    project.run().ends(4);
    assert!(project.reasons().iter().any(|r| r.contains("as-of")), "{:?}", project.reasons());
}

#[test]
fn an_empty_extract_is_never_no_difference() {
    let project = Project::sample();
    project.write("new/storedgrades.txt", "");
    assert!(matches!(project.run().code, 3 | 4));
    let header = Project::sample();
    let text = header.read("new/storedgrades.txt");
    header.write("new/storedgrades.txt", text.lines().next().unwrap().to_owned() + "\n");
    assert!(matches!(header.run().code, 3 | 4));
    let gone = Project::sample();
    std::fs::remove_file(gone.path("new/storedgrades.txt")).unwrap();
    let answer = gone.run().ends(3);
    assert!(answer.err.contains("storedgrades"), "{}", answer.err);
}

#[test]
fn when_no_student_matches_nothing_is_decided() {
    let project = Project::sample();
    project.edit("rollproof.toml", "[\"student_id\", \"state_id\"]", "[\"student_id\"]");
    let text = project.read("new/students.txt");
    let mut lines = text.lines().map(str::to_owned);
    let header = lines.next().unwrap();
    let id = header.split('\t').position(|c| c.eq_ignore_ascii_case("student_number")).unwrap();
    let changed: Vec<String> = lines
        .map(|line| {
            let mut cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
            cells[id] = format!("X{}", cells[id]);
            cells.join("\t")
        })
        .collect();
    project.write("new/students.txt", format!("{header}\n{}\n", changed.join("\n")));
    let answer = project.run().ends(4);
    assert!(answer.out.contains("CANNOT DECIDE"));
}

#[test]
fn mistakes_in_the_project_are_all_told_with_their_lines() {
    let project = Project::sample();
    project.edit("rollproof.toml", "as_of = 2026-06-01\nlabel = \"Aeries\"", "asof = 2026-06-01\nlabel = \"Aeries\"");
    project.edit("rollproof.toml", "mapping = \"powerschool\"", "mapping = \"powerscool\"");
    let answer = project.run().ends(2);
    assert!(answer.err.contains("asof"), "{}", answer.err);
    assert!(answer.err.contains("powerschool"), "{}", answer.err);
    let check = project.rollproof(&["check"]).ends(2);
    assert!(check.out.contains("rollproof.toml:"), "{}", check.out);
}

#[test]
fn explain_shows_one_student_side_by_side() {
    let project = Project::sample();
    let answer = project.rollproof(&["explain", "0020229"]).ends(0);
    assert!(answer.out.contains("mark-changed"), "{}", answer.out);
    assert!(answer.out.contains("A-") && answer.out.contains("B-"));
    assert!(answer.out.lines().all(|l| l.chars().count() <= 80), "{}", answer.out);
    let bare = project.rollproof(&["explain", "20229"]).ends(0);
    assert_eq!(answer.out, bare.out);
    let nobody = project.rollproof(&["explain", "0099999"]).ends(1);
    assert!(nobody.out.starts_with("No student"));
}

#[test]
fn rule_prints_the_page_of_a_check_and_proposes_the_nearest_name() {
    let project = Project::with_files(&[]);
    let answer = project.rollproof(&["rule", "mark-changed"]).ends(0);
    assert!(answer.out.contains("Why it matters"), "{}", answer.out);
    let wrong = project.rollproof(&["rule", "mark-chnged"]).ends(2);
    assert!(wrong.err.contains("mark-changed"), "{}", wrong.err);
}

#[test]
fn inspect_says_what_a_file_is() {
    let project = Project::sample();
    let answer = project.rollproof(&["inspect", "legacy/STU.csv", "new/students.txt"]).ends(0);
    assert!(answer.out.contains("leading zeros"), "{}", answer.out);
    assert!(answer.out.contains("windows-1252"), "{}", answer.out);
}

#[cfg(unix)]
#[test]
fn what_is_written_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let project = Project::sample();
    project.run();
    let mode = |name: &str| std::fs::metadata(project.path(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("out/R1"), 0o700);
    assert_eq!(mode("out/R1/rejects.csv"), 0o600);
    assert_eq!(mode("out/R1/findings.csv"), 0o600);
}
