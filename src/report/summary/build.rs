//! Counting findings into a summary. Pure: rows in, numbers out. Rows come in report order, in which all findings of
//! one student stand together; that makes distinct students countable without remembering them.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};

use super::{AreaCounts, CheckCounts, SchoolCheck, SchoolCounts, SeverityCounts, Summary, ValuePair, ValuePairs};
use crate::canonical::Field;
use crate::finding::{FindingRow, Severity};

/// What the tally can not know from findings.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Every check that ran or could: name, area, one sentence, records looked at. Order does not matter.
    pub checks: Vec<(String, String, String, u64)>,
    /// Every school: code, name, students on the legacy side.
    pub schools: Vec<(String, String, u64)>,
    /// Areas that are shown even when nothing was found in them, in the order of reports.
    pub areas: Vec<String>,
    /// How many value pairs to keep for each check and field.
    pub pairs: usize,
}

/// What people read where a finding belongs to no school.
const NO_SCHOOL: &str = "(no school)";

/// Counts of one area, check or school.
#[derive(Debug, Clone, Default)]
struct Group {
    counts: SeverityCounts,
    students: u64,
    waived: u64,
    last_student: u64,
}

impl Group {
    fn add(&mut self, row: &FindingRow, student: u64) {
        if !row.waiver.is_empty() {
            self.waived += 1;
            return;
        }
        self.counts.add(row.severity);
        if row.severity > Severity::Info && student > self.last_student {
            self.last_student = student;
            self.students += 1;
        }
    }
}

impl SeverityCounts {
    fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Critical => self.critical += 1,
            Severity::Major => self.major += 1,
            Severity::Minor => self.minor += 1,
            Severity::Info => self.info += 1,
        }
        self.gated = self.critical + self.major;
        self.total = self.gated + self.minor + self.info;
    }

    /// The count of one severity.
    #[must_use]
    pub const fn of(&self, severity: Severity) -> u64 {
        match severity {
            Severity::Critical => self.critical,
            Severity::Major => self.major,
            Severity::Minor => self.minor,
            Severity::Info => self.info,
        }
    }
}

/// Counts of findings so far.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    all: Group,
    areas: BTreeMap<String, Group>,
    checks: BTreeMap<String, (String, Group)>,
    schools: BTreeMap<String, (Group, BTreeMap<String, u64>)>,
    pairs: BTreeMap<(String, String), HashMap<(String, String), u64>>,
    student: u64,
    student_id: String,
    worst: Option<(Severity, bool)>,
    critical_students: u64,
    seniors: u64,
}

impl Tally {
    /// Nothing counted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one finding. Findings of one student must come together.
    pub fn add(&mut self, row: &FindingRow) {
        let student = self.student_number(row);
        self.all.add(row, student);
        group(&mut self.areas, &row.area).add(row, student);
        let (area, check) = group(&mut self.checks, &row.check);
        area.clone_from(&row.area);
        check.add(row, student);
        let (school, checks) = group(&mut self.schools, &row.school);
        school.add(row, student);
        if row.waiver.is_empty() {
            *group(checks, &row.check) += 1;
            self.add_student_severity(row);
            self.add_pair(row);
        }
    }

    /// A number that is the same for all rows of one student and larger for the next; 0 for no student.
    fn student_number(&mut self, row: &FindingRow) -> u64 {
        if row.student_id.is_empty() {
            return 0;
        }
        if row.student_id != self.student_id || self.student == 0 {
            self.close_student();
            self.student += 1;
            self.student_id.clone_from(&row.student_id);
        }
        self.student
    }

    fn add_student_severity(&mut self, row: &FindingRow) {
        if row.student_id.is_empty() {
            return;
        }
        let senior = row.grade_level == "12";
        let (worst, was_senior) = self.worst.unwrap_or((row.severity, senior));
        self.worst = Some((worst.max(row.severity), was_senior || senior));
    }

    fn close_student(&mut self) {
        if let Some((worst, senior)) = self.worst.take() {
            self.critical_students += u64::from(worst == Severity::Critical);
            self.seniors += u64::from(senior && worst >= Severity::Major);
        }
    }

    fn add_pair(&mut self, row: &FindingRow) {
        if row.field.is_empty() || (row.legacy_value.is_empty() && row.new_value.is_empty()) {
            return;
        }
        let pairs = self.pairs.entry((row.check.clone(), row.field.clone())).or_insert_with(HashMap::new);
        *pairs.entry((row.legacy_value.clone(), row.new_value.clone())).or_insert(0) += 1;
    }

    /// Every value pair with its count, by check and field, most frequent first: what `pairs.csv` holds.
    pub fn all_pairs(&self) -> impl Iterator<Item = (&str, &str, &str, &str, u64)> {
        self.pairs.iter().flat_map(|((check, field), pairs)| {
            let mut sorted: Vec<(&(String, String), &u64)> = pairs.iter().collect();
            sorted.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
            sorted.into_iter().map(move |((legacy, new), count)| {
                (check.as_str(), field.as_str(), legacy.as_str(), new.as_str(), *count)
            })
        })
    }

    /// Writes the counts into a summary: open, waived, students with findings, areas, checks, schools, pairs.
    pub fn fill(mut self, summary: &mut Summary, known: &Known) {
        self.close_student();
        summary.open = self.all.counts;
        summary.waived = self.all.waived;
        summary.students.affected = self.all.students;
        summary.students.critical = self.critical_students;
        summary.students.seniors = self.seniors;
        summary.areas = self.areas_in_order(known);
        summary.schools = self.schools_in_order(known);
        summary.checks = self.checks_in_order(known);
        summary.pairs = self.pairs_in_order(&summary.checks, known.pairs);
    }

    fn areas_in_order(&self, known: &Known) -> Vec<AreaCounts> {
        let extra = self.areas.keys().filter(|a| !known.areas.contains(a));
        known
            .areas
            .iter()
            .chain(extra)
            .map(|area| {
                let group = self.areas.get(area).cloned().unwrap_or_default();
                AreaCounts { area: area.clone(), open: group.counts, students: group.students, previous: None }
            })
            .collect()
    }

    fn checks_in_order(&self, known: &Known) -> Vec<CheckCounts> {
        let meta: BTreeMap<&str, (&str, &str, u64)> =
            known.checks.iter().map(|(n, a, s, l)| (n.as_str(), (a.as_str(), s.as_str(), *l))).collect();
        let mut checks: Vec<CheckCounts> = self
            .checks
            .iter()
            .map(|(name, (area, group))| {
                let (_, text, looked_at) = meta.get(name.as_str()).copied().unwrap_or_default();
                CheckCounts {
                    check: name.clone(),
                    area: area.clone(),
                    summary: text.to_owned(),
                    open: group.counts,
                    students: group.students,
                    waived: group.waived,
                    looked_at,
                }
            })
            .collect();
        for (name, (area, text, looked_at)) in meta {
            if !self.checks.contains_key(name) {
                let (check, area, summary) = (name.to_owned(), area.to_owned(), text.to_owned());
                checks.push(CheckCounts { check, area, summary, looked_at, ..CheckCounts::default() });
            }
        }
        checks.sort_by(|a, b| worst_first(&a.open, &b.open).then_with(|| a.check.cmp(&b.check)));
        checks
    }

    fn schools_in_order(&self, known: &Known) -> Vec<SchoolCounts> {
        let mut schools: BTreeMap<&str, SchoolCounts> = BTreeMap::new();
        for (code, name, students) in &known.schools {
            let (shown, students) = (name.clone(), *students);
            schools.insert(code, SchoolCounts { code: code.clone(), name: shown, students, ..SchoolCounts::default() });
        }
        for (code, (group, checks)) in &self.schools {
            let line = schools.entry(code).or_insert_with(|| SchoolCounts {
                code: code.clone(),
                name: code.clone(),
                ..SchoolCounts::default()
            });
            line.open = group.counts;
            line.affected = group.students;
            line.waived = group.waived;
            line.checks = checks
                .iter()
                .map(|(check, open)| SchoolCheck {
                    check: check.clone(),
                    open: *open,
                    per_thousand: rate(*open, line.students, 1000, 0),
                })
                .collect();
        }
        let mut lines: Vec<SchoolCounts> = schools.into_values().collect();
        for line in &mut lines {
            line.per_hundred = per_hundred(line.open.gated, line.students);
            if line.code.is_empty() {
                NO_SCHOOL.clone_into(&mut line.name);
            }
        }
        lines.sort_by(|a, b| {
            let rate = |s: &SchoolCounts| (s.open.gated * 1_000_000).checked_div(s.students).unwrap_or(0);
            (b.open.gated, rate(b)).cmp(&(a.open.gated, rate(a))).then_with(|| a.code.cmp(&b.code))
        });
        lines
    }

    fn pairs_in_order(&mut self, checks: &[CheckCounts], keep: usize) -> Vec<ValuePairs> {
        let place: BTreeMap<&str, usize> = checks.iter().enumerate().map(|(i, c)| (c.check.as_str(), i)).collect();
        let mut lines: Vec<ValuePairs> = std::mem::take(&mut self.pairs)
            .into_iter()
            .map(|((check, field), pairs)| ValuePairs {
                personal: is_personal(&field),
                distinct: pairs.len() as u64,
                top: most_frequent(pairs, keep),
                check,
                field,
            })
            .collect();
        lines.sort_by_key(|l| (place.get(l.check.as_str()).copied(), l.field.clone()));
        lines
    }
}

/// The group of a name, made when it is new.
fn group<'a, V: Default>(map: &'a mut BTreeMap<String, V>, key: &str) -> &'a mut V {
    map.entry(key.to_owned()).or_default()
}

fn most_frequent(pairs: HashMap<(String, String), u64>, keep: usize) -> Vec<ValuePair> {
    let mut all: Vec<ValuePair> =
        pairs.into_iter().map(|((legacy, new), count)| ValuePair { legacy, new, count }).collect();
    let order = |p: &ValuePair, q: &ValuePair| {
        q.count.cmp(&p.count).then_with(|| (&p.legacy, &p.new).cmp(&(&q.legacy, &q.new)))
    };
    if all.len() > keep && keep > 0 {
        all.select_nth_unstable_by(keep - 1, order);
        all.truncate(keep);
    }
    all.sort_by(order);
    all.truncate(keep);
    all
}

fn worst_first(a: &SeverityCounts, b: &SeverityCounts) -> std::cmp::Ordering {
    let key = |c: &SeverityCounts| (c.critical, c.major, c.minor, c.info);
    let worst = |c: &SeverityCounts| Severity::WORST_FIRST.into_iter().find(|s| c.of(*s) > 0);
    worst(b).cmp(&worst(a)).then_with(|| key(b).cmp(&key(a)))
}

/// True for fields whose values say something about one person: names, birth dates, ids and programs.
#[must_use]
pub fn is_personal(field: &str) -> bool {
    let Some(field) = Field::ALL.into_iter().find(|f| f.name() == field) else { return true };
    field.is_sensitive()
        || matches!(
            field,
            Field::StudentId
                | Field::StateId
                | Field::FirstName
                | Field::MiddleName
                | Field::LastName
                | Field::Suffix
                | Field::PreferredName
                | Field::BirthDate
        )
}

/// `part` of `whole` as a percentage with two places, rounded down, so that only all is `100.00`; empty without a whole.
#[must_use]
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    let hundredths = u128::from(part) * 10_000 / u128::from(whole);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// `count` per 100 of `whole` with one place, rounded half up; empty without a whole.
#[must_use]
pub fn per_hundred(count: u64, whole: u64) -> String {
    rate(count, whole, 100, 1)
}

fn rate(count: u64, whole: u64, per: u128, places: u32) -> String {
    if whole == 0 {
        return String::new();
    }
    let ten = 10u128.pow(places);
    let scaled = (u128::from(count) * per * ten * 2 + u128::from(whole)) / (u128::from(whole) * 2);
    if places == 0 {
        return scaled.to_string();
    }
    format!("{}.{:0width$}", scaled / ten, scaled % ten, width = places as usize)
}

#[cfg(test)]
#[path = "build_tests.rs"]
mod tests;
