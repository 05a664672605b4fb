//! Policies against real exports of others (`real-data` beside the project, or `ROLLPROOF_REAL_DATA`): what they
//! reproduce, and what they say where they do not.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rollproof::canonical::{
    Column, Dataset, Decimal, Entity, Field, Kind, Locations, Records, Side, SourceFile, Typed,
};
use rollproof::policy::command::{PolicyFile, bundled, read};
use rollproof::policy::gpa::{Evaluation, GpaPolicy, Lens, RowReader, Scratch, evaluate, reproduces};
use rollproof::policy::{Bound, Named, Policies, Rational, WantedKind, credits, transcript, working};
use rollproof::reconcile::{MatchRules, reconcile};
use serde_json::Value;

fn real_data(folder: &str) -> Option<PathBuf> {
    let named = std::env::var_os("ROLLPROOF_REAL_DATA").map(PathBuf::from);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let beside = ["../shared/real-data", "../../shared/real-data"].map(|p| root.join(p));
    let found = named.into_iter().chain(beside).map(|p| p.join(folder)).find(|p| p.is_dir());
    if found.is_none() {
        eprintln!("skipped: {folder} of the real data is not here");
    }
    found
}

/// Records from a header of fields and rows of text.
fn records(entity: Entity, fields: &[Field], rows: &[Vec<String>]) -> Records {
    let mut locations = Locations::default();
    let file = locations.add_file(SourceFile { name: format!("{entity}.csv"), blake3: String::new(), bytes: 0 });
    (0..rows.len() as u32).for_each(|row| locations.push(file, row + 2, row + 2));
    let mut records = Records::new(entity, locations);
    for (at, field) in fields.iter().enumerate() {
        let (mut column, mut known) = (Column::default(), BTreeMap::new());
        for row in rows {
            let text = row[at].as_str();
            let code = *known.entry(text.to_owned()).or_insert_with(|| {
                let typed = match field.kind() {
                    _ if text.is_empty() => Typed::Missing,
                    Kind::Number => Decimal::parse(text).map_or(Typed::Unreadable, Typed::Number),
                    _ => Typed::Text,
                };
                let shown = if let Typed::Number(n) = typed { n.to_string() } else { text.to_owned() };
                column.values.push(text, &shown, typed).unwrap()
            });
            column.codes.push(code);
        }
        records.set(*field, column);
    }
    records
}

fn contoso(folder: &Path, side: Side) -> Dataset {
    let open = |name: &str| csv::ReaderBuilder::new().flexible(true).from_path(folder.join("sis").join(name)).unwrap();
    let mut dataset = Dataset::new(side);
    let (mut students, mut gpas) = (Vec::new(), Vec::new());
    let mut reader = open("students.csv");
    let headers = reader.headers().unwrap().clone();
    let gpa_at = headers.iter().position(|h| h == "CumulativeGPA").unwrap();
    for record in reader.records().map(Result::unwrap) {
        students.push(vec![record[0].to_owned()]);
        gpas.push(vec![record[0].to_owned(), "cumulative".to_owned(), record[gpa_at].to_owned()]);
    }
    let mut rows = Vec::new();
    for record in open("studentsectionmark.csv").records().map(Result::unwrap).filter(|r| &r[0] != "id") {
        let term = if record[4].ends_with('1') { "S1" } else { "S2" };
        let [student, section, mark, attempted, earned] = [1, 2, 6, 8, 9].map(|at| record[at].to_owned());
        rows.push(vec![student, "2019-20".to_owned(), term.to_owned(), section, mark, attempted, earned]);
    }
    dataset.set(records(Entity::Student, &[Field::StudentId], &students));
    dataset.set(records(Entity::Gpa, &[Field::StudentId, Field::GpaKind, Field::Value], &gpas));
    let fields = [
        Field::StudentId,
        Field::SchoolYear,
        Field::Term,
        Field::Course,
        Field::Mark,
        Field::CreditAttempted,
        Field::CreditEarned,
    ];
    dataset.set(records(Entity::Transcript, &fields, &rows));
    dataset
}

#[test]
fn contoso_is_reproduced_for_no_student_under_any_letter_policy_and_nobody_is_accused() {
    let Some(folder) = real_data("contoso") else { return };
    for name in ["simple-4.0", "simple-4.0-weighted", "lausd-official", "lausd-unweighted", "florida-unweighted", "uc"]
    {
        let (legacy, new) = (contoso(&folder, Side::Legacy), contoso(&folder, Side::New));
        let run = reconcile(legacy, new, &MatchRules::default());
        let wanted = WantedKind { kind: "cumulative".into(), legacy: Named::plain(name), new: Named::plain(name) };
        let policies = Policies::load(&[wanted], None, Path::new(".")).unwrap();
        let bound = Bound::new(&policies, &run);
        let calibration = &bound.calibrations(&run)[0];
        eprintln!("{}; {:?}", calibration.sentence(), calibration.patterns.first());
        assert_eq!((calibration.compared, calibration.reproduced), (400, 0), "{name}");
        assert!(!calibration.reaches(rollproof::policy::Rational::whole(1)));
        let findings = rollproof::checks::run_all(&run, &policies, &rollproof::checks::CheckSettings::default());
        let of_gpa = || findings.rows.iter().filter(|f| f.entity == Entity::Gpa);
        let is_student = |subject| matches!(subject, rollproof::finding::Subject::Student(_));
        let students = of_gpa().filter(|f| is_student(f.subject)).count();
        let policy = of_gpa().filter(|f| !is_student(f.subject)).count();
        assert_eq!((students, policy), (0, 1), "{name}: the policy is in doubt, not 400 students");
    }
}

/// Reads the literals of a TypeScript file: objects, lists, texts, numbers, and names of constants before.
struct Literals<'t> {
    rest: &'t str,
    known: BTreeMap<String, Value>,
}

impl<'t> Literals<'t> {
    fn all(text: &'t str) -> BTreeMap<String, Value> {
        let mut this = Self { rest: text, known: BTreeMap::new() };
        while let Some(at) = this.rest.find("const ") {
            this.rest = &this.rest[at + 6..];
            let name: String = this.rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            let Some(equals) = this.rest.find('=') else { break };
            this.rest = &this.rest[equals + 1..];
            let value = this.value();
            this.known.insert(name, value);
        }
        this.known
    }

    fn skip(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            match self.rest.strip_prefix("//") {
                Some(comment) => self.rest = comment.split_once('\n').map_or("", |(_, rest)| rest),
                None => return,
            }
        }
    }

    fn eat(&mut self, c: char) -> bool {
        self.skip();
        self.rest.strip_prefix(c).inspect(|rest| self.rest = rest).is_some()
    }

    fn text(&mut self, quote: char) -> String {
        let mut text = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, other)) => text.push(other),
                    None => break,
                },
                c if c == quote => {
                    self.rest = &self.rest[at + 1..];
                    return text;
                }
                c => text.push(c),
            }
        }
        panic!("open quote")
    }

    fn word(&mut self) -> String {
        let word: String = self.rest.chars().take_while(|c| c.is_alphanumeric() || "_.-".contains(*c)).collect();
        self.rest = &self.rest[word.len()..];
        word
    }

    fn value(&mut self) -> Value {
        self.skip();
        for quote in ['"', '\'', '`'] {
            if self.eat(quote) {
                return Value::String(self.text(quote));
            }
        }
        if self.eat('[') {
            let mut items = Vec::new();
            while !self.eat(']') {
                items.push(self.value());
                self.eat(',');
            }
            return Value::Array(items);
        }
        if self.eat('{') {
            let mut object = serde_json::Map::new();
            while !self.eat('}') {
                self.skip();
                let key = match self.rest.chars().next() {
                    Some(quote @ ('"' | '\'')) => {
                        self.eat(quote);
                        self.text(quote)
                    }
                    _ => self.word(),
                };
                assert!(self.eat(':'), "{key}: {:.60}", self.rest);
                object.insert(key, self.value());
                self.eat(',');
            }
            return Value::Object(object);
        }
        let word = self.word();
        assert!(!word.is_empty(), "{:.60}", self.rest);
        if let Some(name) = word.strip_suffix(".slice") {
            let inside = self.rest[1..].split(')').next().unwrap_or_default().to_owned();
            self.rest = &self.rest[inside.len() + 2..];
            let bounds: Vec<usize> = inside.split(',').map(|n| n.trim().parse().unwrap()).collect();
            let items = self.known[name].as_array().unwrap();
            let end = bounds.get(1).map_or(items.len(), |end| (*end).min(items.len()));
            return Value::Array(items[bounds[0].min(end)..end].to_vec());
        }
        match word.as_str() {
            "null" | "undefined" => Value::Null,
            "true" | "false" => Value::Bool(word == "true"),
            _ => self.known.get(&word).cloned().unwrap_or(Value::String(word)),
        }
    }
}

fn text_of(value: &Value, key: &str) -> String {
    match &value[key] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Lists that are sometimes texts of JSON.
fn list_of(value: &Value, key: &str) -> Vec<Value> {
    match &value[key] {
        Value::Array(items) => items.clone(),
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// A term as CSV rows. Terms of one year are told apart by their season; a year without seasons is one row a year.
fn rows_of(student: &str, term: &Value, out: &mut String) {
    let year = text_of(term, "termYear");
    let start: i32 = year.get(..4).and_then(|y| y.parse().ok()).unwrap_or(2000);
    let season = text_of(term, "termSeason");
    let (name, ends) = match season.split(' ').next().unwrap_or_default() {
        "Fall" => ("S1", start + 1),
        "Spring" => ("S2", start),
        "Summer" => ("SU", start),
        _ => ("FY", start + 1),
    };
    let grade = text_of(term, "termGradeLevel");
    let grade = grade.parse::<i32>().map_or_else(|_| String::new(), |g| g.to_string());
    for course in list_of(term, "courses") {
        let of = |key: &str| text_of(&course, key);
        let possible = if of("hoursPossible").is_empty() { of("creditEarned") } else { of("hoursPossible") };
        // North Carolina: the fifth character of a state course code is its level, and a C before it a college's.
        let code: Vec<char> = of("courseCode").chars().collect();
        let level = match (code.get(1), code.get(4), code.len()) {
            (Some('C'), Some('5'), 7) => "dual",
            (_, Some('5'), 7) => "honors",
            (_, Some('7'), 7) => "ap",
            _ => "",
        };
        let weight = if of("courseWeight").is_empty() { of("creditEarned") } else { of("courseWeight") };
        let cells = [
            student.to_owned(),
            format!("{}-{:02}", ends - 1, ends % 100),
            name.to_owned(),
            format!("\"{}\"", of("courseCode")),
            format!("\"{}\"", of("grade")),
            possible,
            of("creditEarned"),
            weight,
            level.to_owned(),
            grade.clone(),
        ];
        writeln!(out, "{}", cells.join(",")).unwrap();
    }
}

const HEAD: &str =
    "student_id,school_year,term,course,mark,credit_attempted,credit_earned,gpa_weight,level,grade_level\n";

fn policy(name: &str) -> GpaPolicy {
    match read(Path::new(name), bundled(name).unwrap()).unwrap() {
        PolicyFile::Gpa(policy) => *policy,
        PolicyFile::Graduation(_) => unreachable!(),
    }
}

fn computed(policy: &GpaPolicy, rows: &str) -> (Evaluation, String) {
    let (dataset, students) = transcript::read("real", format!("{HEAD}{rows}").as_bytes()).unwrap();
    let lens = Lens::new(policy, &dataset).unwrap();
    let records = dataset.get(Entity::Transcript).unwrap();
    let reader = RowReader::new(&lens, records);
    let mut scratch = Scratch::default();
    scratch.rows.extend(students.values().flat_map(|s| &s.rows).map(|row| reader.read(*row)));
    let result = evaluate(policy, &lens, Some(2025), &mut scratch);
    (result, working::table(policy, (&lens, Some(2025)), records, &scratch, &result))
}

/// Compares one stored GPA; `true` when reproduced. Misfits print their working.
fn fits(what: &str, stored: &str, policy: &GpaPolicy, rows: &str) -> bool {
    let (result, table) = computed(policy, rows);
    let stored_value = Decimal::parse(stored).unwrap();
    let digits = stored.split_once('.').map_or(0, |(_, f)| f.len()) as u8;
    let none = result.exact.is_none() && stored_value.is_zero();
    let given = result.exact.is_some_and(|exact| reproduces(policy, exact, stored_value, digits));
    let fits = none || (given && result.problems == 0);
    eprintln!("{what}: stored {stored}, {} {}", policy.name, if fits { "reproduced" } else { "NOT reproduced" });
    if !fits {
        eprintln!("{table}");
    }
    fits
}

/// All students of the files under one policy: what the misfits share, as a run tells it.
#[derive(Default)]
struct Everybody {
    rows: String,
    gpas: Vec<Vec<String>>,
}

impl Everybody {
    fn add(&mut self, id: &str, gpa: &str, rows: &str) {
        self.rows += rows;
        self.gpas.push(vec![id.to_owned(), "cumulative".to_owned(), gpa.to_owned()]);
    }

    fn calibrate(&self) {
        let dataset = |side| {
            let (read, _) = transcript::read("real", format!("{HEAD}{}", self.rows).as_bytes()).unwrap();
            let students: Vec<Vec<String>> = self.gpas.iter().map(|gpa| vec![gpa[0].clone()]).collect();
            let mut dataset = Dataset::new(side);
            dataset.set(read.get(Entity::Transcript).unwrap().clone());
            dataset.set(records(Entity::Student, &[Field::StudentId], &students));
            dataset.set(records(Entity::Gpa, &[Field::StudentId, Field::GpaKind, Field::Value], &self.gpas));
            dataset
        };
        let run = reconcile(dataset(Side::Legacy), dataset(Side::New), &MatchRules::default());
        for name in ["north-carolina", "simple-4.0"] {
            let wanted = WantedKind { kind: "cumulative".into(), legacy: Named::plain(name), new: Named::plain(name) };
            let policies = Policies::load(&[wanted], None, Path::new(".")).unwrap();
            let calibration = &Bound::new(&policies, &run).calibrations(&run)[0];
            eprintln!("{}; misfits share {}", calibration.sentence(), calibration.shared(5));
            assert!(calibration.reproduced > 0 && calibration.reproduced < calibration.compared);
            assert!(!calibration.patterns.is_empty(), "what the misfits of {name} share is told");
        }
    }
}

/// Compares a stored total of credits; misfits print both numbers.
fn credits_fit(what: &str, stored: &str, earned: bool, policy: &GpaPolicy, rows: &str) -> bool {
    let (dataset, students) = transcript::read("real", format!("{HEAD}{rows}").as_bytes()).unwrap();
    let lens = Lens::new(policy, &dataset).unwrap();
    let reader = RowReader::new(&lens, dataset.get(Entity::Transcript).unwrap());
    let rows: Vec<_> = students.values().flat_map(|s| &s.rows).map(|row| reader.read(*row)).collect();
    let total = credits::total(&credits::lines(policy, &rows), earned);
    let fits = Decimal::parse(stored).is_ok_and(|stored| Rational::from(stored) == total);
    eprintln!("{what}: stored {stored}, rows {} {}", total.show(), if fits { "agree" } else { "do NOT agree" });
    fits
}

#[test]
fn the_json_transcripts_are_recomputed_and_every_misfit_is_shown_with_its_working() {
    let Some(folder) = real_data("transcripts-json") else { return };
    let (mut stored, mut reproduced) = (BTreeMap::new(), BTreeMap::new());
    let mut credits: BTreeMap<String, (i32, i32)> = BTreeMap::new();
    let mut everybody = Everybody::default();
    for file in ["demoStudents.ts", "exampleStudents.ts", "validationStudents.ts"] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let students = Literals::all(&text).into_values().flat_map(|value| match value {
            Value::Array(items) => items,
            one => vec![one],
        });
        for student in students.filter(|s| s["studentNumber"].is_string() && s["gpa"] != Value::Null) {
            let id = text_of(&student, "studentNumber");
            let nc = student["gpaUnweighted"] != Value::Null;
            let (weighted, plain) =
                if nc { ("north-carolina", "north-carolina") } else { ("simple-4.0", "simple-4.0") };
            let unweighted = GpaPolicy { weights: strip_levels(&policy(plain)), ..policy(plain) };
            let mut all = String::new();
            let mut credit = |what: &str, value: String, earned: bool, rows: &str| {
                if !value.is_empty() {
                    let (stored, fit) = credits.entry(id.clone()).or_insert((0, 0));
                    *stored += 1;
                    let policy = policy(plain);
                    *fit += i32::from(credits_fit(&format!("{id} {what}"), &value, earned, &policy, rows));
                }
            };
            let mut count = |what: &str, value: String, policy: &GpaPolicy, rows: &str| {
                if !value.is_empty() {
                    *stored.entry(id.clone()).or_insert(0) += 1;
                    let fits = fits(&format!("{id} {what}"), &value, policy, rows);
                    *reproduced.entry(id.clone()).or_insert(0) += i32::from(fits);
                }
            };
            for term in list_of(&student, "terms") {
                let mut rows = String::new();
                rows_of(&id, &term, &mut rows);
                let name = format!("{} {}", text_of(&term, "termYear"), text_of(&term, "termSeason"));
                count(&format!("term {name}"), text_of(&term, "termGpa"), &policy(weighted), &rows);
                if nc {
                    count(&format!("term {name} unweighted"), text_of(&term, "termUnweightedGpa"), &unweighted, &rows);
                }
                all += &rows;
                for (key, earned) in [("termCredit", true), ("termHoursEarned", true), ("termHoursPossible", false)] {
                    credit(&format!("{key} {name}"), text_of(&term, key), earned, &rows);
                }
                for (key, earned) in [("cumulativeHoursEarned", true), ("cumulativeHoursPossible", false)] {
                    credit(&format!("{key} {name}"), text_of(&term, key), earned, &all);
                }
                count(&format!("cumulative {name}"), text_of(&term, "cumulativeGpa"), &policy(weighted), &all);
            }
            count("GPA", text_of(&student, "gpa"), &policy(weighted), &all);
            credit("earnedCredits", text_of(&student, "earnedCredits"), true, &all);
            everybody.add(&id, &text_of(&student, "gpa"), &all);
            if nc {
                count("unweighted GPA", text_of(&student, "gpaUnweighted"), &unweighted, &all);
            }
        }
    }
    eprintln!("stored values by student: {stored:?}; reproduced: {reproduced:?}");
    eprintln!("credits by student (stored, agree): {credits:?}");
    everybody.calibrate();
    // By hand: 000001 to 000004 are whole transcripts, but for one mark of 000003 that is garbled in the file, and which
    // four of its values rest on. The others print values that their own rows do not give, or rows without terms.
    let share = |id: &str| (reproduced[id], stored[id]);
    assert_eq!(share("000001"), (5, 5));
    assert_eq!(share("000002"), (1, 1));
    assert_eq!(share("000004"), (2, 2));
    assert_eq!(share("000003"), (8, 12));
    assert_eq!(stored.len(), 9, "{stored:?}");
    // Credits: one term of 000001 prints 6.00 credits beside 1.00 hours earned, which is what its rows give; the others
    // leave out rows of transfer or print rows twice.
    assert_eq!(credits["000001"], (13, 12));
    assert_eq!((credits["000002"], credits["000003"], credits["000004"]), ((1, 1), (5, 5), (1, 1)));
}

fn strip_levels(policy: &GpaPolicy) -> Vec<rollproof::policy::gpa::rules::Weight> {
    let mut weights = policy.weights.clone();
    for weight in &mut weights {
        weight.amounts.iter_mut().for_each(|amount| *amount = None);
    }
    weights
}
