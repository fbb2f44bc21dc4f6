//! Excel workbooks: one sheet, row by row; every cell becomes text.

use std::fs::File;
use std::io::BufReader;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{ArrayRef, StringBuilder};
use arrow::datatypes::{Schema, SchemaRef};
use calamine::{Data, Reader as _, Xlsx, open_workbook};
use evenkeel_model::source::RawFiles;

use super::{Cells, NoParser, Parser, Piece, RawFile, ReadError, Reader, Wanted, is_missing, text_schema};

fn unreadable(file: &RawFile, error: &dyn std::fmt::Display) -> ReadError {
    ReadError {
        help: Some("fetch the file again; it must be a whole .xlsx workbook".to_owned()),
        ..file.error(format!("it cannot be read as an Excel workbook: {error}"))
    }
}

/// A sheet without the rows above its header.
struct Sheet {
    names: Vec<String>,
    range: calamine::Range<Data>,
    first_row: usize,
}

fn open(file: &RawFile, sheet: Option<&str>, skip_rows: usize) -> Result<Sheet, ReadError> {
    let mut workbook: Xlsx<BufReader<File>> = open_workbook(&file.path).map_err(|error| unreadable(file, &error))?;
    let sheets = workbook.sheet_names();
    let name = match sheet {
        Some(wanted) if sheets.iter().any(|own| own == wanted) => wanted.to_owned(),
        Some(wanted) => {
            return Err(ReadError {
                help: Some(format!("its sheets are: {}", sheets.join(", "))),
                ..file.error(format!("it has no sheet `{wanted}`"))
            });
        }
        None => sheets.first().cloned().ok_or_else(|| file.error("it has no sheet"))?,
    };
    let range = workbook.worksheet_range(&name).map_err(|error| unreadable(file, &error))?;
    let top = range.start().map_or(0, |start| start.0 as usize);
    let header_row = skip_rows.max(top);
    let Some(header) = range.rows().nth(header_row - top) else {
        return Err(file.error(format!("sheet `{name}` is empty: there is no header")));
    };
    let mut names: Vec<String> = Vec::new();
    for (position, cell) in header.iter().enumerate() {
        let text = text(cell).unwrap_or_default().trim().to_owned();
        let text = if text.is_empty() { format!("column_{}", position + 1) } else { text };
        if names.contains(&text) {
            return Err(ReadError {
                line: Some(header_row as u64 + 1),
                help: Some("give each column a name of its own".to_owned()),
                ..file.error(format!("the header has the column `{text}` twice"))
            });
        }
        names.push(text);
    }
    Ok(Sheet { names, range, first_row: header_row + 1 })
}

/// What a person sees in the cell, without formatting: numbers in full, dates and times in ISO 8601.
fn text(cell: &Data) -> Option<String> {
    match cell {
        Data::Empty => None,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Some(text.clone()),
        Data::Float(number) => Some(number.to_string()),
        Data::Int(number) => Some(number.to_string()),
        Data::Bool(flag) => Some(flag.to_string()),
        Data::DateTime(at) if at.is_duration() => Some((at.as_f64() * 86_400.0).to_string()),
        Data::DateTime(at) => {
            let (year, month, day, hour, minute, second, millisecond) = at.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            Some(if (hour, minute, second, millisecond) == (0, 0, 0, 0) {
                date
            } else if millisecond == 0 {
                format!("{date}T{hour:02}:{minute:02}:{second:02}")
            } else {
                format!("{date}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}")
            })
        }
        Data::Error(error) => Some(error.to_string()),
    }
}

/// The columns of a sheet.
pub(crate) fn columns(file: &RawFile, sheet: Option<&str>, skip_rows: usize) -> Result<Schema, ReadError> {
    Ok(text_schema(&open(file, sheet, skip_rows)?.names))
}

/// Reads one sheet.
pub(crate) struct XlsxReader {
    file: RawFile,
    sheet: Sheet,
    next: usize,
    places: Vec<Option<usize>>,
    schema: SchemaRef,
    missing: Vec<String>,
    progress: Arc<AtomicU64>,
}

/// Rows per batch.
const ROWS: usize = 16_384;

impl XlsxReader {
    pub(crate) fn open(
        file: &RawFile,
        sheet: Option<&str>,
        skip_rows: usize,
        declared: &RawFiles,
        wanted: &Wanted,
        progress: &Arc<AtomicU64>,
    ) -> Result<Self, ReadError> {
        let sheet = open(file, sheet, skip_rows)?;
        let mut places = Vec::new();
        for field in wanted.schema.fields() {
            let place = sheet.names.iter().position(|name| name == field.name());
            if place.is_none() && !declared.columns.contains(field.name()) {
                return Err(file.error(format!("it has no column `{}`, which the mapping reads", field.name())));
            }
            places.push(place);
        }
        Ok(Self {
            file: file.clone(),
            next: sheet.first_row,
            sheet,
            places,
            schema: wanted.schema.clone(),
            missing: declared.missing.clone(),
            progress: Arc::clone(progress),
        })
    }
}

impl Reader for XlsxReader {
    fn next(&mut self) -> Result<Option<Piece>, ReadError> {
        let top = self.sheet.range.start().map_or(0, |start| start.0 as usize);
        let end = self.sheet.range.end().map_or(0, |end| end.0 as usize + 1);
        if self.next >= end {
            return Ok(None);
        }
        let to = end.min(self.next + ROWS);
        let mut builders: Vec<StringBuilder> = self.places.iter().map(|_| StringBuilder::new()).collect();
        let mut lines = Vec::new();
        for (offset, row) in self.sheet.range.rows().skip(self.next - top).take(to - self.next).enumerate() {
            if row.iter().all(|cell| matches!(cell, Data::Empty)) {
                continue;
            }
            lines.push((self.next + offset) as i64 + 1);
            for (builder, place) in builders.iter_mut().zip(&self.places) {
                let cell = place.and_then(|place| row.get(place)).and_then(text);
                builder.append_option(cell.filter(|cell| !is_missing(cell, &self.missing)));
            }
        }
        let rows_before = self.next;
        self.next = to;
        let share = |row: usize| self.file.bytes * row as u64 / end as u64;
        self.progress.fetch_add(share(to) - share(rows_before), Ordering::Relaxed);
        let count = lines.len();
        let arrays: Vec<ArrayRef> =
            builders.into_iter().map(|mut builder| Arc::new(builder.finish()) as ArrayRef).collect();
        let batch = super::csv::batch(&self.schema, arrays, count, &self.file.name)?;
        Ok(Some(Piece::Cells(Cells { batch, lines, bad: Vec::new() })))
    }

    fn parser(&self) -> Arc<dyn Parser> {
        Arc::new(NoParser)
    }
}
