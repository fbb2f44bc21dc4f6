//! Figures that somebody owes as one file, which is filled in and sent back.

use std::collections::BTreeMap;

use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use evenkeel_engine::export::quoted;
use evenkeel_model::typed_figure::Entry;
use evenkeel_view::page::owed::{FileRow, RejectedRow, Said};

use super::owed::{OWED, Processed, details, page, process};
use crate::error::Failure;
use crate::server::State;
use crate::visit::{Typist, Uploaded};

/// The most figures that a file holds.
const MOST: usize = 5_000;
/// How much of a cell is told.
const TOLD: usize = 40;
/// The columns of the file: those that are read, then those that help whoever fills it in.
const COLUMNS: [&str; 13] = [
    "key",
    "figure",
    "unit",
    "period",
    "due",
    "before",
    "usual range",
    "target",
    "numerator",
    "denominator",
    "note",
    "no figure because",
    "sure",
];

/// The file of what somebody owes.
pub(crate) async fn write(typist: Typist) -> Result<Response, Failure> {
    let mut text = COLUMNS.join(",");
    text.push_str("\r\n");
    for FileRow { cells } in details(&typist, MOST).await? {
        let cells: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"figures.csv\""),
    ];
    // Spreadsheets take a file for UTF-8 by its mark.
    Ok((headers, format!("\u{feff}{text}")).into_response())
}

/// Reads the file back: what is ready is sent, the rest is told with its line and column.
pub(crate) async fn read(Shared(state): Shared<State>, uploaded: Uploaded) -> Result<Response, Failure> {
    let (bytes, typist) = uploaded.by_typist(&state)?;
    let read = match rows(&bytes) {
        Ok(rows) => rows,
        Err(why) => {
            let said = Said {
                notice: None,
                error: Some(format!("Nothing of the file was taken: {why}")),
                rejected: Vec::new(),
            };
            return page(&typist, StatusCode::UNPROCESSABLE_ENTITY, said, &BTreeMap::new(), None).await;
        }
    };
    let lines: BTreeMap<String, u64> = read.iter().map(|(line, key, _)| (key.clone(), *line)).collect();
    let entries: BTreeMap<String, Entry> = read.into_iter().map(|(_, key, entry)| (key, entry)).collect();
    let Processed { sent, kept, refused, .. } = process(&typist, &state, &entries, &BTreeMap::new(), true).await?;
    if refused.is_empty() && sent + kept == 0 {
        let error = "Nothing of the file was taken: no row of it holds a figure. Write them into the columns “numerator” and, \
                     where there is one, “denominator”.";
        let said = Said { error: Some(error.to_owned()), ..Said::default() };
        return page(&typist, StatusCode::UNPROCESSABLE_ENTITY, said, &BTreeMap::new(), None).await;
    }
    if refused.is_empty() {
        return Ok(Redirect::to(&format!("{OWED}?sent={sent}&kept={kept}")).into_response());
    }
    let mut rejected: Vec<RejectedRow> = refused
        .into_iter()
        .map(|(key, column, reason)| RejectedRow {
            line: lines.get(&key).copied().unwrap_or_default(),
            column,
            reason,
            key,
        })
        .collect();
    rejected.sort_by_key(|row| row.line);
    let said = Said {
        notice: (sent > 0).then(|| format!("{sent} of the file were sent.")),
        error: Some(format!(
            "{} of the file were not sent. Change them below, or in the file and load it again.",
            rejected.len()
        )),
        rejected,
    };
    // Only figures that are theirs have boxes; what cannot be told apart has none.
    page(&typist, StatusCode::UNPROCESSABLE_ENTITY, said, &BTreeMap::new(), None).await
}

/// The rows of a file: line, figure, and what was typed. In words why it cannot be read.
fn rows(bytes: &[u8]) -> Result<Vec<(u64, String, Entry)>, String> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| "it is not UTF-8 text; save it as “CSV UTF-8” in the spreadsheet".to_owned())?;
    // One sign for the end of a line, so that lines are counted as a spreadsheet counts them.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let head = text.lines().next().unwrap_or_default();
    let separator = [b',', b';', b'\t'].into_iter().max_by_key(|sign| head.bytes().filter(|byte| byte == sign).count());
    let mut reader =
        csv::ReaderBuilder::new().delimiter(separator.unwrap_or(b',')).flexible(true).from_reader(text.as_bytes());
    let unread = |error: csv::Error| format!("it is no CSV file: {error}");
    let names: Vec<String> = reader.headers().map_err(unread)?.iter().map(|name| name.trim().to_lowercase()).collect();
    if let Some(twice) = COLUMNS.iter().find(|known| names.iter().filter(|name| name == *known).count() > 1) {
        return Err(format!("it has more than one column “{twice}”; take all but one of them out"));
    }
    let column = |name: &str| names.iter().position(|known| known == name);
    let (Some(key), Some(numerator)) = (column("key"), column("numerator")) else {
        return Err("it has no columns “key” and “numerator”; download the list, fill in that file, and load it again"
            .to_owned());
    };
    let (denominator, note) = (column("denominator"), column("note"));
    let (absence, sure) = (column("no figure because"), column("sure"));
    let mut known: BTreeMap<String, u64> = BTreeMap::new();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unread)?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |column: Option<usize>| {
            column.and_then(|column| record.get(column)).map(str::trim).unwrap_or_default().to_owned()
        };
        let key = cell(Some(key));
        if let Some(extra) = record.iter().skip(names.len()).map(str::trim).find(|cell| !cell.is_empty()) {
            return Err(format!(
                "line {line} has more cells than there are columns, “{}” among them; a number with a comma has to stand \
                 in quotation marks where commas part the cells",
                shortened(extra)
            ));
        }
        if record.iter().any(|cell| cell.contains('\0')) {
            return Err(format!("line {line} holds the sign NUL, which is no text"));
        }
        if is_open(&record, &text) {
            return Err(format!("a quotation mark that is opened in line {line} is never closed"));
        }
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if let Some(first) = known.insert(key.clone(), line) {
            return Err(format!("lines {first} and {line} are about the same figure; take one of them out"));
        }
        if rows.len() == MOST {
            return Err(format!("it has more than {MOST} rows"));
        }
        let entry = Entry {
            numerator: cell(Some(numerator)),
            denominator: cell(denominator),
            note: cell(note),
            absence: cell(absence),
            sure: cell(sure).eq_ignore_ascii_case("yes"),
        };
        // What was left empty was not meant to be taken away.
        if !entry.is_empty() {
            rows.push((line, key, entry));
        }
    }
    Ok(rows)
}

/// Whether a quotation mark of a record was never closed, so that it took the rest of the file for one cell.
fn is_open(record: &csv::StringRecord, text: &str) -> bool {
    let begin = record.position().and_then(|position| usize::try_from(position.byte()).ok());
    let Some(rest) = begin.and_then(|begin| text.get(begin..)) else { return false };
    // A record with an open one goes to the end of the file.
    let length: usize = record.iter().map(str::len).sum();
    length + record.len() + 1 >= rest.len()
        && rest.matches('"').count() % 2 == 1
        && record.iter().any(|cell| cell.contains('\n'))
}

/// The beginning of a cell.
fn shortened(cell: &str) -> String {
    cell.chars().take(TOLD).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(u64, String, String)>, String> {
        let rows = rows(text.as_bytes())?;
        Ok(rows
            .into_iter()
            .map(|(line, key, entry)| (line, key, format!("{}|{}", entry.numerator, entry.denominator)))
            .collect())
    }

    #[test]
    fn files_of_spreadsheets() {
        let expected = vec![(2, "a".to_owned(), "1,5|3".to_owned()), (4, "c".to_owned(), "7|".to_owned())];
        let text = "\u{feff}key;figure;numerator;denominator;note\r\na;x;1,5;3;\r\nb;;;;\r\nc;;7\r\n;;;;\r\n";
        assert_eq!(read(text), Ok(expected.clone()));
        assert_eq!(
            read(&text.replace(',', "COMMA").replace(';', ",").replace("1COMMA5", "\"1,5\"")),
            Ok(expected.clone())
        );
        assert_eq!(read(&text.replace(';', "\t")), Ok(expected));
        for (text, why) in [
            ("", "no columns"),
            ("a,b\n1,2\n", "no columns"),
            ("key,numerator\na,1\na,2\n", "lines 2 and 3"),
            ("key,numerator\na,1\nb,1,5\n", "line 3 has more cells than there are columns, “5”"),
            ("key,numerator,numerator\na,1,2\n", "more than one column “numerator”"),
            ("key,numerator\na,\"1\nb,2\nc,3\n", "opened in line 2 is never closed"),
            ("key,numerator\na,1\0\n", "line 2 holds the sign NUL"),
        ] {
            assert!(read(text).unwrap_err().contains(why), "{text}");
        }
        assert!(rows(b"key,numerator\n\xff,1\n").unwrap_err().contains("UTF-8"));
    }
}
