//! The project file: what it says, and that every mistake in it and in what it names is told at once.

use std::fs;
use std::path::PathBuf;

use rollproof::canonical::{Decimal, Entity, Field};
use rollproof::diagnostic::Diagnostic;
use rollproof::finding::Severity;
use rollproof::project::{
    CheckSetting, Known, MatchRule, Overrides, PolicyRef, Project, SchemaKind, Template, schema, template,
};

const CHECKS: [&str; 3] = ["mark-changed", "room-changed", "class-missing"];
const POLICIES: [&str; 2] = ["lausd-weighted", "uc"];

const MAPPING: &str = "schema = 1\nsystem = \"mine\"\nlabel = \"Mine\"\nend_date = \"inclusive\"\nschool_year = \
                       \"ends\"\n[tables.students]\nfile = \"s.csv\"\n[[student]]\nfrom = \"students\"\nfields = { student_id = \
                       \"ID\", school = { column = \"SC\", crosswalk = \"school\" } }\n[crosswalks.school]\noptional = true\n";

const PROJECT: &str = r#"schema = 1
[migration]
district = "Maple Valley SD"
timezone = "America/Chicago"
cutover = 2026-07-01
rehearsal = "R4"
[sides.legacy]
mapping = "mine/mapping.toml"
root = "exports/{label}/legacy"
as_of = 2026-06-01
expect_rows = { students = 240 }
[sides.new]
mapping = "mine/mapping.toml"
root = "exports/{label}/new"
as_of = 2026-06-01
label = "Theirs"
[crosswalks.school]
file = "school.csv"
from = "legacy"
to = "new"
[crosswalks.ids]
map = { "1" = "01" }
[matching]
student = ["crosswalk:ids", "student_id"]
min_match = 99.25
[checks]
"room-changed" = "off"
"mark-changed" = { base = "major", grade_12 = "critical" }
ignore_fields = ["schedule.room"]
required = ["student", "schedule"]
[gate]
major = 50
gpa_equal_min = "99.0"
drill = true
[policies]
gpa = { weighted = "lausd-weighted" }
[waivers]
file = "waivers.toml"
[outputs]
packs = ["xlsx", "csv"]
min_severity = "major"
[privacy]
names = "initials"
"#;

fn folder(project: &str, school: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("mine")).unwrap();
    fs::write(dir.path().join("mine/mapping.toml"), MAPPING).unwrap();
    fs::write(dir.path().join("school.csv"), school).unwrap();
    let path = dir.path().join("rollproof.toml");
    fs::write(&path, project).unwrap();
    (dir, path)
}

fn load(project: &str, school: &str) -> Result<Project, Vec<Diagnostic>> {
    let (_dir, path) = folder(project, school);
    let known = Known { checks: &CHECKS, gpa_policies: &POLICIES, graduation_policies: &[] };
    Project::load(&path, &Overrides::default(), &known)
}

#[test]
fn a_project_says_what_is_compared_and_how() {
    let project = load(PROJECT, "legacy,new\n1,101\n2,102\n").unwrap_or_else(|d| panic!("{d:#?}"));
    assert_eq!(project.label, "R4");
    assert!(project.legacy.root.ends_with("exports/R4/legacy"));
    assert_eq!((project.legacy.label.as_str(), project.new.label.as_str()), ("Mine", "Theirs"));
    assert_eq!(project.legacy.expect_rows["students"], 240);
    assert_eq!(project.matching, [MatchRule::Crosswalk("ids".into()), MatchRule::StudentId]);
    assert_eq!(project.criteria.min_match, Decimal::parse("99.25").unwrap());
    assert_eq!((project.criteria.major, project.criteria.critical, project.criteria.drill), (50, 0, true));
    assert_eq!(project.criteria.required, [Entity::Student, Entity::Schedule]);
    assert_eq!(project.checks.by_check["room-changed"], CheckSetting::Off);
    let CheckSetting::Severity { base, by_grade } = &project.checks.by_check["mark-changed"] else { panic!() };
    assert_eq!((*base, by_grade["12"]), (Some(Severity::Major), Severity::Critical));
    assert!(project.checks.ignore_fields.contains(&(Entity::Schedule, Field::Room)));
    let weighted = PolicyRef::Shipped("lausd-weighted".into());
    assert_eq!(
        (&project.policies.gpa["weighted"].legacy, &project.policies.gpa["weighted"].new),
        (&weighted, &weighted)
    );
    assert_eq!(project.outputs.packs.len(), 2);
    assert!(project.warnings.is_empty(), "{:#?}", project.warnings);
}

#[test]
fn code_tables_of_the_project_are_for_the_legacy_side() {
    let project = load(PROJECT, "legacy,new\n1,101\n2,102\n").unwrap();
    assert_eq!(project.legacy.mapping.crosswalks["school"].lines.len(), 2);
    assert!(project.new.mapping.crosswalks["school"].lines.is_empty());
}

#[test]
fn every_mistake_of_every_file_is_told_at_once_with_the_nearest_name() {
    let broken = PROJECT
        .replace("district =", "distrikt =")
        .replace("America/Chicago", "America/Chikago")
        .replace("as_of = 2026-06-01\nlabel", "label")
        .replace("\"room-changed\"", "\"rom-changed\"")
        .replace("schedule.room", "schedule.rom")
        .replace("\"lausd-weighted\"", "\"lausd-wieghted\"")
        .replace("critical\" }", "critcal\" }")
        .replace("crosswalk:ids", "crosswalk:idz")
        .replace("students = 240", "student = 240")
        .replace("names =", "nams =");
    let found = load(&broken, "legacy,new\n1,101\n1,102\n2,\n").unwrap_err();
    let shown: Vec<_> = found.iter().map(|d| (d.code, d.fix.clone().unwrap_or_default())).collect();
    let expected = [
        ("unknown-key", "did you mean `district`?"),
        ("missing-key", "write the district's name"),
        ("unknown-timezone", "did you mean `America/Chicago`?"),
        ("missing-key", "write the day that the export shows: as_of = 2026-06-01"),
        ("unknown-check", "did you mean `room-changed`?"),
        ("unknown-field", "did you mean `room`?"),
        ("unknown-policy", "did you mean `lausd-weighted`?"),
        ("unknown-severity", "did you mean `critical`?"),
        ("unknown-crosswalk", "did you mean `ids`?"),
        ("unknown-table", "did you mean `students`?"),
        ("unknown-key", "did you mean `names`?"),
        ("crosswalk-contradiction", "keep the right line and take the other out"),
        ("crosswalk-no-target", "write the target code, or `ignore` to leave rows with this code out on purpose"),
    ];
    for (code, fix) in expected {
        assert!(shown.contains(&(code, fix.to_owned())), "{code}: {fix} is missing in {shown:#?}");
    }
    let line = found.iter().find(|d| d.code == "crosswalk-contradiction").unwrap();
    assert!(line.path.ends_with("school.csv"));
}

#[test]
fn one_folder_for_both_systems_is_a_warning_and_the_gate_can_not_decide() {
    let same = PROJECT.replace("exports/{label}/new", "exports/./R4/legacy/");
    let found = load(&same, "legacy,new\n1,101\n").unwrap().warnings;
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), ["same-root"]);
}

#[test]
fn a_code_table_that_nothing_uses_is_a_warning() {
    let unused = PROJECT.replace("[crosswalks.school]", "[crosswalks.shcool]");
    let project = load(&unused, "legacy,new\n1,101\n").unwrap();
    assert_eq!(project.warnings[0].code, "unused-crosswalk");
    assert_eq!(project.warnings[0].fix.as_deref(), Some("did you mean `school`?"));
}

#[test]
fn a_label_that_is_no_name_of_a_folder_is_refused() {
    let (_dir, path) = folder(PROJECT, "legacy,new\n1,101\n");
    let known = Known { checks: &CHECKS, gpa_policies: &POLICIES, graduation_policies: &[] };
    for label in ["../x", "a/b", ".hidden", "a b", ""] {
        let found = Project::load(&path, &Overrides { label: Some(label.into()) }, &known).unwrap_err();
        assert_eq!(found[0].code, "label", "{label}");
    }
}

#[test]
fn the_template_is_a_project_that_loads() {
    let text = template(&Template {
        district: "Zoë's \"best\" district".into(),
        timezone: "America/Chicago".into(),
        cutover: None,
        legacy: ("mine/mapping.toml".into(), "a".into()),
        new: ("mine/mapping.toml".into(), "b".into()),
        as_of: "2026-06-01".into(),
    });
    let project = load(&text, "legacy,new\n1,101\n").unwrap_or_else(|d| panic!("{d:#?}\n{text}"));
    assert_eq!(project.migration.district, "Zoë's \"best\" district");
}

/// The keys that a reader knows in a table are those it lists when it meets one that it does not.
fn known_keys(text: &str, what: &str) -> Vec<String> {
    let found = load(text, "legacy,new\n1,101\n").unwrap_err();
    let fix = found.iter().find(|d| d.code == "unknown-key" && d.message.contains("zzzzzzzzzzzz"));
    let fix = fix.unwrap_or_else(|| panic!("no unknown key in {what}: {found:#?}")).fix.clone().unwrap_or_default();
    let mut keys: Vec<String> = fix.strip_prefix("one of: ").unwrap_or("").split(", ").map(str::to_owned).collect();
    keys.sort();
    keys.dedup();
    keys
}

#[test]
fn the_schema_names_the_keys_that_the_reader_knows() {
    let value: serde_json::Value = serde_json::from_str(&schema(SchemaKind::Project, &CHECKS)).unwrap();
    for table in ["migration", "matching", "gate", "policies", "waivers", "outputs", "privacy"] {
        let mut in_schema: Vec<String> =
            value["properties"][table]["properties"].as_object().unwrap().keys().cloned().collect();
        in_schema.sort();
        let text = PROJECT.replace(&format!("[{table}]\n"), &format!("[{table}]\nzzzzzzzzzzzz = 1\n"));
        assert_eq!(known_keys(&text, table), in_schema, "[{table}]");
    }
    let mapping: serde_json::Value = serde_json::from_str(&schema(SchemaKind::Mapping, &CHECKS)).unwrap();
    for entity in Entity::ALL {
        let fields = &mapping["properties"][entity.name()]["items"]["properties"]["fields"]["properties"];
        assert_eq!(fields.as_object().unwrap().len(), Field::of(entity).len());
    }
}
