//! What a school can answer about a finding, and what each answer leads to.

use unicode_normalization::UnicodeNormalization;

/// One of the six answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resolution {
    /// The legacy system is to be corrected, or nothing is.
    NewIsRight,
    /// The vendor or the mapping is to be corrected.
    LegacyIsRight,
    /// Both are to be corrected, to the value given.
    BothWrong,
    /// A waiver is proposed.
    SameThing,
    /// The record should not have been loaded or exported.
    ShouldNotMigrate,
    /// Someone must help.
    CannotTell,
}

impl Resolution {
    /// All of them, in the order of the drop-down.
    pub const ALL: [Self; 6] = [
        Self::NewIsRight,
        Self::LegacyIsRight,
        Self::BothWrong,
        Self::SameThing,
        Self::ShouldNotMigrate,
        Self::CannotTell,
    ];

    /// The text of the drop-down.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::NewIsRight => "New system is right",
            Self::LegacyIsRight => "Old system is right – fix it",
            Self::BothWrong => "Both wrong – see Correct value",
            Self::SameThing => "Same thing, different wording",
            Self::ShouldNotMigrate => "Record should not migrate",
            Self::CannotTell => "Cannot tell – need help",
        }
    }

    /// Reads an answer as people type or paste it: other case, blanks, dashes and width do not matter; the first part
    /// before the dash is enough.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let wanted = plain(text);
        Self::ALL.into_iter().find(|r| {
            let whole = plain(r.text());
            let first = r.text().split('–').next().map(plain);
            wanted == whole || first == Some(wanted.clone())
        })
    }
}

/// Letters and digits only, lower case, single blanks between words.
fn plain(text: &str) -> String {
    let folded: String =
        text.nfkc().flat_map(char::to_lowercase).map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_as_people_leave_them() {
        assert_eq!(Resolution::parse("  OLD system  is right - fix it "), Some(Resolution::LegacyIsRight));
        assert_eq!(Resolution::parse("old system is right"), Some(Resolution::LegacyIsRight));
        assert_eq!(Resolution::parse("Ｂoth wrong — see correct value"), Some(Resolution::BothWrong));
        assert_eq!(Resolution::parse("right"), None);
        assert_eq!(Resolution::parse(""), None);
        for r in Resolution::ALL {
            assert_eq!(Resolution::parse(r.text()), Some(r));
        }
    }
}
