//! The drill as people and machines read it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::drill::{Drill, Fate};

impl Drill {
    /// What people read. Every kind of fault stands in it once.
    #[must_use]
    pub fn text(&self) -> String {
        let fates = self.fates();
        let of = |fate| fates.get(&fate).copied().unwrap_or(0);
        let (stopped, told) = (of(Fate::Stopped), of(Fate::Tolerated));
        let planted = stopped + told + of(Fate::LetThrough);
        let mut text = format!(
            "Planted {planted} of {} kinds of fault into a private copy of {} students.\n\
             {stopped} would have been stopped by the gate, {told} told and allowed by its limits.\n",
            self.outcomes.len(),
            self.students
        );
        for (fate, title) in [
            (Fate::LetThrough, "would have gone through"),
            (Fate::Blind, "can not be seen"),
            (Fate::Tolerated, "would have been told, and allowed by the gate's limits"),
            (Fate::NotDrilled, "were not drilled"),
        ] {
            if of(fate) == 0 {
                continue;
            }
            let _ = writeln!(text, "\n{} kinds {title}:", of(fate));
            for outcome in self.outcomes.iter().filter(|o| o.fate == fate) {
                let class = &outcome.class;
                let severity = class.severity.to_string();
                let _ = writeln!(text, "  {:<5} {severity:<8} {}: {}", class.name(), class.text, outcome.reason);
            }
        }
        for (table, format) in &self.converted {
            let _ = writeln!(text, "\n{table} is {format} in the export and was drilled as delimited text.");
        }
        let _ = writeln!(text, "\n{} critical kinds of fault would go unseen.", self.unseen_critical().count());
        text
    }

    /// What machines read and the chain keeps.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let counts = self.counts();
        let outcome = |o: &super::drill::Outcome| {
            json!({
                "class": o.class.name(), "fault": o.class.text, "severity": o.class.severity.to_string(),
                "planted": o.planted, "fate": o.fate.name(), "reason": o.reason,
            })
        };
        json!({
            "planted_classes": counts.planted, "caught_classes": counts.caught,
            "unseen_critical": self.unseen_critical().map(|o| o.class.name()).collect::<Vec<_>>(),
            "students": self.students,
            "classes": self.outcomes.iter().map(outcome).collect::<Vec<_>>(),
            "converted": self.converted.iter().map(|(t, f)| json!({ "table": t, "format": f })).collect::<Vec<_>>(),
        })
    }
}
