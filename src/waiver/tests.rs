//! What waivers cover, on which day, up to which number; and what is wrong with a waiver file.

use jiff::ZonedDateTime;
use jiff::civil::date;

use super::*;
use crate::finding::Severity;

const ONE: &str = r#"# Accepted at the meeting of 22 May.
[[waive]]
id = "W-017"
check = "entry-date-changed"
schools = ["Virtual"]
max = 12
reason = "the vendor loads true dates after cutover; ticket 8841"
owner = "J. Ruiz"
approver = "Supt. office"
added = 2026-05-22
expires = 2026-06-05
"#;

fn rules() -> Rules {
    let checks = ["entry-date-changed", "room-changed", "mark-changed"].map(String::from).to_vec();
    Rules { checks, unwaivable: vec![], max_days: 60 }
}

fn waivers(text: &str) -> Waivers {
    Waivers::parse("waivers.toml", text, &rules()).unwrap_or_else(|d| panic!("{d:?}"))
}

fn codes(text: &str) -> Vec<&'static str> {
    Waivers::parse("waivers.toml", text, &rules()).unwrap_err().iter().map(|d| d.code).collect()
}

fn at(text: &str) -> ZonedDateTime {
    text.parse().unwrap()
}

fn target(check: &'static str, school: &'static str, fingerprint: &'static str) -> Target<'static> {
    let severity = Severity::Major;
    Target { check, severity, fingerprint, reference: "", student: "", school, course: "", cause: "", file: "" }
}

const PRINTS: [&str; 13] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m"];

#[test]
fn the_case_after_the_cap_counts() {
    let now = at("2026-06-01T08:00:00-05:00[America/Chicago]");
    let found: Vec<Target> = PRINTS.iter().map(|p| target("entry-date-changed", "Virtual", p)).collect();
    let twelve = waivers(ONE).assess(&found[..12], &now);
    assert_eq!((twelve.open(), twelve.over_cap()), (0, vec![]));
    let thirteen = waivers(ONE).assess(&found, &now);
    assert_eq!((thirteen.open(), thirteen.over_cap()), (1, vec![("W-017".into(), 1)]));
}

#[test]
fn what_a_cap_covers_does_not_depend_on_the_order_and_leaves_the_worst_open() {
    let now = at("2026-06-01T08:00:00-05:00[America/Chicago]");
    let mut found: Vec<Target> = PRINTS.iter().map(|p| target("entry-date-changed", "Virtual", p)).collect();
    found[0].severity = Severity::Critical;
    let assessed = waivers(ONE).assess(&found, &now);
    assert_eq!(assessed.covered_by[0], None);
    found.reverse();
    let mut reversed = waivers(ONE).assess(&found, &now).covered_by;
    reversed.reverse();
    assert_eq!(assessed.covered_by, reversed);
}

#[test]
fn a_waiver_holds_through_the_last_second_of_its_last_day_in_the_districts_zone() {
    let open = |moment: &str| {
        let now = at(moment).in_tz("America/Chicago").unwrap();
        waivers(ONE).assess(&[target("entry-date-changed", "Virtual", "a")], &now).open()
    };
    assert_eq!(open("2026-06-05T23:59:59-05:00[America/Chicago]"), 0);
    assert_eq!(open("2026-06-06T00:00:00-05:00[America/Chicago]"), 1);
    assert_eq!(open("2026-06-06T04:59:59+00:00[UTC]"), 0, "it is still the fifth in Chicago");
    assert_eq!(open("2026-06-06T05:00:00+00:00[UTC]"), 1);
    assert_eq!(open("2026-05-21T23:59:59-05:00[America/Chicago]"), 1, "it was added on the next day");
    assert_eq!(open("2026-05-22T00:00:00-05:00[America/Chicago]"), 0);
}

#[test]
fn daylight_saving_neither_shortens_nor_lengthens_the_last_day() {
    let text = ONE.replace("2026-05-22", "2026-10-20").replace("2026-06-05", "2026-11-01");
    let open = |moment: &str| {
        let now = at(moment).in_tz("America/Chicago").unwrap();
        waivers(&text).assess(&[target("entry-date-changed", "Virtual", "a")], &now).open()
    };
    assert_eq!(open("2026-11-01T23:59:59-06:00[America/Chicago]"), 0, "the day has 25 hours");
    assert_eq!(open("2026-11-02T00:00:00-06:00[America/Chicago]"), 1);
    let text = ONE.replace("2026-05-22", "2026-02-20").replace("2026-06-05", "2026-03-08");
    let now = at("2026-03-08T23:59:59-05:00[America/Chicago]");
    assert_eq!(waivers(&text).assess(&[target("entry-date-changed", "Virtual", "a")], &now).open(), 0);
}

#[test]
fn an_expired_waiver_covers_nothing_and_is_told() {
    let now = at("2026-06-06T00:00:00-05:00[America/Chicago]");
    let assessed = waivers(ONE).assess(&[target("entry-date-changed", "Virtual", "a")], &now);
    assert_eq!((assessed.open(), assessed.expired(), assessed.unused()), (1, vec!["W-017".into()], vec![]));
}

#[test]
fn a_scope_that_matches_nothing_is_told_as_unused() {
    let now = at("2026-06-01T08:00:00-05:00[America/Chicago]");
    let other = [target("entry-date-changed", "Central", "a"), target("room-changed", "Virtual", "b")];
    let assessed = waivers(ONE).assess(&other, &now);
    assert_eq!((assessed.open(), assessed.unused()), (2, vec!["W-017".into()]));
}

#[test]
fn a_check_that_can_not_be_waived_any_more_counts() {
    let text = ONE.replace("entry-date-changed", "student-swapped");
    let found = waivers(&text);
    assert_eq!(found.warnings[0].code, "waiver-unwaivable");
    let now = at("2026-06-01T08:00:00-05:00[America/Chicago]");
    let assessed = found.assess(&[target("student-swapped", "Virtual", "a")], &now);
    assert_eq!((assessed.open(), assessed.unwaivable()), (1, vec!["W-017".into()]));
    let stricter = Rules { unwaivable: vec!["entry-date-changed".into()], ..rules() };
    assert!(Waivers::parse("w", ONE, &stricter).unwrap().list[0].unwaivable);
}

#[test]
fn a_rejected_row_is_waived_by_its_file_only() {
    let text =
        ONE.replace("entry-date-changed", "rejected-row").replace("schools = [\"Virtual\"]", "files = [\"STU.csv\"]");
    let now = at("2026-06-01T08:00:00-05:00[America/Chicago]");
    let rows =
        [Target::rejected_row("STU.csv", "legacy/STU.csv:7"), Target::rejected_row("HIS.csv", "legacy/HIS.csv:7")];
    assert_eq!(waivers(&text).assess(&rows, &now).covered_by, [Some(0), None]);
}

#[test]
fn a_second_waiver_takes_over_when_the_first_is_used_up() {
    let text = ONE.replace("max = 12", "max = 1");
    let both = format!("{text}\n{}", text.replace("W-017", "W-018"));
    let now = at("2026-06-01T08:00:00-05:00[America/Chicago]");
    let found: Vec<Target> = PRINTS[..3].iter().map(|p| target("entry-date-changed", "Virtual", p)).collect();
    let assessed = waivers(&both).assess(&found, &now);
    assert_eq!(assessed.covered_by, [Some(0), Some(1), None]);
    assert_eq!(assessed.over_cap(), [("W-017".into(), 1), ("W-018".into(), 1)]);
}

#[test]
fn every_mistake_of_a_waiver_file_is_told_at_once() {
    assert_eq!(codes(&ONE.replace("entry-date-changed", "entry-date-chnaged")), ["unknown-check"]);
    assert_eq!(codes(&ONE.replace("schools = [\"Virtual\"]\n", "")), ["waiver-broad"]);
    assert_eq!(codes(&ONE.replace("max = 12\n", "")), ["missing-key"]);
    assert_eq!(codes(&ONE.replace("max = 12", "max = 0")), ["waiver-cap"]);
    assert_eq!(codes(&ONE.replace("J. Ruiz", " ")), ["waiver-empty"]);
    assert_eq!(codes(&ONE.replace("2026-06-05", "2026-05-21")), ["waiver-period"]);
    assert_eq!(codes(&ONE.replace("2026-06-05", "2026-07-22")), ["waiver-period"]);
    assert!(Waivers::parse("w", &ONE.replace("2026-06-05", "2026-07-21"), &rules()).is_ok());
    assert_eq!(codes(&format!("{ONE}\n{ONE}")), ["waiver-duplicate"]);
    assert_eq!(codes("[[waive]]\nid = \"W-1\"\nrule = \"x\"\n").len(), 8);
    let broad = ONE.replace("schools = [\"Virtual\"]", "broad = true");
    let now = at("2026-06-01T08:00:00-05:00[America/Chicago]");
    assert_eq!(waivers(&broad).assess(&[], &now).over_broad(), ["W-017"]);
}

fn new_waiver() -> NewWaiver {
    NewWaiver {
        check: "room-changed".into(),
        scope: vec![("schools", vec!["012".into()]), ("courses", vec![])],
        cause: None,
        max: 3,
        reason: "rooms are \"loaded\" later".into(),
        owner: "A. Lee".into(),
        approver: "B. Cruz".into(),
        added: date(2026, 5, 25),
        expires: date(2026, 6, 5),
        broad: false,
    }
}

#[test]
fn adding_and_removing_keeps_what_people_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("waivers.toml");
    std::fs::write(&path, ONE).unwrap();
    assert_eq!(add(&path, &new_waiver(), &rules()).unwrap(), "W-018");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with(ONE));
    let list = Waivers::load(&path, &rules()).unwrap().list;
    assert_eq!((list.len(), list[1].reason.as_str()), (2, "rooms are \"loaded\" later"));
    remove(&path, "W-018", &rules()).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), ONE);
    remove(&path, "W-017", &rules()).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "# Accepted at the meeting of 22 May.\n");
}

#[test]
fn removing_the_first_keeps_the_comment_of_the_second() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("waivers.toml");
    let second = ONE.replace("W-017", "W-018").replace("# Accepted", "# The second: accepted");
    std::fs::write(&path, format!("{ONE}\n{second}")).unwrap();
    remove(&path, "W-017", &rules()).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("# The second: accepted") && !text.contains("W-017"), "{text}");
}

#[test]
fn a_waiver_that_would_be_wrong_is_not_added() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("waivers.toml");
    let unknown = NewWaiver { check: "rum-changed".into(), ..new_waiver() };
    assert!(add(&path, &unknown, &rules()).is_err());
    let refused = NewWaiver { check: "student-swapped".into(), ..new_waiver() };
    assert!(add(&path, &refused, &rules()).is_err());
    assert!(!path.exists());
    assert!(remove(&path, "W-9", &rules()).is_err());
}

#[test]
fn every_check_that_nobody_can_waive_exists() {
    for name in UNWAIVABLE {
        assert!(crate::checks::names().any(|n| n == name), "{name} is in no registry");
    }
}
