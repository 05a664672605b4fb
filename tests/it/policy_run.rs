//! Policies in a whole run: calibration in the gate, derivations in findings, the working in `explain`.

use crate::support::Project;

fn with_policies(weighted: &str) -> Project {
    let project = Project::sample();
    project.edit("rollproof.toml", "\"simple-4.0-weighted\"", &format!("\"{weighted}\""));
    project
}

#[test]
fn a_policy_that_gives_the_legacy_values_explains_the_new_ones() {
    let project = with_policies("simple-4.0-weighted");
    let run = project.run();
    assert!(run.out.contains("NO-GO"), "{}\n{}", run.out, run.err);
    let reasons = project.reasons();
    assert!(reasons.iter().all(|r| !r.starts_with("calibration")), "{reasons:?}");
    let findings = project.findings();
    let derived = findings.iter().filter(|f| f["check"] == "gpa-changed" && !f["note"].is_empty()).count();
    assert!(derived > 0, "a changed GPA is derived");
    // Student 0020302 lost a summer class, and the stored GPA was copied.
    let answer = project.rollproof(&["explain", "0020302"]).ends(0);
    for words in [
        "WEIGHTED GPA (simple-4.0-weighted)",
        "Which is to blame?",
        "the ROWS differ",
        "row missing: 2022-23 SU PE9",
        "in all",
    ] {
        assert!(answer.out.contains(words), "{words}: {}", answer.out);
    }
    assert!(answer.out.contains("needed") && answer.out.contains("electives"), "{}", answer.out);
    assert!(answer.out.lines().all(|l| l.chars().count() <= 80), "{}", answer.out);
}

#[test]
fn a_policy_that_does_not_give_the_legacy_values_lets_nothing_be_decided_and_accuses_nobody() {
    let project = with_policies("florida-unweighted");
    project.run();
    assert!(project.reasons().contains(&"calibration-low".to_owned()), "{:?}", project.reasons());
    let accused = project.findings().iter().filter(|f| f["check"] == "gpa-not-reproducible").count();
    // Students whose marks have no signs and no weights may fit by chance; the others are not accused.
    assert!(accused < 5, "{accused}");
}
