//! JSON: one object per line, or one array of objects.
//!
//! Values become text: strings without their quotes, numbers and truth values as they are written, objects and
//! arrays as JSON. `null` and keys that are absent are NULL.

use std::sync::Arc;

use arrow::array::{ArrayBuilder, ArrayRef, BooleanArray, StringBuilder};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use bytes::Bytes;
use evenkeel_model::source::RawFiles;
use memchr::{memchr, memchr_iter, memrchr};

use super::decode::{self, Text};
use super::object::{self, Value};
use super::{BadRecord, Block, Cells, Parser, Piece, RawFile, ReadError, Reader, Wanted, is_missing, text_schema};

/// How much text is taken apart at a time.
const BLOCK: usize = 4 << 20;
/// How much text is looked at to learn the names of the columns.
const SAMPLE: usize = 4 << 20;
/// A record longer than this is taken for damage.
const LONGEST_RECORD: usize = 64 << 20;

/// Reads a file with one object per line.
pub(crate) struct NdjsonReader {
    file: RawFile,
    text: Text,
    buffer: Vec<u8>,
    line: u64,
    ended: bool,
    parser: Arc<JsonParser>,
}

impl NdjsonReader {
    pub(crate) fn new(file: &RawFile, declared: &RawFiles, wanted: &Wanted, text: Text) -> Self {
        let parser = Arc::new(JsonParser::new(file, declared, wanted));
        Self { file: file.clone(), text, buffer: Vec::new(), line: 1, ended: false, parser }
    }
}

impl Reader for NdjsonReader {
    fn next(&mut self) -> Result<Option<Piece>, ReadError> {
        while !self.ended && (self.buffer.len() < BLOCK || memchr(b'\n', &self.buffer).is_none()) {
            if self.buffer.len() > LONGEST_RECORD {
                return Err(ReadError {
                    line: Some(self.line),
                    help: Some("NDJSON has one object per line; declare `format: json` for one array".to_owned()),
                    ..self.file.error("there is no line break in 64 MB of text")
                });
            }
            self.ended = !self.text.fill(&mut self.buffer, BLOCK)?;
        }
        if self.buffer.is_empty() {
            return Ok(None);
        }
        let length = if self.ended { self.buffer.len() } else { memrchr(b'\n', &self.buffer).map_or(0, |at| at + 1) };
        let rest = self.buffer.split_off(length);
        let bytes = Bytes::from(std::mem::replace(&mut self.buffer, rest));
        let first_line = self.line;
        self.line += memchr_iter(b'\n', &bytes).count() as u64;
        Ok(Some(Piece::Text(Block { bytes, first_line })))
    }

    fn parser(&self) -> Arc<dyn Parser> {
        Arc::clone(&self.parser) as Arc<dyn Parser>
    }
}

/// Turns objects, one per line, into columns.
struct JsonParser {
    file: String,
    names: Vec<String>,
    schema: SchemaRef,
    missing: Vec<String>,
}

impl JsonParser {
    fn new(file: &RawFile, declared: &RawFiles, wanted: &Wanted) -> Self {
        Self {
            file: file.name.clone(),
            names: wanted.schema.fields().iter().map(|field| field.name().clone()).collect(),
            schema: wanted.schema.clone(),
            missing: declared.missing.clone(),
        }
    }
}

/// Collects objects as columns.
struct Columns<'a> {
    parser: &'a JsonParser,
    builders: Vec<StringBuilder>,
    filled: Vec<bool>,
    /// Whether each row was whole; the others are taken out in the end.
    whole: Vec<bool>,
    lines: Vec<i64>,
    bad: Vec<BadRecord>,
}

impl<'a> Columns<'a> {
    fn new(parser: &'a JsonParser, rows: usize, bytes: usize) -> Self {
        let builders: Vec<StringBuilder> =
            parser.names.iter().map(|_| StringBuilder::with_capacity(rows, bytes / 16)).collect();
        let filled = vec![false; builders.len()];
        let (whole, lines) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        Self { parser, builders, filled, whole, lines, bad: Vec::new() }
    }

    fn take(&mut self, record: &str, line: u64) {
        let read = self.object(record);
        let row = self.whole.len();
        self.whole.push(read.is_ok());
        // What the object lacks; of one that fails in the middle, what comes behind.
        for builder in &mut self.builders {
            if builder.len() == row {
                builder.append_null();
            }
        }
        match read {
            Ok(()) => self.lines.push(line as i64),
            Err(message) => {
                self.bad.push(BadRecord { line, record: record.to_owned(), reason: "bad_row", message });
            }
        }
    }

    fn object(&mut self, record: &str) -> Result<(), String> {
        let Self { parser, builders, filled, .. } = self;
        filled.fill(false);
        let names = &parser.names;
        let mut guess = 0;
        object::members(record, |name, escaped, value| {
            // Objects of one file mostly have their keys in one order, and hardly ever an escape in them.
            let unescaped;
            let name = if escaped {
                unescaped = object::unescape(name)?;
                unescaped.as_str()
            } else {
                name
            };
            let position = match names.get(guess) {
                Some(known) if known == name => guess,
                _ => match names.iter().position(|known| known == name) {
                    Some(position) => position,
                    None => return Ok(()),
                },
            };
            guess = position + 1;
            if filled[position] {
                return Err(format!("it has the key `{name}` twice"));
            }
            filled[position] = true;
            append(&mut builders[position], value, &parser.missing)
        })
    }

    fn finish(self) -> Result<Cells, ReadError> {
        let arrays: Vec<ArrayRef> =
            self.builders.into_iter().map(|mut builder| Arc::new(builder.finish()) as ArrayRef).collect();
        let mut batch = super::csv::batch(&self.parser.schema, arrays, self.whole.len(), &self.parser.file)?;
        if !self.bad.is_empty() {
            let failed = |error: ArrowError| ReadError {
                file: self.parser.file.clone(),
                line: None,
                reason: format!("its records cannot be put together: {error}"),
                help: None,
            };
            batch = filter_record_batch(&batch, &BooleanArray::from(self.whole)).map_err(failed)?;
        }
        Ok(Cells { batch, lines: self.lines, bad: self.bad })
    }
}

fn append(builder: &mut StringBuilder, value: Value<'_>, missing: &[String]) -> Result<(), String> {
    let unescaped;
    let text = match value {
        Value::Null => {
            builder.append_null();
            return Ok(());
        }
        Value::Text { raw, escaped: true } => {
            unescaped = object::unescape(raw)?;
            unescaped.as_str()
        }
        Value::Text { raw: text, .. } | Value::Other(text) => text,
    };
    if is_missing(text, missing) {
        builder.append_null();
    } else {
        builder.append_value(text);
    }
    Ok(())
}

impl Parser for JsonParser {
    fn parse(&self, block: &Block) -> Result<Cells, ReadError> {
        let text = decode::utf8(&block.bytes, &self.file, block.first_line)?;
        let rows = memchr_iter(b'\n', &block.bytes).count() + 1;
        let mut columns = Columns::new(self, rows, text.len());
        for (index, record) in text.split('\n').enumerate() {
            if !record.trim().is_empty() {
                columns.take(record, block.first_line + index as u64);
            }
        }
        columns.finish()
    }
}

/// Finds the objects of one JSON array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the array.
    Outside,
    /// Between two elements.
    Between,
    /// Behind the array.
    Behind,
}

/// Reads a file that is one array of objects, element by element.
pub(crate) struct ArrayReader {
    file: RawFile,
    text: Text,
    buffer: Vec<u8>,
    /// How much of the buffer was taken already.
    start: usize,
    line: u64,
    ended: bool,
    place: Place,
    parser: Arc<JsonParser>,
}

impl ArrayReader {
    pub(crate) fn new(file: &RawFile, declared: &RawFiles, wanted: &Wanted, text: Text) -> Self {
        let parser = Arc::new(JsonParser::new(file, declared, wanted));
        Self {
            file: file.clone(),
            text,
            buffer: Vec::new(),
            start: 0,
            line: 1,
            ended: false,
            place: Place::Outside,
            parser,
        }
    }

    fn broken(&self, reason: &str) -> ReadError {
        ReadError {
            line: Some(self.line),
            help: Some(
                "the file must be one array of objects: [ {…}, {…} ]; for one object per line declare `format: ndjson`"
                    .to_owned(),
            ),
            ..self.file.error(reason)
        }
    }

    /// The next element with its first line. None behind the array.
    fn element(&mut self) -> Result<Option<(Vec<u8>, u64)>, ReadError> {
        let mut at = 0;
        loop {
            let Some(&byte) = self.buffer.get(self.start + at) else {
                if self.ended {
                    return match self.place {
                        Place::Behind => Ok(None),
                        Place::Outside => Err(self.broken("it is empty: there is no array")),
                        Place::Between => Err(self.broken("it ends inside the array: the file is cut off")),
                    };
                }
                self.fill()?;
                continue;
            };
            match (self.place, byte) {
                (_, b' ' | b'\t' | b'\r' | b'\n') => {}
                (Place::Outside, b'[') => self.place = Place::Between,
                (Place::Between, b',') => {}
                (Place::Between, b']') => self.place = Place::Behind,
                (Place::Between, b'{') => {
                    self.pass(at);
                    let length = self.length_of_object()?;
                    let first_line = self.line;
                    let element = self.buffer[self.start..self.start + length].to_vec();
                    self.pass(length);
                    return Ok(Some((element, first_line)));
                }
                (Place::Behind, _) => return Err(self.broken("there is text behind the array")),
                _ => return Err(self.broken("it is not an array of objects")),
            }
            at += 1;
            if self.start + at == self.buffer.len() {
                self.pass(at);
                at = 0;
            }
        }
    }

    fn pass(&mut self, length: usize) {
        let end = self.start + length;
        self.line += memchr_iter(b'\n', &self.buffer[self.start..end]).count() as u64;
        self.start = end;
    }

    /// Reads on. What was taken goes first: once for each block, and not for each element.
    fn fill(&mut self) -> Result<(), ReadError> {
        self.buffer.drain(..self.start);
        self.start = 0;
        self.ended = !self.text.fill(&mut self.buffer, BLOCK)?;
        Ok(())
    }

    /// How far the object at the start of the buffer goes.
    fn length_of_object(&mut self) -> Result<usize, ReadError> {
        let mut depth = 0usize;
        let mut in_text = false;
        let mut escaped = false;
        let mut at = 0;
        loop {
            let Some(&byte) = self.buffer.get(self.start + at) else {
                if self.ended || at > LONGEST_RECORD {
                    return Err(self.broken("an object that starts here is never closed: the file is cut off"));
                }
                self.fill()?;
                continue;
            };
            at += 1;
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_text => escaped = true,
                b'"' => in_text = !in_text,
                b'{' if !in_text => depth += 1,
                b'}' if !in_text => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(at);
                    }
                }
                _ => {}
            }
        }
    }
}

impl Reader for ArrayReader {
    fn next(&mut self) -> Result<Option<Piece>, ReadError> {
        let parser = Arc::clone(&self.parser);
        let mut columns = Columns::new(&parser, 1024, BLOCK);
        let mut taken = 0;
        while taken < BLOCK {
            let Some((element, line)) = self.element()? else { break };
            taken += element.len();
            columns.take(decode::utf8(&element, &self.file.name, line)?, line);
        }
        if taken == 0 {
            return Ok(None);
        }
        Ok(Some(Piece::Cells(columns.finish()?)))
    }

    fn parser(&self) -> Arc<dyn Parser> {
        Arc::clone(&self.parser) as Arc<dyn Parser>
    }
}

/// The keys of the first objects of a file with one object per line.
pub(crate) fn columns_of_lines(file: &RawFile, mut text: Text) -> Result<Schema, ReadError> {
    let mut buffer = Vec::new();
    let mut ended = false;
    while !ended && (buffer.len() < SAMPLE || memchr(b'\n', &buffer).is_none()) && buffer.len() < LONGEST_RECORD {
        ended = !text.fill(&mut buffer, SAMPLE)?;
    }
    let whole = if ended { buffer.len() } else { memrchr(b'\n', &buffer).map_or(buffer.len(), |at| at + 1) };
    let text = decode::utf8(&buffer[..whole], &file.name, 1)?;
    if text.trim_start().starts_with('[') {
        return Err(ReadError {
            help: Some("declare `format: json`".to_owned()),
            ..file.error("it is one JSON array, not one object per line")
        });
    }
    let mut names = Vec::new();
    for line in text.split('\n') {
        collect_names(line, &mut names);
    }
    Ok(text_schema(&names))
}

/// The keys of the first objects of an array.
pub(crate) fn columns_of_array(file: &RawFile, text: Text) -> Result<Schema, ReadError> {
    let declared = RawFiles {
        paths: Vec::new(),
        format: evenkeel_model::source::RawFormat::Json { encoding: String::new() },
        compression: None,
        missing: Vec::new(),
        columns: Vec::new(),
    };
    let none = Wanted { schema: Arc::new(Schema::empty()), positions: Vec::new() };
    let mut reader = ArrayReader::new(file, &declared, &none, text);
    let mut names = Vec::new();
    let mut taken = 0;
    while taken < SAMPLE {
        let Some((element, line)) = reader.element()? else { break };
        taken += element.len();
        collect_names(decode::utf8(&element, &file.name, line)?, &mut names);
    }
    Ok(text_schema(&names))
}

/// The objects of an array, each on a line of its own: what is said of a line is then said of a place in the array.
pub(crate) fn one_per_line(file: &RawFile, declared: &RawFiles, text: Text) -> Result<Vec<u8>, ReadError> {
    let none = Wanted { schema: Arc::new(Schema::empty()), positions: Vec::new() };
    let mut reader = ArrayReader::new(file, declared, &none, text);
    let mut lines = Vec::new();
    while let Some((element, _)) = reader.element()? {
        // JSON has line breaks between its parts alone: within a text they are written as escapes.
        lines.extend(element.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }));
        lines.push(b'\n');
    }
    Ok(lines)
}

/// Adds the keys of an object that are not known yet; text that is no object adds those before its fault.
fn collect_names(record: &str, names: &mut Vec<String>) {
    let _ = object::members(record, |name, escaped, _| {
        let name = if escaped { object::unescape(name)? } else { name.to_owned() };
        if !names.contains(&name) {
            names.push(name);
        }
        Ok(())
    });
}

/// Takes NDJSON apart into rows of the wanted keys; for tests and fuzzing.
#[must_use]
pub fn rows(text: &str, names: &[&str]) -> (Vec<Vec<Option<String>>>, Vec<BadRecord>) {
    use arrow::array::{Array, AsArray};
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let schema = Arc::new(text_schema(&names));
    let parser = JsonParser { file: "text".to_owned(), names, schema, missing: Vec::new() };
    let block = Block { bytes: Bytes::copy_from_slice(text.as_bytes()), first_line: 1 };
    let Ok(cells) = parser.parse(&block) else { return (Vec::new(), Vec::new()) };
    let columns: Vec<_> = cells.batch.columns().iter().map(AsArray::as_string::<i32>).collect();
    let rows = (0..cells.lines.len())
        .map(|row| columns.iter().map(|column| column.is_valid(row).then(|| column.value(row).to_owned())).collect())
        .collect();
    (rows, cells.bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(cells: &[Option<&str>]) -> Vec<Option<String>> {
        cells.iter().map(|cell| cell.map(str::to_owned)).collect()
    }

    #[test]
    fn values_become_text() {
        let text = concat!(
            "{\"a\":\"x\",\"b\":1.50,\"c\":true}\n",
            "\n",
            "{\"c\":null,\"a\":\"\\u00e9 \\\"q\\\"\",\"d\":[1,{\"e\":2}]}\r\n",
            "{\"d\":{\"x\":1},\"a\":\"\"}",
        );
        let (rows, bad) = rows(text, &["a", "b", "c", "d"]);
        assert_eq!(bad, []);
        assert_eq!(
            rows,
            [
                some(&[Some("x"), Some("1.50"), Some("true"), None]),
                some(&[Some("é \"q\""), None, None, Some("[1,{\"e\":2}]")]),
                some(&[None, None, None, Some("{\"x\":1}")]),
            ]
        );
    }

    #[test]
    fn what_is_no_object_is_set_aside_with_its_line() {
        let text =
            "{\"a\":1}\n{\"a\":1,\"b\":\n[1]\n{\"a\":2,\"a\":3}\n{\"a\":4} trailing\nnull\n{\"b\":tru}\n{\"a\":5}\n";
        let (rows, bad) = rows(text, &["a"]);
        assert_eq!(rows, [some(&[Some("1")]), some(&[Some("5")])]);
        assert_eq!(bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7]);
    }
}
