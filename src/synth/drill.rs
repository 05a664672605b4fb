//! The drill: each kind of fault planted into a private copy of a district's own new exports, to learn what the
//! present mapping, matching and severities would have let through.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::bind::bind;
use super::fault::{Class, Plant, Planter, Truth, classes};
use super::private_copy::copy_side;
use super::score::{Scoreboard, score};
use crate::canonical::{Entity, Field};
use crate::checks;
use crate::error::Error;
use crate::finding::{FindingRow, Severity};
use crate::mapping::Mapping;

/// How many students each class is planted into, where there are enough.
const EACH: usize = 3;
/// How many copies are made at most: small districts have too few students to carry every class at once.
const ROUNDS: usize = 4;

/// What the drill found out.
#[derive(Debug)]
pub struct Drill {
    /// Planted against found.
    pub board: Scoreboard,
    /// Classes that could not be planted, and why.
    pub not_planted: Vec<(Class, String)>,
    /// Classes that were planted and let through, with what would make them visible.
    pub let_through: Vec<(Class, String)>,
    /// Tables that were copied as they are.
    pub untouched: Vec<String>,
}

/// Plants each class into a private copy of the new exports below `root` and lets `run` compare with that copy as the
/// new side's root. `before` are the findings of the exports as they are: only what the copy adds counts.
/// The copy is private to its owner and taken away afterwards.
///
/// # Errors
/// When an export can not be read, the copy not written, or the run fails.
pub fn drill(
    legacy: &Mapping,
    new: &Mapping,
    root: &Path,
    before: &[FindingRow],
    run: &dyn Fn(&Path) -> Result<Vec<FindingRow>, Error>,
) -> Result<Drill, Error> {
    let binding = bind(new);
    let known: BTreeSet<&str> = before.iter().map(|f| f.fingerprint.as_str()).collect();
    // Students that have findings already would blur the score.
    let above_info = before.iter().filter(|f| f.severity > Severity::Info);
    let spoiled: BTreeSet<&str> = above_info.map(|f| f.student_id.as_str()).collect();
    let mut wanted: Vec<u8> = classes().iter().map(|c| c.id).collect();
    let mut truth: Vec<Truth> = Vec::new();
    let mut board = score(&[], []);
    let (mut missing, mut untouched) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let place =
            tempfile::Builder::new().prefix("drill-").tempdir().map_err(|e| Error::write(std::env::temp_dir(), e))?;
        let mut copy = copy_side(root, place.path(), new, &binding)?;
        let students: Vec<(u32, String)> =
            (0u32..).zip(copy.students.iter().cloned()).filter(|(_, id)| !spoiled.contains(id.as_str())).collect();
        let each = (students.len() / 400).clamp(1, EACH);
        let planted = Planter::drill(&binding, &students, (&wanted, each), &mut copy.tables);
        if round == 0 {
            missing = planted.missing;
            untouched.clone_from(&copy.untouched);
        }
        if planted.truth.is_empty() {
            break;
        }
        wanted.retain(|id| !planted.truth.iter().any(|t| t.class == *id));
        copy.write()?;
        let mut found = run(place.path())?;
        found.retain(|f| !known.contains(f.fingerprint.as_str()));
        board.add(score(&planted.truth, &found));
        truth.extend(planted.truth);
    }
    Ok(Drill {
        let_through: let_through(&board, &truth, legacy, new),
        not_planted: not_planted(&truth, &missing),
        untouched,
        board,
    })
}

fn not_planted(truth: &[Truth], missing: &[(u8, BTreeSet<(Entity, Field)>)]) -> Vec<(Class, String)> {
    let mut list = Vec::new();
    for class in classes().into_iter().filter(|c| !truth.iter().any(|t| t.class == c.id)) {
        let fields = missing.iter().find(|(id, _)| *id == class.id).map(|(_, fields)| fields);
        let reason = match (class.plant, fields.filter(|f| !f.is_empty())) {
            (Plant::Unseen(why), _) => why.to_owned(),
            (Plant::Student(_), Some(fields)) => {
                let names: Vec<String> = fields.iter().map(|(e, f)| format!("{e}.{f}")).collect();
                let is = if names.len() == 1 { "is" } else { "are" };
                let names = names.join(", ");
                format!("{names} {is} not mapped from a column on the new side: {} can not be seen", class.name())
            }
            (Plant::Student(_), None) => "no student of these exports can have it".to_owned(),
        };
        list.push((class, reason));
    }
    list
}

fn let_through(board: &Scoreboard, truth: &[Truth], legacy: &Mapping, new: &Mapping) -> Vec<(Class, String)> {
    let mut list = Vec::new();
    for score in board.classes.iter().filter(|c| c.planted > c.found) {
        let unmapped: Vec<String> = score
            .class
            .checks
            .iter()
            .filter_map(|name| checks::by_name(name))
            .flat_map(|check| {
                let meta = check.meta();
                let reads = check.reads().to_vec();
                if reads.is_empty() { meta.needs.iter().map(|f| (meta.entity, *f)).collect() } else { reads }
            })
            .filter_map(|(entity, field)| {
                let side = [("legacy", legacy), ("new", new)].into_iter().find(|(_, m)| !maps(m, entity, field))?;
                (entity == score.class.entity).then(|| format!("{entity}.{field} is not mapped on the {} side", side.0))
            })
            .collect();
        let record = truth.iter().find(|t| t.class == score.class.id).map_or("", |t| t.record.as_str());
        let reason = if unmapped.is_empty() {
            let checks = score.class.checks.join(", ");
            format!(
                "{} of {} said nothing ({record}): is {checks} turned off or ignored?",
                score.planted - score.found,
                score.planted
            )
        } else {
            unmapped.join("; ")
        };
        list.push((score.class, reason));
    }
    list
}

fn maps(mapping: &Mapping, entity: Entity, field: Field) -> bool {
    mapping.blocks.iter().any(|b| b.entity == entity && b.fields.iter().any(|f| f.field == field))
}

impl Drill {
    /// Classes of critical faults that a GO would have let through: planted and not found, or not visible because a
    /// field is not mapped.
    pub fn unseen_critical(&self) -> impl Iterator<Item = &(Class, String)> {
        let blind = self.not_planted.iter().filter(|(_, reason)| reason.contains("not mapped"));
        self.let_through.iter().chain(blind).filter(|(class, _)| class.severity == Severity::Critical)
    }

    /// What people read.
    #[must_use]
    pub fn text(&self) -> String {
        let planted: usize = self.board.classes.iter().map(|c| c.planted).sum();
        let found: usize = self.board.classes.iter().map(|c| c.found).sum();
        let kinds = self.board.classes.iter().filter(|c| c.planted > 0).count();
        let mut text = format!("Planted {planted} faults of {kinds} kinds into a private copy; {found} were found.\n");
        for (title, list) in
            [("would have gone through", &self.let_through), ("could not be planted", &self.not_planted)]
        {
            let _ = writeln!(text, "\n{} kinds {title}:", list.len());
            for (class, reason) in list {
                let _ = writeln!(text, "  {:<5} {:<8} {}: {reason}", class.name(), class.severity, class.text);
            }
        }
        if !self.untouched.is_empty() {
            let _ = writeln!(text, "\ncopied without faults (no plain delimited text): {}", self.untouched.join(", "));
        }
        let unseen = self.unseen_critical().count();
        let _ = writeln!(text, "\n{unseen} critical kinds of fault would go unseen.");
        text
    }
}
