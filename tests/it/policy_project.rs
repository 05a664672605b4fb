//! Policies as a project names them: one for each system, exceptions of students, ranks, and the list of seniors.

use crate::support::Project;

#[test]
fn policies_of_two_systems_tell_rules_from_rows_in_explain() {
    let project = Project::sample();
    let sides = "{ legacy = \"simple-4.0-weighted\", new = \"simple-4.0\" }";
    project.edit("rollproof.toml", "weighted = \"simple-4.0-weighted\"", &format!("weighted = {sides}"));
    let answer = project.rollproof(&["explain", "0020265"]).ends(0);
    for words in ["(simple-4.0-weighted / simple-4.0)", "the RULES differ, not the rows", "rules: level weights"] {
        assert!(answer.out.contains(words), "{words}: {}", answer.out);
    }
    // Legacy rows by legacy rules, and by the new: the cross terms are two different numbers, on both lines.
    let row = |label: &str| {
        // The weighted kind is the last one.
        let line = answer.out.lines().rfind(|l| l.trim_start().starts_with(label)).unwrap().to_owned();
        line.split_whitespace().rev().take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let (legacy, new) = (row("Aeries rows"), row("PowerSchool rows"));
    assert_eq!(legacy, new, "the rows are the same");
    assert_ne!(legacy[0], legacy[1], "the rules are not");
}

#[test]
fn a_policy_for_one_system_alone_is_a_mistake_that_names_the_other() {
    let project = Project::sample();
    project.edit("rollproof.toml", "\"simple-4.0-weighted\"", "{ legacy = \"simple-4.0-weighted\" }");
    project.edit("rollproof.toml", "\"lausd-2026\"", "\"lausd-2026\"\nexceptions = \"no-such.csv\"");
    let answer = project.rollproof(&["check"]).ends(2);
    assert!(answer.out.contains("lacks `new`") && answer.out.contains("no such file"), "{}", answer.out);
}

#[test]
fn exceptions_seniors_and_ranks_are_shown_after_a_run() {
    let project = Project::sample();
    project.edit(
        "rollproof.toml",
        "\"lausd-2026\"",
        "\"lausd-2026\"\nexceptions = { legacy = \"old.csv\", new = \"new.csv\" }",
    );
    let head = "student_id,kind,requirement,course,credits,reason\n";
    project.write("old.csv", format!("{head}0020302,waiver,health,,5,medical\n0020302,waiver,english,,25,board\n"));
    project.write("new.csv", format!("{head}0020302,waiver,english,,25,board\n"));
    project.run().ends(1);
    let lost: Vec<_> =
        project.findings().into_iter().filter(|f| f["check"] == "requirement-exception-changed").collect();
    assert_eq!(lost.len(), 1, "{lost:?}");
    assert_eq!((lost[0]["student_id"].as_str(), lost[0]["severity"].as_str()), ("0020302", "critical"));
    assert!(lost[0]["note"].contains("only on the legacy side: waiver: health, 5 credits"), "{lost:?}");
    let summary = project.read("out/R1/summary.json");
    assert!(summary.contains("exceptions (legacy)") && summary.contains("exceptions (new)"));
    // Seniors who cannot finish in the seats left: the list, with what is open.
    let seniors = project.rollproof(&["show", "--check", "senior-cannot-finish"]).ends(0);
    assert!(seniors.out.contains("0020302") && seniors.out.contains("open after the classes"), "{}", seniors.out);
    let answer = project.rollproof(&["explain", "0020302"]).ends(0);
    for words in
        ["waiver: health, 5 credits", "waiver: english, 25 credits", "Aeries rank: stored 16, by the rule 16 of 22"]
    {
        assert!(answer.out.contains(words), "{words}: {}", answer.out);
    }
    // A rank that no GPA explains is held against the rule.
    let rank = project.findings().into_iter().find(|f| f["check"] == "class-rank-changed").unwrap();
    assert!(rank["note"].contains("the rule gives 13 of 23"), "{rank:?}");
}

#[test]
fn a_registrar_tries_a_policy_from_the_help_alone() {
    let project = Project::with_files(&[(
        "marks.csv",
        b"school_year,term,course,mark,credit_attempted,credit_earned\n2024-25,S1,ENG9A,B,5,5\n2024-25,S1,ALG1A,F,5,0\n",
    )]);
    let help = project.rollproof(&["policy", "try", "--help"]).ends(0);
    for words in ["school_year", "term", "course", "mark", "credit_attempted", "--exceptions", "--schedule"] {
        assert!(help.out.contains(words), "{words}: {}", help.out);
    }
    let list = project.rollproof(&["policy", "list"]).ends(0);
    assert!(list.out.contains("lausd-official") && list.out.contains("uc-a-g"), "{}", list.out);
    let checked = project.rollproof(&["policy", "check", "lausd-official"]).ends(0);
    assert!(checked.out.contains("LAUSD official GPA"), "{}", checked.out);
    let tried = project.rollproof(&["policy", "try", "lausd-official", "--transcript", "marks.csv"]).ends(0);
    assert!(tried.out.contains("15 points / 10 credits attempted = 1.5"), "{}", tried.out);
    assert!(tried.out.contains("credits: 10 attempted, 5 earned"), "{}", tried.out);
    let audit = project.rollproof(&["policy", "try", "lausd-2026", "--transcript", "marks.csv"]).ends(0);
    assert!(audit.out.contains("not met"), "{}", audit.out);
    let wrong = project.rollproof(&["policy", "try", "lausd-oficial", "--transcript", "marks.csv"]).ends(2);
    assert!(wrong.err.contains("lausd-official"), "{}", wrong.err);
}
