//! A transcript that a person wrote as CSV, to canonical records: for `policy try` and for tables of worked examples.
//!
//! Headers are the names of transcript fields (`school_year`, `term`, `course`, `mark`, `credit_attempted`, ...), with
//! `cohort`, `track` and `status` for the student. Without `student_id` all rows are one student's.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};

use crate::canonical::{
    Column, Dataset, Decimal, Entity, Field, Kind, Locations, Records, Row, SchoolYear, Side, SourceFile, TermSpan,
    Typed,
};
use crate::diagnostic::nearest;

/// The rows of each student of a file, by id.
pub type Students = BTreeMap<String, StudentTranscript>;

/// One student of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StudentTranscript {
    /// Records of the transcript.
    pub rows: Vec<Row>,
    /// Records of classes in progress.
    pub schedule: Vec<Row>,
    /// Graduating class, where the file says it.
    pub cohort: Option<i16>,
    /// Graduation track.
    pub track: Option<String>,
    /// Active, withdrawn and the like.
    pub status: Option<String>,
}

/// Reads a CSV transcript.
///
/// # Errors
/// Every line that can not be read, by number, with what was expected.
pub fn read(name: &str, bytes: &[u8]) -> Result<(Dataset, Students), Vec<String>> {
    let (records, students) = rows(Entity::Transcript, name, bytes)?;
    let mut dataset = Dataset::new(Side::Legacy);
    dataset.set(records);
    Ok((dataset, students))
}

/// Adds the classes in progress of the same students.
///
/// # Errors
/// Every line that can not be read, by number, with what was expected.
pub fn add_schedule(
    (dataset, students): &mut (Dataset, Students),
    name: &str,
    bytes: &[u8],
) -> Result<(), Vec<String>> {
    let (records, scheduled) = rows(Entity::Schedule, name, bytes)?;
    dataset.set(records);
    for (id, student) in scheduled {
        let known = students.entry(id).or_default();
        known.schedule = student.rows;
        known.cohort = known.cohort.or(student.cohort);
        known.track = known.track.take().or(student.track);
    }
    Ok(())
}

fn rows(entity: Entity, name: &str, bytes: &[u8]) -> Result<(Records, Students), Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let headers = reader.headers().map_err(|e| vec![format!("{name}: {e}")])?.clone();
    let mut problems = Vec::new();
    let mut plan: Vec<Target> = Vec::new();
    for header in &headers {
        match target(entity, header) {
            Some(target) => plan.push(target),
            None => problems.push(unknown_header(entity, name, header)),
        }
    }
    for field in Field::required(entity) {
        let there = plan.contains(&Target::Field(*field));
        if !there && *field != Field::StudentId {
            problems.push(format!("{name}: no column `{field}`"));
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut build = Build::new(name, &plan);
    for record in reader.records() {
        match record {
            Ok(record) => build.add(&plan, &record, &mut problems),
            Err(error) => problems.push(format!("{name}: {error}")),
        }
    }
    if problems.is_empty() { Ok(build.finish(entity)) } else { Err(problems) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Field(Field),
    Cohort,
    Track,
    /// Of the student, in a transcript; a class has a status of its own.
    Status,
    /// Text for people: expected values, sources, remarks.
    Ignored,
}

fn target(entity: Entity, header: &str) -> Option<Target> {
    match header {
        "cohort" => Some(Target::Cohort),
        "track" => Some(Target::Track),
        "status" if entity == Entity::Transcript => Some(Target::Status),
        "remark" => Some(Target::Ignored),
        _ => Field::parse(entity, header).map(Target::Field),
    }
}

fn unknown_header(entity: Entity, name: &str, header: &str) -> String {
    let known = Field::of(entity).iter().map(|f| f.name()).chain(["cohort", "track", "status"]);
    match nearest(header, known) {
        Some(near) => format!("{name}: unknown column `{header}`; did you mean `{near}`?"),
        None => format!("{name}: unknown column `{header}`"),
    }
}

#[derive(Debug)]
struct Build {
    name: String,
    locations: Locations,
    file: u32,
    columns: Vec<(Field, Column, HashMap<String, u32>)>,
    students: Students,
}

impl Build {
    fn new(name: &str, plan: &[Target]) -> Self {
        let mut locations = Locations::default();
        let file = locations.add_file(SourceFile { name: name.to_owned(), blake3: String::new(), bytes: 0 });
        let fields = plan.iter().filter_map(|t| if let Target::Field(f) = t { Some(*f) } else { None });
        let columns = fields.map(|field| (field, Column::default(), HashMap::new())).collect();
        Self { name: name.to_owned(), locations, file, columns, students: Students::new() }
    }

    fn add(&mut self, plan: &[Target], record: &csv::StringRecord, problems: &mut Vec<String>) {
        let line = record.position().map_or(0, csv::Position::line) as u32;
        let row = self.locations.len() as u32;
        self.locations.push(self.file, line, line);
        let mut student = "1".to_owned();
        let (mut cohort, mut track, mut status) = (None, None, None);
        let mut at = 0;
        for (target, text) in plan.iter().zip(record) {
            match target {
                Target::Ignored => {}
                Target::Cohort => cohort = text.parse().ok(),
                Target::Track => track = Some(text.to_owned()).filter(|t| !t.is_empty()),
                Target::Status => status = Some(text.to_owned()).filter(|t| !t.is_empty()),
                Target::Field(field) => {
                    let typed = typed(*field, text);
                    if typed == Typed::Unreadable {
                        problems.push(format!("{}: line {line}: `{text}` is not a {}", self.name, kind_words(*field)));
                    }
                    let (_, column, known) = &mut self.columns[at];
                    let code = match known.get(text) {
                        Some(code) => Some(*code),
                        None => column.values.push(text, &canonical(typed, text), typed),
                    };
                    if let Some(code) = code {
                        known.insert(text.to_owned(), code);
                        column.codes.push(code);
                    }
                    if *field == Field::StudentId {
                        text.clone_into(&mut student);
                    }
                    at += 1;
                }
            }
        }
        let entry = self.students.entry(student).or_default();
        entry.rows.push(row);
        entry.cohort = entry.cohort.or(cohort);
        entry.track = entry.track.take().or(track);
        entry.status = entry.status.take().or(status);
    }

    fn finish(self, entity: Entity) -> (Records, Students) {
        let mut records = Records::new(entity, self.locations);
        for (field, column, _) in self.columns {
            records.set(field, column);
        }
        (records, self.students)
    }
}

fn typed(field: Field, text: &str) -> Typed {
    if text.is_empty() {
        return Typed::Missing;
    }
    match field.kind() {
        Kind::Number => Decimal::parse(text).map_or(Typed::Unreadable, Typed::Number),
        Kind::Flag => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "y" | "1" => Typed::Flag(true),
            "false" | "no" | "n" | "0" => Typed::Flag(false),
            _ => Typed::Unreadable,
        },
        Kind::Year if SchoolYear::parse(text).is_none() => Typed::Unreadable,
        Kind::Term if TermSpan::parse(text).is_none() => Typed::Unreadable,
        _ => Typed::Text,
    }
}

fn canonical(typed: Typed, text: &str) -> String {
    match typed {
        Typed::Number(decimal) => decimal.to_string(),
        Typed::Flag(flag) => flag.to_string(),
        _ => text.to_owned(),
    }
}

fn kind_words(field: Field) -> &'static str {
    match field.kind() {
        Kind::Number => "plain number",
        Kind::Flag => "yes or no",
        Kind::Year => "school year like 2024-25",
        Kind::Term => "term (FY, S1, S2, T1..T3, Q1..Q4, H1..H6, SU)",
        _ => "text",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_grouped_by_student_and_mistakes_name_their_line() {
        let text = "student_id,school_year,term,course,mark,credit_attempted,cohort\n\
                    a,2023-24,S1,ENG9A,B,5,2027\nb,2023-24,S1,ENG9A,C,5,\na,2023-24,S2,ENG9B,A,5,\n";
        let (dataset, students) = read("t.csv", text.as_bytes()).unwrap();
        assert_eq!(
            students["a"],
            StudentTranscript { rows: vec![0, 2], cohort: Some(2027), ..StudentTranscript::default() }
        );
        let records = dataset.get(Entity::Transcript).unwrap();
        assert_eq!(records.text(2, Field::Mark), Some("A"));
        let wrong = "school_year,term,course,mrk\n2023,S1,ENG9A,B\n";
        let problems = read("t.csv", wrong.as_bytes()).unwrap_err();
        assert_eq!(problems, ["t.csv: unknown column `mrk`; did you mean `mark`?", "t.csv: no column `mark`"]);
        let wrong = "school_year,term,course,mark\n2023,S1,ENG9A,B\n";
        let problems = read("t.csv", wrong.as_bytes()).unwrap_err();
        assert_eq!(problems, ["t.csv: line 2: `2023` is not a school year like 2024-25"]);
    }
}
