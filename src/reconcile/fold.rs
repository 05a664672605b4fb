//! Texts as people read them: case, composed or decomposed accents and spaces do not count.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, composed, blanks trimmed and runs of blanks made one.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return squeeze(text.chars().map(|c| c.to_ascii_lowercase()));
    }
    squeeze(text.nfkc().flat_map(char::to_lowercase))
}

/// Folded, and only letters and digits kept, without accents: what is left when punctuation is left out.
#[must_use]
pub fn skeleton(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c) && c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// True when the texts differ in case, composition or blanks at most.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    a == b || fold(a) == fold(b)
}

fn squeeze(chars: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    let mut gap = false;
    for c in chars {
        if c.is_whitespace() {
            gap = !out.is_empty();
        } else {
            if gap {
                out.push(' ');
                gap = false;
            }
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_composition_and_blanks_do_not_count() {
        assert!(same("  MUÑOZ  Diaz", "Mun\u{303}oz diaz "));
        assert!(!same("Muñoz", "Munoz"));
        assert_eq!(skeleton("O'Neil-Muñoz Jr."), "oneilmunozjr");
    }
}
