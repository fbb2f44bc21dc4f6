//! Measures to choose from in a terminal: the list, and everything about one of them.

use super::explain::{indented, pairs};
use super::{Column, Style, Table, Tone, clean, paragraph, push_line, section};
use crate::page::library::{MeasureList, Sheet, WorkedColumn};

/// The list of measures as text.
#[must_use]
pub fn measures(list: &MeasureList, style: Style) -> String {
    let mut out = String::new();
    for group in &list.groups {
        push_line(&mut out, &style.paint(Tone::Strong, &clean(&group.title)));
        let rows = group.cards.iter().map(|card| vec![card.id.clone(), card.title.clone(), card.notes.join("; ")]);
        let columns = vec![Column::text("used as"), Column::text("measure"), Column::text("read as")];
        let table = Table { columns, rows: rows.collect(), ..Table::default() };
        out.push_str(&table.render(style));
        out.push('\n');
    }
    push_line(&mut out, &format!("{}. `evenkeel measures show NAME` tells everything about one.", list.showing));
    out
}

/// Everything about one measure as text.
#[must_use]
pub fn sheet(sheet: &Sheet, style: Style) -> String {
    let mut out = String::new();
    push_line(&mut out, &style.paint(Tone::Strong, &clean(&sheet.title)));
    let defined = format!("{} · used as {}, defined in {}", sheet.eyebrow, sheet.id, sheet.origin);
    paragraph(&mut out, 0, &defined, style);
    if let Some(means) = &sheet.means {
        out.push('\n');
        paragraph(&mut out, 2, means, style);
    }
    section(&mut out, &format!("Definition, {}", sheet.version), style);
    pairs(&mut out, sheet.definition.iter().map(|fact| (fact.term.to_owned(), fact.text.to_string())), style);
    if let Some(reason) = &sheet.not_for_people {
        section(&mut out, "Why not for one person", style);
        paragraph(&mut out, 2, reason, style);
    }
    listed(&mut out, "What it needs", &sheet.needs, style);
    listed(&mut out, "What goes wrong with it", &sheet.pitfalls, style);
    let read_with: Vec<String> = sheet.read_with.iter().map(|other| other.label.clone()).collect();
    listed(&mut out, "Read it together with", &read_with, style);
    if let Some(example) = &sheet.example {
        section(&mut out, "Worked example", style);
        if let Some(says) = &example.says {
            paragraph(&mut out, 2, says, style);
        }
        for table in &example.tables {
            out.push('\n');
            push_line(&mut out, &format!("  {}", style.paint(Tone::Quiet, &clean(&table.table))));
            let column = |column: &WorkedColumn| {
                if column.numeric { Column::number(&column.name) } else { Column::text(&column.name) }
            };
            let columns = table.columns.iter().map(column).collect();
            indented(&mut out, &Table { columns, rows: table.rows.clone(), ..Table::default() }, style);
        }
        out.push('\n');
        paragraph(&mut out, 2, &example.result, style);
    }
    section(&mut out, "As configured", style);
    for line in sheet.configured.lines() {
        push_line(&mut out, &format!("  {}", clean(line)));
    }
    listed(&mut out, "Where the formula comes from", &sheet.sources, style);
    out
}

fn listed(out: &mut String, heading: &str, items: &[String], style: Style) {
    if items.is_empty() {
        return;
    }
    section(out, heading, style);
    for item in items {
        paragraph(out, 2, &format!("- {item}"), style);
    }
}
