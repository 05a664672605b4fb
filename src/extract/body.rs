//! The text of a file behind its packing, its byte order mark and, where needed, its encoding.

use std::io::{Cursor, Read};

use super::build::Builder;
use super::encoding::{self, Coding, Transcoder};
use super::source::Source;
use super::{Encoding, FoundFile};
use crate::error::Error;

/// Takes the byte order mark off and puts a decoder before what can not be cut into chunks while encoded.
pub(super) fn decoded<'s>(
    builder: &mut Builder<'_>,
    file: &FoundFile,
    declared: &Encoding,
    source: &'s mut Source<'_>,
) -> Result<(Box<dyn Read + Send + 's>, Coding, usize), Error> {
    let mut head = Vec::new();
    source.by_ref().take(4096).read_to_end(&mut head).map_err(|e| Error::read(&file.path, e))?;
    let declared = match (declared, xml_label(&head)) {
        (Encoding::Auto, Some(label)) => &Encoding::Named(label),
        _ => declared,
    };
    let detected = encoding::detect(&file.path, declared, &head)?;
    if detected.bom > 0 {
        let text = format!("the file starts with a byte order mark ({})", detected.coding.name());
        builder.notice(file, "bom", text, false);
    }
    let body = Cursor::new(head.split_off(detected.bom)).chain(source);
    Ok(match detected.coding {
        Coding::Stream(encoding) => (Box::new(Transcoder::new(body, encoding)), detected.coding, detected.bom),
        coding => (Box::new(body), coding, detected.bom),
    })
}

/// The encoding that an XML declaration names, when the file starts with one.
fn xml_label(head: &[u8]) -> Option<String> {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let declaration = head.strip_prefix(b"<?xml")?;
    let declaration = std::str::from_utf8(&declaration[..memchr::memchr(b'>', declaration)?]).ok()?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| *c == '"' || *c == '\'')?;
    Some(value[1..].split(quote).next()?.to_owned())
}
