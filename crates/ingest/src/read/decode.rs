//! From the bytes on disk to UTF-8: decompression and character encodings.

use std::io::{BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use evenkeel_model::source::Compression;
use flate2::read::MultiGzDecoder;

use super::{Counted, RawFile, ReadError};

const BUFFER: usize = 1 << 18;

/// Decoded text of a raw file, as UTF-8 bytes. UTF-8 files come as they are: whoever parses them checks them.
pub(crate) struct Text {
    source: Box<dyn Read + Send>,
    decoder: Option<Decoding>,
    file: RawFile,
    lines: u64,
}

struct Decoding {
    decoder: encoding_rs::Decoder,
    name: &'static str,
    input: Vec<u8>,
    from: usize,
    to: usize,
    ended: bool,
    finished: bool,
}

/// Opens the text of a file.
pub(crate) fn open(
    file: &RawFile,
    compression: Option<Compression>,
    encoding: &str,
    progress: &Arc<AtomicU64>,
) -> Result<Text, ReadError> {
    let encoding = Encoding::for_label(encoding.as_bytes()).ok_or_else(|| ReadError {
        help: Some(
            "write a label of the WHATWG list: utf-8, utf-16le, windows-1252, iso-8859-15, shift_jis …".to_owned(),
        ),
        ..file.error(format!("`{encoding}` is not a character encoding"))
    })?;
    let mut raw = BufReader::with_capacity(BUFFER, Counted::new(file.open()?, progress));
    let start = peek(&mut raw).map_err(|error| file.error(format!("it cannot be read: {error}")))?;
    let compression = compression.unwrap_or_else(|| detect(&start));
    let mut source: Box<dyn Read + Send> = match compression {
        Compression::None => Box::new(raw),
        Compression::Gzip => Box::new(MultiGzDecoder::new(raw)),
        Compression::Zstd => {
            let decoder = zstd::Decoder::with_buffer(raw)
                .map_err(|error| file.error(format!("it cannot be decompressed: {error}")))?;
            Box::new(decoder)
        }
    };
    let mut head = Vec::new();
    (&mut source).take(3).read_to_end(&mut head).map_err(|error| unreadable(file, &error))?;
    let (skip, marked) = byte_order_mark(&head);
    if let Some(marked) = marked
        && marked != encoding
    {
        return Err(ReadError {
            help: Some(format!("declare `encoding: {}`", marked.name().to_lowercase())),
            ..file.error(format!(
                "it starts with the mark of {}, but is declared as {}",
                marked.name(),
                encoding.name()
            ))
        });
    }
    let source: Box<dyn Read + Send> = Box::new(std::io::Cursor::new(head.split_off(skip)).chain(source));
    let decoder = (encoding != UTF_8).then(|| Decoding {
        decoder: encoding.new_decoder_without_bom_handling(),
        name: encoding.name(),
        input: vec![0; BUFFER],
        from: 0,
        to: 0,
        ended: false,
        finished: false,
    });
    Ok(Text { source, decoder, file: file.clone(), lines: 0 })
}

fn peek(raw: &mut impl std::io::BufRead) -> std::io::Result<Vec<u8>> {
    Ok(raw.fill_buf()?.iter().take(4).copied().collect())
}

fn detect(start: &[u8]) -> Compression {
    match start {
        [0x1f, 0x8b, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
        _ => Compression::None,
    }
}

fn byte_order_mark(head: &[u8]) -> (usize, Option<&'static Encoding>) {
    match head {
        [0xef, 0xbb, 0xbf, ..] => (3, Some(UTF_8)),
        [0xff, 0xfe, ..] => (2, Some(UTF_16LE)),
        [0xfe, 0xff, ..] => (2, Some(UTF_16BE)),
        _ => (0, None),
    }
}

fn unreadable(file: &RawFile, error: &std::io::Error) -> ReadError {
    let (reason, help) = match error.kind() {
        std::io::ErrorKind::UnexpectedEof => (
            "the compressed data end in the middle: the file is cut off".to_owned(),
            Some("fetch the file again; nothing of it was imported".to_owned()),
        ),
        _ => (
            format!("it cannot be decompressed or read: {error}"),
            Some("fetch the file again, or declare its `compression`".to_owned()),
        ),
    };
    ReadError { file: file.name.clone(), line: None, reason, help }
}

impl Text {
    /// Appends up to about `wanted` bytes. False at the end of the text.
    pub(crate) fn fill(&mut self, buffer: &mut Vec<u8>, wanted: usize) -> Result<bool, ReadError> {
        let before = buffer.len();
        let more = match &mut self.decoder {
            None => {
                let read = (&mut self.source).take(wanted as u64).read_to_end(buffer);
                read.map_err(|error| unreadable(&self.file, &error))? > 0
            }
            Some(_) => self.decode(buffer, wanted)?,
        };
        self.lines += memchr::memchr_iter(b'\n', &buffer[before..]).count() as u64;
        Ok(more)
    }

    fn decode(&mut self, buffer: &mut Vec<u8>, wanted: usize) -> Result<bool, ReadError> {
        let Some(decoding) = &mut self.decoder else { return Ok(false) };
        let before = buffer.len();
        while buffer.len() - before < wanted && !decoding.finished {
            if decoding.from == decoding.to && !decoding.ended {
                decoding.from = 0;
                decoding.to = self.source.read(&mut decoding.input).map_err(|error| unreadable(&self.file, &error))?;
                decoding.ended = decoding.to == 0;
            }
            let mut out = vec![0; 3 * (decoding.to - decoding.from) + 16];
            let (result, read, written) = decoding.decoder.decode_to_utf8_without_replacement(
                &decoding.input[decoding.from..decoding.to],
                &mut out,
                decoding.ended,
            );
            decoding.from += read;
            buffer.extend_from_slice(&out[..written]);
            match result {
                DecoderResult::InputEmpty if decoding.ended => decoding.finished = true,
                DecoderResult::InputEmpty | DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    let line = self.lines + memchr::memchr_iter(b'\n', &buffer[before..]).count() as u64 + 1;
                    return Err(ReadError {
                        file: self.file.name.clone(),
                        line: Some(line),
                        reason: format!("there are bytes that {} does not have", decoding.name),
                        help: Some("declare the `encoding` that the file was written in".to_owned()),
                    });
                }
            }
        }
        Ok(buffer.len() > before)
    }
}

/// Checks that bytes are UTF-8; the error names the line.
pub(crate) fn utf8<'a>(bytes: &'a [u8], file: &str, first_line: u64) -> Result<&'a str, ReadError> {
    simdutf8::compat::from_utf8(bytes).map_err(|error| ReadError {
        file: file.to_owned(),
        line: Some(first_line + memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count() as u64),
        reason: "there are bytes that UTF-8 does not have".to_owned(),
        help: Some(
            "declare the `encoding` that the file was written in, for example `encoding: windows-1252`".to_owned(),
        ),
    })
}
