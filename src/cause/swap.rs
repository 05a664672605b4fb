//! Students that were exchanged for each other: the pairing found the pairs, and exchanging them again is the proof.

use std::collections::BTreeSet;

use super::follow::of_student;
use super::group::{Kind, Sort};
use super::model::{Proof, Settings};
use super::pattern::Pattern;
use super::prove::Draft;
use super::relate::Ledger;
use super::space::Population;
use crate::canonical::{Entity, Side};
use crate::finding::{Finding, Findings, Subject};
use crate::reconcile::{Reconciliation, compared};

/// The check that names exchanged students.
const CHECK: &str = "student-swapped";

impl Ledger {
    /// Makes exchanged students one cause: what comes right when each pair is exchanged again, and under it what is
    /// wrong in transcripts that went with them.
    pub(super) fn add_swaps(&mut self, run: &Reconciliation, findings: &Findings, settings: &Settings) {
        let Some(check) = settings.checks.iter().position(|c| *c == CHECK).and_then(|c| u8::try_from(c).ok()) else {
            return;
        };
        let columns = compared(&run.legacy, &run.new, Entity::Student);
        let comes_right = |finding: &Finding, other: u32| {
            let record = |student: u32, side| run.students[student as usize].record(side);
            let (Some(field), Subject::Student(student)) = (finding.field, finding.subject) else { return false };
            let Some(column) = columns.iter().find(|c| c.field == field) else { return false };
            let pair = record(other, Side::Legacy).zip(record(student, Side::New));
            pair.is_some_and(|(legacy, new)| column.equal(legacy, new))
        };
        let (mut own, mut following, mut of) = (Vec::new(), Vec::new(), 0);
        let pairs = run.matching.swapped.iter().flat_map(|(a, b)| [(*a, *b), (*b, *a)]);
        for (student, other) in pairs {
            for at in of_student(findings, Subject::Student(student)) {
                let finding = &findings.rows[at];
                if finding.entity == Entity::Student && finding.severity >= settings.floor {
                    of += 1;
                    if finding.check == check || comes_right(finding, other) {
                        own.push(at as u32);
                    }
                }
            }
        }
        let pairs = run.matching.swapped_transcripts.iter().flat_map(|(a, b)| [*a, *b]);
        for at in pairs.flat_map(|student| of_student(findings, Subject::Student(student))) {
            let finding = &findings.rows[at];
            if finding.entity == Entity::Transcript && finding.severity >= settings.floor {
                if finding.check == check { own.push(at as u32) } else { following.push(at as u32) }
            }
        }
        for list in [&mut own, &mut following] {
            list.sort_unstable();
            list.dedup();
        }
        let students: BTreeSet<Subject> = own.iter().map(|at| findings.rows[*at as usize].subject).collect();
        let explained = own.len() as u64;
        if explained < settings.min_findings || (students.len() as u64) < settings.min_students {
            return;
        }
        let of = of.max(explained);
        let kind =
            Kind { entity: Entity::Student, population: Population::Paired, sort: Sort::Speaks(check), field: None };
        let proof = Proof { explained, of, students: students.len() as u64, broken: 0, stay: of - explained };
        let proved = explained * 100 >= of * settings.proof_percent;
        self.add(run, findings, vec![Draft::plain(kind, Pattern::Speaks(check), own, proof, proved)]);
        let cause = self.drafts.len() as u32;
        following.into_iter().for_each(|at| self.follow(at, cause));
    }
}
