//! XML interchanges, streamed: one element is one record, held as a tree only while it is read.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::rows::{Place, Rows};
use super::{Node, TEXT};
use crate::error::Error;
use crate::extract::body::decoded;
use crate::extract::build::Builder;
use crate::extract::encoding::{Coding, Transcoder};
use crate::extract::source::Source;
use crate::extract::{FoundFile, Progress};

/// Largest record, in bytes (S29).
const MAX_RECORD: usize = 16 << 20;
/// Deepest nesting.
const MAX_DEPTH: usize = 256;

/// Reads one file.
///
/// # Errors
/// When it can not be read, is not well-formed XML, or lacks a wanted path.
pub(in crate::extract) fn read(
    builder: &mut Builder<'_>,
    file: &FoundFile,
    (record, explode): (&str, Option<&str>),
    progress: &dyn Progress,
) -> Result<(), Error> {
    let before = builder.mark();
    let position = builder.open_file(file);
    let mut source = Source::open(file, progress)?;
    let declared = builder.layout.encoding.clone();
    let mut rows = Rows::new(builder, file, position, explode);
    let (seen, rooted) = {
        let (body, coding, bom) = decoded(builder, file, &declared, &mut source)?;
        let body: Box<dyn Read + Send + '_> = match coding {
            Coding::Single(encoding) => Box::new(Transcoder::new(body, encoding)),
            _ => body,
        };
        let lines = Counted { inner: BufReader::with_capacity(1 << 16, body), lines: 0, raw: Vec::new() };
        let mut walk = Walk::new(Reader::from_reader(lines), record, bom as u64);
        walk.run(builder, &mut rows).map_err(|fault| fault.into_error(file, walk.reader.get_ref().lines + 1))?;
        (walk.others, walk.roots > 0)
    };
    rows.finish(builder)?;
    let none = before.records() == builder.accounting.records;
    if none && !seen.is_empty() {
        let list = seen.iter().take(10).cloned().collect::<Vec<_>>().join(", ");
        let text = format!("no element \"{record}\" is in the file; there are: {list}");
        builder.notice(file, "no-records", text, true);
    } else {
        builder.judge_emptiness(file, &before, rooted);
    }
    builder.close_file(position, source.finish()?);
    Ok(())
}

/// Counts lines and keeps the text of the record that is being read.
struct Counted<R> {
    inner: R,
    lines: u64,
    raw: Vec<u8>,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(buffer)?;
        self.consume(n);
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        if let Ok(bytes) = self.inner.fill_buf() {
            let bytes = &bytes[..n.min(bytes.len())];
            self.lines += memchr::memchr_iter(b'\n', bytes).count() as u64;
            if self.raw.len() <= MAX_RECORD {
                self.raw.extend_from_slice(bytes);
            }
        }
        self.inner.consume(n);
    }
}

/// Why a file can not be read on.
enum Fault {
    Xml(String),
    Ours(Error),
}

impl Fault {
    fn into_error(self, file: &FoundFile, line: u64) -> Error {
        match self {
            Self::Ours(error) => error,
            Self::Xml(what) => Error::Input {
                path: file.path.clone(),
                what: format!("line {line}: {what}"),
                fix: "ask for the export again; it is not well-formed XML".into(),
                source: None,
            },
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

fn xml<T>(what: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Xml(what.into()))
}

/// An element that is open.
#[derive(Default)]
struct Open {
    name: String,
    members: Vec<(String, Node<'static>)>,
    text: String,
    children: bool,
    nil: bool,
}

impl Open {
    fn add(&mut self, name: String, node: Node<'static>) {
        match self.members.iter_mut().find(|(known, _)| *known == name) {
            None => self.members.push((name, node)),
            Some((_, Node::List(items))) => items.push(node),
            Some((_, single)) => {
                let first = std::mem::replace(single, Node::Null);
                *single = Node::List(vec![first, node]);
            }
        }
    }

    fn close(self) -> (String, Node<'static>) {
        if self.nil {
            return (self.name, Node::Null);
        }
        if self.members.is_empty() {
            return (self.name, Node::Scalar(Cow::Owned(self.text)));
        }
        let mut members: Vec<(Cow<'static, str>, Node<'static>)> =
            self.members.into_iter().map(|(name, node)| (Cow::Owned(name), node)).collect();
        if !self.children || !self.text.trim().is_empty() {
            members.push((Cow::Borrowed(TEXT), Node::Scalar(Cow::Owned(self.text))));
        }
        (self.name, Node::Object(members))
    }
}

struct Walk<'w, R> {
    reader: Reader<Counted<R>>,
    record: &'w str,
    version: XmlVersion,
    /// Names of the elements around the records.
    around: Vec<String>,
    /// The record that is being read, and its elements that are open.
    open: Vec<Open>,
    place: Place,
    bom: u64,
    roots: usize,
    /// Elements just below the root that are not records.
    others: BTreeSet<String>,
}

impl<'w, R: BufRead> Walk<'w, R> {
    fn new(reader: Reader<Counted<R>>, record: &'w str, bom: u64) -> Self {
        Self {
            reader,
            record,
            version: XmlVersion::Implicit1_0,
            around: Vec::new(),
            open: Vec::new(),
            place: Place { record: 0, line: 0, byte: 0 },
            bom,
            roots: 0,
            others: BTreeSet::new(),
        }
    }

    fn run(&mut self, builder: &mut Builder<'_>, rows: &mut Rows<'_>) -> Result<(), Fault> {
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            if self.open.is_empty() {
                self.reader.get_mut().raw.clear();
            } else if self.reader.get_ref().raw.len() > MAX_RECORD {
                return xml(format!("a record is longer than {MAX_RECORD} bytes"));
            }
            let (line, byte) = (self.reader.get_ref().lines + 1, self.reader.buffer_position());
            let event = match self.reader.read_event_into(&mut buffer) {
                Ok(event) => event,
                Err(error) => return xml(error.to_string()),
            };
            match event {
                Event::Start(start) => {
                    self.roots += usize::from(self.around.is_empty() && self.open.is_empty());
                    self.start(&start, line, byte)?;
                }
                Event::Empty(start) => {
                    self.roots += usize::from(self.around.is_empty() && self.open.is_empty());
                    self.start(&start, line, byte)?;
                    self.end(builder, rows)?;
                }
                Event::End(_) => self.end(builder, rows)?,
                Event::Text(text) => self.text(&text.xml_content(self.version))?,
                Event::CData(text) => self.text(&text.xml_content(self.version))?,
                Event::GeneralRef(reference) => {
                    let text = resolve(&reference)?;
                    self.text(&text)?;
                }
                Event::DocType(doctype) if doctype.contains('[') => {
                    return xml("the document declares entities of its own, which are not read");
                }
                Event::Eof if self.around.is_empty() && self.open.is_empty() => {
                    return if self.roots == 1 || (self.roots == 0 && byte == 0) {
                        Ok(())
                    } else {
                        xml("expected one root element")
                    };
                }
                Event::Eof => return xml("the document ends before its elements are closed: it is cut off"),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, line: u64, byte: u64) -> Result<(), Fault> {
        let name = start.local_name().as_ref().to_owned();
        if self.open.is_empty() && name != self.record {
            if self.around.len() == 1 {
                self.others.insert(name.clone());
            }
            self.around.push(name);
            return Ok(());
        }
        if self.open.is_empty() {
            self.place = Place { record: self.place.record + 1, line, byte: self.bom + byte };
        }
        if self.open.len() > MAX_DEPTH {
            return xml("elements are nested too deep");
        }
        let mut open = Open { name, ..Open::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|e| Fault::Xml(e.to_string()))?;
            let key = attribute.key.as_ref();
            let value = attribute.normalized_value(self.version).map_err(|e| Fault::Xml(e.to_string()))?;
            let local = attribute.key.local_name();
            if local.as_ref() == "nil" && matches!(value.as_ref(), "true" | "1") {
                open.nil = true;
            } else if key != "xmlns" && !key.starts_with("xmlns:") && !key.starts_with("xsi:") {
                open.add(format!("@{}", local.as_ref()), Node::Scalar(Cow::Owned(value.into_owned())));
            }
        }
        if let Some(parent) = self.open.last_mut() {
            parent.children = true;
        }
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self, builder: &mut Builder<'_>, rows: &mut Rows<'_>) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else {
            self.around.pop();
            return Ok(());
        };
        let (name, node) = open.close();
        if let Some(parent) = self.open.last_mut() {
            parent.add(name, node);
            return Ok(());
        }
        let raw = std::mem::take(&mut self.reader.get_mut().raw);
        let raw = String::from_utf8(raw).map_err(|e| Fault::Xml(e.to_string()))?;
        let node = match node {
            // A record without attributes and children has nothing to address.
            Node::Scalar(text) => Node::Object(vec![(Cow::Borrowed(TEXT), Node::Scalar(text))]),
            node => node,
        };
        rows.record(builder, &node, self.place, raw.trim())?;
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Fault> {
        match self.open.last_mut() {
            Some(open) => open.text.push_str(text),
            None if text.trim().is_empty() || !self.around.is_empty() => {}
            None => return xml("text outside the root element"),
        }
        Ok(())
    }
}

fn resolve(reference: &BytesRef<'_>) -> Result<String, Fault> {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => return Ok(character.to_string()),
        Ok(None) => {}
        Err(error) => return xml(error.to_string()),
    }
    match quick_xml::escape::resolve_predefined_entity(reference) {
        Some(text) => Ok(text.to_owned()),
        None => xml("an entity that XML does not know"),
    }
}
