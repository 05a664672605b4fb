//! What recomputing costs beside reading: `cargo test --release --test it policy_speed -- --ignored --nocapture`, with
//! `ROLLPROOF_STUDENTS` (250,000 students are 11 million rows a side).

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use rollproof::canonical::{
    Column, Dataset, Decimal, Entity, Field, Kind, Locations, Records, Side, SourceFile, Typed,
};
use rollproof::extract::{Delimited, Encoding, Format, Header, Layout, Silent, WantedColumn, read};
use rollproof::policy::{Bound, Named, Policies, WantedKind};
use rollproof::reconcile::{MatchRules, reconcile};

const FIELDS: [Field; 9] = [
    Field::StudentId,
    Field::SchoolYear,
    Field::Term,
    Field::Course,
    Field::Mark,
    Field::CreditAttempted,
    Field::CreditEarned,
    Field::Level,
    Field::GradeLevel,
];
const ROWS: u32 = 44;
const MARKS: [&str; 13] = ["A", "A-", "B+", "B", "B-", "C+", "C", "C-", "D", "F", "P", "A", "B"];

/// The cells of one row; new rows differ from legacy rows in one of a hundred.
fn cells(student: u32, row: u32, side: Side) -> [String; 9] {
    let mixed = student.wrapping_mul(2_654_435_761) ^ row.wrapping_mul(40_503);
    let changed = side == Side::New && (student + row).is_multiple_of(100);
    let year = 2021 + row / 11;
    let mark = MARKS[(mixed >> 7) as usize % MARKS.len()];
    let mark = if changed { "C" } else { mark };
    [
        format!("{student:07}"),
        format!("{}-{:02}", year, (year + 1) % 100),
        if row.is_multiple_of(2) { "S1".to_owned() } else { "S2".to_owned() },
        format!("CRS{:04}", (mixed >> 3) % 900 + row % 11),
        mark.to_owned(),
        "5.0".to_owned(),
        if mark == "F" { "0".to_owned() } else { "5.0".to_owned() },
        ["", "", "honors", "AP"][(mixed >> 11) as usize % 4].to_owned(),
        (9 + row / 11).to_string(),
    ]
}

struct Builder {
    fields: Vec<Field>,
    columns: Vec<(Column, foldhash::HashMap<String, u32>)>,
    locations: Locations,
    file: u32,
}

impl Builder {
    fn new(fields: &[Field]) -> Self {
        let mut locations = Locations::default();
        let file = locations.add_file(SourceFile { name: "t.csv".into(), blake3: String::new(), bytes: 0 });
        let columns = fields.iter().map(|_| Default::default()).collect();
        Self { fields: fields.to_vec(), columns, locations, file }
    }

    fn push(&mut self, cells: &[String]) {
        let line = self.locations.len() as u32 + 2;
        self.locations.push(self.file, line, line);
        for ((field, (column, known)), text) in self.fields.iter().zip(&mut self.columns).zip(cells) {
            let code = known.get(text).copied().unwrap_or_else(|| {
                let typed = match field.kind() {
                    _ if text.is_empty() => Typed::Missing,
                    Kind::Number => Typed::Number(Decimal::parse(text).unwrap()),
                    _ => Typed::Text,
                };
                let shown = if let Typed::Number(n) = typed { n.to_string() } else { text.clone() };
                let code = column.values.push(text, &shown, typed).unwrap();
                known.insert(text.clone(), code);
                code
            });
            column.codes.push(code);
        }
    }

    fn finish(self, entity: Entity) -> Records {
        let mut records = Records::new(entity, self.locations);
        for (field, (column, _)) in self.fields.into_iter().zip(self.columns) {
            records.set(field, column);
        }
        records
    }
}

fn side(side: Side, students: u32, folder: &Path) -> Dataset {
    let mut file = std::io::BufWriter::new(std::fs::File::create(folder.join(format!("{side}.csv"))).unwrap());
    writeln!(file, "{},padding", FIELDS.map(Field::name).join(",")).unwrap();
    let (mut transcripts, mut people) = (Builder::new(&FIELDS), Builder::new(&[Field::StudentId]));
    let mut gpas = Builder::new(&[Field::StudentId, Field::GpaKind, Field::Value]);
    let mut line = String::new();
    for student in 0..students {
        let id = format!("{student:07}");
        people.push(std::slice::from_ref(&id));
        for kind in ["weighted", "unweighted"] {
            gpas.push(&[id.clone(), kind.to_owned(), "3.000".to_owned()]);
        }
        for row in 0..ROWS {
            let cells = cells(student, row, side);
            line.clear();
            // The padding stands for the columns of a real export that nobody needs: 130 bytes a row (DOMAIN.md 8).
            write!(line, "{},{:>60}", cells.join(","), "").unwrap();
            writeln!(file, "{line}").unwrap();
            transcripts.push(&cells);
        }
    }
    file.flush().unwrap();
    let mut dataset = Dataset::new(side);
    dataset.set(transcripts.finish(Entity::Transcript));
    dataset.set(people.finish(Entity::Student));
    dataset.set(gpas.finish(Entity::Gpa));
    dataset
}

/// CPU time where the system tells it, else the clock's.
struct Cost {
    cpu: Option<Duration>,
    clock: Instant,
}

impl Cost {
    fn start() -> Self {
        Self { cpu: Self::cpu(), clock: Instant::now() }
    }

    /// User and system time of this process, in hundredths of a second.
    fn cpu() -> Option<Duration> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
        Some(Duration::from_millis(ticks * 10))
    }

    fn elapsed(&self) -> Duration {
        match (self.cpu, Self::cpu()) {
            (Some(start), Some(now)) => now - start,
            _ => self.clock.elapsed(),
        }
    }
}

fn read_alone(folder: &Path, side: Side) -> usize {
    let wanted = |field: Field| WantedColumn { name: field.name().into(), aliases: Vec::new(), optional: false };
    let layout = Layout {
        table: "transcripts".into(),
        files: vec![format!("{side}.csv")],
        format: Format::Delimited(Delimited {
            delimiter: b',',
            quote: Some(b'"'),
            header: Header::Row(1),
            repeated_header: false,
            footer_rows: 0,
            comment: None,
            trailing_delimiter: false,
            blank_lines: false,
        }),
        encoding: Encoding::Auto,
        columns: FIELDS.map(wanted).to_vec(),
        optional: false,
    };
    read(folder, &layout, &Silent).unwrap().len()
}

#[test]
#[ignore = "a measurement"]
fn recomputing_two_kinds_on_both_sides_costs_less_than_reading_the_files() {
    let students = std::env::var("ROLLPROOF_STUDENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(25_000);
    let folder = tempfile::tempdir().unwrap();
    let (legacy, new) = (side(Side::Legacy, students, folder.path()), side(Side::New, students, folder.path()));
    let run = reconcile(legacy, new, &MatchRules::default());
    let kind = |kind: &str, policy: &str| WantedKind {
        kind: kind.into(),
        legacy: Named::plain(policy),
        new: Named::plain(policy),
    };
    let kinds = [kind("weighted", "lausd-weighted"), kind("unweighted", "simple-4.0")];
    let policies = Policies::load(&kinds, None, Path::new(".")).unwrap();
    // One thread, so that nothing else runs beside.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let (reading, rows) = pool.install(|| {
        let start = Cost::start();
        let rows: usize = Side::BOTH.iter().map(|side| read_alone(folder.path(), *side)).sum();
        (start.elapsed(), rows)
    });
    let (recomputing, bound) = pool.install(|| {
        let start = Cost::start();
        let bound = Bound::new(&policies, &run);
        (start.elapsed(), bound)
    });
    assert_eq!(rows as u32, 2 * students * ROWS);
    let differing = (0..students).filter(|s| {
        let numbers = bound.kinds[0].numbers(&run, *s);
        numbers.legacy.unwrap().exact != numbers.new.unwrap().exact
    });
    let differing = differing.count();
    eprintln!(
        "{students} students, {rows} rows: reading {reading:?}, recomputing two kinds on both sides {recomputing:?} of CPU: \
         {} % of reading; {differing} differ",
        recomputing.as_millis() * 100 / reading.as_millis().max(1),
    );
    assert!(differing > 0);
    assert!(recomputing < reading);
}
