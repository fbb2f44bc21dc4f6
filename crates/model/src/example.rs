//! Worked examples: a few rows of the service record, and what a measure has to make of them.
//!
//! An example is part of the definition of a measure. It shows a reader what counts and what does not, and it is a test:
//! whoever can work measures out compares what comes of the rows with what is expected.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::period::Period;

/// A few rows of the service record, and the reading of the whole organisation that has to come of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// What the rows are, in words.
    pub says: Option<String>,
    /// The period of the reading. Days are those of UTC.
    pub period: Period,
    /// The instant as of which it is worked out.
    pub as_of: Timestamp,
    /// The rows, by table. A table that is not here has no rows.
    pub tables: Vec<ExampleTable>,
    /// What has to come of them.
    pub expected: Expected,
}

/// Rows of one table.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleTable {
    /// The name of the table.
    pub table: String,
    /// The columns that are given. Identifiers that are not given are made up, all else is missing.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<ExampleRow>,
}

/// A row, or several alike.
#[derive(Debug, Clone, PartialEq)]
pub struct ExampleRow {
    /// How many rows of this kind there are.
    pub times: u32,
    /// One per column.
    pub cells: Vec<Cell>,
}

/// A value of the service record.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Not known.
    Missing,
    /// A text, or a JSON map as text.
    Text(String),
    /// An instant, and how it was written: in UTC.
    Instant(Timestamp, String),
    /// A calendar day.
    Day(Date),
    /// A number, and how it was written.
    Number(f64, String),
    /// A whole number.
    Whole(i64),
    /// True or false.
    Flag(bool),
}

impl Cell {
    /// The value as it was written; empty when it is missing.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Cell::Missing => String::new(),
            Cell::Text(text) | Cell::Instant(_, text) | Cell::Number(_, text) => text.clone(),
            Cell::Day(day) => day.to_string(),
            Cell::Whole(number) => number.to_string(),
            Cell::Flag(flag) => if *flag { "true" } else { "false" }.to_owned(),
        }
    }
}

/// What has to come of the rows of an example. What is not given is not compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    /// The value, in stored units.
    pub value: f64,
    /// What stands above the line.
    pub numerator: Option<f64>,
    /// What stands below the line.
    pub denominator: Option<f64>,
    /// How many rows stand behind it.
    pub n: Option<u64>,
}

impl Expected {
    /// Whether a number is the expected one, but for the last digits of a division.
    #[must_use]
    pub fn agrees(expected: f64, found: f64) -> bool {
        const DIGITS: f64 = 1e-9;
        (found - expected).abs() <= DIGITS * expected.abs().max(1.0)
    }
}
