//! Records behind a number, in a terminal.

use super::{Column, Style, Table};

/// Records are as wide as they are; a terminal breaks or scrolls them.
const WIDTH: usize = 10_000;

/// Records with all their columns, as they lie in the service record.
#[must_use]
pub fn records(columns: &[String], rows: &[Vec<Option<String>>], style: Style) -> String {
    let cells = |row: &Vec<Option<String>>| row.iter().map(|cell| cell.clone().unwrap_or_default()).collect();
    let columns = columns.iter().map(|name| Column::text(name)).collect();
    let table = Table { columns, rows: rows.iter().map(cells).collect(), ..Table::default() };
    table.render(Style { width: WIDTH, ..style })
}
