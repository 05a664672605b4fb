//! Faults of files and loading: F104 to F111.

use super::people::day_before;
use super::site::{Site, same_number};
use super::transcript::swap;
use super::{Class, Hit};
use crate::canonical::Entity::{Student, Transcript};
use crate::canonical::Field;
use crate::finding::Severity::{Critical, Major, Minor};

const CUT: &[&str] = &["transcript-row-missing", "graduation-status-flipped"];

pub(super) const CLASSES: &[Class] = &[
    Class::of(104, "end of a file cut off", Transcript, CUT, Critical, |s| {
        // The last rows of a student: what a cut leaves when it falls inside the student's rows.
        let rows = s.all(Transcript);
        let lost = rows.get(rows.len().checked_sub(3)?..)?.to_vec();
        let hit = s.hit(Transcript, lost[0]);
        for rec in lost {
            s.view.remove(rec);
        }
        Some(vec![hit])
    }),
    Class::of(105, "an unescaped delimiter shifts the cells", Transcript, &["transcript-row-missing"], Critical, |s| {
        let rec = s.pick(Transcript, |_, _| true)?;
        let hit = s.hit(Transcript, rec);
        s.view.shift(rec, Field::Title)?;
        Some(vec![hit])
    }),
    Class::day(106, "extracts of different days", &["as-of-differs"]),
    Class::of(107, "a code replaced by a default", Transcript, &["subject-area-changed"], Major, |s| {
        s.edit(Transcript, Field::SubjectArea, |_, _, _| Some("99".to_owned()))
    }),
    Class::of(108, "titles cut off", Transcript, &["course-title-changed"], Minor, |s| {
        s.edit(Transcript, Field::Title, |_, _, title| title.char_indices().nth(18).map(|(i, _)| title[..i].to_owned()))
    }),
    Class::of(109, "midnight of another time zone, a day earlier", Student, &["birth-date-changed"], Major, |s| {
        let slashes = s.view.binding.slashes;
        s.edit(Student, Field::BirthDate, |_, _, day| day_before(day, slashes))
    }),
    Class::of(
        110,
        "one row lost and another doubled, totals equal",
        Transcript,
        &["transcript-row-missing", "transcript-row-duplicated"],
        Critical,
        lost_and_doubled,
    ),
    Class::of(
        111,
        "two marks swapped, GPA equal",
        Transcript,
        &["mark-changed", "gpa-inputs-changed"],
        Critical,
        |s| {
            let rows = s.all(Transcript);
            for a in &rows {
                for b in &rows {
                    if equal_weight(s, *a, *b) {
                        return swap(s, *a, *b, Field::Mark);
                    }
                }
            }
            None
        },
    ),
];

fn equal_weight(s: &mut Site<'_, '_>, a: super::view::Rec, b: super::view::Rec) -> bool {
    let same = |s: &mut Site<'_, '_>, field| same_number(&s.get(a, field), &s.get(b, field));
    let (x, y) = (s.get(a, Field::Mark), s.get(b, Field::Mark));
    x != y
        && s.get(a, Field::Level) == s.get(b, Field::Level)
        && s.get(a, Field::Course) != s.get(b, Field::Course)
        && same(s, Field::CreditAttempted)
        && same(s, Field::CreditEarned)
        && s.marked(a, &["A", "B", "C"])
        && s.marked(b, &["A", "B", "C"])
}

fn lost_and_doubled(s: &mut Site<'_, '_>) -> Option<Vec<Hit>> {
    let elder = s.student.checked_sub(1)?;
    (!s.touched.contains(&elder)).then_some(())?;
    let doubled = *s.view.records(Transcript, elder).first()?;
    let lost = s.pick(Transcript, |_, _| true)?;
    let hits = vec![s.hit(Transcript, lost), s.hit(Transcript, doubled)];
    s.view.remove(lost);
    s.view.copy(doubled)?;
    Some(hits)
}
