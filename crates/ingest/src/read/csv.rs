//! CSV: any delimiter, any quote, cells that span lines.
//!
//! The rules are those of RFC 4180 and of what real files do: a cell that starts with the quote runs to the closing
//! quote, two quotes inside it stand for one; a quote elsewhere is an ordinary character; lines end with LF or CRLF;
//! blank lines are passed over.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions, StringBuilder, new_null_array};
use arrow::datatypes::{DataType, Schema, SchemaRef};
use bytes::Bytes;
use evenkeel_model::source::{CsvFormat, RawFiles};
use memchr::{memchr, memchr_iter, memchr2, memrchr};

use super::decode::{self, Text};
use super::{BadRecord, Block, Cells, Parser, Piece, RawFile, ReadError, Reader, Wanted, is_missing, text_schema};

/// How much text is taken apart at a time.
const BLOCK: usize = 2 << 20;
/// A record longer than this is taken for a quote that was never closed.
const LONGEST_RECORD: usize = 64 << 20;

/// What separates and encloses cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Between cells.
    pub delimiter: u8,
    /// Around cells.
    pub quote: Option<u8>,
}

/// Where one cell of a record lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    start: usize,
    end: usize,
    /// Whether it holds doubled quotes.
    escaped: bool,
    /// Whether text stands between its closing quote and what ends it.
    stray: bool,
}

/// How a record ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// After its line break.
    Line,
    /// At the end of the text, without a line break.
    Text,
    /// Inside a quoted cell.
    Unclosed,
}

impl Dialect {
    /// Takes one record apart from `start` on. Gives where the next one starts, and how this one ended.
    fn record(self, text: &[u8], start: usize, mut cell: impl FnMut(Cell)) -> (usize, End) {
        let mut at = start;
        loop {
            if self.quote.is_some_and(|quote| text.get(at) == Some(&quote)) {
                let quote = text[at];
                let first = at + 1;
                let mut escaped = false;
                let mut from = first;
                let close = loop {
                    match memchr(quote, &text[from..]) {
                        None => return (text.len(), End::Unclosed),
                        Some(found) if text.get(from + found + 1) == Some(&quote) => {
                            escaped = true;
                            from += found + 2;
                        }
                        Some(found) => break from + found,
                    }
                };
                // Only blanks may stand between the closing quote and the delimiter.
                let rest = close + 1;
                let (next, end) = match memchr2(self.delimiter, b'\n', &text[rest..]) {
                    None => (text.len(), Some(End::Text)),
                    Some(found) if text[rest + found] == b'\n' => (rest + found + 1, Some(End::Line)),
                    Some(found) => (rest + found + 1, None),
                };
                let last = if end == Some(End::Text) { next } else { next - 1 };
                let stray = text[rest..last].iter().any(|byte| !byte.is_ascii_whitespace());
                cell(Cell { start: first, end: close, escaped, stray });
                match end {
                    Some(end) => return (next, end),
                    None => at = next,
                }
            } else {
                match memchr2(self.delimiter, b'\n', &text[at..]) {
                    Some(found) if text[at + found] == self.delimiter => {
                        cell(Cell { start: at, end: at + found, escaped: false, stray: false });
                        at += found + 1;
                    }
                    Some(found) => {
                        let end = at + found;
                        let trimmed = if end > at && text[end - 1] == b'\r' { end - 1 } else { end };
                        cell(Cell { start: at, end: trimmed, escaped: false, stray: false });
                        return (end + 1, End::Line);
                    }
                    None => {
                        let end = text.len();
                        let trimmed = if end > at && text[end - 1] == b'\r' { end - 1 } else { end };
                        cell(Cell { start: at, end: trimmed, escaped: false, stray: false });
                        return (end, End::Text);
                    }
                }
            }
        }
    }

    /// Where the last record that is certainly whole ends; zero when there is none.
    fn last_boundary(self, text: &[u8]) -> usize {
        let quoted = self.quote.is_some_and(|quote| memchr(quote, text).is_some());
        if !quoted {
            return memrchr(b'\n', text).map_or(0, |at| at + 1);
        }
        let mut boundary = 0;
        while boundary < text.len() {
            let (next, end) = self.record(text, boundary, |_| {});
            if end != End::Line {
                break;
            }
            boundary = next;
        }
        boundary
    }
}

fn unescape(cell: &str, quote: u8) -> String {
    let quote = char::from(quote);
    let mut doubled = String::with_capacity(2);
    doubled.push(quote);
    doubled.push(quote);
    cell.replace(&doubled, quote.encode_utf8(&mut [0; 4]))
}

/// Takes whole CSV texts apart; for tests and fuzzing.
#[must_use]
pub fn records(dialect: Dialect, text: &str) -> Vec<Vec<String>> {
    let mut records = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let mut cells = Vec::new();
        let (next, end) = dialect.record(text.as_bytes(), at, |cell| {
            let raw = &text[cell.start..cell.end];
            cells.push(match dialect.quote {
                Some(quote) if cell.escaped => unescape(raw, quote),
                _ => raw.to_owned(),
            });
        });
        if end == End::Unclosed {
            break;
        }
        let blank = is_blank_line(&text.as_bytes()[at..next]);
        if !blank {
            records.push(cells);
        }
        at = next;
    }
    records
}

fn is_blank_line(line: &[u8]) -> bool {
    line.iter().all(|byte| matches!(byte, b'\r' | b'\n'))
}

/// Decoded text with a place in it.
struct Window {
    text: Text,
    buffer: Vec<u8>,
    line: u64,
    ended: bool,
}

impl Window {
    fn new(text: Text) -> Self {
        Self { text, buffer: Vec::new(), line: 1, ended: false }
    }

    fn grow(&mut self) -> Result<(), ReadError> {
        if !self.ended {
            self.ended = !self.text.fill(&mut self.buffer, BLOCK)?;
        }
        Ok(())
    }

    /// Takes the first `length` bytes out.
    fn take(&mut self, length: usize) -> Block {
        let rest = self.buffer.split_off(length);
        let bytes = Bytes::from(std::mem::replace(&mut self.buffer, rest));
        let first_line = self.line;
        self.line += memchr_iter(b'\n', &bytes).count() as u64;
        Block { bytes, first_line }
    }

    /// Passes over the lines above the header.
    fn skip_lines(&mut self, lines: usize) -> Result<(), ReadError> {
        for _ in 0..lines {
            loop {
                if let Some(end) = memchr(b'\n', &self.buffer) {
                    self.take(end + 1);
                    break;
                }
                if self.ended {
                    return Ok(());
                }
                self.grow()?;
            }
        }
        Ok(())
    }

    /// Takes whole records out: as many as fit into a block, at least one. None at the end.
    fn next(&mut self, dialect: Dialect, file: &RawFile) -> Result<Option<Block>, ReadError> {
        loop {
            if self.buffer.len() < BLOCK {
                self.grow()?;
            }
            if self.ended {
                if self.buffer.is_empty() {
                    return Ok(None);
                }
                self.check_closed(dialect, file)?;
                return Ok(Some(self.take(self.buffer.len())));
            }
            let boundary = dialect.last_boundary(&self.buffer);
            if boundary > 0 {
                return Ok(Some(self.take(boundary)));
            }
            if self.buffer.len() > LONGEST_RECORD {
                return Err(unclosed(file, self.line));
            }
            self.ended = !self.text.fill(&mut self.buffer, BLOCK)?;
        }
    }

    /// The last text of a file must not end inside a quoted cell.
    fn check_closed(&self, dialect: Dialect, file: &RawFile) -> Result<(), ReadError> {
        let mut at = 0;
        while at < self.buffer.len() {
            let (next, end) = dialect.record(&self.buffer, at, |_| {});
            if end == End::Unclosed {
                let line = self.line + memchr_iter(b'\n', &self.buffer[..at]).count() as u64;
                return Err(unclosed(file, line));
            }
            at = next;
        }
        Ok(())
    }
}

fn unclosed(file: &RawFile, line: u64) -> ReadError {
    ReadError {
        file: file.name.clone(),
        line: Some(line),
        reason: "a quoted cell that starts here is never closed".to_owned(),
        help: Some(
            "fetch the file again if it is cut off; if its quotes mean nothing, declare `quote: none`".to_owned(),
        ),
    }
}

/// The names in the header, checked.
fn header(
    window: &mut Window,
    format: &CsvFormat,
    file: &RawFile,
    declared: &RawFiles,
) -> Result<Vec<String>, ReadError> {
    window.skip_lines(format.skip_rows)?;
    if !format.header {
        return Ok(declared.columns.clone());
    }
    let dialect = Dialect { delimiter: format.delimiter, quote: format.quote };
    loop {
        window.grow()?;
        let mut cells = Vec::new();
        let (next, end) = dialect.record(&window.buffer, 0, |cell| cells.push(cell));
        if end != End::Line && !window.ended && window.buffer.len() < LONGEST_RECORD {
            continue;
        }
        if window.buffer.is_empty() {
            return Err(ReadError {
                help: Some("declare `header: false` and `columns` if it has no header".to_owned()),
                ..file.error("it is empty: there is no header")
            });
        }
        if end == End::Unclosed {
            return Err(unclosed(file, window.line));
        }
        let line = decode::utf8(&window.buffer[..next], &file.name, window.line)?;
        let mut names: Vec<String> = Vec::new();
        for (position, cell) in cells.iter().enumerate() {
            let raw = &line[cell.start..cell.end];
            let name = match format.quote {
                Some(quote) if cell.escaped => unescape(raw, quote),
                _ => raw.to_owned(),
            };
            let name = name.trim().to_owned();
            let name = if name.is_empty() { format!("column_{}", position + 1) } else { name };
            if names.contains(&name) {
                return Err(ReadError {
                    line: Some(window.line),
                    help: Some(
                        "give each column a name of its own, or declare `header: false`, `skip_rows: 1` and `columns`"
                            .to_owned(),
                    ),
                    ..file.error(format!("the header has the column `{name}` twice"))
                });
            }
            names.push(name);
        }
        window.take(next);
        return Ok(names);
    }
}

/// The columns of a file.
pub(crate) fn columns(
    file: &RawFile,
    format: &CsvFormat,
    declared: &RawFiles,
    text: Text,
) -> Result<Schema, ReadError> {
    let mut window = Window::new(text);
    Ok(text_schema(&header(&mut window, format, file, declared)?))
}

/// Reads one CSV file.
pub(crate) struct CsvReader {
    file: RawFile,
    window: Window,
    parser: Arc<CsvParser>,
}

impl CsvReader {
    pub(crate) fn open(
        file: &RawFile,
        format: &CsvFormat,
        declared: &RawFiles,
        wanted: &Wanted,
        all_columns: &SchemaRef,
        text: Text,
    ) -> Result<Self, ReadError> {
        let mut window = Window::new(text);
        let names = header(&mut window, format, file, declared)?;
        let mut places = Vec::new();
        for &position in &wanted.positions {
            let name = all_columns.field(position).name();
            let place = names.iter().position(|own| own == name);
            if place.is_none() && !declared.columns.contains(name) {
                return Err(ReadError {
                    help: Some(format!("if only some files have it, declare `columns: [{name}]`")),
                    ..file.error(format!("it has no column `{name}`, which the mapping reads"))
                });
            }
            places.push(place);
        }
        let dialect = Dialect { delimiter: format.delimiter, quote: format.quote };
        let parser = Arc::new(CsvParser {
            file: file.name.clone(),
            dialect,
            width: names.len(),
            places,
            schema: wanted.schema.clone(),
            missing: declared.missing.clone(),
        });
        Ok(Self { file: file.clone(), window, parser })
    }
}

impl Reader for CsvReader {
    fn next(&mut self) -> Result<Option<Piece>, ReadError> {
        Ok(self.window.next(self.parser.dialect, &self.file)?.map(Piece::Text))
    }

    fn parser(&self) -> Arc<dyn Parser> {
        Arc::clone(&self.parser) as Arc<dyn Parser>
    }
}

struct CsvParser {
    file: String,
    dialect: Dialect,
    width: usize,
    /// For each wanted column its place in the records of this file; none where the file lacks it.
    places: Vec<Option<usize>>,
    schema: SchemaRef,
    missing: Vec<String>,
}

impl Parser for CsvParser {
    fn parse(&self, block: &Block) -> Result<Cells, ReadError> {
        let text = decode::utf8(&block.bytes, &self.file, block.first_line)?;
        let bytes = text.as_bytes();
        let rows = memchr_iter(b'\n', bytes).count() + 1;
        let share = bytes.len() / self.width.max(1);
        let mut columns: Vec<StringBuilder> =
            self.places.iter().map(|_| StringBuilder::with_capacity(rows, share)).collect();
        let mut lines = Vec::with_capacity(rows);
        let mut bad = Vec::new();
        let mut cells: Vec<Cell> = Vec::with_capacity(self.width);
        let mut at = 0;
        let mut line = block.first_line;
        while at < bytes.len() {
            cells.clear();
            let (next, _) = self.dialect.record(bytes, at, |cell| cells.push(cell));
            let record = &bytes[at..next];
            let record_line = line;
            line += memchr_iter(b'\n', record).count() as u64;
            let start = at;
            at = next;
            if is_blank_line(record) {
                continue;
            }
            if cells.len() != self.width {
                bad.push(BadRecord {
                    line: record_line,
                    record: text[start..next].trim_end_matches(['\r', '\n']).to_owned(),
                    reason: "bad_row",
                    message: format!("it has {} cells, the header has {}", cells.len(), self.width),
                });
                continue;
            }
            if let Some(position) = cells.iter().position(|cell| cell.stray) {
                bad.push(BadRecord {
                    line: record_line,
                    record: text[start..next].trim_end_matches(['\r', '\n']).to_owned(),
                    reason: "bad_row",
                    message: format!("text stands behind the closing quote of cell {}", position + 1),
                });
                continue;
            }
            lines.push(record_line as i64);
            for (column, place) in columns.iter_mut().zip(&self.places) {
                let Some(place) = place else {
                    column.append_null();
                    continue;
                };
                let cell = cells[*place];
                let raw = &text[cell.start..cell.end];
                if is_missing(raw, &self.missing) {
                    column.append_null();
                } else if let (true, Some(quote)) = (cell.escaped, self.dialect.quote) {
                    column.append_value(unescape(raw, quote));
                } else {
                    column.append_value(raw);
                }
            }
        }
        let count = lines.len();
        let arrays: Vec<ArrayRef> =
            columns.into_iter().map(|mut column| Arc::new(column.finish()) as ArrayRef).collect();
        Ok(Cells { batch: batch(&self.schema, arrays, count, &self.file)?, lines, bad })
    }
}

/// A batch that may have rows but no columns: a SELECT of constants wants none.
pub(crate) fn batch(
    schema: &SchemaRef,
    arrays: Vec<ArrayRef>,
    rows: usize,
    file: &str,
) -> Result<RecordBatch, ReadError> {
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let arrays = arrays
        .into_iter()
        .zip(schema.fields())
        .map(|(array, field)| match array.data_type() {
            DataType::Null => new_null_array(field.data_type(), rows),
            _ => array,
        })
        .collect();
    RecordBatch::try_new_with_options(Arc::clone(schema), arrays, &options).map_err(|error| ReadError {
        file: file.to_owned(),
        line: None,
        reason: format!("its columns do not fit together: {error}"),
        help: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', quote: Some(b'"') };

    #[test]
    fn cells() {
        let check = |text: &str, expected: &[&[&str]]| {
            assert_eq!(records(COMMA, text), expected, "{text:?}");
        };
        check("a,b\n1,2\n", &[&["a", "b"], &["1", "2"]]);
        check("a,b\r\n1,2\r\n", &[&["a", "b"], &["1", "2"]]);
        check("1,2", &[&["1", "2"]]);
        check("1,,\n", &[&["1", "", ""]]);
        check("\"a,b\",c\n", &[&["a,b", "c"]]);
        check("\"two\nlines\",c\n", &[&["two\nlines", "c"]]);
        check("\"say \"\"hello\"\"\",c\n", &[&["say \"hello\"", "c"]]);
        check("5\" pipe,c\n", &[&["5\" pipe", "c"]]);
        check("\n\r\na\n\n", &[&["a"]]);
        check("\"\",\"\"\n", &[&["", ""]]);
        check("\"unclosed,c\n", &[]);
    }

    #[test]
    fn no_quotes() {
        let plain = Dialect { delimiter: b'\t', quote: None };
        assert_eq!(records(plain, "\"a\tb\"\n"), [["\"a", "b\""]]);
    }

    proptest::proptest! {
        /// The reader of the `csv` crate is the reference wherever the two have the same rules.
        #[test]
        fn agrees_with_the_csv_crate(rows in proptest::collection::vec(proptest::collection::vec("[a-c\",\n\r é]{0,6}", 2..4), 0..8)) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            proptest::prop_assert_eq!(&records(COMMA, &text), &rows);
            let boundary = COMMA.last_boundary(text.as_bytes());
            proptest::prop_assert_eq!(boundary, text.len());
        }

        #[test]
        fn whatever_comes_ends(text in "[a\",\r\n]{0,40}") {
            for quote in [None, Some(b'"')] {
                let dialect = Dialect { delimiter: b',', quote };
                let whole = records(dialect, &text);
                let boundary = dialect.last_boundary(text.as_bytes());
                let mut parts = records(dialect, &text[..boundary]);
                parts.extend(records(dialect, &text[boundary..]));
                proptest::prop_assert_eq!(parts, whole);
            }
        }
    }
}
