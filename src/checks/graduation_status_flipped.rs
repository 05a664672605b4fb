//! Graduation is met on one side and not on the other.
//!
//! # What it finds
//!
//! Students whose credits meet the requirements on one side only, whichever way; students whom the classes in
//! progress would finish on one side only because the transcripts differ; and stored "met" flags that differ.
//! Deficits are compared under the best filling of the areas, so another allocation is no flip.
//!
//! # Why it matters
//!
//! In July 2015, up to 7,500 transcripts of one district told seniors wrongly that they had, or had not, graduated.
//!
//! # Example
//!
//! Legacy met; new not met: math 5 open.
//!
//! # What to do
//!
//! Look at the transcript findings of the student, then at subject areas and at the track in the new system.

use super::context::{Check, Meta, Out, StudentContext};
use super::policy_facts::{audits, open_words};
use crate::canonical::{Entity, Field, Side, Typed};
use crate::finding::{Change, Severity};
use crate::policy::graduation::Status;

static META: Meta = Meta {
    name: "graduation-status-flipped",
    severity: Severity::Critical,
    summary: "Graduation is met on one side and not on the other.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("graduation_status_flipped.rs"),
};

/// The check.
pub(super) struct GraduationStatusFlipped;

impl Check for GraduationStatusFlipped {
    fn meta(&self) -> &'static Meta {
        &META
    }

    /// Stored flags and computed audits: either is enough.
    fn is_general(&self) -> bool {
        true
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        stored(student, out);
        if student.has_same_rows() {
            out.looked_at += u64::from(student.policies.requirements().is_some());
            return;
        }
        let Some((legacy, new)) = audits(student) else { return };
        out.looked_at += 1;
        let (was, now) = (legacy.status(), new.status());
        // What the schedule alone makes is needed-class-unscheduled.
        let met_flips = (was == Status::Met) != (now == Status::Met);
        if was == now || (!met_flips && legacy.open == new.open) {
            return;
        }
        let worse = if now > was { new } else { legacy };
        let side = if now > was { "new" } else { "legacy" };
        let open = open_words(student, &worse.open_after);
        let open = if open.is_empty() { open_words(student, &worse.open) } else { open };
        let note = out.note(format!("legacy: {}; new: {}; open on the {side} side: {open}", was.words(), now.words()));
        let values = (out.note(was.words()), out.note(now.words()));
        let finding = out.finding(student.subject(), &META, Change::Changed);
        (finding.note, finding.values) = (note, values);
    }
}

/// Stored flags, but for those of items, which are another check's.
fn stored(student: &StudentContext<'_>, out: &mut Out) {
    let met = |side, row| student.records(side, Entity::Graduation).map(|r| r.typed(row, Field::Met));
    let Some(pairs) = student.pairs(Entity::Graduation) else { return };
    for both in pairs.both() {
        let (Some(was @ Typed::Flag(_)), Some(now @ Typed::Flag(_))) =
            (met(Side::Legacy, both.legacy), met(Side::New, both.new))
        else {
            continue;
        };
        out.looked_at += 1;
        let code = student.text(Side::Legacy, Entity::Graduation, both.legacy, Field::Requirement).unwrap_or_default();
        let is_item = student.policies.requirements().is_some_and(|r| r.items.iter().any(|item| item.is(code)));
        if was != now && !is_item {
            let finding = out.changed(student.subject(), &META, Field::Met, both.legacy, both.new);
            finding.entity = Entity::Graduation;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::policy_facts::testing::found;

    const HEAD: &str =
        "transcript: student_id|school_year|term|course|mark|credit_attempted|credit_earned|subject_area\n";

    /// A student who has finished: 210 credits in big pieces.
    fn finished() -> String {
        let areas = [
            ("ENG", 40),
            ("SOC", 30),
            ("MATH", 30),
            ("SCI", 20),
            ("LOTE", 20),
            ("VPA", 10),
            ("PE", 20),
            ("HLTH", 5),
            ("ELEC", 35),
        ];
        let rows = areas.map(|(area, credits)| format!("1|2023-24|S1|{area}X1|B|{credits}|{credits}|{area}\n"));
        rows.concat()
    }

    #[test]
    fn a_lost_math_credit_flips_a_senior_who_had_finished() {
        let student = "student: student_id|grade_level\n1|12\n";
        let legacy = format!("{student}{HEAD}{}", finished());
        let new = legacy.replace("|B|30|30|MATH", "|B|30|25|MATH");
        let text = "critical -> student 1 met -> not met (legacy: met; new: not met; open on the new side: math 5)";
        let text = text.replace("-> student 1 met -> not met", "-> met -> not met");
        let found = found("graduation-status-flipped", &legacy, &new);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("open on the new side: math 5"), "{found:?} {text}");
    }

    #[test]
    fn other_allocation_of_the_same_credits_is_no_flip() {
        let student = "student: student_id|grade_level\n1|12\n";
        let legacy = format!("{student}{HEAD}{}", finished());
        // More English than needed, fewer electives: what is too much overflows.
        let new = legacy.replace("|B|40|40|ENG", "|B|45|45|ENG").replace("|B|35|35|ELEC", "|B|30|30|ELEC");
        assert_eq!(found("graduation-status-flipped", &legacy, &new), [] as [&str; 0]);
    }

    #[test]
    fn stored_flags_that_differ_are_found() {
        let side = |met: &str| format!("graduation: student_id|requirement|required|earned|met\n1|MATH|30|30|{met}");
        let found = found("graduation-status-flipped", &side("true"), &side("false"));
        assert_eq!(found, ["critical met true -> false"] as [&str; 1]);
    }
}
