//! What an import did, in a terminal.

use super::{Column, Style, Table, Tone, paragraph, push_line};
use crate::number;
use crate::page::import::{ImportSummary, Reject, TableCounts};

/// The summary of an import: a sentence, a table, what to do next.
#[must_use]
pub fn import(summary: &ImportSummary, style: Style) -> String {
    let mut out = String::new();
    let sum = |of: fn(&TableCounts) -> u64| summary.tables.iter().map(of).sum::<u64>();
    let (read, added, changed) = (sum(|t| t.read), sum(|t| t.added), sum(|t| t.changed));
    let rejected = sum(|t| t.rejected);
    let rows = |n: u64| number::counted(n, "rows");
    let state = match (read, added, changed) {
        (0, ..) => "nothing to read.".to_owned(),
        (_, 0, 0) => format!("{} read, nothing new.", rows(read)),
        _ => format!("{} read, {} added, {} changed.", rows(read), number::count(added), number::count(changed)),
    };
    push_line(&mut out, &style.paint(Tone::Strong, &super::clean(&format!("{}: {state}", summary.source))));
    if !summary.tables.is_empty() {
        out.push('\n');
        for line in tables(&summary.tables).render(style).lines() {
            push_line(&mut out, line);
        }
    }
    if rejected > 0 {
        out.push('\n');
        let verb = if rejected == 1 { "was" } else { "were" };
        paragraph(&mut out, 0, &format!("{} could not be read and {verb} put aside:", rows(rejected)), style);
        for file in &summary.rejects {
            paragraph(&mut out, 2, &format!("{}, {}: {}", file.file, rows(file.rows), file.example), style);
        }
        paragraph(&mut out, 0, &format!("List them with `{}`.", summary.list_rejects), style);
    }
    if let Some(version) = &summary.data_version {
        out.push('\n');
        paragraph(&mut out, 0, &format!("Data {version}."), style);
    }
    out
}

fn tables(tables: &[TableCounts]) -> Table {
    let row = |counts: &TableCounts| {
        let numbers = [counts.read, counts.added, counts.changed, counts.unchanged, counts.rejected];
        [counts.table.clone()].into_iter().chain(numbers.map(number::count)).collect()
    };
    let mut columns = vec![Column::text("table")];
    columns.extend(["rows read", "added", "changed", "unchanged", "put aside"].map(Column::number));
    Table { columns, rows: tables.iter().map(row).collect(), ..Table::default() }
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
