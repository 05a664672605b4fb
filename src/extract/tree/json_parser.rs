//! A strict reader of JSON texts. Our own, because numbers must keep their text (`0.10000000000000001` is not `0.1`), a
//! key that stands twice must be refused, and every record needs its place.

use std::borrow::Cow;

use super::Node;

/// Deepest nesting.
const MAX_DEPTH: usize = 64;

/// What is wrong with a text that should be JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: &'static str,
    pub(super) what: &'static str,
    /// Bytes before it in the text.
    pub(super) at: usize,
}

/// Parses a text that is one value.
pub(super) fn parse(text: &str) -> Result<Node<'_>, Fault> {
    let mut parser = Parser::new(text);
    let node = parser.value()?;
    parser.end()?;
    Ok(node)
}

/// Takes the start and end of an item, and the item.
type Visit<'v, 't> = dyn FnMut(usize, usize, Result<Node<'t>, Fault>) + 'v;

/// The text and how far it is read.
pub(super) struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    fn fault<T>(&self, what: &'static str) -> Result<T, Fault> {
        Err(Fault { kind: "malformed-json", what, at: self.at })
    }

    fn blanks(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn end(&mut self) -> Result<(), Fault> {
        match self.blanks() {
            None => Ok(()),
            Some(_) => self.fault("text after the end of the value"),
        }
    }

    /// Hands on every item of the array at a path; a document that is one object is its only item.
    ///
    /// # Errors
    /// When the text is no JSON.
    pub(super) fn seek(&mut self, path: &[String], found: &mut bool, visit: &mut Visit<'_, 't>) -> Result<(), Fault> {
        self.inside(path, found, visit)?;
        self.end()
    }

    fn inside(&mut self, path: &[String], found: &mut bool, visit: &mut Visit<'_, 't>) -> Result<(), Fault> {
        match (path, self.blanks()) {
            ([], Some(b'[')) => {
                *found = true;
                self.items(|parser| parser.visit(visit))
            }
            ([], Some(b'{')) => {
                *found = true;
                self.visit(visit)
            }
            ([first, rest @ ..], Some(b'{')) => self.members(|parser, key| {
                if key == first.as_str() { parser.inside(rest, found, visit) } else { parser.value().map(drop) }
            }),
            _ => self.value().map(drop),
        }
    }

    fn visit(&mut self, visit: &mut Visit<'_, 't>) -> Result<(), Fault> {
        self.blanks();
        let start = self.at;
        match self.value() {
            Err(fault) if fault.kind != "malformed-json" => {
                // The value is whole, only not allowed: skip it and go on.
                (self.at, self.depth) = (start, self.depth.min(2));
                self.skip()?;
                visit(start, self.at, Err(fault));
            }
            result => visit(start, self.at, Ok(result?)),
        }
        Ok(())
    }

    fn skip(&mut self) -> Result<(), Fault> {
        match self.blanks() {
            Some(b'{') => self.members(|parser, _| parser.skip()),
            Some(b'[') => self.items(Self::skip),
            _ => self.value().map(drop),
        }
    }

    fn value(&mut self) -> Result<Node<'t>, Fault> {
        match self.blanks() {
            Some(b'{') => self.object(),
            Some(b'[') => {
                let mut items = Vec::new();
                self.items(|parser| {
                    items.push(parser.value()?);
                    Ok(())
                })?;
                Ok(Node::List(items))
            }
            Some(b'"') => Ok(Node::Scalar(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) => self.word(),
            None => self.fault("the document ends where a value is expected"),
        }
    }

    fn object(&mut self) -> Result<Node<'t>, Fault> {
        let mut members: Vec<(Cow<'t, str>, Node<'t>)> = Vec::new();
        let mut twice = None;
        self.members(|parser, key| {
            if members.iter().any(|(known, _)| *known == key) {
                twice = Some(parser.at);
            }
            let value = parser.value()?;
            members.push((key, value));
            Ok(())
        })?;
        match twice {
            Some(at) => Err(Fault { kind: "duplicate-key", what: "a key stands twice in one object", at }),
            None => Ok(Node::Object(members)),
        }
    }

    fn members(&mut self, mut each: impl FnMut(&mut Self, Cow<'t, str>) -> Result<(), Fault>) -> Result<(), Fault> {
        self.list(b'}', |parser| {
            if parser.blanks() != Some(b'"') {
                return parser.fault("expected a key in quotes");
            }
            let key = parser.string()?;
            if parser.blanks() != Some(b':') {
                return parser.fault("expected a colon after the key");
            }
            parser.at += 1;
            each(parser, key)
        })
    }

    fn items(&mut self, each: impl FnMut(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        self.list(b']', each)
    }

    fn list(&mut self, close: u8, mut each: impl FnMut(&mut Self) -> Result<(), Fault>) -> Result<(), Fault> {
        self.at += 1;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fault("nested too deep");
        }
        if self.blanks() == Some(close) {
            self.at += 1;
            self.depth -= 1;
            return Ok(());
        }
        loop {
            each(self)?;
            match self.blanks() {
                Some(b',') => self.at += 1,
                Some(byte) if byte == close => {
                    self.at += 1;
                    self.depth -= 1;
                    return Ok(());
                }
                Some(_) => return self.fault("expected a comma or the end of the list"),
                None => return self.fault("the document ends inside a list or object"),
            }
        }
    }

    fn number(&mut self) -> Result<Node<'t>, Fault> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut at = start + usize::from(bytes[start] == b'-');
        let whole = digits(at);
        if whole == 0 || (whole > 1 && bytes[at] == b'0') {
            return self.fault("a number that is not JSON");
        }
        at += whole;
        if bytes.get(at) == Some(&b'.') {
            let fraction = digits(at + 1);
            if fraction == 0 {
                return self.fault("a number that is not JSON");
            }
            at += 1 + fraction;
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            let power = digits(at);
            if power == 0 {
                return self.fault("a number that is not JSON");
            }
            at += power;
        }
        self.at = at;
        Ok(Node::Scalar(Cow::Borrowed(&self.text[start..at])))
    }

    fn word(&mut self) -> Result<Node<'t>, Fault> {
        let rest = &self.text[self.at..];
        for word in ["null", "true", "false"] {
            if rest.starts_with(word) {
                self.at += word.len();
                let text = &rest[..word.len()];
                return Ok(if word == "null" { Node::Null } else { Node::Scalar(Cow::Borrowed(text)) });
            }
        }
        self.fault("expected a value")
    }

    fn string(&mut self) -> Result<Cow<'t, str>, Fault> {
        self.at += 1;
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut owned: Option<String> = None;
        let mut from = start;
        loop {
            let Some(offset) = bytes[self.at..].iter().position(|b| *b == b'"' || *b == b'\\' || *b < 0x20) else {
                return self.fault("a text that never ends");
            };
            self.at += offset;
            match bytes[self.at] {
                b'"' => {
                    let piece = &self.text[from..self.at];
                    self.at += 1;
                    return Ok(match owned {
                        None => Cow::Borrowed(piece),
                        Some(text) => Cow::Owned(text + piece),
                    });
                }
                b'\\' => {
                    let text = owned.get_or_insert_default();
                    text.push_str(&self.text[from..self.at]);
                    let character = self.escape()?;
                    text.push(character);
                    from = self.at;
                }
                _ => return self.fault("a control character inside a text"),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let simple = match self.text.as_bytes().get(self.at + 1) {
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'u') => return self.unicode(),
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
            _ => return self.fault("an escape that is not JSON"),
        };
        self.at += 2;
        Ok(simple)
    }

    fn unicode(&mut self) -> Result<char, Fault> {
        let unit = |at: usize| {
            let digits = self.text.get(at..at + 4)?;
            digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
        };
        let Some(first) = unit(self.at + 2) else { return self.fault("an escape that is not JSON") };
        let mut units = vec![first];
        if (0xD800..0xDC00).contains(&first) && self.text[self.at + 6..].starts_with("\\u") {
            units.extend(unit(self.at + 8));
        }
        match char::decode_utf16(units.iter().copied()).next() {
            Some(Ok(character)) => {
                self.at += if character as u32 > 0xFFFF { 12 } else { 6 };
                Ok(character)
            }
            _ => self.fault("half of a surrogate pair"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kind(text: &str) -> &'static str {
        parse(text).unwrap_err().kind
    }

    #[test]
    fn numbers_keep_their_text_and_escapes_are_resolved() {
        let node = parse(r#"{"a": 0.10000000000000001, "b": 12345678901234567890, "c": "x\u00e9\ud835\udcb3\"\n", "d": [true, null]}"#)
            .unwrap();
        let text = |path: &str| format!("{:?}", node.text(path));
        assert!(text("a").contains("0.10000000000000001") && text("b").contains("12345678901234567890"));
        assert_eq!(node.get("c"), Some(&Node::Scalar("xé𝒳\"\n".into())));
        assert_eq!(node.get("d"), Some(&Node::List(vec![Node::Scalar("true".into()), Node::Null])));
    }

    #[test]
    fn what_is_not_json_is_a_fault_and_so_is_a_key_that_stands_twice() {
        for text in
            ["", "{", "[1,]", "{\"a\" 1}", "01", "1.", "-", "1e", "tru", "\"a", "\"\\ud800\"", "\"\t\"", "1 2", "NaN"]
        {
            assert_eq!(kind(text), "malformed-json", "{text}");
        }
        assert_eq!(kind("{\"a\":1,\"a\":2}"), "duplicate-key");
        assert_eq!(kind(&"[".repeat(100)), "malformed-json");
    }

    proptest! {
        #[test]
        fn accepts_what_serde_json_accepts_and_nothing_else(text in r#"[\[\]{}":,0-9eE+\-.truefalsn\\u \n]{0,12}"#) {
            let theirs = serde_json::from_str::<serde_json::Value>(&text);
            match parse(&text) {
                Ok(_) => prop_assert!(theirs.is_ok() || text.contains(['e', 'E']), "{}", text),
                Err(fault) => prop_assert!(theirs.is_err() || fault.kind == "duplicate-key", "{} {:?}", text, fault),
            }
        }
    }
}
