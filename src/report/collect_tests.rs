//! Packs that came back: honest, edited, from an older run, hostile.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::PathBuf;

use super::*;
use crate::finding::{FindingRow, Severity};
use crate::report::packs::{
    KnownAnswer, Pack, PackForms, PackInfo, PackJob, PackPlanner, Resolution, Seals, write_packs,
};
use crate::report::privacy::{Names, Privacy};
use crate::report::summary::example::finding;
use crate::report::terminal::Look;

fn rows() -> Vec<FindingRow> {
    ["0000101", "0000102", "0000103", "0000104"]
        .iter()
        .flat_map(|student| {
            let mark = finding("mark-changed", Severity::Critical, student, "012");
            [mark, finding("class-missing", Severity::Critical, student, "012")]
        })
        .collect()
}

fn answer(resolution: &str, correct: &str, initials: &str) -> KnownAnswer {
    KnownAnswer {
        resolution: resolution.into(),
        correct_value: correct.into(),
        initials: initials.into(),
        note: "see paper file".into(),
    }
}

/// Writes the pack of school 012 with answers filled in, and returns the folder and the file.
fn pack(
    run: &str,
    rows: &Vec<FindingRow>,
    answers: &[(usize, KnownAnswer)],
    ending: &str,
) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let mut planner = PackPlanner::new(Severity::Minor);
    rows.iter().enumerate().for_each(|(at, row)| planner.add(at as u32, row));
    let packs: Vec<Pack> = planner.plan([("012", "Lincoln High")]);
    let info =
        PackInfo { run: run.into(), run_id: format!("{run}-1"), day: "2026-06-01".into(), ..PackInfo::default() };
    let answers = answers.iter().map(|(at, a)| (rows[*at].reference.clone(), a.clone())).collect();
    let forms = PackForms { csv: true, xlsx: true };
    let (privacy, seals) = (Privacy::default(), Seals::default());
    let job = PackJob {
        folder: folder.path(),
        info: &info,
        source: rows,
        privacy: &privacy,
        answers: &answers,
        forms,
        seals: &seals,
    };
    write_packs(&job, &packs).unwrap();
    let path = folder.path().join(format!("{}.{ending}", packs[0].stem));
    (folder, path)
}

/// Rewrites members of a workbook.
fn edit(path: &Path, change: impl Fn(&str, String) -> String) {
    let mut archive = zip::ZipArchive::new(Cursor::new(std::fs::read(path).unwrap())).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).unwrap();
        let name = member.name().unwrap().into_owned();
        let mut text = String::new();
        member.read_to_string(&mut text).unwrap();
        out.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(change(&name, text).as_bytes()).unwrap();
    }
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, out.finish().unwrap().into_inner()).unwrap();
}

/// A pack that other programs opened, filled in and saved: two answers, one Correct value.
fn returned_by(program: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report/collect/fixtures").join(program)
}

#[test]
fn packs_that_other_programs_saved_are_collected_without_loss() {
    let rows = rows();
    if let Some(folder) = std::env::var_os("ROLLPROOF_SHOW_HTML") {
        for ending in ["xlsx", "csv"] {
            let (_keep, path) = pack("R4", &rows, &[], ending);
            std::fs::copy(path, Path::new(&folder).join(format!("pack.{ending}"))).unwrap();
        }
    }
    for program in ["openpyxl.xlsx", "libreoffice.xlsx", "libreoffice.csv"] {
        let collected = judged(&returned_by(program), "R4", &rows);
        let file = &collected.files[0];
        let counts = (file.rows, file.answered, file.blank, file.taken_all);
        assert_eq!(counts, (8, 3, 5, 3), "{program}: {:?}", collected.problems);
        assert_eq!(collected.problems, [], "{program}");
        let both_wrong = collected.answers.iter().find(|a| a.resolution == Resolution::BothWrong).unwrap();
        // In a CSV a spreadsheet makes 3.50 a number, as it does with ids; that is why the workbook comes first.
        let typed = if program.ends_with("csv") { "3.5" } else { "3.50" };
        assert_eq!((both_wrong.correct_value.as_str(), both_wrong.note.as_str()), (typed, "=1+1"), "{program}");
        assert_eq!((both_wrong.student_id.as_str(), file.run.as_str()), ("0000102", "R4"), "{program}");
    }
}

fn judged(path: &Path, run: &str, rows: &[FindingRow]) -> Collected {
    collect(&[read_returned(path, &Keys::default()).unwrap()], run, rows.to_vec(), &[Privacy::default()])
}

fn kinds(collected: &Collected) -> Vec<ProblemKind> {
    collected.problems.iter().map(|p| p.kind).collect()
}

fn why_refused(path: &Path) -> String {
    match read_returned(path, &Keys::default()) {
        Err(Error::Input { what, .. }) => what,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn answers_in_a_workbook_come_back_without_loss() {
    let given = [
        (0, answer("old system is right - fix it", "", "RU")),
        (1, answer("New system is right", "", "RU")),
        (2, answer("Both wrong – see Correct value", "A-", "RU")),
        (3, answer("Record should not migrate", "", "CH")),
        (4, answer("Both wrong – see Correct value", " ", "CH")),
        (5, answer("perhaps", "", "CH")),
    ];
    let rows = rows();
    let (_folder, path) = pack("R4", &rows, &given, "xlsx");
    let collected = judged(&path, "R4", &rows);
    let file = &collected.files[0];
    assert_eq!((file.rows, file.answered, file.blank, file.taken_all), (8, 6, 2, 4));
    assert_eq!(file.taken, [1, 1, 1, 0, 1, 0]);
    assert_eq!(kinds(&collected), [ProblemKind::Unclear, ProblemKind::Unclear]);
    let first = collected.answers.iter().find(|a| a.reference == rows[0].reference).unwrap();
    assert_eq!(
        (first.resolution, first.initials.as_str(), first.note.as_str()),
        (Resolution::LegacyIsRight, "RU", "see paper file")
    );
    assert_eq!(first.student_id, "0000101");
    insta::assert_snapshot!(
        "collect",
        collect_screen(&collected, "R4", Look::default()).replace(&file.file, "lincoln.xlsx")
    );
}

#[test]
fn answers_become_lists_and_proposals_and_nothing_else() {
    let given = [
        (0, answer("Old system is right", "", "RU")),
        (1, answer("Old system is right", "", "RU")),
        (2, answer("Both wrong", "A-", "RU")),
        (4, answer("Same thing, different wording", "", "CH")),
        (6, answer("New system is right", "", "CH")),
        (7, answer("Record should not migrate", "", "CH")),
    ];
    let rows = rows();
    let (folder, path) = pack("R4", &rows, &given, "xlsx");
    let answers = judged(&path, "R4", &rows).answers;
    write_corrections(folder.path(), &answers).unwrap();
    let list = |name: &str| {
        std::fs::read_to_string(folder.path().join(name)).unwrap().replace('\r', "").replace('\u{feff}', "")
    };
    insta::assert_snapshot!("corrections_vendor", list("corrections-vendor.csv"));
    insta::assert_snapshot!("corrections_legacy", list("corrections-legacy.csv"));
    let proposed = proposed_waivers(&answers);
    insta::assert_snapshot!("proposed_waivers", proposed);
    assert!(proposed.lines().all(|l| l.is_empty() || l.starts_with('#')), "not in force");
    write_answers(&folder.path().join("answers.csv"), &answers).unwrap();
    let back = read_answers(&folder.path().join("answers.csv")).unwrap();
    assert_eq!(back.len(), answers.len());
    assert_eq!(back[0].resolution, answers[0].resolution);
}

#[test]
fn a_csv_as_excel_leaves_it_is_read() {
    let rows = rows();
    let (folder, path) = pack("R4", &rows, &[], "csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let head = reader.headers().unwrap().clone();
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    writer.write_record(&head).unwrap();
    for (at, record) in reader.records().enumerate() {
        let mut cells: Vec<String> = record.unwrap().iter().map(String::from).collect();
        cells[6] = cells[6].trim_start_matches('0').into(); // Excel ate the zeros of the id
        if at == 0 {
            (cells[20], cells[23]) = ("OLD SYSTEM IS RIGHT ".into(), "José".into());
        }
        writer.write_record(&cells).unwrap();
    }
    let semicolons = folder.path().join("back.csv");
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    std::fs::write(&semicolons, encoding_rs::WINDOWS_1252.encode(&text).0).unwrap();
    let collected = judged(&semicolons, "R4", &rows);
    assert_eq!((collected.files[0].rows, collected.files[0].taken_all, collected.files[0].blank), (8, 1, 7));
    assert_eq!((collected.answers[0].note.as_str(), collected.answers[0].student_id.as_str()), ("José", "0000101"));
    assert_eq!(collected.files[0].notes.len(), 1, "the encoding is told");
}

#[test]
fn two_people_who_disagree_are_a_conflict_and_neither_is_taken() {
    let rows = rows();
    let (_a, ruiz) = pack(
        "R4",
        &rows,
        &[(0, answer("Old system is right", "", "Ruiz")), (1, answer("Same thing, different wording", "", "Ruiz"))],
        "xlsx",
    );
    let (_b, chen) = pack(
        "R4",
        &rows,
        &[(0, answer("New system is right", "", "Chen")), (1, answer("Same thing, different wording", "", "Chen"))],
        "xlsx",
    );
    let both = [read_returned(&ruiz, &Keys::default()).unwrap(), read_returned(&chen, &Keys::default()).unwrap()];
    let collected = collect(&both, "R4", rows.to_vec(), &[Privacy::default()]);
    assert_eq!(collected.answers.len(), 1, "they agree on the other");
    assert_eq!(kinds(&collected), [ProblemKind::Conflict, ProblemKind::Conflict]);
    assert_eq!(collected.problems[0].text, "Ruiz says old system is right – fix it, Chen says new system is right");
}

#[test]
fn answers_of_an_older_run_hold_only_where_both_values_are_unchanged() {
    let old = rows();
    let given: Vec<(usize, KnownAnswer)> = (0..8).map(|at| (at, answer("Old system is right", "", "RU"))).collect();
    let (_folder, path) = pack("R3", &old, &given, "xlsx");
    let mut today = rows();
    today[0].new_value = "C".into();
    today.remove(3);
    let collected = judged(&path, "R4", &today);
    assert_eq!((collected.files[0].carried, collected.files[0].taken_all), (6, 6));
    assert_eq!(kinds(&collected), [ProblemKind::Dropped, ProblemKind::Dropped]);
    let folder = tempfile::tempdir().unwrap();
    let store = kept(folder.path(), &mut { collected }, &path);
    let holds = |today: &[FindingRow]| today.iter().filter_map(|row| store.holds(row)).count();
    assert_eq!(holds(&today), 6);
    today[2].legacy_value = "F".into();
    assert_eq!(holds(&today), 5);
}

/// Takes what was collected into the store of a folder, and reads it back.
fn kept(folder: &Path, collected: &mut Collected, path: &Path) -> AnswerStore {
    let mut store = AnswerStore::read(folder).unwrap();
    store.take(collected, &[read_returned(path, &Keys::default()).unwrap()]);
    store.write(folder).unwrap();
    assert_eq!(AnswerStore::read(folder).unwrap(), store, "what was written reads back");
    store
}

#[test]
fn kept_answers_show_in_the_next_packs_and_a_second_opinion_is_a_conflict() {
    let rows = rows();
    let folder = tempfile::tempdir().unwrap();
    let (_a, ruiz) = pack("R4", &rows, &[(0, answer("Old system is right", "", "Ruiz"))], "xlsx");
    let store = kept(folder.path(), &mut judged(&ruiz, "R4", &rows), &ruiz);
    assert_eq!(store.holds(&rows[0]).unwrap().resolution, Resolution::LegacyIsRight.text());
    assert_eq!(store.holds(&rows[1]), None);
    let (_b, chen) = pack("R4", &rows, &[(0, answer("New system is right", "", "Chen"))], "xlsx");
    let mut second = judged(&chen, "R4", &rows);
    let store = kept(folder.path(), &mut second, &chen);
    assert_eq!((second.answers.len(), kinds(&second)), (0, vec![ProblemKind::Conflict]));
    assert_eq!(second.files[0].taken_all, 0);
    assert_eq!(store.holds(&rows[0]).unwrap().initials, "Ruiz");
    let (_c, ruiz) = pack("R4", &rows, &[(0, answer("Cannot tell – need help", "", "Ruiz"))], "xlsx");
    let store = kept(folder.path(), &mut judged(&ruiz, "R4", &rows), &ruiz);
    assert_eq!(
        store.holds(&rows[0]).unwrap().resolution,
        Resolution::CannotTell.text(),
        "people may change their mind"
    );
    let lines = store.lines(&BTreeMap::from([("012".to_owned(), 1)]));
    assert_eq!((lines.len(), lines[0].rows, lines[0].taken, lines[0].holds), (1, 8, 1, 1));
}

#[test]
fn an_edited_reference_of_the_same_school_is_not_an_answer_to_the_other_finding() {
    let rows = rows();
    // Rows 0 and 2 are the same check of two students; rows 0 and 1 two checks of one student.
    for (from, to) in [(0, 2), (0, 1)] {
        let (_folder, path) = pack("R4", &rows, &[(from, answer("Old system is right", "", "RU"))], "xlsx");
        let (from, to) = (rows[from].reference.clone(), rows[to].reference.clone());
        let once = std::cell::Cell::new(false);
        edit(&path, |name, text| {
            if !name.ends_with("worksheets/sheet4.xml") && !name.ends_with("sharedStrings.xml") {
                return text;
            }
            if text.contains(&from) {
                once.set(true);
            }
            if name.ends_with("sharedStrings.xml") { text.replace(&from, &to) } else { text }
        });
        assert!(once.get());
        let collected = judged(&path, "R4", &rows);
        assert!(collected.answers.is_empty(), "{from} became {to}: {:?}", collected.answers);
        assert!(kinds(&collected).contains(&ProblemKind::Unclear), "{:?}", collected.problems);
    }
}

#[cfg(feature = "age")]
#[test]
fn an_encrypted_pack_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.xlsx.age");
    std::fs::write(&path, b"age-encryption.org/v1\n").unwrap();
    assert!(why_refused(&path).contains("encrypted"));
}

#[test]
fn an_edited_value_is_told_and_the_runs_value_kept() {
    let rows = rows();
    let (_folder, path) = pack("R4", &rows, &[(0, answer("Old system is right", "", "RU"))], "xlsx");
    edit(
        &path,
        |name, text| if name.ends_with("sharedStrings.xml") { text.replace("<t>B+</t>", "<t>A+</t>") } else { text },
    );
    let collected = judged(&path, "R4", &rows);
    assert!(kinds(&collected).contains(&ProblemKind::Edited));
    assert_eq!(collected.answers[0].legacy_value, "B+");
}

#[test]
fn an_edited_reference_is_unclear_not_somebody_elses_answer() {
    let rows = rows();
    let (_folder, path) = pack("R4", &rows, &[(0, answer("Old system is right", "", "RU"))], "xlsx");
    let foreign = finding("mark-changed", Severity::Critical, "9999999", "090");
    let wanted = rows[0].reference.clone();
    edit(
        &path,
        |name, text| if name.ends_with("sharedStrings.xml") { text.replace(&wanted, &foreign.reference) } else { text },
    );
    let known: Vec<FindingRow> = rows.iter().cloned().chain([foreign]).collect();
    let collected = judged(&path, "R4", &known);
    assert!(collected.answers.is_empty());
    assert!(collected.problems.iter().any(|p| p.text.contains("another student")));
}

#[test]
fn moved_columns_are_found_by_their_heads_and_missing_ones_refused() {
    let rows = rows();
    let given = [(0, answer("Old system is right", "", "RU"))];
    let (_folder, path) = pack("R4", &rows, &given, "xlsx");
    let swap = |text: String, a: &str, b: &str| {
        text.replace(&format!("<t>{a}</t>"), "<t>#</t>").replace(&format!("<t>{b}</t>"), &format!("<t>{a}</t>"))
    };
    edit(
        &path,
        |name, text| {
            if name.ends_with("sharedStrings.xml") { swap(text, "Old system says", "nothing") } else { text }
        },
    );
    assert!(why_refused(&path).contains("no column \"Old system says\""));
    let (_folder, path) = pack("R4", &rows, &given, "xlsx");
    edit(&path, |name, text| {
        if name.ends_with("sharedStrings.xml") { text.replace("<t>Difference</t>", "<t>Note</t>") } else { text }
    });
    assert!(why_refused(&path).contains("\"Note\" twice"));
    let (_folder, path) = pack("R4", &rows, &given, "xlsx");
    // The two value columns change places with their heads: nothing is edited, everything is taken.
    edit(&path, |name, text| {
        let cells = |text: String| text.replace("r=\"G", "r=\"§").replace("r=\"H", "r=\"G").replace("r=\"§", "r=\"H");
        if name.contains("worksheets/sheet") { cells(text) } else { text }
    });
    let collected = judged(&path, "R4", &rows);
    assert_eq!((collected.files[0].taken_all, collected.problems.len()), (1, 0));
}

#[test]
fn a_formula_as_an_answer_is_unclear() {
    let rows = rows();
    let (_folder, path) = pack("R4", &rows, &[(0, answer("Old system is right", "", "RU"))], "xlsx");
    edit(&path, |name, text| {
        if !name.ends_with("worksheets/sheet4.xml") {
            return text;
        }
        let at = text.find("r=\"K2\"").unwrap();
        let end = at + text[at..].find("</c>").unwrap() + 4;
        format!("{}r=\"K2\" t=\"str\"><f>HYPERLINK(1)</f><v>Old system is right</v></c>{}", &text[..at], &text[end..])
    });
    let collected = judged(&path, "R4", &rows);
    assert!(collected.answers.is_empty());
    assert!(collected.problems[0].text.contains("formula"));
}

#[test]
fn a_million_blank_rows_cost_nothing() {
    let rows = rows();
    let (_folder, path) = pack("R4", &rows, &[(0, answer("Old system is right", "", "RU"))], "xlsx");
    edit(&path, |name, text| {
        if !name.ends_with("worksheets/sheet4.xml") {
            return text;
        }
        let far = "<row r=\"1048576\"><c r=\"XFD1048576\" t=\"inlineStr\"><is><t> </t></is></c></row></sheetData>";
        text.replace("</sheetData>", far)
    });
    let started = std::time::Instant::now();
    assert_eq!(judged(&path, "R4", &rows).files[0].taken_all, 1);
    assert!(started.elapsed().as_secs() < 5);
}

#[test]
fn bombs_and_strangers_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.xlsx");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    out.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let zeros = vec![b' '; 1 << 20];
    (0..200).for_each(|_| out.write_all(&zeros).unwrap());
    std::fs::write(&path, out.finish().unwrap().into_inner()).unwrap();
    assert!(why_refused(&path).contains("inflates to more than 128 MB"));

    let (_keep, path) = pack("R4", &rows(), &[], "xlsx");
    edit(&path, |name, text| {
        if name.ends_with("workbook.xml") {
            text.replacen("<workbook", "<!DOCTYPE x [<!ENTITY a \"b\">]><workbook", 1)
        } else {
            text
        }
    });
    assert!(why_refused(&path).contains("document type"));

    let other = folder.path().join("other.csv");
    std::fs::write(&other, "a,b\n1,2\n").unwrap();
    assert!(why_refused(&other).contains("no column \"ref\""));
    std::fs::write(&other, "").unwrap();
    assert!(why_refused(&other).contains("empty"));
    std::fs::write(&other, b"PK\x03\x04 cut").unwrap();
    assert!(why_refused(&other).contains("damaged"));
    std::fs::write(&other, b"\xd0\xcf\x11\xe0\0\0").unwrap();
    assert!(why_refused(&other).contains("neither"));
}

#[test]
fn hidden_values_are_not_taken_for_edits() {
    let mut rows = rows();
    rows[0].field = "section_504".into();
    let (_folder, path) = pack("R4", &rows, &[(0, answer("Old system is right", "", "RU"))], "xlsx");
    let collected = judged(&path, "R4", &rows);
    assert_eq!((collected.answers.len(), collected.problems.len()), (1, 0));
    assert_eq!(Privacy::default().names, Names::Initials);
}
