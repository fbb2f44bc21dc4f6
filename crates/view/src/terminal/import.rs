//! What an import did, in a terminal.

use super::{Column, Table, clean, push_line};
use crate::number::{self, count};
use crate::page::import::{ImportSummary, Reject, TableCounts};

/// What the import of a source did: a line, and one more for each table.
#[must_use]
pub fn import(summary: &ImportSummary) -> String {
    let mut out = String::new();
    let unchanged = summary.tables.iter().all(TableCounts::nothing_changed);
    let state = if unchanged { ", nothing changed" } else { "" };
    push_line(&mut out, &format!("{} in {:.1} s{state}", clean(&summary.source), summary.seconds));
    for table in &summary.tables {
        push_line(&mut out, &format!("  {:<13} {}", clean(&table.table), counts(table).join(", ")));
    }
    out
}

/// The counts of a table. What is seldom is only told where it occurs.
fn counts(table: &TableCounts) -> Vec<String> {
    let always = [
        (table.read, "read"),
        (table.inserted, "inserted"),
        (table.updated, "updated"),
        (table.unchanged, "unchanged"),
    ];
    let seldom = [(table.repeated, "repeated"), (table.outdated, "outdated")].into_iter().filter(|(n, _)| *n > 0);
    let all = always.into_iter().chain(seldom).chain([(table.rejected, "rejected")]);
    all.map(|(n, word)| format!("{} {word}", count(n))).collect()
}

/// Rows that could not be read, as a table.
#[must_use]
pub fn rejects(rejects: &[Reject]) -> Table {
    let columns = vec![
        Column::text("file"),
        Column::number("line"),
        Column::text("column"),
        Column::text("value"),
        Column::text("reason"),
    ];
    let row = |reject: &Reject| {
        let line = reject.line.map(number::count).unwrap_or_default();
        vec![reject.file.clone(), line, reject.column.clone(), reject.value.clone(), reject.reason.clone()]
    };
    Table { columns, rows: rejects.iter().map(row).collect(), wrap_last: true }
}
