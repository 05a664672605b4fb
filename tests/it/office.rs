//! Other programs with our workbooks: LibreOffice and openpyxl open, fill in and save them, and nothing is lost. Where
//! a program is not installed, the test says that it is skipped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Project, rows};

/// Reads every workbook of a folder: what is in the sheets with findings, the drop-downs, the panes.
const READ: &str = r#"
import sys, json, openpyxl
out = {}
for path in sys.argv[1:]:
    book = openpyxl.load_workbook(path)
    sheets = {}
    for name in ["To check", "Missing records", "Already answered"]:
        sheet = book[name]
        rows = [[("" if c.value is None else str(c.value)) for c in row] for row in sheet.iter_rows(max_col=15)]
        types = sorted({c.data_type for row in sheet.iter_rows(min_row=2, max_col=15) for c in row if c.value is not None})
        lists = sorted({d.formula1.replace("$", "").lstrip("=").replace("'", "") for d in sheet.data_validations.dataValidation if d.type == "list"})
        ranges = " ".join(str(d.sqref) for d in sheet.data_validations.dataValidation if d.type == "list")
        sheets[name] = dict(rows=rows, types=types, lists=lists, ranges=ranges, freeze=sheet.freeze_panes,
                            area=str(sheet.print_area), hidden=sheet.sheet_state)
    out[path] = dict(sheets=sheets, states={s.title: s.sheet_state for s in book.worksheets},
                     lists=[c.value for c in book["Lists"]["A"]])
print(json.dumps(out))
"#;

/// Fills in answers the way people do: other case, blanks, a number, a formula typed into a note's place.
const FILL: &str = r#"
import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
answers = [("OLD SYSTEM IS RIGHT ", None), ("New system is right", None), ("Both wrong – see Correct value", "A-"),
           ("same thing, different wording", None), ("Record should not migrate", None)]
left = list(answers)
for name in ["To check", "Missing records"]:
    sheet = book[name]
    for row in range(2, sheet.max_row + 1):
        if not left or not sheet.cell(row, 15).value:
            continue
        resolution, correct = left.pop(0)
        sheet.cell(row, 11).value = resolution
        if correct:
            sheet.cell(row, 12).value = correct
        sheet.cell(row, 13).value = "RU"
        sheet.cell(row, 14).value = "seen in the paper file"
book.save(sys.argv[2])
print(len(answers) - len(left))
"#;

fn python(script: &str, args: &[&Path]) -> Option<String> {
    let program = std::env::var_os("ROLLPROOF_PYTHON").unwrap_or_else(|| "python3".into());
    let there = Command::new(&program).args(["-c", "import openpyxl"]).output().is_ok_and(|o| o.status.success());
    if !there {
        println!("SKIPPED: no Python with openpyxl (set ROLLPROOF_PYTHON)");
        return None;
    }
    let output = Command::new(program).args(["-c", script]).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Opens files in LibreOffice and saves them in a form; the new files, or nothing where it is not installed.
fn libreoffice(form: &str, files: &[PathBuf], to: &Path) -> Option<Vec<PathBuf>> {
    let program = std::env::var_os("ROLLPROOF_LIBREOFFICE").unwrap_or_else(|| "libreoffice".into());
    if !Command::new(&program).arg("--version").output().is_ok_and(|o| o.status.success()) {
        println!("SKIPPED: no LibreOffice (set ROLLPROOF_LIBREOFFICE)");
        return None;
    }
    fs::create_dir_all(to).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", to.join("profile").display());
    let output = Command::new(program)
        .args([&profile, "--headless", "--norestore", "--convert-to", form, "--outdir"])
        .arg(to)
        .args(files)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let ending = form.split(':').next().unwrap();
    let new = |f: &PathBuf| to.join(f.with_extension(ending).file_name().unwrap());
    let made: Vec<PathBuf> = files.iter().map(new).collect();
    assert!(made.iter().all(|f| f.exists()), "{}", String::from_utf8_lossy(&output.stdout));
    Some(made)
}

fn workbooks(project: &Project) -> Vec<PathBuf> {
    let all = fs::read_dir(project.path("out/R1/packs")).unwrap().map(|e| e.unwrap().path());
    let mut found: Vec<PathBuf> = all.filter(|p| p.extension().is_some_and(|e| e == "xlsx")).collect();
    found.sort();
    found
}

fn read(files: &[PathBuf]) -> Option<Vec<serde_json::Value>> {
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let text = python(READ, &paths)?;
    let all: serde_json::Value = serde_json::from_str(&text).unwrap();
    Some(files.iter().map(|f| all[f.to_string_lossy().as_ref()].clone()).collect())
}

/// A sample with hostile names in it, and its workbooks.
fn sample() -> Project {
    let project = Project::sample();
    let text = project.read("new/students.txt");
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let last = lines[0].trim_end().split('\t').position(|h| h.eq_ignore_ascii_case("last_name")).unwrap();
    let evil = ["=HYPERLINK('http://x')", "+1", "-1", "@SUM(A1)", "＝1+1", "{=1}", "http://example.invalid"];
    for (at, name) in evil.iter().enumerate() {
        let mut cells: Vec<String> = lines[at + 1].split('\t').map(str::to_owned).collect();
        cells[last] = (*name).to_owned();
        lines[at + 1] = cells.join("\t");
    }
    project.write("new/students.txt", lines.concat());
    let toml = project.read("rollproof.toml");
    project.write("rollproof.toml", format!("{toml}\n[outputs]\npacks = [\"xlsx\", \"csv\"]\n"));
    project.run();
    project
}

#[test]
fn libreoffice_opens_every_workbook_and_ids_drop_downs_and_formulas_stay_what_they_are() {
    let project = sample();
    let ours = workbooks(&project);
    let Some(before) = read(&ours) else { return };
    let Some(saved) = libreoffice("xlsx", &ours, &project.path("saved")) else { return };
    let after = read(&saved).unwrap();
    let mut names = 0;
    for ((file, a), b) in ours.iter().zip(&before).zip(&after) {
        assert_eq!(a["lists"].as_array().unwrap().len(), 6);
        assert_eq!(a["states"]["_rollproof"], "veryHidden");
        for sheet in ["To check", "Missing records", "Already answered"] {
            let (a, b) = (&a["sheets"][sheet], &b["sheets"][sheet]);
            let place = format!("{} {sheet}", file.display());
            assert_eq!(a["rows"], b["rows"], "{place}");
            let types: Vec<&str> = a["types"].as_array().unwrap().iter().map(|t| t.as_str().unwrap()).collect();
            assert!(types.iter().all(|t| *t == "s" || *t == "inlineStr"), "{place}: {types:?}");
            assert!(b["types"].as_array().unwrap().iter().all(|t| t == "s" || t == "inlineStr"), "{place}");
            assert_eq!((&a["lists"][0], &b["lists"][0]), (&"Lists!A1:A6".into(), &"Lists!A1:A6".into()), "{place}");
            assert!(b["ranges"].as_str().unwrap().starts_with("K2"), "{place}");
            assert_eq!(a["freeze"], "E2", "{place}: the first row and four columns stay");
            assert!(a["area"].as_str().unwrap().contains("$A$1:$K$"), "{place}: print area A to K");
            for row in a["rows"].as_array().unwrap().iter().skip(1) {
                let id = row[2].as_str().unwrap();
                assert!(id.is_empty() || id.len() == 7 || !id.bytes().all(|b| b.is_ascii_digit()), "{place}: {id}");
                names += usize::from(row[7].as_str().unwrap().starts_with(['=', '+', '-', '@', '＝']));
            }
        }
    }
    assert!(names >= 5, "the hostile names are in the workbooks: {names}");
}

#[test]
fn answers_filled_in_by_openpyxl_and_saved_again_by_libreoffice_are_collected_without_loss() {
    let project = sample();
    let ours = workbooks(&project);
    let Some(list) = read(&ours) else { return };
    let rows_of = |v: &serde_json::Value| v["sheets"]["To check"]["rows"].as_array().unwrap().len();
    let at = (0..ours.len()).max_by_key(|at| rows_of(&list[*at])).unwrap();
    let filled = project.path("filled.xlsx");
    let done = python(FILL, &[&ours[at], &filled]).unwrap();
    assert_eq!(done.trim(), "5");
    let mut returned = vec![("openpyxl", filled.clone())];
    if let Some(saved) = libreoffice("xlsx", std::slice::from_ref(&filled), &project.path("saved")) {
        returned.push(("libreoffice", saved[0].clone()));
    }
    for (program, file) in returned {
        let _ = fs::remove_dir_all(project.path("collected"));
        let _ = fs::remove_dir_all(project.path(".rollproof/answers"));
        let answer = project.rollproof(&["collect", &file.to_string_lossy()]).ends(0);
        assert!(answer.out.contains("5 taken"), "{program}: {}", answer.out);
        let answers = rows(&project.path("collected/answers.csv"));
        assert_eq!(answers.len(), 5, "{program}");
        let findings = project.findings();
        for a in &answers {
            let finding = findings.iter().find(|f| f["ref"] == a["ref"]).unwrap();
            assert_eq!((&a["legacy_value"], &a["new_value"]), (&finding["legacy_value"], &finding["new_value"]));
            assert_eq!((a["initials"].as_str(), a["note"].as_str()), ("RU", "seen in the paper file"), "{program}");
        }
        assert!(answers.iter().any(|a| a["correct_value"] == "A-"), "{program}");
    }
}
