//! Bytes to text without losing a byte: what can not be decoded is marked, never replaced.
//!
//! A mark is the byte `0xFF`, which no UTF-8 text holds, followed by `\xHH`; a record that holds one is refused.

use std::io::{self, Read};
use std::path::Path;

use encoding_rs::{DecoderResult, Encoding};

use crate::error::Error;

/// How the bytes of one file become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// UTF-8. `guessing` when nobody declared it: the first broken byte then means another encoding.
    Utf8 { guessing: bool },
    /// One byte a character, ASCII below 0x80: may be cut into chunks before it is decoded.
    Single(&'static Encoding),
    /// Everything else: decoded while it is read.
    Stream(&'static Encoding),
}

/// What the first bytes of a file and the declaration say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Detected {
    pub(super) coding: Coding,
    /// Length of the byte order mark.
    pub(super) bom: usize,
}

fn input(path: &Path, what: impl Into<String>, fix: impl Into<String>) -> Error {
    Error::Input { path: path.to_owned(), what: what.into(), fix: fix.into(), source: None }
}

/// Decides the encoding from the declaration and the first bytes of a file.
///
/// # Errors
/// When a byte order mark contradicts the declaration, the label is unknown, or the bytes are plainly something else.
pub(super) fn detect(path: &Path, declared: &super::Encoding, head: &[u8]) -> Result<Detected, Error> {
    if head.starts_with(&[0xFF, 0xFE, 0, 0]) || head.starts_with(&[0, 0, 0xFE, 0xFF]) {
        return Err(input(path, "the file is UTF-32, which is not read", "export it as UTF-8"));
    }
    let bom = Encoding::for_bom(head);
    let named = match declared {
        super::Encoding::Auto => None,
        super::Encoding::Named(label) => Some(Encoding::for_label(label.as_bytes()).ok_or_else(|| {
            input(path, format!("the encoding \"{label}\" is unknown"), "use a label such as utf-8 or windows-1252")
        })?),
    };
    match (bom, named) {
        (Some((marked, _)), Some(named)) if marked != named => Err(input(
            path,
            format!(
                "the mapping declares {}, but the file starts with a byte order mark of {}",
                named.name(),
                marked.name()
            ),
            format!("declare encoding = \"{}\" or \"auto\"", marked.name().to_lowercase()),
        )),
        (Some((marked, length)), _) => Ok(Detected { coding: coding_of(marked), bom: length }),
        (None, Some(named)) => Ok(Detected { coding: coding_of(named), bom: 0 }),
        (None, None) => {
            if looks_like_utf16(head) {
                return Err(input(
                    path,
                    "every other byte is NUL: this looks like UTF-16 without a byte order mark",
                    "declare encoding = \"utf-16le\" (or utf-16be) for this table",
                ));
            }
            Ok(Detected { coding: Coding::Utf8 { guessing: true }, bom: 0 })
        }
    }
}

/// NUL at many places of one parity and at none of the other.
fn looks_like_utf16(head: &[u8]) -> bool {
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|b| **b == 0).count();
    let (few, many) = (zeros(0).min(zeros(1)), zeros(0).max(zeros(1)));
    head.len() >= 32 && few == 0 && many * 5 >= head.len()
}

fn coding_of(encoding: &'static Encoding) -> Coding {
    if encoding == encoding_rs::UTF_8 {
        Coding::Utf8 { guessing: false }
    } else if encoding.is_single_byte() && encoding.is_ascii_compatible() {
        Coding::Single(encoding)
    } else {
        Coding::Stream(encoding)
    }
}

impl Coding {
    /// The name that people know.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 { .. } => "UTF-8",
            Self::Single(encoding) | Self::Stream(encoding) => encoding.name(),
        }
    }

    /// Text of a chunk that was cut before decoding. UTF-8 is left as it is, right or wrong.
    pub(super) fn decode(self, bytes: Vec<u8>) -> Vec<u8> {
        match self {
            Self::Single(encoding) if !bytes.is_ascii() => decode_single(encoding, &bytes),
            _ => bytes,
        }
    }

    /// How many bytes of the file a piece of decoded text stands for.
    pub(super) fn encoded_len(self, text: &[u8]) -> u64 {
        let encoding = match self {
            Self::Utf8 { .. } => return text.len() as u64,
            Self::Single(encoding) | Self::Stream(encoding) => encoding,
        };
        let mut total = 0;
        for (valid, broken) in pieces(text) {
            total += if encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE {
                valid.encode_utf16().count() as u64 * 2
            } else if encoding.is_single_byte() {
                valid.chars().count() as u64
            } else {
                encoding.encode(valid).0.len() as u64
            };
            total += u64::from(broken.is_some());
        }
        total
    }

    /// The text of a refused record: as it is when it is whole, else with `\` doubled and broken bytes as `\xHH`.
    pub(super) fn lossless(self, text: &[u8]) -> String {
        if let Ok(whole) = std::str::from_utf8(text) {
            return whole.to_owned();
        }
        let mut out = String::with_capacity(text.len() + 16);
        let marks = !matches!(self, Self::Utf8 { .. });
        let mut rest = text;
        while !rest.is_empty() {
            let valid = valid_len(rest);
            out.push_str(&std::str::from_utf8(&rest[..valid]).unwrap_or_default().replace('\\', "\\\\"));
            rest = &rest[valid..];
            if marks && rest.len() >= MARK && rest[0] == 0xFF {
                out.push_str(std::str::from_utf8(&rest[1..MARK]).unwrap_or_default());
                rest = &rest[MARK..];
            } else if let [byte, tail @ ..] = rest {
                out.push_str(&format!("\\x{byte:02x}"));
                rest = tail;
            }
        }
        out
    }
}

/// Length of a mark: `0xFF`, `\`, `x`, two digits.
const MARK: usize = 5;

fn mark(out: &mut Vec<u8>, byte: u8) {
    out.push(0xFF);
    out.extend_from_slice(format!("\\x{byte:02x}").as_bytes());
}

/// How many bytes at the start are UTF-8.
pub(super) fn valid_len(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(_) => bytes.len(),
        Err(error) => error.valid_up_to(),
    }
}

/// Decoded text as whole pieces, each followed by the mark of a broken byte or the end.
fn pieces(mut text: &[u8]) -> Vec<(&str, Option<()>)> {
    let mut all = Vec::new();
    loop {
        let valid = valid_len(text);
        let piece = std::str::from_utf8(&text[..valid]).unwrap_or_default();
        if valid == text.len() {
            all.push((piece, None));
            return all;
        }
        all.push((piece, Some(())));
        text = &text[(valid + MARK).min(text.len())..];
    }
}

/// What each byte means; `None` where the encoding leaves it undefined. The WHATWG tables turn the holes of the
/// Windows code pages into control characters, which no export ever means.
fn table(encoding: &'static Encoding) -> Vec<Option<char>> {
    let windows = encoding.name().starts_with("windows-");
    let meaning = |byte: u8| {
        let bytes = [byte];
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes)?;
        text.chars().next().filter(|c| !windows || !('\u{80}'..='\u{9F}').contains(c))
    };
    (0..=255).map(meaning).collect()
}

fn decode_single(encoding: &'static Encoding, bytes: &[u8]) -> Vec<u8> {
    let table = table(encoding);
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 16);
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|b| !b.is_ascii()) {
        out.extend_from_slice(&rest[..at]);
        match table[usize::from(rest[at])] {
            Some(character) => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            None => mark(&mut out, rest[at]),
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out
}

/// Decodes a stream of any encoding to UTF-8 with marks.
pub(super) struct Transcoder<R> {
    inner: R,
    decoder: encoding_rs::Decoder,
    input: Vec<u8>,
    at: usize,
    output: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    /// The byte order mark must have been taken off.
    pub(super) fn new(inner: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_without_bom_handling();
        Self { inner, decoder, input: Vec::new(), at: 0, output: Vec::new(), given: 0, ended: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.output.clear();
        self.given = 0;
        while self.output.is_empty() && !(self.ended && self.at == self.input.len()) {
            // The last bytes are kept until the next read: a broken sequence may reach back into them.
            let kept = self.input.len() - self.input.len().min(self.at.saturating_sub(16));
            self.at -= self.input.len() - kept;
            self.input.drain(..self.input.len() - kept);
            let before = self.input.len();
            (&mut self.inner).take(1 << 16).read_to_end(&mut self.input)?;
            self.ended = self.input.len() == before;
            self.decode()?;
            if self.ended {
                break;
            }
        }
        Ok(())
    }

    fn decode(&mut self) -> io::Result<()> {
        let mut buffer = vec![0u8; 1 << 17];
        loop {
            let (result, read, written) =
                self.decoder.decode_to_utf8_without_replacement(&self.input[self.at..], &mut buffer, self.ended);
            self.output.extend_from_slice(&buffer[..written]);
            self.at += read;
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, after) => {
                    let end = self.at.saturating_sub(usize::from(after));
                    for index in end.saturating_sub(usize::from(length))..end {
                        mark(&mut self.output, self.input[index]);
                    }
                }
            }
        }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.output.len() && !self.ended {
            self.fill()?;
        }
        let n = buffer.len().min(self.output.len() - self.given);
        buffer[..n].copy_from_slice(&self.output[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(head: &[u8]) -> Result<Detected, Error> {
        detect(Path::new("f.csv"), &crate::extract::Encoding::Auto, head)
    }

    #[test]
    fn a_byte_order_mark_decides_and_must_not_contradict_the_declaration() {
        assert_eq!(auto(b"\xEF\xBB\xBFid").unwrap(), Detected { coding: Coding::Utf8 { guessing: false }, bom: 3 });
        assert_eq!(auto(b"\xFF\xFEi\0").unwrap().coding, Coding::Stream(encoding_rs::UTF_16LE));
        let named = crate::extract::Encoding::Named("windows-1252".into());
        assert!(detect(Path::new("f.csv"), &named, b"\xEF\xBB\xBFid").is_err());
        assert!(auto(b"\xFF\xFE\0\0i\0\0\0").is_err());
        assert!(auto(&b"i\0d\0,\0n\0".repeat(5)).is_err());
    }

    #[test]
    fn two_different_broken_bytes_stay_different() {
        let coding = Coding::Utf8 { guessing: false };
        assert_eq!(coding.lossless(b"Jos\xe9"), "Jos\\xe9");
        assert_eq!(coding.lossless(b"Jos\xed\\"), "Jos\\xed\\\\");
        assert_eq!(coding.lossless("José\\".as_bytes()), "José\\");
    }

    #[test]
    fn windows_1252_decodes_its_characters_and_marks_its_holes() {
        let coding = Coding::Single(encoding_rs::WINDOWS_1252);
        assert_eq!(coding.decode(b"Jos\xe9 \x80".to_vec()), "José €".as_bytes());
        let broken = coding.decode(b"a\xe9\x81b".to_vec());
        assert!(std::str::from_utf8(&broken).is_err());
        assert_eq!(coding.lossless(&broken), "aé\\x81b");
        assert_eq!(coding.encoded_len(&broken), 4);
    }

    #[test]
    fn utf_16_is_decoded_across_reads_and_a_lone_surrogate_is_marked() {
        let mut bytes: Vec<u8> = "a,é,𝒳\n".repeat(30_000).encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.extend([0x00, 0xD8, 0x41, 0x00]);
        let mut text = Vec::new();
        Transcoder::new(bytes.as_slice(), encoding_rs::UTF_16LE).read_to_end(&mut text).unwrap();
        let valid = valid_len(&text);
        assert_eq!(valid, "a,é,𝒳\n".len() * 30_000);
        let coding = Coding::Stream(encoding_rs::UTF_16LE);
        assert_eq!(coding.lossless(&text[valid..]), "\\x00\\xd8A");
        assert_eq!(coding.encoded_len(&text), bytes.len() as u64);
    }

    #[test]
    fn shift_jis_keeps_a_broken_byte() {
        let mut text = Vec::new();
        Transcoder::new(&b"\x83\x65,\xff,x"[..], encoding_rs::SHIFT_JIS).read_to_end(&mut text).unwrap();
        assert_eq!(Coding::Stream(encoding_rs::SHIFT_JIS).lossless(&text), "テ,\\xff,x");
    }
}
