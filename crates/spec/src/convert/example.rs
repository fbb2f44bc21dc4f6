//! Worked examples: rows of the service record, cell by cell.

use evenkeel_model::example::{Cell, Example, ExampleRow, ExampleTable, Expected};
use evenkeel_model::measure::{Formula, ValueUnit};
use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_model::quantity::parse_quantity;
use evenkeel_model::record::{self, Column, ColumnKind, Table};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::Spanned;
use crate::raw;
use crate::suggest::{list, nearest, quoted};

/// The column that says how many rows there are of a kind.
const TIMES: &str = "times";
/// The most rows of one kind: an example is small.
const MOST_TIMES: u32 = 100_000;

pub(super) fn example(
    raw: raw::Example,
    unit: &ValueUnit,
    formula: &Formula,
    subject: &str,
    findings: &mut Findings,
) -> Option<Example> {
    let raw::Example { says, period, as_of, rows, value, numerator, denominator, n } = raw;
    let period = period.and_then(|period| match Period::parse(&period.value.0, FiscalYear::default()) {
        Ok(found) => Some(found),
        Err(error) => {
            let found = Diagnostic::error(code::BAD_PERIOD, &period.span, error.to_string());
            findings.push(found.help("write the period of the example, for example `2026-10`"));
            None
        }
    });
    let as_of = match as_of {
        Some(text) => Some(instant(&text.value.0).or_else(|| {
            findings.push(unreadable(&text.with(text.value.0.clone()), "as_of", ColumnKind::Instant));
            None
        })?),
        None => period.and_then(|period| midnight(period.end())),
    };
    let tables: Option<Vec<Option<ExampleTable>>> =
        rows.map(|rows| rows.0.0.iter().map(|(name, rows)| table(name, rows, subject, findings)).collect());
    let value = value.and_then(|value| {
        let read = parse_quantity(&value.value.0, unit);
        super::plan::quantity(&value.span, &value.value.0, read, unit, formula, findings)
    });
    let mut plain = |number: Option<Spanned<raw::Quantity>>| -> Option<Option<f64>> {
        let Some(number) = number else { return Some(None) };
        let Some(read) = plain_number(&number.value.0) else {
            let message = format!("{} is not a number", quoted(&number.value.0));
            let found = Diagnostic::error(code::BAD_NUMBER, &number.span, message);
            findings.push(found.help("write a plain number: what is above and below the line has no unit"));
            return None;
        };
        Some(Some(read))
    };
    let (numerator, denominator) = (plain(numerator), plain(denominator));
    Some(Example {
        says: says.map(|says| says.value.0),
        period: period?,
        as_of: as_of?,
        tables: tables?.into_iter().collect::<Option<Vec<_>>>()?,
        expected: Expected {
            value: value?,
            numerator: numerator?,
            denominator: denominator?,
            n: n.map(|n| u64::from(n.value.0)),
        },
    })
}

fn table(name: &Spanned<String>, rows: &raw::Rows, subject: &str, findings: &mut Findings) -> Option<ExampleTable> {
    let Some(table) = record::readable_table(&name.value) else {
        let message = format!("the service record has no table {}", quoted(&name.value));
        let found = Diagnostic::error(code::UNKNOWN_TABLE, &name.span, message);
        let names = || record::TABLES.iter().map(|table| table.name).chain([record::CASE_FACTS.name]);
        findings.push(match nearest(&name.value, names()) {
            Some(meant) => found.label(format!("did you mean `{meant}`?")),
            None => found.help(format!("tables of the record: {}", list(names(), "and"))),
        });
        return None;
    };
    let Some((header, lines)) = rows.lines.split_first() else {
        let message = format!("the example of {subject} has no rows of `{}`", table.name);
        let found = Diagnostic::error(code::EMPTY, &name.span, message);
        findings.push(found.help("write a line of columns and a line for each row, with `|` between cells"));
        return None;
    };
    let columns = columns(header, table, findings)?;
    let rows: Vec<Option<ExampleRow>> = lines.iter().map(|line| row(line, &columns, findings)).collect();
    Some(ExampleTable {
        table: table.name.to_owned(),
        columns: columns.iter().flatten().map(|column| column.name.to_owned()).collect(),
        rows: rows.into_iter().collect::<Option<Vec<_>>>()?,
    })
}

/// The columns that the first line names; none for the column of times.
fn columns(header: &raw::Line, table: &Table, findings: &mut Findings) -> Option<Vec<Option<&'static Column>>> {
    let mut columns = Vec::new();
    for cell in &header.cells {
        let column = table.column(&cell.value);
        if column.is_none() && cell.value != TIMES {
            let message = format!("`{}` has no column {}", table.name, quoted(&cell.value));
            let found = Diagnostic::error(code::UNKNOWN_COLUMN, &cell.span, message);
            let names = || table.all_columns().map(|column| column.name);
            findings.push(match nearest(&cell.value, names()) {
                Some(meant) => found.label(format!("did you mean `{meant}`?")),
                None => found.help(format!("columns of `{}`: {}", table.name, list(names(), "and"))),
            });
            return None;
        }
        columns.push(column);
    }
    Some(columns)
}

fn row(line: &raw::Line, columns: &[Option<&'static Column>], findings: &mut Findings) -> Option<ExampleRow> {
    if line.cells.len() != columns.len() {
        let message = format!("a row of {} cells below {} columns", line.cells.len(), columns.len());
        let found = Diagnostic::error(code::WRONG_TYPE, &line.at, message);
        findings.push(found.help("put `|` between cells, and leave a cell empty where a value is missing"));
        return None;
    }
    let mut row = ExampleRow { times: 1, cells: Vec::new() };
    for (cell, column) in line.cells.iter().zip(columns) {
        match column {
            Some(column) => row.cells.push(self::cell(cell, column, findings)?),
            None => match cell.value.parse() {
                Ok(times @ 1..=MOST_TIMES) => row.times = times,
                _ => {
                    let message = format!("{} is not a number of rows", quoted(&cell.value));
                    let found = Diagnostic::error(code::BAD_NUMBER, &cell.span, message);
                    findings.push(found.help(format!("write a whole number from 1 to {MOST_TIMES}")));
                    return None;
                }
            },
        }
    }
    Some(row)
}

fn cell(cell: &Spanned<String>, column: &Column, findings: &mut Findings) -> Option<Cell> {
    let text = cell.value.as_str();
    if text.is_empty() {
        return Some(Cell::Missing);
    }
    let read = match column.kind {
        ColumnKind::Text | ColumnKind::Json => Some(Cell::Text(text.to_owned())),
        ColumnKind::Instant => instant(text).map(|at| Cell::Instant(at, text.to_owned())),
        ColumnKind::Day => text.parse::<Date>().ok().map(Cell::Day),
        ColumnKind::Number => plain_number(text).map(|number| Cell::Number(number, text.to_owned())),
        ColumnKind::Whole => text.parse().ok().map(Cell::Whole),
        ColumnKind::Flag => text.parse().ok().map(Cell::Flag),
    };
    if read.is_none() {
        findings.push(unreadable(cell, column.name, column.kind));
    }
    if let Some(Cell::Text(word)) = &read
        && !column.allowed.is_empty()
        && !column.allowed.contains(&word.as_str())
    {
        let message = format!("`{}` cannot be {}", column.name, quoted(word));
        let found = Diagnostic::error(code::UNKNOWN_WORD, &cell.span, message);
        findings.push(found.help(format!("write {}", list(column.allowed.iter().copied(), "or"))));
        return None;
    }
    read
}

fn unreadable(cell: &Spanned<String>, name: &str, kind: ColumnKind) -> Diagnostic {
    let (wanted, example) = match kind {
        ColumnKind::Instant => ("an instant", "2026-10-05 14:30"),
        ColumnKind::Day => ("a day", "2026-10-05"),
        ColumnKind::Flag => ("`true` or `false`", "true"),
        ColumnKind::Whole => ("a whole number", "3"),
        _ => ("a number", "4.5"),
    };
    let message = format!("`{name}` needs {wanted}, not {}", quoted(&cell.value));
    Diagnostic::error(code::WRONG_TYPE, &cell.span, message).help(format!("write it as in `{example}`"))
}

fn plain_number(text: &str) -> Option<f64> {
    text.replace(',', "").parse::<f64>().ok().filter(|number| number.is_finite())
}

fn instant(text: &str) -> Option<Timestamp> {
    let local: DateTime = text.parse().ok()?;
    TimeZone::UTC.to_ambiguous_timestamp(local).compatible().ok()
}

fn midnight(day: Date) -> Option<Timestamp> {
    TimeZone::UTC.to_ambiguous_timestamp(day.at(0, 0, 0, 0)).compatible().ok()
}
