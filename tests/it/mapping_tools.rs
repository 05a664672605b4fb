//! The tools that write most of a mapping, used as a person does: from the command line.

use crate::support::{Project, project_toml};

const STUDENTS: &str = "Student Number,Last_Name,DOB,Grade,Sex\n00101,Ruiz,04/02/2009,9,F\n00102,Lind,11/30/2008,10,M\n\
                        00103,Poe,01/15/2010,9,F\n00104,Ek,07/21/2009,9,M\n00105,Orr,03/04/2009,10,F\n00106,Fox,08/09/2009,9,F\n\
                        00107,Ash,12/12/2009,9,M\n00108,Elm,02/28/2010,9,F\n00109,Oak,05/05/2009,10,M\n00110,Yew,06/06/2009,9,M\n";

#[test]
fn inspect_write_begins_a_mapping_and_suggest_gives_it_fields() {
    let project = Project::with_files(&[
        ("old/STU 2026.csv", STUDENTS.as_bytes()),
        ("old/GPA.txt", b"ID|GP\n00101|3.5\n00102|3.25\n"),
    ]);
    project.rollproof(&["inspect", "old/STU 2026.csv", "--write", "my-sis/mapping.toml"]).ends(0);
    let text = project.read("my-sis/mapping.toml");
    for line in [
        "[tables.stu_2026]   # 10 rows when it was looked at",
        "file = \"STU 2026.csv\"",
        "dates  = [\"%m/%d/%Y\"]   # what reads the dates of the files below",
        "# leading zeros: Student Number",
        "# codes in Sex: F=5, M=5",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} in\n{text}");
    }
    // Written again it is refused, and another file is added beside it.
    project.rollproof(&["inspect", "old/STU 2026.csv", "--write", "my-sis/mapping.toml"]).ends(2);
    project.rollproof(&["inspect", "old/GPA.txt", "--write", "my-sis/mapping.toml"]).ends(0);
    let text = project.read("my-sis/mapping.toml");
    assert!(
        text.contains("[tables.stu_2026]") && text.contains("[tables.gpa]") && text.contains("delimiter = \"|\""),
        "{text}"
    );

    let fields = project.rollproof(&["map", "suggest", "old/STU 2026.csv"]).ends(0);
    let block = &fields.out;
    for line in
        ["[[student]]", "student_id = \"Student Number\"", "birth_date = { column = \"DOB\", dates = [\"%m/%d/%Y\"] }"]
    {
        assert!(block.contains(line), "{line} in\n{block}");
    }
    assert!(project.rollproof(&["map", "suggest", "old/GPA.txt", "--as", "gpa"]).out.contains("value = \"GP\""));
    project.rollproof(&["map", "suggest", "old/GPA.txt", "--as", "grades"]).ends(2);

    // With the conventions said and the block put in, the mapping has no mistake left.
    project.edit("my-sis/mapping.toml", "# end_date", "end_date");
    project.edit("my-sis/mapping.toml", "# school_year", "school_year");
    let whole = project.read("my-sis/mapping.toml") + "\n" + block;
    project.write("my-sis/mapping.toml", whole);
    project.write("rollproof.toml", project_toml(["my-sis/mapping.toml", "new.toml"], ["old", "new"]));
    project.write("new.toml", MAPPING);
    let check = project.rollproof(&["check"]);
    assert!(!check.out.contains("error["), "{}", check.out);
}

const MAPPING: &str = r#"
schema = 1
system = "s"
end_date = "inclusive"
school_year = "ends"
[tables.stu]
file = "stu.csv"
[[student]]
from = "stu"
fields = { student_id = "id", last_name = "ln", birth_date = "bd", grade_level = { column = "gr", crosswalk = "grade" } }
[crosswalks.grade]
map = { "9" = "09", "10" = "10", "12" = "12" }
"#;

fn two_sides(new: &str) -> Project {
    let rows = "id,ln,bd,gr\n20017,Ruiz,2009-04-02,9\n20018,Lind,2008-11-30,10\n";
    Project::with_files(&[
        ("rollproof.toml", project_toml(["new.toml", "new.toml"], ["old", "new"]).as_bytes()),
        ("new.toml", MAPPING.as_bytes()),
        ("old/stu.csv", rows.as_bytes()),
        ("new/stu.csv", new.as_bytes()),
    ])
}

#[test]
fn check_with_data_tells_codes_without_a_line_with_counts_and_near_codes() {
    let project =
        two_sides("id,ln,bd,gr\n20017,Ruiz,2009-04-02,09\n20018,Lind,30.11.2008,10\n20019,Poe,2009-01-01,09\n");
    project.rollproof(&["check"]).ends(0);
    let answer = project.rollproof(&["check", "--data"]).ends(2);
    for told in [
        "crosswalk grade: no line for 09, 2 records; near: 9",
        "crosswalk grade: never used: 12",
        "student.birth_date: 1 values do not read; the first in stu.csv, record 3, line 3",
    ] {
        assert!(answer.out.contains(told), "{told} in\n{}", answer.out);
    }
    assert!(!answer.out.contains("30.11.2008"), "a value that does not read may be a student's: {}", answer.out);
    project.edit("new.toml", "\"9\" = \"09\"", "\"9\" = \"09\", \"09\" = \"09\"");
    project.write("new/stu.csv", "id,ln,bd,gr\n20017,Ruiz,2009-04-02,09\n20018,Lind,2008-11-30,10\n");
    project.rollproof(&["check", "--data"]).ends(0);
}

#[test]
fn an_id_that_a_spreadsheet_has_destroyed_is_a_named_reason_and_a_finding() {
    let project = two_sides("id,ln,bd,gr\n2.0017E+4,Ruiz,2009-04-02,9\n20018,Lind,2008-11-30,10\n");
    let answer = project.rollproof(&["run", "--gate", "--label", "R1"]).ends(4);
    let told = format!("{}{}", answer.out, answer.err);
    assert!(told.contains("student id that does not read") && told.contains("export the ids as text"), "{told}");
    let verdict = project.read("out/R1/verdict.json");
    assert!(verdict.contains("student-ids-unreadable") && !verdict.contains("records-not-placed"), "{verdict}");
    let findings = crate::support::rows(&project.path("out/R1/findings.csv"));
    assert!(findings.iter().any(|f| f["check"] == "value-unreadable"), "{findings:?}");
}

#[test]
fn line_ends_that_change_inside_a_file_are_told() {
    let project = two_sides("id,ln,bd,gr\n20017,Ruiz,2009-04-02,9\r\n20018,Lind,2008-11-30,10\n");
    let seen = project.rollproof(&["inspect", "new/stu.csv"]);
    assert!(seen.out.contains("1 records end in LF and 1 in CR LF"), "{}", seen.out);
}

#[test]
fn init_without_a_terminal_names_the_flags_that_are_missing() {
    let project = Project::with_files(&[]);
    let answer = project.rollproof(&["init", "--legacy", "aeries"]).ends(2);
    assert!(answer.err.contains("--new, --as-of not given"), "{}", answer.err);
    project.rollproof(&["init", "--legacy", "aeries", "--new", "powerschool", "--as-of", "2026-06-01"]).ends(0);
    assert!(project.read("rollproof.toml").contains("My district"));
}
