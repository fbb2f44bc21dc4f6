//! The rows behind a number, a page of them at a time.

use evenkeel_model::ids::MeasureId;
use serde::Serialize;

use crate::number;
use crate::page::context::Context;

/// A column of a table of texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// What it is called.
    pub name: String,
    /// Whether it holds numbers, which stand to the right.
    pub numeric: bool,
}

impl Column {
    /// A column of texts.
    #[must_use]
    pub fn text(name: &str) -> Self {
        Self { name: name.to_owned(), numeric: false }
    }

    /// A column of numbers. The cells carry their units.
    #[must_use]
    pub fn number(name: &str) -> Self {
        Self { name: name.to_owned(), numeric: true }
    }
}

/// Some of the rows behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowsBehind {
    /// The columns.
    pub columns: Vec<Column>,
    /// The cells, as texts.
    pub rows: Vec<Vec<String>>,
    /// How many rows come before the first of these.
    pub first: u64,
    /// How many rows there are in all.
    pub total: u64,
    /// How many rows a page has.
    pub page_size: u64,
}

/// Some of the rows behind a number, with the way to the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowsTable {
    /// The columns.
    pub columns: Vec<Column>,
    /// The cells.
    pub rows: Vec<Vec<String>>,
    /// Which rows these are: `1 to 8 of 2,391`.
    pub showing: String,
    /// How many rows there are in all.
    pub total: u64,
    /// Where the rows before are.
    pub earlier: Option<String>,
    /// Where the rows after are.
    pub later: Option<String>,
    /// All rows as a file.
    pub file: Option<String>,
}

impl RowsTable {
    #[must_use]
    pub(crate) fn new(rows: RowsBehind, measure: &MeasureId, context: &Context<'_>) -> Self {
        let shown = rows.rows.len() as u64;
        let last = rows.first + shown;
        let step = rows.page_size.max(1);
        let at = |first: u64| context.links.rows(measure, &context.place, first);
        Self {
            showing: if shown == 0 {
                format!("none of {}", number::count(rows.total))
            } else {
                format!("{} to {} of {}", number::count(rows.first + 1), number::count(last), number::count(rows.total))
            },
            total: rows.total,
            earlier: (rows.first > 0).then(|| at(rows.first.saturating_sub(step))),
            later: (last < rows.total && shown > 0).then(|| at(last)),
            file: context.links.rows_file(measure, &context.place).filter(|_| rows.total > 0),
            columns: rows.columns,
            rows: rows.rows,
        }
    }

    /// The cells of a row with the columns they stand in. Cells without a column are left out.
    #[must_use]
    pub fn cells<'a>(&'a self, row: &'a [String]) -> Vec<(&'a Column, &'a str)> {
        self.columns.iter().zip(row.iter().map(String::as_str)).collect()
    }
}
