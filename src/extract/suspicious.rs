//! Texts that show that a program before us damaged the export. They are told, not repaired.

use crate::canonical::StringPool;

/// A kind of damage and how to tell it.
struct Damage {
    kind: &'static str,
    shows: fn(&str) -> bool,
    what: &'static str,
    undecidable: bool,
}

const DAMAGES: [Damage; 4] = [
    Damage {
        kind: "replacement-character",
        shows: |text| text.contains('\u{FFFD}'),
        what: "hold the replacement character U+FFFD: a program before us lost letters there",
        undecidable: false,
    },
    Damage {
        kind: "mojibake",
        shows: is_mojibake,
        what: "look like UTF-8 that was read as another encoding (\"Ã©\" for \"é\")",
        undecidable: false,
    },
    Damage {
        kind: "bom-inside",
        shows: |text| text.contains('\u{FEFF}'),
        what: "hold a byte order mark: files were glued together",
        undecidable: false,
    },
    Damage {
        kind: "scientific-number",
        shows: is_scientific,
        what: "are numbers such as 1.23E+18: a spreadsheet cut their digits",
        undecidable: true,
    },
];

/// A lead character of UTF-8 in Windows-1252, followed by a character that continues it.
fn is_mojibake(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let pairs = text.chars().zip(text.chars().skip(1));
    pairs.into_iter().any(|(lead, next)| matches!(lead, 'Ã' | 'Â') && ('\u{80}'..='\u{BF}').contains(&next))
}

fn is_scientific(text: &str) -> bool {
    let Some((mantissa, power)) = text.split_once("E+") else { return false };
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    digits(power) && mantissa.split_once('.').is_some_and(|(whole, rest)| digits(whole) && digits(rest))
}

/// Kind, sentence and gravity of every damage that the distinct texts of a column show.
pub(super) fn find(column: &str, texts: &StringPool) -> Vec<(&'static str, String, bool)> {
    // Nearly always nothing in the whole column can show damage: then no text is looked at alone.
    if texts.whole().is_ascii() && memchr::memmem::find(texts.whole().as_bytes(), b"E+").is_none() {
        return Vec::new();
    }
    let mut counts = [0u64; DAMAGES.len()];
    for text in texts.iter().filter(|text| !text.is_ascii() || text.contains("E+")) {
        for (count, damage) in counts.iter_mut().zip(&DAMAGES) {
            *count += u64::from((damage.shows)(text));
        }
    }
    let shown = DAMAGES.iter().zip(counts).filter(|(_, count)| *count > 0);
    shown
        .map(|(damage, count)| {
            let text = format!("column \"{column}\": {count} distinct texts {}", damage.what);
            (damage.kind, text, damage.undecidable)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(texts: &[&str]) -> Vec<&'static str> {
        let mut pool = StringPool::default();
        for text in texts {
            pool.push(text).unwrap();
        }
        find("x", &pool).into_iter().map(|(kind, ..)| kind).collect()
    }

    #[test]
    fn damage_is_told_and_whole_texts_are_not_accused() {
        assert_eq!(kinds(&["Jos\u{FFFD}"]), ["replacement-character"]);
        assert_eq!(kinds(&["JosÃ©"]), ["mojibake"]);
        assert_eq!(kinds(&["1.23E+18"]), ["scientific-number"]);
        assert_eq!(kinds(&["\u{FEFF}1"]), ["bom-inside"]);
        assert_eq!(kinds(&["José", "Ãngela", "E+", "GRADE+1", "1E+5", "12.50", "", "Zoë"]), Vec::<&str>::new());
    }
}
