//! Records that are trees (JSON objects, XML elements) to rows: paths become columns, lists may become rows.

mod json;
mod json_parser;
mod rows;
mod xml;

pub(super) use json::read as read_json;
pub(super) use xml::read as read_xml;

use std::borrow::Cow;

/// A value inside a record. Numbers keep the text they had in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node<'t> {
    /// Nothing; an empty text in a row.
    Null,
    /// A text, number, `true` or `false`, as it stood.
    Scalar(Cow<'t, str>),
    /// Several values.
    List(Vec<Node<'t>>),
    /// Named values, in the file's order.
    Object(Vec<(Cow<'t, str>, Node<'t>)>),
}

/// The name under which the text of an XML element with attributes or children is kept.
pub(super) const TEXT: &str = "#text";

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found<'n> {
    /// Nothing is there.
    Absent,
    /// A text (empty for null).
    Text(Cow<'n, str>),
    /// Several values where one was expected.
    Several(usize),
    /// An object where a text was expected.
    Nested,
}

impl<'t> Node<'t> {
    /// A member of an object.
    pub(super) fn get(&self, name: &str) -> Option<&Node<'t>> {
        match self {
            Self::Object(members) => members.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Follows a path. Names may hold points; a list of one item is that item; a number picks an item of a list.
    pub(super) fn at(&self, path: &str) -> Option<Result<&Node<'t>, usize>> {
        if path.is_empty() {
            return Some(Ok(self));
        }
        match self {
            Self::Object(members) => {
                let mut seen = None;
                for (key, value) in members {
                    let rest = match path.strip_prefix(key.as_ref()) {
                        Some("") => "",
                        Some(rest) => match rest.strip_prefix('.') {
                            Some(rest) => rest,
                            None => continue,
                        },
                        None => continue,
                    };
                    if let Some(found) = value.at(rest) {
                        seen = Some(found);
                        break;
                    }
                }
                seen
            }
            Self::List(items) => {
                let (first, rest) = path.split_once('.').unwrap_or((path, ""));
                if let Ok(index) = first.parse::<usize>() {
                    return items.get(index)?.at(rest);
                }
                match items.as_slice() {
                    [] => None,
                    [only] => only.at(path),
                    several => several.iter().any(|item| item.at(path).is_some()).then_some(Err(several.len())),
                }
            }
            _ => None,
        }
    }

    /// The text at a path.
    pub(super) fn text(&self, path: &str) -> Found<'_> {
        match self.at(path) {
            None => Found::Absent,
            Some(Err(several)) => Found::Several(several),
            Some(Ok(node)) => node.as_text(),
        }
    }

    fn as_text(&self) -> Found<'_> {
        match self {
            Self::Null => Found::Text(Cow::Borrowed("")),
            Self::Scalar(text) => Found::Text(Cow::Borrowed(text)),
            Self::Object(_) => match self.get(TEXT) {
                Some(text) => text.as_text(),
                None => Found::Nested,
            },
            // Lists of plain values read as they are written in delimited exports: with commas.
            Self::List(items) => match items.as_slice() {
                [only] => only.as_text(),
                items => {
                    let texts: Option<Vec<&str>> = items.iter().map(Self::as_plain).collect();
                    texts.map_or(Found::Several(items.len()), |texts| Found::Text(Cow::Owned(texts.join(","))))
                }
            },
        }
    }

    fn as_plain(&self) -> Option<&str> {
        match self {
            Self::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// Calls with the path of every leaf; lists count as their items.
    pub(super) fn leaves(&self, prefix: &str, found: &mut impl FnMut(&str)) {
        match self {
            Self::Null | Self::Scalar(_) => found(prefix),
            Self::List(items) => items.iter().for_each(|item| item.leaves(prefix, found)),
            Self::Object(members) => {
                for (key, value) in members {
                    if key == TEXT {
                        found(prefix);
                    } else if prefix.is_empty() {
                        value.leaves(key, found);
                    } else {
                        value.leaves(&format!("{prefix}.{key}"), found);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scalar(text: &str) -> Node<'_> {
        Node::Scalar(Cow::Borrowed(text))
    }

    fn object<'t>(members: Vec<(&'t str, Node<'t>)>) -> Node<'t> {
        Node::Object(members.into_iter().map(|(key, value)| (Cow::Borrowed(key), value)).collect())
    }

    #[test]
    fn paths_lead_through_objects_and_lists_of_one() {
        let tree = object(vec![
            ("a", object(vec![("b", scalar("1")), ("c.d", scalar("2"))])),
            ("one", Node::List(vec![object(vec![("x", scalar("3"))])])),
            ("two", Node::List(vec![object(vec![("x", scalar("4"))]), object(vec![("x", scalar("5"))])])),
            ("codes", Node::List(vec![scalar("p"), scalar("q")])),
            ("none", Node::Null),
            ("name", object(vec![("@id", scalar("7")), (TEXT, scalar("Ann"))])),
        ]);
        let text = |t: &'static str| Found::Text(Cow::Borrowed(t));
        assert_eq!(tree.text("a.b"), text("1"));
        assert_eq!(tree.text("a.c.d"), text("2"));
        assert_eq!(tree.text("one.x"), text("3"));
        assert_eq!(tree.text("two.x"), Found::Several(2));
        assert_eq!(tree.text("two.1.x"), text("5"));
        assert_eq!(tree.text("codes"), text("p,q"));
        assert_eq!(tree.text("none"), text(""));
        assert_eq!(tree.text("name"), text("Ann"));
        assert_eq!(tree.text("name.@id"), text("7"));
        assert_eq!(tree.text("a"), Found::Nested);
        assert_eq!(tree.text("zzz"), Found::Absent);
        let mut paths = Vec::new();
        tree.leaves("", &mut |path| paths.push(path.to_owned()));
        assert_eq!(paths, ["a.b", "a.c.d", "one.x", "two.x", "two.x", "codes", "codes", "none", "name.@id", "name"]);
    }
}
