//! Readings in a terminal.

use super::{Column, Table};
use crate::page::readings::ReadingLine;

/// The readings as a table for a terminal. A column that would be empty is left out.
#[must_use]
pub fn readings(lines: &[ReadingLine]) -> Table {
    let mut columns = vec![
        Column::text("measure"),
        Column::text("unit"),
        Column::text("period"),
        Column::number("value"),
        Column::number("likely range"),
        Column::number("out of"),
        Column::text("why not"),
    ];
    let mut rows: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            let range = line.likely_range.as_ref().map_or_else(String::new, |range| range.short.clone());
            vec![
                line.title.clone(),
                line.subject.clone(),
                line.period_name.clone(),
                if line.missing.is_some() { "–".to_owned() } else { line.value.text.clone() },
                range,
                if line.missing.is_some() { String::new() } else { line.count.clone() },
                line.missing_short.to_owned(),
            ]
        })
        .collect();
    for place in (0..columns.len()).rev() {
        if rows.iter().all(|row| row[place].is_empty()) {
            columns.remove(place);
            for row in &mut rows {
                row.remove(place);
            }
        }
    }
    Table { columns, rows, ..Table::default() }
}
