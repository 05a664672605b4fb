//! Pairing, read as sentences.

use super::fixture::sides;
use super::*;
use crate::canonical::Row;
use crate::canonical::Side;

fn run(legacy: &str, new: &str) -> Reconciliation {
    let (legacy, new) = sides(legacy, new);
    reconcile(legacy, new, &MatchRules::default())
}

const TRANSCRIPT: &str = "transcript: student_id|school_year|term|course|mark|credit_earned";
const SCHEDULE: &str = "schedule: student_id|term|course|period|teacher|section|room";

/// `both|split|legacy only|new only|legacy duplicates|new duplicates|ambiguous` of the first student.
fn shape(run: &Reconciliation, entity: Entity) -> String {
    let pairs = run.pairs(0, entity).unwrap();
    let both: Vec<String> = pairs
        .both()
        .map(|b| format!("{}{}{}", b.legacy, if b.tier == Tier::Exact { "=" } else { "~" }, b.new))
        .collect();
    let several = |groups: &mut dyn Iterator<Item = (&[Row], &[Row])>| {
        groups.map(|(l, n)| format!("{l:?}/{n:?}")).collect::<Vec<_>>().join(" ")
    };
    format!(
        "{} split {} only {:?} {:?} doubled {:?} {:?} open {}",
        both.join(" "),
        several(&mut pairs.split()),
        pairs.legacy_only(),
        pairs.new_only(),
        pairs.legacy_duplicates(),
        pairs.new_duplicates(),
        several(&mut pairs.ambiguous()),
    )
}

fn transcript(legacy: &[&str], new: &[&str]) -> String {
    let text = |rows: &[&str]| format!("student: student_id\n1\n{TRANSCRIPT}\n{}", rows.join("\n"));
    shape(&run(&text(legacy), &text(new)), Entity::Transcript)
}

fn schedule(legacy: &[&str], new: &[&str]) -> String {
    let text = |rows: &[&str]| format!("student: student_id\n1\n{SCHEDULE}\n{}", rows.join("\n"));
    shape(&run(&text(legacy), &text(new)), Entity::Schedule)
}

#[test]
fn students_match_by_the_first_rule_that_gives_a_unique_answer() {
    let run = run(
        "student: student_id|state_id\n1|A\n02|B\n3|C\n4|D\n5|D",
        "student: student_id|state_id\n1|A\n2|B\n33|C\n44|D\n6|E",
    );
    let pairs: Vec<(String, bool, bool, u8)> = run
        .students
        .iter()
        .enumerate()
        .map(|(i, s)| (run.student_id(i as u32).to_owned(), s.on_legacy, s.on_new, s.rule))
        .collect();
    let is = |id: &str| pairs.iter().find(|p| p.0 == id).map(|p| (p.1, p.2, p.3));
    assert_eq!(is("1"), Some((true, true, 0)));
    assert_eq!(is("02"), Some((true, true, 1)));
    assert_eq!(is("3"), Some((true, true, 1)));
    assert_eq!(is("4"), Some((true, false, u8::MAX)), "two legacy students share state id D");
    assert_eq!(is("6"), Some((false, true, u8::MAX)));
    assert_eq!(run.matching.paired, 3);
    let rates: Vec<(&str, u64)> = run.matching.candidates.iter().map(|c| (c.0.as_str(), c.1)).collect();
    assert_eq!(rates, [("student_id", 1), ("state_id", 3), ("student_id_unpadded", 2)]);
}

#[test]
fn a_crosswalk_of_ids_matches_students() {
    let (legacy, new) = sides("student: student_id\n1\n2", "student: student_id\nX\nY");
    let map = [("1".to_owned(), "Y".to_owned())].into();
    let rules = MatchRules { rules: vec![MatchRule::Crosswalk { name: "student".into(), map }] };
    let run = reconcile(legacy, new, &rules);
    assert_eq!(run.matching.paired, 1);
    assert_eq!(run.position("1").map(|p| run.students[p as usize].new), Some(Some(1)));
}

#[test]
fn students_are_implied_where_a_side_has_no_student_table() {
    let run = run(
        &format!("{TRANSCRIPT}\n1|2024-25|S1|ALG|A|5\n2|2024-25|S1|ALG|B|5"),
        &format!(
            "student: student_id\n1\n{TRANSCRIPT}\n1|2024-25|S1|ALG|A|5\n9|2024-25|S1|ALG|A|5\n|2024-25|S1|ALG|A|5"
        ),
    );
    assert_eq!(run.matching.legacy, 2);
    assert_eq!(run.matching.paired, 1);
    assert_eq!(run.matching.orphans[&Entity::Transcript], (vec![], vec![1]));
    assert_eq!(run.matching.blank[&Entity::Transcript], (vec![], vec![2]));
    assert_eq!(run.owner(Side::Legacy, Entity::Transcript, 1), run.position("2"));
}

#[test]
fn records_whose_id_does_not_read_are_listed_as_such() {
    let run = run(
        &format!("student: student_id\n1\n{TRANSCRIPT}\n1|2024-25|S1|ALG|A|5"),
        &format!("student: student_id\n!2.0017E+4\n{TRANSCRIPT}\n1|2024-25|S1|ALG|A|5\n!1E+4|2024-25|S1|ALG|A|5"),
    );
    assert_eq!(run.matching.unreadable[&Entity::Student], (vec![], vec![0]));
    assert_eq!(run.matching.unreadable[&Entity::Transcript], (vec![], vec![1]));
}

#[test]
fn two_records_of_one_student_are_duplicates_and_the_most_alike_leads() {
    let run = run("student: student_id|school\n1|S2\n2|S1", "student: student_id|school\n1|S1\n1|S2\n2|S1");
    assert_eq!(run.students[0].new, Some(1));
    assert_eq!(run.matching.duplicates[&0], (vec![], vec![0]));
}

#[test]
fn equal_keys_pair_whatever_else_differs() {
    let rows = ["1|2024-25|S1|ALG|A|5", "1|2024-25|S2|ALG|B|5"];
    assert_eq!(
        transcript(&rows, &["1|2024-25|S2|ALG|C|5", "1|2024-25|S1|ALG|A|0"]),
        "0=1 1=0 split  only [] [] doubled [] [] open "
    );
}

#[test]
fn duplicates_are_multisets() {
    let one = "1|2024-25|S1|ALG|A|5";
    assert_eq!(transcript(&[one], &[one, one]), "0=0 split  only [] [] doubled [] [1] open ");
    assert_eq!(transcript(&[one, one, one], &[one, one]), "0=0 1=1 split  only [] [] doubled [2] [] open ");
}

#[test]
fn a_second_half_loaded_into_the_first_is_a_changed_term() {
    let legacy = ["1|2024-25|S1|ALG|A|5", "1|2024-25|S2|ALG|B|5"];
    let new = ["1|2024-25|S1|ALG|A|5", "1|2024-25|S1|ALG|B|5"];
    assert_eq!(transcript(&legacy, &new), "0=0 1~1 split  only [] [] doubled [] [] open ");
    let same_marks = ["1|2024-25|S1|ALG|A|5", "1|2024-25|S2|ALG|A|5"];
    let new = ["1|2024-25|S1|ALG|A|5", "1|2024-25|S1|ALG|A|5"];
    assert_eq!(transcript(&same_marks, &new), "0=0 1~1 split  only [] [] doubled [] [] open ");
}

#[test]
fn a_year_row_is_its_two_halves() {
    let halves = ["1|2024-25|S1|ALG|A|5", "1|2024-25|S2|ALG|A|5"];
    let year = ["1|2024-25|FY|ALG|A|10"];
    assert_eq!(transcript(&year, &halves), " split [0]/[0, 1] only [] [] doubled [] [] open ");
    assert_eq!(transcript(&halves, &year), " split [0, 1]/[0] only [] [] doubled [] [] open ");
    assert_eq!(
        transcript(&year, &halves[..1]),
        "0~0 split  only [] [] doubled [] [] open ",
        "one half is not the year"
    );
}

#[test]
fn a_year_row_loaded_twice_is_its_halves_and_a_duplicate() {
    let halves = ["1|2024-25|S1|ALG|A|5", "1|2024-25|S2|ALG|A|5"];
    let twice = ["1|2024-25|FY|ALG|A|10", "1|2024-25|FY|ALG|A|10"];
    assert_eq!(transcript(&halves, &twice), " split [0, 1]/[0] only [] [] doubled [] [1] open ");
}

#[test]
fn a_lost_row_and_a_doubled_row_are_not_one_recoded_row() {
    let legacy = ["1|2024-25|S1|ALG|A|5", "1|2024-25|S1|BIO|A|5"];
    let new = ["1|2024-25|S1|ALG|A|5", "1|2024-25|S1|ALG|A|5"];
    assert_eq!(transcript(&legacy, &new), "0=0 split  only [1] [] doubled [] [1] open ");
}

#[test]
fn a_row_of_another_course_pairs_when_all_else_agrees_and_is_open_when_two_do() {
    let legacy = ["1|2024-25|S1|ALG|A|5", "1|2024-25|S1|BIO|B|5"];
    assert_eq!(
        transcript(&legacy, &["1|2024-25|S1|ALX|A|5", "1|2024-25|S1|BIO|B|5"]),
        "0~0 1=1 split  only [] [] doubled [] [] open "
    );
    assert_eq!(
        transcript(&["1|2024-25|S1|ALG|A|5", "1|2024-25|S1|BIO|A|5"], &["1|2024-25|S1|X|A|5", "1|2024-25|S1|Y|A|5"]),
        " split  only [] [] doubled [] [] open [0, 1]/[0, 1]"
    );
    assert_eq!(
        transcript(&["1|2024-25|S1|ALG|A|5"], &["1|2024-25|S1|ART|B|5"]),
        " split  only [0] [0] doubled [] [] open "
    );
}

#[test]
fn section_numbers_and_teachers_are_not_keys() {
    assert_eq!(
        schedule(&["1|S1|ALG|1|T1|100|r1", "1|S1|BIO|2|T2|200|r2"], &["1|S1|BIO|2|T9|7|r2", "1|S1|ALG|1|T1|8|r9"]),
        "0=1 1=0 split  only [] [] doubled [] [] open "
    );
}

#[test]
fn a_shifted_period_pairs_by_course_and_another_class_does_not_pair() {
    assert_eq!(
        schedule(
            &["1|S1|ALG|1|T1|1|r", "1|S1|BIO|2|T2|2|r", "1|S1|ART|3|T3|3|r"],
            &["1|S1|ALG|2|T1|1|r", "1|S1|BIO|3|T2|2|r", "1|S1|CER|3|T4|3|r"],
        ),
        "0~0 1~1 split  only [2] [2] doubled [] [] open "
    );
}

#[test]
fn a_row_of_a_recoded_course_pairs_by_term_period_and_teacher() {
    assert_eq!(schedule(&["1|S1|ALG|1|T1|1|r"], &["1|S1|ALX|1|T1|1|r"]), "0~0 split  only [] [] doubled [] [] open ");
}

#[test]
fn swapped_students_and_transcripts_are_found() {
    let student = "student: student_id|first_name|last_name|birth_date";
    let run = run(
        &format!(
            "{student}\n1|Ana|Li|2008-01-02\n2|Bo|Li|2008-01-02\n3|C|D|2009-01-01\n4|E|F|2009-01-02\n{TRANSCRIPT}\n\
             1|2024-25|S1|ALG|A|5\n1|2024-25|S1|BIO|A|5\n2|2024-25|S1|ALG|B|5\n2|2024-25|S1|BIO|C|5"
        ),
        &format!(
            "{student}\n1|ana|LI|2008-01-02\n2|Bo|Li|2008-01-02\n3|E|F|2009-01-02\n4|C|D|2009-01-01\n{TRANSCRIPT}\n\
             2|2024-25|S1|ALG|A|5\n2|2024-25|S1|BIO|A|5\n1|2024-25|S1|ALG|B|5\n1|2024-25|S1|BIO|C|5"
        ),
    );
    assert_eq!(run.matching.swapped, [(2, 3)]);
    assert_eq!(run.matching.swapped_transcripts, [(0, 1)]);
}

#[test]
fn marks_that_changed_places_within_each_of_two_transcripts_are_no_swap_of_students() {
    let rows = |first: [&str; 2], second: [&str; 2]| {
        format!(
            "student: student_id\n1\n2\n{TRANSCRIPT}\n\
             1|2024-25|S1|ALG|{}|5\n1|2024-25|S1|BIO|{}|5\n2|2024-25|S1|ALG|{}|5\n2|2024-25|S1|BIO|{}|5",
            first[0], first[1], second[0], second[1]
        )
    };
    let run = run(&rows(["A", "B"], ["B", "A"]), &rows(["B", "A"], ["A", "B"]));
    assert_eq!(run.matching.swapped_transcripts, []);
}

#[test]
fn namesakes_whose_dates_were_read_in_the_wrong_order_are_not_swapped() {
    let student = "student: student_id|first_name|last_name|birth_date";
    let run = run(
        &format!("{student}\n1|Ana|Li|2008-03-04\n2|Ana|Li|2008-04-03"),
        &format!("{student}\n1|Ana|Li|2008-04-03\n2|Ana|Li|2008-03-04"),
    );
    assert_eq!(run.matching.swapped, []);
}

#[test]
fn leftovers_get_suggestions_and_never_a_match() {
    let student = "student: student_id|first_name|last_name|birth_date";
    let run = run(
        &format!("{student}\n1|Ana|Muñoz|2008-03-04\n2|Bo|Lee|2008-01-01"),
        &format!("{student}\n7|Ana|Munoz|2008-04-03\n8|Zoe|Kim|2007-01-01"),
    );
    assert_eq!(run.matching.paired, 0);
    assert_eq!(run.matching.suggestions, [(0, vec![2])].into());
}

#[test]
fn a_new_student_with_a_known_state_id_is_a_double() {
    let run = run("student: student_id|state_id\n1|A\n2|B", "student: student_id|state_id\n1|A\n2|B\n9|A");
    assert_eq!(run.matching.doubles, [(2, 0)].into());
}

#[test]
fn sections_are_recognised_by_their_rosters() {
    let rows = |from: u32, to: u32, course: &str, section: &str| {
        (from..to).map(|s| format!("{s}|S1|{course}|1|T|{section}|r")).collect::<Vec<_>>().join("\n")
    };
    let students = (10..30).map(|s| s.to_string()).collect::<Vec<_>>().join("\n");
    let run = run(
        &format!(
            "student: student_id\n{students}\n{SCHEDULE}\n{}\n{}",
            rows(10, 20, "ALG", "1"),
            rows(20, 30, "ALG", "2")
        ),
        &format!(
            "student: student_id\n{students}\n{SCHEDULE}\n{}\n{}",
            rows(10, 15, "ALG", "8"),
            rows(15, 30, "ALG", "9")
        ),
    );
    let shape: Vec<(u32, u32, u32)> = run.sections.iter().map(|s| (s.students, s.together, s.union)).collect();
    assert_eq!(shape, [(10, 5, 10), (10, 10, 15)]);
}

#[test]
fn the_result_is_the_same_for_any_number_of_threads() {
    let rows: Vec<String> = (0..5_000)
        .flat_map(|s| (0..4).map(move |c| format!("{s:05}|2024-25|S1|C{}|{}|5", c, ["A", "B", "C"][(s + c) % 3])))
        .collect();
    let new: Vec<String> = rows.iter().filter(|r| !r.contains("7|2024-25|S1|C2")).cloned().collect();
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (l, n) = sides(&format!("{TRANSCRIPT}\n{}", rows.join("\n")), &format!("{TRANSCRIPT}\n{}", new.join("\n")));
        let run = pool.install(|| reconcile(l, n, &MatchRules::default()));
        (0..run.students.len() as u32)
            .map(|p| {
                let pairs = run.pairs(p, Entity::Transcript).unwrap();
                (pairs.both().collect::<Vec<_>>(), pairs.legacy_only().to_vec())
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(with(1), with(2));
}
