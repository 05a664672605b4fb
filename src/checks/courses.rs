//! Fields of the course catalogue, compared where a course stands on both sides.

use super::context::{Meta, Out, RunContext};
use crate::canonical::{Entity, Field, Typed};
use crate::finding::{Change, Subject};

/// Reports each course whose field differs.
pub(super) fn compare(run: &RunContext<'_>, meta: &'static Meta, field: Field, out: &mut Out) {
    let (Some(legacy), Some(new)) =
        (run.reconciliation.legacy.get(Entity::Course), run.reconciliation.new.get(Entity::Course))
    else {
        return;
    };
    for both in &run.reconciliation.courses.both {
        out.looked_at += 1;
        let strange = |t: Typed| matches!(t, Typed::Unmapped | Typed::Unreadable);
        if legacy.key(both.legacy, field) == new.key(both.new, field)
            || strange(legacy.typed(both.legacy, field))
            || strange(new.typed(both.new, field))
        {
            continue;
        }
        let Some(course) = legacy.text(both.legacy, Field::Course) else { continue };
        let subject = Subject::Other(out.note(format!("course {course}")));
        let finding = out.finding(subject, meta, Change::Changed);
        (finding.field, finding.legacy, finding.new) = (Some(field), Some(both.legacy), Some(both.new));
    }
}
