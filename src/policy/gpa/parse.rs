//! A policy's TOML to [`GpaPolicy`], with every mistake at its place.

use std::path::Path;

use super::marks::{read_scale, scaled_points};
use super::rules::{
    Average, Cap, Divisor, Era, GpaPolicy, GradeTerm, Identity, Include, Level, MiddleSchool, NullWeight, RankRule,
    Repeat, RepeatRule, RoundStep, Rounding, Scale, Tie, Weight, WeightKind, Window,
};
use crate::canonical::{Field, SchoolYear, TermSpan};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::document::{At, Node};
use crate::policy::rational::RoundMode;
use crate::policy::toml::{
    self, decimal, integer, named_decimals, named_lists, named_tables, numbers, required_text, texts,
};

/// Reads one policy file.
///
/// # Errors
/// All mistakes of the file, in its order.
pub fn parse(path: &Path, text: &str) -> Result<GpaPolicy, Vec<Diagnostic>> {
    toml::file(path, text, read)
}

fn read(top: &Node<'_>) -> Option<GpaPolicy> {
    toml::schema(top);
    let name = required_text(top, "policy");
    let label = top.text("label");
    let _ = top.text("source");
    let levels = read_levels(top);
    let scales = read_scales(top);
    let weights = read_weights(top, &levels, &scales);
    let eras = read_eras(top, &scales, &weights);
    let repeat = read_repeat(top, &scales);
    let name = name?.value;
    Some(GpaPolicy {
        label: label.map_or_else(|| name.clone(), |l| l.value),
        name,
        window: read_window(top),
        include: read_include(top),
        caps: read_caps(top),
        divisor: top.choice("divisor", &Divisor::NAMES).unwrap_or(Divisor::Attempted),
        null_weight: top
            .choice("null_weight", &[("exclude", NullWeight::Exclude), ("attempted", NullWeight::Attempted)])
            .unwrap_or(NullWeight::Exclude),
        average: top.choice("average", &[("rows", Average::Rows), ("terms", Average::Terms)]).unwrap_or(Average::Rows),
        rounding: read_rounding(top),
        rank: read_rank(top),
        levels,
        scales,
        weights,
        eras,
        repeat,
    })
}

/// The levels that are known without being declared.
const LEVELS: [(&str, &[&str]); 5] = [
    ("regular", &["regular", "r", "reg", "cp", "general"]),
    ("honors", &["honors", "honours", "h", "hon"]),
    ("ap", &["ap", "advanced placement"]),
    ("ib", &["ib"]),
    ("dual", &["dual", "de", "dual enrollment", "college"]),
];

fn read_levels(top: &Node<'_>) -> Vec<Level> {
    let mut levels: Vec<Level> = LEVELS
        .iter()
        .map(|(name, codes)| Level { name: (*name).to_owned(), codes: codes.iter().map(|c| (*c).to_owned()).collect() })
        .collect();
    let Some(section) = top.node("levels") else { return levels };
    for (name, codes) in named_lists(&section) {
        let codes: Vec<String> = codes.iter().map(|c| c.to_ascii_lowercase()).collect();
        match levels.iter_mut().find(|l| l.name == name.value) {
            Some(level) => level.codes = codes,
            None => levels.push(Level { name: name.value, codes }),
        }
    }
    levels
}

fn read_scales(top: &Node<'_>) -> Vec<Scale> {
    let mut scales = vec![read_scale(top, "default")];
    if let Some(section) = top.node("scales") {
        for (name, below) in named_tables(&section) {
            scales.push(read_scale(&below, &name.value));
            below.finish();
        }
    }
    if scales.iter().all(|s| s.marks.is_empty() && s.numeric.is_none()) {
        top.problems().error(
            "no-marks",
            top.span(),
            "the policy has no marks",
            "add [marks.A] points = \"4.0\" and so on",
        );
    }
    scales
}

fn read_weights(top: &Node<'_>, levels: &[Level], scales: &[Scale]) -> Vec<Weight> {
    let mut weights = vec![match top.node("weight") {
        Some(section) => {
            let weight = read_weight(&section, "default", levels, scales);
            section.finish();
            weight
        }
        None => no_weight("default", levels),
    }];
    if let Some(section) = top.node("weights") {
        for (name, below) in named_tables(&section) {
            weights.push(read_weight(&below, &name.value, levels, scales));
            below.finish();
        }
    }
    weights
}

fn no_weight(name: &str, levels: &[Level]) -> Weight {
    Weight {
        name: name.to_owned(),
        kind: WeightKind::None,
        min_mark: None,
        amounts: vec![None; levels.len()],
        tables: vec![Vec::new(); levels.len()],
        subjects: Vec::new(),
        min_credits: 0,
        most: None,
    }
}

fn read_weight(section: &Node<'_>, name: &str, levels: &[Level], scales: &[Scale]) -> Weight {
    let kinds = [
        ("none", WeightKind::None),
        ("table", WeightKind::Table),
        ("add", WeightKind::Add),
        ("multiply", WeightKind::Multiply),
        ("cumulative-add", WeightKind::CumulativeAdd),
        ("cumulative-multiply", WeightKind::CumulativeMultiply),
    ];
    let mut weight = no_weight(name, levels);
    weight.kind = section.choice("kind", &kinds).unwrap_or(WeightKind::None);
    weight.min_mark = known_mark(section, "min_mark", scales);
    weight.subjects = texts(section, "subjects");
    let position = |at: &At<String>| {
        let found = levels.iter().position(|l| l.name == at.value);
        if found.is_none() {
            let known: Vec<&str> = levels.iter().map(|l| l.name.as_str()).collect();
            let message = format!("no level is called \"{}\"", at.value);
            section.problems().error("unknown-level", at.span.clone(), message, format!("known: {}", known.join(", ")));
        }
        found
    };
    if let Some(amounts) = section.node("levels") {
        for (level, amount) in named_decimals(&amounts) {
            if let (Some(at), Some(points)) = (position(&level), scaled_points(section, &amount)) {
                weight.amounts[at] = Some(points);
            }
        }
    }
    if let Some(tables) = section.node("tables") {
        for (level, below) in named_tables(&tables) {
            let marks = named_decimals(&below);
            let Some(at) = position(&level) else { continue };
            weight.tables[at] =
                marks.into_iter().filter_map(|(m, p)| Some((m.value, scaled_points(section, &p)?))).collect();
        }
    }
    weight.most = decimal(section, "most").and_then(|d| scaled_points(section, &d));
    if let Some(credits) = decimal(section, "min_credits") {
        weight.min_credits = super::amounts::weight_units(credits.value).unwrap_or(0);
    }
    weight
}

/// The text of a mark that one of the scales knows.
fn known_mark(section: &Node<'_>, key: &'static str, scales: &[Scale]) -> Option<String> {
    let text = section.text(key)?;
    if scales.iter().any(|s| super::marks::rank_of(s, &text.value).is_some()) {
        return Some(text.value);
    }
    section.problems().error(
        "unknown-mark",
        text.span,
        format!("no mark is called \"{}\"", text.value),
        "write one of the marks of this policy",
    );
    None
}

fn read_eras(top: &Node<'_>, scales: &[Scale], weights: &[Weight]) -> Vec<Era> {
    let mut eras = Vec::new();
    for section in top.nodes("effective") {
        let find = |key: &'static str, names: Vec<&str>| -> usize {
            let Some(text) = section.text(key) else { return 0 };
            names.iter().position(|n| *n == text.value).unwrap_or_else(|| {
                let message = format!("no {key} is called \"{}\"", text.value);
                section.problems().error("unknown-name", text.span, message, format!("known: {}", names.join(", ")));
                0
            })
        };
        let year = |key| school_year(&section, key);
        let cohort = |key| integer(&section, key, 1950, 2100).and_then(|n| i16::try_from(n).ok());
        eras.push(Era {
            from_year: year("from_year"),
            through_year: year("through_year"),
            from_cohort: cohort("from_cohort"),
            through_cohort: cohort("through_cohort"),
            scale: find("scale", scales.iter().map(|s| s.name.as_str()).collect()),
            weight: find("weight", weights.iter().map(|w| w.name.as_str()).collect()),
            locked: section.flag("locked").unwrap_or(false),
        });
        section.finish();
    }
    let always = Era {
        from_year: None,
        through_year: None,
        from_cohort: None,
        through_cohort: None,
        scale: 0,
        weight: 0,
        locked: false,
    };
    eras.push(always);
    eras
}

fn school_year(section: &Node<'_>, key: &'static str) -> Option<SchoolYear> {
    let text = section.text(key)?;
    let year = SchoolYear::parse(&text.value);
    if year.is_none() {
        let message = format!("\"{}\" is not a school year", text.value);
        section.problems().error("wrong-value", text.span, message, "write it as \"2016-17\"");
    }
    year
}

fn grades(section: &Node<'_>, key: &'static str) -> Vec<i8> {
    let mut grades = Vec::new();
    for text in numbers(section, key) {
        match text.value.parse::<i8>() {
            Ok(grade) if (-1..=14).contains(&grade) => grades.push(grade),
            _ => {
                let message = format!("\"{}\" is not a grade level", text.value);
                section.problems().error("wrong-value", text.span, message, "write whole numbers, as [9, 10, 11, 12]");
            }
        }
    }
    grades
}

fn read_window(top: &Node<'_>) -> Window {
    let section = top.node("window");
    let mut window = Window {
        grades: Vec::new(),
        from: None,
        through: None,
        from_year: None,
        through_year: None,
        terms: Vec::new(),
        unknown_grade_counts: true,
    };
    let Some(section) = section else { return window };
    window.grades = grades(&section, "grades");
    let place = |key: &'static str| {
        let text = section.text(key)?;
        let place = GradeTerm::parse(&text.value);
        if place.is_none() {
            let message = format!("\"{}\" is not a grade and a term", text.value);
            section.problems().error("wrong-value", text.span, message, "write it as \"12-S1\"");
        }
        place
    };
    window.from = place("from");
    window.through = place("through");
    window.from_year = school_year(&section, "from_year");
    window.through_year = school_year(&section, "through_year");
    for text in section.texts("terms").unwrap_or_default() {
        match TermSpan::parse(&text.value) {
            Some(term) => window.terms.push(term),
            None => {
                let message = format!("\"{}\" is not a term", text.value);
                let fix = format!("known: {}", TermSpan::NAMES.join(", "));
                section.problems().error("wrong-value", text.span, message, fix);
            }
        }
    }
    window.unknown_grade_counts =
        section.choice("unknown_grade", &[("count", true), ("exclude", false)]).unwrap_or(true);
    section.finish();
    window
}

fn read_include(top: &Node<'_>) -> Include {
    let mut include = Include {
        course_flag: true,
        transfer: true,
        middle_school: MiddleSchool::Exclude,
        not_subjects: Vec::new(),
        subjects: Vec::new(),
        not_courses: Vec::new(),
    };
    let Some(section) = top.node("include") else { return include };
    include.course_flag = section.flag("course_flag").unwrap_or(true);
    include.transfer = section.flag("transfer").unwrap_or(true);
    let words =
        [("exclude", MiddleSchool::Exclude), ("credit-only", MiddleSchool::CreditOnly), ("count", MiddleSchool::Count)];
    include.middle_school = section.choice("middle_school", &words).unwrap_or(MiddleSchool::Exclude);
    let texts = |key| texts(&section, key);
    include.not_subjects = texts("not_subjects");
    include.subjects = texts("subjects");
    include.not_courses = texts("not_courses");
    section.finish();
    include
}

fn read_caps(top: &Node<'_>) -> Vec<Cap> {
    let mut caps = Vec::new();
    for section in top.nodes("caps") {
        let max = integer(&section, "max", 0, 1000);
        if max.is_none() && !section.has("max") {
            section.problems().error("missing-key", section.span(), "the cap has no `max`", "add max = 8 (semesters)");
        }
        let grades = grades(&section, "grades");
        if let Some(max) = max {
            caps.push(Cap { max, grades });
        }
        section.finish();
    }
    caps
}

fn read_repeat(top: &Node<'_>, scales: &[Scale]) -> Repeat {
    let mut repeat = Repeat {
        rule: RepeatRule::All,
        identity: Identity::CourseHalf,
        groups: Vec::new(),
        original_max: None,
        new_min: None,
        credit_once: true,
        not_counted: Vec::new(),
    };
    let Some(section) = top.node("repeat") else { return repeat };
    repeat.rule = section.choice("rule", &RepeatRule::NAMES).unwrap_or(RepeatRule::All);
    let identities = [("course", Identity::Course), ("course+half", Identity::CourseHalf)];
    repeat.identity = section.choice("identity", &identities).unwrap_or(Identity::CourseHalf);
    if let Some(groups) = section.node("groups") {
        repeat.groups = named_lists(&groups).into_iter().map(|(_, codes)| codes).collect();
    }
    repeat.original_max = known_mark(&section, "original_max", scales);
    repeat.new_min = known_mark(&section, "new_min", scales);
    repeat.credit_once = section.choice("credit", &[("once", true), ("every", false)]).unwrap_or(true);
    repeat.not_counted = texts(&section, "not_counted");
    let needs = repeat.rule == RepeatRule::Replace && (repeat.original_max.is_none() || repeat.new_min.is_none());
    if needs && !(section.has("original_max") && section.has("new_min")) {
        let message = "rule = \"replace\" needs to know which marks are replaced and by which";
        section.problems().error(
            "missing-key",
            section.span(),
            message,
            "add original_max = \"D\" and new_min = \"C\"",
        );
    }
    section.finish();
    repeat
}

fn read_rounding(top: &Node<'_>) -> Rounding {
    let mut rounding = Rounding { result: None, then: None, term: None, max: None };
    let Some(section) = top.node("rounding") else { return rounding };
    let mode = section.choice("mode", &RoundMode::NAMES).unwrap_or(RoundMode::HalfUp);
    let step = |key| {
        let digits = integer(&section, key, 0, 9).and_then(|n| u8::try_from(n).ok())?;
        Some(RoundStep { digits, mode })
    };
    rounding.result = step("digits");
    rounding.then = step("then");
    rounding.term = step("term_digits");
    rounding.max = decimal(&section, "max").map(|d| d.value);
    section.finish();
    rounding
}

fn read_rank(top: &Node<'_>) -> Option<RankRule> {
    let section = top.node("rank")?;
    let fields = [Field::School, Field::GradeLevel, Field::Cohort];
    let mut within = Vec::new();
    for text in section.texts("within").unwrap_or_default() {
        match fields.into_iter().find(|f| f.name() == text.value) {
            Some(field) => within.push(field),
            None => section.problems().unknown("unknown-field", "field", &text, fields.map(Field::name)),
        }
    }
    if !section.has("within") {
        within = vec![Field::School, Field::GradeLevel];
    }
    let rule = RankRule {
        within,
        statuses: texts(&section, "statuses"),
        tie: section.choice("tie", &Tie::NAMES).unwrap_or(Tie::Competition),
        rounded: section.choice("precision", &[("exact", false), ("rounded", true)]).unwrap_or(false),
    };
    section.finish();
    Some(rule)
}
