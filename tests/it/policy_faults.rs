//! The fault classes of transcripts, credits and GPAs (F22 to F89), one at a time, through the policies: the right check,
//! the right severity, and a derivation that names what happened and adds up.

use std::collections::{BTreeMap, BTreeSet};

use rollproof::checks::{CheckSettings, Speller, run_all};
use rollproof::finding::Severity;
use rollproof::policy::{Bound, Named, Policies, Rational, WantedKind, derive};
use rollproof::synth::{District, Dress, Plan, Plant, Planter, System, classes, write_migration};

use crate::synth_board::pair;

/// What the derivation of a student's GPA says, for the classes that move rows, marks, weights or stored values.
const NAMED: [(u8, &str); 28] = [
    (23, "mark changed"),
    (25, "year row and halves differ"),
    (26, "year row and halves differ"),
    (27, "mark changed"),
    (28, "row loaded twice"),
    (29, "row missing"),
    (30, "row missing"),
    (34, "no longer counts: flagged as not in the GPA"),
    (36, "row missing"),
    (42, "mark changed"),
    (45, "mark changed"),
    (46, "mark changed"),
    (50, "row added"),
    (57, "credit or weight changed"),
    (59, "credit or weight changed"),
    (60, "credit or weight changed"),
    (70, "new stored is not what its rows give"),
    (71, "new stored is not what its rows give"),
    (73, "level weight changed"),
    (74, "new stored is not what its rows give"),
    (76, "new stored is not what its rows give"),
    (77, "level weight changed"),
    (80, "no longer counts: flagged as not in the GPA"),
    (81, "new stored is not what its rows give"),
    (82, "new stored is not what its rows give"),
    (83, "new stored is not what its rows give"),
    (84, "new stored is not what its rows give"),
    (86, "new stored is not what its rows give"),
];

fn policies() -> Policies {
    let kind = |kind: &str, policy: &str| WantedKind {
        kind: kind.into(),
        legacy: Named::plain(policy),
        new: Named::plain(policy),
    };
    let kinds = [kind("weighted", "simple-4.0-weighted"), kind("unweighted", "simple-4.0")];
    Policies::load(&kinds, Some(&Named::plain("lausd-2026")), std::path::Path::new(".")).unwrap()
}

/// What became of the planted faults.
#[derive(Default)]
struct Seen {
    planted: BTreeSet<u8>,
    /// Words of derivations, by class.
    said: BTreeMap<u8, BTreeSet<String>>,
    /// Faults without a finding of the right check and severity.
    unnamed: BTreeSet<String>,
}

impl Seen {
    /// Plants, compares under the policies, and looks at every damaged student.
    fn look(&mut self, students: u32, plant: impl Fn(&District, &Dress) -> Planter) {
        let folder = tempfile::tempdir().unwrap();
        let district = District::generate(91, students);
        let dress = Dress { renumber_sections: true, ..Dress::default() };
        let faults = Some(plant(&district, &dress));
        let (legacy, new) = ((System::Aeries, Dress::default()), (System::PowerSchool, dress));
        let plan = Plan { name: "Test".into(), legacy, new, faults };
        let truth = write_migration(folder.path(), &district, &plan, &|_| ()).unwrap().new.truth;
        let run = pair(folder.path());
        let policies = policies();
        let findings = run_all(&run, &policies, &CheckSettings::default());
        let speller = Speller::new(&run, &findings);
        let mut by_student: BTreeMap<String, Vec<(String, Severity)>> = BTreeMap::new();
        for row in (0..speller.len()).map(|at| speller.row(at)) {
            by_student.entry(row.student_id.clone()).or_default().push((row.check.clone(), row.severity));
        }
        let bound = Bound::new(&policies, &run);
        let positions: BTreeMap<&str, u32> =
            (0..run.students.len() as u32).map(|position| (run.student_id(position), position)).collect();
        for line in &truth {
            let class = classes().into_iter().find(|c| c.id == line.class).unwrap();
            self.planted.insert(class.id);
            let found = by_student.get(&line.student_id).cloned().unwrap_or_default();
            // A rank that the damaged GPAs of others would give too is told as a consequence, and minor.
            let least = if class.id >= 87 { Severity::Minor } else { line.expected.severity };
            let right = |(check, severity): &(String, Severity)| {
                line.expected.checks.contains(&check.as_str()) && *severity >= least
            };
            if !found.iter().any(right) {
                self.unnamed.insert(format!("{}: {found:?}", class.name()));
            }
            for kind in &bound.kinds {
                let Some(derivation) = derive(&run, positions[line.student_id.as_str()], kind) else { continue };
                assert_eq!(Rational::sum(derivation.parts.iter().map(|p| p.amount)), Some(derivation.difference));
                let words = derivation.parts.iter().map(|p| p.reason.words());
                self.said.entry(class.id).or_default().extend(words);
            }
        }
    }
}

#[test]
fn every_class_from_f22_to_f89_is_named_rightly_and_its_derivation_adds_up() {
    let wanted: Vec<u8> = (22..=89).collect();
    let mut seen = Seen::default();
    // Each class once, also those that few students can have; and all of them many times.
    seen.look(900, |district, dress| Planter::one_each(5, district, System::PowerSchool, dress, &wanted));
    seen.look(2_400, |_, _| Planter::mixed(5, wanted.clone(), 400_000));
    for class in classes().iter().filter(|c| seen.planted.contains(&c.id)) {
        eprintln!("{} {}: {:?}", class.name(), class.text, seen.said.get(&class.id).cloned().unwrap_or_default());
    }
    for (id, part) in NAMED {
        let words = seen.said.get(&id).cloned().unwrap_or_default();
        if !words.contains(part) {
            seen.unnamed.insert(format!("F{id}: no part \"{part}\" in {words:?}"));
        }
    }
    assert!(seen.unnamed.is_empty(), "{:#?}", seen.unnamed);
    let all = classes();
    let possible = all.iter().filter(|c| wanted.contains(&c.id) && matches!(c.plant, Plant::Student(_)));
    let missing: Vec<String> =
        possible.filter(|c| !seen.planted.contains(&c.id) && !c.rare).map(|c| c.name()).collect();
    assert!(missing.is_empty(), "not planted: {missing:?}");
}
