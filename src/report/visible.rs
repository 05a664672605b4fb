//! Data on screens: every character that could move a cursor, start an escape sequence, hide or reorder text is
//! spelled out as `\u{..}`. Every text that comes from a file passes here before it reaches a terminal or a log.

use std::borrow::Cow;

/// True for characters that change how other characters are shown instead of being seen themselves.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with every unseen character spelled out.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unseen(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// The text, visible and at most `width` characters long; what does not fit is cut with `…`.
#[must_use]
pub fn clip(text: &str, width: usize) -> String {
    let shown = visible(text);
    if shown.chars().count() <= width {
        return shown.into_owned();
    }
    let mut cut: String = shown.chars().take(width.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// Two texts, visible and at most `width` characters long each, cut around their first difference and never before it.
#[must_use]
pub fn clip_pair(legacy: &str, new: &str, width: usize) -> (String, String) {
    let (legacy, new) = (visible(legacy), visible(new));
    if legacy.chars().count() <= width && new.chars().count() <= width {
        return (legacy.into_owned(), new.into_owned());
    }
    let same = legacy.chars().zip(new.chars()).take_while(|(a, b)| a == b).count();
    let skip = if same + 1 < width { 0 } else { same.saturating_sub(width / 2) };
    let cut = |text: &str| {
        let rest: String = text.chars().skip(skip).collect();
        if skip == 0 { clip(&rest, width) } else { clip(&format!("…{rest}"), width) }
    };
    (cut(&legacy), cut(&new))
}

/// The text, visible, in lines of at most `width` characters, broken between words.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in visible(text).split(' ') {
        let word = clip(word, width);
        let last = lines.len() - 1;
        let line = &mut lines[last];
        if line.is_empty() {
            line.push_str(&word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(&word);
        } else {
            lines.push(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_bidi_marks_are_spelled_out() {
        let hostile = "Amara\u{1b}]8;;http://x\u{7}\u{202e}rofako\u{9b}31m\u{7f}\r\n";
        let shown = visible(hostile);
        assert!(!shown.chars().any(is_unseen), "{shown}");
        assert_eq!(shown, r"Amara\u{1b}]8;;http://x\u{7}\u{202e}rofako\u{9b}31m\u{7f}\u{d}\u{a}");
        assert_eq!(visible("Zoë 李 Ó Nualláin"), "Zoë 李 Ó Nualláin");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij k", 5), ["abcd…", "k"]);
        assert_eq!(wrap("", 5), [""]);
    }

    #[test]
    fn a_cut_never_hides_the_first_difference() {
        let (a, b) = clip_pair(&format!("{}7", "x".repeat(50)), &format!("{}8", "x".repeat(50)), 20);
        assert!(a.ends_with('7') && b.ends_with('8') && a.starts_with('…'), "{a} {b}");
        assert!(a.chars().count() <= 20);
        let (a, _) = clip_pair(&"y".repeat(10_000), "z", 12);
        assert_eq!(a, "yyyyyyyyyyy…");
    }
}
