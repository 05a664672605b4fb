//! The policies that come with the program.

/// A bundled policy file.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// Name: the file's name without `.toml`.
    pub name: &'static str,
    /// The file.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($name:literal),+ $(,)?) => {
        [$(Shipped {
            name: $name,
            text: include_str!(concat!("../../mappings/policies/", $name, ".toml")),
        }),+]
    };
}

/// All bundled GPA policies, by name.
pub const GPA: [Shipped; 12] = shipped![
    "cal-grant",
    "csu",
    "florida-unweighted",
    "lausd-official",
    "lausd-unweighted",
    "lausd-weighted",
    "north-carolina",
    "simple-4.0",
    "simple-4.0-weighted",
    "south-carolina",
    "texas-multiplier",
    "uc",
];

/// All bundled graduation requirements, by name.
pub const GRADUATION: [Shipped; 3] = shipped!["carnegie-generic", "lausd-2026", "uc-a-g"];

/// The bundled GPA policy of that name.
#[must_use]
pub fn gpa(name: &str) -> Option<&'static Shipped> {
    GPA.iter().find(|shipped| shipped.name == name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_shipped_policy_reads_without_a_mistake_and_is_named_after_its_file() {
        for shipped in GPA {
            let policy = crate::policy::gpa::parse(Path::new(shipped.name), shipped.text);
            match policy {
                Ok(policy) => assert_eq!(policy.name, shipped.name),
                Err(mistakes) => panic!("{}: {mistakes:#?}", shipped.name),
            }
        }
    }

    #[test]
    fn every_shipped_requirement_file_reads_without_a_mistake_and_lausd_asks_for_210_credits() {
        for shipped in GRADUATION {
            match crate::policy::graduation::parse(Path::new(shipped.name), shipped.text) {
                Ok(requirements) => assert_eq!(requirements.name, shipped.name),
                Err(mistakes) => panic!("{}: {mistakes:#?}", shipped.name),
            }
        }
        let lausd = crate::policy::graduation::parse(Path::new("l"), GRADUATION[1].text).unwrap();
        let credits: i64 = lausd.areas.iter().map(|a| a.credits).sum();
        assert_eq!(credits, 210 * crate::policy::gpa::rules::WEIGHT_UNIT);
    }

    #[test]
    fn a_policy_with_five_mistakes_reports_all_five_at_their_places() {
        let text = shipped_with_mistakes();
        let mistakes = crate::policy::gpa::parse(Path::new("p.toml"), &text).unwrap_err();
        let found: Vec<(&str, &str)> = mistakes.iter().map(|m| (m.code, &text[m.span.clone()])).collect();
        assert_eq!(
            found,
            [
                ("unknown-value", "\"atempted\""),
                ("unknown-key", "middleschool"),
                ("mark-without-points", "A"),
                ("unknown-level", "hnors"),
                ("unknown-mark", "\"Z\""),
            ]
        );
        assert_eq!(mistakes[0].fix.as_deref(), Some("did you mean `attempted`?"));
        assert_eq!(mistakes[1].fix.as_deref(), Some("did you mean `middle_school`?"));
    }

    fn shipped_with_mistakes() -> String {
        "schema = 1\npolicy = \"p\"\ndivisor = \"atempted\"\n[include]\nmiddleschool = \"count\"\n[marks]\n\
         A = { in_gpa = true }\nB = { points = \"3\" }\n[weight]\nkind = \"add\"\nlevels = { hnors = \"1\" }\n\
         [repeat]\nrule = \"highest\"\noriginal_max = \"Z\"\n"
            .to_owned()
    }
}
