//! What the record holds, in a terminal.

use super::{Column, Style, Table, clean, paragraph, push_line, section};
use crate::number::count;
use crate::page::data::{DataSheet, StateLine};

/// What the record holds as text.
#[must_use]
pub fn data(sheet: &DataSheet, style: Style) -> String {
    let mut out = String::new();
    paragraph(&mut out, 0, &sheet.lead, style);
    section(&mut out, "Sources", style);
    for source in &sheet.sources {
        let steward =
            source.steward.as_ref().map_or_else(String::new, |steward| format!(", looked after by {steward}"));
        paragraph(
            &mut out,
            2,
            &format!("{}{steward}; last brought something new: {}", source.name, source.changed),
            style,
        );
        let import = &source.import;
        let failed = import.failed.as_ref().map(|failed| failed.to_string().trim_end_matches('.').to_owned());
        let told = [Some(import.plan.clone()), import.last.clone(), failed, import.next.clone()];
        let told: Vec<String> = told.into_iter().flatten().collect();
        paragraph(&mut out, 4, &format!("imported {}", told.join("; ")), style);
        for table in &source.tables {
            push_line(&mut out, &format!("    {:<13} {}", clean(&table.table), clean(&table.text)));
        }
        if let Some(note) = source.note {
            paragraph(&mut out, 4, note, style);
        }
    }
    if !sheet.freshness.is_empty() {
        section(&mut out, "Freshness", style);
        for line in &sheet.freshness {
            paragraph(&mut out, 2, &format!("{}: {}. {}", line.table, line.reach, line.text), style);
        }
    }
    if !sheet.coverage.is_empty() {
        section(&mut out, "Coverage", style);
        let columns = vec![
            Column::text("table"),
            Column::number("names a person"),
            Column::number("names a unit"),
            Column::text("columns without any value"),
        ];
        let rows = sheet.coverage.iter().map(|line| {
            vec![line.table.to_owned(), line.person_text.clone(), line.unit_text.clone(), line.empty.join(", ")]
        });
        out.push_str(&Table { columns, rows: rows.collect(), wrap_last: true }.render(style));
    }
    section(&mut out, "Rejected rows", style);
    if sheet.rejected.is_empty() {
        paragraph(&mut out, 2, "Every row of the files that were imported last could be read.", style);
    } else {
        let columns =
            vec![Column::text("source"), Column::text("column"), Column::number("rows"), Column::text("what is wrong")];
        let rows = sheet
            .rejected
            .iter()
            .map(|line| vec![line.source.clone(), line.place.clone(), line.rows_text.clone(), line.meaning.to_owned()]);
        out.push_str(&Table { columns, rows: rows.collect(), wrap_last: true }.render(style));
        paragraph(&mut out, 2, "`evenkeel rejects` lists them.", style);
    }
    section(&mut out, "Versions", style);
    for state in &sheet.states {
        paragraph(&mut out, 2, &told(state), style);
    }
    if !sheet.older_states.is_empty() {
        let older = count(sheet.older_states.len() as u64);
        paragraph(&mut out, 2, &format!("Before these: {older} more."), style);
    }
    paragraph(&mut out, 2, &sheet.definitions, style);
    for line in &sheet.redefined {
        paragraph(&mut out, 2, &format!("{}: {}", line.title, line.changes.join("; ")), style);
    }
    out
}

fn told(state: &StateLine) -> String {
    let sources = if state.sources.is_empty() { String::new() } else { format!(", {}", state.sources) };
    format!("{} on {}{sources}: {}", state.version, state.at, state.text)
}
