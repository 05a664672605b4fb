//! The twelve negative controls of DOMAIN.md section 9: what two systems may write otherwise without any fault.

use super::layout::{Dress, System};
use super::migration::Plan;

/// A legitimate difference between two sides.
#[derive(Debug, Clone)]
pub struct Control {
    /// `N5 units of credit`.
    pub name: &'static str,
    /// The migration that shows it, without any fault.
    pub plan: Plan,
}

/// Each legitimate difference alone, none at all, and all that one side can have at once.
#[must_use]
pub fn controls(legacy: System, new: System) -> Vec<Control> {
    let plain = Dress::default;
    let on_new = |name, change: fn(&mut Dress)| {
        let mut dress = plain();
        change(&mut dress);
        (name, plain(), dress)
    };
    let list = [
        ("unfaulted conversion", plain(), plain()),
        on_new("N1 sections renumbered", |d| d.renumber_sections = true),
        on_new("N2 terms renumbered", |d| d.renumber_terms = true),
        on_new("N3 spelling of text", |d| d.loose_text = true),
        // N4 teacher ids and N7 end dates lie in the pair of systems.
        on_new("N4 teacher ids, N7 end dates", |d| d.gpa_digits = 3),
        on_new("N5 units of credit", |d| d.carnegie = true),
        on_new("N6 year rows as halves", |d| d.halves = true),
        ("N6 halves as year rows", Dress { halves: true, ..plain() }, plain()),
        on_new("N8 order of rows and columns", |d| d.shuffled = true),
        on_new("N9 labels of rooms", |d| d.room_labels = true),
        on_new("N10 allocation of credits", |d| d.no_overflow = true),
        on_new("N11 dropped rows purged", |d| d.purged = true),
        ("N12 detailed codes", Dress { exit_details: true, ..plain() }, plain()),
        ("all of them", plain(), everything()),
    ];
    let plan = |(name, old, fresh): (&'static str, Dress, Dress)| Control {
        name,
        // One layout in one dress on both sides would be one extract twice.
        plan: Plan {
            name: name.into(),
            legacy: (legacy, old),
            new: (new, Dress { renumber_sections: fresh.renumber_sections || legacy == new, ..fresh }),
            faults: None,
        },
    };
    list.into_iter().map(plan).collect()
}

const fn everything() -> Dress {
    Dress {
        renumber_sections: true,
        renumber_terms: true,
        loose_text: true,
        carnegie: true,
        halves: true,
        shuffled: true,
        room_labels: true,
        no_overflow: true,
        purged: true,
        exit_details: false,
        gpa_digits: 3,
    }
}
