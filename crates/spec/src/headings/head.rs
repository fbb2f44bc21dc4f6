//! The beginning of an export: in which encoding and with what between its cells it is written, its headings, and the
//! first of its cells. What is no such file is refused in words.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Column;

/// How much of a file is looked at.
pub const LOOKED_AT: usize = 1 << 20;
/// How many rows are looked at.
const MOST_ROWS: usize = 2_000;
/// More columns than any export of cases has.
const MOST_COLUMNS: usize = 500;
/// What may stand between cells; of two that fit as well, the earlier one.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];

/// The beginning of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The character encoding, by its label.
    pub encoding: String,
    /// What stands between cells.
    pub delimiter: char,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// How many rows were looked at.
    pub rows: usize,
}

/// Why a file is no export that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It holds nothing.
    #[error("the file is empty; export it again")]
    Empty,
    /// It is of another kind.
    #[error("the file is {0}, whatever its name says; export it as CSV")]
    Other(&'static str),
    /// It is a page of the web.
    #[error("the file is a web page, most often that of signing in; download the export again while you are signed in")]
    Page,
    /// It holds bytes that no text has.
    #[error("line {line} holds a zero byte, which no text has; export the file again as CSV in UTF-8")]
    Binary {
        /// The line.
        line: usize,
    },
    /// A quoted cell does not end.
    #[error("the quotation mark that opens a cell in line {line} is never closed; close it, or export the file again")]
    Unclosed {
        /// The line on which the row starts.
        line: usize,
    },
    /// A line does not end.
    #[error(
        "line {line} is longer than {LOOKED_AT} bytes: either a quoted cell is never closed or this is no CSV file"
    )]
    Endless {
        /// The line on which the row starts.
        line: usize,
    },
    /// The first line has one cell.
    #[error(
        "the first line has one cell alone; it has to name the columns, with commas, semicolons or tabs between them"
    )]
    OneColumn,
    /// There are too many columns.
    #[error("the first line names {0} columns, more than {MOST_COLUMNS}; leave out in the export what is not needed")]
    TooWide(usize),
    /// A heading stands twice.
    #[error(
        "the heading `{0}` stands twice; give each column a name of its own, or leave one of them out in the export"
    )]
    Twice(String),
    /// Lines end with a sign that nothing else reads as their end.
    #[error("its lines end with a carriage return alone, as old programs wrote them; save it again as CSV")]
    OldLineEnds,
    /// There are headings alone.
    #[error("there are headings, but no row below them; export a time in which there were cases")]
    NoRows,
}

/// Reads the beginning of a file: up to [`LOOKED_AT`] bytes of it. `whole` says that this is all of it.
///
/// # Errors
/// When it is no table of text with headings.
///
/// ```
/// use evenkeel_spec::headings::read;
///
/// let head = read(b"Ticket ID;Created at\n1042;28/10/2026 08:12\n", true).unwrap();
/// assert_eq!((head.encoding.as_str(), head.delimiter, head.columns.len(), head.rows), ("utf-8", ';', 2, 1));
/// assert!(read(b"<!DOCTYPE html><title>Sign in</title>", true).is_err());
/// ```
pub fn read(bytes: &[u8], whole: bool) -> Result<Head, Refused> {
    let (bytes, whole) = match bytes.split_at_checked(LOOKED_AT) {
        Some((first, rest)) => (first, whole && rest.is_empty()),
        None => (bytes, whole),
    };
    if let Some(kind) = other_kind(bytes) {
        return Err(Refused::Other(kind));
    }
    let encoding = encoding(bytes, whole);
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    let begins: String = text.trim_start().chars().take(15).collect::<String>().to_lowercase();
    if begins.is_empty() {
        return Err(Refused::Empty);
    }
    if ["<!doctype", "<html", "<head", "<body", "<table", "<?xml"].iter().any(|start| begins.starts_with(start)) {
        return Err(Refused::Page);
    }
    if let Some(at) = text.find('\0') {
        return Err(Refused::Binary { line: 1 + text.get(..at).map_or(0, |before| before.matches('\n').count()) });
    }
    if text.trim_end().contains('\r') && !text.contains('\n') {
        return Err(Refused::OldLineEnds);
    }
    let delimiter = delimiter(&text, whole)?;
    let rows = records(&text, delimiter, whole)?;
    let mut rows = rows.into_iter();
    let headings = rows.next().ok_or(Refused::Empty)?;
    match headings.len() {
        0 | 1 => return Err(Refused::OneColumn),
        wide if wide > MOST_COLUMNS => return Err(Refused::TooWide(wide)),
        _ => {}
    }
    let mut columns: Vec<Column> = Vec::with_capacity(headings.len());
    for (place, heading) in headings.into_iter().enumerate() {
        // A column without a heading is named as the import names it.
        let trimmed = heading.trim();
        let heading = if trimmed.is_empty() { format!("column_{}", place + 1) } else { trimmed.to_owned() };
        if columns.iter().any(|column| column.heading == heading) {
            return Err(Refused::Twice(heading));
        }
        columns.push(Column { heading, cells: Vec::new() });
    }
    let mut count = 0;
    let width = columns.len();
    for row in rows.filter(|row| row.len() == width) {
        count += 1;
        for (column, cell) in columns.iter_mut().zip(row) {
            column.cells.push(cell);
        }
    }
    if count == 0 {
        // Of a row that is longer than what is looked at, nothing is known.
        return Err(if whole { Refused::NoRows } else { Refused::Endless { line: 2 } });
    }
    Ok(Head { encoding: encoding.name().to_lowercase(), delimiter, columns, rows: count })
}

/// What a file is that is no text, by its first bytes.
fn other_kind(bytes: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &str); 6] = [
        (b"PK\x03\x04", "a workbook or an archive"),
        (b"\xd0\xcf\x11\xe0", "an old workbook"),
        (b"%PDF", "a PDF document"),
        (b"\x1f\x8b", "a compressed file"),
        (b"\x28\xb5\x2f\xfd", "a compressed file"),
        (b"PAR1", "a Parquet file"),
    ];
    known.into_iter().find(|(start, _)| bytes.starts_with(start)).map(|(_, kind)| kind)
}

/// The encoding: by its mark, by the zero bytes of UTF-16, and else UTF-8 where that can be read.
fn encoding(bytes: &[u8], whole: bool) -> &'static Encoding {
    if let Some((marked, _)) = Encoding::for_bom(bytes) {
        return marked;
    }
    let start = bytes.get(..bytes.len().min(512)).unwrap_or(bytes);
    let zeros = |place: usize| start.iter().skip(place).step_by(2).filter(|byte| **byte == 0).count();
    let many = start.len() / 4;
    match (zeros(0), zeros(1)) {
        (even, odd) if odd > many && even <= many / 4 => return UTF_16LE,
        (even, odd) if even > many && odd <= many / 4 => return UTF_16BE,
        _ => {}
    }
    match std::str::from_utf8(bytes) {
        Ok(_) => UTF_8,
        // A sign that is cut in two at the end of what was looked at is no fault.
        Err(error) if !whole && error.error_len().is_none() => UTF_8,
        Err(_) => WINDOWS_1252,
    }
}

/// What stands between cells: that which divides the first rows most often into as many cells as the first one.
fn delimiter(text: &str, whole: bool) -> Result<char, Refused> {
    let mut best: Option<(usize, usize, char)> = None;
    let mut refused = None;
    for delimiter in DELIMITERS {
        let rows = match records(text, delimiter, whole) {
            Ok(rows) => rows,
            Err(error) => {
                refused = Some(error);
                continue;
            }
        };
        let width = rows.first().map_or(0, Vec::len);
        let alike = rows.iter().take(100).filter(|row| row.len() == width).count();
        if width > 1 && best.is_none_or(|(most, widest, _)| (alike, width) > (most, widest)) {
            best = Some((alike, width, delimiter));
        }
    }
    match (best, refused) {
        (Some((_, _, delimiter)), _) => Ok(delimiter),
        (None, Some(refused)) => Err(refused),
        (None, None) => Err(Refused::OneColumn),
    }
}

/// The first rows of a text. The last one is left out where the text goes on. The import takes files apart by itself; this
/// is for looking at their beginning.
fn records(text: &str, delimiter: char, whole: bool) -> Result<Vec<Vec<String>>, Refused> {
    let mut rows = Vec::new();
    let (mut row, mut cell) = (Vec::new(), String::new());
    let (mut quoted, mut line, mut began) = (false, 1, 1);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\n' {
            line += 1;
        }
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            _ if quoted => cell.push(letter),
            '\n' => {
                if cell.ends_with('\r') {
                    cell.pop();
                }
                row.push(std::mem::take(&mut cell));
                let full = std::mem::take(&mut row);
                if full.iter().any(|cell| !cell.is_empty()) {
                    rows.push(full);
                }
                began = line;
                if rows.len() > MOST_ROWS {
                    return Ok(rows);
                }
            }
            _ if letter == delimiter => row.push(std::mem::take(&mut cell)),
            _ => cell.push(letter),
        }
    }
    if !whole {
        // Where the text goes on, a cell may be closed behind what was looked at.
        return if rows.is_empty() { Err(Refused::Endless { line: began }) } else { Ok(rows) };
    }
    if quoted {
        return Err(Refused::Unclosed { line: began });
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell.trim_end_matches('\r').to_owned());
        rows.push(row);
    }
    Ok(rows)
}
